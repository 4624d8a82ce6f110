//! Parts of a table at the same time.

use std::collections::BTreeSet;

use dyno::{DyObject as _, ErrorKind};

use crate::fixture::{Order, orders, totals};

#[tokio::test]
async fn every_object_is_found_once_in_any_number_of_parts() {
    let (store, recorder) = orders().await;
    for segments in [1_u32, 2, 5, 40] {
        let found = store
            .scan::<Order>()
            .limit(4)
            .parallel(segments)
            .await
            .unwrap();
        let keys: BTreeSet<_> = found.iter().map(|order| order.key().clone()).collect();
        assert_eq!((found.len(), keys.len()), (30, 30), "{segments} parts");
        let requests = recorder.take();
        let parts: BTreeSet<_> = requests
            .iter()
            .map(|request| {
                assert_eq!(request.body()["TotalSegments"], segments);
                request.body()["Segment"].as_u64().unwrap()
            })
            .collect();
        assert_eq!(parts, (0..u64::from(segments)).collect());
    }
}

#[tokio::test]
async fn filter_and_take_are_those_of_the_scan() {
    let (store, _) = orders().await;
    let scan = || {
        store
            .scan::<Order>()
            .filter(Order::fields().total().eq(4_u64))
    };
    assert_eq!(totals(&scan().parallel(3).await.unwrap()), [4, 4, 4]);
    assert_eq!(totals(&scan().take(2).parallel(3).await.unwrap()), [4, 4]);
    let mut stream = scan().parallel(3).stream();
    let mut found = 0;
    while let Some(order) = stream.next().await {
        assert_eq!(order.unwrap().total, 4);
        found += 1;
    }
    assert_eq!(found, 3);
}

#[tokio::test]
async fn no_part_too_many_parts_and_cursors_are_refused() {
    let (store, recorder) = orders().await;
    for segments in [0, 1025] {
        let error = store.scan::<Order>().parallel(segments).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(error.to_string().contains("1 to 1024"), "{error}");
    }
    let mut pages = store.scan::<Order>().limit(2).pages();
    let page = pages.next().await.unwrap().unwrap();
    recorder.take();
    let scan = store.scan::<Order>().from(page.cursor().unwrap().clone());
    let error = scan.parallel(2).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn it_ends_after_an_error() {
    let (store, _) = orders().await;
    store
        .client::<Order>()
        .unwrap()
        .delete_table()
        .table_name("Orders")
        .send()
        .await
        .unwrap();
    let mut stream = store.scan::<Order>().parallel(4).stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    assert!(stream.next().await.is_none());
}
