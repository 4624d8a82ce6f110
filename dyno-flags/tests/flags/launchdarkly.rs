//! The Rust server SDK of LaunchDarkly on this store, without a network.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use dyno_core::{Item, Store};
use dyno_flags::launchdarkly::DynoDataStoreFactory;
use dyno_flags::{Descriptor, FeatureStore, Kind};
use dyno_testbed::Service;
use dyno_testkit::Fault;
use launchdarkly_server_sdk::{
    AllData, Client, ConfigBuilder, Context, ContextBuilder, DataKind, FlagDetailConfig,
    NullEventProcessorBuilder, PersistentDataStore, PersistentDataStoreBuilder,
    PersistentDataStoreFactory, Reason, SerializedItem, TestData,
};
use serde_json::{Value, json};

use crate::fixture::{TABLE, faulty, item, large, on, put, row, service};

/// What the SDK logs on each thread: it knows no `tracing`.
struct SdkLog;

thread_local! {
    static COMPLAINTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl log::Log for SdkLog {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() <= log::Level::Warn {
            COMPLAINTS.with_borrow_mut(|errors| errors.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn complaints_of_the_sdk() -> Vec<String> {
    COMPLAINTS.take()
}

fn listen_to_the_sdk() {
    // Another test has done so already if this fails.
    let _ = log::set_logger(&SdkLog);
    log::set_max_level(log::LevelFilter::Warn);
    COMPLAINTS.take();
}

fn factory(flags: FeatureStore) -> DynoDataStoreFactory {
    DynoDataStoreFactory::new(flags)
}

fn data_store(flags: FeatureStore) -> Box<dyn PersistentDataStore> {
    factory(flags).create_persistent_data_store().unwrap()
}

fn serialized(version: u64, deleted: bool, json: &str) -> SerializedItem {
    SerializedItem {
        version,
        deleted,
        serialized_item: json.to_owned(),
    }
}

/// A client that reads the table and nothing else, without a cache.
fn client(flags: FeatureStore) -> Client {
    let mut store = PersistentDataStoreBuilder::new(Arc::new(factory(flags)));
    store.no_caching();
    let config = ConfigBuilder::new("sdk-key")
        .daemon_mode(true)
        .data_store(&store)
        .event_processor(&NullEventProcessorBuilder::new());
    let client = Client::build(config.build().unwrap()).unwrap();
    client.start_with_default_executor();
    client
}

fn ada() -> Context {
    ContextBuilder::new("ada").build().unwrap()
}

/// A flag of which people of a segment get the second variation.
fn flag(version: u64, on: bool, variations: &Value) -> Descriptor {
    let flag = json!({
        "key": "f", "version": version, "on": on, "salt": "x", "offVariation": 0, "fallthrough": {"variation": 0},
        "variations": variations, "prerequisites": [], "targets": [], "contextTargets": [], "trackEvents": false,
        "rules": [{
            "id": "r", "variation": 1, "trackEvents": false,
            "clauses": [{"attribute": "", "op": "segmentMatch", "values": ["people"], "negate": false, "contextKind": "user"}],
        }],
        "clientSideAvailability": {"usingMobileKey": false, "usingEnvironmentId": false},
    });
    Descriptor::new(version, flag.to_string())
}

fn segment(version: u64, included: &[&str]) -> Descriptor {
    let segment = json!({
        "key": "people", "version": version, "included": included, "excluded": [], "rules": [], "salt": "x",
    });
    Descriptor::new(version, segment.to_string())
}

async fn people(service: &Service, flags: &FeatureStore) {
    let all = [
        (Kind::Flag, "f", flag(1, true, &json!(["no", "yes"]))),
        (Kind::Segment, "people", segment(1, &["ada"])),
    ];
    flags.init(all).await.unwrap();
    assert!(on(service).initialized().await.unwrap());
}

fn answer(client: &Client) -> String {
    client.str_variation(&ada(), "f", "default".to_owned())
}

async fn cases_25_to_31() {
    listen_to_the_sdk();
    let service = service().await;
    let flags = on(&service);
    people(&service, &flags).await;
    let client = client(on(&service));

    // 25: a flag, with its segment.
    assert_eq!(answer(&client), "yes");
    // 26: all flags.
    let all = client.all_flags_detail(&ada(), FlagDetailConfig::new());
    assert_eq!(serde_json::to_value(&all).unwrap()["f"], "yes");
    // 27: the flag is updated.
    flags
        .upsert(Kind::Flag, "f", flag(2, true, &json!(["nein", "ja"])))
        .await
        .unwrap();
    assert_eq!(answer(&client), "ja");
    // 28: the segment is updated.
    flags
        .upsert(Kind::Segment, "people", segment(2, &["ben"]))
        .await
        .unwrap();
    assert_eq!(answer(&client), "nein");
    // 29: the segment is deleted.
    flags
        .upsert(Kind::Segment, "people", segment(3, &["ada"]))
        .await
        .unwrap();
    assert_eq!(answer(&client), "ja");
    flags.delete(Kind::Segment, "people", 4).await.unwrap();
    assert_eq!(answer(&client), "nein");
    // 30: the flag is deleted.
    flags.delete(Kind::Flag, "f", 3).await.unwrap();
    let detail = client.str_variation_detail(&ada(), "f", "default".to_owned());
    assert_eq!(detail.value, Some("default".to_owned()));
    assert_eq!(
        serde_json::to_value(&detail.reason).unwrap(),
        json!({"kind": "ERROR", "errorKind": "FLAG_NOT_FOUND"}),
    );
    assert!(matches!(detail.reason, Reason::Error { .. }));
    let all = client.all_flags_detail(&ada(), FlagDetailConfig::new());
    assert!(serde_json::to_value(&all).unwrap().get("f").is_none());
    // 31: no error was logged, and no warning.
    assert_eq!(complaints_of_the_sdk(), [""; 0]);
    client.close();
}

#[tokio::test(flavor = "current_thread")]
async fn cases_25_to_31_in_a_runtime_with_one_thread() {
    cases_25_to_31().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_25_to_31_in_a_runtime_with_several_threads() {
    cases_25_to_31().await;
}

/// The SDK writes what it is told by its source of data, from inside a task.
async fn a_client_writes() {
    let service = service().await;
    let source = TestData::new();
    let flag = |on| source.flag("f").boolean_flag().variation_for_all(on);
    source.update(flag(true));
    let mut store = PersistentDataStoreBuilder::new(Arc::new(factory(on(&service))));
    store.cache_seconds(600);
    let config = ConfigBuilder::new("sdk-key")
        .data_store(&store)
        .data_source(&source)
        .event_processor(&NullEventProcessorBuilder::new());
    let client = Client::build(config.build().unwrap()).unwrap();
    client.start_with_default_executor();
    let started = client
        .wait_for_initialization(Duration::from_secs(30))
        .await;
    assert_eq!(started, Some(true));
    assert!(client.bool_variation(&ada(), "f", false));
    assert!(on(&service).initialized().await.unwrap());
    let first = on(&service).get(Kind::Flag, "f").await.unwrap().unwrap();

    source.update(flag(false));
    let mut second = first.clone();
    for _ in 0..1000 {
        second = on(&service).get(Kind::Flag, "f").await.unwrap().unwrap();
        if second.version() > first.version() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(second.version() > first.version());
    assert!(!client.bool_variation(&ada(), "f", true));
    client.close();
}

#[tokio::test(flavor = "current_thread")]
async fn a_client_writes_in_a_runtime_with_one_thread() {
    a_client_writes().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_writes_in_a_runtime_with_several_threads() {
    a_client_writes().await;
}

#[tokio::test]
async fn a_client_reads_rows_of_the_predecessor_and_large_flags() {
    let service = service().await;
    let flags = on(&service).large_items();
    put(&service, row(r#"{"namespace":{"S":"features"},"key":{"S":"old"},"version":{"N":"3"},"deleted":{"BOOL":false},"on":{"BOOL":true},"trackEvents":{"BOOL":false},"prerequisites":{"NULL":true},"salt":{"NULL":true},"sel":{"NULL":true},"targets":{"NULL":true},"rules":{"L":[{"M":{"clauses":{"L":[{"M":{"attribute":{"S":"key"},"op":{"S":"in"},"values":{"L":[{"S":"ada"}]},"negate":{"BOOL":false}}}]},"variation":{"N":"1"}}}]},"fallthrough":{"M":{"variation":{"N":"0"}}},"offVariation":{"N":"0"},"variations":{"L":[{"S":"no"},{"S":"old yes"}]},"debugEventsUntilDate":{"NULL":true}}"#)).await;
    let long = "long ".repeat(200_000);
    flags
        .upsert(Kind::Flag, "f", flag(1, true, &json!([long, "yes"])))
        .await
        .unwrap();
    let client = client(on(&service));
    assert_eq!(
        client.str_variation(&ada(), "old", String::new()),
        "old yes"
    );
    assert_eq!(answer(&client), long);
    client.close();
}

/// A flag as launchdarkly-dynamo-store stored it, of which some get `yes`: each `""` is NULL.
fn exploded(key: &str, targets: &str, attribute: &str, op: &str, value: &str) -> Item {
    let clauses = format!(
        r#"{{"L":[{{"M":{{"attribute":{attribute},"op":{{"S":"{op}"}},"values":{{"L":[{{"S":"{value}"}}]}},"negate":{{"BOOL":false}}}}}}]}}"#
    );
    row(&format!(
        r#"{{"namespace":{{"S":"features"}},"key":{{"S":"{key}"}},"version":{{"N":"3"}},"deleted":{{"BOOL":false}},"on":{{"BOOL":true}},"trackEvents":{{"BOOL":false}},"prerequisites":{{"NULL":true}},"salt":{{"NULL":true}},"sel":{{"NULL":true}},"targets":{targets},"rules":{{"L":[{{"M":{{"clauses":{clauses},"variation":{{"N":"1"}}}}}}]}},"fallthrough":{{"M":{{"variation":{{"N":"0"}}}}}},"offVariation":{{"N":"0"}},"variations":{{"L":[{{"S":"no"}},{{"S":"yes"}}]}},"debugEventsUntilDate":{{"NULL":true}}}}"#
    ))
}

#[tokio::test]
async fn a_client_reads_rows_of_the_predecessor_with_empty_texts() {
    listen_to_the_sdk();
    let service = service().await;
    let none = r#"{"NULL":true}"#;
    let key = r#"{"S":"key"}"#;
    let targets =
        r#"{"L":[{"M":{"values":{"L":[{"NULL":true},{"S":"ada"}]},"variation":{"N":"1"}}}]}"#;
    for flag in [
        exploded("plain", none, key, "in", "ada"),
        exploded("segmented", none, none, "segmentMatch", "people"),
        exploded("targeted", targets, key, "in", "ben"),
    ] {
        put(&service, flag).await;
    }
    put(&service, row(r#"{"namespace":{"S":"segments"},"key":{"S":"people"},"version":{"N":"1"},"included":{"L":[{"NULL":true},{"S":"ada"}]},"excluded":{"L":[{"NULL":true}]},"salt":{"NULL":true},"rules":{"NULL":true},"deleted":{"BOOL":false}}"#)).await;
    let client = client(on(&service));
    for flag in ["plain", "segmented", "targeted"] {
        let answer = client.str_variation(&ada(), flag, "default".to_owned());
        assert_eq!(answer, "yes", "{flag}");
    }
    let all = client.all_flags_detail(&ada(), FlagDetailConfig::new());
    let all = serde_json::to_value(&all).unwrap();
    assert_eq!(
        (&all["plain"], &all["segmented"], &all["targeted"]),
        (&json!("yes"), &json!("yes"), &json!("yes"))
    );
    assert_eq!(complaints_of_the_sdk(), [""; 0]);
    client.close();
}

#[tokio::test]
async fn a_client_reads_sets_that_replace_each_other() {
    let service = service().await;
    let flags = on(&service).atomic_init();
    people(&service, &flags).await;
    let client = client(on(&service).atomic_init());
    assert_eq!(answer(&client), "yes");
    let next = [(Kind::Flag, "f", flag(1, true, &json!(["nein", "ja"])))];
    flags.init(next).await.unwrap();
    assert_eq!(answer(&client), "nein");
    client.close();
}

#[tokio::test]
async fn tombstones_of_all_sdks_are_tombstones() {
    let service = service().await;
    let mut store = data_store(on(&service));
    for (key, deleted, json) in [
        (
            "rust",
            true,
            r#"{"version":5,"key":"$deleted","deleted":true}"#,
        ),
        (
            "flag",
            false,
            r#"{"version":5,"key":"harness","deleted":true}"#,
        ),
    ] {
        assert!(
            store
                .upsert(DataKind::Flag, key, serialized(5, deleted, json))
                .unwrap()
        );
        assert!(
            !store
                .upsert(DataKind::Flag, key, serialized(5, deleted, json))
                .unwrap()
        );
        let found = store.flag(key).unwrap().unwrap();
        assert_eq!((found.version, found.deleted), (5, true));
        // Complete, so that SDKs that need every member read it.
        let json: Value = serde_json::from_str(&found.serialized_item).unwrap();
        assert_eq!(
            (&json["variations"], &json["deleted"]),
            (&json!([]), &json!(true))
        );
    }
    assert!(store.all_flags().unwrap().values().all(|flag| flag.deleted));
    assert!(store.segment("rust").unwrap().is_none());
}

#[tokio::test]
async fn init_replaces_everything() {
    let service = service().await;
    let mut store = data_store(on(&service));
    assert!(!store.is_initialized());
    let all = |flag: &str, segment: &str| AllData {
        flags: HashMap::from([(flag.to_owned(), serialized(1, false, r#"{"version":1}"#))]),
        segments: HashMap::from([(segment.to_owned(), serialized(1, false, r#"{"version":1}"#))]),
    };
    store.init(all("a", "s")).unwrap();
    store.init(all("b", "t")).unwrap();
    assert!(store.is_initialized());
    assert_eq!(
        store.all_flags().unwrap().into_keys().collect::<Vec<_>>(),
        ["b"]
    );
    assert!(store.segment("s").unwrap().is_none());
    assert!(store.segment("t").unwrap().is_some());
}

#[tokio::test]
async fn errors_say_all_that_is_known() {
    let service = service().await;
    let broken = faulty(&service, |_| {
        Fault::Answered(
            400,
            json!({"__type": "x#AccessDeniedException", "message": "not allowed"}),
        )
    });
    let mut store = data_store(broken);
    let error = store.flag("f").map(|_| ()).unwrap_err().to_string();
    assert!(
        error.contains("get of flag `f` in table `launchdarkly`"),
        "{error}"
    );
    assert!(error.contains("not allowed"), "{error}");
    assert!(store.all_flags().is_err());
    assert!(!store.is_initialized());
    let bad = serialized(1, false, "[]");
    let error = store.upsert(DataKind::Segment, "s", bad).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("segment `s`: expected a JSON object"),
        "{error}"
    );
}

#[tokio::test]
async fn the_sdk_logs_what_went_wrong_and_gives_the_default() {
    listen_to_the_sdk();
    let service = service().await;
    let broken = faulty(&service, |_| {
        Fault::Answered(
            400,
            json!({"__type": "x#AccessDeniedException", "message": "not allowed"}),
        )
    });
    let client = client(broken);
    assert_eq!(answer(&client), "default");
    let errors = complaints_of_the_sdk();
    assert!(
        errors.iter().any(|error| error.contains("not allowed")),
        "{errors:?}"
    );
    client.close();
}

#[tokio::test]
async fn an_upsert_that_is_too_large_is_false() {
    let service = service().await;
    let mut store = data_store(on(&service));
    let large = large("f", 1, 'x');
    let large = serialized(1, false, large.json());
    assert!(!store.upsert(DataKind::Flag, "f", large).unwrap());
}

#[test]
fn cases_36_to_38_a_store_that_cannot_be_made_is_an_error() {
    let embedded = Store::embedded().unwrap();
    let unnamed = factory(FeatureStore::new(&embedded, ""));
    let error = unnamed
        .create_persistent_data_store()
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains("name of its table"), "{error}");
    let unreachable = DynoDataStoreFactory::connect(|| async {
        Err::<FeatureStore, _>(io::Error::other("no region is configured"))
    });
    let mut store = PersistentDataStoreBuilder::new(Arc::new(unreachable));
    store.no_caching();
    let config = ConfigBuilder::new("sdk-key")
        .daemon_mode(true)
        .data_store(&store)
        .event_processor(&NullEventProcessorBuilder::new());
    let error = Client::build(config.build().unwrap())
        .map(|_| ())
        .unwrap_err();
    assert!(
        error.to_string().contains("no region is configured"),
        "{error}"
    );
}

#[test]
fn a_store_works_outside_of_any_runtime() {
    let factory = DynoDataStoreFactory::connect(|| async {
        let flags = FeatureStore::new(&Store::embedded()?, TABLE);
        flags.ensure_table().await?;
        flags.upsert(Kind::Flag, "f", item("f", 1)).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(flags)
    });
    let store = factory.create_persistent_data_store().unwrap();
    assert_eq!(store.flag("f").unwrap().unwrap().version, 1);
}
