//! The frozen index values of version 1. The file is never changed: what it holds is stored in somebody's table.
//!
//! `cargo test -p dyno-crypto write_golden_file -- --ignored` writes it anew where there is none.

use serde_json::{Value, json};

use super::*;
use crate::testdata::{to_hex, write_new};

const FILE: &str = "blind_index_v1.json";

#[test]
fn frozen_index_values_are_computed_again() {
    let file = read(FILE);
    let key = key_of(&file);
    let cases = list(&file, "indexes");
    assert_eq!(cases.len(), inputs().len());
    for case in cases {
        let bits = case["bits"].as_u64().unwrap().try_into().unwrap();
        let index = BlindIndex::parse(text(case, "index"))
            .and_then(|index| index.with_bits(bits))
            .unwrap()
            .allow_low_entropy();
        let computed = index.compute(&key, text(case, "context"), &value(&case["value"]));
        assert_eq!(computed.unwrap(), bytes(case, "result"));
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

fn key_of(file: &Value) -> IndexKey {
    let master: [u8; 32] = bytes(file, "master_key").try_into().unwrap();
    IndexKey::new(text(file, "key_id"), MasterKey::from_bytes(master)).unwrap()
}

/// Context, index, bits, value, and the text that is hashed if it is another one.
type Input = (&'static str, &'static str, u16, Value, Option<&'static str>);

fn inputs() -> Vec<Input> {
    let naomi = || json!({"S": " Naomi@Example.COM\n"});
    vec![
        ("users", "email", 128, naomi(), None),
        ("users", "email", 1, naomi(), None),
        ("users", "email", 15, naomi(), None),
        ("users", "email", 256, naomi(), None),
        ("guests", "email", 128, naomi(), None),
        ("users", "email:exact:v1", 128, naomi(), None),
        (
            "users",
            "email:lower:v1",
            128,
            naomi(),
            Some(" naomi@example.com\n"),
        ),
        (
            "users",
            "email:email:v1",
            128,
            naomi(),
            Some("naomi@example.com"),
        ),
        (
            "users",
            "n:lower:v1",
            64,
            json!({"S": "ÉMILE İ ΟΔΟΣ"}),
            Some("émile i\u{307} οδος"),
        ),
        ("usagers é", "prénom", 128, json!({"S": "日本語"}), None),
        ("users", "balance", 128, json!({"N": "+03.140E1"}), None),
        ("users", "hash", 128, json!({"B": "00ff"}), None),
        ("users", "empty", 128, json!({"S": ""}), None),
        ("users", "tags", 128, json!({"SS": ["b", "a"]}), None),
        (
            "users",
            "name and flag",
            128,
            json!({"M": {"name": {"S": "x"}, "flag": {"BOOL": true}}}),
            None,
        ),
        (
            "users",
            "list",
            128,
            json!({"L": [{"S": "x"}, {"N": "1"}]}),
            None,
        ),
        ("users", "flag", 128, json!({"BOOL": true}), None),
        ("users", "flag", 128, json!({"NULL": true}), None),
    ]
}

fn document() -> Value {
    let master: Vec<u8> = (0..32).collect();
    let mut file = json!({
        "format": "blind index v1",
        "master_key": to_hex(&master),
        "key_id": "search-1",
    });
    let key = key_of(&file);
    let indexes: Vec<Value> = inputs().iter().map(|input| index(&key, input)).collect();
    file["indexes"] = json!(indexes);
    file
}

fn index(key: &IndexKey, (context, name, bits, json, hashed): &Input) -> Value {
    let index = BlindIndex::parse(name)
        .and_then(|index| index.with_bits(*bits))
        .unwrap()
        .allow_low_entropy();
    let encoded = index.encode(&value(json)).unwrap();
    if let Some(hashed) = hashed {
        assert_eq!(encoded[1..], *hashed.as_bytes());
    }
    json!({
        "context": context,
        "index": name,
        "bits": bits,
        "value": json,
        "hashed": to_hex(&encoded),
        "result": to_hex(&index.compute(key, context, &value(json)).unwrap()),
    })
}
