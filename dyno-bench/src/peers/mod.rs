//! What other mappers add to the SDK, measured by a program of another workspace: one of them needs an older SDK.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;

use crate::overhead::BASELINE;
use crate::report::Row;
use crate::target;

/// In the order in which they are measured.
const PEERS: [&str; 3] = ["serde_dynamo", "modyne", "toasty"];

/// This package, whose path is left out where a reason names it.
const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Builds and runs the program. Without a round there is nothing to say: all of its figures are timed, or are compared with
/// one that is, and it is compiled for minutes.
pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    if rounds == 0 {
        return;
    }
    let directory = match target::directory() {
        Ok(directory) => directory.join("peers"),
        Err(why) => return did_not_run(&PEERS, &why, report),
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["run", "--release", "--locked", "--manifest-path"])
        .arg(format!("{HERE}/peers/Cargo.toml"))
        .arg("--target-dir")
        .arg(directory)
        .arg("--")
        .arg(rounds.to_string());
    pass_on(&mut command, report);
}

/// Reports the rows that a command prints, and one for each peer that it does not say all of.
fn pass_on(command: &mut Command, report: &mut dyn FnMut(Row)) {
    let mut begun = 0;
    let ended = lines(command, &mut |line| {
        let Some(row) = Row::from_json(line) else {
            return;
        };
        let peer = PEERS.iter().position(|peer| row.case().starts_with(peer));
        begun = begun.max(peer.map_or(0, |at| at + 1));
        report(row);
    });
    let (finished, why) = match ended {
        Ok(()) => (
            begun,
            "the program that measures it said nothing".to_owned(),
        ),
        Err(why) => (begun.saturating_sub(1), why),
    };
    did_not_run(PEERS.get(finished..).unwrap_or_default(), &why, report);
}

fn did_not_run(peers: &[&str], why: &str, report: &mut dyn FnMut(Row)) {
    for peer in peers {
        report(Row::not_run(*peer, BASELINE, why));
    }
}

/// Runs a command and hands over its lines. What it writes to the other stream is shown, and says why it failed.
fn lines(command: &mut Command, line: &mut dyn FnMut(&str)) -> Result<(), String> {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped
        .spawn()
        .map_err(|error| format!("{} cannot be run: {error}", piped.get_program().display()))?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || {
        let mut reason = Reason::default();
        for error in errors
            .into_iter()
            .flat_map(|errors| BufReader::new(errors).lines())
        {
            let Ok(error) = error else { break };
            eprintln!("{error}");
            reason.hear(error);
        }
        reason
    });
    for text in output
        .into_iter()
        .flat_map(|output| BufReader::new(output).lines())
    {
        match text {
            Ok(text) => line(&text),
            Err(_) => break,
        }
    }
    let reason = errors.join().unwrap_or_default();
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(reason.of(&status.to_string())),
        Err(error) => Err(reason.of(&error.to_string())),
    }
}

/// What a program said last, or its first line that is an error.
#[derive(Default)]
struct Reason {
    error: Option<String>,
    last: String,
}

impl Reason {
    fn hear(&mut self, line: String) {
        if self.error.is_none() && line.starts_with("error") {
            self.error = Some(line);
        } else if !line.trim().is_empty() {
            self.last = line;
        }
    }

    fn of(self, end: &str) -> String {
        let said = self.error.unwrap_or(self.last);
        format!("{end}: {}", said.replace(HERE, "dyno-bench"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows that a shell script gives.
    fn rows(script: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        pass_on(Command::new("sh").args(["-c", script]), &mut |row| {
            rows.push(row);
        });
        rows
    }

    fn line(case: &str) -> String {
        let row = Row::counted(case, BASELINE, "ns", 2.0, 1.0);
        format!("echo '{}'\n", row.to_json("peers"))
    }

    #[test]
    fn rows_are_passed_on() {
        let script = PEERS.map(|peer| line(&format!("{peer} 1: put"))).concat();
        let rows = rows(&script);
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row.complaint().is_none()));
    }

    #[test]
    fn what_a_program_does_not_say_did_not_run() {
        let script = line("serde_dynamo 4: put") + &line("modyne 0.3: put");
        let found = rows(&script);
        let cases: Vec<_> = found.iter().map(Row::case).collect();
        assert_eq!(cases, ["serde_dynamo 4: put", "modyne 0.3: put", "toasty"]);
        assert!(found[2].complaint().is_some());

        let script = script + "echo 'error: no network' >&2; echo more >&2; exit 101";
        let found = rows(&script);
        let cases: Vec<_> = found.iter().map(Row::case).collect();
        let unfinished = ["modyne", "toasty"];
        assert_eq!(cases[2..], unfinished);
        let complaint = found[3].complaint().unwrap();
        assert!(complaint.contains("error: no network"), "{complaint}");
    }

    /// From the first of them to a part of another name.
    fn lints(manifest: &str) -> &str {
        let (_, lints) = manifest.split_once("\n[workspace.lints.").unwrap();
        lints.split("\n[profile").next().unwrap_or_default().trim()
    }

    #[test]
    fn the_other_workspace_has_the_same_lints() {
        let here = include_str!("../../../Cargo.toml");
        let there = include_str!("../../peers/Cargo.toml");
        assert_eq!(lints(there), lints(here));
    }

    #[test]
    fn without_cargo_no_peer_runs() {
        let mut rows = Vec::new();
        let mut absent = Command::new("/nonexistent/cargo");
        pass_on(&mut absent, &mut |row| rows.push(row));
        let cases: Vec<_> = rows.iter().map(Row::case).collect();
        assert_eq!(cases, PEERS);
        assert!(rows.iter().all(|row| row.complaint().is_some()));
    }
}
