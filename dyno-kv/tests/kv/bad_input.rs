//! What is refused before the first request, with nothing written.

use std::collections::BTreeMap;
use std::time::Duration;

use dyno_core::{ErrorKind, Store};
use dyno_kv::{Error, Kv, Serde};
use serde::Serialize;

use crate::fixture::{Bench, seconds};

/// Fails if something was sent.
fn unsent(bench: &Bench) {
    assert_eq!(bench.sent(), "");
}

#[tokio::test(start_paused = true)]
async fn empty_and_long_partitions_and_keys() {
    let bench = Bench::new().await;
    let kv = bench.kv();
    let long = "x".repeat(2049);
    for (partition, key) in [("", "k"), ("p", ""), (&*long, "k"), ("p", &long[..1025])] {
        let records = kv.partition(partition);
        let mut errors = vec![
            records.put(key, "v").await.unwrap_err(),
            records.create(key, "v").await.unwrap_err(),
            records.touch(key).await.unwrap_err(),
            records.get(key).await.unwrap_err(),
            records.get(key).optional().await.unwrap_err(),
            records.exists(key).await.unwrap_err(),
            records.delete(key).await.unwrap_err(),
            records.counter(key).add(1).await.unwrap_err(),
            records.counter(key).get().await.unwrap_err(),
            records.lock(key, seconds(1)).await.unwrap_err(),
        ];
        if partition.is_empty() {
            errors.push(records.list("").await.unwrap_err());
            errors.push(records.list_page("").await.unwrap_err());
            errors.push(records.index("idx_created").list("").await.unwrap_err());
            errors.push(kv.global("idx_global_1", "").list("").await.unwrap_err());
        }
        for error in errors {
            assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
        }
    }
    unsent(&bench);
}

#[tokio::test(start_paused = true)]
async fn times_to_live_of_nothing_and_beyond_all_time() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for ttl in [
        Duration::ZERO,
        Duration::MAX,
        seconds(i64::MAX.unsigned_abs()),
    ] {
        for error in [
            records.put("k", "v").ttl(ttl).await.unwrap_err(),
            records.create("k", "v").ttl(ttl).await.unwrap_err(),
            records.touch("k").ttl(ttl).await.unwrap_err(),
            records.lock("k", ttl).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::InvalidTtl { .. }), "{error}");
        }
    }
    unsent(&bench);
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_the_stores_own() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for name in [
        "id",
        "name",
        "version",
        "expires",
        "payload",
        "_dy_write",
        "_dy_x",
    ] {
        for error in [
            records.put("k", "v").field(name, "x").await.unwrap_err(),
            records
                .create("k", "v")
                .fields([(name, "x")])
                .await
                .unwrap_err(),
            records.touch("k").field(name, "x").await.unwrap_err(),
        ] {
            match error {
                Error::ReservedField { field, .. } => assert_eq!(field, name),
                other => panic!("{other}"),
            }
        }
    }
    for (name, value) in [("", "x"), ("created", ""), ("pk1", "")] {
        let error = records.put("k", "v").field(name, value).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
    }
    unsent(&bench);
    records.put("k", "v").field("note", "").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn values_that_cannot_be_stored() {
    #[derive(Serialize)]
    struct Odd {
        map: BTreeMap<(u8, u8), u8>,
    }
    let bench = Bench::new().await;
    let records = bench.partition();
    let map = BTreeMap::from([((1, 2), 3)]);
    let error = records.put("k", Serde(&Odd { map })).await.unwrap_err();
    assert!(matches!(error, Error::InvalidValue { .. }), "{error}");
    let large = "x".repeat(400 * 1024 + 1);
    for error in [
        records.put("k", &large).await.unwrap_err(),
        records.create("k", &large).await.unwrap_err(),
        records.put("k", vec![0; 310_000]).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), Some(ErrorKind::TooLarge), "{error}");
    }
    unsent(&bench);
    let record = records.put("k", "v").await.unwrap();
    bench.recorder.take();
    let error = records.compare_and_put(&record, &large).await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::TooLarge));
    unsent(&bench);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_none_and_those_of_other_lists() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for key in ["a/1", "a/2", "b/1"] {
        let put = records.put(key, "v").field("created", key);
        put.field("pk1", "u").field("sk1", key).await.unwrap();
        bench.kv().partition("others").put(key, "v").await.unwrap();
    }
    let token = |page: dyno_kv::Page| page.token().unwrap().to_owned();
    let own = token(records.list_page("").limit(1).await.unwrap());
    let others = bench.kv().partition("others").list_page("").limit(1);
    let others = token(others.await.unwrap());
    let local = token(
        records
            .index("idx_created")
            .list_page("")
            .limit(1)
            .await
            .unwrap(),
    );
    let global = bench.kv().global("idx_global_1", "u");
    let global = token(global.list_page("").limit(1).await.unwrap());
    bench.recorder.take();

    let welcome = "43hq9ZEtH5MmQ4HqcunoWHkJBoQUnu22Dsa1L9xdfG7ReiUJqPULC8AqoQxYg3jswJH4gGSncjrachbipBHxxmvTAryjUCj2sTomdzs8";
    let cut = &own[..own.len() / 2];
    for text in [
        &others,
        &local,
        &global,
        welcome,
        cut,
        "0",
        "page 2",
        &"1".repeat(100_000),
    ] {
        let error = records.list_page("").start(text).await.unwrap_err();
        assert!(matches!(error, Error::InvalidToken { .. }), "{error}");
    }
    for error in [
        records.list_page("b/").start(&own).await.unwrap_err(),
        records
            .index("idx_created")
            .list_page("")
            .start(&own)
            .await
            .unwrap_err(),
        records
            .index("idx_created")
            .list_page("")
            .start(&global)
            .await
            .unwrap_err(),
        bench
            .kv()
            .global("idx_global_1", "v")
            .list_page("")
            .start(&global)
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(error, Error::InvalidToken { .. }), "{error}");
    }
    unsent(&bench);
    let next = records.list_page("a/").start(&own).await.unwrap();
    assert_eq!(next.records()[0].key(), "a/2");
}

