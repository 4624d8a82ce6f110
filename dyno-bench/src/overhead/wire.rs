//! Items as the service writes them.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::{Blob, base64};
use serde_json::{Value, json};

use super::hand::Item;

pub(crate) fn json_of_item(item: &Item) -> Value {
    item.iter()
        .map(|(name, value)| (name.clone(), json_of(value)))
        .collect()
}

fn json_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::B(bytes) => json!({ "B": text_of(bytes) }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::Bs(set) => json!({ "BS": set.iter().map(text_of).collect::<Vec<_>>() }),
        AttributeValue::L(values) => {
            json!({ "L": values.iter().map(json_of).collect::<Vec<_>>() })
        }
        AttributeValue::M(item) => json!({ "M": json_of_item(item) }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Ns(set) => json!({ "NS": set }),
        AttributeValue::Null(value) => json!({ "NULL": value }),
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::Ss(set) => json!({ "SS": set }),
        // This SDK can write no other kind.
        _ => Value::Null,
    }
}

fn text_of(bytes: &Blob) -> String {
    base64::encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canned, runtime};

    #[test]
    fn the_sdk_reads_every_kind() {
        let bytes = || Blob::new([0, 1, 255]);
        let values = [
            AttributeValue::B(bytes()),
            AttributeValue::Bool(true),
            AttributeValue::Bs(vec![bytes(), Blob::new([])]),
            AttributeValue::L(vec![AttributeValue::Null(true)]),
            AttributeValue::M(Item::from([("k".to_owned(), AttributeValue::Bool(false))])),
            AttributeValue::N("1e10".to_owned()),
            AttributeValue::Ns(vec!["1".to_owned(), "-2.50".to_owned()]),
            AttributeValue::Null(true),
            AttributeValue::S("text".to_owned()),
            AttributeValue::Ss(vec!["a".to_owned(), "b \"c\"".to_owned()]),
        ];
        let named = |(number, value): (usize, &AttributeValue)| (number.to_string(), value.clone());
        let item: Item = values.iter().enumerate().map(named).collect();
        let client = canned::client(json!({ "Item": json_of_item(&item) }).to_string());
        let get = client.get_item().table_name("Kinds");
        let get = get.set_key(Some(item.clone()));
        let answer = runtime::current_thread().block_on(get.send()).unwrap();
        assert_eq!(answer.item, Some(item));
    }
}
