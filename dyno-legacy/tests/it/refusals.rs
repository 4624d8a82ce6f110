use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dyno_crypto::{FieldPath, Item, LegacyCodec};
use dyno_legacy::{DynamoStore06, LegacyError, LegacySealError, LegacySecret, LegacyType};

fn codec(secret: &str) -> DynamoStore06 {
    DynamoStore06::new(LegacySecret::new(secret))
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// `john`, written by 0.6 with the secret `k`.
const JOHN: &str = "Zqk1VY8vXBShYLpAHqOlNuFFvzSpfwNcdTi+PvvjE6iWUdZv656IUmji2OvmSzxV";

fn first(length: usize) -> &'static str {
    JOHN.split_at(length).0
}

#[test]
fn none_of_20_000_wrong_secrets_opens_a_value() {
    let accepted = (0..20_000)
        .filter(|trial| codec(&format!("wrong {trial}")).open(&string(JOHN)).is_ok())
        .count();
    assert_eq!(accepted, 0);
}

#[test]
fn the_wrong_secret_gives_the_same_error_as_a_damaged_value() {
    let mut damaged = JOHN.to_owned();
    damaged.replace_range(63..64, "W");
    let errors = [
        codec("other").open(&string(JOHN)),
        codec("k").open(&string(&damaged)),
        codec("k").open(&string("plain text")),
        codec("k").open(&AttributeValue::N("1".into())),
        codec("k").with_type(LegacyType::Number).open(&string(JOHN)),
        codec("k").with_type(LegacyType::Bool).open(&string(JOHN)),
    ];
    assert!(
        errors.iter().all(|error| *error == Err(LegacyError)),
        "{errors:?}"
    );
}

#[test]
fn base64_must_be_canonical() {
    assert!(codec("k").open(&string(JOHN)).is_ok());
    for changed in [
        format!("{JOHN}\n"),
        format!(" {JOHN}"),
        format!("{JOHN}===="),
        JOHN.replace('+', "-"),
        first(63).to_owned(),
    ] {
        assert_eq!(
            codec("k").open(&string(&changed)),
            Err(LegacyError),
            "{changed}"
        );
    }
    // 64 bytes of ciphertext end in one `=`, before which two bits stand for nothing.
    let AttributeValue::B(bytes) = codec("k").seal(&string(&"x".repeat(32))).unwrap() else {
        panic!("a written value is binary")
    };
    let text = String::from_utf8(bytes.into_inner()).unwrap();
    assert!(text.ends_with('='));
    let (before, _) = text.split_at(text.len() - 2);
    let alphabet = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/']);
    let opened = alphabet.filter(|last| {
        codec("k")
            .open(&string(&format!("{before}{last}=")))
            .is_ok()
    });
    assert!(
        opened.count() <= 16,
        "each of 16 last digits stands for other bits"
    );
    assert_eq!(
        codec("k").open(&string(text.trim_end_matches('='))),
        Err(LegacyError)
    );
}

#[test]
fn every_shortened_value_is_refused() {
    for length in 1..JOHN.len() {
        assert_eq!(
            codec("k").open(&string(first(length))),
            Err(LegacyError),
            "{length}"
        );
    }
}

#[test]
fn a_value_that_is_no_whole_number_of_blocks_is_refused() {
    let bytes = STANDARD.decode(JOHN).unwrap();
    // By themselves, the bytes after the last block are padding, and the text before them is text.
    for length in 1..16 {
        let more = vec![u8::try_from(length).unwrap(); length];
        let longer = STANDARD.encode([&*bytes, &more].concat());
        assert_eq!(
            codec("k").open(&string(&longer)),
            Err(LegacyError),
            "{length}"
        );
    }
    let (vector, _) = bytes.split_at(16);
    let only_vector = string(&STANDARD.encode(vector));
    assert_eq!(codec("k").open(&only_vector), Err(LegacyError));
}

#[test]
fn empty_values_and_nulls_are_what_they_are() {
    for value in [
        string(""),
        AttributeValue::B(Blob::new("")),
        AttributeValue::Null(true),
    ] {
        for kind in [LegacyType::Text, LegacyType::Number, LegacyType::Bool] {
            let codec = codec("k").with_type(kind).nullable();
            assert_eq!(codec.open(&value).as_ref(), Ok(&value));
            // For a migration they are values in clear.
            let (path, object) = (FieldPath::root().key("name"), Item::new());
            assert_eq!(LegacyCodec::open(&codec, &value, &path, &object), None);
        }
    }
}

#[test]
fn other_values_than_those_asked_for_are_not_written() {
    let number = AttributeValue::N("1".into());
    let refused = |found| Err(LegacySealError::Refused { found });
    for (value, found) in [
        (number.clone(), "a number"),
        (AttributeValue::Bool(true), "a boolean"),
        (AttributeValue::Null(true), "null"),
        (AttributeValue::B(Blob::new("x")), "binary"),
        (AttributeValue::Ss(vec!["x".into()]), "a string set"),
        (AttributeValue::L(vec![]), "a list"),
        (AttributeValue::M([].into()), "a map"),
    ] {
        assert_eq!(codec("k").seal(&value), refused(found));
    }
    let numbers = || codec("k").with_type(LegacyType::Number);
    assert!(numbers().seal(&number).is_ok());
    assert_eq!(
        numbers().seal(&AttributeValue::N("one".into())),
        Err(LegacySealError::NotANumber)
    );
    assert_eq!(
        numbers().seal(&AttributeValue::Bool(true)),
        refused("a boolean")
    );
}

#[test]
fn neither_secret_nor_value_is_shown() {
    let codec = codec("s3cret-marker")
        .with_type(LegacyType::Number)
        .nullable();
    let sealed = codec.seal(&AttributeValue::N("marker".into())).unwrap_err();
    let opened = codec.open(&string("marker")).unwrap_err();
    let shown = format!("{codec:?} {sealed:?} {sealed} {opened:?} {opened}");
    assert!(!shown.contains("marker"), "{shown}");
    assert!(
        shown.starts_with("DynamoStore06 { type: Number, nullable: true, .. }"),
        "{shown}"
    );
}
