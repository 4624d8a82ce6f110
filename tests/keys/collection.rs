//! Several types of a partition, by one query.

use std::time::{Duration, SystemTime};

use dyno::{AttributeValue, DyObject, ErrorKind, Store};
use dyno_testkit::Recorder;

use crate::fixture::{Order, Profile, Report, User, empty, profile, put, report, shop};

type Shop = (Profile, Order, Report);

#[tokio::test]
async fn one_query_gives_all_types() {
    let (store, recorder) = shop().await;
    let (profiles, orders, reports) = store.collection::<Shop>().of("acme").await.unwrap();
    // The shards of reports stand in the partition, too.
    assert_eq!(recorder.take().len(), 1);
    assert_eq!(*profiles[0], profile("acme"));
    assert_eq!((profiles.len(), orders.len(), reports.len()), (1, 6, 2));
    let days: Vec<_> = orders.iter().map(|order| order.day).collect();
    assert_eq!(days, [-3, 0, 0, 1, 10, 200]);
    assert_eq!(*reports[1], report("acme", "may"));

    let (orders, profiles) = store
        .collection::<(Order, Profile)>()
        .key("TENANT#acme#2")
        .descending()
        .await
        .unwrap();
    assert_eq!((orders[0].day, orders.len(), profiles.len()), (200, 6, 1));
    let (only,) = store
        .collection::<(Report,)>()
        .of("acme")
        .consistent()
        .await
        .unwrap();
    assert_eq!(only.len(), 2);

    let mut saved = only;
    saved[0].body.text = "changed".into();
    saved[0].save().await.unwrap();
    let params = store.collection::<Shop>().of("acme").params().unwrap();
    assert_eq!(params.key_condition(), Some("#q0 = :q0"), "{params}");
}

#[tokio::test]
async fn pages_of_any_size_give_each_object_once() {
    let (store, recorder) = shop().await;
    let whole = || store.collection::<Shop>().of("acme");
    for limit in [1, 2, 3, 7, 100] {
        let (profiles, orders, reports) = whole().limit(limit).await.unwrap();
        assert_eq!((profiles.len(), orders.len(), reports.len()), (1, 6, 2));
    }
    for take in 0..10 {
        let (profiles, orders, reports) = whole().take(take).await.unwrap();
        assert_eq!(profiles.len() + orders.len() + reports.len(), take.min(9));
    }
    for step in 1..10 {
        let mut found = 0;
        let mut cursor = None;
        loop {
            let mut asked = whole().take(step);
            if let Some(cursor) = cursor {
                asked = asked.from(cursor);
            }
            let mut pages = asked.pages();
            cursor = None;
            while let Some(page) = pages.next().await {
                let page = page.unwrap();
                cursor = page.cursor().cloned();
                let (profiles, orders, reports) = page.into_objects();
                found += profiles.len() + orders.len() + reports.len();
            }
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, 9, "{step} at a time");
    }
    recorder.take();
    let page = whole().take(2).pages().next().await.unwrap().unwrap();
    assert!(page.looked_at() >= 2);
    let cursor = page.cursor().unwrap().clone();
    recorder.take();
    let other = store.collection::<(Profile, Order)>().of("acme");
    let error = other.from(cursor.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor);
    let error = store
        .query::<Profile>()
        .of("acme")
        .from(cursor)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn what_cannot_be_found_together_is_refused() {
    #[derive(DyObject, Debug)]
    #[dyno(
        table = "App",
        key = "USER#{name}",
        sort(template = "USER"),
        tag = "Elsewhere"
    )]
    struct Elsewhere {
        name: String,
    }
    #[derive(DyObject, Debug)]
    #[dyno(table = "App", key = "PK", sort = "SK")]
    struct Plain {
        #[dyno(key)]
        pk: String,
        #[dyno(sort)]
        sk: String,
    }
    async fn refused<M: dyno::template::Members<First = Order>>(store: &Store, part: &str) {
        let found = store.collection::<M>().of("acme").await;
        let error = found.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(error.to_string().contains(part), "{error}");
    }
    let (store, recorder) = empty();
    refused::<(Order, Order)>(&store, "the same tag, `Order`").await;
    refused::<(Order, User)>(&store, "table `Users`").await;
    refused::<(Order, Elsewhere)>(&store, "`USER#{name}`").await;
    refused::<(Order, Plain)>(&store, "no key templates").await;
    let error = store.collection::<Shop>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let error = store.collection::<Shop>().of("").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(recorder.take().is_empty());
}

