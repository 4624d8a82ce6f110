//! Benchmarks that print one line of JSON for each case.
//!
//! ```text
//! cargo run --release -p dyno-bench -- NAME|all [--check] [--json] [--write]
//! cargo run --release -p dyno-bench -- redraw
//! ```
//!
//! A figure is a ratio to a baseline that ran in turns with it, so that it says the same on every machine. With
//! `--check` the exit code is 1 when a bound is passed by more than the noise of the measurement, or when a case could not
//! be run. With `--write` the lines are kept in `docs/benchmarks/results.jsonl`, and the pages and plots are made from all
//! that are there; `redraw` makes them without measuring. `all` leaves out `clean-build`, which takes minutes.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for developers: it prints, and it stops where something is wrong"
)]

mod alloc;
mod arguments;
mod canned;
mod caught;
mod client;
mod compile;
mod crypto;
mod depth;
mod engine;
mod measure;
mod overhead;
mod peers;
mod predecessor;
mod published;
mod report;
mod roundtrips;
mod runtime;
mod scale;
mod server;
mod sharded;
mod target;
mod turns;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use self::arguments::Arguments;
use self::published::About;
use self::report::Row;

/// Measures all cases in so many rounds and hands each one over when it is done.
type Bench = fn(usize, &mut dyn FnMut(Row));

/// Takes minutes, and is run only when it is named.
const ALONE: &str = "clean-build";

const BENCHES: [(&str, &str, Bench); 9] = [
    (
        ALONE,
        "how long dyno takes to build, next to the bare SDK; a quarter of an hour",
        compile::run_clean,
    ),
    (
        "compile",
        "how long objects take to check and to build, next to serde's derives; 5 minutes",
        compile::run,
    ),
    (
        "crypto",
        "sealing and opening, next to the bare cipher; 10 seconds",
        crypto::run,
    ),
    (
        "overhead",
        "put, get and query of one item, next to code written by hand; 20 seconds",
        overhead::run,
    ),
    (
        "peers",
        "the same for other mappers, which are compiled first; a minute, or 5",
        peers::run,
    ),
    (
        "predecessor",
        "dynamo-store 0.6.0, which pip installs; a minute",
        predecessor::run,
    ),
    (
        "roundtrips",
        "requests, capacity and wall time of objects with shards; 20 seconds",
        roundtrips::run,
    ),
    (
        "scale",
        "how time and memory grow with size, shards and tasks; 15 seconds",
        scale::run,
    ),
    (
        "sharded",
        "an object of 20 shards, next to code that verifies nothing; 5 seconds",
        sharded::run,
    ),
];

fn main() -> ExitCode {
    let names = BENCHES.map(|(name, ..)| name);
    match Arguments::parse(env::args().skip(1), &names, ALONE) {
        Ok(Arguments::Help) => {
            let benches = BENCHES.map(|(name, what, _)| (name, what));
            print!("{}", arguments::help(benches, ALONE));
            ExitCode::SUCCESS
        }
        Ok(Arguments::Run { check, write, .. }) if cfg!(debug_assertions) && (check || write) => {
            eprintln!(
                "dyno-bench: figures of release builds are checked and kept only; add `--release`"
            );
            ExitCode::from(2)
        }
        Ok(Arguments::Run {
            benches,
            check,
            write,
        }) => {
            let about = write.then(About::of_this_run);
            let chosen = benches.into_iter().filter_map(|at| BENCHES.get(at));
            let (mut passed, mut kept) = (true, Vec::new());
            for (name, _, bench) in chosen {
                let mut lines = Vec::new();
                passed &= measure(name, *bench, &mut |row| {
                    let line = row.to_json(name);
                    // Who reads the first lines only has seen enough.
                    drop(writeln!(io::stdout(), "{line}"));
                    lines.push(line);
                });
                kept.push((*name, lines));
            }
            let written = about.map_or(Ok(()), |about| published::keep(&about, kept));
            ended(&written, passed || !check)
        }
        Ok(Arguments::Redraw) => ended(&published::redraw(), true),
        Err(usage) => {
            eprintln!("{usage}");
            ExitCode::from(2)
        }
    }
}

fn ended(written: &io::Result<()>, passed: bool) -> ExitCode {
    if let Err(error) = written {
        eprintln!("dyno-bench: the results cannot be written: {error}");
    }
    if written.is_ok() && passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether each row is as it must be. A benchmark that panics has one more, which did not run; so has one without rows.
fn measure(name: &str, bench: Bench, report: &mut dyn FnMut(Row)) -> bool {
    let (mut rows, mut passed) = (0_usize, true);
    let mut hear = |row: Row| {
        rows += 1;
        passed &= kept(name, &row);
        report(row);
    };
    let mut ended = caught::panic(|| bench(measure::ROUNDS, &mut hear));
    if rows == 0 {
        ended = ended.and_then(|()| Err("it has no rows".to_owned()));
    }
    if let Err(why) = ended {
        let rest = Row::not_run("the rest", "nothing", why);
        passed &= kept(name, &rest);
        report(rest);
    }
    passed
}

fn kept(name: &str, row: &Row) -> bool {
    let complaint = row.complaint();
    if let Some(complaint) = &complaint {
        eprintln!("{name}: {}: {complaint}", row.case());
    }
    complaint.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Row {
        Row::counted("good", "the floor", "requests", 1.0, 1.0).at_most(1.0)
    }

    /// Whether it passed, and the cases.
    fn measured(bench: Bench) -> (bool, Vec<String>) {
        let mut cases = Vec::new();
        let passed = measure("test", bench, &mut |row| cases.push(row.case().to_owned()));
        (passed, cases)
    }

    #[test]
    fn a_check_passes_where_every_row_does() {
        let all: [(Bench, bool, &[&str]); 5] = [
            (|_, report| report(good()), true, &["good"]),
            (
                |_, report| {
                    report(Row::counted("bad", "the floor", "requests", 2.0, 1.0).at_most(1.0));
                    report(good());
                },
                false,
                &["bad", "good"],
            ),
            (
                |_, report| {
                    report(Row::not_run("absent", "the floor", "no compiler"));
                    report(good());
                },
                false,
                &["absent", "good"],
            ),
            (
                |_, report| {
                    report(good());
                    panic!("out of luck");
                },
                false,
                &["good", "the rest"],
            ),
            (|_, _| {}, false, &["the rest"]),
        ];
        for (bench, wanted, cases) in all {
            assert_eq!(
                measured(bench),
                (wanted, cases.iter().copied().map(str::to_owned).collect())
            );
        }
    }
}
