//! What users of the crate rely on.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod envelopes;
mod items;
mod keyring;
mod reference_reader;
mod refusals;
mod rules;
mod secrets;
mod slots;
mod strategy;
mod values;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, EncryptionKey, FieldPath, MasterKey};

fn key(id: &str) -> EncryptionKey {
    EncryptionKey::new(id, MasterKey::from_legacy_secret(id)).unwrap()
}

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn binding(id: &str) -> Binding {
    Binding::new("users", &[("id", &string(id))]).unwrap()
}