/// Of an index of several types, and expiring.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "TASK#{id}",
    tag = "Task",
    index(name = "gsi1", key = "OF#{owner}", sort = "{id}")
)]
struct Task {
    tenant: String,
    id: u32,
    owner: String,
    #[dyno(ttl)]
    until: Option<SystemTime>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "BUG#{id}",
    tag = "Bug",
    index(name = "gsi1", key = "OF#{who}", sort = "{id}")
)]
struct Bug {
    tenant: String,
    id: u32,
    who: Option<String>,
}

async fn work() -> (Store, Recorder) {
    let (store, recorder) = empty();
    store.ensure_tables::<Task>().and::<Bug>().await.unwrap();
    let over = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    for (id, until) in [(1, None), (2, Some(over)), (4, None)] {
        let task = Task {
            tenant: "acme".into(),
            id,
            owner: "ada".into(),
            until,
        };
        store.save(task).await.unwrap();
    }
    for (id, who) in [(3, Some("ada".to_owned())), (5, None)] {
        let bug = Bug {
            tenant: format!("t{id}"),
            id,
            who,
        };
        store.save(bug).await.unwrap();
    }
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn types_that_share_an_index_are_found_together() {
    let (store, recorder) = work().await;
    let of_ada = || {
        store
            .collection::<(Task, Bug)>()
            .index(Task::indexes().gsi1())
            .of("ada")
    };
    let (tasks, bugs) = of_ada().await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    let ids: Vec<_> = tasks.iter().map(|task| task.id).collect();
    assert_eq!((ids, bugs.len(), bugs[0].id), (vec![1, 4], 1, 3));
    let (tasks, _) = of_ada().with_expired().await.unwrap();
    assert_eq!(tasks.len(), 3);
    let (tasks, bugs) = of_ada().take(2).await.unwrap();
    assert_eq!((tasks.len(), bugs.len()), (1, 1));
    let (tasks, bugs) = of_ada().descending().take(2).await.unwrap();
    assert_eq!((tasks[0].id, bugs[0].id), (4, 3));
}

#[tokio::test]
async fn a_damaged_item_is_an_error_with_its_key() {
    let (store, _) = shop().await;
    let key = Order::key_of(("acme", 0, 1));
    let mut item = crate::fixture::stored_item(&store, &key).await;
    item.insert("number".into(), AttributeValue::S("x".into()));
    put(&store, item).await;
    let error = store.collection::<Shop>().of("acme").await.unwrap_err();
    assert!(error.to_string().contains(&key.to_string()), "{error}");
    let found = store
        .collection::<(Profile, Report)>()
        .of("acme")
        .await
        .unwrap();
    assert_eq!((found.0.len(), found.1.len()), (1, 2));
}

#[tokio::test]
async fn what_is_behind_the_last_object_that_is_wanted_is_not_looked_at() {
    let (store, _) = shop().await;
    let (orders,) = store.collection::<(Order,)>().of("acme").await.unwrap();
    let key = orders.last().unwrap().key().clone();
    let mut item = crate::fixture::stored_item(&store, &key).await;
    item.insert("_dy_format".into(), AttributeValue::N("99".into()));
    put(&store, item).await;
    let whole = || store.collection::<(Profile, Order)>().of("acme");
    let backwards = || whole().descending().limit(100);
    let (profiles, orders) = backwards().take(1).await.unwrap();
    assert_eq!((profiles.len(), orders.len()), (1, 0));
    let mut pages = backwards().take(1).pages();
    let page = pages.next().await.unwrap().unwrap();
    let rest = backwards().from(page.cursor().unwrap().clone());
    assert_eq!(rest.await.unwrap_err().kind(), ErrorKind::NewerFormat);
    let error = backwards().take(2).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NewerFormat);
}
