//! Requests, phases and capacity of an object in many items, next to the least that is possible, and the time that it takes
//! when each request takes so long, next to code written by hand.

mod cost;
mod operation;
mod wire;

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use dyno_testkit::Capacity;
use tokio::runtime::Runtime;

use self::cost::{Cost, FIGURES, MORE};
use self::operation::{ByHand, OPERATIONS, Operation, Ours, Side};
use self::wire::Wire;
use crate::measure::compare;
use crate::report::{Limit, Row};
use crate::sharded::objects::{Five, NinetyNine, One, Parted, Twenty};
use crate::{engine, runtime};

const FLOOR: &str = "the floor: each changed byte once, in one request";

const BASELINE: &str = "the SDK, parallel, not atomic";

/// What each request waits, and how often that is measured: no time has a limit.
const LATENCIES: [(Duration, &str, usize); 2] = [
    (Duration::ZERO, "0 ms", 51),
    (Duration::from_millis(5), "5 ms", 21),
];

pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let runtime = runtime::current_thread();
    with_parts::<One>(rounds, &runtime, report);
    with_parts::<Five>(rounds, &runtime, report);
    with_parts::<Twenty>(rounds, &runtime, report);
    with_parts::<NinetyNine>(rounds, &runtime, report);
}

fn with_parts<T: Parted>(rounds: usize, runtime: &Runtime, report: &mut dyn FnMut(Row)) {
    count::<T>(runtime, report);
    if rounds > 0 {
        time::<T>(runtime, report);
    }
}

fn count<T: Parted>(runtime: &Runtime, report: &mut dyn FnMut(Row)) {
    let mut ours = runtime.block_on(Metered::new::<T>(Ours::<T>::new));
    let mut by_hand = runtime.block_on(Metered::new::<T>(ByHand::<T>::new));
    for operation in OPERATIONS {
        let found = runtime.block_on(ours.cost(operation));
        let found_by_hand = runtime.block_on(by_hand.cost(operation));
        let parts = T::PARTS.len();
        let floor = Cost::floor(operation, parts);
        let planned = Cost::planned(operation, parts);
        let wanted = Cost::documented(operation, parts);
        for (figure, of) in FIGURES {
            let case = format!("{}, {parts} shards: {figure}", operation.name());
            let row = Row::counted(case, FLOOR, figure, of(&found), of(&floor))
                .limit(Limit::Exactly(of(&wanted) / of(&floor)))
                .detail("by_hand", of(&found_by_hand))
                .detail("planned", of(&planned));
            let is_more = of(&wanted) > of(&planned);
            report(if is_more {
                row.detail("why", MORE)
            } else {
                row
            });
        }
    }
}

fn time<T: Parted>(runtime: &Runtime, report: &mut dyn FnMut(Row)) {
    let mut ours = runtime.block_on(Timed::new::<T>(Ours::<T>::new));
    let mut by_hand = runtime.block_on(Timed::new::<T>(ByHand::<T>::new));
    for operation in OPERATIONS {
        for (latency, name, rounds) in LATENCIES {
            let found = compare(
                rounds,
                |calls| runtime.block_on(ours.time(operation, latency, calls)),
                |calls| runtime.block_on(by_hand.time(operation, latency, calls)),
            );
            let (operation, parts) = (operation.name(), T::PARTS.len());
            let case = format!("{operation}, {parts} shards: time, {name} for each request");
            report(Row::timed(case, BASELINE, found));
        }
    }
}

/// A client of an engine of its own, with the tables.
async fn client<T: Parted>() -> Client {
    let engine = engine::with_tables::<T>().await;
    engine.inline().client()
}

/// One side, and what tells of its requests.
struct Metered<S> {
    side: S,
    wire: Wire,
    capacity: Capacity,
}

impl<S: Side> Metered<S> {
    async fn new<T: Parted>(side: impl FnOnce(Client) -> S) -> Self {
        let (wire, capacity) = (Wire::default(), Capacity::new());
        let client = capacity.attach(&client::<T>().await);
        let side = side(wire.attach(&client));
        Self {
            side,
            wire,
            capacity,
        }
    }

    async fn cost(&mut self, operation: Operation) -> Cost {
        self.side.prepare(operation).await;
        self.wire.take();
        self.capacity.clear();
        self.side.perform(operation).await;
        let seen = self.wire.take();
        Cost {
            requests: seen.requests,
            phases: seen.phases,
            reads: self.capacity.reads(),
            writes: self.capacity.writes(),
        }
    }
}

/// One side, as fast as it is.
struct Timed<S> {
    side: S,
    wire: Wire,
}

impl<S: Side> Timed<S> {
    async fn new<T: Parted>(side: impl FnOnce(Client) -> S) -> Self {
        let wire = Wire::default();
        let side = side(wire.attach(&client::<T>().await));
        Self { side, wire }
    }

    async fn time(&mut self, operation: Operation, latency: Duration, calls: u32) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..calls {
            self.side.prepare(operation).await;
            self.wire.set_latency(latency);
            let began = Instant::now();
            self.side.perform(operation).await;
            took += began.elapsed();
            self.wire.set_latency(Duration::ZERO);
        }
        took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_costs_what_is_documented() {
        let mut cases = 0;
        let mut complaints = Vec::new();
        run(0, &mut |row| {
            cases += 1;
            let complaint = row.complaint();
            complaints.extend(complaint.map(|_| row.to_json("roundtrips").to_string()));
        });
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        assert_eq!(cases, 4 * OPERATIONS.len() * 3);
    }
}
