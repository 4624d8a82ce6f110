use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno_legacy::{DynamoStore06, LegacySecret, LegacyType};
use proptest::prelude::*;

fn codec(kind: LegacyType) -> DynamoStore06 {
    DynamoStore06::new(LegacySecret::new("hello")).with_type(kind)
}

fn stored(value: &AttributeValue) -> &[u8] {
    value.as_b().unwrap().as_ref()
}

proptest! {
    #[test]
    fn any_text_comes_back(text in ".{0,200}") {
        let value = AttributeValue::S(text);
        let codec = codec(LegacyType::Text);
        let sealed = codec.seal(&value).unwrap();
        prop_assert!(stored(&sealed).is_ascii());
        prop_assert_eq!(codec.open(&sealed), Ok(value));
    }

    #[test]
    fn any_number_comes_back_in_its_normal_form(text in "-?[1-9][0-9]{0,12}(\\.[0-9]{1,12})?|0\\.[0-9]{1,20}") {
        let codec = codec(LegacyType::Number);
        let sealed = codec.seal(&AttributeValue::N(text.clone())).unwrap();
        let normal = dyno_value::number::normalize(&text).unwrap();
        prop_assert_eq!(codec.open(&sealed), Ok(AttributeValue::N(normal)));
    }

    #[test]
    fn any_stored_bytes_open_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let opened = codec(LegacyType::Text).open(&AttributeValue::B(Blob::new(bytes.clone())));
        prop_assert_eq!(opened.is_ok(), bytes.is_empty());
    }

    #[test]
    fn a_text_is_padded_to_32_bytes(text in "[ -~]{0,100}") {
        let sealed = codec(LegacyType::Text).seal(&AttributeValue::S(text.clone())).unwrap();
        let bytes = 16 + (text.len() / 32 + 1) * 32;
        prop_assert_eq!(stored(&sealed).len(), bytes.div_ceil(3) * 4);
    }
}

#[test]
fn booleans_and_nulls_come_back() {
    let nullable = codec(LegacyType::Bool).nullable();
    for value in [
        AttributeValue::Bool(true),
        AttributeValue::Bool(false),
        AttributeValue::Null(true),
    ] {
        assert_eq!(nullable.open(&nullable.seal(&value).unwrap()), Ok(value));
    }
}

#[test]
fn a_value_written_twice_differs() {
    let value = AttributeValue::S("john".into());
    let codec = codec(LegacyType::Text);
    assert_ne!(codec.seal(&value), codec.seal(&value));
}
