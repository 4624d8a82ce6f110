//! Short forms of what most tests need.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::put_item::PutItemError,
    types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest},
};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Item, create_table, wrap};

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn key(id: &str) -> Item {
    Item::from([("ID".to_owned(), s(id))])
}

pub(crate) fn item(id: &str, count: u64) -> Item {
    Item::from([("ID".to_owned(), s(id)), ("Count".to_owned(), n(count))])
}

/// A client on a database of its own with the empty table `Users`.
pub(crate) async fn users() -> Client {
    let client = Engine::in_memory().unwrap().inline().client();
    create_table(&client, "Users", "ID", None).await.unwrap();
    client
}

pub(crate) fn with_fault(client: &Client, fault: &Fault) -> Client {
    let fault = fault.clone();
    wrap(client, |http| {
        FaultClient::new(http, move |_| fault.clone())
    })
}

pub(crate) fn keys(ids: &[&str]) -> KeysAndAttributes {
    let keys = ids.iter().map(|id| key(id)).collect();
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .build()
        .unwrap()
}

pub(crate) fn write(item: Item) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

pub(crate) async fn put(client: &Client, item: Item) -> Result<(), SdkError<PutItemError>> {
    let put = client.put_item().table_name("Users");
    put.set_item(Some(item)).send().await.map(drop)
}

/// An eventually consistent read.
pub(crate) async fn get(client: &Client, id: &str) -> Option<Item> {
    let get = client.get_item().table_name("Users").set_key(Some(key(id)));
    get.send().await.unwrap().item
}

pub(crate) fn count(item: &Item) -> Option<&AttributeValue> {
    item.get("Count")
}
