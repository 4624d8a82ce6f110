//! Values that are encrypted: no type says which, so the loader does, and what was found.

use dyno::document::Shape;
use dyno::{AttributeValue, DyObject, EncryptionKey, ErrorKind, KeyId, Rules, Store};
use serde_json::{Value, json};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Secrets", key = "IDX", tag = "secrets")]
struct Secrets {
    #[dyno(encrypt)]
    pin: u32,
    hint: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Vault",
    key = "ID",
    tag = "vault",
    context = "vaults of this test"
)]
struct Vault {
    #[dyno(encrypt)]
    owner: String,
    open: bool,
    lines: Vec<Value>,
    #[dyno(shard)]
    secrets: Secrets,
}

fn vault() -> Vault {
    Vault {
        owner: "John".into(),
        open: true,
        lines: vec![json!({"a": "x", "b": 1}), json!({"a": "y", "b": 2})],
        secrets: Secrets {
            pin: 1234,
            hint: "h".into(),
        },
    }
}

fn value() -> Value {
    json!({
        "owner": "John",
        "open": true,
        "lines": [{"a": "x", "b": 1}, {"a": "y", "b": 2}],
        "secrets": { "_dy_type": "secrets", "pin": 1234, "hint": "h" },
    })
}

fn shape() -> Shape {
    Shape::root("Vault", "ID")
        .tag("vault")
        .context("vaults of this test")
        .shard("$.secrets", Shape::table("Secrets", "IDX"))
}

fn bare() -> Shape {
    Shape::root("Vault", "ID").context("vaults of this test")
}

fn key() -> EncryptionKey {
    EncryptionKey::generate("k1").unwrap()
}

fn rules(key: &EncryptionKey) -> Rules {
    Rules::new()
        .encrypt(["owner", "secrets.pin", "lines[*].a"], key.clone())
        .unwrap()
}

/// Opens, and never says what to encrypt.
struct OpensOnly(EncryptionKey);

impl dyno::ConfigLoader for OpensOnly {
    fn decryption_key(
        &self,
        id: &KeyId,
        _: &dyno::FieldPath,
        _: &dyno::Item,
    ) -> Option<EncryptionKey> {
        (self.0.id() == id).then(|| self.0.clone())
    }
}

async fn store() -> (Store, EncryptionKey) {
    let store = dyno_testbed::store();
    store.ensure_tables::<Vault>().await.unwrap();
    (store, key())
}

#[tokio::test]
async fn both_ways_with_the_same_rules() {
    let (store, key) = store().await;
    let store = store.with_loader(rules(&key));
    store.save(vault()).key("k").await.unwrap();
    for shape in [shape(), bare()] {
        let documents = store.documents(shape);
        let mut read = documents.read("k").await.unwrap();
        assert_eq!(read.value(), value());
        read.set("$.secrets.pin", 4321).unwrap();
        read.set("$.owner", "Jane").unwrap();
        read.save().await.unwrap();
        let loaded = store.load::<Vault>("k").await.unwrap();
        assert_eq!((loaded.secrets.pin, loaded.owner.as_str()), (4321, "Jane"));
        store.save(vault()).key("k").await.unwrap();
    }
    let documents = store.documents(shape());
    documents.write(value()).key("new").await.unwrap();
    assert_eq!(*store.load::<Vault>("new").await.unwrap(), vault());
    documents
        .write_path("new", "$.secrets.pin", 1)
        .await
        .unwrap();
    documents.write_path("new", "$.owner", "Jo").await.unwrap();
    let loaded = store.load::<Vault>("new").await.unwrap();
    assert_eq!((loaded.secrets.pin, loaded.owner.as_str()), (1, "Jo"));
    let found = documents.read_path("new", "$.secrets.pin").await.unwrap();
    assert_eq!(found[0].value(), 1);
    let found = documents.read_path("new", "$.lines[1].a").await.unwrap();
    assert_eq!(found[0].value(), "y");
}

#[tokio::test]
async fn what_was_encrypted_stays_encrypted_without_rules() {
    let (store, key) = store().await;
    store
        .save(vault())
        .key("k")
        .loader(rules(&key))
        .await
        .unwrap();
    for shape in [shape(), bare()] {
        let documents = store.documents(shape).with_loader(OpensOnly(key.clone()));
        let mut read = documents.read("k").await.unwrap();
        assert_eq!(read.value(), value());
        read.set("$.secrets.pin", 4321).unwrap();
        read.set("$.owner", "Jane").unwrap();
        // The element moves, and stays encrypted.
        let Some(AttributeValue::L(lines)) = read.item_mut().get_mut("lines") else {
            panic!()
        };
        lines.insert(
            0,
            AttributeValue::M(dyno::Item::from([(
                "a".into(),
                AttributeValue::S("z".into()),
            )])),
        );
        lines.insert(0, AttributeValue::Null(true));
        read.save().await.unwrap();
        documents.write_path("k", "$..hint", "none").await.unwrap();

        let sealed = store.documents(bare()).read("k").await.unwrap();
        for (path, expected) in [("$.owner", 1), ("$.secrets.pin", 1), ("$.lines[*].a", 3)] {
            let found = sealed.find(path).unwrap();
            assert_eq!(found.len(), expected, "{path}");
            assert!(found.iter().all(|found| found.attribute().is_b()), "{path}");
        }
        let loaded = store.load::<Vault>("k").loader(rules(&key)).await.unwrap();
        assert_eq!((loaded.secrets.pin, loaded.owner.as_str()), (4321, "Jane"));
        assert_eq!(loaded.secrets.hint, "none");
        store
            .save(vault())
            .key("k")
            .loader(rules(&key))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_opened_stays_and_is_not_replaced_in_clear() {
    let (store, key) = store().await;
    store
        .save(vault())
        .key("k")
        .loader(rules(&key))
        .await
        .unwrap();
    let documents = store.documents(shape());
    let mut read = documents.read("k").await.unwrap();
    assert!(read.item()["owner"].is_b());
    let mut json = read.value();
    json["open"] = json!(false);
    read.set_value(&json).unwrap();
    read.save().await.unwrap();
    read.set("$.secrets.hint", "none").unwrap();
    read.save().await.unwrap();
    let loaded = store.load::<Vault>("k").loader(rules(&key)).await.unwrap();
    assert_eq!((loaded.owner.as_str(), loaded.open), ("John", false));
    assert_eq!(
        loaded.secrets,
        Secrets {
            pin: 1234,
            hint: "none".into()
        }
    );

    read.set("$.lines[1].a", "in clear").unwrap();
    let refused = read.save().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::KeyRefused);
    assert_eq!(refused.path().unwrap().to_string(), "lines[1].a");
}

#[tokio::test]
async fn a_plain_item_may_hold_encrypted_values() {
    let (store, key) = store().await;
    let rules = Rules::new().encrypt(["a.b"], key).unwrap();
    let documents = store.documents(bare()).with_loader(rules);
    documents
        .write(json!({"a": {"b": 1, "c": 2}}))
        .key("p")
        .await
        .unwrap();
    let mut read = documents.read("p").await.unwrap();
    assert_eq!(read.value(), json!({"a": {"b": 1, "c": 2}}));
    read.set("$.a.c", 3).unwrap();
    read.save().await.unwrap();
    let raw = store.documents(bare()).read("p").await.unwrap();
    assert!(raw.find("$.a.b").unwrap()[0].attribute().is_b());
}
