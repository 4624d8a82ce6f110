//! What holds of any value.

use std::collections::BTreeMap;

use dyno_config::{ConfigStore, Error};
use dyno_core::{AttributeValue, Item};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bed::Bed;

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_000_000_i32..1_000_000).prop_map(|n| json!(f64::from(n) / 64.0)),
        "[a-zé]{0,4}".prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z.#]{1,3}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn option() -> impl Strategy<Value = BTreeMap<String, Value>> {
    prop::collection::btree_map("[a-z.:#-]{1,5}", value(), 0..5)
}

/// What JSON shows of a stored value: numbers that are whole lose their point.
fn shown(value: &Value, is_compatible: bool) -> Value {
    match value {
        Value::Bool(flag) if is_compatible => json!(u8::from(*flag)),
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "it is small")]
            Some(whole) if number.is_f64() && whole.fract() == 0.0 => json!(whole as i64),
            _ => value.clone(),
        },
        Value::Array(elements) => elements
            .iter()
            .map(|element| shown(element, is_compatible))
            .collect(),
        Value::Object(entries) => {
            let entries = entries.iter();
            Value::Object(
                entries
                    .map(|(name, value)| (name.clone(), shown(value, is_compatible)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    *value == json!("") || *value == json!([]) || *value == json!({})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is written is read, in each form; and a write is refused if a key that was read has changed.
    #[test]
    fn what_is_written_is_read(first in option(), second in option(), is_compatible: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bed = Bed::new();
            let open = ConfigStore::open(&bed.store, "Config", "prod").create_if_missing();
            let config = if is_compatible { open.compatible() } else { open }.await.unwrap();
            let expected = |written: &BTreeMap<String, Value>| {
                let mut expected = written.clone();
                expected.retain(|_, value| !(value.is_null() || is_compatible && is_empty(value)));
                for value in expected.values_mut() {
                    *value = shown(value, is_compatible);
                }
                expected
            };
            config.set("o", &first).await.unwrap();
            let read = config.get::<BTreeMap<String, Value>>("o").await.unwrap();
            prop_assert_eq!(&*read, &expected(&first));
            config.set("o", &second).if_unchanged(&read).await.unwrap();
            let read_again = config.get::<BTreeMap<String, Value>>("o").await.unwrap();
            prop_assert_eq!(&*read_again, &expected(&second));
            let after = expected(&second);
            if expected(&first).iter().any(|(name, value)| after.get(name) != Some(value)) {
                let refused = config.set("o", &first).if_unchanged(&read).await;
                let is_refused = matches!(refused, Err(Error::Changed { .. }));
                prop_assert!(is_refused);
            }
            let item = bed.items("Config").await.remove(0);
            prop_assert!(!is_compatible || !has_booleans(&item));
            Ok(())
        })?;
    }

    /// Any item is read as attributes, as JSON or as an error, and never panics.
    #[test]
    fn any_item_is_read(item in dyno_testkit::any_item()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bed = Bed::new();
            let config = bed.config().await;
            let mut keys: Item = item;
            keys.retain(|name, value| {
                !name.is_empty() && !name.starts_with('_') && !matches!(value, AttributeValue::Null(_))
            });
            if config.set_item("o", keys.clone()).await.is_ok() {
                let read = config.get_item("o").await.unwrap();
                prop_assert_eq!(read.keys().len(), keys.len());
                let _ = config.get::<BTreeMap<String, Value>>("o").await;
                let _ = config.get::<BTreeMap<String, bool>>("o").await;
                let _ = config.get::<BTreeMap<String, u128>>("o").await;
                let _ = config.get::<BTreeMap<String, Vec<f32>>>("o").await;
            }
            Ok(())
        })?;
    }
}

fn has_booleans(item: &Item) -> bool {
    let mut values: Vec<_> = item.iter().collect();
    values.sort_by_key(|(name, _)| *name);
    values.into_iter().any(|(_, value)| is_boolean(value))
}

fn is_boolean(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::Bool(_) => true,
        AttributeValue::L(elements) => elements.iter().any(is_boolean),
        AttributeValue::M(entries) => has_booleans(entries),
        _ => false,
    }
}