#[tokio::test(start_paused = true)]
async fn indexes_that_are_not_declared_or_cannot_answer() {
    let bench = Bench::new().await;
    let (kv, records) = (bench.kv(), bench.partition());
    for error in [
        records.index("idx").list("").await.unwrap_err(),
        kv.global("idx", "u").list_page("").await.unwrap_err(),
    ] {
        let said = error.to_string();
        assert!(matches!(error, Error::UnknownIndex { .. }), "{said}");
        assert!(
            said.ends_with("there are `idx_created`, `idx_global_1`"),
            "{said}"
        );
    }
    let global = kv.global("idx_global_1", "u");
    for error in [
        records.index("idx_global_1").list("").await.unwrap_err(),
        kv.global("idx_created", "u").list("").await.unwrap_err(),
        global.list("").consistent().await.unwrap_err(),
        global.list_page("").consistent().await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::IndexNotSupported { .. }), "{error}");
    }
    let mut stream = records.index("idx").list("").into_stream();
    assert!(stream.next().await.unwrap().is_err());
    assert!(stream.next().await.is_none());
    unsent(&bench);

    let bare = Kv::new(&Store::embedded().unwrap(), "Table");
    for (kv, name) in [
        (
            bare.clone().local_index("i", "a").local_index("i", "b"),
            "i",
        ),
        (bare.clone().local_index("i", "expires"), "i"),
        (bare.clone().global_index("i", "_dy_x", None), "i"),
        (bare.clone().local_index("i", ""), "i"),
        (bare.clone().local_index("", "a"), ""),
    ] {
        let error = kv.partition("p").index(name).list("").await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
        let error = kv.ensure_table().await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn limits_of_nothing_and_records_of_other_partitions() {
    let bench = Bench::new().await;
    let record = bench.partition().put("k", "v").await.unwrap();
    bench.recorder.take();
    let others = bench.kv().partition("others");
    for error in [
        bench.partition().list_page("").limit(0).await.unwrap_err(),
        others.compare_and_put(&record, "v").await.unwrap_err(),
        others.compare_and_delete(&record).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
    }
    unsent(&bench);
}
