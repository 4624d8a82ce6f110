//! Which items a request writes.

use serde_json::Value;

/// The items that a request may change: the table, and attributes among which the key is.
///
/// Conditions check and do not write, and statements of `PartiQL` are not read.
pub(crate) fn touched<'a>(operation: &str, body: &'a Value) -> Vec<(&'a str, &'a Value)> {
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => write(body).into_iter().collect(),
        "BatchWriteItem" => {
            let tables = body.get("RequestItems").and_then(Value::as_object);
            let writes = tables.into_iter().flatten().flat_map(|(table, writes)| {
                let writes = writes.as_array().into_iter().flatten();
                writes.map(move |write| (table.as_str(), write))
            });
            writes
                .filter_map(|(table, write)| Some((table, attributes(only(write)?)?)))
                .collect()
        }
        "TransactWriteItems" => {
            let actions = body.get("TransactItems").and_then(Value::as_array);
            let actions = actions.into_iter().flatten();
            actions
                .filter(|action| action.get("ConditionCheck").is_none())
                .filter_map(|action| write(only(action)?))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an operation can change items, as far as [`touched`] can tell which.
pub(crate) fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
    )
}

fn write(body: &Value) -> Option<(&str, &Value)> {
    Some((body.get("TableName")?.as_str()?, attributes(body)?))
}

fn attributes(write: &Value) -> Option<&Value> {
    write.get("Item").or_else(|| write.get("Key"))
}

/// The value of a map with one entry: `{"Put": ..}`.
fn only(action: &Value) -> Option<&Value> {
    action.as_object()?.values().next()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_write_names_its_items() {
        for (operation, body, expected) in [
            (
                "PutItem",
                json!({"TableName": "A", "Item": {"ID": 1, "X": 2}}),
                vec![("A", json!({"ID": 1, "X": 2}))],
            ),
            (
                "UpdateItem",
                json!({"TableName": "A", "Key": {"ID": 1}}),
                vec![("A", json!({"ID": 1}))],
            ),
            (
                "DeleteItem",
                json!({"TableName": "A", "Key": {"ID": 1}}),
                vec![("A", json!({"ID": 1}))],
            ),
            (
                "BatchWriteItem",
                json!({"RequestItems": {
                    "A": [{"PutRequest": {"Item": {"ID": 1}}}],
                    "B": [{"DeleteRequest": {"Key": {"ID": 2}}}],
                }}),
                vec![("A", json!({"ID": 1})), ("B", json!({"ID": 2}))],
            ),
            (
                "TransactWriteItems",
                json!({"TransactItems": [
                    {"Put": {"TableName": "A", "Item": {"ID": 1}}},
                    {"ConditionCheck": {"TableName": "A", "Key": {"ID": 2}}},
                    {"Update": {"TableName": "A", "Key": {"ID": 3}}},
                    {"Delete": {"TableName": "B", "Key": {"ID": 4}}},
                ]}),
                vec![
                    ("A", json!({"ID": 1})),
                    ("A", json!({"ID": 3})),
                    ("B", json!({"ID": 4})),
                ],
            ),
            (
                "GetItem",
                json!({"TableName": "A", "Key": {"ID": 1}}),
                vec![],
            ),
            ("PutItem", json!(null), vec![]),
            (
                "BatchWriteItem",
                json!({"RequestItems": {"A": [1, {}]}}),
                vec![],
            ),
            (
                "TransactWriteItems",
                json!({"TransactItems": [1, {}]}),
                vec![],
            ),
        ] {
            let found = touched(operation, &body);
            let expected: Vec<_> = expected
                .iter()
                .map(|(table, item)| (*table, item))
                .collect();
            assert_eq!(found, expected, "{operation}");
            assert!(expected.is_empty() || is_write(operation));
        }
    }
}
