//! What cannot be updated is refused before the first request.

use std::collections::BTreeSet;

use dyno::{Condition, DyObject, ErrorKind, Rules, Update};

use crate::fixture::{Account, Counter, store};

async fn refused<T: DyObject>(update: Update<T>, kind: ErrorKind, wanted: &str) {
    let error = update.await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(wanted), "{error}");
}

#[tokio::test]
async fn an_update_must_change_something_and_nothing_twice() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c");
    let wrong = ErrorKind::InvalidExpression;
    refused(update(), wrong, "changes nothing").await;
    refused(
        update().when(fields.count().eq(1)),
        wrong,
        "changes nothing",
    )
    .await;
    let twice = update().set(fields.count(), 1).add(fields.count(), 1);
    refused(twice, wrong, "changed twice").await;
    let inside = || update().set(fields.home().city(), "x");
    refused(
        inside().remove(fields.home()),
        wrong,
        "one lies in the other",
    )
    .await;
    let around = update()
        .remove(fields.home())
        .set(fields.home().city(), "x");
    refused(around, wrong, "one lies in the other").await;
    let none: [&str; 0] = [];
    refused(update().append(fields.log(), none), wrong, "no element").await;
    refused(update().add(fields.tags(), none), wrong, "no element").await;
    refused(update().set_if_absent(fields.note(), None), wrong, "`None`").await;
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn keys_shards_and_what_a_load_needs_stay() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c");
    let wrong = ErrorKind::InvalidExpression;
    refused(
        update().set(fields.id(), "d"),
        ErrorKind::InvalidPath,
        "a key",
    )
    .await;
    refused(
        update().set(fields.clone(), crate::fixture::counter()),
        ErrorKind::InvalidPath,
        "itself",
    )
    .await;
    refused(update().remove(fields.name()), wrong, "could not be loaded").await;
    refused(
        update().set(fields.score(), f64::NAN),
        ErrorKind::InvalidValue,
        "",
    )
    .await;
    refused(
        update().add(fields.score(), f64::INFINITY),
        ErrorKind::InvalidValue,
        "",
    )
    .await;

    let fields = Account::fields();
    let update = || store.update::<Account>("c");
    let born = update().set(fields.details().born(), "x");
    refused(born, wrong, "use `write_path`").await;
    let details = crate::fixture::Details { born: "x".into() };
    refused(update().set(fields.details(), details), wrong, "shard").await;
    let when = update().set(fields.visits(), 1);
    let when = when.when(fields.details().born().eq("x"));
    refused(when, wrong, "lies in a shard").await;
    let new = update().set(fields.visits(), 1).returning_new().await;
    assert_eq!(new.unwrap_err().kind(), wrong);
    let update = store
        .update::<Counter>("c")
        .add(Counter::fields().count(), 1);
    let once = update.exactly_once().returning_new().await;
    assert_eq!(once.unwrap_err().kind(), wrong);
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Odd", key = "ID")]
struct Odd {
    #[dyno(alias = "old")]
    renamed: u32,
    #[dyno(with = cents)]
    price: u32,
    choice: Choice,
    marks: BTreeSet<String>,
    #[dyno(default)]
    few: BTreeSet<u8>,
    sets: Vec<BTreeSet<u8>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Choice {
    One { a: u32 },
    Two,
}

mod cents {
    use dyno::{Attribute, AttributeValue, ValueError};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "what `with` calls")]
    pub(super) fn to_value(price: &u32) -> Result<AttributeValue, ValueError> {
        (price * 100).to_value()
    }

    pub(super) fn from_value(value: AttributeValue) -> Result<u32, ValueError> {
        Ok(u32::from_value(value)? / 100)
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Sealed", key = "ID", seal)]
struct Sealed {
    count: u32,
}

#[tokio::test]
async fn what_only_the_stored_object_tells_is_not_guessed() {
    let (store, recorder) = store().await;
    let odd = Odd::fields();
    let update = || store.update::<Odd>("o");
    let wrong = ErrorKind::InvalidExpression;
    refused(update().add(odd.renamed(), 1), wrong, "`alias`").await;
    refused(update().add(odd.price(), 1), wrong, "form of its own").await;
    refused(update().subtract(odd.price(), 1), wrong, "form of its own").await;
    refused(
        update().delete(odd.marks(), ["a"]),
        wrong,
        "make it an `Option`",
    )
    .await;
    refused(
        update().delete(odd.few(), [1]),
        wrong,
        "make it an `Option`",
    )
    .await;
    refused(update().remove(odd.few()), wrong, "make it an `Option`").await;
    refused(update().delete(odd.sets().index(0), [1]), wrong, "set it").await;
    let sealed = store.update::<Sealed>("s").set(Sealed::fields().count(), 1);
    refused(sealed, wrong, "is sealed").await;
    let _ = [Choice::One { a: 1 }, Choice::Two];
    assert!(recorder.take().is_empty());

    let store = dyno_testbed::store().with_loader(Rules::new());
    store.ensure_tables::<Odd>().await.unwrap();
    let saved = Odd {
        renamed: 1,
        price: 2,
        choice: Choice::One { a: 1 },
        marks: ["a".into()].into(),
        few: [1].into(),
        sets: vec![],
    };
    let saved = store.save(saved).key("o").await.unwrap();
    store
        .update::<Odd>("o")
        .set(odd.price(), 3)
        .set(odd.choice(), Choice::Two)
        .add(odd.marks(), ["b"])
        .await
        .unwrap();
    let now = store.load::<Odd>("o").await.unwrap();
    assert_eq!((now.few.len(), now.marks.len()), (1, 2));
    assert_eq!(
        (now.renamed, now.price, now.choice.clone()),
        (saved.renamed, 3, Choice::Two)
    );
}

#[tokio::test]
async fn conditions_that_say_nothing_are_refused() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    let wrong: [Condition<Counter>; 2] = [
        fields.count().is_in([0_u32; 0]),
        fields.count().between(2, 1),
    ];
    for condition in wrong {
        let update = store.update::<Counter>("c").set(fields.count(), 1);
        refused(update.when(condition), ErrorKind::InvalidExpression, "").await;
    }
    assert!(recorder.take().is_empty());
}
