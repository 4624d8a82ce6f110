use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::encoding::{
    DecodeError, decode, decode_item, decode_padded, encode, encode_into, encode_item,
    encode_padded_into, is_padded, size_bound,
};
use dyno_value::{ValueCause, validate};
use proptest::prelude::*;

use crate::strategy::{nested, normalized, value};

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_type_has_the_documented_bytes() {
    let map = HashMap::from([
        ("b".to_owned(), AttributeValue::Null(true)),
        ("a".to_owned(), AttributeValue::N("01.0".into())),
    ]);
    let cases: Vec<(AttributeValue, &[u8])> = vec![
        (AttributeValue::Null(true), b"\x00"),
        (AttributeValue::Bool(false), b"\x01"),
        (AttributeValue::Bool(true), b"\x02"),
        (string(""), b"\x03"),
        (string("ab"), b"\x03ab"),
        (AttributeValue::N("1e2".into()), b"\x04100"),
        (AttributeValue::B(Blob::new([0, 255])), b"\x05\x00\xff"),
        (
            AttributeValue::Ss(strings(&["b", "a"])),
            b"\x06\x02\x01a\x01b",
        ),
        (
            AttributeValue::Ns(strings(&["3.0", "10", "-1"])),
            b"\x07\x03\x02-1\x0210\x013",
        ),
        (
            AttributeValue::Bs(vec![Blob::new([2]), Blob::new([])]),
            b"\x08\x02\x00\x01\x02",
        ),
        (AttributeValue::L(vec![]), b"\x09\x00"),
        (
            AttributeValue::L(vec![string("a"), AttributeValue::Bool(true)]),
            b"\x09\x02\x03\x01a\x02",
        ),
        (AttributeValue::M(map), b"\x0a\x02\x01a\x04\x011\x01b\x00"),
    ];
    for (value, bytes) in cases {
        assert_eq!(encode(&value).unwrap(), bytes, "{value:?}");
        assert_eq!(decode(bytes).unwrap(), normalized(&value));
    }
}

#[test]
fn lengths_take_as_few_bytes_as_possible() {
    for (length, head) in [
        (127, &[127][..]),
        (128, &[0x80, 1]),
        (16_384, &[0x80, 0x80, 1]),
    ] {
        let value = AttributeValue::L(vec![string(&"x".repeat(length))]);
        let bytes = encode(&value).unwrap();
        assert_eq!(&bytes[3..3 + head.len()], head);
        assert_eq!(decode(&bytes).unwrap(), value);
    }
}

#[test]
fn refuses_bytes_that_are_not_canonical() {
    let cases: [(&[u8], DecodeError); 20] = [
        (b"", DecodeError::Truncated),
        (b"\x00\x00", DecodeError::Trailing),
        (b"\x0b", DecodeError::UnknownTag),
        (b"\x83", DecodeError::UnknownTag),
        (b"\x03\xff", DecodeError::Utf8),
        (b"\x04", DecodeError::Number),
        (b"\x041.0", DecodeError::Number),
        (b"\x06\x00", DecodeError::Order),
        (b"\x06\x02\x01b\x01a", DecodeError::Order),
        (b"\x06\x02\x01a\x01a", DecodeError::Order),
        (b"\x06\x02\x01a", DecodeError::Truncated),
        (b"\x09\x80\x00", DecodeError::Length),
        (b"\x09\xff\xff\xff\xff\x00", DecodeError::Length),
        (b"\x09\xff\xff\xff\x7f", DecodeError::Truncated),
        (b"\x09\x01", DecodeError::Truncated),
        (b"\x09\x01\x83\x00", DecodeError::UnknownTag),
        (b"\x0a\x01\x00\x00", DecodeError::Name),
        (b"\x0a\x02\x01b\x00\x01a\x00", DecodeError::Order),
        (b"\x0a\x02\x01a\x00\x01a\x00", DecodeError::Order),
        (b"\x0a\x01\x01\xff\x00", DecodeError::Utf8),
    ];
    for (bytes, error) in cases {
        assert_eq!(decode(bytes), Err(error), "{bytes:02x?}");
    }
}

#[test]
fn refuses_more_than_32_levels() {
    let deepest = nested(32);
    assert_eq!(decode(&encode(&deepest).unwrap()), Ok(deepest));
    let error = encode(&nested(33)).unwrap_err();
    assert_eq!(error.cause(), &ValueCause::TooDeep { limit: 32 });

    let mut bytes = [9, 1].repeat(32);
    bytes.push(2);
    assert_eq!(decode(&bytes), Err(DecodeError::TooDeep));
    assert_eq!(decode(&[9, 1].repeat(100_000)), Err(DecodeError::TooDeep));
}

