//! Benchmarks that print one line of JSON for each case.
//!
//! ```text
//! cargo run --release -p dyno-bench -- NAME [--check] [--json]
//! ```
//!
//! A figure is a ratio to a baseline that ran in turns with it, so that it says the same on every machine. With
//! `--check` the exit code is 1 when a bound is passed by more than the noise of the measurement, or when a case could not
//! be run.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for developers: it prints, and it stops where something is wrong"
)]

mod alloc;
mod canned;
mod compile;
mod crypto;
mod measure;
mod overhead;
mod predecessor;
mod report;
mod roundtrips;
mod scale;
mod sharded;
mod target;

use std::env;
use std::process::ExitCode;

use self::report::Row;

/// Measures all cases in so many rounds and hands each one over when it is done.
type Bench = fn(usize, &mut dyn FnMut(Row));

const BENCHES: [(&str, Bench); 7] = [
    ("compile", compile::run),
    ("crypto", crypto::run),
    ("overhead", overhead::run),
    ("predecessor", predecessor::run),
    ("roundtrips", roundtrips::run),
    ("scale", scale::run),
    ("sharded", sharded::run),
];

/// Runs all of them.
const ALL: &str = "all";

/// Takes minutes, and is run only when it is named.
const ALONE: (&str, Bench) = ("clean-build", compile::run_clean);

fn main() -> ExitCode {
    let mut chosen: Option<&[(&str, Bench)]> = None;
    let mut check = false;
    for argument in env::args().skip(1) {
        let named = BENCHES.iter().position(|(name, _)| *name == argument);
        let named = match named {
            Some(at) => BENCHES.get(at..=at),
            None if argument == ALL => Some(BENCHES.as_slice()),
            None if argument == ALONE.0 => Some(std::slice::from_ref(&ALONE)),
            None => None,
        };
        match (named, argument.as_str()) {
            (Some(benches), _) if chosen.is_none() => chosen = Some(benches),
            (None, "--check") => check = true,
            // The only format there is; named so that a script can say what it relies on.
            (None, "--json") => {}
            _ => return usage(&argument),
        }
    }
    let Some(benches) = chosen else {
        return usage("");
    };
    let mut passed = true;
    for (name, bench) in benches {
        bench(measure::ROUNDS, &mut |row| {
            println!("{}", row.to_json(name));
            if let Some(complaint) = row.complaint() {
                eprintln!("{name}: {}: {complaint}", row.case());
                passed = false;
            }
        });
    }
    if passed || !check {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn usage(wrong: &str) -> ExitCode {
    let names = BENCHES.map(|(name, _)| name).join("|");
    if !wrong.is_empty() {
        eprintln!("dyno-bench: `{wrong}` is neither a benchmark nor an option, or is given twice");
    }
    let (alone, _) = ALONE;
    eprintln!("usage: dyno-bench {names}|{ALL}|{alone} [--check] [--json]");
    eprintln!("`{alone}` takes minutes; `{ALL}` leaves it out");
    ExitCode::from(2)
}
