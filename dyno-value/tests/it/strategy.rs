//! Values that DynamoDB accepts, and some that it does not.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{Item, number};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

/// A number as a program might write it, in or out of normal form.
pub(crate) fn number_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        "[+-]?0{0,2}[0-9]{1,10}(\\.[0-9]{1,8}0{0,2})?",
        "-?[1-9]\\.[0-9]{1,8}[eE][+-]?[0-9]{1,2}",
    ]
}

/// A value that DynamoDB accepts.
pub(crate) fn value() -> impl Strategy<Value = AttributeValue> {
    let bytes = || vec(any::<u8>(), 0..20);
    let flat = prop_oneof![
        Just(AttributeValue::Null(true)),
        any::<bool>().prop_map(AttributeValue::Bool),
        any::<String>().prop_map(AttributeValue::S),
        number_text().prop_map(AttributeValue::N),
        bytes().prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        btree_set(any::<String>(), 1..5)
            .prop_map(|set| AttributeValue::Ss(set.into_iter().collect())),
        btree_set(bytes(), 1..5)
            .prop_map(|set| AttributeValue::Bs(set.into_iter().map(Blob::new).collect())),
        vec(number_text(), 1..5).prop_map(number_set),
    ];
    flat.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(AttributeValue::L),
            btree_map(".{1,6}", inner, 0..5)
                .prop_map(|map| AttributeValue::M(map.into_iter().collect())),
        ]
    })
}

pub(crate) fn item() -> impl Strategy<Value = Item> {
    btree_map(".{1,6}", value(), 0..5).prop_map(|map| map.into_iter().collect())
}

/// The value as DynamoDB would give it back, with sets in the order of their bytes.
pub(crate) fn normalized(value: &AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::Bs(elements) => {
            let mut elements = elements.clone();
            elements.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
            AttributeValue::Bs(elements)
        }
        AttributeValue::L(elements) => AttributeValue::L(elements.iter().map(normalized).collect()),
        AttributeValue::M(entries) => AttributeValue::M(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), normalized(value)))
                .collect(),
        ),
        AttributeValue::N(text) => AttributeValue::N(number::normalize(text).unwrap()),
        AttributeValue::Ns(elements) => {
            let mut elements: Vec<String> = elements
                .iter()
                .map(|text| number::normalize(text).unwrap())
                .collect();
            elements.sort();
            AttributeValue::Ns(elements)
        }
        AttributeValue::Ss(elements) => {
            let mut elements = elements.clone();
            elements.sort();
            AttributeValue::Ss(elements)
        }
        other => other.clone(),
    }
}

fn number_set(mut texts: Vec<String>) -> AttributeValue {
    texts.sort_by_key(|text| number::normalize(text).unwrap());
    texts.dedup_by_key(|text| number::normalize(text).unwrap());
    AttributeValue::Ns(texts)
}

/// A list inside lists, `depth` values in all.
pub(crate) fn nested(depth: usize) -> AttributeValue {
    (1..depth).fold(AttributeValue::Bool(true), |inner, _| {
        AttributeValue::L(vec![inner])
    })
}
