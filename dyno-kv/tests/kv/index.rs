//! Declared indexes: made with the table, read by name.

use dyno_core::table::TableSpec;
use dyno_core::{ErrorKind, KeyKind, Store};
use dyno_kv::{Error, Kv};

use crate::fixture::Bench;

#[tokio::test(start_paused = true)]
async fn the_table_is_that_of_dynastores_tests() {
    let bench = Bench::new().await;
    let expected = "table `CRMTable`: key `id` (a string), sort `name` (a string); on demand
  global index `idx_global_1`: key `pk1` (a string), sort `sk1` (a string); all attributes
  local index `idx_created`: sort `created` (a string); all attributes
  items expire by `expires`
";
    assert_eq!(bench.kv().table_spec().to_string(), expected);
    bench.kv().ensure_table().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_table_with_other_keys_or_without_an_index_is_told() {
    let bench = Bench::new().await;
    let more = bench.kv().local_index("idx_more", "more");
    let error = more.ensure_table().await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::TableMismatch));

    let store = Store::embedded().unwrap();
    let other = TableSpec::new("Other", "key", KeyKind::S);
    store.ensure_specs([other]).await.unwrap();
    let kv = Kv::new(&store, "Other");
    let error = kv.ensure_table().await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::TableMismatch));
    let records = kv.partition("p");
    for error in [
        records.put("k", "v").await.unwrap_err(),
        records.get("k").await.unwrap_err(),
        records.list("").await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Store { .. }), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_table_is_told_with_what_makes_it() {
    let kv = Kv::new(&Store::embedded().unwrap(), "Nowhere");
    let records = kv.partition("p");
    for error in [
        records.put("k", "v").await.unwrap_err(),
        records.get("k").await.unwrap_err(),
        records.list("").await.unwrap_err(),
        records.counter("c").add(1).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::TableMissing { .. }));
        assert_eq!(error.kind(), Some(ErrorKind::TableMissing));
        assert!(error.to_string().contains("kv.ensure_table()"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_index_without_a_sort_key_lists_by_its_partition() {
    let kv = Kv::new(&Store::embedded().unwrap(), "Table").global_index("by_city", "city", None);
    kv.ensure_table().await.unwrap();
    let people = kv.partition("people");
    for (key, city) in [("ada", "London"), ("ken", "New Orleans"), ("tim", "London")] {
        people.put(key, "v").field("city", city).await.unwrap();
    }
    let london = kv.global("by_city", "London");
    assert_eq!(london.list("").await.unwrap().len(), 2);
    let page = london.list_page("").limit(1).await.unwrap();
    let rest = london
        .list_page("")
        .start(page.token().unwrap())
        .await
        .unwrap();
    assert_eq!(rest.records().len(), 1);
    let error = london.list("x").await.unwrap_err();
    assert!(matches!(error, Error::IndexNotSupported { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_index_by_the_stores_own_keys() {
    let kv = Kv::new(&Store::embedded().unwrap(), "Table").global_index("by_name", "name", "id");
    kv.ensure_table().await.unwrap();
    for partition in ["a", "b"] {
        kv.partition(partition)
            .put("settings", partition)
            .await
            .unwrap();
    }
    let page = kv
        .global("by_name", "settings")
        .list_page("")
        .limit(1)
        .await
        .unwrap();
    let rest = kv.global("by_name", "settings").list_page("");
    let rest = rest.start(page.token().unwrap()).await.unwrap();
    assert_eq!(rest.records()[0].partition(), "b");
}
