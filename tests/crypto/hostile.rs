//! Bytes that somebody else put where a key is demanded, or that look sealed and are not.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Blob, DyObject, EncryptionKey, ErrorKind, Item, Keyring, Rules, Store, WriteOnly};

use crate::fixture::key;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Photos", key = "ID")]
struct Photo {
    token: Blob,
    picture: Blob,
    #[dyno(plain)]
    upload: Blob,
}

fn photo() -> Photo {
    Photo {
        token: Blob::new("secret"),
        picture: Blob::new("picture"),
        upload: Blob::new("upload"),
    }
}

/// Bytes that have the form of a value sealed with the key of this id.
fn looks_sealed(id: &str) -> Vec<u8> {
    let mut bytes = vec![0xdc, 1, 1, u8::try_from(id.len()).unwrap()];
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend_from_slice(&[7; 64]);
    bytes
}

fn rules(key: &EncryptionKey) -> Rules {
    Rules::new().encrypt(["token"], key.clone()).unwrap()
}

async fn store() -> Store {
    let store = dyno_testbed::store();
    store.ensure_tables::<Photo>().await.unwrap();
    store
}

async fn put(store: &Store, name: &str, bytes: Vec<u8>) {
    let client = store.client::<Photo>().unwrap();
    let mut item: Item = dyno_testkit::dump(&client, "Photos")
        .await
        .unwrap()
        .remove(0);
    item.insert(name.to_owned(), AttributeValue::B(bytes.into()));
    let request = client.put_item().table_name("Photos").set_item(Some(item));
    request.send().await.unwrap();
}

#[tokio::test]
async fn ciphertext_is_never_taken_for_a_value_that_only_the_loader_chose() {
    let store = store().await;
    let key = key("k1");
    let save = store.save(photo()).key("p").loader(rules(&key));
    save.await.unwrap();
    let load = || store.load::<Photo>("p");

    let error = load().loader(WriteOnly::new(rules(&key))).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert!(error.to_string().contains("write-only"), "{error}");

    put(&store, "token", looks_sealed("zz")).await;
    let error = load().loader(rules(&key)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert_eq!(error.path().unwrap(), "token");
    let read = store.read_path("p", Photo::paths().token());
    let error = read.loader(rules(&key)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
}

#[tokio::test]
async fn a_clear_value_that_a_load_would_try_to_open_is_not_saved() {
    let store = store().await;
    let key = key("k1");
    let mut retired = Keyring::new(key.clone());
    retired.insert(crate::fixture::key("k0")).unwrap();
    retired.retire("k0").unwrap();
    let loaders = || rules(&key).with_keyring(retired.clone()).unwrap();
    for id in ["k1", "k0"] {
        let mut hostile = photo();
        hostile.picture = Blob::new(looks_sealed(id));
        let error = store.save(hostile.clone()).key("p").loader(loaders()).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyRefused, "{id}");
        assert_eq!(error.error().path().unwrap(), "picture");
        assert!(error.to_string().contains("#[dyno(plain)]"), "{error}");
        let save = store.save(photo()).key("p").loader(loaders());
        save.await.unwrap();
        let write = store.write_path("p", Photo::paths().picture(), hostile.picture);
        let error = write.loader(loaders()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyRefused, "{id}");
        let loaded = store.load::<Photo>("p").loader(loaders()).await.unwrap();
        assert_eq!(*loaded, photo());
    }
}

#[tokio::test]
async fn a_clear_value_that_no_key_fits_and_a_plain_one_are_saved_and_loaded() {
    let store = store().await;
    let key = key("k1");
    let mut odd = photo();
    odd.picture = Blob::new(looks_sealed("zz"));
    odd.upload = Blob::new(looks_sealed("k1"));
    let save = store.save(odd.clone()).key("p").loader(rules(&key));
    save.await.unwrap();
    let mut loaded = store.load::<Photo>("p").loader(rules(&key)).await.unwrap();
    assert_eq!(*loaded, odd);
    loaded.token = Blob::new("new");
    loaded.save().await.unwrap();
}

#[tokio::test]
async fn a_damaged_or_newer_sealed_value_is_said_to_be_one() {
    let store = store().await;
    let key = key("k1");
    let save = store.save(photo()).key("p").loader(rules(&key));
    save.await.unwrap();
    let (mut cut, mut newer) = (looks_sealed("k1"), looks_sealed("k1"));
    cut.pop();
    newer[1] = 2;
    for (bytes, said) in [(cut, "do not add up"), (newer, "version 2")] {
        put(&store, "token", bytes).await;
        let error = store.load::<Photo>("p").loader(rules(&key)).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotDecrypted, "{error}");
        assert_eq!(error.path().unwrap(), "token");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn bytes_that_look_sealed_are_refused_by_write_only_programs_and_in_encrypted_fields() {
    let store = store().await;
    let key = key("k1");
    let mut hostile = photo();
    hostile.picture = Blob::new(looks_sealed("k1"));
    let save = store.save(hostile).loader(WriteOnly::new(rules(&key)));
    assert_eq!(save.await.unwrap_err().kind(), ErrorKind::KeyRefused);
    let mut hostile = photo();
    hostile.token = Blob::new(looks_sealed("zz"));
    let save = store.save(hostile).loader(rules(&key));
    assert_eq!(save.await.unwrap_err().kind(), ErrorKind::KeyRefused);
}

/// The type of before: it does not know the token.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Photos", key = "ID", tag = "Photos", context = "Photos")]
struct Older {
    picture: Blob,
    #[dyno(plain)]
    upload: Blob,
}

#[tokio::test]
async fn a_program_that_does_not_know_a_sealed_field_keeps_it_sealed() {
    let store = store().await;
    let keys = Keyring::new(key("k1"));
    let newer = Rules::new().with_keyring(keys.clone()).unwrap();
    let newer = newer.encrypt_with_primary(["token"]).unwrap();
    let save = store.save(photo()).key("p").loader(newer.clone());
    save.await.unwrap();
    let older = Rules::new().with_keyring(keys).unwrap();
    let client = store.client::<Photo>().unwrap();
    let token = async || {
        let items = dyno_testkit::dump(&client, "Photos").await.unwrap();
        items[0]["token"].clone()
    };
    let before = token().await;
    let mut loaded = store.load::<Older>("p").loader(older).await.unwrap();
    loaded.save().await.unwrap();
    loaded.picture = Blob::new("new");
    loaded.save().await.unwrap();
    assert_eq!(token().await, before, "to the byte");
    let loaded = store.load::<Photo>("p").loader(newer).await.unwrap();
    assert_eq!(loaded.token, Blob::new("secret"));
    assert_eq!(loaded.picture, Blob::new("new"));
}
