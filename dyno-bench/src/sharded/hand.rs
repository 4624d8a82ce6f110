//! What somebody writes who uses the SDK alone: parallel, not atomic, not verified.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use futures_util::future::try_join_all;

use super::objects::{Part, Parted};

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) const PARTS: &str = "Parts";

/// How many writes a batch takes.
const WRITES: usize = 25;

impl Part {
    fn to_item(&self, key: String) -> Item {
        Item::from([
            ("IDX".to_owned(), AttributeValue::S(key)),
            ("title".to_owned(), string(&self.title)),
            ("number".to_owned(), number(self.number)),
            ("text".to_owned(), string(&self.text)),
        ])
    }

    fn from_item(mut item: Item) -> Option<Self> {
        Some(Self {
            title: take_string(&mut item, "title")?,
            number: take_number(&mut item, "number")?,
            text: take_string(&mut item, "text")?,
        })
    }
}

/// Puts the parts all at once, and then the root, which lists them.
pub(crate) async fn save<T: Parted>(client: &Client, object: &T) {
    let parts = T::PARTS.iter().zip(object.parts());
    let puts = parts.map(|(name, part)| {
        let item = part.to_item(key_of(object.id(), name));
        let put = client.put_item().table_name(PARTS);
        put.set_item(Some(item)).send()
    });
    try_join_all(puts).await.expect("it is written");
    put_root(client, object).await;
}

/// Puts the parts in batches, which costs less than a request each.
pub(crate) async fn save_in_batches<T: Parted>(client: &Client, object: &T) {
    let parts = T::PARTS.iter().zip(object.parts());
    let writes: Vec<WriteRequest> = parts
        .map(|(name, part)| {
            let item = part.to_item(key_of(object.id(), name));
            let put = PutRequest::builder().set_item(Some(item)).build();
            let put = put.expect("the item is given");
            WriteRequest::builder().put_request(put).build()
        })
        .collect();
    let batches = writes.chunks(WRITES).map(|writes| {
        let batch = client.batch_write_item();
        batch.request_items(PARTS, writes.to_vec()).send()
    });
    for written in try_join_all(batches).await.expect("it is written") {
        let left = written.unprocessed_items.unwrap_or_default();
        assert!(left.is_empty(), "all of it is written");
    }
    put_root(client, object).await;
}

async fn put_root<T: Parted>(client: &Client, object: &T) {
    let keys = T::PARTS.iter();
    let keys = keys.map(|name| AttributeValue::S(key_of(object.id(), name)));
    put_root_with(client, object, keys.collect()).await;
}

/// Puts a root that lists the items with these keys.
pub(crate) async fn put_root_with<T: Parted>(
    client: &Client,
    object: &T,
    keys: Vec<AttributeValue>,
) {
    let mut root = object.to_root();
    root.insert("parts".to_owned(), AttributeValue::L(keys));
    let put = client.put_item().table_name(T::TABLE);
    let put = put.set_item(Some(root)).send();
    put.await.expect("it is written");
}

/// Gets the root, and then the parts that it lists.
pub(crate) async fn load<T: Parted>(client: &Client, id: &str) -> T {
    let (root, mut items) = load_items::<T>(client, id).await;
    let part = |name: &str| Part::from_item(items.remove(&key_of(id, name))?);
    T::from_items(root, part).expect("the items fit")
}

/// The root, and the items that it lists by their keys.
pub(crate) async fn load_items<T: Parted>(
    client: &Client,
    id: &str,
) -> (Item, HashMap<String, Item>) {
    let mut root = root::<T>(client, id).await;
    let keys = keys_of_parts(&mut root).into_iter();
    let keys = keys.map(|key| Item::from([("IDX".to_owned(), key)]));
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect()));
    let keys = keys.build().expect("the keys are given");
    let batch = client.batch_get_item().request_items(PARTS, keys);
    let answer = batch.send().await.expect("it is read");
    let left = answer.unprocessed_keys.unwrap_or_default();
    assert!(left.is_empty(), "all of it is read");
    let items = answer.responses.and_then(|mut tables| tables.remove(PARTS));
    let items = items
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mut item| Some((take_string(&mut item, "IDX")?, item)))
        .collect();
    (root, items)
}

/// Puts one part.
pub(crate) async fn save_part(client: &Client, id: &str, name: &str, part: &Part) {
    let put = client.put_item().table_name(PARTS);
    let put = put.set_item(Some(part.to_item(key_of(id, name))));
    put.send().await.expect("it is written");
}

/// Gets the root, deletes the parts that it lists all at once, and then the root.
pub(crate) async fn delete<T: Parted>(client: &Client, id: &str) {
    let keys = keys_of_parts(&mut root::<T>(client, id).await);
    let deletes = keys.into_iter().map(|key| {
        let delete = client.delete_item().table_name(PARTS);
        delete.key("IDX", key).send()
    });
    try_join_all(deletes).await.expect("they are deleted");
    let delete = client.delete_item().table_name(T::TABLE);
    let delete = delete.key("id", string(id)).send();
    delete.await.expect("it is deleted");
}

pub(crate) async fn read_text(client: &Client, id: &str, name: &str) -> String {
    let get = client.get_item().table_name(PARTS);
    let get = get.key("IDX", AttributeValue::S(key_of(id, name)));
    let get = get
        .projection_expression("#t")
        .expression_attribute_names("#t", "text");
    let item = get.send().await.expect("it is read").item;
    let mut item = item.expect("the part is there");
    take_string(&mut item, "text").expect("it has a text")
}

pub(crate) async fn write_text(client: &Client, id: &str, name: &str, text: &str) {
    let update = client.update_item().table_name(PARTS);
    let update = update.key("IDX", AttributeValue::S(key_of(id, name)));
    let update = update
        .update_expression("SET #t = :t")
        .expression_attribute_names("#t", "text")
        .expression_attribute_values(":t", string(text));
    update.send().await.expect("it is written");
}

async fn root<T: Parted>(client: &Client, id: &str) -> Item {
    let get = client.get_item().table_name(T::TABLE);
    let answer = get.key("id", string(id)).send().await;
    answer.expect("it is read").item.expect("the root is there")
}

fn keys_of_parts(root: &mut Item) -> Vec<AttributeValue> {
    let keys = root.remove("parts").and_then(|keys| match keys {
        AttributeValue::L(keys) => Some(keys),
        _ => None,
    });
    keys.expect("the root lists its parts")
}

/// The key of a part's item.
pub(crate) fn key_of(id: &str, part: &str) -> String {
    format!("{id}/{part}")
}

pub(crate) fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn number(number: u32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn take_string(item: &mut Item, name: &str) -> Option<String> {
    match item.remove(name)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

pub(crate) fn take_number(item: &mut Item, name: &str) -> Option<u32> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
