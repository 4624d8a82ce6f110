//! The test cases of dynamodb-config-store 0.3.0, by their numbers.

use std::collections::BTreeMap;
use std::time::Duration;

use dyno_config::{ConfigStore, Error};
use dyno_core::ErrorKind;

use crate::bed::{Bed, Map, map};

async fn units(bed: &Bed) -> (i64, i64) {
    let client = bed.engine.client();
    let described = client
        .describe_table()
        .table_name("Config")
        .send()
        .await
        .unwrap();
    let units = described.table.unwrap().provisioned_throughput.unwrap();
    (
        units.read_capacity_units.unwrap(),
        units.write_capacity_units.unwrap(),
    )
}

#[tokio::test(start_paused = true)]
async fn case_1_a_table_is_made_with_the_throughput_given() {
    let bed = Bed::new();
    let open = ConfigStore::open(&bed.store, "Config", "prod");
    open.throughput(10, 8).create_if_missing().await.unwrap();
    assert_eq!(units(&bed).await, (10, 8));
}

#[tokio::test(start_paused = true)]
async fn case_2_items_have_the_keys_given() {
    let bed = Bed::new();
    let open = ConfigStore::open(&bed.store, "Config", "prod");
    let open = open.store_key("_s").option_key("_o").create_if_missing();
    let config = open.await.unwrap();
    config
        .set("api", &map([("host", "10.0.0.1")]))
        .await
        .unwrap();
    let stored = bed.items("Config").await;
    assert_eq!(
        crate::bed::json(&stored[0]),
        serde_json::json!({ "_s": { "S": "prod" }, "_o": { "S": "api" }, "host": { "S": "10.0.0.1" } })
    );
    assert_eq!(
        *config.get::<Map>("api").await.unwrap(),
        map([("host", "10.0.0.1")])
    );
}

#[tokio::test(start_paused = true)]
async fn case_3_a_table_is_made_with_one_unit_of_each_by_default() {
    let bed = Bed::new();
    bed.config().await;
    assert_eq!(units(&bed).await, (1, 1));
}

#[tokio::test(start_paused = true)]
async fn case_4_an_option_is_read_without_its_key_attributes() {
    let bed = Bed::new();
    let config = bed.config().await;
    let written = map([("endpoint", "a"), ("port", "80"), ("username", "u")]);
    config.set("api", &written).await.unwrap();
    let read = config.get::<Map>("api").await.unwrap();
    assert_eq!(*read, written);
}

#[tokio::test(start_paused = true)]
async fn case_5_an_option_that_is_missing_is_not_found() {
    let bed = Bed::new();
    let config = bed.config().await;
    let error = config.get::<Map>("doesnotexist").await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { place } if place.option() == "doesnotexist"));
}

#[tokio::test(start_paused = true)]
async fn case_6_some_keys_are_read() {
    let bed = Bed::new();
    let config = bed.config().await;
    let written = map([("endpoint", "a"), ("port", "80"), ("username", "u")]);
    config.set("db", &written).await.unwrap();
    let read: Map = config.get_keys("db", ["endpoint", "port"]).await.unwrap();
    assert_eq!(read, map([("endpoint", "a"), ("port", "80")]));
}

#[tokio::test(start_paused = true)]
async fn case_7_all_options_are_read_without_key_attributes() {
    let bed = Bed::new();
    let config = bed.config().await;
    let (db, external) = (
        map([("endpoint", "a"), ("port", "80")]),
        map([("endpoint", "b")]),
    );
    config.set("db", &db).await.unwrap();
    config.set("external-port", &external).await.unwrap();
    let all = config.get_all::<Map>().await.unwrap();
    assert_eq!(
        all,
        BTreeMap::from([
            ("db".to_owned(), db),
            ("external-port".to_owned(), external)
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn case_8_a_table_with_another_store_key_is_misconfigured() {
    let bed = Bed::new();
    bed.config().await;
    let open = ConfigStore::open(&bed.store, "Config", "prod").store_key("test");
    let error = open.create_if_missing().await.unwrap_err();
    assert!(
        matches!(error, Error::MisconfiguredSchema { .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn case_9_a_table_with_another_option_key_is_misconfigured() {
    let bed = Bed::new();
    bed.config().await;
    let open = ConfigStore::open(&bed.store, "Config", "prod").option_key("test");
    let error = open.create_if_missing().await.unwrap_err();
    assert!(
        matches!(error, Error::MisconfiguredSchema { .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn case_10_an_item_holds_keys_and_values() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("host", "127.0.0.1")]))
        .await
        .unwrap();
    let stored = bed.items("Config").await;
    assert_eq!(
        crate::bed::json(&stored[0]),
        serde_json::json!({
            "_store": { "S": "prod" }, "_option": { "S": "db" }, "host": { "S": "127.0.0.1" }
        })
    );
}

#[tokio::test(start_paused = true)]
async fn case_11_the_second_value_wins() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("host", "127.0.0.1")]))
        .await
        .unwrap();
    config
        .set("db", &map([("host", "127.0.0.2")]))
        .await
        .unwrap();
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("host", "127.0.0.2")])
    );
}

#[tokio::test(start_paused = true)]
async fn case_12_keys_that_are_not_written_again_are_gone() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("host", "a"), ("port", "80")]))
        .await
        .unwrap();
    config.set("db", &map([("username", "u")])).await.unwrap();
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("username", "u")])
    );
}

#[tokio::test(start_paused = true)]
async fn case_13_an_item_over_400_kb_is_refused_before_it_is_sent() {
    let bed = Bed::new();
    let config = bed.config().await;
    let large = "x".repeat(400 * 1024);
    let error = config
        .set("db", &map([("blob", &large)]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::TooLarge), "{error}");
    assert!(bed.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn case_14_a_snapshot_is_refreshed_by_reload_and_at_its_interval() {
    let bed = Bed::new();
    let config = bed.config().await;
    let watch = config
        .watch()
        .interval(Duration::from_secs(5))
        .await
        .unwrap();
    config.set("db", &map([("host", "a")])).await.unwrap();
    let host = || watch.snapshot().get::<Map>("db").ok()?.get("host").cloned();
    assert_eq!(host(), None, "it was set after the start");
    watch.reload().await.unwrap();
    assert_eq!(host().as_deref(), Some("a"));
    config.set("db", &map([("host", "b")])).await.unwrap();
    assert_eq!(host().as_deref(), Some("a"), "not at once");
    tokio::time::sleep(Duration::from_millis(5_100)).await;
    assert_eq!(host().as_deref(), Some("b"));
}

/// Case 15 is of readers that do not exist: here they are two methods, and others do not compile.
#[tokio::test(start_paused = true)]
async fn case_15_there_are_two_readers() {
    let bed = Bed::new();
    let config = bed.config().await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let watch = config.watch().await.unwrap();
    let direct = config.get::<Map>("db").await.unwrap();
    assert_eq!(*direct, watch.snapshot().get::<Map>("db").unwrap());
}
