//! Every seal and every sealed item, changed in every way: none is accepted, and none says more than another.

use proptest::prelude::*;

use super::golden::{Case, cases};
use super::*;
use crate::EnvelopeError;

fn refused(case: &Case, item: &Item, seal: &[u8]) {
    let path = case.path.clone();
    assert_eq!(
        case.verify(item, seal),
        Err(Error::ItemSeal { path }),
        "{}",
        case.name
    );
}

#[test]
fn every_flipped_bit_of_a_seal_is_refused() {
    let mut flips = 0;
    for case in cases() {
        for at in 0..case.seal.len() {
            for bit in 0..8 {
                let mut seal = case.seal.clone();
                seal[at] ^= 1 << bit;
                refused(&case, &case.item, &seal);
                flips += 1;
            }
        }
    }
    assert_eq!(flips, 6 * 51 * 8);
}

#[test]
fn every_truncation_and_extension_of_a_seal_is_refused() {
    for case in cases() {
        for length in 0..case.seal.len() {
            refused(&case, &case.item, &case.seal[..length]);
            refused(&case, &case.item, &case.seal[length + 1..]);
        }
        for more in 1..=64 {
            let mut seal = case.seal.clone();
            seal.resize(seal.len() + more, 0);
            refused(&case, &case.item, &seal);
        }
    }
}

