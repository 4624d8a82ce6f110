//! A store of its own for each test, and the objects that most tests update.

use std::collections::{BTreeMap, BTreeSet};

use dyno::{DyObject, EncryptionKey, Rules, Store};
use dyno_testkit::Recorder;

/// An object that is one plain item.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Counters", key = "ID")]
pub(crate) struct Counter {
    #[dyno(key)]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) count: u32,
    pub(crate) note: Option<String>,
    pub(crate) score: Option<f64>,
    pub(crate) tags: Option<BTreeSet<String>>,
    pub(crate) log: Vec<String>,
    pub(crate) sums: BTreeMap<String, i64>,
    pub(crate) home: Option<Home>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
pub(crate) struct Home {
    #[dyno(rename = "order")]
    pub(crate) city: String,
    pub(crate) floor: i8,
}

pub(crate) fn counter() -> Counter {
    Counter {
        id: "c".into(),
        name: "first".into(),
        count: 1,
        note: None,
        score: None,
        tags: None,
        log: vec!["made".into()],
        sums: BTreeMap::from([("a".into(), 1)]),
        home: Some(Home {
            city: "Nara".into(),
            floor: 3,
        }),
    }
}

/// An object with a version, an encrypted field and a shard.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Accounts", key = "ID")]
pub(crate) struct Account {
    #[dyno(encrypt)]
    pub(crate) owner: String,
    pub(crate) visits: u64,
    pub(crate) log: Vec<String>,
    #[dyno(shard)]
    pub(crate) details: Details,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "AccountDetails", key = "IDX")]
pub(crate) struct Details {
    pub(crate) born: String,
}

/// The same without the shard.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Cards", key = "ID")]
pub(crate) struct Card {
    #[dyno(encrypt)]
    pub(crate) number: String,
    pub(crate) uses: u64,
}

pub(crate) fn account() -> Account {
    Account {
        owner: "Ada".into(),
        visits: 0,
        log: vec![],
        details: Details {
            born: "1815".into(),
        },
    }
}

pub(crate) fn rules() -> Rules {
    let key = EncryptionKey::generate("k1").unwrap();
    Rules::new().encrypt(["owner", "number"], key).unwrap()
}

pub(crate) async fn make_tables(store: &Store) {
    store.ensure_tables::<Counter>().await.unwrap();
    store.ensure_tables::<Account>().await.unwrap();
    store.ensure_tables::<Card>().await.unwrap();
}

/// A store with a counter, an account and a card, all called `c`.
pub(crate) async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store()
        .with_loader(rules())
        .with_interceptor(recorder.clone());
    make_tables(&store).await;
    store.save(counter()).await.unwrap();
    store.save(account()).key("c").await.unwrap();
    let card = Card {
        number: "4111".into(),
        uses: 0,
    };
    store.save(card).key("c").await.unwrap();
    recorder.take();
    (store, recorder)
}

pub(crate) async fn load(store: &Store) -> Counter {
    store.load::<Counter>("c").await.unwrap().into_object()
}
