//! What is encrypted, and what happens when it cannot be.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{
    ConfigLoader, DyObject, EncryptionKey, ErrorKind, FieldPath, Item, KeyId, Rules, Store,
};
use dyno_testkit::dump;

use crate::fixture::{Details, Person, key, rules, store};

#[tokio::test]
async fn without_a_key_nothing_is_saved() {
    let (store, recorder) = store().await;
    let error = store
        .save(Person::john())
        .loader(Rules::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert_eq!(error.error().path().unwrap(), "name");
    assert!(error.to_string().contains("encryption_key"), "{error}");
    assert_eq!(*error.object(), Person::john());
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn no_stored_byte_shows_a_secret() {
    let (store, _) = store().await;
    store.save(Person::john()).await.unwrap();
    let client = store.client::<Person>().unwrap();
    for table in ["Person", "Location", "Geo", "Details"] {
        let items = format!("{:?}", dump(&client, table).await.unwrap());
        for secret in ["John", "Osaka", "Kosei", "12/2/1995"] {
            assert!(!items.contains(secret), "{secret} in {table}");
        }
    }
}

#[tokio::test]
async fn another_key_of_the_same_id_opens_nothing() {
    let (store, _) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    let error = store
        .load::<Person>(saved.key())
        .loader(rules(&key("k1")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    let error = store
        .load::<Person>(saved.key())
        .loader(rules(&key("k2")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert!(error.to_string().contains("`k1`"), "{error}");
}

async fn overwrite(store: &Store, table: &str, attribute: &str, value: AttributeValue) {
    let client = store.client::<Person>().unwrap();
    let mut item = dump(&client, table).await.unwrap().remove(0);
    item.insert(attribute.to_owned(), value);
    client
        .put_item()
        .table_name(table)
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn plaintext_where_a_key_is_demanded_is_not_loaded() {
    for (table, attribute) in [
        ("Person", "name"),
        ("Location", "city"),
        ("Details", "born"),
    ] {
        let (store, _) = store().await;
        let saved = store.save(Person::john()).await.unwrap();
        overwrite(
            &store,
            table,
            attribute,
            AttributeValue::S("forged".to_owned()),
        )
        .await;
        let error = store.load::<Person>(saved.key()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotEncrypted, "{error}");
    }
}

#[tokio::test]
async fn a_sealed_value_moved_or_damaged_is_not_loaded() {
    let (store, _) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    let client = store.client::<Person>().unwrap();
    let name = dump(&client, "Person").await.unwrap()[0]["name"].clone();
    overwrite(&store, "Location", "city", name.clone()).await;
    let error = store.load::<Person>(saved.key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    let mut bytes = name.as_b().unwrap().as_ref().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    overwrite(&store, "Person", "name", AttributeValue::B(bytes.into())).await;
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap_err().kind(),
        ErrorKind::NotDecrypted
    );
}

#[tokio::test]
async fn a_sealed_value_of_another_object_is_not_loaded() {
    let (store, _) = store().await;
    store.save(Person::john()).key("a").await.unwrap();
    let client = store.client::<Person>().unwrap();
    let name = dump(&client, "Person").await.unwrap()[0]["name"].clone();
    store.delete::<Person>("a").await.unwrap();
    let saved = store.save(Person::john()).key("b").await.unwrap();
    overwrite(&store, "Person", "name", name).await;
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap_err().kind(),
        ErrorKind::NotDecrypted
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Inner {
    secret: String,
    #[dyno(plain)]
    open: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Vault", key = "ID", context = "vaults")]
struct Vault {
    #[dyno(encrypt)]
    inner: Inner,
    #[dyno(encrypt)]
    list: Vec<u8>,
    #[dyno(shard, encrypt)]
    details: Details,
    #[dyno(plain)]
    note: String,
}

struct Everything(EncryptionKey);

impl ConfigLoader for Everything {
    fn encryption_key(&self, _: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Some(self.0.clone())
    }
}

fn vault() -> Vault {
    Vault {
        inner: Inner {
            secret: "s".into(),
            open: "o".into(),
        },
        list: vec![1, 2],
        details: Details {
            hospital: "h".into(),
            born: "b".into(),
        },
        note: "n".into(),
    }
}

#[tokio::test]
async fn plain_wins_over_everything_and_encrypt_reaches_into_shards() {
    let store = dyno_testbed::store().with_loader(Everything(key("all")));
    store.ensure_tables::<Vault>().await.unwrap();
    let saved = store.save(vault()).await.unwrap();
    let client = store.client::<Vault>().unwrap();
    let root = dump(&client, "Vault").await.unwrap().remove(0);
    assert_eq!(root["note"], AttributeValue::S("n".to_owned()));
    assert!(root["list"].is_b(), "a list is sealed whole");
    let inner = root["inner"].as_m().unwrap();
    assert_eq!(inner["open"], AttributeValue::S("o".to_owned()));
    assert!(inner["secret"].is_b());
    let details = dump(&client, "Details").await.unwrap().remove(0);
    assert!(details["hospital"].is_b() && details["born"].is_b());
    assert_eq!(*store.load::<Vault>(saved.key()).await.unwrap(), vault());
    let secret: String = store
        .read_path(saved.key(), Vault::paths().inner().secret())
        .await
        .unwrap();
    assert_eq!(secret, "s");
    let element: u8 = store
        .read_path(saved.key(), Vault::paths().list().index(1))
        .await
        .unwrap();
    assert_eq!(element, 2);
    store
        .write_path(saved.key(), Vault::paths().list().index(1), 9u8)
        .await
        .unwrap();
    store
        .write_path(saved.key(), Vault::paths().inner().secret(), "t")
        .await
        .unwrap();
    store
        .write_path(saved.key(), Vault::paths().details().born(), "c")
        .await
        .unwrap();
    let loaded = store.load::<Vault>(saved.key()).await.unwrap();
    assert_eq!(
        (
            loaded.list[1],
            loaded.inner.secret.as_str(),
            loaded.details.born.as_str()
        ),
        (9, "t", "c")
    );
    let root = dump(&client, "Vault").await.unwrap().remove(0);
    assert!(root["list"].is_b() && root["inner"].as_m().unwrap()["secret"].is_b());
}

struct TypeLoader;

impl ConfigLoader for TypeLoader {
    fn primary_key(&self, object: &Item) -> Option<dyno::KeyValue> {
        object.get("by").and_then(dyno::KeyValue::from_value)
    }
}

fn type_loader() -> TypeLoader {
    TypeLoader
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Signed", key = "ID", loader = type_loader)]
struct Signed {
    by: String,
}

struct Named(&'static str);

impl ConfigLoader for Named {
    fn primary_key(&self, _: &Item) -> Option<dyno::KeyValue> {
        Some(self.0.into())
    }
}

#[tokio::test]
async fn the_calls_loader_wins_over_the_types_which_wins_over_the_stores() {
    let store = dyno_testbed::store().with_loader(Named("store"));
    store.ensure_tables::<Signed>().await.unwrap();
    store
        .ensure_tables::<crate::object::Drawing>()
        .await
        .unwrap();
    let signed = Signed { by: "type".into() };
    assert_eq!(
        store.save(signed.clone()).await.unwrap().key().to_string(),
        "type"
    );
    assert_eq!(
        store
            .save(signed.clone())
            .loader(Named("call"))
            .await
            .unwrap()
            .key()
            .to_string(),
        "call"
    );
    assert_eq!(
        store
            .save(signed)
            .key("given")
            .await
            .unwrap()
            .key()
            .to_string(),
        "given"
    );
}

struct Old {
    new: EncryptionKey,
    old: EncryptionKey,
}

impl ConfigLoader for Old {
    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        (path == "name").then(|| self.new.clone())
    }

    fn decryption_key(&self, id: &KeyId, _: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        [&self.new, &self.old]
            .into_iter()
            .find(|key| key.id() == id)
            .cloned()
    }
}

#[tokio::test]
async fn an_older_key_still_opens_and_the_next_save_uses_the_newer() {
    let (store, _) = store().await;
    let (old, new) = (key("2025"), key("2026"));
    let saved = store
        .save(Person::john())
        .loader(rules(&old))
        .await
        .unwrap();
    let loader = Old {
        new: new.clone(),
        old,
    };
    let mut loaded = store
        .load::<Person>(saved.key())
        .loader(loader)
        .await
        .unwrap();
    loaded.tags.clear();
    loaded.save().await.unwrap();
    let client = store.client::<Person>().unwrap();
    let name = dump(&client, "Person").await.unwrap()[0]["name"].clone();
    assert_eq!(&name.as_b().unwrap().as_ref()[4..8], b"2026");
}
