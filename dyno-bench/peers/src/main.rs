//! What other mappers add to the SDK with conversions written by hand. The program `dyno-bench` runs this one.
//!
//! The objects' values, the conversions by hand and the timing are those of the benchmark `overhead`.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for developers: it prints, and it stops where something is wrong"
)]

#[path = "../../src/alloc.rs"]
#[expect(dead_code, reason = "only how often is counted here")]
mod alloc;
#[path = "../../src/canned.rs"]
#[expect(dead_code, reason = "every answer is the same here")]
mod canned;
#[path = "../../src/caught.rs"]
mod caught;
#[path = "../../src/client.rs"]
mod client;
#[path = "../../src/depth.rs"]
mod depth;
#[path = "../../src/overhead/hand.rs"]
mod hand;
mod locked;
#[path = "../../src/measure.rs"]
mod measure;
mod modyne_rows;
mod objects;
#[path = "../../src/report.rs"]
#[expect(dead_code, reason = "dyno's own benchmarks say more")]
mod report;
mod rows;
#[path = "../../src/runtime.rs"]
mod runtime;
#[path = "../../src/overhead/samples.rs"]
mod samples;
mod serde_dynamo_rows;
mod toasty_rows;
#[path = "../../src/turns.rs"]
#[expect(dead_code, reason = "the peers take their inputs")]
mod turns;
#[path = "../../src/overhead/wire.rs"]
mod wire;

use std::env;

use self::rows::Rows;

type Measure = fn(&Rows);

const PEERS: [(&str, Measure); 3] = [
    ("serde_dynamo", serde_dynamo_rows::measure),
    ("modyne", modyne_rows::measure),
    ("toasty", toasty_rows::measure),
];

/// The only argument is how many rounds are measured.
fn main() {
    let rounds = env::args().nth(1).map(|rounds| rounds.parse());
    let rounds = rounds.transpose().expect("the argument is a number");
    for (peer, rows_of) in PEERS {
        let rows = Rows::of(peer, rounds.unwrap_or(measure::ROUNDS));
        if let Err(why) = caught::panic(|| rows_of(&rows)) {
            rows.failed(why);
        }
    }
}
