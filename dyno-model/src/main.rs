//! Prints what the model finds: `cargo run -p dyno-model --release [larger]`.
#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

use std::env;

use dyno_model::{Caught, configurations, findings, larger, mutants};

fn main() {
    let configurations = match env::args().nth(1).as_deref() {
        Some("larger") => larger(),
        _ => configurations(),
    };
    for configuration in configurations {
        println!("{}", configuration.check());
    }
    println!("\nmutants");
    mutants().into_iter().for_each(print);
    println!("\nfindings: rules as built");
    findings().into_iter().for_each(print);
}

fn print(caught: Caught) {
    let report = caught.configuration.find(caught.by);
    let verdict = if report.violates(caught.by) {
        "caught"
    } else {
        "MISSED"
    };
    println!(
        "{:26} {verdict} by {}: {report}",
        format!("{:?}", caught.mutant),
        caught.by
    );
}
