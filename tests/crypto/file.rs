//! An object with a secret in a part of every kind, and keys that replace each other.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use dyno::{DyObject, EncryptionKey, Item, Keyring, Lazy, Rules, Shards, Store};
use dyno_testbed::Service;
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parts", key = "IDX")]
pub(crate) struct Part {
    pub(crate) text: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Counters", key = "IDX")]
pub(crate) struct Counter {
    pub(crate) secret: String,
    pub(crate) visits: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    pub(crate) text: String,
    pub(crate) open: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Files", key = "ID")]
pub(crate) struct File {
    pub(crate) title: String,
    #[dyno(encrypt)]
    pub(crate) owner: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) labels: BTreeMap<String, String>,
    #[dyno(shard)]
    pub(crate) body: Part,
    #[dyno(shard)]
    pub(crate) lines: Vec<Part>,
    #[dyno(shard)]
    pub(crate) notes: BTreeMap<String, Part>,
    #[dyno(shard)]
    pub(crate) cover: Lazy<Part>,
    #[dyno(shard, independent)]
    pub(crate) counter: Counter,
    #[dyno(shard, chunked)]
    pub(crate) scan: Part,
}

/// How many secrets [`file`] has.
pub(crate) const SECRETS: u64 = 14;

const PATTERNS: [&str; 9] = [
    "owner",
    "tags[*].text",
    "labels.*",
    "body.text",
    "lines[*].text",
    "notes.*.text",
    "cover.text",
    "counter.secret",
    "scan.text",
];

pub(crate) fn part(text: &str) -> Part {
    Part { text: text.into() }
}

pub(crate) fn file() -> File {
    let tag = |text: &str| Tag {
        text: text.into(),
        open: "open".into(),
    };
    File {
        title: "Title".into(),
        owner: "Ada".into(),
        tags: vec![tag("t0"), tag("t1")],
        labels: [("a.b", "l0"), ("c", "l1")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
        body: part("body"),
        lines: vec![part("x"), part("y"), part("z")],
        notes: [("m", part("mon")), ("t/u", part("tue"))]
            .map(|(name, note)| (name.to_owned(), note))
            .into(),
        cover: Lazy::new(part("cover")),
        counter: Counter {
            secret: "c".into(),
            visits: 1,
        },
        scan: part(&"scan".repeat(50)),
    }
}

pub(crate) fn key(id: &str) -> EncryptionKey {
    EncryptionKey::generate(id).unwrap()
}

/// The keys `2026`, which seals, and `2027`.
pub(crate) fn keys() -> Keyring {
    let mut keys = Keyring::new(key("2026"));
    keys.insert(key("2027")).unwrap();
    keys
}

/// The same with the newer one sealing.
pub(crate) fn promoted(keys: &Keyring) -> Keyring {
    let mut keys = keys.clone();
    keys.promote("2027").unwrap();
    keys
}

/// The same without the older one.
pub(crate) fn retired(keys: &Keyring) -> Keyring {
    let mut keys = promoted(keys);
    keys.retire("2026").unwrap();
    keys
}

pub(crate) fn rules(keys: &Keyring) -> Rules {
    let rules = Rules::new().with_keyring(keys.clone()).unwrap();
    rules.encrypt_with_primary(PATTERNS).unwrap()
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
    pub(crate) async fn save_file(&self, key: &str, keys: &Keyring) {
        let save = self.store.save(file()).key(key).loader(rules(keys));
        save.await.unwrap();
        self.recorder.take();
    }

    pub(crate) async fn load_file(&self, key: &str, keys: &Keyring) -> dyno::Result<File> {
        load_file(&self.store, key, keys).await
    }

    /// Every item of an object with parts of all kinds.
    pub(crate) async fn dump(&self) -> Vec<Vec<Item>> {
        let mut tables = Vec::new();
        for table in ["Files", "Parts", "Counters"] {
            tables.push(dyno_testkit::dump(&self.client, table).await.unwrap());
        }
        tables
    }
}

pub(crate) async fn load_file(store: &Store, key: &str, keys: &Keyring) -> dyno::Result<File> {
    let load = store.load::<File>(key).shards(Shards::All);
    load.loader(rules(keys)).await.map(dyno::Saved::into_object)
}
