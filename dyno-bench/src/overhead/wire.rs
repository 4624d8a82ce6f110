//! Items as the service writes them.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::hand::Item;

pub(crate) fn json_of_item(item: &Item) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), json_of(value)))
        .collect()
}

#[expect(
    clippy::unimplemented,
    reason = "a measured object that gains a field of another type is not measured wrongly"
)]
fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::L(values) => {
            json!({ "L": values.iter().map(json_of).collect::<Vec<_>>() })
        }
        AttributeValue::M(item) => json!({ "M": json_of_item(item) }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::S(text) => json!({ "S": text }),
        other => unimplemented!("no object that is measured has {other:?}"),
    }
}
