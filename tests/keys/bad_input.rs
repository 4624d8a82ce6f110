//! Keys that cannot be: refused before the first request, with the names of fields.

use dyno::{DyObject, EncryptionKey, ErrorKind, Rules};

use crate::fixture::{Order, User, order, store};

#[tokio::test]
async fn empty_and_long_fields_are_refused_before_the_first_request() {
    let (store, recorder) = store().await;
    let empty = "field `tenant` of the key template `TENANT#{tenant}` of `PK`: a part of a key cannot be empty";
    let errors = [
        store
            .save(order("", 0, 1))
            .await
            .unwrap_err()
            .into_parts()
            .1,
        store
            .load::<Order>(Order::key_of(("", 0, 1)))
            .await
            .unwrap_err(),
        store
            .delete::<Order>(Order::key_of(("", 0, 1)))
            .await
            .unwrap_err(),
        store.query::<Order>().of("").await.unwrap_err(),
        store
            .load_many::<Order>([Order::key_of(("", 0, 1))])
            .await
            .unwrap_err()
            .into(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidKey);
        assert!(error.to_string().contains(empty), "{error}");
    }
    let long = "x".repeat(2048);
    let error = store
        .load::<User>(User::key_of((&long, "eu")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let words = "the partition key `pk`, made of `USER#{email}#{region}`, has 2056 bytes, DynamoDB allows 2048";
    assert!(error.to_string().contains(words), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_field_of_the_key_is_not_encrypted() {
    let (store, recorder) = store().await;
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["tenant"], key).unwrap();
    let error = store
        .save(order("acme", 0, 1))
        .loader(rules)
        .await
        .unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("`TENANT#{tenant}`"), "{error}");
    assert!(!error.to_string().contains("acme"), "{error}");
    assert_eq!(error.error().key(), None);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_object_that_is_not_valid_is_told_without_a_key_of_what_is_encrypted() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "Accounts", key = "USER#{email}", validate = never)]
    struct Account {
        email: String,
        lines: Vec<String>,
    }

    fn never(_: &Account) -> Result<(), &'static str> {
        Err("never")
    }

    let account = || Account {
        email: "ada@x".into(),
        lines: vec!["a".into()],
    };
    let (store, recorder) = store().await;
    let error = store.save(account()).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::NotValid);
    assert!(error.to_string().contains("USER#ada@x"), "{error}");
    let key = || EncryptionKey::generate("k1").unwrap();
    let secret = Rules::new().encrypt(["email"], key()).unwrap();
    let error = store.save(account()).loader(secret).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::NotValid);
    assert!(!error.to_string().contains("ada"), "{error}");
    let other = Rules::new().encrypt(["lines"], key()).unwrap();
    let error = store.save(account()).loader(other).await.unwrap_err();
    assert!(error.to_string().contains("USER#ada@x"), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn fields_of_the_table_are_no_keys_of_an_index() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "Notes", key = "NOTE#{id}", sort = "AT#{at}")]
    struct Note {
        id: u32,
        at: u32,
        #[dyno(index(name = "by-size", local))]
        size: u32,
        #[dyno(index(name = "by-owner", key))]
        owner: String,
    }
    let (store, recorder) = store().await;
    let index = || store.query::<Note>().index(Note::indexes().by_owner());
    let before = || store.query::<Note>().of(5);
    let error = before()
        .index(Note::indexes().by_owner())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(
        error.to_string().contains("name the index before"),
        "{error}"
    );
    let error = before()
        .sort()
        .fields(5)
        .index(Note::indexes().by_size())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(recorder.take().is_empty());

    store.ensure_tables::<Note>().await.unwrap();
    let note = Note {
        id: 1,
        at: 2,
        size: 3,
        owner: "ada".into(),
    };
    store.save(note).await.unwrap();
    let local = || store.query::<Note>().index(Note::indexes().by_size()).of(1);
    assert_eq!(local().sort().ge(3_u32).await.unwrap()[0].size, 3);
    let found = index().key("ada").await.unwrap();
    assert_eq!(
        (found[0].id, found[0].at, found[0].owner.as_str()),
        (1, 2, "ada")
    );
}

#[tokio::test]
async fn a_type_with_templates_is_no_shard() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "Carts", key = "ID")]
    struct Cart {
        #[dyno(shard)]
        order: Order,
    }
    let (store, recorder) = store().await;
    let error = store.load::<Cart>("c1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(error.to_string().contains("`TENANT#{tenant}`"), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_query_of_an_index_of_templates_says_how_it_is_asked() {
    #[derive(DyObject, Clone, Debug)]
    #[dyno(
        table = "Notes",
        key = "NOTE#{id}",
        index(name = "gsi1", key = "TAG#{tag}")
    )]
    struct Tagged {
        id: u32,
        tag: String,
    }
    let (store, recorder) = store().await;
    let index = || store.query::<Tagged>().index(Tagged::indexes().gsi1());
    let error = index().of("x").sort().eq("y").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let words = error.to_string();
    assert!(
        words.contains(r#"`index(name = "gsi1", .., sort = "..{field}")`"#),
        "{words}"
    );
    let error = store
        .query::<Tagged>()
        .index_str("gsi1")
        .of(5_u32)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let words = error.to_string();
    assert!(
        words.contains("as for one named by `.index_str(..)`"),
        "{words}"
    );
    assert!(recorder.take().is_empty());
}
