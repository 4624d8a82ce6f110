//! Values that DynamoDB accepts, as a program writes them and as they come back.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_crypto::{Item, encoding};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

pub(crate) fn value() -> impl Strategy<Value = AttributeValue> {
    let bytes = || vec(any::<u8>(), 0..40);
    let number = || "-?[1-9][0-9]{0,20}(\\.[0-9]{1,10})?([eE]-?[1-9][0-9]?)?";
    let flat = prop_oneof![
        Just(AttributeValue::Null(true)),
        any::<bool>().prop_map(AttributeValue::Bool),
        any::<String>().prop_map(AttributeValue::S),
        number().prop_map(AttributeValue::N),
        bytes().prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        btree_set(any::<String>(), 1..5)
            .prop_map(|set| AttributeValue::Ss(set.into_iter().collect())),
        btree_set(any::<i64>(), 1..5)
            .prop_map(|set| AttributeValue::Ns(set.iter().map(i64::to_string).collect())),
        btree_set(bytes(), 1..5)
            .prop_map(|set| AttributeValue::Bs(set.into_iter().map(Blob::new).collect())),
    ];
    flat.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
            btree_map(".{1,4}", inner, 0..4)
                .prop_map(|map| AttributeValue::M(map.into_iter().collect())),
        ]
    })
}

pub(crate) fn item() -> impl Strategy<Value = Item> {
    btree_map(".{1,4}", value(), 0..5).prop_map(|map| map.into_iter().collect())
}

/// The value in normal form.
pub(crate) fn normal(value: &AttributeValue) -> AttributeValue {
    encoding::decode(&encoding::encode(value).unwrap()).unwrap()
}
