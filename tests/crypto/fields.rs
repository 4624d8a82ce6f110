//! Each sealed field stands alone: it is updated, read, moved with its object and written in transactions like any other.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Rules};

use crate::fixture::{Account, account, items, key, key_ids, rules, store};

#[tokio::test]
async fn one_sealed_field_is_updated_by_one_request_that_touches_no_other() {
    let (store, recorder) = store().await;
    let key = key("k1");
    let saved = store.save(account()).loader(rules(&key)).await.unwrap();
    let before = items(&store).await;
    recorder.take();
    let write = store
        .write_path::<Account, String>(saved.key(), "name", "Jun")
        .loader(rules(&key));
    write.await.unwrap();
    assert_eq!(recorder.operations(), ["UpdateItem"]);
    let after = items(&store).await;
    assert_eq!(before[0]["card"], after[0]["card"]);
    assert_ne!(before[0]["name"], after[0]["name"]);
    let loaded = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap();
    assert_eq!(
        (loaded.name.as_str(), &loaded.card),
        ("Jun", &account().card)
    );
}

#[tokio::test]
async fn one_sealed_field_is_read_by_a_projection() {
    let (store, recorder) = store().await;
    let key = key("k1");
    let saved = store.save(account()).loader(rules(&key)).await.unwrap();
    recorder.take();
    let name = store
        .read_path::<Account, String>(saved.key(), "name")
        .loader(rules(&key));
    assert_eq!(name.await.unwrap(), "Naomi");
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    let sent = format!("{:?}", requests[0]);
    assert!(sent.contains("ProjectionExpression"), "{sent}");
    let other = store
        .read_path::<Account, String>(saved.key(), "name")
        .loader(rules(&another_key()));
    assert_eq!(other.await.unwrap_err().kind(), ErrorKind::NotDecrypted);
}

/// Another key of the same id.
fn another_key() -> dyno::EncryptionKey {
    key("k1")
}

#[tokio::test]
async fn root_and_shards_with_sealed_fields_are_written_in_one_transaction() {
    let (store, recorder) = store().await;
    let key = key("k1");
    let mut saved = store.save(account()).loader(rules(&key)).await.unwrap();
    recorder.take();
    saved.name = "Jun".into();
    saved.address.city = "Nara".into();
    saved.orders[1].note = "salt".into();
    saved.save().await.unwrap();
    assert_eq!(recorder.operations(), ["TransactWriteItems"]);
    let loaded = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap();
    assert_eq!(*loaded, *saved);
    assert_eq!(key_ids(&store).await, vec!["k1"; 5]);
}

/// The same objects, restored from a backup under another table name.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Accounts-restored",
    key = "ID",
    tag = "Account",
    context = "accounts"
)]
struct RestoredAccount {
    #[dyno(encrypt)]
    name: String,
    #[dyno(encrypt)]
    card: Option<String>,
    visits: u64,
}

/// The same with another context.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Accounts-restored",
    key = "ID",
    tag = "Account",
    context = "others"
)]
struct OtherContext {
    #[dyno(encrypt)]
    name: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Accounts-flat",
    key = "ID",
    tag = "Account",
    context = "accounts"
)]
struct FlatAccount {
    #[dyno(encrypt)]
    name: String,
    #[dyno(encrypt)]
    card: Option<String>,
    visits: u64,
}

#[tokio::test]
async fn objects_restored_into_a_table_of_another_name_are_readable() {
    let (store, _) = store().await;
    store.ensure_tables::<FlatAccount>().await.unwrap();
    store.ensure_tables::<RestoredAccount>().await.unwrap();
    let key = key("k1");
    let flat = FlatAccount {
        name: "Naomi".into(),
        card: Some("4242".into()),
        visits: 3,
    };
    let saved = store.save(flat).loader(rules(&key)).await.unwrap();
    let client = store.client::<FlatAccount>().unwrap();
    for item in dyno_testkit::dump(&client, "Accounts-flat").await.unwrap() {
        let put = client.put_item().table_name("Accounts-restored");
        put.set_item(Some(item)).send().await.unwrap();
    }
    let restored = store
        .load::<RestoredAccount>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap();
    assert_eq!((restored.name.as_str(), restored.visits), ("Naomi", 3));
    let other = store.load::<OtherContext>(saved.key()).loader(rules(&key));
    assert_eq!(other.await.unwrap_err().kind(), ErrorKind::NotDecrypted);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Holders", key = "ID", context = "accounts")]
struct Holder {
    #[dyno(encrypt)]
    parts: AttributeValue,
}

#[tokio::test]
async fn what_holds_a_sealed_value_is_not_sealed_by_any_write() {
    let (store, recorder) = store().await;
    let key = key("k1");
    store.save(account()).loader(rules(&key)).await.unwrap();
    let sealed = items(&store).await.remove(0).remove("name").unwrap();
    store.ensure_tables::<Holder>().await.unwrap();
    let store = store.with_loader(Rules::new().encrypt(["parts"], key).unwrap());
    let clear = AttributeValue::S("clear".into());
    let saved = store.save(Holder { parts: clear }).await.unwrap();
    recorder.take();
    let list = AttributeValue::L(vec![sealed.clone()]);
    let map = AttributeValue::M([("inner".to_owned(), list)].into());
    for parts in [sealed, map] {
        let save = store.save(Holder {
            parts: parts.clone(),
        });
        let write = store.write_path::<Holder, AttributeValue>(saved.key(), "parts", parts);
        let (_, save) = save.await.unwrap_err().into_parts();
        for error in [save, write.await.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::KeyRefused);
            assert!(error.to_string().contains("`parts`"), "{error}");
            assert!(!error.to_string().contains("inner"), "{error}");
        }
    }
    assert!(recorder.take().is_empty());
}
