use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{
    Item, ValueCause, attribute_size, item_size, measure, measure_value, validate, validate_item,
};
use proptest::prelude::*;

use crate::strategy::{item, nested, normalized, value};

fn refusal(value: &AttributeValue) -> ValueCause {
    validate(value).unwrap_err().cause().clone()
}

#[test]
fn sizes_follow_the_published_rules() {
    let string = |text: &str| AttributeValue::S(text.to_owned());
    let map = HashMap::from([("name".to_owned(), string("é"))]);
    let cases = [
        (string("日本"), 6),
        (AttributeValue::B(Blob::new([1, 2, 3])), 3),
        (AttributeValue::Bool(false), 1),
        (AttributeValue::Null(true), 1),
        (AttributeValue::N("-1.50".into()), 4),
        (AttributeValue::Ss(vec!["ab".into(), "c".into()]), 3),
        (AttributeValue::Ns(vec!["1".into(), "100".into()]), 4),
        (
            AttributeValue::Bs(vec![Blob::new([1]), Blob::new([2, 3])]),
            3,
        ),
        (AttributeValue::L(vec![]), 3),
        (
            AttributeValue::L(vec![AttributeValue::Bool(true), string("ab")]),
            3 + 2 + 1 + 2,
        ),
        (AttributeValue::M(HashMap::new()), 3),
        (AttributeValue::M(map), 3 + 1 + 4 + 2),
    ];
    for (value, size) in cases {
        assert_eq!(attribute_size(&value), size, "{value:?}");
        assert_eq!(measure_value(&value), Ok(size));
    }
}

#[test]
fn refuses_what_dynamodb_refuses() {
    use AttributeValue as V;
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(refusal(&V::Null(false)), ValueCause::FalseNull);
    assert_eq!(refusal(&V::Ss(vec![])), ValueCause::EmptySet);
    assert_eq!(refusal(&V::Ns(vec![])), ValueCause::EmptySet);
    assert_eq!(refusal(&V::Bs(vec![])), ValueCause::EmptySet);
    assert_eq!(
        refusal(&V::Ss(strings(&["a", "a"]))),
        ValueCause::DuplicateInSet
    );
    assert_eq!(
        refusal(&V::Ns(strings(&["1", "1.0"]))),
        ValueCause::DuplicateInSet
    );
    assert_eq!(
        refusal(&V::Bs(vec![Blob::new([1]), Blob::new([1])])),
        ValueCause::DuplicateInSet
    );
    assert!(matches!(
        refusal(&V::N("x".into())),
        ValueCause::NotANumber { .. }
    ));
    assert!(matches!(
        refusal(&V::Ns(strings(&["1", "1e126"]))),
        ValueCause::NumberOutOfRange { .. }
    ));
    let unnamed = HashMap::from([(String::new(), V::Bool(true))]);
    assert_eq!(refusal(&V::M(unnamed)), ValueCause::EmptyName);
}

#[test]
fn names_have_1_to_65535_bytes() {
    let item = |name: String| Item::from([(name, AttributeValue::Bool(true))]);
    assert_eq!(measure(&item("n".repeat(65_535))), Ok(65_536));
    let error = validate_item(&item("n".repeat(65_536))).unwrap_err();
    let too_long = ValueCause::NameTooLong {
        bytes: 65_536,
        limit: 65_535,
    };
    assert_eq!(error.cause(), &too_long);
    let error = validate_item(&item(String::new())).unwrap_err();
    assert_eq!(error.cause(), &ValueCause::EmptyName);
}

#[test]
fn values_nest_32_levels() {
    assert!(validate(&nested(32)).is_ok());
    assert_eq!(refusal(&nested(33)), ValueCause::TooDeep { limit: 32 });
    let item = Item::from([("deep".to_owned(), nested(33))]);
    let error = measure(&item).unwrap_err();
    assert_eq!(error.path().depth(), 33);
}

#[test]
fn a_hostile_depth_does_not_exhaust_the_stack() {
    let mut value = nested(20_000);
    assert!(attribute_size(&value) > 20_000);
    assert_eq!(refusal(&value), ValueCause::TooDeep { limit: 32 });
    // Taken apart level by level, because dropping it at once would recurse.
    while let AttributeValue::L(elements) = &mut value {
        value = elements.pop().unwrap();
    }
}

proptest! {
    #[test]
    fn the_walk_counts_what_the_size_is(item in item()) {
        prop_assert_eq!(measure(&item), Ok(item_size(&item)));
    }

    #[test]
    fn size_survives_storage(value in value()) {
        prop_assert_eq!(attribute_size(&value), attribute_size(&normalized(&value)));
    }
}
