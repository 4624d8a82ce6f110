//! The embedded engine, whose numbers and sizes are measured on DynamoDB, agrees.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::number;
use dyno_value::{item_size, measure, validate};
use dynoxide::types::{self as engine, AttributeValue as EngineValue};
use proptest::prelude::*;

use crate::strategy::{item, number_text};

proptest! {
    #[test]
    fn items_have_the_same_size(item in item()) {
        let theirs = item.iter().map(|(name, value)| (name.clone(), engine_value(value))).collect();
        prop_assert_eq!(item_size(&item), engine::item_size(&theirs));
        prop_assert_eq!(measure(&item).unwrap(), engine::item_size(&theirs));
    }

    #[test]
    fn numbers_have_the_same_normal_form_and_size(text in number_text()) {
        prop_assert_eq!(number::normalize(&text).unwrap(), engine::normalize_dynamo_number(&text));
        prop_assert_eq!(number::size(&text), engine::number_size(&text));
    }

    #[test]
    fn the_same_texts_are_numbers(text in prop_oneof![
        "[0-9.eE+-]{0,8}",
        "[+-]?[0-9]{0,40}\\.?[0-9]{0,40}([eE][+-]?1?[0-9]{1,3})?",
        "-?0?\\.?0{0,130}1?[eE]-?1[0-9]{2}",
    ]) {
        let ours = validate(&AttributeValue::N(text.clone()));
        let theirs = engine::validate_dynamo_number(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}", ours, theirs);
    }
}

fn engine_value(value: &AttributeValue) -> EngineValue {
    match value {
        AttributeValue::B(bytes) => EngineValue::B(bytes.as_ref().to_vec()),
        AttributeValue::Bool(truth) => EngineValue::BOOL(*truth),
        AttributeValue::Bs(elements) => EngineValue::BS(
            elements
                .iter()
                .map(|bytes| bytes.as_ref().to_vec())
                .collect(),
        ),
        AttributeValue::L(elements) => EngineValue::L(elements.iter().map(engine_value).collect()),
        AttributeValue::M(entries) => EngineValue::M(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), engine_value(value)))
                .collect(),
        ),
        AttributeValue::N(text) => EngineValue::N(text.clone()),
        AttributeValue::Ns(elements) => EngineValue::NS(elements.clone()),
        AttributeValue::S(text) => EngineValue::S(text.clone()),
        AttributeValue::Ss(elements) => EngineValue::SS(elements.clone()),
        _ => EngineValue::NULL(true),
    }
}
