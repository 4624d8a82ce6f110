use dyno_crypto::{
    EncryptionKey, Error, FieldPath, IndexKey, IndexKeys, KeyId, KeyProvider, KeySourceError,
    KeyState, Keyring, PendingKey, ReadPolicy, Rules, Segment,
};
use proptest::prelude::*;

use crate::{key, path};

fn matches(pattern: &str, text: &str) -> bool {
    let rules = Rules::new().encrypt([pattern], key("k")).unwrap();
    rules.encryption_key(&path(text)).is_some()
}

#[test]
fn a_pattern_names_exactly_the_values_it_fits() {
    let cases = [
        ("a", &["a"][..], &["b", "a.b", "a[0]", ""][..]),
        ("$.a", &["a"], &["b"]),
        ("a.b", &["a.b"], &["a", "a.c", "a.b.c", "[\"a.b\"]"]),
        (
            "a.*",
            &["a.b", "a[\"x y\"]", "a[3]"],
            &["a", "a.b.c", "b.b"],
        ),
        ("*", &["a", "[\"*\"]"], &["a.b"]),
        ("*.*", &["a.b"], &["a", "a.b.c"]),
        ("*[*].c", &["a[1].c"], &["a.b.c"]),
        (
            "l[*].city",
            &["l[0].city", "l[9].city"],
            &["l.x.city", "l[0]", "l[0].city.x", "l[0].town"],
        ),
        ("l[*]", &["l[0]"], &["l", "l.x"]),
        ("l[2]", &["l[2]"], &["l[0]"]),
        ("a[\"x.y\"].b", &["a[\"x.y\"].b"], &["a.x.y.b"]),
        ("[\"*\"]", &["[\"*\"]"], &["a"]),
        ("[\"a]b\\\"c\"].d", &["[\"a]b\\\"c\"].d"], &["d"]),
        ("ключ.*", &["ключ.x"], &["x"]),
    ];
    for (pattern, fitting, others) in cases {
        for text in fitting {
            assert!(matches(pattern, text), "{pattern} should fit {text}");
        }
        for text in others {
            assert!(!matches(pattern, text), "{pattern} should not fit {text}");
        }
    }
}

#[test]
fn texts_that_are_no_pattern_are_refused_at_once() {
    let wrong = [
        "", "$", "$.", "$a", "$.[0]", ".", ".a", "a.", "a..b", "a.[0]", "a[", "a[]", "a[x]",
        "a[-1]", "a[*", "a*", "*a", "a.b*", "**", "a[**]", "a[\"b]", "a[\"b\"", "a b", "a[0]b",
        "a[*]b", "a['b']",
    ];
    for text in wrong {
        let error = Rules::new().leave([text]).unwrap_err();
        let shown = error.to_string();
        assert!(
            shown.starts_with(&format!("pattern `{text}`: expected ")),
            "{shown}"
        );
        assert_eq!(Rules::new().encrypt([text], key("k")).unwrap_err(), error);
    }
}

#[test]
fn what_is_left_wins_in_either_order() {
    let encrypted = Rules::new().encrypt(["birth.*"], key("k")).unwrap();
    let one = encrypted.leave(["birth.hospital"]).unwrap();
    let left = Rules::new().leave(["birth.hospital"]).unwrap();
    let other = left.encrypt(["birth.*"], key("k")).unwrap();
    for rules in [one, other] {
        assert!(rules.encryption_key(&path("birth.day")).is_some());
        assert!(rules.encryption_key(&path("birth.hospital")).is_none());
    }
}

#[test]
fn the_first_pattern_that_fits_gives_the_key() {
    let rules = Rules::new()
        .encrypt(["a.b"], key("one"))
        .and_then(|rules| rules.encrypt(["a.*"], key("two")))
        .unwrap();
    assert_eq!(rules.encryption_key(&path("a.b")).unwrap().id(), "one");
    assert_eq!(rules.encryption_key(&path("a.c")).unwrap().id(), "two");
}

