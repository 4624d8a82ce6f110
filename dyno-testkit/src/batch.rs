//! The keys of a `BatchGetItem` and the writes of a `BatchWriteItem`, one by one.

use serde_json::{Map, Value, json};

/// One key or write of a batch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) table: String,
    pub(crate) value: Value,
}

/// A batch request, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    body: Value,
}

impl Batch {
    /// Takes a body apart; `None` when it is not that of a batch.
    pub(crate) fn read(body: Value) -> Option<Self> {
        let mut entries = Vec::new();
        for (table, request) in body.get("RequestItems")?.as_object()? {
            let list = request.get("Keys").unwrap_or(request).as_array()?;
            entries.extend(list.iter().map(|value| Entry {
                table: table.clone(),
                value: value.clone(),
            }));
        }
        Some(Self { entries, body })
    }

    /// The part of `RequestItems` that asks for `entries`, with the options of each table.
    pub(crate) fn items(&self, entries: &[Entry]) -> Value {
        let mut tables = Map::new();
        for entry in entries {
            let asked = self
                .body
                .get("RequestItems")
                .and_then(|items| items.get(&entry.table));
            let table = tables
                .entry(entry.table.clone())
                .or_insert_with(|| match asked {
                    Some(Value::Object(options)) => {
                        let mut options = options.clone();
                        options.insert("Keys".to_owned(), json!([]));
                        Value::Object(options)
                    }
                    _ => json!([]),
                });
            let list = match table {
                Value::Object(options) => options.get_mut("Keys"),
                list => Some(list),
            };
            if let Some(Value::Array(list)) = list {
                list.push(entry.value.clone());
            }
        }
        Value::Object(tables)
    }

    /// The body of a request like this one for some of its entries.
    pub(crate) fn body(&self, entries: &[Entry]) -> Value {
        let mut body = self.body.clone();
        if let Some(body) = body.as_object_mut() {
            body.insert("RequestItems".to_owned(), self.items(entries));
        }
        body
    }

    /// Whether one key is asked for twice, which DynamoDB refuses.
    pub(crate) fn repeats(&self) -> bool {
        let mut rest = self.entries.as_slice();
        while let Some((entry, others)) = rest.split_first() {
            if others.contains(entry) {
                return true;
            }
            rest = others;
        }
        false
    }
}

/// Adds what `more` holds to `total`: lists grow, maps are merged, other values are replaced.
pub(crate) fn merge(total: &mut Value, more: Value) {
    match (total, more) {
        (Value::Object(total), Value::Object(more)) => {
            for (name, value) in more {
                match total.get_mut(&name) {
                    Some(present) => merge(present, value),
                    None => drop(total.insert(name, value)),
                }
            }
        }
        (Value::Array(total), Value::Array(more)) => total.extend(more),
        (total, more) => *total = more,
    }
}

/// Adds the numbers in `more` to those of the same name in `total`, at any depth.
pub(crate) fn add(total: &mut Value, more: &Value) {
    match (total, more) {
        (Value::Object(total), Value::Object(more)) => {
            for (name, value) in more {
                match total.get_mut(name) {
                    Some(present) => add(present, value),
                    None => drop(total.insert(name.clone(), value.clone())),
                }
            }
        }
        (Value::Number(total), Value::Number(more)) => {
            // Counts stay whole numbers, which the SDK insists on.
            if let Some(sum) = total.as_u64().zip(more.as_u64()).map(|(a, b)| a + b) {
                *total = sum.into();
                return;
            }
            let sum = total.as_f64().unwrap_or_default() + more.as_f64().unwrap_or_default();
            if let Some(sum) = serde_json::Number::from_f64(sum) {
                *total = sum;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_taken_apart_and_put_together() {
        let body = json!({
            "ReturnConsumedCapacity": "TOTAL",
            "RequestItems": {
                "A": {"ConsistentRead": true, "Keys": [{"ID": 1}, {"ID": 2}]},
                "B": {"Keys": [{"ID": 1}]},
            },
        });
        let batch = Batch::read(body.clone()).unwrap();
        assert_eq!(batch.entries.len(), 3);
        assert!(!batch.repeats());
        assert_eq!(batch.body(&batch.entries), body);
        assert_eq!(
            batch.items(&batch.entries[1..2]),
            json!({"A": {"ConsistentRead": true, "Keys": [{"ID": 2}]}})
        );
    }

    #[test]
    fn writes_are_lists() {
        let body = json!({"RequestItems": {"A": [{"PutRequest": 1}, {"PutRequest": 1}]}});
        let batch = Batch::read(body.clone()).unwrap();
        assert!(batch.repeats());
        assert_eq!(batch.body(&batch.entries), body);
    }

    #[test]
    fn other_bodies_are_not_batches() {
        for body in [
            json!(null),
            json!({"TableName": "A"}),
            json!({"RequestItems": {"A": 1}}),
        ] {
            assert!(Batch::read(body).is_none());
        }
    }

    #[test]
    fn answers_are_merged() {
        let mut total = json!({"Responses": {"A": [1]}, "UnprocessedKeys": {}});
        merge(
            &mut total,
            json!({"Responses": {"A": [2], "B": [3]}, "UnprocessedKeys": {"B": {"Keys": [4]}}}),
        );
        let expected = json!({
            "Responses": {"A": [1, 2], "B": [3]},
            "UnprocessedKeys": {"B": {"Keys": [4]}},
        });
        assert_eq!(total, expected);
    }
}
