mod golden;

use std::collections::BTreeSet;

use hmac::EagerHash;
use proptest::prelude::*;
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

use super::*;
use crate::testdata::{bytes, list, read, text, value};
use crate::{EncryptionKey, KeyId, KeyringError, MasterKey};

fn key(byte: u8) -> IndexKey {
    IndexKey::new("search-1", MasterKey::from_bytes([byte; 32])).unwrap()
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

fn compute(index: &BlindIndex, value: &AttributeValue) -> Result<Vec<u8>, Error> {
    index.compute(&key(1), "users", value)
}

#[test]
fn the_draft_gives_the_same_index_values() {
    let file = read("draft/draft_envelope_v1.json");
    let master: [u8; 32] = bytes(&file, "master_key").try_into().unwrap();
    let key = IndexKey::new("any", MasterKey::from_bytes(master)).unwrap();
    let cases = list(&file, "blind_index");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let bits = case["bits"].as_u64().unwrap().try_into().unwrap();
        let index = BlindIndex::parse(text(case, "index"))
            .and_then(|index| index.with_bits(bits))
            .unwrap();
        let computed = index.compute(&key, text(&file, "context"), &value(&case["value"]));
        assert_eq!(computed.unwrap(), bytes(case, "result"));
    }
}

#[test]
fn spare_bits_are_zero_and_longer_values_begin_with_shorter_ones() {
    let index = BlindIndex::parse("email").unwrap();
    let full = compute(&index.clone().with_bits(256).unwrap(), &string("a")).unwrap();
    for bits in 1..=256_u16 {
        let cut = compute(&index.clone().with_bits(bits).unwrap(), &string("a")).unwrap();
        assert_eq!(cut.len(), usize::from(bits).div_ceil(8));
        for bit in 0..cut.len() * 8 {
            let of = |bytes: &[u8]| bytes[bit / 8] >> (7 - bit % 8) & 1;
            let expected = if bit < usize::from(bits) {
                of(&full)
            } else {
                0
            };
            assert_eq!(of(&cut), expected);
        }
    }
}

#[test]
fn bits_are_1_to_256() {
    let index = BlindIndex::parse("email").unwrap();
    assert_eq!(index.bits(), 128);
    for bits in [0, 257, u16::MAX] {
        let refused = index.clone().with_bits(bits).unwrap_err();
        assert_eq!(refused, IndexError::Bits { bits });
    }
}

#[test]
fn names_are_parsed_once() {
    let parsed = |name: &str| BlindIndex::parse(name).map(|index| index.normalizer());
    assert_eq!(parsed("email"), Ok(Normalizer::Exact));
    assert_eq!(parsed("email:exact:v1"), Ok(Normalizer::Exact));
    assert_eq!(parsed("email:lower:v1"), Ok(Normalizer::Lower));
    assert_eq!(parsed("e:email:v1"), Ok(Normalizer::Email));
    let index = BlindIndex::parse("e:email:v1").unwrap();
    assert_eq!(index.name(), "e:email:v1");
    for empty in ["", ":lower:v1"] {
        assert!(matches!(parsed(empty), Err(IndexError::Name { .. })));
    }
    assert!(parsed(&"n".repeat(255)).is_ok());
    assert_eq!(
        parsed(&"n".repeat(256)),
        Err(IndexError::Name { bytes: 256 })
    );
    for unknown in ["email:", "email:lower", "email:lower:v2", "email:Lower:v1"] {
        let message = parsed(unknown).unwrap_err().to_string();
        assert!(
            message.ends_with("there are `email:v1`, `exact:v1`, `lower:v1`"),
            "{message}"
        );
    }
}

#[test]
fn key_context_and_full_name_make_another_index() {
    let value = string("naomi");
    let mut all = BTreeSet::new();
    for byte in [1, 2] {
        for context in ["users", "guests"] {
            for name in ["name", "name:exact:v1", "name:lower:v1", "nick"] {
                let index = BlindIndex::parse(name).unwrap();
                all.insert(index.compute(&key(byte), context, &value).unwrap());
            }
        }
    }
    assert_eq!(all.len(), 16);
    let halves = |context, name| {
        let index = BlindIndex::parse(name).unwrap();
        index.compute(&key(1), context, &value).unwrap()
    };
    assert_ne!(halves("ab", "c"), halves("a", "bc"));
}

#[test]
fn an_index_key_and_a_field_key_of_one_master_show_the_same_check_value() {
    let field = EncryptionKey::new("k1", MasterKey::from_bytes([1; 32])).unwrap();
    assert_eq!(field.check_value(), key(1).check_value());
}

#[test]
fn normalizers_find_what_means_the_same() {
    let same = |name: &str, one: &str, other: &str| {
        let index = BlindIndex::parse(name).unwrap();
        let (one, other) = (string(one), string(other));
        let equal = compute(&index, &one).unwrap() == compute(&index, &other).unwrap();
        assert_eq!(equal, index.same(&one, &other));
        equal
    };
    assert!(!same("n", "Naomi", "naomi"));
    assert!(same("n:lower:v1", "ÉMILE ΟΔΟΣ", "émile οδος"));
    assert!(!same("n:lower:v1", "naomi", " naomi"));
    assert!(same(
        "n:email:v1",
        "\t Naomi@Example.COM\r\n",
        "naomi@example.com"
    ));
    assert!(!same(
        "n:email:v1",
        "naomi@example.com",
        "\u{a0}naomi@example.com"
    ));
    assert!(!same("n:email:v1", "a b@c", "ab@c"));
}

