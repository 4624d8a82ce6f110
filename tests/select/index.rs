//! Scans and queries over secondary indexes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::table::TableSpec;
use dyno::{DyObject, EncryptionKey, ErrorKind, KeyValue, Rules, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, wrap};
use serde::{Deserialize, Serialize};

use crate::fixture::store;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "USER", sort = "AT")]
#[dyno(index(name = "by-status", include(total)))]
#[dyno(index(name = "by_price", keys_only))]
struct Order {
    #[dyno(key)]
    user: String,
    #[dyno(sort, index(name = "by-status", sort), index(name = "by_shop", sort))]
    at: String,
    #[dyno(index(name = "by-status", key))]
    status: Option<String>,
    #[dyno(index(name = "by_price", local), index(name = "by_shop", sort))]
    total: u64,
    #[dyno(rename = "shopName", index(name = "by_shop"))]
    shop: String,
    note: String,
    #[dyno(shard)]
    invoice: Invoice,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Invoices", key = "ID")]
struct Invoice {
    text: String,
}

fn order(user: &str, at: u32, total: u64) -> Order {
    Order {
        user: user.into(),
        at: format!("2026-{at:02}"),
        status: (!at.is_multiple_of(3)).then(|| {
            if at % 3 == 1 {
                "open".into()
            } else {
                "paid".into()
            }
        }),
        total,
        shop: if at.is_multiple_of(2) {
            "east".into()
        } else {
            "west".into()
        },
        note: format!("{user} {at}"),
        invoice: Invoice {
            text: format!("invoice of {user} {at}"),
        },
    }
}

async fn orders() -> (Store, Recorder) {
    let (store, recorder) = store().await;
    store.ensure_tables::<Order>().await.unwrap();
    for user in ["ada", "eve"] {
        for at in 1..=6 {
            store
                .save(order(user, at, u64::from(20 - at)))
                .await
                .unwrap();
        }
    }
    recorder.take();
    (store, recorder)
}

fn notes(found: &[dyno::Saved<Order>]) -> Vec<&str> {
    found.iter().map(|order| order.note.as_str()).collect()
}

#[test]
fn tables_have_the_declared_indexes() {
    let tables = TableSpec::of::<Order>().unwrap();
    assert_eq!(
        tables.last().unwrap().to_string(),
        "table `Orders`: key `USER` (a string), sort `AT` (a string); on demand
  global index `by-status`: key `status` (a string), sort `AT` (a string); keys and `total`
  global index `by_shop`: key `shopName` (a string), sort `AT` (a string), sort `total` (a number); all attributes
  local index `by_price`: sort `total` (a number); keys only
"
    );
}

#[tokio::test]
async fn a_local_index_is_another_order() {
    let (store, recorder) = orders().await;
    let index = Order::indexes().by_price().hydrated();
    let cheap = store
        .query::<Order>()
        .index(index)
        .key("eve")
        .sort()
        .lt(17_u64);
    let cheap = cheap.consistent().await.unwrap();
    assert_eq!(notes(&cheap), ["eve 6", "eve 5", "eve 4"]);
    assert_eq!(cheap[0].invoice.text, "invoice of eve 6");
    assert_eq!(
        recorder.operations(),
        ["Query", "BatchGetItem", "BatchGetItem"]
    );
}

#[tokio::test]
async fn objects_of_an_index_of_parts_are_read_from_the_table() {
    let (store, recorder) = orders().await;
    let index = || Order::indexes().by_status().hydrated();
    let open = store.query::<Order>().index(index()).key("open");
    let found = open.await.unwrap();
    assert_eq!(found.len(), 4);
    assert_eq!(
        recorder.operations(),
        ["Query", "BatchGetItem", "BatchGetItem"]
    );
    for order in found {
        let loaded = store.load::<Order>(order.key()).await.unwrap();
        assert_eq!(order.into_object(), loaded.into_object());
    }
    let scanned = store.scan::<Order>().index(index()).await.unwrap();
    assert_eq!(scanned.len(), 8, "those without a status are not in it");
    let total = Order::fields().total().ge(16);
    let large = store
        .query::<Order>()
        .index(index())
        .key("open")
        .sort()
        .begins_with("2026-");
    assert_eq!(notes(&large.filter(total).await.unwrap()).len(), 4);
}

#[tokio::test]
async fn a_found_object_is_saved_as_any_other() {
    let (store, _) = orders().await;
    let index = Order::indexes().by_status().hydrated();
    let mut found = store
        .query::<Order>()
        .index(index)
        .key("paid")
        .take(1)
        .await
        .unwrap();
    found[0].status = None;
    found[0].save().await.unwrap();
    let index = Order::indexes().by_status().hydrated();
    let rest = store
        .query::<Order>()
        .index(index)
        .key("paid")
        .await
        .unwrap();
    assert_eq!(rest.len(), 3);
}

#[tokio::test]
async fn a_walk_goes_on_at_every_boundary_of_limit_and_take() {
    let (store, _) = orders().await;
    let expected: BTreeSet<_> = ["ada 1", "ada 4", "eve 1", "eve 4"]
        .map(str::to_owned)
        .into();
    for limit in 1..5 {
        for take in 1..5 {
            let mut found = Vec::new();
            let mut cursor = None;
            loop {
                let index = Order::indexes().by_status().hydrated();
                let mut query = store.query::<Order>().index(index).key("open");
                query = query.limit(limit).take(take).descending();
                if let Some(cursor) = cursor.take() {
                    query = query.from(cursor);
                }
                let mut pages = query.pages();
                while let Some(page) = pages.next().await {
                    let page = page.unwrap();
                    cursor = page.cursor().cloned();
                    found.extend(page.objects().iter().map(|order| order.note.clone()));
                }
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(found.len(), 4, "limit {limit}, take {take}");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(index(name = "by_email"))]
    email: String,
    #[dyno(index(name = "by_age"), index(name = "by_email", sort))]
    age: Option<f64>,
    #[dyno(plain)]
    name: String,
}

fn user(email: &str, age: Option<f64>) -> User {
    User {
        email: email.into(),
        age,
        name: "n".into(),
    }
}

#[tokio::test]
async fn an_index_of_everything_is_read_alone() {
    let (store, recorder) = store().await;
    store.ensure_tables::<User>().await.unwrap();
    for (email, age) in [
        ("a@x", Some(2.5)),
        ("a@x", Some(10.0)),
        ("a@x", None),
        ("b@x", Some(3.0)),
    ] {
        store.save(user(email, age)).await.unwrap();
    }
    recorder.take();
    let query = || {
        store
            .query::<User>()
            .index(User::indexes().by_email())
            .key("a@x")
    };
    let found = query().sort().gt(2_u64).await.unwrap();
    let ages: Vec<_> = found.iter().map(|user| user.age).collect();
    assert_eq!(ages, [Some(2.5), Some(10.0)]);
    assert_eq!(recorder.operations(), ["Query"]);
    assert_eq!(
        query().count().await.unwrap(),
        2,
        "not the one without an age"
    );
    let params = query().params().unwrap();
    assert_eq!(params.index(), Some("by_email"));
    assert!(
        params
            .to_string()
            .starts_with("Query of table `Users`, index `by_email`\n"),
        "{params}"
    );
    let scan = store.scan::<User>().index(User::indexes().by_age());
    assert_eq!(scan.parallel(3).await.unwrap().len(), 3);
}

#[tokio::test]
async fn nothing_wrong_is_sent() {
    let (store, recorder) = orders().await;
    let query = || store.query::<Order>().index(Order::indexes().by_shop());
    let fields = Order::fields();
    let errors = [
        (
            query().await.unwrap_err(),
            ErrorKind::InvalidKey,
            "`shopName`",
        ),
        (
            query().key(7_u64).await.unwrap_err(),
            ErrorKind::InvalidKey,
            "is a string, found a number",
        ),
        (
            query().key("").await.unwrap_err(),
            ErrorKind::InvalidKey,
            "is empty",
        ),
        (
            query().key_parts(["a", "b"]).await.unwrap_err(),
            ErrorKind::InvalidKey,
            "2 values",
        ),
        (
            query().key("a").consistent().await.unwrap_err(),
            ErrorKind::InvalidExpression,
            "a moment later",
        ),
        (
            query()
                .key("a")
                .sort()
                .within("2026")
                .within(1_u64)
                .eq(1_u64)
                .await
                .unwrap_err(),
            ErrorKind::InvalidKey,
            "has 2 attributes",
        ),
        (
            query()
                .key("a")
                .sort()
                .within(5_u64)
                .any()
                .await
                .unwrap_err(),
            ErrorKind::InvalidKey,
            "`AT` is a string",
        ),
        (
            query()
                .key("a")
                .filter(fields.shop().eq("a"))
                .await
                .unwrap_err(),
            ErrorKind::InvalidExpression,
            "part of the key",
        ),
        (
            store
                .query::<Order>()
                .index(Order::indexes().by_status().hydrated())
                .key("open")
                .filter(fields.note().eq("x"))
                .await
                .unwrap_err(),
            ErrorKind::InvalidExpression,
            "not held by index `by-status`",
        ),
        (
            store
                .scan::<Order>()
                .index(Order::indexes().by_status().hydrated())
                .count()
                .await
                .unwrap_err(),
            ErrorKind::InvalidExpression,
            "parts of items",
        ),
    ];
    for (error, kind, why) in errors {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    let users = store
        .query::<User>()
        .index(User::indexes().by_age())
        .key(KeyValue::N("1".into()));
    let error = users.sort().ge(1_u64).await.unwrap_err();
    assert!(
        error.to_string().contains("index `by_age` has no sort key"),
        "{error}"
    );
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn several_attributes_in_a_key_are_asked_for_one_by_one() {
    let (store, recorder) = orders().await;
    let query = store
        .query::<Order>()
        .index(Order::indexes().by_shop())
        .key("east");
    let params = query.sort().within("2026-02").ge(3_u64).params().unwrap();
    assert_eq!(
        params.key_condition(),
        Some("#q0 = :q0 AND #q1 = :q1 AND #q2 >= :q2")
    );
    let names: Vec<_> = params.names().values().collect();
    assert_eq!(names, ["shopName", "AT", "total"]);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_cursor_of_the_table_or_another_index_is_refused() {
    let (store, _) = orders().await;
    let mut pages = store.scan::<Order>().limit(1).pages();
    let of_table = pages
        .next()
        .await
        .unwrap()
        .unwrap()
        .cursor()
        .unwrap()
        .clone();
    let scan = || {
        store
            .scan::<Order>()
            .index(Order::indexes().by_status().hydrated())
    };
    let of_index = scan().limit(1).pages().next().await.unwrap().unwrap();
    let of_index = of_index.cursor().unwrap().clone();
    assert_eq!(scan().from(of_index.clone()).await.unwrap().len(), 7);
    for error in [
        scan().from(of_table).await.unwrap_err(),
        store.scan::<Order>().from(of_index).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidCursor, "{error}");
    }
}

#[tokio::test]
async fn an_index_that_is_not_there_is_told_with_the_next_step() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "Users", key = "ID")]
    struct Before {
        email: String,
    }

    let (store, _) = store().await;
    store.ensure_tables::<Before>().await.unwrap();
    let query = store
        .query::<User>()
        .index(User::indexes().by_email())
        .key("a@x");
    let error = query.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
    assert!(error.to_string().contains("`by_email`"), "{error}");
    assert!(error.to_string().contains("migrate_tables"), "{error}");
}

#[tokio::test]
async fn what_an_index_does_not_take_is_refused_before_it_is_stored() {
    let (store, recorder) = store().await;
    store.ensure_tables::<User>().await.unwrap();
    let mut saved = store.save(user("a@x", None)).await.unwrap();
    recorder.take();
    let error = store.save(user("", None)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    assert!(error.to_string().contains("index `by_email`"), "{error}");
    assert!(error.to_string().contains("`User.email`"), "{error}");
    let error = store.save(user(&"x".repeat(2049), None)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    let email = User::paths().email();
    let error = store
        .write_path::<User, _>(saved.key(), email, String::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    saved.email = String::new();
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["email"], key).unwrap();
    let error = store
        .save(user("SECRET", None))
        .loader(rules)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused, "{error}");
    assert!(!error.to_string().contains("SECRET"), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_value_that_the_loader_encrypts_is_not_looked_for_in_clear() {
    let (store, recorder) = store().await;
    store.ensure_tables::<User>().await.unwrap();
    recorder.take();
    let rules = || {
        let key = EncryptionKey::generate("k1").unwrap();
        Rules::new().encrypt(["email", "age"], key).unwrap()
    };
    let query = || {
        store
            .query::<User>()
            .index(User::indexes().by_email())
            .loader(rules())
    };
    let by_age = || {
        store
            .query::<User>()
            .index(User::indexes().by_age())
            .key(36_u64)
    };
    for error in [
        query().key("SECRET").await.unwrap_err(),
        query().key("SECRET").params().unwrap_err(),
        by_age().loader(rules()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
    assert!(recorder.take().is_empty());
    by_age().loader(Rules::new()).await.unwrap();
}

#[tokio::test]
async fn no_more_is_read_from_the_table_than_is_wanted() {
    let (store, recorder) = orders().await;
    for order in 10..40 {
        store.save(order_of(order)).await.unwrap();
    }
    recorder.take();
    let index = Order::indexes().by_status().hydrated();
    let query = store.query::<Order>().index(index).key("many").take(2);
    let found = query.filter(Order::fields().total().ge(0)).await.unwrap();
    assert_eq!(found.len(), 2);
    let read: usize = recorder.requests().iter().map(keys_read).sum();
    assert!(read <= 4, "{read} items: two roots, and their shards");
}

fn order_of(at: u32) -> Order {
    Order {
        status: Some("many".into()),
        ..order("kim", at, u64::from(at))
    }
}

/// How many items a `BatchGetItem` asks for.
fn keys_read(request: &dyno_testkit::Request) -> usize {
    let tables = request.body()["RequestItems"].as_object();
    let keys = |table: &serde_json::Value| table["Keys"].as_array().map_or(0, Vec::len);
    tables.map_or(0, |tables| tables.values().map(keys).sum())
}

/// An item whose key moves may stand in a page twice.
#[tokio::test]
async fn an_object_that_is_in_a_page_twice_is_read_once() {
    let recorder = Recorder::new();
    let doubled: Arc<Mutex<Option<serde_json::Value>>> = Arc::default();
    let client = wrap(&Service::new().client(), |http| {
        let doubled = Arc::clone(&doubled);
        FaultClient::new(http, move |request| {
            let mut doubled = doubled.lock().unwrap();
            let answer = doubled.take_if(|_| request.operation() == "Query");
            answer.map_or(Fault::Pass, |answer| Fault::Answered(200, answer))
        })
    });
    let store = Store::new(client).with_interceptor(recorder.clone());
    store.ensure_tables::<Order>().await.unwrap();
    for at in 1..=4 {
        store.save(order("ada", at, 1)).await.unwrap();
    }
    let index = || Order::indexes().by_status().hydrated();
    let open = || store.query::<Order>().index(index()).key("open");
    recorder.take();
    assert_eq!(open().await.unwrap().len(), 2);
    let mut answer = recorder.take()[0].answer().unwrap().body().clone();
    let items = answer["Items"].as_array_mut().unwrap();
    items.push(items[0].clone());
    *doubled.lock().unwrap() = Some(answer);
    assert_eq!(open().await.unwrap().len(), 2);
    assert!(doubled.lock().unwrap().is_none());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Baskets", key = "ID", sort = "AT")]
struct Basket {
    #[dyno(key)]
    id: String,
    #[dyno(sort)]
    at: String,
    #[dyno(index(name = "by_total"))]
    total: u64,
    #[dyno(shard(table = "Baskets"))]
    label: Label,
    #[dyno(shard)]
    lines: Vec<Line>,
}

/// Beside its root, under a name that an index of the table takes for another type.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Labels", key = "ID", sort = "AT")]
struct Label {
    total: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "ID", sort = "AT")]
struct Line {
    #[dyno(index(name = "by_article", local))]
    article: String,
    #[dyno(index(name = "by_shop"))]
    shop: Option<String>,
}

#[test]
fn a_table_of_shards_has_the_indexes_of_their_type() {
    let tables = TableSpec::of::<Basket>().unwrap();
    let lines = tables.iter().find(|table| table.name() == "Lines").unwrap();
    let own = TableSpec::of::<Line>().unwrap();
    assert_eq!(lines, &own[0]);
}

#[tokio::test]
async fn a_shard_that_an_index_would_not_take_is_refused_before_it_is_stored() {
    let (store, recorder) = store().await;
    let basket = |label: &str, article: &str| Basket {
        id: "b1".into(),
        at: "2026".into(),
        total: 1,
        label: Label {
            total: label.into(),
        },
        lines: vec![Line {
            article: article.into(),
            shop: None,
        }],
    };
    for (basket, place) in [
        (basket("many", "a"), "label.total"),
        (basket("many", ""), "label.total"),
    ] {
        let error = store.save(basket).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
        assert!(error.to_string().contains(place), "{error}");
    }
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Carts", key = "ID")]
struct Cart {
    #[dyno(shard)]
    lines: Vec<Line>,
}

#[tokio::test]
async fn an_entry_that_an_index_would_not_take_is_refused_before_it_is_stored() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Cart>().await.unwrap();
    let cart = |article: &str| Cart {
        lines: vec![Line {
            article: article.into(),
            shop: Some("s".into()),
        }],
    };
    recorder.take();
    let error = store.save(cart("")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    assert!(error.to_string().contains("index `by_article`"), "{error}");
    assert!(recorder.take().is_empty());
    let saved = store.save(cart("a")).await.unwrap();
    recorder.take();
    let path = Cart::paths().lines().index(0).article();
    let error = store
        .write_path::<Cart, _>(saved.key(), path, String::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    let writes = ["PutItem", "UpdateItem", "TransactWriteItems"];
    assert!(
        recorder
            .operations()
            .iter()
            .all(|sent| !writes.contains(&sent.as_str()))
    );
    let found = store
        .scan::<Line>()
        .index(Line::indexes().by_shop())
        .await
        .unwrap();
    assert!(found.is_empty(), "a shard is no object of its own");
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Boxes", key = "ID")]
struct Crate<T: dyno::Attribute> {
    #[dyno(index(name = "by_name"))]
    name: String,
    content: T,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Events", key = "ID")]
enum Event {
    Login {
        #[dyno(index(name = "type"))]
        user: String,
    },
    Logout {
        user: String,
        seconds: u64,
    },
}

#[tokio::test]
async fn generic_types_and_enums_have_indexes() {
    let (store, _) = store().await;
    store.ensure_tables::<Crate<u64>>().await.unwrap();
    let thing = |content: u64| Crate {
        name: "n".into(),
        content,
    };
    store.save(thing(7)).await.unwrap();
    let index = Crate::<u64>::indexes().by_name();
    let found = store
        .query::<Crate<u64>>()
        .index(index)
        .key("n")
        .await
        .unwrap();
    assert_eq!(found[0].content, 7);

    store.ensure_tables::<Event>().await.unwrap();
    let user = || "ada".to_owned();
    store.save(Event::Login { user: user() }).await.unwrap();
    store
        .save(Event::Logout {
            user: user(),
            seconds: 5,
        })
        .await
        .unwrap();
    let index = Event::indexes().type_();
    let found = store
        .query::<Event>()
        .index(index)
        .key("ada")
        .await
        .unwrap();
    assert_eq!(found.len(), 2);
}

#[tokio::test]
async fn an_index_follows_what_is_saved_and_taken_away() {
    let (store, recorder) = store().await;
    store.ensure_tables::<User>().await.unwrap();
    let mut saved = store.save(user("a@x", Some(1.0))).await.unwrap();
    let by_age = || store.scan::<User>().index(User::indexes().by_age());
    let by_email = |email: &str| {
        store
            .query::<User>()
            .index(User::indexes().by_email())
            .key(email)
    };
    saved.email = "b@x".into();
    saved.save().await.unwrap();
    assert!(by_email("a@x").await.unwrap().is_empty());
    assert_eq!(by_email("b@x").await.unwrap().len(), 1);
    saved.age = None;
    saved.save().await.unwrap();
    assert!(by_age().await.unwrap().is_empty());
    let age = || User::paths().age();
    store
        .write_path::<User, _>(saved.key(), age(), Some(2.5))
        .await
        .unwrap();
    assert_eq!(by_age().await.unwrap()[0].age, Some(2.5));
    store
        .write_path::<User, _>(saved.key(), age(), None::<f64>)
        .await
        .unwrap();
    assert!(by_age().await.unwrap().is_empty());
    recorder.take();
    let query = store
        .query::<User>()
        .index(User::indexes().by_age())
        .key(f64::NAN);
    assert_eq!(query.await.unwrap_err().kind(), ErrorKind::InvalidKey);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_object_that_is_gone_since_the_index_was_read_is_left_out() {
    let (store, _) = orders().await;
    let deleting = store.clone();
    let index = Order::indexes().by_status().hydrated();
    let mut pages = store
        .query::<Order>()
        .index(index)
        .key("open")
        .limit(2)
        .pages();
    let first = pages.next().await.unwrap().unwrap();
    deleting.delete::<Order>(("eve", "2026-01")).await.unwrap();
    deleting.delete::<Order>(("eve", "2026-04")).await.unwrap();
    deleting.delete::<Order>(("ada", "2026-04")).await.unwrap();
    let mut rest = Vec::new();
    while let Some(page) = pages.next().await {
        rest.extend(page.unwrap().into_objects());
    }
    let mut all = notes(first.objects());
    all.extend(notes(&rest));
    all.sort_unstable();
    all.dedup();
    assert!(all.contains(&"ada 1"), "{all:?}");
    assert!(all.len() <= 3, "{all:?}");
}

#[tokio::test]
async fn a_namespace_changes_nothing() {
    let (store, recorder) = store().await;
    let store = store.with_namespace(dyno::Namespace::new("dev_").unwrap());
    store.ensure_tables::<Order>().await.unwrap();
    store.save(order("ada", 1, 1)).await.unwrap();
    recorder.take();
    let index = Order::indexes().by_status().hydrated();
    let found = store
        .query::<Order>()
        .index(index)
        .key("open")
        .await
        .unwrap();
    assert_eq!(notes(&found), ["ada 1"]);
    assert!(
        recorder
            .requests()
            .iter()
            .all(|sent| sent.tables().keys().all(|table| table.starts_with("dev_")))
    );
}

/// Known to serde only: a string where it has no data.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
enum State {
    Open,
    Waits { hours: u32 },
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Jobs", key = "ID")]
struct Job {
    #[dyno(key)]
    id: u64,
    #[dyno(index(name = "by_state", string))]
    state: State,
    #[dyno(index(name = "by_state", sort))]
    since: Option<SystemTime>,
}

#[tokio::test]
async fn a_type_that_only_serde_knows_is_a_key_while_it_is_a_string() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Job>().await.unwrap();
    let job = |id, state| Job {
        id,
        state,
        since: Some(UNIX_EPOCH + Duration::from_millis(id)),
    };
    for id in [1_500, 700] {
        store.save(job(id, State::Open)).await.unwrap();
    }
    let open = store.query::<Job>().index(Job::indexes().by_state());
    let recent = open
        .key("Open")
        .sort()
        .gt(UNIX_EPOCH + Duration::from_secs(1));
    assert_eq!(*recent.await.unwrap()[0], job(1_500, State::Open));
    recorder.take();
    let error = store
        .save(job(9, State::Waits { hours: 2 }))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    let text = "field `Job.state`: is the partition key of index `by_state`, which is a string, and the value is a map";
    assert!(error.to_string().contains(text), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_field_in_clear_is_found_by_its_secondary_index() {
    let (store, recorder) = store().await;
    let by_email = store.find(User::paths().email(), "a@x").await.unwrap_err();
    assert_eq!(by_email.kind(), ErrorKind::InvalidPath);
    let text = "the partition key of the secondary index `by_email`: query it, \
                `store.query::<User>().index(User::indexes().by_email()).key(..)`";
    assert!(by_email.to_string().ends_with(text), "{by_email}");
    for (error, text) in [
        (
            store.find(Order::paths().status(), None).await.unwrap_err(),
            "`store.query::<Order>().index_str(\"by-status\").key(..)`",
        ),
        (
            store.find(Order::paths().total(), 7_u64).await.unwrap_err(),
            "`store.query::<Order>().index(Order::indexes().by_price()).key(..).sort().eq(..)`",
        ),
        (
            store.find(Order::paths().note(), "x").await.unwrap_err(),
            "A secondary index of a field in clear is searched with `query().index(..)`",
        ),
    ] {
        assert!(error.to_string().ends_with(text), "{error}");
    }
    assert!(recorder.take().is_empty());
}
