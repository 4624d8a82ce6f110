//! Items through policies, to storage and back.

use std::cell::RefCell;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{
    Binding, Decision, Demand, EncryptionKey, Error, FieldPath, Item, KeyId, OpenPolicy,
    OpenReport, Rules, SealPolicy, SealReport, is_envelope, open,
};
use proptest::prelude::*;

use crate::strategy::{item, normal};
use crate::{binding, key, path, string};

/// The item sealed. Whatever the error, the item is as it was before.
pub(crate) fn seal_item(
    item: Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn SealPolicy,
) -> Result<(Item, SealReport), Error> {
    let mut sealed = item.clone();
    let result = dyno_crypto::seal_item(&mut sealed, base, binding, policy);
    assert!(result.is_ok() || sealed == item);
    result.map(|report| (sealed, report))
}

/// The item opened. Whatever the error, the item is as it was before.
pub(crate) fn open_item(
    item: Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn OpenPolicy,
) -> Result<(Item, OpenReport), Error> {
    let mut opened = item.clone();
    let result = dyno_crypto::open_item(&mut opened, base, binding, policy);
    assert!(result.is_ok() || opened == item);
    result.map(|report| (opened, report))
}

/// Seals and opens by rules, and demands what they seal.
pub(crate) struct ByRules {
    rules: Rules,
    asked: RefCell<Vec<FieldPath>>,
}

impl ByRules {
    pub(crate) fn new(patterns: &[&str]) -> Self {
        Self {
            rules: Rules::new().encrypt(patterns, key("k1")).unwrap(),
            asked: RefCell::default(),
        }
    }

    fn asked(&self) -> Vec<String> {
        let mut asked: Vec<String> = self.asked.take().iter().map(ToString::to_string).collect();
        asked.sort();
        asked
    }
}

impl SealPolicy for ByRules {
    fn decide(&self, path: &FieldPath, _: &AttributeValue) -> Result<Decision, Error> {
        self.asked.borrow_mut().push(path.clone());
        Ok(match self.rules.encryption_key(path) {
            Some(key) => Decision::Seal(key.clone()),
            None if path == "left" => Decision::Leave,
            None => Decision::Inspect,
        })
    }
}

impl OpenPolicy for ByRules {
    fn key(&self, id: &KeyId, path: &FieldPath) -> Result<Option<EncryptionKey>, Error> {
        Ok(self.rules.decryption_key(id, path).cloned())
    }

    fn demand(&self, path: &FieldPath, _: &AttributeValue) -> Result<Demand, Error> {
        self.asked.borrow_mut().push(path.clone());
        Ok(match self.rules.encryption_key(path) {
            Some(_) => Demand::Sealed,
            None if path == "left" => Demand::Skip,
            None => Demand::Inspect,
        })
    }
}

pub(crate) fn map(entries: &[(&str, AttributeValue)]) -> AttributeValue {
    AttributeValue::M(item_of(entries))
}

