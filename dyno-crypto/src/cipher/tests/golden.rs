//! The frozen envelopes of version 1. The file is never changed: what it holds is stored in somebody's table.
//!
//! `cargo test -p dyno-crypto write_golden_file -- --ignored` writes it anew where there is none; for a later version
//! of the format give it another name.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;
use crate::binding::write_path;
use crate::testdata::{read, to_hex, write_new};

const FILE: &str = "envelope_v1.json";

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
fn frozen_envelopes_open_and_seal_to_the_same_bytes() {
    let cases = cases();
    assert_eq!(cases.len(), inputs().len());
    cases.iter().for_each(Case::check);
}

#[test]
fn frozen_envelopes_open_through_the_public_functions() {
    let file = read(FILE);
    for (case, json) in cases().iter().zip(list(&file, "envelopes")) {
        let path: FieldPath = text(json, "path_text").parse().unwrap();
        let opened = open(&case.envelope, &case.key, &case.binding, &path);
        assert_eq!(opened.as_ref(), Ok(&case.normal()), "{}", case.name);
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

/// Name, context, key attributes, path, value.
type Input = (&'static str, &'static str, Value, Value, Value);

fn inputs() -> Vec<Input> {
    let simple = json!([["id", "S", "user#42"]]);
    let composite = json!([["tenant", "S", "acme"], ["number", "N", "007.0"]]);
    let binary = json!([["hash", "B", "00ff"], ["at", "B", ""]]);
    let unicode = json!([["clé", "S", "日本"]]);
    let map = json!({"M": {
        "hospital": {"S": "Kosei Nenkin"}, "dob": {"S": "12/2/1995"}, "weight": {"N": "3.40"},
        "more": {"L": [{"BOOL": false}, {"NULL": true}, {"M": {}}, {"L": []}, {"SS": ["b", "a"]}]}, "é": {"B": "00"},
    }});
    let users = "users";
    vec![
        (
            "string",
            users,
            simple.clone(),
            json!(["name"]),
            json!({"S": "Naomi"}),
        ),
        (
            "empty string",
            users,
            simple.clone(),
            json!(["name"]),
            json!({"S": ""}),
        ),
        (
            "15 bytes encoded, one block",
            users,
            simple.clone(),
            json!(["name"]),
            json!({"S": "abcdefghijklmn"}),
        ),
        (
            "16 bytes encoded, two blocks",
            users,
            simple.clone(),
            json!(["name"]),
            json!({"S": "abcdefghijklmno"}),
        ),
        (
            "unicode everywhere",
            "usagers é",
            unicode,
            json!(["prénom", "日本語"]),
            json!({"S": "日本語 é 😀"}),
        ),
        (
            "number",
            users,
            composite.clone(),
            json!(["balance"]),
            json!({"N": "+0003.1400"}),
        ),
        (
            "number with exponent",
            users,
            composite.clone(),
            json!(["balance"]),
            json!({"N": "-1.5E+30"}),
        ),
        (
            "number of 38 digits",
            users,
            composite.clone(),
            json!(["balance"]),
            json!({"N": "99999999999999999999999999999999999.999"}),
        ),
        (
            "zero",
            users,
            composite.clone(),
            json!(["balance"]),
            json!({"N": "-0.00"}),
        ),
        (
            "binary",
            users,
            binary.clone(),
            json!(["blob"]),
            json!({"B": "00ff10"}),
        ),
        (
            "empty binary",
            users,
            binary,
            json!(["blob"]),
            json!({"B": ""}),
        ),
        (
            "true",
            users,
            simple.clone(),
            json!(["flag"]),
            json!({"BOOL": true}),
        ),
        (
            "false",
            users,
            simple.clone(),
            json!(["flag"]),
            json!({"BOOL": false}),
        ),
        (
            "null",
            users,
            simple.clone(),
            json!(["gone"]),
            json!({"NULL": true}),
        ),
        (
            "string set",
            users,
            simple.clone(),
            json!(["tags"]),
            json!({"SS": ["b", "", "é", "a"]}),
        ),
        (
            "number set",
            users,
            simple.clone(),
            json!(["scores"]),
            json!({"NS": ["3.0", "10", "-1"]}),
        ),
        (
            "binary set",
            users,
            simple.clone(),
            json!(["hashes"]),
            json!({"BS": ["ff", "", "00ff"]}),
        ),
        (
            "list",
            users,
            simple.clone(),
            json!(["list"]),
            json!({"L": [{"S": "x"}, {"N": "1e1"}, {"B": "01"}, {"BS": ["00"]}, {"NS": ["1"]}]}),
        ),
        (
            "empty list",
            users,
            simple.clone(),
            json!(["list"]),
            json!({"L": []}),
        ),
        ("map", users, simple.clone(), json!(["birth_details"]), map),
        (
            "empty map",
            users,
            simple.clone(),
            json!(["map"]),
            json!({"M": {}}),
        ),
        (
            "element of a list",
            users,
            composite,
            json!(["lines", 3, "unit.price"]),
            json!({"N": "12.50"}),
        ),
        (
            "long string",
            users,
            simple.clone(),
            json!(["text"]),
            json!({"S": "0123456789".repeat(30)}),
        ),
        (
            "string inside, longer than 127 bytes",
            users,
            simple,
            json!(["texts"]),
            json!({"L": [{"S": "0123456789".repeat(15)}]}),
        ),
    ]
}

fn document() -> Value {
    let master: Vec<u8> = (0..32).collect();
    let mut file = json!({
        "format": "envelope v1",
        "master_key": to_hex(&master),
        "key_id": "2026-11",
    });
    let key = key_of(&file);
    let check_value = to_hex(&key.check_value());
    let envelopes: Vec<Value> = (0..)
        .zip(inputs())
        .map(|(number, input)| envelope(number, &key, &input))
        .collect();
    file["check_value"] = json!(check_value);
    file["envelopes"] = json!(envelopes);
    file
}

fn envelope(number: u32, key: &EncryptionKey, input: &Input) -> Value {
    let (name, context, keys, path, json) = input;
    let attributes = keys_of(keys);
    let binding = Binding::new(context, &borrowed(&attributes)).unwrap();
    let path_text: FieldPath = path
        .as_array()
        .unwrap()
        .iter()
        .map(|step| match step.as_str() {
            Some(name) => dyno_value::Segment::Key(name.to_owned()),
            None => dyno_value::Segment::Index(u32::try_from(step.as_u64().unwrap()).unwrap()),
        })
        .collect();
    let mut place = Vec::new();
    write_path(&path_text, &mut place).unwrap();
    let digest = Sha256::digest(format!("golden iv {number}"));
    let iv: Iv = digest[..16].try_into().unwrap();
    let sealed = Prepared::new(&value(json), key, &path_text)
        .unwrap()
        .seal(&iv, &binding, &place);
    let sealed = sealed.as_b().unwrap().as_ref();
    let header = Parts::parse(sealed).unwrap().header();
    json!({
        "name": name,
        "context": context,
        "keys": keys,
        "path": path,
        "path_text": path_text.to_string(),
        "value": json,
        "iv": to_hex(&iv),
        "plaintext_dve": to_hex(&encoding::encode(&value(json)).unwrap()),
        "aad": to_hex(&[header, binding.as_bytes(), &place].concat()),
        "envelope": to_hex(sealed),
    })
}
