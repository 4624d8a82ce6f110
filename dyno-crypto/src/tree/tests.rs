use std::cell::Cell;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::seal::seal_item_with;
use super::{Decision, OpenPolicy, SealPolicy, open_item};
use crate::random::{self, IvPool};
use crate::{Binding, EncryptionKey, Error, KeyId, MasterKey};

/// Seals everything with one key.
struct All(EncryptionKey);

impl All {
    fn new() -> Self {
        Self(EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap())
    }
}

impl SealPolicy for All {
    fn decide(&self, _: &FieldPath, _: &AttributeValue) -> Result<Decision, Error> {
        Ok(Decision::Seal(self.0.clone()))
    }
}

impl OpenPolicy for All {
    fn key(&self, _: &KeyId, _: &FieldPath) -> Result<Option<EncryptionKey>, Error> {
        Ok(Some(self.0.clone()))
    }
}

fn binding() -> Binding {
    Binding::new("users", &[("id", &AttributeValue::S("42".into()))]).unwrap()
}

fn item(fields: usize) -> Item {
    (0..fields)
        .map(|field| (format!("field{field}"), AttributeValue::S("x".into())))
        .collect()
}

#[test]
fn an_item_asks_the_system_once_for_up_to_32_vectors() {
    let policy = All::new();
    for (fields, calls) in [(0, 0), (1, 1), (20, 1), (32, 1), (33, 2), (100, 4)] {
        let made = Cell::new(0);
        let mut ivs = IvPool::from_source(|bytes: &mut [u8]| {
            made.set(made.get() + 1);
            random::fill(bytes)
        });
        let mut sealed = item(fields);
        let root = FieldPath::root();
        let report = seal_item_with(&mut ivs, &mut sealed, &root, &binding(), &policy).unwrap();
        assert_eq!((report.sealed(), made.get()), (fields, calls));
        let opened = open_item(&mut sealed, &root, &binding(), &policy).unwrap();
        assert_eq!(opened.opened(), fields);
        assert_eq!(sealed, item(fields));
    }
}

#[test]
fn an_item_is_as_it_was_when_the_system_gives_no_vectors() {
    let policy = All::new();
    let calls = Cell::new(0);
    // The second of two calls fails, when 32 vectors are there already.
    let mut ivs = IvPool::from_source(|bytes: &mut [u8]| {
        calls.set(calls.get() + 1);
        if calls.get() == 2 {
            Err(Error::Rng)
        } else {
            random::fill(bytes)
        }
    });
    let mut untouched = item(40);
    let sealed = seal_item_with(
        &mut ivs,
        &mut untouched,
        &FieldPath::root(),
        &binding(),
        &policy,
    );
    assert_eq!(sealed, Err(Error::Rng));
    assert_eq!(calls.get(), 2);
    assert_eq!(untouched, item(40));
}
