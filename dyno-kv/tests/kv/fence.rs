//! Writes under the token of a lock.

use dyno_kv::Error;

use crate::fixture::{Bench, seconds};

#[tokio::test(start_paused = true)]
async fn a_write_under_a_lower_token_is_refused() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let record = records.put("k", "new holder").fence(5).await.unwrap();
    assert_eq!(record.fence(), Some(5));
    for error in [
        records.put("k", "late").fence(4).await.unwrap_err(),
        records
            .put("k", "late")
            .keep_expiry()
            .fence(4)
            .await
            .unwrap_err(),
        records
            .compare_and_put(&record, "late")
            .fence(4)
            .await
            .unwrap_err(),
        records.touch("k").fence(4).await.unwrap_err(),
        records.create("k", "late").fence(4).await.unwrap_err(),
    ] {
        match error {
            Error::Fenced { token, present, .. } => assert_eq!((token, present), (4, 5)),
            other => panic!("{other}"),
        }
    }
    assert_eq!(records.get("k").await.unwrap(), record);
    records.put("k", "same").fence(5).await.unwrap();
    records.put("k", "unfenced").await.unwrap();
    assert!(matches!(
        records.put("k", "late").fence(4).await,
        Err(Error::Fenced { .. })
    ));
    let higher = records.put("k", "later").fence(6).await.unwrap();
    assert_eq!(higher.fence(), Some(6));
}

#[tokio::test(start_paused = true)]
async fn a_fence_outlives_the_record_that_expired() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records
        .put("k", "v")
        .fence(5)
        .ttl(seconds(1))
        .await
        .unwrap();
    bench.wait(1);
    let late = records.create("k", "late").fence(4).await;
    assert!(matches!(late, Err(Error::Fenced { .. })));
    let new = records.create("k", "new").await.unwrap();
    assert_eq!(new.fence(), Some(5));
    let late = records.put("k", "late").fence(4).await;
    assert!(matches!(late, Err(Error::Fenced { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_write_of_a_holder_no_more_is_not_sent() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let guard = records.lock("job", seconds(9)).await.unwrap();
    let put = records.put("k", "v").fenced(&guard);
    assert_eq!(put.await.unwrap().fence(), Some(guard.token()));
    let late = records.put("k", "late").fenced(&guard);
    guard.release().await.unwrap();
    bench.recorder.take();
    assert!(matches!(late.await, Err(Error::LockLost { .. })));
    assert_eq!(bench.sent(), "");
}
