//! What is encrypted is opened, and never a filter.

use std::collections::{BTreeMap, BTreeSet};

use dyno::{AttributeValue, DyObject, EncryptionKey, ErrorKind, IndexKey, IndexKeys, Rules, Store};
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    nickname: String,
    age: u32,
}

fn rules() -> Rules {
    Rules::new()
        .encrypt(
            ["email", "nickname"],
            EncryptionKey::generate("k1").unwrap(),
        )
        .unwrap()
        .index_with(IndexKeys::new(IndexKey::generate("s1").unwrap()))
}

async fn users() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store()
        .with_loader(rules())
        .with_interceptor(recorder.clone());
    store.ensure_tables::<User>().await.unwrap();
    for age in 0..5 {
        let user = User {
            email: format!("{age}@example.com"),
            nickname: "n".into(),
            age,
        };
        store
            .save(user)
            .key(age.to_string().as_str())
            .await
            .unwrap();
    }
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn values_are_opened_and_columns_are_not_shown() {
    let (store, recorder) = users().await;
    let old = User::fields().age().ge(3_u32);
    let found = store.scan::<User>().filter(old).await.unwrap();
    assert_eq!(recorder.operations(), ["Scan"]);
    assert_eq!(found.len(), 2);
    for mut user in found {
        assert_eq!(user.email, format!("{}@example.com", user.age));
        assert_eq!(
            *user,
            store.load::<User>(user.key()).await.unwrap().into_object()
        );
        recorder.take();
        user.save().await.unwrap();
        assert!(recorder.take().is_empty(), "nothing changed");
        user.age += 10;
        user.save().await.unwrap();
    }
    let old = User::fields().age().ge(10_u32);
    assert_eq!(store.scan::<User>().filter(old).count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_filter_on_what_is_encrypted_is_refused() {
    let (store, recorder) = users().await;
    for filter in [
        User::fields().email().eq("1@example.com".to_owned()),
        User::fields().nickname().begins_with("n".to_owned()),
        User::fields().age().eq(1_u32) | !User::fields().email().exists(),
    ] {
        let error = store.scan::<User>().filter(filter).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(error.to_string().contains("is encrypted"), "{error}");
        assert!(error.to_string().contains("use `find`"), "{error}");
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_object_that_cannot_be_opened_is_an_error_with_its_key() {
    let (store, _) = users().await;
    let query = store.query::<User>().key("3").loader(Rules::new());
    let error = query.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert_eq!(error.key().unwrap().to_string(), "3");
    assert_eq!(error.operation(), Some("query"));
    let scan = store.scan::<User>().loader(Rules::new());
    assert_eq!(scan.count().await.unwrap(), 5);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID", seal)]
struct Note {
    text: String,
}

#[tokio::test]
async fn seals_are_verified() {
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().seal_items(key).unwrap();
    let store = dyno_testbed::store().with_loader(rules);
    store.ensure_tables::<Note>().await.unwrap();
    for key in ["a", "b"] {
        let note = Note { text: key.into() };
        store.save(note).key(key).await.unwrap();
    }
    assert_eq!(store.scan::<Note>().await.unwrap().len(), 2);
    let client = store.client::<Note>().unwrap();
    let update = client.update_item().table_name("Notes");
    let update = update.key("ID", AttributeValue::S("b".into()));
    let update = update.update_expression("SET #t = :t");
    let update = update.expression_attribute_names("#t", "text");
    let forged = AttributeValue::S("forged".into());
    let update = update.expression_attribute_values(":t", forged);
    update.send().await.unwrap();
    let error = store.scan::<Note>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    assert_eq!(error.key().unwrap().to_string(), "b");
}

#[tokio::test]
async fn objects_that_cannot_be_read_can_be_kept_apart() {
    let (store, _) = users().await;
    let client = store.client::<User>().unwrap();
    for (id, email) in [("2", "in clear"), ("9", "also")] {
        let item = [("ID", id), ("email", email), ("nickname", "n")];
        let item = item.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.into())));
        let put = client.put_item().table_name("Users");
        put.set_item(Some(item.into())).send().await.unwrap();
    }
    for limit in 1..8 {
        let mut found = BTreeSet::new();
        let mut failed = BTreeMap::new();
        let mut cursor = None;
        loop {
            let mut scan = store.scan::<User>().limit(limit).take(2);
            if let Some(cursor) = cursor.take() {
                scan = scan.from(cursor);
            }
            let mut pages = scan.pages_with_failures();
            while let Some(page) = pages.next().await {
                let page = page.unwrap();
                found.extend(page.objects().iter().map(|user| user.key().to_string()));
                for failure in page.failures() {
                    let kind = failure.error().kind();
                    let before = failed.insert(failure.key().to_string(), kind);
                    assert_eq!(before, None, "told twice");
                }
                cursor = page.cursor().cloned();
            }
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["0", "1", "3", "4"]);
        let failed: Vec<_> = failed.into_iter().collect();
        let kind = ErrorKind::NotEncrypted;
        assert_eq!(failed, [("2".to_owned(), kind), ("9".to_owned(), kind)]);
    }
    let error = store.scan::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
    assert!(error.key().is_some());
}
