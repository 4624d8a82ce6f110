//! What is refused before the first request, and why.

use dyno::{DyObject, Error, ErrorKind};

use crate::fixture::{Order, orders};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct User {
    name: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Readings", key = "SENSOR", sort = "TICK")]
struct Reading {
    #[dyno(key)]
    sensor: u64,
    #[dyno(sort)]
    tick: u64,
}

fn check(error: &Error, kind: ErrorKind, why: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[tokio::test]
async fn nothing_wrong_is_sent() {
    use ErrorKind::{InvalidExpression, InvalidKey};

    let (store, recorder) = orders().await;
    let query = || store.query::<Order>().key("ada");
    let fields = Order::fields();

    let error = store.query::<Order>().await.unwrap_err();
    check(&error, InvalidKey, "`.key(..)`");
    let error = store.query::<Order>().key("").await.unwrap_err();
    check(&error, InvalidKey, "is empty");
    let error = store.query::<Order>().key(7_u64).await.unwrap_err();
    check(&error, InvalidKey, "is a string, found a number");
    let error = query().sort().ge(7_u64).await.unwrap_err();
    check(
        &error,
        InvalidKey,
        "sort key `AT` is a string, found a number",
    );
    let error = query().sort().between("b", "a").await.unwrap_err();
    check(&error, InvalidExpression, "`b` comes after `a`");
    let error = query().sort().begins_with("").await.unwrap_err();
    check(&error, InvalidKey, "is empty");
    let error = query().limit(0).await.unwrap_err();
    check(&error, InvalidExpression, "1 at least");
    let error = query()
        .filter(fields.at().gt("2026".to_owned()))
        .await
        .unwrap_err();
    check(&error, InvalidExpression, "part of the key");
    let many = (0..90)
        .map(|_| "x".repeat(60))
        .map(|text| fields.note().ne(text));
    let many = many.reduce(|one, other| one & other).unwrap();
    let many = (0..5).fold(many.clone(), |all, _| all & many.clone());
    let error = query().filter(many).await.unwrap_err();
    check(&error, InvalidExpression, "bytes as text");

    let readings = || store.query::<Reading>().key(1_u64).sort();
    let error = readings().between(10_u64, 9_u64).await.unwrap_err();
    check(&error, InvalidExpression, "`10` comes after `9`");
    readings().between(9_u64, 10_u64).params().unwrap();
    let error = readings().begins_with(1_u64).await.unwrap_err();
    check(&error, InvalidExpression, "no beginning");

    let users = store.query::<User>().key("u1");
    let error = users.sort().eq("x").await.unwrap_err();
    check(&error, InvalidKey, "table `Users` has no sort key");
    assert!(error.to_string().starts_with("query `User`: "), "{error}");
    assert!(recorder.take().is_empty());

    let error = store.scan::<User>().await.unwrap_err();
    check(&error, ErrorKind::TableMissing, "Users");
}

#[tokio::test]
async fn the_same_is_said_by_streams_and_counts() {
    let (store, recorder) = orders().await;
    let query = || store.query::<Order>().key(7_u64);
    let errors = [
        query().count().await.unwrap_err(),
        query().pages().next().await.unwrap().unwrap_err(),
        query().stream().next().await.unwrap().unwrap_err(),
        query().params().unwrap_err(),
    ];
    for error in errors {
        check(&error, ErrorKind::InvalidKey, "found a number");
    }
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Bills", key = "ID")]
struct Bill {
    #[dyno(alias = "paid_at")]
    paid: Option<String>,
    lines: Vec<Line>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Line {
    #[dyno(alias = "price")]
    cents: u64,
    text: String,
}

#[tokio::test]
async fn a_filter_does_not_miss_objects_that_have_an_older_name() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Bill>().await.unwrap();
    let fields = Bill::fields();
    let filters = [
        fields.paid().exists(),
        fields.lines().index(0).cents().gt(5),
    ];
    for filter in filters {
        let error = store.scan::<Bill>().filter(filter).await.unwrap_err();
        check(
            &error,
            ErrorKind::InvalidExpression,
            "called otherwise before",
        );
    }
    let bill = Bill {
        paid: None,
        lines: vec![Line {
            cents: 7,
            text: "x".into(),
        }],
    };
    store.save(bill).await.unwrap();
    let text = fields.lines().index(0).text().eq("x");
    assert_eq!(store.scan::<Bill>().filter(text).await.unwrap().len(), 1);
}