/// All values that differ from a value by one bit somewhere, as far as they have one.
fn flipped(value: &AttributeValue) -> Vec<AttributeValue> {
    let texts = |text: &str| -> Vec<String> {
        flipped_bytes(text.as_bytes())
            .into_iter()
            .filter_map(|bytes| String::from_utf8(bytes).ok())
            .collect()
    };
    match value {
        AttributeValue::S(text) => texts(text).into_iter().map(AttributeValue::S).collect(),
        AttributeValue::N(text) => texts(text).into_iter().map(AttributeValue::N).collect(),
        AttributeValue::B(bytes) => flipped_bytes(bytes.as_ref())
            .into_iter()
            .map(|bytes| AttributeValue::B(Blob::new(bytes)))
            .collect(),
        AttributeValue::Bool(value) => vec![AttributeValue::Bool(!value)],
        AttributeValue::Ss(all) => vec![AttributeValue::Ss(all[1..].to_vec())],
        AttributeValue::Ns(all) => vec![AttributeValue::Ns(all[1..].to_vec())],
        AttributeValue::Bs(all) => vec![AttributeValue::Bs(all[1..].to_vec())],
        AttributeValue::L(all) => all
            .iter()
            .enumerate()
            .flat_map(|(at, inner)| {
                flipped(inner).into_iter().map(move |inner| {
                    let mut list = all.clone();
                    list[at] = inner;
                    AttributeValue::L(list)
                })
            })
            .collect(),
        AttributeValue::M(all) => all
            .iter()
            .flat_map(|(name, inner)| {
                flipped(inner).into_iter().map(move |inner| {
                    let mut map = all.clone();
                    map.insert(name.clone(), inner);
                    AttributeValue::M(map)
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn flipped_bytes(bytes: &[u8]) -> Vec<Vec<u8>> {
    (0..bytes.len() * 8)
        .map(|at| {
            let mut flipped = bytes.to_vec();
            flipped[at / 8] ^= 1 << (at % 8);
            flipped
        })
        .collect()
}

/// The items that differ from an item in one attribute: in a bit of its name or value, in its type, or in being there.
fn changed(item: &Item) -> Vec<Item> {
    let mut all = Vec::new();
    let mut push = |change: &dyn Fn(&mut Item)| {
        let mut changed = item.clone();
        change(&mut changed);
        if changed != *item {
            all.push(changed);
        }
    };
    push(&|item| {
        item.insert("more".to_owned(), AttributeValue::S(String::new()));
    });
    let in_order: std::collections::BTreeMap<_, _> = item.iter().collect();
    for (name, value) in in_order {
        if name == SEAL_ATTRIBUTE {
            continue;
        }
        push(&|item| {
            item.remove(name);
        });
        for other in flipped(value) {
            push(&|item| {
                item.insert(name.clone(), other.clone());
            });
        }
        for other in [
            AttributeValue::Null(true),
            AttributeValue::L(vec![value.clone()]),
            AttributeValue::M([(name.clone(), value.clone())].into()),
        ] {
            push(&|item| {
                item.insert(name.clone(), other.clone());
            });
        }
        for other in flipped_bytes(name.as_bytes()) {
            if let Ok(other) = String::from_utf8(other) {
                push(&|item| {
                    let value = item.remove(name).unwrap();
                    item.insert(other.clone(), value);
                });
            }
        }
        for other in item.keys().filter(|other| *other > name) {
            push(&|item| {
                let (one, two) = (item[name].clone(), item[other].clone());
                item.insert(name.clone(), two);
                item.insert(other.clone(), one);
            });
        }
    }
    all
}

/// Whether the change is only one of form: numbers that are equal, nulls, a swap with the attribute passed over.
fn same_content(one: &Item, other: &Item) -> bool {
    let encoded = |item: &Item| {
        let mut item = item.clone();
        item.remove(SEAL_ATTRIBUTE);
        encoding::encode_item(&item)
    };
    matches!((encoded(one), encoded(other)), (Ok(one), Ok(other)) if one == other)
}

#[test]
fn every_change_of_an_attribute_is_refused() {
    let mut changes = 0;
    for case in cases() {
        for item in changed(&case.item) {
            if !same_content(&item, &case.item) {
                refused(&case, &item, &case.seal);
                changes += 1;
            }
        }
    }
    assert_eq!(changes, 1_470);
}

#[test]
fn a_seal_fits_no_other_item_and_no_other_place() {
    let cases = cases();
    let mut swaps = 0;
    for case in &cases {
        for other in &cases {
            for (item, binding, path) in [
                (&other.item, &case.binding, &case.path),
                (&case.item, &other.binding, &case.path),
                (&case.item, &case.binding, &other.path),
            ] {
                let same = *item == case.item && *binding == case.binding && *path == case.path;
                let verified = verify_attributes(item, &case.seal, &case.key, binding, path);
                assert_eq!(verified.is_ok(), same, "{} {}", case.name, other.name);
                swaps += usize::from(!same);
            }
        }
    }
    assert!(swaps >= 50, "found {swaps}");
}

#[test]
fn a_seal_fits_no_other_key_context_or_primary_key() {
    let case = &cases()[0];
    let master: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let with = |id: &str, master: [u8; 32]| {
        let key = EncryptionKey::new(id, MasterKey::from_bytes(master)).unwrap();
        verify_attributes(&case.item, &case.seal, &key, &case.binding, &case.path)
    };
    assert_eq!(with("2026-11", master), Ok(3));
    assert!(with("2026-12", master).is_err());
    assert!(with("2026-11", [0; 32]).is_err());
    let under = |context: &str, name: &str, id: &str| {
        let binding = Binding::new(context, &[(name, &AttributeValue::S(id.to_owned()))]).unwrap();
        verify_attributes(&case.item, &case.seal, &case.key, &binding, &case.path)
    };
    assert_eq!(under("users", "id", "user#42"), Ok(3));
    assert!(under("guests", "id", "user#42").is_err());
    assert!(under("users", "ID", "user#42").is_err());
    assert!(under("users", "id", "user#43").is_err());
}

#[test]
fn a_relabelled_seal_is_refused_even_if_both_ids_stand_for_one_master_key() {
    let case = &cases()[0];
    let master: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let other = EncryptionKey::new("2026-12", MasterKey::from_bytes(master)).unwrap();
    let mut seal = case.seal.clone();
    seal[10] = b'2';
    assert_eq!(ItemSeal::parse(&seal).unwrap().key_id(), other.id());
    assert!(verify_attributes(&case.item, &seal, &other, &case.binding, &case.path).is_err());
}

#[test]
fn a_sealed_value_is_no_item_seal_and_the_other_way_round() {
    let case = &cases()[0];
    let envelope = case.item["name"].as_b().unwrap().as_ref();
    let unsupported = EnvelopeError::Unsupported {
        version: 1,
        suite: 1,
    };
    assert_eq!(ItemSeal::parse(envelope), Err(unsupported));
    refused(case, &case.item, envelope);
    assert!(!crate::is_envelope(&case.seal));
}

#[test]
fn a_seal_tells_its_key_and_sequence_and_no_more() {
    let case = &cases()[0];
    let seal = ItemSeal::parse(&case.seal).unwrap();
    assert_eq!(*seal.key_id(), "2026-11");
    assert_eq!(seal.sequence(), 3);
    assert_eq!(
        format!("{seal:?}"),
        "ItemSeal { key_id: 2026-11, sequence: 3, .. }"
    );
}

#[test]
fn an_item_that_cannot_be_stored_is_not_sealed() {
    let case = &cases()[0];
    let seal = |name: &str, value: &str| {
        let item = Item::from([(name.to_owned(), AttributeValue::N(value.to_owned()))]);
        seal_attributes(&item, &case.key, &case.binding, &case.path, 1)
    };
    let error = seal("n", "secret").unwrap_err();
    assert!(matches!(error, Error::Value(_)));
    assert!(!format!("{error} {error:?}").contains("secret"));
    assert!(matches!(
        seal(&"n".repeat(65536), "1"),
        Err(Error::Value(_))
    ));
    let deep: FieldPath = (0..256).map(dyno_value::Segment::Index).collect();
    let item = &case.item;
    assert!(matches!(
        seal_attributes(item, &case.key, &case.binding, &deep, 1),
        Err(Error::NotAllowedHere { .. })
    ));
}

proptest! {
    #[test]
    fn what_is_sealed_verifies_and_nothing_else_does(
        one in proptest::collection::hash_map("[ab]{1,2}", "[cd]{0,2}", 0..4),
        other in proptest::collection::hash_map("[ab]{1,2}", "[cd]{0,2}", 0..4),
        sequence in any::<u64>(),
    ) {
        let item = |texts: &std::collections::HashMap<String, String>| -> Item {
            let strings = texts.iter();
            strings.map(|(name, text)| (name.clone(), AttributeValue::S(text.clone()))).collect()
        };
        let case = &cases()[5];
        let (key, binding, path) = (&case.key, &case.binding, &case.path);
        let seal = seal_attributes(&item(&one), key, binding, path, sequence).unwrap();
        let seal = seal.as_b().unwrap().as_ref();
        prop_assert_eq!(verify_attributes(&item(&one), seal, key, binding, path), Ok(sequence));
        let verified = verify_attributes(&item(&other), seal, key, binding, path);
        prop_assert_eq!(verified.is_ok(), one == other);
    }

    #[test]
    fn hostile_seals_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), valid_start in any::<bool>()) {
        let mut seal = if valid_start { vec![MAGIC, VERSION, SUITE] } else { Vec::new() };
        seal.extend(bytes);
        let case = &cases()[0];
        prop_assert!(case.verify(&case.item, &seal).is_err());
    }
}
