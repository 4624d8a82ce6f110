//! Objects of every kind, and a store that counts requests and capacity units.

use std::collections::BTreeMap;
use std::fmt::Debug;

use dyno::{DyObject, EncryptionKey, Lazy, Plan, Rules, Saved, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Capacity, Recorder};

/// A plain object, and a shard of others.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "IDX")]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// A root with encrypted fields and no shards.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Secrets", key = "ID")]
pub(crate) struct Secret {
    #[dyno(encrypt)]
    pub(crate) word: String,
    pub(crate) hint: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Files", key = "ID")]
pub(crate) struct File {
    pub(crate) name: String,
    #[dyno(shard)]
    pub(crate) content: Option<Note>,
    #[dyno(shard)]
    pub(crate) summary: Note,
}

/// A line of an order, with a shard of its own.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "IDX")]
pub(crate) struct Line {
    pub(crate) product: String,
    #[dyno(shard)]
    pub(crate) note: Option<Note>,
}

/// An entry in a table with a sort key.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Sorted", key = "OWNER", sort = "PART")]
pub(crate) struct SortedLine {
    pub(crate) product: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "ID")]
pub(crate) struct Order {
    pub(crate) customer: String,
    #[dyno(shard)]
    pub(crate) lines: Vec<Line>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "SortedOrders", key = "ID")]
pub(crate) struct SortedOrder {
    pub(crate) customer: String,
    #[dyno(shard)]
    pub(crate) lines: Vec<SortedLine>,
}

/// Everything of a thread in one partition of one table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Threads", key = "FORUM", sort = "TITLE")]
pub(crate) struct Thread {
    #[dyno(key)]
    pub(crate) forum: String,
    #[dyno(sort)]
    pub(crate) title: String,
    #[dyno(shard(table = "Threads"))]
    pub(crate) head: Note,
    #[dyno(shard(table = "Threads"))]
    pub(crate) posts: Vec<SortedLine>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books", key = "ID")]
pub(crate) struct Book {
    #[dyno(shard)]
    pub(crate) notes: BTreeMap<String, Note>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
pub(crate) struct Album {
    pub(crate) title: String,
    #[dyno(shard)]
    pub(crate) cover: Lazy<Note>,
    #[dyno(shard)]
    pub(crate) photos: Lazy<Vec<Line>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Counters", key = "IDX")]
pub(crate) struct Counter {
    pub(crate) visits: u64,
    pub(crate) last: Option<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Pages", key = "ID")]
pub(crate) struct Page {
    pub(crate) title: String,
    #[dyno(shard)]
    pub(crate) body: Note,
    #[dyno(shard, independent)]
    pub(crate) counter: Counter,
    #[dyno(shard(table = "Likes"), independent)]
    pub(crate) likes: Counter,
}

/// A text of so many bytes that does not become smaller when it is compressed.
pub(crate) fn text(bytes: usize) -> String {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from(state >> 24).unwrap() % 26)
    };
    (0..bytes).map(|_| next()).collect()
}

pub(crate) fn note(bytes: usize) -> Note {
    Note { text: text(bytes) }
}

pub(crate) fn line(bytes: usize) -> Line {
    Line {
        product: text(bytes),
        note: None,
    }
}

pub(crate) fn sorted(bytes: usize) -> SortedLine {
    SortedLine {
        product: text(bytes),
    }
}

/// Whether a plan knows all that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Exact,
    AtLeast,
}

/// A store of its own, and what is asked of it and consumed.
pub(crate) struct Setup {
    pub(crate) store: Store,
    recorder: Recorder,
    capacity: Capacity,
}

pub(crate) async fn setup<T: DyObject>() -> Setup {
    let capacity = Capacity::new();
    let recorder = Recorder::new();
    let client = capacity.attach(&Engine::inline(Engine::in_memory().unwrap()).client());
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["word"], key).unwrap();
    let store = Store::new(client)
        .with_interceptor(recorder.clone())
        .with_loader(rules);
    store.ensure_tables::<T>().await.unwrap();
    let setup = Setup {
        store,
        recorder,
        capacity,
    };
    setup.forget();
    setup
}

impl Setup {
    /// What came before does not count.
    pub(crate) fn forget(&self) {
        self.recorder.take();
        self.capacity.clear();
    }

    /// Saves under the key `k` without looking at it.
    pub(crate) async fn saved<T: DyObject + Debug>(&self, object: T) -> Saved<T> {
        let saved = self.store.save(object).key("k").await.unwrap();
        self.forget();
        saved
    }

    /// The operations since the last call, and the units that they read and wrote.
    pub(crate) fn consumed(&self) -> (Vec<String>, (f64, f64)) {
        let consumed = (self.capacity.reads(), self.capacity.writes());
        let sent = self.recorder.operations();
        self.forget();
        (sent, consumed)
    }

    /// Runs an operation after its plan was made, and compares: the requests of each round trip with their operations
    /// and tables, and the units.
    pub(crate) async fn assert_plan_is_kept<T, E: Debug>(
        &self,
        what: &str,
        expected: Expected,
        plan: dyno::Result<Plan>,
        operation: impl IntoFuture<Output = Result<T, E>>,
    ) -> T {
        let plan = plan.unwrap();
        assert!(
            self.recorder.take().is_empty(),
            "{what}: a plan sends nothing"
        );
        let done = operation.await.unwrap();
        let shown = format!("{what}\n{plan}\nconsumed:\n{}", self.capacity);

        let mut sent = self.recorder.take().into_iter().map(|request| {
            let tables = match request.operation() {
                "Query" => BTreeMap::new(),
                _ => request.tables().clone(),
            };
            (request.operation().to_owned(), tables)
        });
        for round in 1..=plan.round_trips() {
            let mut planned: Vec<_> = planned(&plan, round).collect();
            let mut sent: Vec<_> = sent.by_ref().take(planned.len()).collect();
            planned.sort();
            sent.sort();
            assert_eq!(planned, sent, "{shown}");
        }
        if plan.is_complete() {
            assert_eq!(sent.next(), None, "{shown}");
        }

        let planned = (plan.read_units().as_f64(), plan.write_units().as_f64());
        let consumed = (self.capacity.reads(), self.capacity.writes());
        match expected {
            Expected::Exact => {
                assert!(plan.is_exact(), "{shown}");
                assert_eq!(planned, consumed, "{shown}");
            }
            Expected::AtLeast => {
                assert!(!plan.is_exact(), "{shown}");
                assert!(
                    planned.0 <= consumed.0 && planned.1 <= consumed.1,
                    "{shown}"
                );
            }
        }
        self.capacity.clear();
        done
    }
}

/// The requests of a round trip, with how many items each has of which table.
fn planned(
    plan: &Plan,
    round: usize,
) -> impl Iterator<Item = (String, BTreeMap<String, usize>)> + '_ {
    let requests = plan.requests().iter();
    let of_round = requests.filter(move |request| request.round_trip() == round);
    of_round.map(|request| {
        let mut tables = BTreeMap::new();
        if request.operation() != "Query" {
            for action in request.actions() {
                *tables.entry(action.table().to_owned()).or_default() += 1;
            }
        }
        (request.operation().to_owned(), tables)
    })
}
