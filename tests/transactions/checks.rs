//! What a check demands is what a load finds.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Store};

use crate::fixture::{make_tables, note, store};

/// One item without the mapper's attributes, with fields that may be absent.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Draft {
    #[dyno(key)]
    id: String,
    text: String,
    by: Option<String>,
}

/// The same items by a type with a version.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID", tag = "Sealed")]
struct Secret {
    #[dyno(key)]
    id: String,
    #[dyno(encrypt)]
    owner: Option<String>,
}

/// The same by a version of the draft whose shards are in another table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Chapter {
    #[dyno(key)]
    id: String,
    text: String,
    by: Option<String>,
    #[dyno(shard)]
    body: Option<Body>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parts", key = "IDX")]
struct Body {
    lines: u64,
}

fn draft(id: &str) -> Draft {
    Draft {
        id: id.into(),
        text: "x".into(),
        by: None,
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Puts an attribute to a stored note, as somebody else would.
async fn write(store: &Store, id: &str, name: &str, value: AttributeValue) {
    let client = store.client::<Draft>().unwrap();
    let update = client.update_item().table_name("Notes");
    let update = update.key("ID", text(id)).update_expression("SET #n = :v");
    let update = update.expression_attribute_names("#n", name);
    let update = update.expression_attribute_values(":v", value);
    update.send().await.unwrap();
}

#[tokio::test]
async fn a_field_that_somebody_else_fills_is_a_change() {
    let (store, _) = store().await;
    let plain = store.save(draft("a")).await.unwrap();
    let adopted = store.load::<Chapter>("a").await.unwrap();
    let deleted = store.load::<Draft>("a").await.unwrap();
    store.transaction().check_unchanged(&plain).await.unwrap();
    store.transaction().check_unchanged(&adopted).await.unwrap();
    write(&store, "a", "by", text("ada")).await;
    let kinds = [
        store.transaction().check_unchanged(&plain).await,
        store.transaction().check_unchanged(&adopted).await,
        store.transaction().delete_saved(&deleted).await,
    ]
    .map(|done| done.unwrap_err().kind());
    assert_eq!(kinds, [ErrorKind::Conflict; 3]);
    let error = deleted.delete().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    store.load::<Draft>("a").await.unwrap();
}

#[tokio::test]
async fn an_object_that_becomes_one_with_shards_is_changed() {
    let (store, _) = store().await;
    let mut plain = store.save(draft("a")).await.unwrap();
    let mut theirs = store.load::<Chapter>("a").await.unwrap();
    let adopted = store.load::<Chapter>("a").await.unwrap();
    theirs.body = Some(Body { lines: 1 });
    theirs.save().await.unwrap();
    plain.text = "mine".into();
    let kinds = [
        store.transaction().check_unchanged(&plain).await,
        store.transaction().check_unchanged(&adopted).await,
        store.transaction().delete_saved(&plain).await,
        store.transaction().save(&mut plain).await,
    ]
    .map(|done| done.unwrap_err().kind());
    assert_eq!(kinds, [ErrorKind::Conflict; 4]);
    let alone = plain.save().await.unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::Conflict, "{alone}");

    // It is still the version that they have.
    theirs.by = Some("ken".into());
    theirs.save().await.unwrap();
    assert_eq!(store.load::<Chapter>("a").await.unwrap().text, "x");
}

/// The same items by a type that once called its field otherwise.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Renamed {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(alias = "author")]
    by: Option<String>,
    #[dyno(shard)]
    body: Option<Body>,
}

#[tokio::test]
async fn a_field_that_an_older_program_fills_is_a_change() {
    let (store, _) = store().await;
    store.save(draft("a")).await.unwrap();
    let mut mine = store.load::<Renamed>("a").await.unwrap();
    write(&store, "a", "author", text("ken")).await;
    let kind = |done: Result<_, dyno::TransactionError>| done.unwrap_err().kind();
    let checked = store.transaction().check_unchanged(&mine).await;
    assert_eq!(kind(checked), ErrorKind::Conflict);
    mine.text = "mine".into();
    let saved = store.transaction().save(&mut mine).await;
    assert_eq!(kind(saved), ErrorKind::Conflict);
    let error = mine.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    let theirs = store.load::<Renamed>("a").await.unwrap();
    assert_eq!(theirs.by.as_deref(), Some("ken"));
}

/// What a check of the object says, and what a load of it says.
async fn both<T: DyObject>(store: &Store, id: &str) -> [Option<ErrorKind>; 2] {
    let check = store.transaction().check_exists::<T>(id).await;
    let load = store.load::<T>(id).await;
    [
        check.err().map(|error| error.kind()),
        load.err().map(|error| error.kind()),
    ]
}

#[tokio::test]
async fn a_check_says_what_a_load_says() {
    let store = store().await.0;
    make_tables(&store).await;
    store.save(note("plain")).await.unwrap();
    let secret = Secret {
        id: "managed".into(),
        owner: None,
    };
    store.save(secret.clone()).await.unwrap();
    for id in ["newer", "marked"] {
        let id = id.into();
        store
            .save(Secret {
                id,
                ..secret.clone()
            })
            .await
            .unwrap();
    }
    let number = |number: &str| AttributeValue::N(number.into());
    write(&store, "newer", "_dy_format", number("21")).await;
    write(&store, "marked", "_dy_state", text("new")).await;

    // A plain item is an object of a type with a version, which takes it over at the next save.
    assert_eq!(both::<Draft>(&store, "plain").await, [None; 2]);
    assert_eq!(both::<Secret>(&store, "plain").await, [None; 2]);
    assert_eq!(both::<Secret>(&store, "managed").await, [None; 2]);
    let other = [Some(ErrorKind::TypeMismatch); 2];
    assert_eq!(both::<Draft>(&store, "managed").await, other);
    let newer = [Some(ErrorKind::NewerFormat); 2];
    assert_eq!(both::<Secret>(&store, "newer").await, newer);
    let missing = [Some(ErrorKind::NotFound); 2];
    assert_eq!(both::<Secret>(&store, "marked").await, missing);
    assert_eq!(both::<Secret>(&store, "nobody").await, missing);
}
