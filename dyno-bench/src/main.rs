//! Benchmarks that print one line of JSON for each case.
//!
//! ```text
//! cargo run --release -p dyno-bench -- NAME [--check] [--json]
//! ```
//!
//! A figure is a ratio to a baseline that ran in turns with it, so that it says the same on every machine. With
//! `--check` the exit code is 1 when a bound is passed by more than the noise of the measurement.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program for developers: it prints, and it stops where something is wrong"
)]

mod alloc;
mod crypto;
mod measure;
mod report;

use std::env;
use std::process::ExitCode;

use self::report::Case;

/// Measures all cases in so many rounds and hands each one over when it is done.
type Bench = fn(usize, &mut dyn FnMut(Case));

const BENCHES: [(&str, Bench); 1] = [("crypto", crypto::run)];

fn main() -> ExitCode {
    let mut chosen = None;
    let mut check = false;
    for argument in env::args().skip(1) {
        let named = BENCHES.iter().find(|(name, _)| *name == argument);
        match (named, argument.as_str()) {
            (Some(bench), _) if chosen.is_none() => chosen = Some(bench),
            (None, "--check") => check = true,
            // The only format there is; named so that a script can say what it relies on.
            (None, "--json") => {}
            _ => return usage(&argument),
        }
    }
    let Some((name, bench)) = chosen else {
        return usage("");
    };
    let mut passed = true;
    bench(measure::ROUNDS, &mut |case| {
        println!("{}", case.to_json(name));
        if let Some(complaint) = case.complaint() {
            eprintln!("{name}: {}: {complaint}", case.name);
            passed = false;
        }
    });
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
    eprintln!("usage: dyno-bench {names} [--check] [--json]");
    ExitCode::from(2)
}