#[test]
fn older_keys_open_from_the_keyring() {
    let mut keyring = Keyring::new(key("2026"));
    keyring.insert(key("2025")).unwrap();
    keyring.retire("2025").unwrap();
    let rules = Rules::new()
        .encrypt(["a"], key("2027"))
        .unwrap()
        .with_keyring(keyring)
        .unwrap();
    let find = |id: &str| {
        let id = KeyId::new(id).unwrap();
        rules
            .decryption_key(&id, &path("elsewhere"))
            .map(EncryptionKey::id)
    };
    assert_eq!(find("2027").unwrap(), "2027");
    assert_eq!(find("2026").unwrap(), "2026");
    assert_eq!(find("2025"), None);
    assert_eq!(find("2024"), None);
    let retired = KeyId::new("2025").unwrap();
    assert!(matches!(
        rules.opening_key(&retired, &path("a")),
        Err(Error::KeyRetired { .. })
    ));
}

#[test]
fn two_keys_with_one_id_are_refused() {
    let rules = Rules::new().encrypt(["a"], key("k")).unwrap();
    assert!(rules.clone().encrypt(["b"], key("k")).is_ok());
    let error = rules
        .encrypt(["b"], EncryptionKey::generate("k").unwrap())
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("key id `k` already stands for another key")
    );
}

#[test]
fn a_keyring_with_another_key_of_a_known_id_is_refused() {
    let other = || EncryptionKey::generate("k").unwrap();
    let mut retired = Keyring::new(key("new"));
    retired.insert(other()).unwrap();
    retired.retire("k").unwrap();
    for given in [
        Rules::new().encrypt(["a"], key("k")).unwrap(),
        Rules::new().seal_items(key("k")).unwrap(),
    ] {
        assert!(given.clone().with_keyring(Keyring::new(key("k"))).is_ok());
        for keys in [Keyring::new(other()), retired.clone()] {
            let error = given.clone().with_keyring(keys).unwrap_err();
            let shown = error.to_string();
            assert!(shown.contains("key id `k` already stands for"), "{shown}");
        }
    }
    let of_keyring = Rules::new().with_keyring(retired).unwrap();
    assert!(of_keyring.encrypt(["a"], key("k")).is_err());
}

proptest! {
    #[test]
    fn every_path_is_a_pattern_of_itself(
        steps in prop::collection::vec(prop_oneof![
            any::<String>().prop_map(Segment::Key),
            "[a*\\[\\]\"\\\\.$]{0,4}".prop_map(Segment::Key),
            any::<u32>().prop_map(Segment::Index),
        ], 1..5),
        other in "[a-z]{1,3}",
    ) {
        let place: FieldPath = steps.into_iter().collect();
        let rules = Rules::new().encrypt([place.to_string()], key("k")).unwrap();
        prop_assert!(rules.encryption_key(&place).is_some());
        prop_assert!(rules.encryption_key(&place.key(other)).is_none());
    }

    #[test]
    fn any_text_is_a_pattern_or_refused(text in "[a.*\\[\\]\"\\\\$0é]{0,8}") {
        let _ = Rules::new().leave([text]);
    }
}

#[test]
fn items_are_sealed_with_the_primary_and_verified_with_any_key_that_is_not_retired() {
    let mut keys = Keyring::new(key("a"));
    keys.insert(key("b")).unwrap();
    keys.insert(key("c")).unwrap();
    keys.promote("b").unwrap();
    keys.retire("c").unwrap();
    let rules = Rules::new().seal_items(keys).unwrap();
    assert_eq!(rules.seal_key().unwrap().id(), "b");
    let known = |id: &str| rules.seal_key_by_id(&KeyId::new(id).unwrap()).is_some();
    assert!(known("a") && known("b"));
    assert!(!known("c") && !known("d"));
    assert!(rules.encryption_key(&path("a")).is_none());
    let sealed = KeyId::new("b").unwrap();
    assert!(rules.decryption_key(&sealed, &path("a")).is_none());
}

#[test]
fn a_seal_key_and_a_field_key_of_one_id_are_one_key() {
    let other = || EncryptionKey::generate("k").unwrap();
    let fields = || Rules::new().encrypt(["a"], key("k")).unwrap();
    assert!(fields().seal_items(key("k")).is_ok());
    let error = fields().seal_items(other()).unwrap_err();
    assert!(error.to_string().contains("`k`"), "{error}");
    let seals = Rules::new().seal_items(other()).unwrap();
    assert!(seals.encrypt(["a"], key("k")).is_err());
}