pub(crate) fn item_of(entries: &[(&str, AttributeValue)]) -> Item {
    entries
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

pub(crate) fn sample() -> Item {
    item_of(&[
        ("name", string("Naomi")),
        (
            "birth",
            map(&[("day", string("12")), ("place", string("Kyoto"))]),
        ),
        (
            "lines",
            AttributeValue::L(vec![map(&[("price", AttributeValue::N("1.0".into()))])]),
        ),
        ("left", map(&[("name", string("x"))])),
    ])
}

const PATTERNS: [&str; 4] = ["name", "birth", "lines[*].price", "left.name"];

fn bytes(value: &AttributeValue) -> &[u8] {
    value.as_b().unwrap().as_ref()
}

#[test]
fn every_chosen_value_is_sealed_and_opens_again() {
    let policy = ByRules::new(&PATTERNS);
    let root = FieldPath::root();
    let (sealed, report) = seal_item(sample(), &root, &binding("1"), &policy).unwrap();
    assert_eq!(report.sealed(), 3);
    assert!(is_envelope(bytes(&sealed["name"])));
    assert!(is_envelope(bytes(&sealed["birth"])));
    assert!(is_envelope(bytes(
        &sealed["lines"].as_l().unwrap()[0].as_m().unwrap()["price"]
    )));
    assert_eq!(sealed["left"], sample()["left"]);
    assert_eq!(
        policy.asked(),
        [
            "birth",
            "left",
            "lines",
            "lines[0]",
            "lines[0].price",
            "name"
        ]
    );

    let (opened, report) = open_item(sealed, &root, &binding("1"), &policy).unwrap();
    assert_eq!(report.opened(), 3);
    assert!(report.unopened().is_empty());
    let mut expected = sample();
    let price = map(&[("price", AttributeValue::N("1".into()))]);
    expected.insert("lines".into(), AttributeValue::L(vec![price]));
    assert_eq!(opened, expected);
    assert_eq!(policy.asked(), ["left", "lines", "lines[0]"]);
}

#[test]
fn a_part_of_an_object_is_bound_by_the_path_from_the_root() {
    let policy = ByRules::new(&["location.city"]);
    let part = item_of(&[("city", string("Kyoto"))]);
    let (sealed, _) = seal_item(part.clone(), &path("location"), &binding("1"), &policy).unwrap();
    let alone = open(
        bytes(&sealed["city"]),
        &key("k1"),
        &binding("1"),
        &path("location.city"),
    );
    assert_eq!(alone, Ok(string("Kyoto")));
    let (opened, _) = open_item(sealed.clone(), &path("location"), &binding("1"), &policy).unwrap();
    assert_eq!(opened, part);
    let error = open_item(sealed, &FieldPath::root(), &binding("1"), &policy).unwrap_err();
    assert_eq!(error, Error::Open { path: path("city") });
}

#[test]
fn sealed_values_do_not_open_when_moved() {
    let policy = ByRules::new(&PATTERNS);
    let root = FieldPath::root();
    let (sealed, _) = seal_item(sample(), &root, &binding("1"), &policy).unwrap();
    let error = open_item(sealed.clone(), &root, &binding("2"), &policy).unwrap_err();
    assert!(matches!(error, Error::Open { .. }));
    let mut moved = sealed;
    let name = moved.remove("name").unwrap();
    moved.insert("birth".into(), name);
    let error = open_item(moved, &root, &binding("1"), &policy).unwrap_err();
    assert_eq!(
        error,
        Error::Open {
            path: path("birth")
        }
    );
}

#[test]
fn values_without_a_key_stay_sealed_and_are_reported() {
    let root = FieldPath::root();
    let (sealed, _) = seal_item(
        sample(),
        &root,
        &binding("1"),
        &ByRules::new(&["name", "birth.day"]),
    )
    .unwrap();
    let nobody = ByRules {
        rules: Rules::new(),
        asked: RefCell::default(),
    };
    let (kept, report) = open_item(sealed.clone(), &root, &binding("1"), &nobody).unwrap();
    assert_eq!(kept, sealed);
    assert_eq!(report.opened(), 0);
    assert_eq!(report.unopened().len(), 2);
    let mut unopened: Vec<String> = report
        .into_unopened()
        .iter()
        .map(|value| format!("{} {}", value.path(), value.key_id()))
        .collect();
    unopened.sort();
    assert_eq!(unopened, ["birth.day k1", "name k1"]);
}

#[test]
fn a_container_sealed_whole_is_not_asked_inside() {
    let policy = ByRules::new(&["deep"]);
    let deep = (0..31).fold(string("x"), |inner, _| AttributeValue::L(vec![inner]));
    let item = item_of(&[("deep", deep)]);
    let (sealed, report) =
        seal_item(item.clone(), &FieldPath::root(), &binding("1"), &policy).unwrap();
    assert_eq!(report.sealed(), 1);
    assert_eq!(policy.asked(), ["deep"]);
    let (opened, _) = open_item(sealed, &FieldPath::root(), &binding("1"), &policy).unwrap();
    assert_eq!(opened, item);
}

/// Seals each value whose path has a chosen hash, so that the choice is the same on the way back.
struct Some31(u32);

impl Some31 {
    fn chooses(&self, path: &FieldPath) -> bool {
        let sum = path.to_string().bytes().fold(self.0, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
        sum.is_multiple_of(3)
    }
}

impl SealPolicy for Some31 {
    fn decide(&self, path: &FieldPath, _: &AttributeValue) -> Result<Decision, Error> {
        Ok(if self.chooses(path) {
            Decision::Seal(key("k1"))
        } else {
            Decision::Inspect
        })
    }
}

impl OpenPolicy for Some31 {
    fn key(&self, _: &KeyId, _: &FieldPath) -> Result<Option<EncryptionKey>, Error> {
        Ok(Some(key("k1")))
    }

    fn demand(&self, path: &FieldPath, _: &AttributeValue) -> Result<Demand, Error> {
        Ok(if self.chooses(path) {
            Demand::Sealed
        } else {
            Demand::Inspect
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn items_come_back_whole(item in item(), seed: u32, base in prop::collection::vec(".{0,3}", 0..3)) {
        let base = base.into_iter().map(dyno_crypto::Segment::Key).collect();
        let (sealed, sealing) = seal_item(item.clone(), &base, &binding("1"), &Some31(seed)).unwrap();
        let (opened, opening) = open_item(sealed, &base, &binding("1"), &Some31(seed)).unwrap();
        prop_assert_eq!(sealing.sealed(), opening.opened());
        let normalized: HashMap<_, _> = item.iter().map(|(name, value)| (name.clone(), normal(value))).collect();
        let opened: HashMap<_, _> = opened.iter().map(|(name, value)| (name.clone(), normal(value))).collect();
        prop_assert_eq!(opened, normalized);
    }
}
