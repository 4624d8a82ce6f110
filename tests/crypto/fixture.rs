//! A store of its own for each test, and the object that most tests save.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, EncryptionKey, Item, Rules, Store};
use dyno_testkit::{Recorder, dump};

/// What an account was before anything of it was encrypted.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Accounts", key = "ID", tag = "Account", context = "accounts")]
pub(crate) struct ClearAccount {
    pub(crate) name: String,
    pub(crate) card: Option<String>,
    #[dyno(shard)]
    pub(crate) address: ClearAddress,
    #[dyno(shard)]
    pub(crate) orders: Vec<Order>,
    pub(crate) visits: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Addresses", key = "IDX")]
pub(crate) struct ClearAddress {
    pub(crate) city: String,
    pub(crate) country: String,
}

/// An account with values that must be encrypted, in its root and in its shards.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Accounts", key = "ID", tag = "Account", context = "accounts")]
pub(crate) struct Account {
    #[dyno(encrypt)]
    pub(crate) name: String,
    #[dyno(encrypt)]
    pub(crate) card: Option<String>,
    #[dyno(shard)]
    pub(crate) address: Address,
    #[dyno(shard)]
    pub(crate) orders: Vec<Order>,
    pub(crate) visits: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Addresses", key = "IDX")]
pub(crate) struct Address {
    #[dyno(encrypt)]
    pub(crate) city: String,
    pub(crate) country: String,
}

/// Nothing of it is marked; the loader decides.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "IDX")]
pub(crate) struct Order {
    pub(crate) note: String,
}

pub(crate) fn account() -> Account {
    Account {
        name: "Naomi".into(),
        card: Some("4242".into()),
        address: Address {
            city: "Osaka".into(),
            country: "jp".into(),
        },
        orders: ["tea", "rice"]
            .map(|note| Order { note: note.into() })
            .into(),
        visits: 1,
    }
}

pub(crate) fn clear_account() -> ClearAccount {
    let Account {
        name,
        card,
        address,
        orders,
        visits,
    } = account();
    ClearAccount {
        name,
        card,
        address: ClearAddress {
            city: address.city,
            country: address.country,
        },
        orders,
        visits,
    }
}

/// The fields of an account that are encrypted.
pub(crate) const FIELDS: [&str; 4] = ["name", "card", "address.city", "orders[*].note"];

pub(crate) fn rules(key: &EncryptionKey) -> Rules {
    Rules::new().encrypt(FIELDS, key.clone()).unwrap()
}

pub(crate) fn key(id: &str) -> EncryptionKey {
    EncryptionKey::generate(id).unwrap()
}

pub(crate) async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<Account>().await.unwrap();
    recorder.take();
    (store, recorder)
}

/// Every item of the account's tables.
pub(crate) async fn items(store: &Store) -> Vec<Item> {
    let client = store.client::<Account>().unwrap();
    let mut found = Vec::new();
    for table in ["Accounts", "Addresses", "Orders"] {
        found.extend(dump(&client, table).await.unwrap());
    }
    found
}

/// The ids of the keys that values are sealed with, one for each value.
pub(crate) async fn key_ids(store: &Store) -> Vec<String> {
    let mut ids = Vec::new();
    for item in items(store).await {
        for value in item.values() {
            if let AttributeValue::B(bytes) = value
                && let [0xdc, 1, 1, length, rest @ ..] = bytes.as_ref()
            {
                let id = rest.get(..usize::from(*length)).unwrap();
                ids.push(String::from_utf8(id.to_vec()).unwrap());
            }
        }
    }
    ids.sort_unstable();
    ids
}
