use dyno_crypto::{EncryptionKey, Error, KeyId, KeyState, Keyring, KeyringError};

use crate::{key, path};

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn three() -> Keyring {
    let mut keys = Keyring::new(key("a"));
    keys.insert(key("b")).unwrap();
    keys.insert(key("c")).unwrap();
    keys
}

#[test]
fn one_id_stands_for_one_key() {
    let mut keys = three();
    for known in ["a", "b"] {
        assert_eq!(keys.insert(key(known)), Ok(()));
        let other = EncryptionKey::generate(known).unwrap();
        assert_eq!(
            keys.insert(other),
            Err(KeyringError::OtherKey { id: id(known) })
        );
    }
    keys.retire("b").unwrap();
    assert_eq!(keys.insert(key("b")), Ok(()));
    assert_eq!(keys.state("b"), Some(KeyState::Retired));
}

#[test]
fn a_promoted_key_seals_and_the_one_before_opens() {
    let mut keys = three();
    keys.promote("b").unwrap();
    keys.promote("b").unwrap();
    assert_eq!(keys.primary().id(), "b");
    assert_eq!(keys.state("a"), Some(KeyState::Active));
    assert_eq!(keys.state("b"), Some(KeyState::Primary));
    assert_eq!(keys.states().len(), 3);
    assert!(keys.decryption_key(&id("a"), &path("f")).unwrap().is_some());
}

#[test]
fn a_retired_key_refuses_with_its_own_error() {
    let mut keys = three();
    keys.retire("c").unwrap();
    let refused = keys
        .decryption_key(&id("c"), &path("f"))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(
        refused,
        Error::KeyRetired {
            id: id("c"),
            path: path("f")
        }
    );
    assert_eq!(
        keys.promote("c"),
        Err(KeyringError::Retired { id: id("c") })
    );
    keys.activate("c").unwrap();
    assert!(keys.decryption_key(&id("c"), &path("f")).unwrap().is_some());
    assert_eq!(keys.promote("c"), Ok(()));
}

#[test]
fn the_primary_key_is_not_retired_and_unknown_keys_are_named() {
    let mut keys = three();
    assert_eq!(keys.retire("a"), Err(KeyringError::Primary { id: id("a") }));
    assert_eq!(keys.activate("a"), Ok(()));
    let unknown = KeyringError::Unknown { id: "z".into() };
    assert_eq!(keys.retire("z"), Err(unknown.clone()));
    assert_eq!(keys.activate("z"), Err(unknown.clone()));
    assert_eq!(keys.promote("z"), Err(unknown));
    assert_eq!(keys.state("z"), None);
    assert!(keys.decryption_key(&id("z"), &path("f")).unwrap().is_none());
}
