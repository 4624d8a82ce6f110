//! The SDK with conversions of `serde_dynamo`.

use std::fmt::Debug;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::hand::{ByHand, Item};
use crate::objects::{Flat, Nested};
use crate::rows::{Operations, Rows};
use crate::samples::CUSTOMER;

pub(crate) fn measure(rows: &Rows) {
    both(rows, "flat", Flat::nth);
    both(rows, "nested", Nested::nth);
}

fn both<T>(rows: &Rows, kind: &str, nth: impl Fn(u32) -> T)
where
    T: ByHand + Clone + Debug + DeserializeOwned + PartialEq + Serialize,
{
    let object = nth(0);
    rows.conversions(kind, &object, || &object, to_item, from_item);
    rows.operations::<Sdk, T>(kind, &(0..100).map(nth).collect::<Vec<_>>());
}

fn to_item(object: &impl Serialize) -> Item {
    serde_dynamo::to_item(object).expect("the object can be stored")
}

fn from_item<T: DeserializeOwned>(item: Item) -> T {
    serde_dynamo::from_item(item).expect("the item fits")
}

struct Sdk {
    client: Client,
}

impl<T: ByHand + DeserializeOwned + Serialize> Operations<T> for Sdk {
    async fn on(client: Client) -> Self {
        Self { client }
    }

    async fn put(&mut self, object: T) {
        let put = self.client.put_item().table_name(T::TABLE);
        let put = put.set_item(Some(to_item(&object)));
        put.send().await.expect("the answer is canned");
    }

    async fn get(&mut self, order: &str) -> T {
        let get = self.client.get_item().table_name(T::TABLE);
        let get = get
            .consistent_read(true)
            .key("customer", AttributeValue::S(CUSTOMER.to_owned()))
            .key("order", AttributeValue::S(order.to_owned()));
        let answer = get.send().await.expect("the answer is canned");
        from_item(answer.item.expect("the item is there"))
    }

    async fn query(&mut self) -> Vec<T> {
        let query = self.client.query().table_name(T::TABLE);
        let query = query
            .key_condition_expression("#c = :c")
            .expression_attribute_names("#c", "customer")
            .expression_attribute_values(":c", AttributeValue::S(CUSTOMER.to_owned()));
        let answer = query.send().await.expect("the answer is canned");
        serde_dynamo::from_items(answer.items.unwrap_or_default()).expect("the items fit")
    }
}
