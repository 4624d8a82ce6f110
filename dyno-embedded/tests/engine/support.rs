//! Short forms of what most tests need.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::create_table::builders::CreateTableFluentBuilder,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
        ScalarAttributeType,
    },
};
use dyno_embedded::Engine;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An item of the tables made here: `PK`, `SK` and one number.
pub(crate) fn item(partition: &str, sort: &str, count: i64) -> Item {
    Item::from([
        ("PK".to_owned(), s(partition)),
        ("SK".to_owned(), s(sort)),
        ("Count".to_owned(), n(count)),
    ])
}

pub(crate) fn key(partition: &str, sort: &str) -> Item {
    Item::from([("PK".to_owned(), s(partition)), ("SK".to_owned(), s(sort))])
}

pub(crate) fn attribute(name: &str) -> AttributeDefinition {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(ScalarAttributeType::S)
        .build()
        .unwrap()
}

pub(crate) fn schema(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()
        .unwrap()
}

pub(crate) fn create(client: &Client, table: &str) -> CreateTableFluentBuilder {
    client
        .create_table()
        .table_name(table)
        .attribute_definitions(attribute("PK"))
        .attribute_definitions(attribute("SK"))
        .key_schema(schema("PK", KeyType::Hash))
        .key_schema(schema("SK", KeyType::Range))
        .billing_mode(BillingMode::PayPerRequest)
}

/// A new database with the empty table `Things`.
pub(crate) async fn client_with_table() -> Client {
    let client = Engine::in_memory().unwrap().client();
    create(&client, "Things").send().await.unwrap();
    client
}

pub(crate) async fn put(client: &Client, item: Item) {
    let put = client.put_item().table_name("Things").set_item(Some(item));
    put.send().await.unwrap();
}

pub(crate) async fn get(client: &Client, key: Item) -> Option<Item> {
    let get = client.get_item().table_name("Things").set_key(Some(key));
    get.send().await.unwrap().item
}
