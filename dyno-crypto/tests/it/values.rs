use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, Envelope, Error, ValueError, is_envelope, open, seal};
use dyno_value::{Segment, ValueCause};
use proptest::prelude::*;

use crate::strategy::{normal, value};
use crate::{binding, key, path, string};

fn bytes(value: &AttributeValue) -> &[u8] {
    value.as_b().unwrap().as_ref()
}

proptest! {
    #[test]
    fn opening_gives_the_sealed_value_in_normal_form(value in value(), names in prop::collection::vec(".{0,4}", 1..4)) {
        let place = names.into_iter().map(Segment::Key).collect();
        let sealed = seal(&value, &key("k1"), &binding("1"), &place).unwrap();
        prop_assert!(is_envelope(bytes(&sealed)));
        prop_assert_eq!(open(bytes(&sealed), &key("k1"), &binding("1"), &place).unwrap(), normal(&value));
    }

    #[test]
    fn sealing_twice_gives_two_envelopes_of_one_length(value in value()) {
        let seal = || seal(&value, &key("k1"), &binding("1"), &path("a")).unwrap();
        let (one, other) = (seal(), seal());
        prop_assert_ne!(&one, &other);
        prop_assert_eq!(bytes(&one).len(), bytes(&other).len());
    }

    #[test]
    fn any_bytes_are_refused(mut bytes: Vec<u8>, like_an_envelope: bool) {
        if like_an_envelope {
            bytes.splice(0..0, *b"\xdc\x01\x01\x02k1");
        }
        let opened = open(&bytes, &key("k1"), &binding("1"), &path("a"));
        prop_assert_eq!(opened, Err(Error::Open { path: path("a") }));
        let _ = Envelope::parse(&bytes);
    }
}

#[test]
fn a_value_opens_for_its_object_place_and_key_only() {
    let sealed = seal(&string("x"), &key("k1"), &binding("1"), &path("a")).unwrap();
    let open_with =
        |key: &EncryptionKey, id, place| open(bytes(&sealed), key, &binding(id), &path(place));
    assert!(open_with(&key("k1"), "1", "a").is_ok());
    let same_id = EncryptionKey::generate("k1").unwrap();
    let refused = [
        open_with(&key("k2"), "1", "a"),
        open_with(&same_id, "1", "a"),
        open_with(&key("k1"), "2", "a"),
    ];
    for result in refused {
        assert_eq!(result, Err(Error::Open { path: path("a") }));
    }
    assert!(open_with(&key("k1"), "1", "b").is_err());
    assert!(open_with(&key("k1"), "1", "a[0]").is_err());
}

#[test]
fn a_value_that_dynamodb_refuses_is_not_sealed() {
    let list = AttributeValue::L(vec![AttributeValue::Ss(vec![])]);
    let error = seal(&list, &key("k1"), &binding("1"), &path("a")).unwrap_err();
    let expected = ValueError::new(ValueCause::EmptySet).under_path(&path("a"));
    assert_eq!(error, Error::Value(expected));
}

#[test]
fn an_object_is_not_sealed_as_a_whole() {
    let error = seal(&string("x"), &key("k1"), &binding("1"), &path("")).unwrap_err();
    assert!(matches!(error, Error::NotAllowedHere { .. }));
}
