//! What each operation sends.

use std::sync::{Arc, Mutex};

use crate::fixture::{Bench, seconds};

#[tokio::test(start_paused = true)]
async fn every_operation_is_one_request() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = records
        .put("k", "v")
        .ttl(seconds(5))
        .field("created", "1")
        .await
        .unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
    records.put("k", "v").keep_expiry().await.unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
    records.touch("k").ttl(seconds(9)).await.unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
    records.get("k").await.unwrap();
    assert_eq!(bench.sent(), "GetItem");
    records.get("none").optional().await.unwrap();
    assert_eq!(bench.sent(), "GetItem");
    records.exists("k").await.unwrap();
    assert_eq!(bench.sent(), "GetItem");
    let created = records.create("new", "v").await.unwrap();
    assert_eq!(bench.sent(), "PutItem");
    records.create("new", "v").await.unwrap_err();
    assert_eq!(bench.sent(), "PutItem");
    let next = records.compare_and_put(&created, "w").await.unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
    records.compare_and_put(&first, "w").await.unwrap_err();
    assert_eq!(bench.sent(), "UpdateItem");
    records.compare_and_delete(&first).await.unwrap_err();
    assert_eq!(bench.sent(), "DeleteItem");
    records.compare_and_delete(&next).await.unwrap();
    assert_eq!(bench.sent(), "DeleteItem");
    records.delete("none").await.unwrap();
    assert_eq!(bench.sent(), "DeleteItem");
    records.list("").await.unwrap();
    assert_eq!(bench.sent(), "Query");
    records.list_page("").await.unwrap();
    assert_eq!(bench.sent(), "Query");
    records.index("idx_created").list("").await.unwrap();
    assert_eq!(bench.sent(), "Query");
    bench
        .kv()
        .global("idx_global_1", "u")
        .list("")
        .await
        .unwrap();
    assert_eq!(bench.sent(), "Query");
    let visits = records.counter("visits");
    visits.add(1).await.unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
    visits.get().await.unwrap();
    assert_eq!(bench.sent(), "GetItem");
    let guard = records.lock("job", seconds(9)).await.unwrap();
    assert_eq!(
        bench.sent(),
        "UpdateItem UpdateItem",
        "one to see that there is none"
    );
    records.lock("job", seconds(9)).try_now().await.unwrap_err();
    assert_eq!(bench.sent(), "UpdateItem");
    guard.release().await.unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
    let _guard = records.lock("job", seconds(9)).await.unwrap();
    assert_eq!(bench.sent(), "UpdateItem");
}

#[tokio::test(start_paused = true)]
async fn replacing_what_has_expired_takes_a_second_one_for_create_and_for_keep_expiry() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for _ in 0..2 {
        records.put("k", "v").ttl(seconds(1)).await.unwrap();
        bench.wait(1);
        bench.recorder.take();
        records.create("k", "v").ttl(seconds(1)).await.unwrap();
        assert_eq!(bench.sent(), "PutItem PutItem");
        bench.wait(1);
        records.put("k", "v").keep_expiry().await.unwrap();
        assert_eq!(bench.sent(), "UpdateItem UpdateItem");
    }
}

#[tokio::test(start_paused = true)]
async fn reads_are_eventually_consistent_unless_it_is_asked_for() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let consistent = |bench: &Bench| {
        let requests = bench.recorder.take();
        requests[0].body()["ConsistentRead"]
            .as_bool()
            .unwrap_or(false)
    };
    records.get("k").optional().await.unwrap();
    assert!(!consistent(&bench));
    records.get("k").consistent().optional().await.unwrap();
    assert!(consistent(&bench));
    records.exists("k").await.unwrap();
    assert!(!consistent(&bench));
    records.exists("k").consistent().await.unwrap();
    assert!(consistent(&bench));
    records.list("").await.unwrap();
    assert!(!consistent(&bench));
    records.list("").consistent().await.unwrap();
    assert!(consistent(&bench));
    let by_index = records.index("idx_created");
    by_index.list_page("").consistent().await.unwrap();
    assert!(consistent(&bench));
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_told_of_every_request_before_it_is_sent() {
    let bench = Bench::new().await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let (log, recorder) = (Arc::clone(&told), bench.recorder.clone());
    let kv = bench.kv().on_request(move |request| {
        let line = format!(
            "{} {} {} {} after {}",
            request.operation(),
            request.table(),
            request.partition(),
            request.key().unwrap_or("-"),
            recorder.operations().len(),
        );
        log.lock().unwrap().push(line);
    });
    let records = kv.partition("customers");
    let record = records.put("k", "v").ttl(seconds(1)).await.unwrap();
    records.get("k").await.unwrap();
    records.compare_and_delete(&record).await.unwrap();
    records.put("k", "v").ttl(seconds(1)).await.unwrap();
    bench.wait(1);
    records.create("k", "v").await.unwrap();
    kv.global("idx_global_1", "u").list("p").await.unwrap();
    records.put("", "v").await.unwrap_err();
    let expected = [
        "put CRMTable customers k after 0",
        "get CRMTable customers k after 1",
        "compare_and_delete CRMTable customers k after 2",
        "put CRMTable customers k after 3",
        "create CRMTable customers k after 4",
        "create CRMTable customers k after 5",
        "list CRMTable u p after 6",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}
