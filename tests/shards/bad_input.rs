//! What is refused, and what is told of damage.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject as _, ErrorKind, Item, Shards};

use super::fixture::{Book, Order, Page, Setup, note, order, setup};

async fn put(setup: &Setup, table: &str, item: Item) {
    let put = setup.client.put_item().table_name(table);
    put.set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn a_root_that_needs_its_shards_is_not_loaded_alone() {
    let setup = setup::<Order>().await;
    setup.saved(order(["a"])).await;
    let load = setup.store.load::<Order>("k").shards(Shards::None);
    let error = load.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(error.to_string().contains("lines/~"), "{error}");
    assert!(setup.sent().is_empty());
}

#[tokio::test]
async fn a_shard_is_not_replaced_by_a_scalar() {
    let setup = setup::<Page>().await;
    setup
        .saved(Page {
            title: "t".into(),
            body: note("b"),
            counter: super::fixture::Counter {
                visits: 0,
                last: None,
            },
        })
        .await;
    for path in ["body", "counter"] {
        let write = setup.store.write_path::<Page, String>("k", path, "scalar");
        let error = write.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{path}: {error}");
        assert_eq!(error.path().unwrap().to_string(), path);
    }
    let book = super::fixture::setup::<Book>().await;
    let write = book
        .store
        .write_path::<Book, String>("k", "notes.a", "scalar");
    assert_eq!(write.await.unwrap_err().kind(), ErrorKind::InvalidValue);
    let write = book
        .store
        .write_path::<Book, Vec<String>>("k", "notes", vec![]);
    assert_eq!(write.await.unwrap_err().kind(), ErrorKind::InvalidValue);
    assert!(setup.sent().is_empty());
    assert!(book.sent().is_empty());
}

#[tokio::test]
async fn a_path_that_no_collection_has_is_refused_before_a_request() {
    let setup = setup::<Order>().await;
    for path in ["lines.first", "lines[0].nothing", "lines.0123"] {
        let read = setup.store.read_path::<Order, String>("k", path);
        let error = read.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPath, "{path}: {error}");
    }
    assert!(setup.sent().is_empty());
}

#[tokio::test]
async fn an_order_that_does_not_name_the_entries_is_damage() {
    let setup = setup::<Order>().await;
    setup.saved(order(["a", "b"])).await;
    let root = setup.dump("Orders").await.remove(0);
    let AttributeValue::M(entries) = &root["_dy_entries"] else {
        panic!("{root:?}");
    };
    let ids = entries["lines"].as_b().unwrap().as_ref().to_vec();
    let with = |bytes: Vec<u8>| {
        let mut root = root.clone();
        let lines = AttributeValue::B(bytes.into());
        let entries = Item::from([("lines".to_owned(), lines)]);
        root.insert("_dy_entries".to_owned(), AttributeValue::M(entries));
        root
    };
    let twice: Vec<u8> = [&ids[..8], &ids[..8]].concat();
    for bytes in [ids[..8].to_vec(), ids[..9].to_vec(), twice, vec![]] {
        put(&setup, "Orders", with(bytes)).await;
        let error = setup.store.load::<Order>("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains("_dy_entries"), "{error}");
    }
}

#[tokio::test]
async fn more_entries_than_a_transaction_holds_are_refused_before_a_request() {
    let setup = setup::<Order>().await;
    let mut large = order([]);
    large.lines = (0..100)
        .map(|number| super::fixture::line(&number.to_string()))
        .collect();
    let error = setup.store.save(large).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("101 actions"), "{error}");
    assert!(setup.sent().is_empty());
    let _handle = Order::paths();
}

#[derive(dyno::DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Vaults", key = "ID")]
struct Vault {
    #[dyno(shard, encrypt)]
    one: super::fixture::Note,
    #[dyno(shard, encrypt)]
    list: Vec<super::fixture::Note>,
    #[dyno(shard, encrypt)]
    map: std::collections::BTreeMap<String, super::fixture::Note>,
}

/// Opens, and names nothing to be sealed.
struct Opens(dyno::EncryptionKey);

impl dyno::ConfigLoader for Opens {
    fn decryption_key(
        &self,
        _: &dyno::KeyId,
        _: &dyno::FieldPath,
        _: &Item,
    ) -> Option<dyno::EncryptionKey> {
        Some(self.0.clone())
    }
}

#[tokio::test]
async fn encrypted_shards_open_with_a_key_to_open_and_are_never_read_or_written_in_clear() {
    let setup = setup::<Vault>().await;
    let key = dyno::EncryptionKey::generate("k1").unwrap();
    let rules = dyno::Rules::new()
        .encrypt(["one", "list", "map"], key.clone())
        .unwrap();
    let vault = Vault {
        one: note("1"),
        list: vec![note("2"), note("3")],
        map: [("a".to_owned(), note("4"))].into(),
    };
    let save = setup.store.save(vault.clone()).key("k").loader(rules);
    save.await.unwrap();
    assert!(
        setup
            .dump("Notes")
            .await
            .iter()
            .all(|item| item["text"].is_b())
    );
    let loaded = setup.store.load::<Vault>("k").loader(Opens(key.clone()));
    assert_eq!(*loaded.await.unwrap(), vault);
    let error = setup.store.load::<Vault>("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted, "{error}");
    setup.sent();
    let save = setup.store.save(vault).key("k").loader(Opens(key.clone()));
    assert_eq!(save.await.unwrap_err().kind(), ErrorKind::KeyRefused);
    assert!(setup.sent().is_empty());
    for item in setup.dump("Notes").await {
        let mut clear = item.clone();
        clear.insert("text".into(), AttributeValue::S("clear".into()));
        put(&setup, "Notes", clear).await;
        let load = setup.store.load::<Vault>("k").loader(Opens(key.clone()));
        let error = load.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotEncrypted, "{error}");
        put(&setup, "Notes", item).await;
    }
}