#[test]
fn the_primary_of_the_keyring_seals_what_its_patterns_name() {
    assert!(Rules::new().encrypt_with_primary(["a"]).is_err());
    let mut keys = Keyring::new(key("2026"));
    keys.insert(key("2027")).unwrap();
    keys.promote("2027").unwrap();
    let rules = Rules::new().with_keyring(keys).unwrap();
    let rules = rules.encrypt_with_primary(["a"]).unwrap();
    assert_eq!(rules.encryption_key(&path("a")).unwrap().id(), "2027");
    assert!(rules.encryption_key_id(&path("a")).is_none());
    assert!(rules.encryption_key(&path("b")).is_none());
    assert!(rules.encrypt_with_primary(["b..c"]).is_err());
}

/// Holds every key.
struct Vault;

impl KeyProvider for Vault {
    fn held(&self, id: &KeyId) -> Option<Result<EncryptionKey, KeySourceError>> {
        Some(Ok(key(&id.to_string())))
    }

    fn key<'a>(&'a self, _: &'a KeyId) -> PendingKey<'a> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_key_of_a_source_is_named_and_not_given() {
    let id = KeyId::new("far").unwrap();
    let none = Rules::new().encrypt_with_key_of_source(["a"], id.clone());
    assert!(none.is_err());
    assert!(Rules::new().key_provider().is_none());
    let rules = Rules::new().with_source(Vault);
    let rules = rules.encrypt_with_key_of_source(["a"], id.clone()).unwrap();
    assert_eq!(rules.encryption_key_id(&path("a")), Some(&id));
    assert!(rules.encryption_key_id(&path("b")).is_none());
    assert!(rules.encryption_key(&path("a")).is_none());
    assert!(rules.decryption_key(&id, &path("a")).is_none());
    assert_eq!(rules.key_state(&id), Some(KeyState::Primary));
    let provider = rules.key_provider().unwrap();
    assert_eq!(provider.held(&id).unwrap().unwrap().id(), "far");
}

#[test]
fn index_keys_and_read_policy_are_those_that_were_given() {
    assert!(Rules::new().index_keys().is_none());
    assert!(Rules::new().read_policy().is_none());
    let index = IndexKeys::new(IndexKey::generate("search-1").unwrap());
    let policy = ReadPolicy::strict().allow_unsealed("a test", None).unwrap();
    let rules = Rules::new()
        .encrypt(["a"], key("k"))
        .unwrap()
        .index_with(index)
        .with_read_policy(policy);
    assert!(rules.encryption_key(&path("a")).is_some());
    let first = rules.index_keys().unwrap().first().unwrap();
    assert_eq!(first.id(), "search-1");
    assert!(rules.read_policy().unwrap().accept_unsealed().is_some());
    let strict = rules.with_read_policy(ReadPolicy::strict());
    assert!(strict.read_policy().is_none());
}

#[test]
fn a_key_has_one_state_for_fields_and_one_for_seals() {
    let id = |text: &str| KeyId::new(text).unwrap();
    let keys = |retired: &str| {
        let mut keys = Keyring::new(key("new"));
        keys.insert(key("a")).unwrap();
        keys.insert(key("b")).unwrap();
        keys.retire(retired).unwrap();
        keys
    };
    let rules = Rules::new()
        .with_keyring(keys("a"))
        .unwrap()
        .encrypt(["f"], key("given"))
        .unwrap()
        .seal_items(keys("b"))
        .unwrap();
    for (name, of_fields, of_seals) in [
        ("a", Some(KeyState::Retired), Some(KeyState::Active)),
        ("b", Some(KeyState::Active), Some(KeyState::Retired)),
        ("new", Some(KeyState::Primary), Some(KeyState::Primary)),
        ("given", Some(KeyState::Primary), None),
        ("other", None, None),
    ] {
        assert_eq!(rules.key_state(&id(name)), of_fields, "{name}");
        assert_eq!(rules.seal_key_state(&id(name)), of_seals, "{name}");
    }
    assert_eq!(Rules::new().key_state(&id("a")), None);
    assert_eq!(Rules::new().seal_key_state(&id("a")), None);
}
