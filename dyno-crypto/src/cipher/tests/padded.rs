//! Values sealed through a handle that hides their length, and the frozen ones of `envelope_padded_v1.json`.

use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;
use crate::binding::write_path;
use crate::testdata::{read, to_hex, write_new};

const FILE: &str = "envelope_padded_v1.json";

pub(super) fn cases() -> Vec<Case> {
    let file = read(FILE);
    list(&file, "envelopes")
        .iter()
        .map(|case| {
            let keys = keys_of(&case["keys"]);
            let binding = Binding::new(text(case, "context"), &borrowed(&keys)).unwrap();
            case_of(&file, case, binding)
        })
        .collect()
}

#[test]
fn frozen_padded_envelopes_open_and_seal_to_the_same_bytes() {
    let cases = cases();
    assert_eq!(cases.len(), 13);
    cases.iter().for_each(Case::check);
}

#[test]
fn the_golden_file_is_what_this_code_writes() {
    assert_eq!(read(FILE), document());
}

#[test]
#[ignore = "writes the golden file where there is none"]
fn write_golden_file() {
    write_new(FILE, &document());
}

fn document() -> Value {
    let master: Vec<u8> = (0..32).collect();
    let mut file = json!({
        "format": "envelope v1, padded form",
        "master_key": to_hex(&master),
        "key_id": "2026-11",
    });
    let key = key_of(&file);
    let string = |length: usize| json!({ "S": "x".repeat(length) });
    let inputs = [
        ("nothing to a bucket of 64", 64, string(0)),
        ("a full bucket of 64", 64, string(62)),
        ("one byte more than a bucket of 64", 64, string(63)),
        ("length in two bytes", 64, string(128)),
        ("bucket of 2", 2, string(3)),
        ("bucket that is no multiple of 16", 100, string(5)),
        ("number", 32, json!({"N": "-0.50"})),
        ("binary", 32, json!({"B": "00ff"})),
        ("true", 32, json!({"BOOL": true})),
        ("null", 32, json!({"NULL": true})),
        ("set", 64, json!({"SS": ["b", "a"]})),
        (
            "map",
            256,
            json!({"M": {"b": {"S": "x"}, "a": {"L": [{"N": "1"}, {"NULL": true}]}}}),
        ),
        ("list", 256, json!({"L": []})),
    ];
    let envelopes: Vec<Value> = inputs
        .iter()
        .enumerate()
        .map(|(number, (name, bucket, json))| padded(number, &key, name, *bucket, json))
        .collect();
    file["envelopes"] = json!(envelopes);
    file
}

fn padded(number: usize, key: &EncryptionKey, name: &str, bucket: usize, json: &Value) -> Value {
    let keys = json!([["id", "S", "user#42"]]);
    let attributes = keys_of(&keys);
    let binding = Binding::new("users", &borrowed(&attributes)).unwrap();
    let path: FieldPath = "diagnosis".parse().unwrap();
    let mut place = Vec::new();
    write_path(&path, &mut place).unwrap();
    let digest = Sha256::digest(format!("golden padded iv {number}"));
    let iv: Iv = digest[..16].try_into().unwrap();
    let key = key.pad_to(bucket);
    let sealed = Prepared::new(&value(json), &key, &path)
        .unwrap()
        .seal(&iv, &binding, &place);
    let sealed = sealed.as_b().unwrap().as_ref();
    let header = Parts::parse(sealed).unwrap().header();
    let mut encoded = Vec::new();
    encoding::encode_padded_into(&value(json), bucket, &mut encoded).unwrap();
    json!({
        "name": name,
        "context": "users",
        "keys": keys,
        "path": ["diagnosis"],
        "path_text": path.to_string(),
        "value": json,
        "pad_bucket": bucket,
        "iv": to_hex(&iv),
        "plaintext_dve": to_hex(&encoded),
        "aad": to_hex(&[header, binding.as_bytes(), &place].concat()),
        "envelope": to_hex(sealed),
    })
}

/// Seals through a padding handle, checks that the plain handle opens it, and gives the length.
fn length(key: &EncryptionKey, bucket: usize, value: &AttributeValue) -> usize {
    let binding = Binding::new("users", &[("id", &AttributeValue::S("42".to_owned()))]).unwrap();
    let path: FieldPath = "diagnosis".parse().unwrap();
    let sealed = seal(value, &key.pad_to(bucket), &binding, &path).unwrap();
    let bytes = sealed.as_b().unwrap().as_ref();
    for handle in [key, &key.pad_to(7)] {
        assert_eq!(open(bytes, handle, &binding, &path).as_ref(), Ok(value));
    }
    bytes.len()
}

fn string(length: usize) -> AttributeValue {
    AttributeValue::S("x".repeat(length))
}

#[test]
fn all_values_that_fit_one_bucket_have_one_length() {
    let key = EncryptionKey::generate("k1").unwrap();
    for bucket in [16, 64, 100, 128, 4096] {
        // One byte for the tag, and one or two for the length.
        let room = bucket - if bucket > 130 { 3 } else { 2 };
        let one = length(&key, bucket, &AttributeValue::Null(true));
        for fits in 0..=room.min(300) {
            assert_eq!(length(&key, bucket, &string(fits)), one, "{bucket} {fits}");
        }
        assert_eq!(length(&key, bucket, &string(room)), one, "{bucket}");
        assert!(length(&key, bucket, &string(room + 1)) > one, "{bucket}");
        let binary = AttributeValue::B(Blob::new(vec![0; room]));
        assert_eq!(length(&key, bucket, &binary), one);
        assert_eq!(length(&key, bucket, &AttributeValue::Bool(true)), one);
        assert_eq!(
            length(&key, bucket, &AttributeValue::N("-1.5".to_owned())),
            one
        );
    }
}

#[test]
fn a_bucket_of_0_or_1_pads_nothing() {
    let key = EncryptionKey::generate("k1").unwrap();
    for bucket in [0, 1] {
        assert_eq!(length(&key, bucket, &string(14)), 70);
        assert_eq!(length(&key, bucket, &string(15)), 86);
        assert!(!format!("{:?}", key.pad_to(bucket)).contains("pad_to"));
    }
}

#[test]
fn a_bucket_larger_than_an_item_counts_as_an_item() {
    let key = EncryptionKey::generate("k1").unwrap();
    let limit = 400 * 1024;
    let one = length(&key, limit, &string(1));
    assert_eq!(one, limit + 16 + 54);
    for bucket in [limit + 1, usize::MAX / 2, usize::MAX] {
        assert_eq!(length(&key, bucket, &string(1)), one);
    }
}

#[test]
fn a_handle_shows_its_bucket_and_stays_the_same_key() {
    let key = EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap();
    let padded = key.pad_to(64);
    assert_eq!(
        format!("{padded:?}"),
        "EncryptionKey { id: k1, check: 7f75158e0bdececd, pad_to: 64 }"
    );
    assert_eq!(padded.check_value(), key.check_value());
    assert_eq!(format!("{:?}", padded.pad_to(0)), format!("{key:?}"));
}

proptest! {
    #[test]
    fn whatever_is_sealed_padded_opens(text in "\\PC{0,40}", bucket in 0_usize..200) {
        let key = EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap();
        let bytes = text.len();
        let sealed = length(&key, bucket, &AttributeValue::S(text));
        if bucket > 1 {
            let padded = (bytes + if bytes < 128 { 2 } else { 3 }).next_multiple_of(bucket);
            prop_assert_eq!(sealed, 52 + 2 + 16 * (padded / 16 + 1));
        }
    }
}
