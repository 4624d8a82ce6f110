//! Types of one table, as in single-table design.

use dyno::{AttributeValue, DyObject, Item, Key, Store};
use dyno_testkit::Recorder;

/// One for each tenant.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort(template = "PROFILE"),
    tag = "Profile"
)]
pub(crate) struct Profile {
    pub(crate) tenant: String,
    pub(crate) plan: String,
}

/// Many of each tenant.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "ORDER#{day}#{number}",
    tag = "Order"
)]
pub(crate) struct Order {
    pub(crate) tenant: String,
    pub(crate) day: i32,
    pub(crate) number: u32,
    pub(crate) note: Option<String>,
}

/// What a secondary index finds by its state.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "TASK#{id}",
    tag = "Task"
)]
pub(crate) struct Task {
    pub(crate) tenant: String,
    pub(crate) id: u32,
    #[dyno(index(name = "by-state", key))]
    pub(crate) state: String,
}

/// An object with a shard beside it.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "REPORT#{name}",
    tag = "Report"
)]
pub(crate) struct Report {
    pub(crate) tenant: String,
    pub(crate) name: String,
    #[dyno(shard(table = "App"))]
    pub(crate) body: Text,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "App", key = "PK", sort = "SK", tag = "Text")]
pub(crate) struct Text {
    pub(crate) text: String,
}

/// A user, by an attribute of another name, with an e-mail address between two texts.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key(name = "pk", template = "USER#{email}#{region}"))]
pub(crate) struct User {
    pub(crate) email: String,
    #[dyno(rename = "r")]
    pub(crate) region: String,
    pub(crate) age: u32,
}

pub(crate) fn profile(tenant: &str) -> Profile {
    Profile {
        tenant: tenant.into(),
        plan: "free".into(),
    }
}

pub(crate) fn order(tenant: &str, day: i32, number: u32) -> Order {
    Order {
        tenant: tenant.into(),
        day,
        number,
        note: None,
    }
}

pub(crate) fn report(tenant: &str, name: &str) -> Report {
    Report {
        tenant: tenant.into(),
        name: name.into(),
        body: Text {
            text: "all is well".into(),
        },
    }
}

pub(crate) fn empty() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    (store, recorder)
}

pub(crate) async fn store() -> (Store, Recorder) {
    let (store, recorder) = empty();
    store.ensure_tables::<Order>().await.unwrap();
    store.ensure_tables::<Report>().await.unwrap();
    store.ensure_tables::<User>().await.unwrap();
    recorder.take();
    (store, recorder)
}

/// Two tenants with a profile, six orders and two reports each.
pub(crate) async fn shop() -> (Store, Recorder) {
    let (store, recorder) = store().await;
    for tenant in ["acme", "acme#2"] {
        store.save(profile(tenant)).await.unwrap();
        for (day, number) in [(-3, 7), (0, 1), (0, 2), (1, 1), (10, 1), (200, 5)] {
            store.save(order(tenant, day, number)).await.unwrap();
        }
        for name in ["may", "june"] {
            store.save(report(tenant, name)).await.unwrap();
        }
    }
    recorder.take();
    (store, recorder)
}

/// Under the keys of orders.
#[derive(DyObject, Debug)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "ORDER#{day}#{number}",
    tag = "Other"
)]
pub(crate) struct Other {
    pub(crate) tenant: String,
    pub(crate) day: i32,
    pub(crate) number: u32,
}

/// The item as it stands in the table.
pub(crate) async fn stored_item(store: &Store, key: &Key) -> Item {
    let client = store.client::<Order>().unwrap();
    let sort = key.sort().map_or_else(String::new, ToString::to_string);
    let found = client
        .get_item()
        .table_name("App")
        .key("PK", AttributeValue::S(key.partition().to_string()))
        .key("SK", AttributeValue::S(sort))
        .send()
        .await
        .unwrap();
    found.item.unwrap_or_default()
}

/// What another program writes.
pub(crate) async fn put(store: &Store, item: Item) {
    let client = store.client::<Order>().unwrap();
    let put = client.put_item().table_name("App").set_item(Some(item));
    put.send().await.unwrap();
}
