//! Objects whose items are sealed: what ordinary use makes of them, and what is done to them behind its back.

mod life;
mod migration;
mod reseal;
mod tamper;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, EncryptionKey, Item, Lazy, Rules, Saved, Store};
use dyno_testkit::{Recorder, dump};

use crate::fixture::key;

const SEAL: &str = "_dy_seal";
const TABLES: [&str; 5] = ["Contracts", "Parties", "Lines", "Scans", "Remarks"];

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Contracts", key = "ID", context = "contracts", seal)]
struct Contract {
    title: String,
    #[dyno(encrypt)]
    secret: String,
    limit: u64,
    #[dyno(shard)]
    buyer: Party,
    #[dyno(shard)]
    seller: Party,
    #[dyno(shard)]
    lines: Vec<Line>,
    #[dyno(shard, chunked)]
    scan: Option<Scan>,
    #[dyno(shard)]
    remark: Lazy<Remark>,
}

/// The same objects as a program sees them that knows nothing of seals.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Contracts", key = "ID", context = "contracts")]
struct Bare {
    title: String,
    #[dyno(encrypt)]
    secret: String,
    limit: u64,
    #[dyno(shard)]
    buyer: Party,
    #[dyno(shard)]
    seller: Party,
    #[dyno(shard)]
    lines: Vec<Line>,
    #[dyno(shard, chunked)]
    scan: Option<Scan>,
    #[dyno(shard)]
    remark: Lazy<Remark>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parties", key = "IDX")]
struct Party {
    name: String,
    verified: bool,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "IDX")]
struct Line {
    price: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Scans", key = "IDX")]
struct Scan {
    text: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Remarks", key = "IDX")]
struct Remark {
    text: String,
}

fn party(name: &str) -> Party {
    Party {
        name: name.into(),
        verified: true,
    }
}

fn contract() -> Contract {
    Contract {
        title: "lease".into(),
        secret: "hush".into(),
        limit: 100,
        buyer: party("Naomi"),
        seller: party("Emil"),
        lines: vec![Line { price: 1 }, Line { price: 20 }],
        scan: Some(Scan {
            text: "scan".into(),
        }),
        remark: Lazy::new(Remark {
            text: "none".into(),
        }),
    }
}

fn bare() -> Bare {
    let Contract {
        title,
        secret,
        limit,
        buyer,
        seller,
        lines,
        scan,
        remark,
    } = contract();
    Bare {
        title,
        secret,
        limit,
        buyer,
        seller,
        lines,
        scan,
        remark,
    }
}

/// Two keys for fields and for seals, the same in all rules of a test.
struct Keys {
    fields: EncryptionKey,
    seals: EncryptionKey,
}

impl Keys {
    fn new() -> Self {
        Self {
            fields: key("fields"),
            seals: key("seals"),
        }
    }

    /// Rules that know nothing of seals.
    fn without_seals(&self) -> Rules {
        Rules::new()
            .encrypt(["secret"], self.fields.clone())
            .unwrap()
    }

    fn rules(&self) -> Rules {
        self.without_seals().seal_items(self.seals.clone()).unwrap()
    }
}

struct Setup {
    store: Store,
    recorder: Recorder,
    keys: Keys,
}

async fn setup() -> Setup {
    let (recorder, keys) = (Recorder::new(), Keys::new());
    let store = dyno_testbed::store()
        .with_loader(keys.rules())
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Contract>().await.unwrap();
    recorder.take();
    Setup {
        store,
        recorder,
        keys,
    }
}

impl Setup {
    async fn saved(&self) -> Saved<Contract> {
        self.store.save(contract()).key("c").await.unwrap()
    }

    /// Every item of every table, in an order of its own.
    async fn items(&self) -> Vec<(&'static str, Item)> {
        let client = self.store.client::<Contract>().unwrap();
        let mut all = BTreeMap::new();
        for table in TABLES {
            for item in dump(&client, table).await.unwrap() {
                all.insert((table, format!("{:?}", item[key_name(table)])), item);
            }
        }
        let all = all.into_iter();
        all.map(|((table, _), item)| (table, item)).collect()
    }

    /// The first item of a table for which this holds.
    async fn item(&self, table: &str, wanted: impl Fn(&Item) -> bool) -> Item {
        let items = self.items().await.into_iter();
        let mut items = items.filter(|(name, item)| *name == table && wanted(item));
        items.next().unwrap().1
    }

    async fn root(&self) -> Item {
        self.item("Contracts", |_| true).await
    }

    /// The item of a shard, its first piece.
    async fn shard(&self, table: &str, id: &str) -> Item {
        let place = format!("Contracts#c/{id}");
        let is_there = |item: &Item| {
            let key = item["IDX"].as_s().unwrap();
            key.starts_with(&place) && !key.contains("#1")
        };
        self.item(table, is_there).await
    }

    /// Writes an item as something other than dyno would.
    async fn put(&self, table: &str, item: Item) {
        let client = self.store.client::<Contract>().unwrap();
        let put = client.put_item().table_name(table).set_item(Some(item));
        put.send().await.unwrap();
    }
}

fn key_name(table: &str) -> &'static str {
    if table == "Contracts" { "ID" } else { "IDX" }
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn with(mut item: Item, name: &str, value: AttributeValue) -> Item {
    item.insert(name.to_owned(), value);
    item
}

fn without(mut item: Item, name: &str) -> Item {
    item.remove(name).unwrap();
    item
}
