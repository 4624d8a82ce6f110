//! What is refused on the way to storage and back.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_crypto::{
    Decision, Demand, EncryptionKey, Error, FieldPath, Item, KeyId, OpenPolicy, SealPolicy, Sealer,
    seal,
};

use crate::items::{ByRules, item_of, open_item, sample, seal_item};
use crate::{binding, key, path, string};

fn open_name(value: AttributeValue) -> Result<Item, Error> {
    let policy = ByRules::new(&["name"]);
    open_item(
        &item_of(&[("name", value)]),
        &FieldPath::root(),
        &binding("1"),
        &policy,
    )
    .map(|(item, _)| item)
}

fn sealed_name() -> Vec<u8> {
    let sealed = seal(&string("Naomi"), &key("k1"), &binding("1"), &path("name")).unwrap();
    sealed.as_b().unwrap().as_ref().to_vec()
}

fn binary(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

#[test]
fn a_clear_value_where_a_sealed_one_is_demanded() {
    for clear in [string("Naomi"), binary(b"\0"), AttributeValue::L(vec![])] {
        assert_eq!(
            open_name(clear),
            Err(Error::NotEncrypted { path: path("name") })
        );
    }
}

#[test]
fn a_damaged_or_newer_value_where_a_sealed_one_is_demanded() {
    let mut newer = sealed_name();
    newer[1] = 2;
    let unsupported = Error::Unsupported {
        version: 2,
        suite: 1,
        path: path("name"),
    };
    assert_eq!(open_name(binary(&newer)), Err(unsupported));
    let cut = &sealed_name()[..80 - 16];
    assert_eq!(
        open_name(binary(cut)),
        Err(Error::Open { path: path("name") })
    );
    let mut changed = sealed_name();
    changed[30] ^= 1;
    assert_eq!(
        open_name(binary(&changed)),
        Err(Error::Open { path: path("name") })
    );
}

#[test]
fn plain_data_that_begins_like_an_envelope_is_plain_data_elsewhere() {
    let policy = ByRules::new(&["name"]);
    for data in [
        &b"\xdc\x01\x01\x02k1"[..],
        b"\xdc\x01\x09",
        b"\xdc\x02\x01\x02k1",
    ] {
        let item = item_of(&[("photo", binary(data))]);
        let (opened, _) = open_item(&item, &FieldPath::root(), &binding("1"), &policy).unwrap();
        assert_eq!(opened, item);
        let sealing = ByRules::new(&["photo"]);
        assert!(seal_item(&item, &FieldPath::root(), &binding("1"), &sealing).is_ok());
    }
}

#[test]
fn a_sealed_value_is_not_sealed_again() {
    let item = item_of(&[("name", binary(&sealed_name()))]);
    let policy = ByRules::new(&["name"]);
    let error = seal_item(&item, &FieldPath::root(), &binding("1"), &policy).unwrap_err();
    assert_eq!(error, Error::AlreadyEncrypted { path: path("name") });
    let (kept, _) = seal_item(
        &item,
        &FieldPath::root(),
        &binding("1"),
        &ByRules::new(&["x"]),
    )
    .unwrap();
    assert_eq!(kept, item);
}

#[test]
fn a_value_with_a_sealed_one_inside_is_not_sealed() {
    let sealed = || binary(&sealed_name());
    for value in [
        sealed(),
        AttributeValue::Bs(vec![Blob::new([1]), Blob::new(sealed_name())]),
        AttributeValue::L(vec![string("x"), sealed()]),
        AttributeValue::M(item_of(&[("a", AttributeValue::L(vec![sealed()]))])),
    ] {
        let already = Error::AlreadyEncrypted { path: path("name") };
        let alone = seal(&value, &key("k1"), &binding("1"), &path("name"));
        assert_eq!(alone, Err(already.clone()));
        let of_sealer = Sealer::new().seal(&value, &key("k1"), &binding("1"), &path("name"));
        assert_eq!(of_sealer, Err(already.clone()));
        let padded = seal(&value, &key("k1").pad_to(64), &binding("1"), &path("name"));
        assert_eq!(padded, Err(already.clone()));
        let item = item_of(&[("name", value)]);
        let root = FieldPath::root();
        let in_item = seal_item(&item, &root, &binding("1"), &ByRules::new(&["name"]));
        assert_eq!(in_item, Err(already));
    }
}

#[test]
fn a_value_that_dynamodb_refuses() {
    let policy = ByRules::new(&["name"]);
    let item = item_of(&[("name", AttributeValue::Ss(vec![]))]);
    let error = seal_item(&item, &FieldPath::root(), &binding("1"), &policy).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("field `name`: a set is empty"),
        "{error}"
    );
}

/// Answers every question with the same.
struct Always(Result<Option<EncryptionKey>, Error>);

impl OpenPolicy for Always {
    fn key(&self, _: &KeyId, _: &FieldPath) -> Result<Option<EncryptionKey>, Error> {
        self.0.clone()
    }
}

impl SealPolicy for Always {
    fn decide(&self, _: &FieldPath, _: &AttributeValue) -> Result<Decision, Error> {
        Ok(match self.0.clone()? {
            Some(key) => Decision::Seal(key),
            None => Decision::Inspect,
        })
    }
}

#[test]
fn what_a_policy_refuses_is_passed_on() {
    let refusal = Error::KeyMissing { path: path("name") };
    let policy = Always(Err(refusal.clone()));
    let root = FieldPath::root();
    assert_eq!(
        seal_item(&sample(), &root, &binding("1"), &policy).unwrap_err(),
        refusal
    );
    let item = item_of(&[("name", binary(&sealed_name()))]);
    assert_eq!(
        open_item(&item, &root, &binding("1"), &policy).unwrap_err(),
        refusal
    );
}

#[test]
fn a_key_with_another_id_than_asked_for() {
    let item = item_of(&[("name", binary(&sealed_name()))]);
    let policy = Always(Ok(Some(key("k2"))));
    let error = open_item(&item, &FieldPath::root(), &binding("1"), &policy).unwrap_err();
    let id = KeyId::new("k1").unwrap();
    assert_eq!(
        error,
        Error::KeyUnavailable {
            id,
            path: path("name")
        }
    );
}

#[test]
fn values_deeper_than_an_item_holds() {
    let in_lists = |depth| (1..depth).fold(string("x"), |inner, _| AttributeValue::L(vec![inner]));
    let in_maps = |depth| {
        (1..depth).fold(string("x"), |inner, _| {
            AttributeValue::M(item_of(&[("m", inner)]))
        })
    };
    let policy = Always(Ok(None));
    for (nested, fits) in [(32, true), (33, false), (500, false)]
        .into_iter()
        .flat_map(|(depth, fits)| [(in_lists(depth), fits), (in_maps(depth), fits)])
    {
        let item = || item_of(&[("deep", nested.clone())]);
        let root = FieldPath::root();
        assert_eq!(
            seal_item(&item(), &root, &binding("1"), &policy).is_ok(),
            fits
        );
        assert_eq!(
            open_item(&item(), &root, &binding("1"), &policy).is_ok(),
            fits
        );
    }
}

#[test]
fn nothing_is_demanded_by_default() {
    let demand = Always(Ok(None)).demand(&path("name"), &string("x"));
    assert_eq!(demand, Ok(Demand::Inspect));
}
