//! What dynamo-store 0.6 wrote itself, refused itself, and read itself.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::cipher::{Iv, decrypt};
use crate::{DynamoStore06, LegacyError, LegacySealError, LegacySecret, LegacyType};

fn file() -> Value {
    let text = include_str!("../testdata/legacy_dynamo_store_0_6.json");
    serde_json::from_str(text).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn codec(secret: &str) -> DynamoStore06 {
    DynamoStore06::new(LegacySecret::new(secret))
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn binary(text: &str) -> AttributeValue {
    AttributeValue::B(Blob::new(text))
}

type Counted = (
    &'static str,
    LegacyType,
    AttributeValue,
    &'static str,
    &'static str,
);

const COUNTED: Iv = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// What 0.6 wrote with the vector 00 01 .. 0f: secret, type, value, its text, what is stored.
#[rustfmt::skip]
fn counted() -> Vec<Counted> {
    let x32 = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    let number = |text: &str| AttributeValue::N(text.to_owned());
    vec![
        ("hello", LegacyType::Text, string("abc"), "abc", "AAECAwQFBgcICQoLDA0OD43s0U/FqF7tEHkAGzKEFKKad00eCbiU9Bubm18u1EaD"),
        ("hello", LegacyType::Text, string(""), "", "AAECAwQFBgcICQoLDA0OD2IWSrrQ6CJh7y2+p6uyAeBlprkb5vQ+Yx2uLNkfEfKV"),
        ("hello", LegacyType::Text, string(x32), x32, "AAECAwQFBgcICQoLDA0OD4iQq8Yyib8Cl1fZfZf0kX9hBk0paGglPCoQ6lHiei6dGWN95pPDfzTyydd6Hg7FTt3KvZbKFbTaUA8rMz8+Wk4="),
        ("123kgk132l", LegacyType::Text, string("john"), "john", "AAECAwQFBgcICQoLDA0ODyZkQiV2f10sAdf4pNREAqEf131lqTUbfhHii62z66sB"),
        ("hello", LegacyType::Text, AttributeValue::Null(true), "None", "AAECAwQFBgcICQoLDA0OD1g0s0vx8W5X76wrKFi56LWWPXpqOCEixImbX+HXLfjH"),
        ("hello", LegacyType::Bool, AttributeValue::Bool(true), "True", "AAECAwQFBgcICQoLDA0OD2Rw3/OHkEjyEQ1Hm0JdEABKgRdiDD2XQm/WDMpm76EB"),
        ("hello", LegacyType::Number, number("100"), "100", "AAECAwQFBgcICQoLDA0OD63ozkpqpPW1ZhaBLuYCpmEf0rjbGDaVXBcxc710ZONY"),
        // Our number has its normal form, 1.5: another text than the one stored here.
        ("hello", LegacyType::Text, string("1.50"), "1.50", "AAECAwQFBgcICQoLDA0OD0cATKLKniW/F1XcdsVk11Q56ZvS3AM4fwCSNZODg+t2"),
        ("hello", LegacyType::Text, string("[]"), "[]", "AAECAwQFBgcICQoLDA0OD8rJSpWk0+znNoDl+r2uVY2jx5QxVJsDja5yBcxio3Xk"),
    ]
}

#[test]
fn values_with_a_known_vector_are_written_as_0_6_writes_them() {
    for (secret, kind, value, printed, stored) in counted() {
        let codec = codec(secret).with_type(kind).nullable();
        assert_eq!(
            codec.seal_with(&value, &COUNTED),
            Ok(binary(stored)),
            "{printed}"
        );
        assert_eq!(codec.open(&binary(stored)), Ok(value), "{printed}");
    }
}

#[test]
fn values_without_a_type_come_back_as_the_text_they_became() {
    for (secret, _, _, printed, stored) in counted() {
        assert_eq!(codec(secret).open(&binary(stored)), Ok(string(printed)));
    }
    for (printed, stored) in [
        (
            "john",
            "Zqk1VY8vXBShYLpAHqOlNuFFvzSpfwNcdTi+PvvjE6iWUdZv656IUmji2OvmSzxV",
        ),
        (
            "False",
            "4qqgpzUepa+LOu7tbED8mwYdDPFlr8KkYJ0hi73TOz2mg1hyirsNQdqreK2x7DTo",
        ),
        (
            "1.5",
            "XIvnILfl8XjBG8I4wW8GeWOgtkISDiBv3EY+HubYWtPTvzwz7VeQcOY63s/WZAvT",
        ),
    ] {
        assert_eq!(codec("k").open(&binary(stored)), Ok(string(printed)));
        assert_eq!(codec("k").open(&string(stored)), Ok(string(printed)));
    }
}

#[test]
fn all_25_values_of_0_6_are_read_and_those_in_ascii_written_alike() {
    let file = file();
    let vectors = file["vectors"].as_array().unwrap();
    let mut alike = 0;
    for vector in vectors {
        let name = text(vector, "name");
        let secret = LegacySecret::new(text(vector, "key"));
        let stored = text(vector, "stored_B");
        let opened = decrypt(&secret, stored.as_bytes()).unwrap();
        assert_eq!(
            opened.as_bytes(),
            from_hex(text(vector, "decrypts_to_utf8_hex")),
            "{name}"
        );

        let codec = DynamoStore06::new(secret);
        assert_eq!(codec.open(&binary(stored)), Ok(string(&opened)), "{name}");
        let iv: Iv = from_hex(text(vector, "iv")).try_into().unwrap();
        let written = codec.seal_with(&string(&opened), &iv);
        if opened.is_ascii() {
            assert_eq!(written, Ok(binary(stored)), "{name}");
            alike += 1;
        } else {
            assert_eq!(codec.open(&written.unwrap()), Ok(string(&opened)), "{name}");
        }
    }
    assert_eq!((vectors.len(), alike), (25, 21));
}

/// 0.6 refuses these three texts and reads what is written for them here: one multiple of 16, padded by bytes.
#[test]
fn text_that_0_6_fails_to_write_is_written_and_binary_is_not() {
    assert_eq!(
        file()["encrypt_rejected_by_predecessor"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    for text in ["é", "日本語文字", "😀😀😀😀"] {
        let sealed = codec("k").seal(&string(text)).unwrap();
        assert_eq!(codec("k").open(&sealed), Ok(string(text)));
    }
    let refused = codec("k").seal(&binary("raw"));
    assert_eq!(refused, Err(LegacySealError::Refused { found: "binary" }));
}

/// 0.6 takes five of these six for text.
#[test]
fn what_only_0_6_would_read_is_refused() {
    let file = file();
    let probes = file["lenient_decode_probes_key_k"].as_array().unwrap();
    let mut opened = Vec::new();
    for probe in probes {
        match codec("k").open(&binary(text(probe, "stored_B"))) {
            Ok(value) => {
                assert_eq!(value, string(text(probe, "predecessor_result")));
                opened.push(text(probe, "name"));
            }
            Err(error) => assert_eq!(error, LegacyError),
        }
    }
    assert_eq!(probes.len(), 6);
    // The padding of PKCS#7 to 16 and 32 spaces are well-formed padding of 16 and 32 bytes.
    assert_eq!(opened, ["16-byte PKCS7 16 pad", "space pad 32"]);
}
