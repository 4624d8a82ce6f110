//! How time, memory and allocations grow with an object, and what many tasks on one store get done.

mod pieces;
mod slope;
mod tasks;

use aws_sdk_dynamodb::Client;
use dyno_core::Store;
use tokio::runtime::Runtime;

use self::slope::slope;
use crate::measure::compare;
use crate::report::{Allocations, Row};
use crate::sharded::objects::{Five, NinetyNine, One, Parted, Twenty};
use crate::sharded::recorded::record;
use crate::turns::repeat_async;
use crate::{alloc, canned, runtime};

const BASELINE: &str = "the SDK, not atomic and not verified";

/// How often is measured at most: nothing has a limit, and the largest take a hundredth of a second.
const ROUNDS: usize = 51;

/// Bytes of all texts of an object.
const SIZES: [(u32, &str); 6] = [
    (1_000, "1 KB"),
    (16_000, "16 KB"),
    (64_000, "64 KB"),
    (256_000, "256 KB"),
    (1_000_000, "1 MB"),
    (4_000_000, "4 MB"),
];

const ID: &str = "document-042";

pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let rounds = rounds.min(ROUNDS);
    by_size::<One>(rounds, report);
    by_size::<Twenty>(rounds, report);
    by_shards(rounds, report);
    tasks::run(rounds, report);
}

/// Larger and larger texts. More than 400 KB in one shard are stored in pieces.
fn by_size<T: Parted>(rounds: usize, report: &mut dyn FnMut(Row)) {
    let shards = T::PARTS.len();
    let mut series = Series::new(rounds, report);
    for (bytes, size) in SIZES {
        let each = usize::try_from(bytes).map_or(0, |bytes| bytes / shards);
        let object = T::new(ID).with_texts(each);
        let kilobytes = f64::from(bytes) / 1000.0;
        series.measure(&object, kilobytes, &format!("{size} in {shards} shards"));
    }
    series.finish(&format!("{shards} shards"), "KB");
}

/// More and more shards of 8 KB.
fn by_shards(rounds: usize, report: &mut dyn FnMut(Row)) {
    let mut series = Series::new(rounds, report);
    series.measure(&One::new(ID), 1.0, "1 shard of 8 KB");
    series.measure(&Five::new(ID), 5.0, "5 shards of 8 KB");
    series.measure(&Twenty::new(ID), 20.0, "20 shards of 8 KB");
    series.measure(&NinetyNine::new(ID), 99.0, "99 shards of 8 KB");
    series.finish("shards of 8 KB", "shard");
}

/// Objects of which each is larger than the one before.
struct Series<'a> {
    rounds: usize,
    runtime: Runtime,
    report: &'a mut dyn FnMut(Row),
    saves: Vec<Point>,
    loads: Vec<Point>,
}

/// What is found of an object so large.
struct Point {
    size: f64,
    time: Sides,
    peak: Sides,
    allocations: Sides,
}

#[derive(Clone, Copy)]
struct Sides {
    ours: f64,
    baseline: f64,
}

/// What a slope is of.
type Figure = fn(&Point) -> Sides;

const FIGURES: [(&str, &str, Figure); 3] = [
    ("time", "ns", |point| point.time),
    ("peak memory", "bytes", |point| point.peak),
    ("allocations", "allocations", |point| point.allocations),
];

impl<'a> Series<'a> {
    fn new(rounds: usize, report: &'a mut dyn FnMut(Row)) -> Self {
        Self {
            rounds,
            runtime: runtime::current_thread(),
            report,
            saves: Vec::new(),
            loads: Vec::new(),
        }
    }

