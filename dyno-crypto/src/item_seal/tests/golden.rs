//! The frozen item seals of version 1. The file is never changed: what it holds is stored in somebody's table.
//!
//! `cargo test -p dyno-crypto write_golden_file -- --ignored` writes it anew where there is none.

use serde_json::json;

use super::*;
use crate::testdata::{list, read, to_hex, write_new};

const FILE: &str = "item_seal_v1.json";

/// One seal of the file with everything that made it.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) key: EncryptionKey,
    pub(super) binding: Binding,
    pub(super) path: FieldPath,
    pub(super) sequence: u64,
    pub(super) item: Item,
    pub(super) seal: Vec<u8>,
}

impl Case {
    pub(super) fn verify(&self, item: &Item, seal: &[u8]) -> Result<u64, Error> {
        verify_attributes(item, seal, &self.key, &self.binding, &self.path)
    }
}

pub(super) fn cases() -> Vec<Case> {
    let file = read(FILE);
    list(&file, "item_seals")
        .iter()
        .map(|case| Case {
            name: text(case, "name").to_owned(),
            key: key_of(&file),
            binding: binding_of(text(case, "context"), &case["keys"]),
            path: text(case, "path_text").parse().unwrap(),
            sequence: case["sequence"].as_u64().unwrap(),
            item: item_of(&case["item"]),
            seal: bytes(case, "seal"),
        })
        .collect()
}

#[test]
fn frozen_seals_verify_and_are_made_again() {
    let cases = cases();
    assert_eq!(cases.len(), inputs().len());
    for case in cases {
        let name = &case.name;
        assert_eq!(
            case.verify(&case.item, &case.seal),
            Ok(case.sequence),
            "{name}"
        );
        let (binding, path) = (&case.binding, &case.path);
        let again = seal_attributes(&case.item, &case.key, binding, path, case.sequence).unwrap();
        assert_eq!(again.as_b().unwrap().as_ref(), case.seal, "{name}");
        assert_eq!(case.seal.len(), 44 + case.key.id().as_bytes().len());
    }
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

/// Name, context, key attributes, path, sequence, item.
type Input = (&'static str, &'static str, Value, Value, u64, Value);

fn inputs() -> Vec<Input> {
    let simple = json!([["id", "S", "user#42"]]);
    let composite = json!([["tenant", "S", "acme"], ["number", "N", "007.0"]]);
    let envelope = read("envelope_v1.json")["envelopes"][0]["envelope"].clone();
    vec![
        (
            "root with a sealed and clear attributes",
            "users",
            simple.clone(),
            json!([]),
            3,
            json!({
                "id": {"S": "user#42"}, "name": {"B": envelope}, "age": {"N": "30"},
                "tags": {"SS": ["z", "a"]}, "_dy_etag": {"B": "00ff"},
            }),
        ),
        (
            "every type",
            "users",
            simple.clone(),
            json!([]),
            u64::MAX,
            json!({
                "S": {"S": "é"}, "N": {"N": "+01.50E2"}, "B": {"B": ""}, "BOOL": {"BOOL": true},
                "NULL": {"NULL": true}, "SS": {"SS": ["b", ""]}, "NS": {"NS": ["3.0", "10"]},
                "BS": {"BS": ["ff", "00"]}, "L": {"L": [{"S": "x"}, {"L": []}]},
                "M": {"M": {"b": {"N": "1"}, "a": {"NULL": true}}},
            }),
        ),
        (
            "names in the order of their bytes",
            "usagers é",
            json!([["clé", "S", "日本"]]),
            json!([]),
            0,
            json!({
                "a": {"S": "1"}, "B": {"S": "2"}, "é": {"S": "3"}, "😀": {"S": "4"}, "\u{ff5e}": {"S": "5"},
                "_dy_seal": {"S": "is passed over"},
            }),
        ),
        (
            "only a key",
            "users",
            simple,
            json!([]),
            1,
            json!({"id": {"S": "user#42"}}),
        ),
        (
            "no attribute",
            "users",
            composite.clone(),
            json!([]),
            1,
            json!({}),
        ),
        (
            "shard in a list",
            "orders",
            composite,
            json!(["lines", 3, "unit.price"]),
            256,
            json!({"pk": {"B": "0102"}, "amount": {"N": "12.50"}}),
        ),
    ]
}

fn document() -> Value {
    let master: Vec<u8> = (0..32).collect();
    let mut file = json!({
        "format": "item seal v1",
        "master_key": to_hex(&master),
        "key_id": "2026-11",
    });
    let key = key_of(&file);
    let seals: Vec<Value> = inputs().iter().map(|input| seal(&key, input)).collect();
    file["item_seals"] = json!(seals);
    file
}

fn seal(key: &EncryptionKey, input: &Input) -> Value {
    let (name, context, keys, steps, sequence, item) = input;
    let binding = binding_of(context, keys);
    let path: FieldPath = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| match step.as_str() {
            Some(name) => dyno_value::Segment::Key(name.to_owned()),
            None => dyno_value::Segment::Index(u32::try_from(step.as_u64().unwrap()).unwrap()),
        })
        .collect();
    let seal = seal_attributes(&item_of(item), key, &binding, &path, *sequence).unwrap();
    json!({
        "name": name,
        "context": context,
        "keys": keys,
        "path": steps,
        "path_text": path.to_string(),
        "sequence": sequence,
        "item": item,
        "binding": to_hex(&[binding.as_bytes(), &place(&path)].concat()),
        "seal": to_hex(seal.as_b().unwrap().as_ref()),
    })
}
