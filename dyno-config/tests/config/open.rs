//! Opening a store.

use dyno_config::{ConfigStore, Error};
use dyno_core::table::TableSpec;
use dyno_core::{ErrorKind, KeyKind, Namespace};
use dyno_testkit::Fault;

use crate::bed::{Bed, Map, map};

#[tokio::test(start_paused = true)]
async fn a_table_that_stands_costs_one_request() {
    let bed = Bed::new();
    bed.config().await;
    ConfigStore::open(&bed.store, "Config", "prod")
        .await
        .unwrap();
    assert_eq!(bed.sent(), ["DescribeTable"]);
    let open = ConfigStore::open(&bed.store, "Config", "other").throughput(7, 7);
    open.create_if_missing().await.unwrap();
    assert_eq!(bed.sent(), ["DescribeTable"], "whatever its throughput is");
}

#[tokio::test(start_paused = true)]
async fn a_missing_table_is_named_and_not_made() {
    let bed = Bed::new();
    let error = ConfigStore::open(&bed.store, "Config", "prod")
        .await
        .unwrap_err();
    assert!(matches!(&error, Error::TableMissing { table } if table == "Config"));
    assert_eq!(bed.sent(), ["DescribeTable"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_description_is_an_error() {
    let bed = Bed::new();
    let denied = serde_json::json!({ "__type": "AccessDeniedException", "message": "not you" });
    let store = bed.faulty(move |_| Fault::Answered(400, denied.clone()));
    let open = ConfigStore::open(&store, "Config", "prod").create_if_missing();
    let error = open.await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::Service), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test(start_paused = true)]
async fn everything_that_differs_is_named() {
    let bed = Bed::new();
    let specs = [
        TableSpec::new("Simple", "_store", KeyKind::S),
        TableSpec::new("Numbers", "_store", KeyKind::S).with_sort("_option", KeyKind::N),
        TableSpec::new("Other", "s", KeyKind::B).with_sort("o", KeyKind::N),
    ];
    bed.store.ensure_specs(specs).await.unwrap();
    for (table, found) in [
        ("Simple", "found key `_store` (a string);"),
        (
            "Numbers",
            "found key `_store` (a string), sort `_option` (a number);",
        ),
        ("Other", "found key `s` (binary), sort `o` (a number);"),
    ] {
        let error = ConfigStore::open(&bed.store, table, "prod")
            .await
            .unwrap_err();
        let Error::MisconfiguredSchema { differences, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(!differences.is_empty());
        assert!(error.to_string().contains(found), "{error}");
        assert!(
            error
                .to_string()
                .contains("expected key `_store` (a string), sort `_option` (a string)")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_being_made_is_not_ready() {
    let bed = Bed::new();
    let described = serde_json::json!({ "Table": {
        "TableName": "Config", "TableStatus": "CREATING",
        "KeySchema": [
            { "AttributeName": "_store", "KeyType": "HASH" },
            { "AttributeName": "_option", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [
            { "AttributeName": "_store", "AttributeType": "S" },
            { "AttributeName": "_option", "AttributeType": "S" },
        ],
    } });
    let store = bed.faulty(move |_| Fault::Answered(200, described.clone()));
    let error = ConfigStore::open(&store, "Config", "prod")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "table `Config` cannot be used yet: it is still being made; try again in a while"
    );
}

#[tokio::test(start_paused = true)]
async fn names_and_settings_are_checked_before_anything_is_sent() {
    let bed = Bed::new();
    let open = |name: &str| ConfigStore::open(&bed.store, "Config", name);
    let long = "x".repeat(2049);
    for refused in [
        open(""),
        open(&long),
        open("prod#history"),
        open("prod").store_key(""),
        open("prod").option_key(""),
        open("prod").store_key("_dy_store"),
        open("prod").store_key("same").option_key("same"),
    ] {
        let error = refused.await.unwrap_err();
        assert!(matches!(error, Error::InvalidName { .. }), "{error}");
    }
    for refused in [
        open("prod").throughput(0, 1),
        open("prod").throughput(1, 0),
        open("prod").history(0),
    ] {
        let error = refused.await.unwrap_err();
        assert!(matches!(error, Error::InvalidSetting { .. }), "{error}");
    }
    let error = ConfigStore::open(&bed.store, "c", "prod")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::InvalidShape), "{error}");
    assert!(bed.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_stores_of_a_table_and_two_namespaces_do_not_meet() {
    let bed = Bed::new();
    let prod = bed.config().await;
    let test = ConfigStore::open(&bed.store, "Config", "test")
        .await
        .unwrap();
    let dev = bed
        .store
        .clone()
        .with_namespace(Namespace::new("dev_").unwrap());
    let dev = ConfigStore::open(&dev, "Config", "prod")
        .create_if_missing()
        .await
        .unwrap();
    prod.set("db", &map([("host", "a")])).await.unwrap();
    assert!(test.get_all::<Map>().await.unwrap().is_empty());
    assert!(dev.get_all::<Map>().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn indexes_that_others_make_or_delete_do_not_matter() {
    for (status, is_made) in [
        ("CREATING", false),
        ("DELETING", false),
        ("CREATING", true),
        ("DELETING", true),
    ] {
        let bed = Bed::new();
        let described = serde_json::json!({ "Table": {
            "TableName": "Config", "TableStatus": "ACTIVE",
            "KeySchema": [ { "AttributeName": "_store", "KeyType": "HASH" }, { "AttributeName": "_option", "KeyType": "RANGE" } ],
            "AttributeDefinitions": [ { "AttributeName": "_store", "AttributeType": "S" }, { "AttributeName": "_option", "AttributeType": "S" }, { "AttributeName": "x", "AttributeType": "S" } ],
            "GlobalSecondaryIndexes": [{ "IndexName": "by-x", "IndexStatus": status, "KeySchema": [{ "AttributeName": "x", "KeyType": "HASH" }], "Projection": { "ProjectionType": "ALL" } }],
        } });
        let store = bed.faulty(move |_| Fault::Answered(200, described.clone()));
        let mut open = ConfigStore::open(&store, "Config", "prod");
        if is_made {
            open = open.create_if_missing();
        }
        open.await.unwrap();
        assert_eq!(bed.sent(), ["DescribeTable"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_does_not_repeat_its_source() {
    let bed = Bed::new();
    bed.config().await;
    let denied = serde_json::json!({ "__type": "AccessDeniedException", "message": "not you" });
    let store = bed.faulty(move |request| match request.operation() {
        "GetItem" => Fault::Answered(400, denied.clone()),
        _ => Fault::Pass,
    });
    let config = ConfigStore::open(&store, "Config", "prod").await.unwrap();
    let error = config.get::<Map>("db").await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(!error.to_string().contains(&source), "{error}");
}