    fn measure<T: Parted>(&mut self, object: &T, size: f64, case: &str) {
        let (store, client) = self.runtime.block_on(replayed(object));
        let save = async |object: T| drop(store.save(object).await.expect("it is canned"));
        let by_hand = async |object: T| pieces::save(&client, &object).await;
        let (row, point) = self.row(
            format!("save new, {case}"),
            size,
            || object.clone(),
            save,
            by_hand,
        );
        (self.report)(row);
        self.saves.push(point);

        let load = async |()| drop(store.load::<T>(ID).await.expect("it is canned"));
        let by_hand = async |()| drop(pieces::load::<T>(&client, ID).await);
        let (row, point) = self.row(format!("load, {case}"), size, || (), load, by_hand);
        (self.report)(row);
        self.loads.push(point);
    }

    fn row<I>(
        &self,
        case: String,
        size: f64,
        input: impl Fn() -> I,
        ours: impl AsyncFn(I),
        by_hand: impl AsyncFn(I),
    ) -> (Row, Point) {
        let runtime = &self.runtime;
        let found = compare(
            self.rounds,
            |calls| runtime.block_on(repeat_async(calls, async || input(), &ours)),
            |calls| runtime.block_on(repeat_async(calls, async || input(), &by_hand)),
        );
        let [one, other] = [input(), input()];
        let peak = alloc::peak(|| runtime.block_on(ours(one)));
        let baseline_peak = alloc::peak(|| runtime.block_on(by_hand(other)));
        let [one, other] = [input(), input()];
        let count = alloc::count(|| runtime.block_on(ours(one)));
        let baseline_count = alloc::count(|| runtime.block_on(by_hand(other)));
        let point = Point {
            size,
            time: Sides {
                ours: found.ours,
                baseline: found.baseline,
            },
            peak: Sides::of(peak, baseline_peak),
            allocations: Sides::of(count, baseline_count),
        };
        let row = Row::timed(case, BASELINE, found)
            .allocations(Allocations {
                ours: count,
                baseline: Some(baseline_count),
                allowed: None,
            })
            .detail("peak_bytes", peak)
            .detail("baseline_peak_bytes", baseline_peak);
        (row, point)
    }

    /// Tells how each figure grows with the size.
    fn finish(self, series: &str, step: &str) {
        for (operation, points) in [("save new", &self.saves), ("load", &self.loads)] {
            for (figure, unit, of) in FIGURES {
                let points = points.iter().map(|point| (point.size, of(point)));
                let ours = slope(points.clone().map(|(size, sides)| (size, sides.ours)));
                let baseline = slope(points.map(|(size, sides)| (size, sides.baseline)));
                let case = format!("{operation}, {series}: {figure} for each further {step}");
                (self.report)(Row::counted(case, BASELINE, unit, ours, baseline));
            }
        }
    }
}

impl Sides {
    fn of(ours: u64, baseline: u64) -> Self {
        Self {
            ours: as_f64(ours),
            baseline: as_f64(baseline),
        }
    }
}

/// A store and a client whose answers were recorded.
async fn replayed<T: Parted>(object: &T) -> (Store, Client) {
    let recorded = record::<T>(async |client| {
        let store = Store::new(client);
        let saved = store.save(object.clone()).await.expect("it is saved");
        drop(store.load::<T>(saved.key()).await.expect("it loads"));
    });
    let recorded_by_hand = record::<T>(async |client| {
        pieces::save(&client, object).await;
        drop(pieces::load::<T>(&client, ID).await);
    });
    let store = Store::new(canned::client_of(recorded.await));
    let client = canned::client_of(recorded_by_hand.await);
    let loaded = store.load::<T>(ID).await.expect("the answer is canned");
    assert_eq!(*loaded, *object);
    assert_eq!(pieces::load::<T>(&client, ID).await, *object);
    (store, client)
}

fn as_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_counted() {
        let mut cases = 0;
        run(0, &mut |row| {
            assert_eq!(row.complaint(), None, "{}", row.case());
            cases += 1;
        });
        let sizes = 2 * SIZES.len() + 4;
        assert_eq!(cases, 2 * sizes + 3 * 2 * FIGURES.len() + tasks::CASES);
    }
}