#[test]
fn an_item_has_the_bytes_of_a_map_and_takes_no_level() {
    let item = |value| HashMap::from([("a".to_owned(), value)]);
    let shallow = item(nested(31));
    let bytes = encode_item(&shallow).unwrap();
    assert_eq!(encode(&AttributeValue::M(shallow.clone())).unwrap(), bytes);
    assert_eq!(decode_item(&bytes), Ok(shallow));

    let deepest = item(nested(32));
    let bytes = encode_item(&deepest).unwrap();
    assert_eq!(decode(&bytes), Err(DecodeError::TooDeep));
    assert_eq!(decode_item(&bytes), Ok(deepest));
    let error = encode_item(&item(nested(33))).unwrap_err();
    assert_eq!(error.cause(), &ValueCause::TooDeep { limit: 32 });

    assert_eq!(decode_item(b""), Err(DecodeError::Truncated));
    assert_eq!(decode_item(b"\x09\x00"), Err(DecodeError::NotAMap));
    assert_eq!(decode_item(b"\x0a\x00\x00"), Err(DecodeError::Trailing));
}

#[test]
fn the_padded_form_fills_the_bucket_with_zeros() {
    let mut bytes = Vec::new();
    encode_padded_into(&string("john"), 16, &mut bytes).unwrap();
    assert_eq!(bytes, b"\x83\x04john\0\0\0\0\0\0\0\0\0\0");
    assert!(is_padded(&bytes));
    assert_eq!(decode_padded(&bytes), Ok(string("john")));
    assert_eq!(decode(&bytes), Err(DecodeError::UnknownTag));
    assert_eq!(
        decode_padded(b"\x83\x04john\0\x01"),
        Err(DecodeError::Padding)
    );
    assert_eq!(decode_padded(b"\x03john"), Err(DecodeError::UnknownTag));
    assert_eq!(decode_padded(b"\x83\x05john"), Err(DecodeError::Truncated));
}

#[test]
fn an_error_names_the_value_inside() {
    let list = AttributeValue::L(vec![AttributeValue::Null(true), AttributeValue::Ss(vec![])]);
    let map = AttributeValue::M(HashMap::from([("tags".to_owned(), list)]));
    let error = encode(&map).unwrap_err();
    assert!(*error.path() == *"tags[1]");
    assert_eq!(error.cause(), &ValueCause::EmptySet);
}

proptest! {
    #[test]
    fn decoding_gives_the_value_in_normal_form(value in value()) {
        let bytes = encode(&value).unwrap();
        prop_assert!(bytes.len() <= size_bound(&value));
        prop_assert_eq!(decode(&bytes).unwrap(), normalized(&value));
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(bytes in prop::collection::vec(0_u8..16, 0..24)) {
        if let Ok(value) = decode(&bytes) {
            prop_assert_eq!(encode(&value).unwrap(), bytes);
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_another_value(value in value(), at in any::<prop::sample::Index>(), byte: u8) {
        let bytes = encode(&value).unwrap();
        let mut changed = bytes.clone();
        *at.get_mut(&mut changed) = byte;
        if let Ok(other) = decode(&changed) {
            prop_assert_eq!(&encode(&other).unwrap(), &changed);
            prop_assert_eq!(other == normalized(&value), changed == bytes);
        }
    }

    #[test]
    fn any_bytes_decode_or_are_refused(bytes: Vec<u8>) {
        if let Ok(value) = decode(&bytes) {
            prop_assert_eq!(&encode(&value).unwrap(), &bytes);
        }
        let _ = decode_padded(&bytes);
    }

    #[test]
    fn the_padded_form_hides_the_length_and_keeps_the_value(value in value(), bucket in 0_usize..70) {
        let mut bytes = vec![7; 3];
        encode_padded_into(&value, bucket, &mut bytes).unwrap();
        let padded = &bytes[3..];
        prop_assert_eq!(padded.len() % bucket.max(1), 0);
        prop_assert_eq!(decode_padded(padded).unwrap(), normalized(&value));
    }

    #[test]
    fn encoding_refuses_what_validation_refuses(mut items in prop::collection::vec(value(), 0..3), odd in odd_value()) {
        items.push(odd);
        let list = AttributeValue::L(items);
        prop_assert_eq!(encode(&list).map(drop), validate(&list));
    }

    #[test]
    fn room_for_the_bound_is_never_outgrown(value in value()) {
        let mut output = Vec::with_capacity(size_bound(&value));
        let start = output.as_ptr();
        encode_into(&value, &mut output).unwrap();
        prop_assert_eq!(start, output.as_ptr());
    }
}

fn odd_value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        Just(AttributeValue::Null(false)),
        Just(AttributeValue::Bs(vec![])),
        Just(AttributeValue::Ns(strings(&["1", "1.0"]))),
        Just(AttributeValue::Ss(strings(&["a", "b", "a"]))),
        Just(AttributeValue::M(HashMap::from([(
            String::new(),
            AttributeValue::Null(true)
        )]))),
        "[0-9.eE+-]{0,6}".prop_map(AttributeValue::N),
        (28_usize..36).prop_map(nested),
    ]
}
