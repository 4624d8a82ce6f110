//! What types can be searched, and the tables they need.

use dyno::{DyObject, ErrorKind, IndexKeys, Rules, Store};

use super::{User, index_key, rules, store};

async fn refusal<T: DyObject>() -> String {
    let (store, recorder) = store().await;
    let error = store.ensure_tables::<T>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(recorder.take().is_empty());
    error.to_string()
}

#[derive(DyObject)]
#[dyno(table = "Homes", key = "IDX")]
struct Home {
    #[dyno(encrypt, index = "street")]
    street: String,
}

#[derive(DyObject)]
#[dyno(table = "Owners", key = "ID")]
struct Owner {
    #[dyno(shard)]
    home: Home,
}

#[derive(DyObject)]
#[dyno(table = "Tenants", key = "ID")]
struct Tenant {
    homes: Vec<Part>,
}

#[derive(DyObject)]
struct Part {
    #[dyno(encrypt, index = "street")]
    street: String,
}

#[tokio::test]
async fn an_index_inside_a_shard_or_an_embedded_object_is_refused() {
    let error = refusal::<Owner>().await;
    assert!(
        error.contains("type `Owner` has an index inside `home`"),
        "{error}"
    );
    let error = refusal::<Tenant>().await;
    assert!(
        error.contains("type `Tenant` has an index inside `homes`"),
        "{error}"
    );
    assert!(error.contains("flatten"), "{error}");
    // The same types are searched where they are roots, and where their attributes stand in one.
    let (store, _) = store().await;
    store.ensure_tables::<Home>().await.unwrap();
    store.ensure_tables::<Flat>().await.unwrap();
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Flat", key = "ID")]
struct Flat {
    #[dyno(flatten)]
    person: Person,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Person {
    #[dyno(encrypt, index = "email")]
    email: String,
}

#[tokio::test]
async fn a_flattened_field_is_found() {
    let (store, _) = store().await;
    store.ensure_tables::<Flat>().await.unwrap();
    let flat = Flat {
        person: Person { email: "a".into() },
    };
    store.save(flat.clone()).await.unwrap();
    let found = store
        .find(Flat::paths().person().email(), "a")
        .await
        .unwrap();
    assert_eq!(*found[0], flat);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Accounts", key = "ID", sort = "AT")]
enum Account {
    Person {
        #[dyno(sort)]
        at: u32,
        #[dyno(encrypt, index = "email:lower:v1")]
        email: String,
    },
    Robot {
        #[dyno(sort)]
        at: u32,
    },
}

#[tokio::test]
async fn a_field_of_a_variant_is_found_in_a_table_with_a_sort_key() {
    let (store, _) = store().await;
    store.ensure_tables::<Account>().await.unwrap();
    let person = Account::Person {
        at: 7,
        email: "Ä@example.com".into(),
    };
    store.save(person.clone()).key(("x", 7)).await.unwrap();
    store
        .save(Account::Robot { at: 8 })
        .key(("x", 8))
        .await
        .unwrap();
    let found = store
        .find(Account::paths().email(), "ä@EXAMPLE.com")
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(*found[0], person);
}

#[derive(DyObject)]
#[dyno(table = "Kinds", key = "ID")]
enum Unlike {
    A {
        #[dyno(encrypt, index = "email")]
        email: String,
    },
    B {
        #[dyno(encrypt)]
        email: String,
    },
}

#[derive(DyObject)]
#[dyno(table = "Taken", key = "ID")]
struct Taken {
    #[dyno(flatten)]
    person: Person,
    #[dyno(rename = "email__idx2")]
    other: String,
}

#[derive(DyObject)]
#[dyno(table = "Keyed", key = "email__idx")]
struct Keyed {
    #[dyno(flatten)]
    person: Person,
}

#[tokio::test]
async fn columns_belong_to_one_field() {
    let error = refusal::<Unlike>().await;
    assert!(
        error.contains("several fields `email` that are not indexed alike"),
        "{error}"
    );
    let error = refusal::<Taken>().await;
    assert!(error.contains("a field under `email__idx2`"), "{error}");
    let error = refusal::<Keyed>().await;
    assert!(error.contains("the key `email__idx`"), "{error}");
}

#[tokio::test]
async fn a_table_without_the_indexes_is_not_taken_for_one_with_them() {
    #[derive(DyObject)]
    #[dyno(table = "Users", key = "ID")]
    struct Before {
        email: String,
    }
    let store = Store::embedded().unwrap().with_loader(Rules::new());
    store.ensure_tables::<Before>().await.unwrap();
    let search = store.find(User::paths().email(), "a@example.com");
    let searching = rules(IndexKeys::new(index_key("a")));
    let error = search.loader(searching).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
    assert!(
        error
            .to_string()
            .contains("add each with `store.migrate_tables::<YourType>()`"),
        "{error}"
    );
    let error = store.ensure_tables::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    let text = error.to_string();
    for part in [
        "table `Users` lacks global index `email__idx`: key `email__idx` (binary); keys only",
        "`email__idx2`",
        "`tel__idx`",
        "`store.migrate_tables::<YourType>()` changes what can be changed",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("  "), "{text}");
    // More indexes than the type needs are no mistake.
    let (store, _) = super::store().await;
    store.ensure_tables::<Before>().await.unwrap();
    store.ensure_tables::<User>().await.unwrap();
}

#[derive(DyObject)]
#[dyno(table = "Many", key = "ID")]
struct Many {
    #[dyno(encrypt, index = "a")]
    a: String,
    #[dyno(encrypt, index = "b")]
    b: String,
    #[dyno(encrypt, index = "c")]
    c: String,
    #[dyno(encrypt, index = "d")]
    d: String,
    #[dyno(encrypt, index = "e")]
    e: String,
    #[dyno(flatten)]
    more: More,
}

#[derive(DyObject)]
#[dyno(table = "More", key = "ID")]
struct More {
    #[dyno(encrypt, index = "f")]
    f: String,
    #[dyno(encrypt, index = "g")]
    g: String,
    #[dyno(encrypt, index = "h")]
    h: String,
    #[dyno(encrypt, index = "i")]
    i: String,
    #[dyno(encrypt, index = "j")]
    j: String,
}

#[derive(DyObject)]
#[dyno(table = "TooMany", key = "ID")]
struct TooMany {
    #[dyno(flatten)]
    many: Many,
    #[dyno(encrypt, index = "k")]
    k: String,
}

#[tokio::test]
async fn more_indexes_than_a_table_has_are_refused_with_the_reason() {
    let (store, _) = store().await;
    store.ensure_tables::<Many>().await.unwrap();
    let error = refusal::<TooMany>().await;
    for part in ["11 encrypted fields", "22 more", "`TooMany`", "20"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}

/// The derive writes the names, and the mapper knows them.
#[tokio::test]
async fn an_audit_counts_the_columns_of_a_type() {
    let (store, _) = store().await;
    let user = User {
        phone: Some("1".into()),
        ..super::user("a@example.com")
    };
    let keys = IndexKeys::new(index_key("a"))
        .with_second(index_key("b"))
        .unwrap();
    store.save(user).loader(rules(keys)).await.unwrap();
    let audit = store.audit::<User>().await.unwrap();
    let columns: Vec<_> = audit.index_columns().map(|(name, _)| name).collect();
    let expected = ["email__idx", "email__idx2", "tel__idx", "tel__idx2"];
    assert_eq!(columns, expected);
}

#[tokio::test]
async fn values_that_are_few_are_indexed_if_the_field_says_so() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Flags", key = "ID")]
    struct Flagged {
        #[dyno(encrypt(index = "note", low_entropy))]
        note: bool,
    }
    let (store, _) = store().await;
    store.ensure_tables::<Flagged>().await.unwrap();
    store.save(Flagged { note: true }).await.unwrap();
    store.save(Flagged { note: false }).await.unwrap();
    let found = store.find(Flagged::paths().note(), true).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].note);
}
