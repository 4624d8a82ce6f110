//! Item seals of two files, and what is done to them.

mod draft;
mod golden;
mod tamper;

use serde_json::Value;

use super::*;
use crate::MasterKey;
use crate::testdata::{bytes, text, value};

fn key_of(file: &Value) -> EncryptionKey {
    let master: [u8; 32] = bytes(file, "master_key").try_into().unwrap();
    EncryptionKey::new(text(file, "key_id"), MasterKey::from_bytes(master)).unwrap()
}

fn binding_of(context: &str, keys: &Value) -> Binding {
    let keys: Vec<(String, AttributeValue)> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let inner = serde_json::json!({ key[1].as_str().unwrap(): key[2] });
            (key[0].as_str().unwrap().to_owned(), value(&inner))
        })
        .collect();
    let keys: Vec<(&str, &AttributeValue)> = keys
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    Binding::new(context, &keys).unwrap()
}

fn item_of(json: &Value) -> Item {
    json.as_object()
        .unwrap()
        .iter()
        .map(|(name, json)| (name.clone(), value(json)))
        .collect()
}

fn place(path: &FieldPath) -> Vec<u8> {
    let mut output = Vec::new();
    write_place(path, &mut output).unwrap();
    output
}
