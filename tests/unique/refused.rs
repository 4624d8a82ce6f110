//! What is refused before the first request.

use std::collections::{BTreeMap, BTreeSet};

use dyno::table::TableSpec;
use dyno::{DyObject, ErrorKind, KeyKind};

use crate::fixture::{Shop, User, store, user};

#[tokio::test]
async fn a_unique_field_is_not_written_by_itself() {
    let (store, recorder) = store().await;
    store.save(user("u1", "a@x")).await.unwrap();
    recorder.take();
    let email = User::fields().email();
    let set = store.update::<User>("u1").set(email.clone(), "b@x").await;
    assert_eq!(set.unwrap_err().kind(), ErrorKind::InvalidPath);
    let removed = store.update::<User>("u1").remove(email).await;
    assert_eq!(removed.unwrap_err().kind(), ErrorKind::InvalidPath);
    let path = User::paths().email();
    let written = store.write_path("u1", path, Some("b@x".to_owned())).await;
    let error = written.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(error.to_string().contains("load, change and save"));
    let many = store.save_many([user("u1", "b@x")]).unconditional().await;
    assert_eq!(many.unwrap_err().kind(), ErrorKind::InvalidShape);
    assert!(recorder.take().is_empty());
    let visits = User::fields().visits();
    store.update::<User>("u1").add(visits, 1).await.unwrap();
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Lists", key = "ID")]
struct Listed {
    #[dyno(unique)]
    tags: Vec<String>,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Expiring", key = "ID")]
struct Expiring {
    #[dyno(unique)]
    name: String,
    #[dyno(ttl)]
    expires: u64,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Numbers", key = "ID")]
struct Number {
    #[dyno(key)]
    id: u64,
    #[dyno(unique)]
    name: String,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Outer", key = "ID")]
struct Outer {
    #[dyno(shard)]
    inner: User,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Around", key = "ID")]
struct Around {
    inner: Vec<User>,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Lists", key = "ID")]
struct InListOfLists {
    inner: Vec<Vec<User>>,
}

/// Holds a user, and is held in a list; contains itself.
#[derive(DyObject, Clone, Debug)]
struct Group {
    leader: Option<User>,
    groups: Vec<Self>,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Teams", key = "ID")]
struct InElement {
    groups: BTreeMap<String, Group>,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Selves", key = "ID")]
struct InItself {
    #[dyno(unique)]
    name: String,
    children: Vec<Self>,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Expiring", key = "ID")]
struct Timed {
    #[dyno(unique)]
    name: String,
    expires: u64,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Expiring", key = "ID")]
struct Token {
    #[dyno(ttl)]
    expires: u64,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Expiring", key = "ID")]
struct Other {
    expires: u64,
}

/// Unique in one variant, and not in the other.
#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Contacts", key = "ID")]
enum Contact {
    Person {
        #[dyno(unique)]
        email: String,
    },
    List {
        email: String,
    },
}

#[tokio::test]
async fn no_object_takes_the_place_of_a_guard() {
    let (store, recorder) = store().await;
    let user = user("_dy_unique#Users#email#S#boss@x", "me@x");
    let error = store.save(user).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
    assert_eq!(recorder.take().len(), 0);
}

#[test]
fn shapes_that_cannot_be_guarded_are_refused() {
    fn why<T: dyno::Stored>() -> String {
        let error = TableSpec::of::<T>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidShape);
        error.to_string()
    }
    assert!(why::<Listed>().contains("no single value"));
    assert!(why::<Expiring>().contains("expires by `expires`"));
    assert!(why::<Number>().contains("are not strings"));
    assert!(why::<Outer>().contains("saved by itself"));
    assert!(why::<Around>().contains("saved by itself"));
    assert!(why::<InListOfLists>().contains("in `inner`"));
    assert!(why::<InElement>().contains("type `Group` holds a `User` in `leader`"));
    assert!(why::<InItself>().contains("in `children`"));
    assert!(why::<Flag>().contains("no string, number or binary"));
    assert!(why::<Few>().contains("no string, number or binary"));
    assert!(why::<Contact>().contains("in some of them only"));
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Flags", key = "ID")]
struct Flag {
    #[dyno(unique)]
    flag: bool,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Few", key = "ID")]
struct Few {
    #[dyno(unique)]
    names: BTreeSet<String>,
}

/// Of a form that nobody knows before it is stored.
#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Any", key = "ID")]
struct AnyForm {
    #[dyno(unique, with = any)]
    value: bool,
}

/// A conversion that does not say of what form its values are.
mod any {
    use aws_sdk_dynamodb::types::AttributeValue;
    use dyno::ValueError;

    #[expect(
        clippy::unnecessary_wraps,
        clippy::trivially_copy_pass_by_ref,
        reason = "what `with` calls"
    )]
    pub(super) fn to_value(value: &bool) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::Bool(*value))
    }

    #[expect(clippy::needless_pass_by_value, reason = "what `with` calls")]
    pub(super) fn from_value(value: AttributeValue) -> Result<bool, ValueError> {
        match value {
            AttributeValue::Bool(value) => Ok(value),
            _ => Err(ValueError::custom("no boolean")),
        }
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_guarded_is_refused() {
    let store = dyno_testbed::store();
    let flag = AnyForm { value: true };
    let error = store.save(flag).key("f").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert_eq!(error.error().path().unwrap().to_string(), "value");
}

#[tokio::test]
async fn objects_with_guards_do_not_expire() {
    let (store, recorder) = store().await;
    recorder.take();
    let error = store.ensure_tables::<Timed>().ttl("expires").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(error.to_string().contains("unique field `name`"), "{error}");
    let plan = store.migrate_tables::<Timed>().ttl("expires").plan().await;
    assert_eq!(plan.unwrap_err().kind(), ErrorKind::InvalidShape);
    assert!(recorder.take().is_empty());
    store.ensure_tables::<Timed>().await.unwrap();
    store.check_tables::<Timed>().await.unwrap();
    let spec = TableSpec::new("Expiring", "ID", KeyKind::S).with_ttl("expires");
    store.ensure_specs([spec]).await.unwrap();
    let found = store.check_tables::<Timed>().exact().differences().await;
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().contains("they should not expire"));
    let together = store.ensure_tables::<Token>().and::<Timed>().await;
    assert_eq!(together.unwrap_err().kind(), ErrorKind::InvalidShape);
    let asked = store.ensure_tables::<Other>().and::<Timed>().ttl("expires");
    let error = asked.await.unwrap_err();
    assert!(error.to_string().contains("unique field `name`"), "{error}");
}

#[test]
fn the_table_of_guards_is_one_of_the_tables() {
    let tables = TableSpec::of::<Shop>().unwrap();
    let text: Vec<_> = tables.iter().map(ToString::to_string).collect();
    assert!(text[2].starts_with("table `Uniques`: key `value` (a string)"));
}
