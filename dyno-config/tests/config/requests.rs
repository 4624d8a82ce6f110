//! How many requests each verb sends.

use dyno_config::ConfigStore;
use dyno_core::Item;

use crate::bed::{Bed, Map, map};

#[tokio::test(start_paused = true)]
async fn each_verb_is_one_request() {
    let bed = Bed::new();
    let config = bed.config().await;
    let host = map([("host", "a"), ("port", "80")]);

    config.set("db", &host).await.unwrap();
    assert_eq!(bed.sent(), ["PutItem"]);
    config.set("other", &host).if_absent().await.unwrap();
    assert_eq!(bed.sent(), ["PutItem"]);
    config.set_key("db", "host", "b").await.unwrap();
    assert_eq!(bed.sent(), ["UpdateItem"]);
    config.set_keys("db", &map([("user", "u")])).await.unwrap();
    assert_eq!(bed.sent(), ["UpdateItem"]);
    config.remove_keys("db", ["user"]).await.unwrap();
    assert_eq!(bed.sent(), ["UpdateItem"]);
    let read = config.get::<Map>("db").await.unwrap();
    assert_eq!(bed.sent(), ["GetItem"]);
    config.set("db", &host).if_unchanged(&read).await.unwrap();
    assert_eq!(bed.sent(), ["UpdateItem"]);
    config.get::<Map>("none").optional().await.unwrap();
    assert_eq!(bed.sent(), ["GetItem"]);
    config.get_keys::<Map>("db", ["host"]).await.unwrap();
    assert_eq!(bed.sent(), ["GetItem"]);
    config.get_all::<Map>().await.unwrap();
    assert_eq!(bed.sent(), ["Query"]);
    config.options().await.unwrap();
    assert_eq!(bed.sent(), ["Query"]);
    config.delete("db").await.unwrap();
    assert_eq!(bed.sent(), ["DeleteItem"]);
}

#[tokio::test(start_paused = true)]
async fn reads_are_eventual_unless_asked_and_projections_are_real() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("host", "a"), ("port", "80")]))
        .await
        .unwrap();
    bed.recorder.take();

    config.get::<Map>("db").await.unwrap();
    config.get::<Map>("db").consistent().await.unwrap();
    config
        .get_keys::<Map>("db", ["host"])
        .consistent()
        .await
        .unwrap();
    config.get_all::<Map>().consistent().await.unwrap();
    config.options().consistent().await.unwrap();
    config.get_all::<Map>().await.unwrap();
    let consistent: Vec<_> = bed
        .recorder
        .requests()
        .iter()
        .map(|request| {
            request.body()["ConsistentRead"]
                .as_bool()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(consistent, [false, true, true, true, true, false]);

    let requests = bed.recorder.take();
    let projected = requests[2].body()["ExpressionAttributeNames"]
        .as_object()
        .unwrap();
    let mut names: Vec<_> = projected
        .values()
        .filter_map(|name| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["_option", "host"]);
}

#[tokio::test(start_paused = true)]
async fn a_history_costs_a_read_and_a_transaction() {
    let bed = Bed::new();
    bed.config().await;
    let open = ConfigStore::open(&bed.store, "Config", "prod").history(3);
    let config = open.await.unwrap();
    bed.recorder.take();
    let host = map([("host", "a")]);

    config.set("db", &host).await.unwrap();
    assert_eq!(
        bed.sent(),
        ["GetItem", "Query", "TransactWriteItems"],
        "a new option may have had versions"
    );
    config.set("db", &host).await.unwrap();
    assert_eq!(bed.sent(), ["GetItem", "TransactWriteItems"]);
    let read = config.get::<Map>("db").await.unwrap();
    bed.recorder.take();
    config.set("db", &host).if_unchanged(&read).await.unwrap();
    assert_eq!(bed.sent(), ["TransactWriteItems"], "what was read is known");
    config.history("db").await.unwrap();
    assert_eq!(bed.sent(), ["Query"]);
    config.version::<Map>("db", 1).await.unwrap();
    assert_eq!(bed.sent(), ["GetItem"]);
    config.restore("db", 1).await.unwrap();
    assert_eq!(bed.sent(), ["GetItem", "GetItem", "TransactWriteItems"]);
    config.delete("db").await.unwrap();
    assert_eq!(bed.sent(), ["GetItem", "TransactWriteItems"]);
}

#[tokio::test(start_paused = true)]
async fn lists_are_one_query_for_each_page() {
    let bed = Bed::new();
    let config = bed.config().await;
    let large = "x".repeat(300_000);
    for option in ["a", "b", "c", "d", "e"] {
        config.set_key(option, "blob", &large).await.unwrap();
    }
    bed.recorder.take();
    assert_eq!(config.get_all_items().await.unwrap().len(), 5);
    assert_eq!(bed.sent(), ["Query", "Query"]);
    assert_eq!(config.options().await.unwrap(), ["a", "b", "c", "d", "e"]);
    assert_eq!(bed.sent(), ["Query", "Query"]);
    let watch = config.watch().await.unwrap();
    assert_eq!(bed.sent(), ["Query", "Query"]);
    assert_eq!(watch.snapshot().item("c").map(Item::len), Some(1));
    watch.reload().await.unwrap();
    assert_eq!(bed.sent(), ["Query", "Query"]);
}
