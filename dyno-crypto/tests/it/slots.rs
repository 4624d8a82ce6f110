//! A sealed value in every other slot: another field, item, context or key.

use dyno_crypto::{Binding, EncryptionKey, Error, FieldPath, MasterKey, open, seal};

use crate::{path, string};

/// Where a value can be sealed: under a key, in a context, in an item, at a path.
struct Slot {
    key: EncryptionKey,
    binding: Binding,
    path: FieldPath,
    name: String,
}

/// All combinations. The paths have the same text when their steps are joined; so have contexts with keys.
fn slots() -> Vec<Slot> {
    let mut slots = Vec::new();
    for (id, master) in [("k1", 1), ("k2", 1), ("k1", 2), ("k", 1)] {
        for context in ["users", "user", "usersid"] {
            for (name, value) in [("id", "1"), ("id", "11"), ("i", "d1"), ("sort", "1")] {
                for field in ["ab", "a.b", "[\"a.b\"]", "a[0]", "a[\"0\"]"] {
                    let value = string(value);
                    slots.push(Slot {
                        key: EncryptionKey::new(id, MasterKey::from_bytes([master; 32])).unwrap(),
                        binding: Binding::new(context, &[(name, &value)]).unwrap(),
                        path: path(field),
                        name: format!("{id} {master} {context} {name} {value:?} {field}"),
                    });
                }
            }
        }
    }
    slots
}

#[test]
fn a_value_opens_in_its_own_slot_only() {
    let slots = slots();
    let value = string("the same everywhere");
    let mut refused = 0;
    for from in &slots {
        let sealed = seal(&value, &from.key, &from.binding, &from.path).unwrap();
        let bytes = sealed.as_b().unwrap().as_ref();
        for to in &slots {
            let opened = open(bytes, &to.key, &to.binding, &to.path);
            if from.name == to.name {
                assert_eq!(opened, Ok(value.clone()));
            } else {
                let error = Error::Open {
                    path: to.path.clone(),
                };
                assert_eq!(opened, Err(error), "{} in {}", from.name, to.name);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, slots.len() * (slots.len() - 1));
    println!("{refused} swaps among {} slots: all refused", slots.len());
}
