//! A key is replaced by another.

use dyno::{
    ConfigLoader, EncryptionKey, ErrorKind, FieldPath, Item, KeyId, KeyState, Keyring, Rules,
};

use crate::fixture::{Account, FIELDS, account, items, key, key_ids, store};

/// Rules with both keys, of which the newer seals.
fn rotated(old: &EncryptionKey, new: &EncryptionKey) -> Rules {
    let mut keys = Keyring::new(old.clone());
    keys.insert(new.clone()).unwrap();
    keys.promote(new.id()).unwrap();
    with(keys)
}

fn with(keys: Keyring) -> Rules {
    let rules = Rules::new().with_keyring(keys).unwrap();
    rules.encrypt_with_primary(FIELDS).unwrap()
}

#[tokio::test]
async fn every_save_seals_with_the_primary_key_though_nothing_else_changed() {
    let (store, recorder) = store().await;
    let (old, new) = (key("2026"), key("2027"));
    let saved = store
        .save(account())
        .loader(with(Keyring::new(old.clone())))
        .await
        .unwrap();
    assert_eq!(key_ids(&store).await, vec!["2026"; 5]);

    let rules = rotated(&old, &new);
    let load = || store.load::<Account>(saved.key()).loader(rules.clone());
    let mut loaded = load().await.unwrap();
    recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(recorder.operations(), ["TransactWriteItems"]);
    assert_eq!(key_ids(&store).await, vec!["2027"; 5]);

    recorder.take();
    loaded.save().await.unwrap();
    let mut again = load().await.unwrap();
    recorder.take();
    again.save().await.unwrap();
    assert!(recorder.take().is_empty(), "nothing is left to seal anew");
    assert_eq!(*again, account());
}

#[tokio::test]
async fn a_save_that_changes_one_field_seals_all_fields_with_the_primary_key() {
    let (store, _) = store().await;
    let (old, new) = (key("2026"), key("2027"));
    let saved = store
        .save(account())
        .loader(with(Keyring::new(old.clone())))
        .await
        .unwrap();
    let load = store
        .load::<Account>(saved.key())
        .loader(rotated(&old, &new));
    let mut loaded = load.await.unwrap();
    loaded.visits += 1;
    loaded.save().await.unwrap();
    assert_eq!(key_ids(&store).await, vec!["2027"; 5]);
}

#[tokio::test]
async fn what_a_retired_key_seals_fails_with_an_error_of_its_own() {
    let (store, _) = store().await;
    let (old, new) = (key("2026"), key("2027"));
    let saved = store
        .save(account())
        .loader(with(Keyring::new(old.clone())))
        .await
        .unwrap();
    let mut keys = Keyring::new(new.clone());
    keys.insert(old.clone()).unwrap();
    keys.retire("2026").unwrap();
    let rules = with(keys.clone());
    let error = store
        .load::<Account>(saved.key())
        .loader(rules.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRetired);
    let text = error.to_string();
    assert!(
        text.contains("`2026`, which is retired; activate it"),
        "{text}"
    );
    let path = store
        .read_path::<Account, String>(saved.key(), "name")
        .loader(rules.clone());
    assert_eq!(path.await.unwrap_err().kind(), ErrorKind::KeyRetired);

    keys.activate("2026").unwrap();
    assert_eq!(keys.state("2026"), Some(KeyState::Active));
    let loaded = store
        .load::<Account>(saved.key())
        .loader(with(keys))
        .await
        .unwrap();
    assert_eq!(*loaded, account());
}

/// Seals with a key whatever its state.
struct Stubborn(Keyring, EncryptionKey);

impl ConfigLoader for Stubborn {
    fn encryption_key(&self, _: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Some(self.1.clone())
    }

    fn key_state(&self, id: &KeyId) -> Option<KeyState> {
        self.0.state(id)
    }
}

#[tokio::test]
async fn nothing_is_sealed_with_a_retired_key() {
    let (store, recorder) = store().await;
    let (old, new) = (key("2026"), key("2027"));
    let mut keys = Keyring::new(new);
    keys.insert(old.clone()).unwrap();
    keys.retire("2026").unwrap();
    let error = store
        .save(account())
        .loader(Stubborn(keys, old))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRetired);
    assert!(error.to_string().contains("promote another key"), "{error}");
    assert!(recorder.take().is_empty());
    assert!(items(&store).await.is_empty());
}

#[test]
fn a_primary_key_needs_a_keyring() {
    let error = Rules::new().encrypt_with_primary(["name"]).unwrap_err();
    assert!(
        error.to_string().starts_with("no keyring is given"),
        "{error}"
    );
}
