//! Every way to write an indexed field writes its columns with it.

use dyno::document::Shape;
use dyno::{DyObject, ErrorKind, IndexKeys, Rules};
use serde_json::json;

use super::{User, index_key, items, operations, rules, store, user};

async fn found(store: &dyno::Store, email: &str) -> usize {
    let found = store.find(User::paths().email(), email).await;
    found.unwrap().len()
}

#[tokio::test]
async fn without_an_index_key_nothing_is_saved() {
    let (store, recorder) = store().await;
    let key = dyno::EncryptionKey::generate("k1").unwrap();
    let unindexed = Rules::new().encrypt(["*"], key).unwrap();
    let error = store
        .save(user("marked-secret"))
        .loader(unindexed.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert_eq!(error.error().path().unwrap(), "email");
    assert!(!error.error().to_string().contains("marked-secret"));
    let written = store
        .write_path("u1", User::paths().email(), "marked-secret")
        .loader(unindexed)
        .await;
    assert_eq!(written.unwrap_err().kind(), ErrorKind::KeyRefused);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_absent_value_has_no_column() {
    let (store, _) = store().await;
    let mut saved = store.save(user("a@example.com")).await.unwrap();
    assert!(!items(&store).await[0].contains_key("tel__idx"));
    saved.phone = Some("1".into());
    saved.save().await.unwrap();
    assert!(items(&store).await[0].contains_key("tel__idx"));
    saved.phone = None;
    saved.save().await.unwrap();
    assert!(!items(&store).await[0].contains_key("tel__idx"));
}

#[tokio::test]
async fn a_written_path_takes_its_columns_along_in_one_request() {
    let (store, recorder) = store().await;
    let saved = store.save(user("a@example.com")).await.unwrap();
    recorder.take();
    store
        .write_path(saved.key(), User::paths().email(), "b@example.com")
        .await
        .unwrap();
    store
        .write_path(saved.key(), User::paths().phone(), "1".to_owned())
        .await
        .unwrap();
    assert_eq!(operations(&recorder), ["UpdateItem", "UpdateItem"]);
    assert_eq!(
        (
            found(&store, "a@example.com").await,
            found(&store, "b@example.com").await
        ),
        (0, 1)
    );
    assert!(items(&store).await[0].contains_key("tel__idx"));
    recorder.take();
    store
        .write_path(saved.key(), User::paths().phone(), None)
        .await
        .unwrap();
    assert_eq!(operations(&recorder), ["UpdateItem"]);
    let item = items(&store).await.remove(0);
    assert!(!item.contains_key("tel__idx") && !item.contains_key("tel"));
    let mut loaded = store.load::<User>(saved.key()).await.unwrap();
    assert_eq!(loaded.phone, None);
    recorder.take();
    loaded.save().await.unwrap();
    assert!(
        recorder.take().is_empty(),
        "the columns are as a save writes them"
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lists", key = "ID")]
struct Listed {
    #[dyno(encrypt, index = "number")]
    number: Vec<String>,
}

#[tokio::test]
async fn a_path_inside_an_indexed_value_is_written_by_a_load_and_a_save() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Listed>().await.unwrap();
    let listed = Listed {
        number: vec!["a".into(), "b".into()],
    };
    let saved = store.save(listed).await.unwrap();
    recorder.take();
    store
        .write_path(saved.key(), Listed::paths().number().index(1), "c")
        .await
        .unwrap();
    assert_eq!(operations(&recorder), ["GetItem", "PutItem"]);
    let find = |second: &str| {
        let value = vec!["a".to_owned(), second.to_owned()];
        store.find(Listed::paths().number(), value)
    };
    assert_eq!(
        (
            find("b").await.unwrap().len(),
            find("c").await.unwrap().len()
        ),
        (0, 1)
    );
}

#[tokio::test]
async fn a_document_leaves_no_stale_column() {
    let (store, recorder) = store().await;
    let saved = store.save(user("a@example.com")).await.unwrap();
    let documents = store.documents(Shape::root("Users", "ID"));
    let mut document = documents.read(saved.key().clone()).await.unwrap();
    document.set("$.visits", json!(7)).unwrap();
    document.save().await.unwrap();
    assert_eq!(
        found(&store, "a@example.com").await,
        1,
        "another field keeps it"
    );
    document.set("$.email", json!("b@example.com")).unwrap();
    document.save().await.unwrap();
    assert!(!items(&store).await[0].contains_key("email__idx"));
    assert_eq!(found(&store, "a@example.com").await, 0);
    let mut loaded = store.load::<User>(saved.key()).await.unwrap();
    assert_eq!(loaded.email, "b@example.com");
    recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(operations(&recorder), ["PutItem"]);
    assert_eq!(
        found(&store, "b@example.com").await,
        1,
        "a save of the type brings it back"
    );
}

#[tokio::test]
async fn a_path_of_a_document_leaves_no_stale_column() {
    let (store, _) = store().await;
    let saved = store.save(user("a@example.com")).await.unwrap();
    for shape in [
        Shape::root("Users", "ID"),
        Shape::root("Users", "ID").shard("$.home", Shape::table("Homes", "IDX")),
    ] {
        let documents = store.documents(shape);
        documents.ensure_tables().await.unwrap();
        documents
            .write_path(saved.key().clone(), "$.email", json!("b@example.com"))
            .await
            .unwrap();
        assert!(!items(&store).await[0].contains_key("email__idx"));
        assert_eq!(found(&store, "a@example.com").await, 0);
        let mut loaded = store.load::<User>(saved.key()).await.unwrap();
        assert_eq!(loaded.email, "b@example.com");
        loaded.email = "a@example.com".into();
        loaded.save().await.unwrap();
        assert_eq!(found(&store, "a@example.com").await, 1);
    }
}

/// The type before its field had an index, in a program that is still running.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct Before {
    #[dyno(encrypt)]
    email: String,
    visits: u32,
}

#[tokio::test]
async fn a_program_without_the_index_leaves_no_stale_column() {
    let (store, recorder) = store().await;
    let saved = store.save(user("a@example.com")).await.unwrap();
    let mut before = store.load::<Before>(saved.key()).await.unwrap();
    before.visits = 1;
    before.save().await.unwrap();
    assert_eq!(found(&store, "a@example.com").await, 1);
    before.email = "b@example.com".into();
    before.save().await.unwrap();
    assert!(!items(&store).await[0].contains_key("email__idx"));
    let mut loaded = store.load::<User>(saved.key()).await.unwrap();
    loaded.save().await.unwrap();
    assert_eq!(found(&store, "b@example.com").await, 1);

    recorder.take();
    let write = |email: &'static str| store.write_path(saved.key(), Before::paths().email(), email);
    write("c@example.com").await.unwrap();
    assert_eq!(operations(&recorder), ["UpdateItem", "GetItem", "PutItem"]);
    assert!(!items(&store).await[0].contains_key("email__idx"));
    recorder.take();
    write("d@example.com").await.unwrap();
    assert_eq!(
        operations(&recorder),
        ["UpdateItem"],
        "there is no column any more"
    );
    assert_eq!(
        store.load::<User>(saved.key()).await.unwrap().email,
        "d@example.com"
    );
}

#[tokio::test]
async fn a_column_is_no_attribute_of_the_objects() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Open", key = "ID")]
    struct Open {
        #[dyno(encrypt, index = "email")]
        email: String,
        #[dyno(flatten)]
        rest: std::collections::BTreeMap<String, String>,
    }
    let (store, recorder) = store().await;
    store.ensure_tables::<Open>().await.unwrap();
    let mut open = Open {
        email: "a".into(),
        rest: std::iter::once(("b".to_owned(), "c".to_owned())).collect(),
    };
    let saved = store.save(open.clone()).await.unwrap();
    let loaded = store.load::<Open>(saved.key()).await.unwrap();
    assert_eq!(*loaded, open);
    let keeps = KeepsMetadata(rules(IndexKeys::new(index_key("a"))));
    let store_with = store.clone().with_loader(keeps);
    recorder.take();
    let read: Result<String, _> = store_with
        .read_path::<Open, String>(saved.key(), "email__idx")
        .await;
    assert_eq!(read.unwrap_err().kind(), ErrorKind::InvalidPath);
    open.rest.insert("email__idx2".into(), "mine".into());
    let error = store.save(open).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert_eq!(error.error().path().unwrap(), "email__idx2");
    assert!(recorder.take().is_empty());
}

struct KeepsMetadata(Rules);

impl dyno::ConfigLoader for KeepsMetadata {
    fn inner(&self) -> Option<&dyn dyno::ConfigLoader> {
        Some(&self.0)
    }

    fn keep_metadata(&self, _: &dyno::Item) -> bool {
        true
    }
}