#[test]
fn values_are_equal_whatever_form_they_have() {
    let index = BlindIndex::parse("n").unwrap();
    assert!(index.same(&number("3.140"), &number("314e-2")));
    assert_eq!(
        compute(&index, &number("3.140")).unwrap(),
        compute(&index, &number("+3.14")).unwrap()
    );
    assert!(!index.same(&number("3"), &string("3")));
    let set = |order: [&str; 2]| AttributeValue::Ss(order.map(str::to_owned).to_vec());
    assert!(index.same(&set(["a", "b"]), &set(["b", "a"])));
    assert!(!index.same(&number("many"), &number("many")));
}

#[test]
fn values_that_a_text_normalizer_cannot_take_are_refused() {
    for name in ["n:lower:v1", "n:email:v1"] {
        let index = BlindIndex::parse(name).unwrap();
        let list = AttributeValue::L(vec![string("a")]);
        for value in [number("1"), AttributeValue::B(vec![1].into()), list] {
            let error = compute(&index, &value).unwrap_err();
            assert!(matches!(error, Error::Index(IndexError::NotText { .. })));
            assert!(!index.same(&value, &value));
        }
    }
}

#[test]
fn values_that_counting_tells_apart_are_refused() {
    let index = BlindIndex::parse("flag").unwrap();
    let yes = AttributeValue::Bool(true);
    let null = AttributeValue::Null(true);
    let nothing = AttributeValue::M([("a".to_owned(), AttributeValue::L(vec![]))].into());
    let flags = AttributeValue::L(vec![yes.clone(), null.clone()]);
    for value in [&yes, &null, &nothing, &flags] {
        let message = compute(&index, value).unwrap_err().to_string();
        assert!(message.contains("counting"), "{message}");
        assert!(!index.same(value, value));
        let index = index.clone().allow_low_entropy();
        assert!(compute(&index, value).is_ok());
        assert!(index.same(value, value));
    }
    let compound = AttributeValue::M([("a".to_owned(), yes), ("b".to_owned(), string("x"))].into());
    assert!(compute(&index, &compound).is_ok());
}

#[test]
fn errors_show_no_value() {
    let index = BlindIndex::parse("n").unwrap();
    let error = compute(&index, &number("secret")).unwrap_err();
    assert!(matches!(error, Error::Value(_)));
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn contexts_have_1_to_255_bytes() {
    let index = BlindIndex::parse("n").unwrap();
    for context in [String::new(), "c".repeat(256)] {
        let error = index.compute(&key(1), &context, &string("a")).unwrap_err();
        let bytes = context.len();
        assert_eq!(error, Error::Index(IndexError::Context { bytes }));
    }
}

#[test]
fn one_key_is_derived_for_each_index() {
    let key = key(1);
    let index = BlindIndex::parse("n").unwrap();
    for text in ["a", "b", "c"] {
        index.compute(&key, "users", &string(text)).unwrap();
        index
            .compute(&key.clone(), "guests", &string(text))
            .unwrap();
    }
    assert_eq!(key.derived(), 2);
    let before = index.compute(&key, "context 999", &string("a")).unwrap();
    for number in 0..1000 {
        let context = format!("context {number}");
        index.compute(&key, &context, &string("a")).unwrap();
    }
    assert_eq!(key.derived(), 256);
    let after = index.compute(&key, "context 999", &string("a")).unwrap();
    assert_eq!(after, before);
}

#[test]
fn the_columns_of_an_index_have_one_key_for_one_id() {
    let key = IndexKey::generate("a").unwrap();
    let same_id = || IndexKey::generate("a").unwrap();
    let first = IndexKeys::new(key.clone());
    let second = IndexKeys::only_second(key.clone());
    let refused = KeyringError::OtherKey {
        id: KeyId::new("a").unwrap(),
    };
    assert_eq!(first.clone().with_second(same_id()).unwrap_err(), refused);
    assert_eq!(second.clone().with_first(same_id()).unwrap_err(), refused);
    assert!(first.with_second(key).is_ok());
    assert!(second.with_first(IndexKey::generate("b").unwrap()).is_ok());
}

#[test]
fn what_is_kept_of_index_keys_is_wiped_and_not_shown() {
    fn wiped<T: ZeroizeOnDrop>() {}
    wiped::<<Sha256 as EagerHash>::Core>();
    let key = key(1);
    compute(&BlindIndex::parse("n").unwrap(), &string("a")).unwrap();
    let shown = format!("{key:?} {:?}", IndexKeys::new(key.clone()));
    assert!(
        shown.starts_with("IndexKey { id: search-1, check: "),
        "{shown}"
    );
    assert!(!shown.contains("prk") && !shown.contains("derived"));
}

proptest! {
    #[test]
    fn index_values_are_equal_just_where_values_are(one in "[a-cA-C ]{0,3}", other in "[a-cA-C ]{0,3}") {
        for name in ["n", "n:lower:v1", "n:email:v1"] {
            let index = BlindIndex::parse(name).unwrap();
            let (one, other) = (string(&one), string(&other));
            let equal = compute(&index, &one).unwrap() == compute(&index, &other).unwrap();
            prop_assert_eq!(equal, index.same(&one, &other));
        }
    }
}
