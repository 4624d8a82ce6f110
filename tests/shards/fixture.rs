//! Objects with shards of every kind, and a store of its own for each test.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use dyno::{DyObject, Item, Lazy, Saved, Store};
use dyno_testbed::Service;
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "IDX")]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// A line of an order, with a shard of its own.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "IDX")]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) count: u32,
    #[dyno(shard)]
    pub(crate) note: Option<Note>,
}

/// The same in a table with a sort key.
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

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books", key = "ID")]
pub(crate) struct Book {
    #[dyno(shard)]
    pub(crate) notes: BTreeMap<String, Note>,
    #[dyno(shard)]
    pub(crate) more: Option<BTreeMap<String, Note>>,
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
}

/// A store of its own, its client, and what it is asked.
pub(crate) struct Setup {
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) recorder: Recorder,
}

pub(crate) async fn setup<T: DyObject>() -> Setup {
    let client = Service::new().inline().client();
    let recorder = Recorder::new();
    let store = Store::new(client.clone()).with_interceptor(recorder.clone());
    store.ensure_tables::<T>().await.unwrap();
    recorder.take();
    Setup {
        store,
        client,
        recorder,
    }
}

impl Setup {
    /// Saves, and forgets the requests of it.
    pub(crate) async fn saved<T: DyObject + std::fmt::Debug>(&self, object: T) -> Saved<T> {
        let saved = self.store.save(object).key("k").await.unwrap();
        self.recorder.take();
        saved
    }

    /// The items of a table, in the order of their keys.
    pub(crate) async fn dump(&self, table: &str) -> Vec<Item> {
        dyno_testkit::dump(&self.client, table).await.unwrap()
    }

    /// The operations since the last call.
    pub(crate) fn sent(&self) -> Vec<String> {
        let sent = self.recorder.operations();
        self.recorder.take();
        sent
    }
}

pub(crate) fn line(product: &str) -> Line {
    Line {
        product: product.into(),
        count: 1,
        note: None,
    }
}

pub(crate) fn order<const N: usize>(products: [&str; N]) -> Order {
    Order {
        customer: "Ada".into(),
        lines: products.map(line).into(),
    }
}

pub(crate) fn note(text: impl Into<String>) -> Note {
    Note { text: text.into() }
}
