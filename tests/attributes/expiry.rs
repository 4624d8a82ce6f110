//! `#[dyno(ttl)]`: stored as seconds since 1970, known to tables, and hidden once it is over.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::table::TableSpec;
use dyno::{DyObject, ErrorKind, Store};
use futures_util::TryStreamExt as _;
use proptest::prelude::*;

use crate::fixture::{n, s, sent, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Sessions", key = "user", sort = "number")]
#[dyno(index(name = "by_kind", keys_only))]
struct Session {
    #[dyno(key)]
    user: String,
    #[dyno(sort)]
    number: u32,
    #[dyno(index(name = "by_kind", key), index(name = "by_kind_whole", key))]
    kind: String,
    #[dyno(ttl, rename = "expires")]
    until: Option<SystemTime>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Tokens", key = "ID")]
struct Token {
    #[dyno(key)]
    id: String,
    #[dyno(ttl)]
    expires: u64,
    note: Option<String>,
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn session(number: u32, until: Option<u64>) -> Session {
    Session {
        user: "ada".into(),
        number,
        kind: "web".into(),
        until: until.map(at),
    }
}

/// The same store when it is so late.
fn when(store: &Store, seconds: u64) -> Store {
    store.clone().with_clock(move || at(seconds))
}

#[tokio::test]
async fn a_time_is_stored_as_whole_seconds() {
    let (store, _) = store::<Session>().await;
    let mut late = session(1, None);
    late.until = Some(at(1_700_000_000) + Duration::from_millis(900));
    let mut saved = store.save(late).await.unwrap();
    let item = crate::fixture::item::<Session>(&store).await;
    assert_eq!(item["expires"], n(1_700_000_000));
    let loaded = store.load::<Session>(saved.key()).await.unwrap();
    assert_eq!(loaded.until, Some(at(1_700_000_000)));
    saved.until = None;
    saved.save().await.unwrap();
    assert!(
        !crate::fixture::item::<Session>(&store)
            .await
            .contains_key("expires")
    );
}

#[tokio::test]
async fn what_expired_is_not_listed() {
    let (store, recorder) = store::<Session>().await;
    for (number, until) in [(1, Some(100)), (2, Some(200)), (3, None)] {
        store.save(session(number, until)).await.unwrap();
    }
    recorder.take();
    let now = when(&store, 100);
    let numbers = |found: Vec<dyno::Saved<Session>>| -> Vec<u32> {
        found.iter().map(|session| session.number).collect()
    };
    assert_eq!(
        numbers(now.query::<Session>().key("ada").await.unwrap()),
        [2, 3]
    );
    assert_eq!(
        numbers(
            when(&store, 99)
                .query::<Session>()
                .key("ada")
                .await
                .unwrap()
        ),
        [1, 2, 3]
    );
    assert_eq!(
        numbers(
            when(&store, 300)
                .query::<Session>()
                .key("ada")
                .await
                .unwrap()
        ),
        [3]
    );
    assert_eq!(
        numbers(
            now.query::<Session>()
                .key("ada")
                .with_expired()
                .await
                .unwrap()
        ),
        [1, 2, 3]
    );
    assert_eq!(now.scan::<Session>().await.unwrap().len(), 2);
    assert_eq!(now.scan::<Session>().with_expired().await.unwrap().len(), 3);
    assert_eq!(now.scan::<Session>().count().await.unwrap(), 2);
    assert_eq!(
        now.query::<Session>()
            .key("ada")
            .with_expired()
            .count()
            .await
            .unwrap(),
        3
    );
    let web = Session::fields().kind().eq("web");
    assert_eq!(
        now.scan::<Session>()
            .filter(web.clone())
            .count()
            .await
            .unwrap(),
        2
    );
    let listed: Vec<_> = now
        .scan::<Session>()
        .filter(web)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(listed.len(), 2);
    let parallel = now.scan::<Session>().parallel(2).await.unwrap();
    assert_eq!(parallel.len(), 2);
    // One request each: nothing is read besides.
    assert_eq!(sent(&recorder).len(), 12);
}

#[tokio::test]
async fn what_expired_is_not_listed_by_indexes() {
    let (store, recorder) = store::<Session>().await;
    for (number, until) in [(1, Some(100)), (2, Some(200)), (3, None)] {
        store.save(session(number, until)).await.unwrap();
    }
    recorder.take();
    let now = when(&store, 100);
    let indexes = Session::indexes;
    let whole = now
        .query::<Session>()
        .index(indexes().by_kind_whole())
        .key("web");
    assert_eq!(whole.await.unwrap().len(), 2);
    assert_eq!(sent(&recorder), ["Query"]);
    let parts = || {
        now.query::<Session>()
            .index(indexes().by_kind().hydrated())
            .key("web")
    };
    assert_eq!(parts().await.unwrap().len(), 2);
    assert_eq!(sent(&recorder), ["Query", "BatchGetItem"]);
    assert_eq!(parts().with_expired().await.unwrap().len(), 3);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Leases", key = "ID")]
struct Lease {
    #[dyno(key)]
    id: String,
    #[dyno(index(name = "by_expiry", key))]
    kind: String,
    #[dyno(ttl, index(name = "by_expiry", sort), index(name = "by_second", key))]
    expires: u64,
}

#[tokio::test]
async fn an_index_by_expiry_is_asked_without_a_filter_on_its_key() {
    let (store, recorder) = store::<Lease>().await;
    for (id, expires) in [("a", 100), ("b", 200), ("c", 300)] {
        let kind = "web".to_owned();
        let lease = Lease {
            id: id.into(),
            kind,
            expires,
        };
        store.save(lease).await.unwrap();
    }
    recorder.take();
    let now = when(&store, 100);
    let by_expiry = || {
        now.query::<Lease>()
            .index(Lease::indexes().by_expiry())
            .key("web")
    };
    let ids = |found: Vec<dyno::Saved<Lease>>| -> Vec<String> {
        found.iter().map(|lease| lease.id.clone()).collect()
    };
    assert_eq!(by_expiry().params().unwrap().filter(), None);
    assert_eq!(ids(by_expiry().await.unwrap()), ["b", "c"]);
    assert_eq!(sent(&recorder), ["Query"]);
    // What comes next.
    assert_eq!(ids(by_expiry().take(1).await.unwrap()), ["b"]);
    assert_eq!(
        ids(by_expiry().with_expired().await.unwrap()),
        ["a", "b", "c"]
    );
    let second = |second: u64| {
        now.query::<Lease>()
            .index(Lease::indexes().by_second())
            .key(second)
    };
    assert!(second(100).await.unwrap().is_empty());
    assert_eq!(ids(second(200).await.unwrap()), ["b"]);
    // A scan may look anywhere.
    let scanned = now.scan::<Lease>().index(Lease::indexes().by_expiry());
    assert_eq!(scanned.await.unwrap().len(), 2);
    recorder.take();
    let error = by_expiry().count().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(error.to_string().contains("with_expired"), "{error}");
    assert!(recorder.take().is_empty());
    assert_eq!(by_expiry().with_expired().count().await.unwrap(), 3);
}

#[tokio::test]
async fn the_parts_of_a_scan_are_of_one_time() {
    let (store, _) = store::<Lease>().await;
    for number in 0..20 {
        let lease = Lease {
            id: format!("l{number}"),
            kind: "web".into(),
            expires: 100,
        };
        store.save(lease).await.unwrap();
    }
    let ticks = std::sync::atomic::AtomicU64::new(99);
    let ticking =
        store.with_clock(move || at(ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
    assert_eq!(ticking.scan::<Lease>().parallel(4).await.unwrap().len(), 20);
}

#[tokio::test]
async fn the_filter_is_shown_and_no_part_of_a_cursor() {
    let (store, _) = store::<Session>().await;
    for number in 1..=4 {
        store
            .save(session(number, Some(u64::from(number) * 100)))
            .await
            .unwrap();
    }
    let params = when(&store, 100).scan::<Session>().params().unwrap();
    assert_eq!(params.filter(), Some("NOT #q0 <= :q0"));
    assert_eq!(
        (&params.names()["#q0"], &params.values()[":q0"]),
        (&"expires".to_owned(), &n(100))
    );
    assert_eq!(
        when(&store, 100)
            .scan::<Session>()
            .with_expired()
            .params()
            .unwrap()
            .filter(),
        None
    );

    let mut pages = when(&store, 100)
        .query::<Session>()
        .key("ada")
        .limit(2)
        .pages();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(page.objects().len(), 1);
    let later = when(&store, 300)
        .query::<Session>()
        .key("ada")
        .from(page.cursor().unwrap().clone());
    let rest = later.await.unwrap();
    assert_eq!(
        rest.iter()
            .map(|session| session.number)
            .collect::<Vec<_>>(),
        [4]
    );
}

#[tokio::test]
async fn a_key_gives_what_stands_there() {
    let (store, _) = store::<Token>().await;
    let token = Token {
        id: "t1".into(),
        expires: 100,
        note: None,
    };
    store.save(token.clone()).await.unwrap();
    let now = when(&store, 500);
    assert_eq!(now.load::<Token>("t1").await.unwrap().expires, 100);
    assert_eq!(now.load_many::<Token>(["t1"]).await.unwrap().len(), 1);
    let error = now.save(token.clone()).if_absent().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    // It can be told, and given more time.
    let expired = Token::fields().expires().le(500_u64);
    now.save(Token {
        expires: 900,
        ..token
    })
    .when(expired.clone())
    .await
    .unwrap();
    let error = now
        .update::<Token>("t1")
        .set(Token::fields().note(), "x".to_owned())
        .when(expired);
    assert_eq!(error.await.unwrap_err().kind(), ErrorKind::ConditionFailed);
    assert_eq!(now.scan::<Token>().count().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_no_number_never_expires() {
    let (store, _) = store::<Session>().await;
    let client = store.client::<Session>().unwrap();
    for (number, expires) in [(1, dyno::AttributeValue::Null(true)), (2, n("99.0"))] {
        let put = client
            .put_item()
            .table_name("Sessions")
            .item("user", s("ada"));
        let put = put
            .item("number", n(number))
            .item("kind", s("web"))
            .item("expires", expires);
        put.send().await.unwrap();
    }
    let found = when(&store, 500).scan::<Session>().await.unwrap();
    assert_eq!(
        found
            .iter()
            .map(|session| session.number)
            .collect::<Vec<_>>(),
        [1]
    );
}

#[tokio::test]
async fn tables_know_the_attribute() {
    let specs = TableSpec::of::<Session>().unwrap();
    assert_eq!(specs[0].ttl(), Some("expires"));
    let (store, recorder) = store::<Session>().await;
    let client = store.client::<Session>().unwrap();
    let described = client
        .describe_time_to_live()
        .table_name("Sessions")
        .send()
        .await
        .unwrap();
    let described = described.time_to_live_description.unwrap();
    assert_eq!(described.attribute_name(), Some("expires"));
    store
        .ensure_tables::<Session>()
        .ttl("expires")
        .await
        .unwrap();
    store.check_tables::<Session>().exact().await.unwrap();
    recorder.take();
    let error = store
        .ensure_tables::<Session>()
        .ttl("other")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Debug)]
#[dyno(table = "Tokens", key = "ID")]
struct TokenBefore {
    #[dyno(key)]
    id: String,
}

#[tokio::test]
async fn a_table_of_before_is_migrated() {
    let store = dyno_testbed::store();
    store.ensure_tables::<TokenBefore>().await.unwrap();
    let error = store.check_tables::<Token>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert!(error.to_string().contains("do not expire"), "{error}");
    store.migrate_tables::<Token>().await.unwrap();
    store.check_tables::<Token>().await.unwrap();
    // Two types share the table, and one says how its objects expire.
    store
        .ensure_tables::<TokenBefore>()
        .and::<Token>()
        .await
        .unwrap();
}

#[derive(DyObject, Debug)]
#[dyno(table = "Carts", key = "ID")]
struct Cart {
    #[dyno(ttl)]
    expires: u64,
    #[dyno(shard)]
    body: Part,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Parts", key = "IDX")]
struct Part {
    text: String,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Tokens", key = "ID")]
struct Basket {
    #[dyno(key)]
    id: String,
    expires: u64,
    #[dyno(shard)]
    body: Part,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Tokens", key = "ID")]
struct Ticket {
    #[dyno(key)]
    id: String,
    expires: String,
}

#[tokio::test]
async fn what_expires_takes_nothing_else_with_it() {
    let store = dyno_testbed::store();
    let both = store.ensure_tables::<Basket>().and::<Token>();
    let error = both.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("`Basket` stores without `ttl`"),
        "{error}"
    );
    // A text is no time.
    store
        .ensure_tables::<Token>()
        .and::<Ticket>()
        .await
        .unwrap();
}

#[derive(DyObject, Debug)]
#[dyno(table = "Holders", key = "ID")]
struct Holder {
    #[dyno(shard)]
    part: Expiring,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Parts", key = "IDX")]
struct Expiring {
    #[dyno(ttl)]
    expires: u64,
}

#[test]
fn shards_and_their_objects_do_not_expire() {
    let error = TableSpec::of::<Cart>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("has the shard `body`"),
        "{error}"
    );
    let error = TableSpec::of::<Holder>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("the shard `part` of `Holder`"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// What is listed is what has not expired, whatever the pages are.
    #[test]
    fn exactly_what_lives_is_listed(
        until in proptest::collection::vec(proptest::option::of(0_u64..20), 0..12),
        now in 0_u64..22,
        limit in 1_u32..5,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, _) = store::<Session>().await;
            let mut lives = BTreeSet::new();
            for (number, until) in (0..).zip(&until) {
                store.save(session(number, *until)).await.unwrap();
                if until.is_none_or(|until| until > now) {
                    lives.insert(number);
                }
            }
            let now = when(&store, now);
            let found = now.query::<Session>().key("ada").limit(limit).await.unwrap();
            let found: BTreeSet<_> = found.iter().map(|session| session.number).collect();
            assert_eq!(found, lives);
            let count = now.scan::<Session>().limit(limit).count().await.unwrap();
            assert_eq!(count, u64::try_from(lives.len()).unwrap());
        });
    }
}
