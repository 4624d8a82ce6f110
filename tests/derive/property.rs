//! Every object is read back as it was stored.

use std::collections::BTreeMap;

use dyno::{Attribute, DyObject};
use proptest::prelude::*;

use super::round_trip;

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Everything {
    text: String,
    number: i128,
    flag: bool,
    maybe: Option<u32>,
    list: Vec<Option<String>>,
    map: BTreeMap<String, i64>,
    choice: Choice,
    inner: Option<Box<Self>>,
    #[dyno(flatten)]
    beside: Beside,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Beside {
    #[dyno(rename = "β")]
    beside: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Choice {
    Nothing,
    Some { text: String, number: Option<u8> },
    Object(Beside),
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(Choice::Nothing),
        (any::<String>(), any::<Option<u8>>())
            .prop_map(|(text, number)| Choice::Some { text, number }),
        any::<String>().prop_map(|beside| Choice::Object(Beside { beside })),
    ]
}

fn everything() -> impl Strategy<Value = Everything> {
    let fields = (
        any::<String>(),
        -(10_i128.pow(37))..10_i128.pow(37),
        any::<bool>(),
        any::<Option<u32>>(),
        prop::collection::vec(any::<Option<String>>(), 0..4),
        prop::collection::btree_map(any::<String>(), any::<i64>(), 0..4),
        choice(),
        any::<String>(),
    );
    let leaf =
        fields.prop_map(
            |(text, number, flag, maybe, list, map, choice, beside)| Everything {
                text,
                number,
                flag,
                maybe,
                list,
                map,
                choice,
                inner: None,
                beside: Beside { beside },
            },
        );
    leaf.prop_recursive(4, 8, 1, |inner| {
        (inner.clone(), inner).prop_map(|(inner, outer)| Everything {
            inner: Some(Box::new(inner)),
            ..outer
        })
    })
}

proptest! {
    #[test]
    fn objects_round_trip(object in everything()) {
        prop_assert_eq!(round_trip(&object), object);
    }

    #[test]
    fn objects_are_stored_alike_each_time(object in everything()) {
        prop_assert_eq!(round_trip(&object).to_value(), object.to_value());
    }
}
