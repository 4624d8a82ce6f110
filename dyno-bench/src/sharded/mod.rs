//! What an object in many items costs the client, against code written by hand that is neither atomic nor verified.

pub(crate) mod hand;
pub(crate) mod objects;
pub(crate) mod recorded;

use aws_sdk_dynamodb::Client;
use dyno_core::{Saved, Store};
use tokio::runtime::Runtime;

use self::objects::{Parted, Twenty};
use self::recorded::record;
use crate::measure::compare;
use crate::report::{Allocations, Row};
use crate::turns::repeat_async;
use crate::{alloc, canned, runtime};

const BASELINE: &str = "the SDK, not atomic and not verified";

/// The same, and the parts are put by one request.
const BATCHES: &str = "the SDK with BatchWriteItem, not atomic and not verified";

/// The most that an object may cost, saved or loaded.
const BOUND: f64 = 1.5;

const ID: &str = "document-042";

pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let bench = Bench::<Twenty>::new(rounds);
    report(bench.save_new());
    report(bench.save_new_in_batches());
    report(bench.save_all_changed());
    report(bench.load());
}

/// Clients whose answers were recorded from the embedded engine.
struct Bench<T> {
    rounds: usize,
    runtime: Runtime,
    store: Store,
    client: Client,
    object: T,
}

impl<T: Parted> Bench<T> {
    fn new(rounds: usize) -> Self {
        let runtime = runtime::current_thread();
        let object = T::new(ID);
        let (store, client) = runtime.block_on(async {
            let recorded = record::<T>(async |client| {
                let store = Store::new(client);
                let saved = store.save(object.clone()).await.expect("it is saved");
                drop(store.load::<T>(saved.key()).await.expect("it loads"));
            });
            let recorded_by_hand = record::<T>(async |client| {
                hand::save(&client, &object).await;
                drop(hand::load::<T>(&client, ID).await);
            });
            let store = Store::new(canned::client_of(recorded.await));
            let client = canned::client_of(recorded_by_hand.await);
            let loaded = store.load::<T>(ID).await.expect("the answer is canned");
            assert_eq!(*loaded, object);
            assert_eq!(hand::load::<T>(&client, ID).await, object);
            (store, client)
        });
        Self {
            rounds,
            runtime,
            store,
            client,
            object,
        }
    }

    fn save_new(&self) -> Row {
        let by_hand = async |object| hand::save(&self.client, &object).await;
        let row = self.save_new_against("save new", BASELINE, by_hand);
        row.at_most(BOUND)
    }

    fn save_new_in_batches(&self) -> Row {
        let by_hand = async |object| hand::save_in_batches(&self.client, &object).await;
        self.save_new_against("save new, no request for each part", BATCHES, by_hand)
    }

    fn save_new_against(
        &self,
        operation: &str,
        against: &'static str,
        by_hand: impl AsyncFn(T),
    ) -> Row {
        let object = async || self.object.clone();
        let save = async |object| drop(self.store.save(object).await.expect("it is canned"));
        self.row(operation, against, (object, save), (object, by_hand))
    }

    fn save_all_changed(&self) -> Row {
        let loaded = async || {
            let mut loaded = self.store.load::<T>(ID).await.expect("it is canned");
            loaded.change_all();
            loaded
        };
        let save = async |mut object: Saved<T>| object.save().await.expect("it is canned");
        let changed = async || {
            let mut object = self.object.clone();
            object.change_all();
            object
        };
        let by_hand = async |object| hand::save(&self.client, &object).await;
        let row = self.row(
            "save all changed",
            BASELINE,
            (loaded, save),
            (changed, by_hand),
        );
        row.at_most(BOUND)
    }

    fn load(&self) -> Row {
        let nothing = async || ();
        let load = async |()| drop(self.store.load::<T>(ID).await.expect("it is canned"));
        let by_hand = async |()| drop(hand::load::<T>(&self.client, ID).await);
        let row = self.row("load", BASELINE, (nothing, load), (nothing, by_hand));
        row.at_most(BOUND)
    }

    /// Both sides are an input, made beforehand, and what is done with it.
    fn row<I, J>(
        &self,
        operation: &str,
        against: &'static str,
        (input, ours): (impl AsyncFn() -> I, impl AsyncFn(I)),
        (hand_input, by_hand): (impl AsyncFn() -> J, impl AsyncFn(J)),
    ) -> Row {
        let found = compare(
            self.rounds,
            |calls| self.runtime.block_on(repeat_async(calls, &input, &ours)),
            |calls| {
                self.runtime
                    .block_on(repeat_async(calls, &hand_input, &by_hand))
            },
        );
        let allocations = Allocations {
            ours: self.allocations(&input, &ours),
            baseline: Some(self.allocations(&hand_input, &by_hand)),
            allowed: None,
        };
        let case = format!("{operation}, {} shards of 8 KB", T::PARTS.len());
        Row::timed(case, against, found).allocations(allocations)
    }

    fn allocations<I>(&self, input: impl AsyncFn() -> I, call: impl AsyncFn(I)) -> u64 {
        let input = self.runtime.block_on(input());
        alloc::count(|| self.runtime.block_on(call(input)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_counted() {
        let mut cases = Vec::new();
        run(0, &mut |row| {
            assert_eq!(row.complaint(), None, "{}", row.case());
            let line = row.to_json("sharded");
            for side in ["allocations", "baseline_allocations"] {
                assert_ne!(line[side], 0, "{}: nothing is counted", row.case());
            }
            cases.push(row.case().to_owned());
        });
        assert_eq!(cases.len(), 4);
    }
}
