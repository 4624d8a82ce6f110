//! Types of every form of storage with unique fields, and what must hold of their tables.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, Item, Store, Stored};
use dyno_embedded::Engine;
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, dump, wrap};

/// One item, with its guards in its own table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
pub(crate) struct User {
    #[dyno(key)]
    pub(crate) id: String,
    #[dyno(unique)]
    pub(crate) email: Option<String>,
    #[dyno(unique, rename = "no")]
    pub(crate) number: Option<u64>,
    pub(crate) visits: u64,
}

/// A root and a shard, with its guards in another table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shops", key = "ID", sort = "YEAR")]
pub(crate) struct Shop {
    #[dyno(key)]
    pub(crate) id: String,
    #[dyno(sort)]
    pub(crate) year: u32,
    #[dyno(unique(table = "Uniques", key = "value"))]
    pub(crate) name: String,
    #[dyno(shard)]
    pub(crate) place: Place,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Places", key = "IDX")]
pub(crate) struct Place {
    pub(crate) city: String,
}

pub(crate) fn user(id: &str, email: &str) -> User {
    User {
        id: id.into(),
        email: Some(email.into()),
        number: None,
        visits: 0,
    }
}

pub(crate) fn shop(id: &str, name: &str) -> Shop {
    Shop {
        id: id.into(),
        year: 1995,
        name: name.into(),
        place: Place {
            city: "Nara".into(),
        },
    }
}

/// A store with the tables of all types, and what it sends from now on.
pub(crate) async fn store() -> (Store, Recorder) {
    recorded(Service::new().inline().client()).await
}

/// The same on an engine in the process, whose requests take no time on the clock of tokio.
pub(crate) async fn store_in_process() -> (Store, Recorder) {
    recorded(Engine::in_memory().unwrap().inline().client()).await
}

async fn recorded(client: Client) -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = made(client).await.with_interceptor(recorder.clone());
    (store, recorder)
}

/// A store whose transactions go wrong as the script says, by their number, one on the same tables whose requests do not, and what
/// the first sends.
pub(crate) async fn faulty(
    script: impl Fn(u64) -> Fault + Send + Sync + 'static,
) -> (Store, Store, Recorder) {
    let client = Service::new().inline().client();
    let sound = made(client.clone()).await;
    let recorder = Recorder::new();
    let seen = AtomicU64::new(0);
    let of = move |request: &Request| match request.operation() {
        "TransactWriteItems" => script(seen.fetch_add(1, Ordering::Relaxed)),
        _ => Fault::Pass,
    };
    let faulty = Store::new(wrap(&client, |http| FaultClient::new(http, of)));
    (faulty.with_interceptor(recorder.clone()), sound, recorder)
}

pub(crate) async fn made(client: Client) -> Store {
    let store = Store::new(client);
    store.ensure_tables::<User>().await.unwrap();
    store.ensure_tables::<Shop>().await.unwrap();
    store
}

/// Operations and numbers of items, such as `TransactWriteItems 3`.
pub(crate) fn sent(recorder: &Recorder) -> Vec<String> {
    let mut requests = recorder.take();
    // Of whoever looks at the tables.
    requests.retain(|request| !["DescribeTable", "Scan"].contains(&request.operation()));
    let line = |request: &Request| format!("{} {}", request.operation(), request.actions());
    requests.iter().map(line).collect()
}

async fn items<T: Stored>(store: &Store, table: &str) -> Vec<Item> {
    dump(&store.client::<T>().unwrap(), table).await.unwrap()
}

fn is_guard(item: &Item) -> bool {
    item.contains_key("_dy_owner")
}

/// What the guards say: key and owner.
pub(crate) async fn guards(store: &Store) -> BTreeSet<(String, String)> {
    let mut guards = BTreeSet::new();
    for (table, key) in [("Users", "ID"), ("Uniques", "value")] {
        let found = items::<User>(store, table).await;
        for guard in found.iter().filter(|item| is_guard(item)) {
            let owner = guard["_dy_owner"].as_l().unwrap();
            let owner: Vec<_> = owner.iter().map(text).collect();
            guards.insert((text(&guard[key]), owner.join(" ")));
        }
    }
    guards
}

pub(crate) fn text(value: &AttributeValue) -> String {
    let text = value.as_s().or_else(|_| value.as_n());
    text.unwrap().clone()
}

/// Every value of every object has its guard, and there is no other guard.
pub(crate) async fn assert_guarded(store: &Store) {
    let mut expected = BTreeSet::new();
    for user in items::<User>(store, "Users").await {
        for (field, kind) in [("email", "S"), ("no", "N")] {
            if let (Some(value), false) = (user.get(field), is_guard(&user)) {
                let key = format!("_dy_unique#Users#{field}#{kind}#{}", text(value));
                expected.insert((key, text(&user["ID"])));
            }
        }
    }
    for shop in items::<Shop>(store, "Shops").await {
        let key = format!("_dy_unique#Shops/Shops#name#S#{}", text(&shop["name"]));
        let owner = format!("{} {}", text(&shop["ID"]), text(&shop["YEAR"]));
        expected.insert((key, owner));
    }
    assert_eq!(guards(store).await, expected);
}
