//! Many tasks on one store, and on one engine.

use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use dyno_core::{Saved, Store};
use futures_util::future::join_all;
use tokio::runtime::Runtime;

use crate::engine;
use crate::measure::compare;
use crate::report::Row;
use crate::sharded::hand;
use crate::sharded::objects::{Five, Parted};

const BASELINE: &str = "the SDK, not atomic and not verified, on the same engine";

const TASKS: [u32; 3] = [1, 8, 64];

#[cfg(test)]
pub(super) const CASES: usize = 2 * TASKS.len();

pub(super) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    for tasks in TASKS {
        let mut bench = runtime.block_on(Bench::new(tasks));
        let case = |operation| format!("{operation}, 5 shards of 8 KB, {tasks} tasks at once");
        report(bench.load(rounds, &runtime, case("load")));
        report(bench.save(rounds, &runtime, case("save all changed")));
    }
}

/// Both sides on one engine, with an object of either side for each task.
struct Bench {
    store: Store,
    client: Client,
    ours: Vec<Saved<Five>>,
    by_hand: Vec<Five>,
}

impl Bench {
    async fn new(tasks: u32) -> Self {
        let client = engine::with_tables::<Five>().await.client();
        let mut bench = Self {
            store: Store::new(client.clone()),
            client,
            ours: Vec::new(),
            by_hand: Vec::new(),
        };
        for task in 0..tasks {
            let saved = bench
                .store
                .save(Five::new(&format!("ours-{task:03}")))
                .await;
            bench.ours.push(saved.expect("it is saved"));
            let object = Five::new(&format!("hand-{task:03}"));
            hand::save(&bench.client, &object).await;
            bench.by_hand.push(object);
        }
        bench
    }

    fn load(&mut self, rounds: usize, runtime: &Runtime, case: String) -> Row {
        let (store, client) = (self.store.clone(), self.client.clone());
        let ours = |calls| {
            turn(runtime, &mut self.ours, |object| {
                let store = store.clone();
                async move {
                    for _ in 0..calls {
                        let loaded = store.load::<Five>(object.key()).await;
                        drop(loaded.expect("it loads"));
                    }
                    object
                }
            })
        };
        let by_hand = |calls| {
            turn(runtime, &mut self.by_hand, |object| {
                let client = client.clone();
                async move {
                    for _ in 0..calls {
                        drop(hand::load::<Five>(&client, object.id()).await);
                    }
                    object
                }
            })
        };
        row(rounds, case, ours, by_hand)
    }

    fn save(&mut self, rounds: usize, runtime: &Runtime, case: String) -> Row {
        let client = self.client.clone();
        let ours = |calls| {
            turn(runtime, &mut self.ours, |mut object| async move {
                for _ in 0..calls {
                    object.change_all();
                    object.save().await.expect("it is saved");
                }
                object
            })
        };
        let by_hand = |calls| {
            turn(runtime, &mut self.by_hand, |mut object| {
                let client = client.clone();
                async move {
                    for _ in 0..calls {
                        object.change_all();
                        hand::save(&client, &object).await;
                    }
                    object
                }
            })
        };
        row(rounds, case, ours, by_hand)
    }
}

/// Without a round, both sides do it once.
fn row(
    rounds: usize,
    case: String,
    mut ours: impl FnMut(u32) -> Duration,
    mut by_hand: impl FnMut(u32) -> Duration,
) -> Row {
    if rounds == 0 {
        ours(1);
        by_hand(1);
    }
    let found = compare(rounds, ours, by_hand);
    let in_a_second = [found.ours, found.baseline].map(|nanoseconds| (1e9 / nanoseconds).round());
    let [ours, baseline] = in_a_second;
    Row::timed(case, BASELINE, found)
        .detail("in_a_second", ours)
        .detail("baseline_in_a_second", baseline)
}

/// How long one object takes while a task for each of them works.
fn turn<S, F>(runtime: &Runtime, objects: &mut Vec<S>, task: impl Fn(S) -> F) -> Duration
where
    S: Send + 'static,
    F: Future<Output = S> + Send + 'static,
{
    let given = std::mem::take(objects);
    runtime.block_on(async {
        let began = Instant::now();
        let tasks = given.into_iter().map(|object| tokio::spawn(task(object)));
        let ended = join_all(tasks).await;
        let took = began.elapsed();
        objects.extend(ended.into_iter().map(|ended| ended.expect("no task fails")));
        took / u32::try_from(objects.len()).unwrap_or(u32::MAX)
    })
}
