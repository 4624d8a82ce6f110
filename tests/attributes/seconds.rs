//! `SystemTime` and `Duration` as numbers of seconds: their order, indexes, keys and sets.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::{AttributeValue, DyObject, ErrorKind, Store};

use crate::fixture::{n, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Visits", key = "ID", sort = "AT")]
struct Visit {
    #[dyno(key)]
    id: String,
    #[dyno(sort, index(name = "by_room", sort))]
    at: SystemTime,
    #[dyno(index(name = "by_room"))]
    room: String,
    #[dyno(index(name = "by_stay", local))]
    stay: Duration,
    #[dyno(updated)]
    changed: Option<SystemTime>,
    #[dyno(ttl)]
    expires: SystemTime,
    days: BTreeSet<SystemTime>,
    boxed: Box<SystemTime>,
    #[dyno(flatten)]
    more: BTreeMap<String, SystemTime>,
}

fn at(millis: i64) -> SystemTime {
    let distance = Duration::from_millis(millis.unsigned_abs());
    if millis < 0 {
        UNIX_EPOCH - distance
    } else {
        UNIX_EPOCH + distance
    }
}

fn visit(millis: i64) -> Visit {
    Visit {
        id: "ada".into(),
        at: at(millis),
        room: "red".into(),
        stay: Duration::from_millis(millis.unsigned_abs()),
        changed: None,
        expires: at(9_223_372_036_855),
        days: BTreeSet::from([at(millis), at(0)]),
        boxed: Box::new(at(millis)),
        more: BTreeMap::from([("first".to_owned(), at(millis))]),
    }
}

async fn visits() -> Store {
    let (store, _) = store::<Visit>().await;
    for millis in [-10_500, -500, 9_900, 10_000, 10_100, 200_000] {
        store.save(visit(millis)).await.unwrap();
    }
    store
}

fn times(found: &[dyno::Saved<Visit>]) -> Vec<SystemTime> {
    found.iter().map(|visit| visit.at).collect()
}

#[tokio::test]
async fn filters_have_the_order_of_time() {
    let store = visits().await;
    let field = Visit::fields().at();
    for (condition, expected) in [
        (field.lt(at(0)), vec![at(-10_500), at(-500)]),
        (field.ge(at(10_100)), vec![at(10_100), at(200_000)]),
        (
            field.between(at(-500), at(10_000)),
            vec![at(-500), at(9_900), at(10_000)],
        ),
        (
            Visit::fields().stay().gt(Duration::from_millis(10_499)),
            vec![at(-10_500), at(200_000)],
        ),
        (Visit::fields().changed().lt(at(0)), vec![]),
        (
            Visit::fields().boxed().le(Box::new(at(-500))),
            vec![at(-10_500), at(-500)],
        ),
        (Visit::fields().days().contains(at(9_900)), vec![at(9_900)]),
    ] {
        let text = condition.to_string();
        let found = store.scan::<Visit>().filter(condition).await.unwrap();
        let mut found = times(&found);
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
    let wrong = store
        .scan::<Visit>()
        .filter(field.between(at(10), at(-10)))
        .await;
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::InvalidExpression);
    // A `ttl` is compared with other times, as they are stored.
    let lasting = Visit::fields().expires().gt(Visit::fields().at());
    assert_eq!(
        store.scan::<Visit>().filter(lasting).await.unwrap().len(),
        6
    );
}

#[tokio::test]
async fn keys_and_indexes_have_the_order_of_time() {
    let store = visits().await;
    let found = store.query::<Visit>().key("ada").sort().ge(at(-500)).await;
    assert_eq!(
        times(&found.unwrap()),
        [at(-500), at(9_900), at(10_000), at(10_100), at(200_000)]
    );
    let loaded = store.load::<Visit>(("ada", at(-10_500))).await.unwrap();
    let expected = Visit {
        changed: loaded.changed,
        expires: at(9_223_372_036_000),
        ..visit(-10_500)
    };
    assert_eq!(*loaded, expected);
    let by_room = store.query::<Visit>().index(Visit::indexes().by_room());
    let found = by_room.key("red").sort().lt(at(9_950)).await.unwrap();
    assert_eq!(times(&found), [at(-10_500), at(-500), at(9_900)]);
    let by_stay = store.query::<Visit>().index(Visit::indexes().by_stay());
    let long = by_stay.key("ada").sort().ge(Duration::from_secs(10));
    assert_eq!(long.await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_time_is_set_and_compared_in_place() {
    let store = visits().await;
    let key = ("ada", at(9_900));
    store
        .update::<Visit>(key)
        .set(Visit::fields().stay(), Duration::from_millis(1_250))
        .when(Visit::fields().stay().eq(Duration::from_millis(9_900)))
        .await
        .unwrap();
    let client = store.client::<Visit>().unwrap();
    let item = client
        .get_item()
        .table_name(store.table_name::<Visit>().unwrap())
        .key("ID", AttributeValue::S("ada".into()))
        .key("AT", AttributeValue::N("9.9".into()));
    let item = item.send().await.unwrap().item.unwrap();
    assert_eq!(item["stay"], AttributeValue::N("1.25".into()));
    assert_eq!(item["first"], AttributeValue::N("9.9".into()));
    assert_eq!(item["expires"], n(9_223_372_036_i64));
}
