//! Types of every form of storage, and a store of its own for each test.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use dyno::{DyObject, EncryptionKey, Rules, Saved, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};

/// One item without the mapper's attributes.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
pub(crate) struct Note {
    #[dyno(key)]
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) count: u64,
}

/// A root and shards in another table, one of them independent.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "ID")]
pub(crate) struct Order {
    #[dyno(key)]
    pub(crate) id: String,
    pub(crate) total: u64,
    #[dyno(shard)]
    pub(crate) address: Address,
    #[dyno(shard, independent)]
    pub(crate) log: Log,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parts", key = "IDX")]
pub(crate) struct Address {
    pub(crate) city: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parts", key = "IDX")]
pub(crate) struct Log {
    pub(crate) lines: u64,
}

/// A root alone, with a version and an encrypted field.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Accounts", key = "ID")]
pub(crate) struct Account {
    #[dyno(key)]
    pub(crate) id: String,
    #[dyno(encrypt)]
    pub(crate) owner: String,
    pub(crate) balance: u64,
}

/// An object whose shards only its root tells.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
pub(crate) struct Album {
    #[dyno(key)]
    pub(crate) id: String,
    #[dyno(shard)]
    pub(crate) songs: Vec<Song>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Songs", key = "IDX")]
pub(crate) struct Song {
    pub(crate) title: String,
}

pub(crate) fn note(id: &str) -> Note {
    Note {
        id: id.into(),
        text: format!("note {id}"),
        count: 0,
    }
}

pub(crate) fn order(id: &str) -> Order {
    Order {
        id: id.into(),
        total: 0,
        address: Address {
            city: "Nara".into(),
        },
        log: Log { lines: 0 },
    }
}

pub(crate) fn account(id: &str) -> Account {
    Account {
        id: id.into(),
        owner: format!("owner {id}"),
        balance: 10,
    }
}

pub(crate) fn album(id: &str, songs: usize) -> Album {
    let song = |number| Song {
        title: format!("song {number}"),
    };
    Album {
        id: id.into(),
        songs: (0..songs).map(song).collect(),
    }
}

/// One stored object of each form, each called `a`.
pub(crate) struct Stored {
    pub(crate) note: Saved<Note>,
    pub(crate) order: Saved<Order>,
    pub(crate) account: Saved<Account>,
}

pub(crate) async fn stored(store: &Store) -> Stored {
    Stored {
        note: store.save(note("a")).await.unwrap(),
        order: store.save(order("a")).await.unwrap(),
        account: store.save(account("a")).await.unwrap(),
    }
}

/// The same for all stores.
pub(crate) fn rules() -> Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| {
        let key = EncryptionKey::generate("k1").unwrap();
        Rules::new().encrypt(["owner"], key).unwrap()
    });
    RULES.clone()
}

/// A store with the tables of all types, and what it sends from now on.
pub(crate) async fn store() -> (Store, Recorder) {
    on(Service::new().inline().client()).await
}

/// A store whose transactions go wrong as the script says, by their number, one on the same tables whose requests do not, and what
/// the first sends.
pub(crate) async fn faulty(
    script: impl Fn(u64) -> Fault + Send + Sync + 'static,
) -> (Store, Store, Recorder) {
    faulty_by(move |number, _| script(number)).await
}

/// The same by a script that sees the request.
pub(crate) async fn faulty_by(
    script: impl Fn(u64, &Request) -> Fault + Send + Sync + 'static,
) -> (Store, Store, Recorder) {
    let client = Service::new().inline().client();
    let (sound, _) = on(client.clone()).await;
    let recorder = Recorder::new();
    let seen = AtomicU64::new(0);
    let of = move |request: &Request| match request.operation() {
        "TransactWriteItems" | "TransactGetItems" => {
            script(seen.fetch_add(1, Ordering::Relaxed), request)
        }
        _ => Fault::Pass,
    };
    let faulty = Store::new(wrap(&client, |http| FaultClient::new(http, of)));
    let faulty = faulty.with_loader(rules());
    (faulty.with_interceptor(recorder.clone()), sound, recorder)
}

pub(crate) async fn on(client: Client) -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = Store::new(client)
        .with_loader(rules())
        .with_interceptor(recorder.clone());
    make_tables(&store).await;
    recorder.take();
    (store, recorder)
}

pub(crate) async fn make_tables(store: &Store) {
    store.ensure_tables::<Note>().await.unwrap();
    store.ensure_tables::<Order>().await.unwrap();
    store.ensure_tables::<Account>().await.unwrap();
    store.ensure_tables::<Album>().await.unwrap();
}

/// Operations and numbers of items, such as `TransactWriteItems 3`.
pub(crate) fn sent(recorder: &Recorder) -> Vec<String> {
    let requests = recorder.take();
    let line = |request: &Request| format!("{} {}", request.operation(), request.actions());
    requests.iter().map(line).collect()
}
