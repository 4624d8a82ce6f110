//! Wrapped keys as they are stored.

use dyno_crypto::KeyId;
use dyno_crypto_kms::{KmsError, WrappedKey, WrappedKeys};
use serde_json::json;

fn wrapped(id: &str, blob: &str) -> WrappedKey {
    WrappedKey::new(&KeyId::new(id).unwrap(), "arn", blob).unwrap()
}

#[test]
fn wrapped_keys_are_stored_as_a_list() {
    let mut keys = WrappedKeys::new();
    keys.insert(wrapped("b", "two").with_retired(true)).unwrap();
    keys.insert(wrapped("a", "one")).unwrap();
    let stored = json!([
        {"id": "a", "kms_key": "arn", "blob": "b25l"},
        {"id": "b", "kms_key": "arn", "blob": "dHdv", "retired": true},
    ]);
    assert_eq!(serde_json::to_value(&keys).unwrap(), stored);
    assert_eq!(serde_json::from_value::<WrappedKeys>(stored).unwrap(), keys);
}

#[test]
fn an_id_stands_for_one_key() {
    let mut keys = WrappedKeys::new();
    keys.insert(wrapped("a", "one")).unwrap();
    keys.insert(wrapped("a", "one").with_retired(true)).unwrap();
    assert!(keys.iter().all(WrappedKey::is_retired));
    let error = keys.insert(wrapped("a", "two")).unwrap_err();
    assert!(matches!(error, KmsError::Known { .. }));
}

#[test]
fn a_key_that_is_wrapped_anew_is_replaced() {
    let mut keys = WrappedKeys::new();
    keys.insert(wrapped("a", "one")).unwrap();
    assert_eq!(
        keys.replace(wrapped("a", "two")).unwrap(),
        wrapped("a", "one")
    );
    assert_eq!(keys.iter().collect::<Vec<_>>(), [&wrapped("a", "two")]);
    let error = keys.replace(wrapped("b", "two")).unwrap_err();
    assert!(matches!(error, KmsError::Unknown { .. }));
    assert_eq!(keys.iter().count(), 1);
}

#[test]
fn what_is_no_wrapped_key_is_refused() {
    let entry = json!({"id": "a", "kms_key": "arn", "blob": "b25l"});
    for (stored, why) in [
        (json!([entry, entry]), "the id `a` is there twice"),
        (
            json!([{"id": "", "kms_key": "arn", "blob": ""}]),
            "1 to 64 bytes",
        ),
        (
            json!([{"id": "a", "kms_key": "arn", "blob": "b25"}]),
            "is not base64",
        ),
        (
            json!([{"id": "a", "kms_key": "arn", "blob": "", "x": 1}]),
            "unknown field",
        ),
    ] {
        let error = serde_json::from_value::<WrappedKeys>(stored).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}
