//! Where a page ends, the next begins.

use dyno::{AttributeValue, Cursor, DyObject, ErrorKind};

use crate::fixture::{Order, order, orders, store, totals};

#[tokio::test]
async fn pages_of_any_size_give_every_object_once_and_in_order() {
    let (store, _) = orders().await;
    for limit in 1..=11 {
        for descending in [false, true] {
            let mut found = Vec::new();
            let mut cursor: Option<Cursor> = None;
            loop {
                let mut query = store.query::<Order>().key("ken").limit(limit);
                if descending {
                    query = query.descending();
                }
                if let Some(cursor) = cursor {
                    query = query.from(cursor);
                }
                let page = query.pages().next().await.unwrap().unwrap();
                assert!(page.looked_at() <= u64::from(limit));
                let next = page.cursor().map(ToString::to_string);
                found.extend(totals(page.objects()));
                let Some(next) = next else { break };
                cursor = Some(next.parse().unwrap());
            }
            if descending {
                found.reverse();
            }
            assert_eq!(found, (0..10).collect::<Vec<_>>(), "limit {limit}");
        }
    }
}

#[tokio::test]
async fn a_scan_goes_on_at_every_boundary_of_limit_and_take() {
    let (store, _) = orders().await;
    let odd = || !Order::fields().total().is_in([0_u64, 2, 4, 6, 8]);
    let all = store.scan::<Order>().filter(odd()).await.unwrap();
    let all: Vec<_> = all.iter().map(|order| order.key().clone()).collect();
    assert_eq!(all.len(), 15);
    for limit in [1, 2, 3, 7, 29, 30, 31] {
        for take in [1, 2, 4, 15, 16] {
            let mut found = Vec::new();
            let mut cursor: Option<Cursor> = None;
            loop {
                let mut scan = store.scan::<Order>().filter(odd());
                scan = scan.limit(limit).take(take);
                if let Some(cursor) = cursor.take() {
                    scan = scan.from(cursor);
                }
                let mut pages = scan.pages();
                let mut taken = 0;
                while let Some(page) = pages.next().await {
                    let page = page.unwrap();
                    cursor = page.cursor().cloned();
                    taken += page.objects().len();
                    found.extend(page.into_objects().iter().map(|order| order.key().clone()));
                }
                assert!(taken <= take);
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(found, all, "limit {limit}, take {take}");
        }
    }
}

#[tokio::test]
async fn a_cursor_holds_when_its_item_is_gone() {
    let (store, _) = orders().await;
    let mut pages = store.query::<Order>().key("ada").take(3).pages();
    let page = pages.next().await.unwrap().unwrap();
    let cursor = page.cursor().unwrap().clone();
    store
        .delete::<Order>(page.objects()[2].key())
        .await
        .unwrap();
    store
        .save(order("ada", "2026-01-01T02b", 25))
        .await
        .unwrap();
    let rest = store
        .query::<Order>()
        .key("ada")
        .from(cursor)
        .await
        .unwrap();
    assert_eq!(totals(&rest), [25, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn a_cursor_of_anything_else_is_refused() {
    let (store, recorder) = orders().await;
    let first = |page: Option<dyno::Result<dyno::Page<Order>>>| {
        page.unwrap().unwrap().cursor().unwrap().clone()
    };
    let ada = || store.query::<Order>().key("ada").limit(3);
    let of_query = first(ada().pages().next().await);
    let of_scan = first(store.scan::<Order>().limit(3).pages().next().await);
    recorder.take();
    let filter = || Order::fields().total().ge(0_u64);
    for (result, why) in [
        (ada().from(of_scan.clone()).await, "is one of a scan"),
        (
            ada().key("ken").from(of_query.clone()).await,
            "another condition",
        ),
        (
            ada().descending().from(of_query.clone()).await,
            "another condition",
        ),
        (
            ada().filter(filter()).from(of_query.clone()).await,
            "another condition",
        ),
        (
            ada().sort().ge("2").from(of_query.clone()).await,
            "another condition",
        ),
        (
            store.scan().from(of_query.clone()).await,
            "is one of a query",
        ),
        (
            store.scan().filter(filter()).from(of_scan.clone()).await,
            "another condition",
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidCursor);
        assert!(error.to_string().contains(why), "{error}");
    }
    let error = store
        .scan::<Other>()
        .from(of_scan.clone())
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("objects `Order`")
            || error.to_string().contains("objects `Orders`"),
        "{error}"
    );
    let error = store.reseal::<Order>().from(of_scan).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor);
    assert!(recorder.take().is_empty());
    ada()
        .consistent()
        .limit(2)
        .take(1)
        .from(of_query)
        .await
        .unwrap();
}

#[derive(dyno::DyObject, Debug)]
#[dyno(table = "Orders", key = "USER", sort = "AT", tag = "Other")]
struct Other {
    total: u64,
}

#[tokio::test]
async fn a_text_that_was_changed_is_no_cursor() {
    let (store, _) = orders().await;
    let page = store.scan::<Order>().limit(3).pages().next().await;
    let text = page.unwrap().unwrap().cursor().unwrap().to_string();
    assert!(text.starts_with("dyno-scan-1-"), "{text}");
    let parses = |text: &str| text.parse::<Cursor>();
    assert_eq!(parses(&text).unwrap().to_string(), text);
    let digits = text.strip_prefix("dyno-scan-1-").unwrap();
    for other in ["query-1", "walk-1", "scan-2"] {
        assert!(parses(&format!("dyno-{other}-{digits}")).is_err());
    }
    for at in 0..digits.len() {
        let flip = |digit: u8| if digit == b'0' { '1' } else { '0' };
        let mut changed = String::from("dyno-scan-1-");
        for (index, digit) in digits.bytes().enumerate() {
            changed.push(if index == at {
                flip(digit)
            } else {
                char::from(digit)
            });
        }
        let error = parses(&changed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidCursor);
        let error = parses(&format!("dyno-scan-1-{}", digits.get(..at).unwrap()));
        assert!(error.is_err());
    }
}

#[derive(dyno::DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Readings", key = "SENSOR", sort = "TICK")]
struct Reading {
    #[dyno(key)]
    sensor: u64,
    #[dyno(sort)]
    tick: i64,
}

#[tokio::test]
async fn numbers_as_keys_are_ordered_and_resumed_as_numbers() {
    let (store, _) = store().await;
    store.ensure_tables::<Reading>().await.unwrap();
    for sensor in [7, 100, 1_000_000_000_000] {
        for tick in [-10, -9, 0, 2, 10, 100] {
            store.save(Reading { sensor, tick }).await.unwrap();
        }
        let mut ticks = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let mut query = store.query::<Reading>().key(sensor).sort().ge(-9).take(2);
            if let Some(cursor) = cursor.take() {
                query = query.from(cursor);
            }
            let page = query.pages().next().await.unwrap().unwrap();
            ticks.extend(page.objects().iter().map(|reading| reading.tick));
            let Some(next) = page.cursor() else { break };
            cursor = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(ticks, [-9, 0, 2, 10, 100]);
    }
}

/// Texts that programs may have kept are read for ever.
#[tokio::test]
async fn the_text_of_a_cursor_stays_as_it_is() {
    let (store, _) = orders().await;
    let filter = Order::fields().total().ge(1_u64);
    let query = store.query::<Order>().key("ada").filter(filter).limit(1);
    let page = query.pages().next().await.unwrap().unwrap();
    let text = concat!(
        "dyno-query-1-0a040561736b65640510d66e21b885c7bad7510ef71b07e6eeaf036b65790a02024154030d323032362d30312d303154303004",
        "555345520303616461057461626c6503064f72646572730374616703064f7264657273f33075dc",
    );
    assert_eq!(page.cursor().unwrap().to_string(), text);
}

/// An object with a value of any depth.
#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Boxes", key = "ID")]
struct Boxed {
    #[dyno(key)]
    id: String,
    inside: AttributeValue,
}

#[tokio::test]
async fn what_begins_with_deep_values_goes_on_to_the_end() {
    let (store, _) = store().await;
    store.ensure_tables::<Boxed>().await.unwrap();
    for id in ["a", "b", "c"] {
        let inside = AttributeValue::Bool(true);
        store
            .save(Boxed {
                id: id.into(),
                inside,
            })
            .await
            .unwrap();
    }
    let mut deep = AttributeValue::Bool(false);
    let mut begun = 0;
    for _ in 0..40 {
        deep = AttributeValue::L(vec![deep]);
        let differs = Boxed::fields().inside().ne(deep.clone());
        let scan = store.scan::<Boxed>().filter(differs).limit(1);
        if scan.params().is_err() {
            continue;
        }
        assert_eq!(scan.await.unwrap().len(), 3);
        begun += 1;
    }
    assert!((10..40).contains(&begun), "{begun}");
}
