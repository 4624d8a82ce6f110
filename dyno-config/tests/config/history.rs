//! Options with versions.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use dyno_config::{ConfigStore, Error, Version};
use dyno_core::Store;
use dyno_testkit::{Fault, Gate, Late};
use serde_json::json;

use crate::bed::{Bed, Map, first, item, map};

async fn versioned(store: &Store, keep: u32) -> ConfigStore {
    let open = ConfigStore::open(store, "Config", "prod").history(keep);
    open.create_if_missing().await.unwrap()
}

async fn numbers(config: &ConfigStore, option: &str) -> Vec<u64> {
    let versions = config.history(option).await.unwrap();
    versions.iter().map(Version::number).collect()
}

async fn host(config: &ConfigStore, version: u64) -> Option<String> {
    let read = config.version::<Map>("db", version).await.ok()?;
    assert_eq!(read.version(), Some(version));
    read.get("host").cloned()
}

#[tokio::test(start_paused = true)]
async fn every_write_is_a_version_and_old_ones_are_dropped() {
    let bed = Bed::new();
    let at = |seconds| move || UNIX_EPOCH + Duration::from_secs(seconds);
    let config = versioned(&bed.store.clone().with_clock(at(1_700_000_000)), 3).await;
    for (number, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let receipt = config.set("db", &map([("host", name)])).await.unwrap();
        assert_eq!(receipt.version(), Some(number as u64 + 1));
    }
    assert_eq!(numbers(&config, "db").await, [5, 4, 3]);
    assert_eq!(host(&config, 3).await.as_deref(), Some("c"));
    let error = config.version::<Map>("db", 2).await.unwrap_err();
    assert!(
        matches!(error, Error::VersionNotFound { version: 2, .. }),
        "{error:?}"
    );
    let read = config.get::<Map>("db").await.unwrap();
    assert_eq!((read.version(), &*read), (Some(5), &map([("host", "e")])));
    assert_eq!(read.keys().len(), 1, "what dyno stores is not shown");
    let newest = config.history("db").await.unwrap().remove(0);
    assert_eq!(
        newest.written(),
        Some(UNIX_EPOCH + Duration::from_secs(1_700_000_000))
    );
    assert!(!newest.is_deleted());
    assert_eq!(
        config.options().await.unwrap(),
        ["db"],
        "versions are not listed"
    );
    assert_eq!(config.get_all::<Map>().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_are_versions_too() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    config.set_key("db", "host", "a").await.unwrap();
    config.set_key("db", "port", "80").await.unwrap();
    config.remove_keys("db", ["host"]).await.unwrap();
    assert_eq!(
        *config.version::<Map>("db", 2).await.unwrap(),
        map([("host", "a"), ("port", "80")])
    );
    assert_eq!(
        *config.version::<Map>("db", 3).await.unwrap(),
        map([("port", "80")])
    );
    let error = config.remove_keys("none", ["host"]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_option_can_be_restored() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    config.delete("db").await.unwrap();
    config.delete("db").await.unwrap();
    assert!(config.get::<Map>("db").optional().await.unwrap().is_none());
    let versions = config.history("db").await.unwrap();
    assert_eq!(versions.len(), 2, "nothing was there to be deleted again");
    assert!(versions[0].is_deleted());
    let error = config.restore("db", 2).await.unwrap_err();
    assert!(matches!(error, Error::VersionNotFound { .. }), "{error:?}");
    assert_eq!(config.restore("db", 1).await.unwrap().version(), Some(3));
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("host", "a")])
    );
}

/// The Python library replaces the whole item, and the mark of the version with it.
#[tokio::test(start_paused = true)]
async fn what_an_old_program_writes_in_between_becomes_a_version() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    let foreign =
        json!({ "_store": { "S": "prod" }, "_option": { "S": "db" }, "host": { "S": "old" } });
    bed.put(item(&foreign)).await;

    assert_eq!(config.get::<Map>("db").await.unwrap().version(), None);
    let error = config
        .set("db", &map([]))
        .if_unchanged(&read)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Changed {
                standing: Some(_),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        host(&config, 1).await.as_deref(),
        Some("a"),
        "it lost nothing"
    );

    let receipt = config.set("db", &map([("host", "b")])).await.unwrap();
    assert_eq!(receipt.version(), Some(3));
    assert_eq!(host(&config, 2).await.as_deref(), Some("old"));
    assert_eq!(host(&config, 3).await.as_deref(), Some("b"));
}

#[tokio::test(start_paused = true)]
async fn an_option_from_before_the_history_becomes_the_first_version() {
    let bed = Bed::new();
    let plain = bed.config().await;
    plain.set("db", &map([("host", "a")])).await.unwrap();
    let config = versioned(&bed.store, 10).await;
    let read = config.get::<Map>("db").await.unwrap();
    let receipt = config
        .set("db", &map([("host", "b")]))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert_eq!(receipt.version(), Some(2));
    assert_eq!(host(&config, 1).await.as_deref(), Some("a"));
}

#[tokio::test(start_paused = true)]
async fn keys_written_without_a_history_are_no_version() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 2).await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let plain = ConfigStore::open(&bed.store, "Config", "prod")
        .await
        .unwrap();
    plain.set_key("db", "port", "80").await.unwrap();
    assert_eq!(config.get::<Map>("db").await.unwrap().version(), None);
    config.set_key("db", "user", "u").await.unwrap();
    assert_eq!(
        numbers(&config, "db").await,
        [3, 2],
        "the first is dropped with two more"
    );
    assert_eq!(
        *config.version::<Map>("db", 2).await.unwrap(),
        map([("host", "a"), ("port", "80")])
    );
}

#[tokio::test(start_paused = true)]
async fn one_version_can_be_kept() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 1).await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    bed.put(item(
        &json!({ "_store": { "S": "prod" }, "_option": { "S": "db" } }),
    ))
    .await;
    config.set("db", &map([("host", "b")])).await.unwrap();
    assert_eq!(numbers(&config, "db").await, [3]);
    config.set("db", &map([("host", "c")])).await.unwrap();
    assert_eq!(numbers(&config, "db").await, [4]);
    assert_eq!(bed.items("Config").await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn options_whose_names_look_like_versions_do_not_mix() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    let odd = "db#00000000000000000001";
    config.set(odd, &map([("host", "odd")])).await.unwrap();
    config.set("db#x", &map([("host", "x")])).await.unwrap();
    config.set("db", &map([("host", "a")])).await.unwrap();
    config.delete("db").await.unwrap();
    assert_eq!(
        config
            .set("db", &map([("host", "b")]))
            .await
            .unwrap()
            .version(),
        Some(3)
    );
    assert_eq!(numbers(&config, "db").await, [3, 2, 1]);
    assert_eq!(numbers(&config, odd).await, [1]);
    assert_eq!(numbers(&config, "db#x").await, [1]);
}

#[tokio::test(start_paused = true)]
async fn names_leave_room_for_a_number() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 1).await;
    bed.recorder.take();
    let error = config.set("x".repeat(1004), &map([])).await.unwrap_err();
    assert!(matches!(error, Error::InvalidName { .. }), "{error:?}");
    assert!(bed.sent().is_empty());
    config.set("x".repeat(1003), &map([])).await.unwrap();

    let plain = ConfigStore::open(&bed.store, "Config", "prod")
        .await
        .unwrap();
    let long = "x".repeat(1024);
    plain.set(&long, &map([("host", "a")])).await.unwrap();
    assert_eq!(config.get::<Map>(&long).await.unwrap()["host"], "a");
    config.get_keys::<Map>(&long, ["host"]).await.unwrap();
    assert!(config.delete(&long).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_version_is_what_is_compared() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    config.set_key("db", "port", "80").await.unwrap();
    let error = config
        .set("db", &map([]))
        .if_unchanged(&read)
        .await
        .unwrap_err();
    let Error::Changed {
        standing: Some(standing),
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(standing.version(), Some(2), "a key that was added is seen");
    config
        .set("db", &map([]))
        .if_unchanged(&standing)
        .await
        .unwrap();
    let error = config.set("db", &map([])).if_absent().await.unwrap_err();
    assert!(matches!(error, Error::Exists { .. }), "{error:?}");
    let read = config.get::<Map>("db").await.unwrap();
    config.delete("db").if_unchanged(&read).await.unwrap();
    config.set("db", &map([])).if_absent().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn lost_answers_are_told_by_the_mark_of_the_write() {
    for (fault, always) in [
        (Fault::AnswerLost, false),
        (Fault::AnswerLost, true),
        (Fault::NotDelivered, false),
        (Fault::Ghost(Late::Past(2)), false),
        (Fault::AppliedTwice, false),
    ] {
        let bed = Bed::new();
        versioned(&bed.store, 5).await;
        let seen = fault.clone();
        let store = if always {
            bed.faulty(move |request| match request.operation() {
                "TransactWriteItems" => seen.clone(),
                _ => Fault::Pass,
            })
        } else {
            bed.faulty(first("TransactWriteItems", seen))
        };
        let config = versioned(&store, 5).await;
        let receipt = config.set("db", &map([("host", "a")])).if_absent().await;
        let receipt = receipt.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert!(receipt.is_certain());
        assert_eq!(receipt.version(), Some(1), "{fault:?}");
        assert_eq!(numbers(&config, "db").await, [1], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_arrives_is_unknown() {
    let bed = Bed::new();
    versioned(&bed.store, 5).await;
    let store = bed.faulty(|request| match request.operation() {
        "TransactWriteItems" => Fault::NotDelivered,
        _ => Fault::Pass,
    });
    let config = versioned(&store, 5).await;
    let error = config.set("db", &map([("host", "a")])).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error:?}");
    assert!(bed.items("Config").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_always_overtaken_is_contended() {
    let bed = Bed::new();
    let other = versioned(&bed.store, 5).await;
    other.set("db", &map([("host", "a")])).await.unwrap();
    let refused = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled [ConditionalCheckFailed, None]",
        "CancellationReasons": [{ "Code": "ConditionalCheckFailed" }, { "Code": "None" }, { "Code": "None" }],
    });
    let store = bed.faulty(move |request| match request.operation() {
        "TransactWriteItems" => Fault::Answered(400, refused.clone()),
        _ => Fault::Pass,
    });
    let config = versioned(&store, 5).await;
    let error = config.set("db", &map([("host", "b")])).await.unwrap_err();
    assert!(matches!(error, Error::Contended { .. }), "{error:?}");
}

/// A write that was read for before the option came and went: the option is absent again, the number is not free.
#[tokio::test(start_paused = true)]
async fn a_number_is_given_once() {
    let bed = Bed::new();
    let other = versioned(&bed.store, 5).await;
    let gate = Gate::new();
    let held = Fault::Held(gate.clone());
    let slow = versioned(&bed.faulty(first("TransactWriteItems", held)), 5).await;
    let late = tokio::spawn(async move { slow.set("db", &map([("host", "late")])).await });
    tokio::time::sleep(Duration::from_millis(1)).await;
    other.set("db", &map([("host", "a")])).await.unwrap();
    let plain = ConfigStore::open(&bed.store, "Config", "prod")
        .await
        .unwrap();
    plain.delete("db").await.unwrap();
    gate.open();
    assert_eq!(late.await.unwrap().unwrap().version(), Some(2));
    assert_eq!(host(&other, 1).await.as_deref(), Some("a"));
}

/// What a program writes that reads an option, changes a key and writes all of it: the marks are kept.
async fn get_modify_set(bed: &Bed, host: &str) {
    let items = bed.items("Config").await.into_iter();
    let mut options = items.filter(|item| item["_store"].as_s().is_ok_and(|name| name == "prod"));
    let mut option = options.next().unwrap();
    let host = dyno_core::AttributeValue::S(host.into());
    option.insert("host".into(), host);
    bed.put(option).await;
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_keeps_the_marks_becomes_a_version() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    config
        .set("db", &map([("host", "a"), ("port", "1")]))
        .await
        .unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    get_modify_set(&bed, "theirs").await;

    assert_eq!(config.get::<Map>("db").await.unwrap().version(), None);
    let error = config
        .set("db", &map([("host", "b")]))
        .if_unchanged(&read)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error:?}");

    let receipt = config.set("db", &map([("host", "b")])).await.unwrap();
    assert_eq!(receipt.version(), Some(3));
    assert_eq!(host(&config, 1).await.as_deref(), Some("a"));
    assert_eq!(host(&config, 2).await.as_deref(), Some("theirs"));
    assert_eq!(host(&config, 3).await.as_deref(), Some("b"));
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_keeps_the_marks_is_seen_by_the_transaction() {
    let bed = Bed::new();
    let setup = versioned(&bed.store, 10).await;
    setup.set("db", &map([("host", "a")])).await.unwrap();
    let gate = Gate::new();
    let held = Fault::Held(gate.clone());
    let slow = versioned(&bed.faulty(first("TransactWriteItems", held)), 10).await;
    let late = tokio::spawn(async move { slow.set("db", &map([("host", "late")])).await });
    tokio::time::sleep(Duration::from_millis(1)).await;
    get_modify_set(&bed, "theirs").await;
    gate.open();
    assert_eq!(late.await.unwrap().unwrap().version(), Some(3));
    assert_eq!(host(&setup, 2).await.as_deref(), Some("theirs"));
}

/// Of either kind: written with a history, and without.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_added_before_the_transaction_stays() {
    for history in [None, Some(10)] {
        let bed = Bed::new();
        let open = ConfigStore::open(&bed.store, "Config", "prod").create_if_missing();
        let setup = match history {
            Some(keep) => open.history(keep).await.unwrap(),
            None => open.await.unwrap(),
        };
        let before = map([("host", "a"), ("gone", "g")]);
        setup.set("db", &before).await.unwrap();
        let gate = Gate::new();
        let held = Fault::Held(gate.clone());
        let slow = versioned(&bed.faulty(first("TransactWriteItems", held)), 10).await;
        let late = tokio::spawn(async move { slow.set("db", &map([("host", "b")])).await });
        tokio::time::sleep(Duration::from_millis(1)).await;
        let mut item = bed.items("Config").await.remove(0);
        if item["_store"].as_s().is_ok_and(|name| name != "prod") {
            item = bed.items("Config").await.remove(1);
        }
        item.insert(
            "added".into(),
            dyno_core::AttributeValue::S("theirs".into()),
        );
        bed.put(item).await;
        gate.open();
        late.await.unwrap().unwrap();
        let config = versioned(&bed.store, 10).await;
        let read = config.get::<Map>("db").await.unwrap();
        assert_eq!(
            *read,
            map([("host", "b"), ("added", "theirs")]),
            "{history:?}"
        );
        assert_eq!(read.version(), None, "no version holds all of it");
        let receipt = config.set("db", &map([])).await.unwrap();
        let adopted = receipt.version().unwrap() - 1;
        assert_eq!(
            config.version::<Map>("db", adopted).await.unwrap()["added"],
            "theirs"
        );
    }
}

/// Numbers are stored in another text than they are written in, and sets have no order.
#[tokio::test(start_paused = true)]
async fn what_is_stored_in_another_form_is_still_the_version() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    let odd = json!({ "n": { "N": "1.500" }, "big": { "N": "1E2" }, "s": { "SS": ["b", "a"] }, "ns": { "NS": ["10", "9", "1.0"] } });
    config.set_item("db", item(&odd)).await.unwrap();
    let read = config.get_item("db").await.unwrap();
    assert_eq!(read.version(), Some(1));
    config
        .set_item("db", item(&odd))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert_eq!(
        config.version_item("db", 2).await.unwrap().version(),
        Some(2)
    );
    assert_eq!(numbers(&config, "db").await, [2, 1]);
}

#[tokio::test(start_paused = true)]
async fn options_of_many_keys_have_versions() {
    let bed = Bed::new();
    let config = versioned(&bed.store, 10).await;
    let keys = |count: u32, value: u32| -> BTreeMap<String, u32> {
        (0..count)
            .map(|key| (format!("a-key-with-a-name-{key}"), value))
            .collect()
    };
    config.set("db", &keys(600, 0)).await.unwrap();
    let read = config.get::<BTreeMap<String, u32>>("db").await.unwrap();
    config
        .set("db", &keys(600, 1))
        .if_unchanged(&read)
        .await
        .unwrap();
    config.set_key("db", "one", &1).await.unwrap();
    config.delete("db").await.unwrap();
    config.restore("db", 2).await.unwrap();
    assert_eq!(numbers(&config, "db").await, [5, 4, 3, 2, 1]);
    get_modify_set(&bed, "theirs").await;
    assert_eq!(config.get_item("db").await.unwrap().version(), None);
}

#[tokio::test(start_paused = true)]
async fn too_many_keys_of_another_program_are_refused_with_the_way_out() {
    let bed = Bed::new();
    let plain = bed.config().await;
    let keys: BTreeMap<String, u32> = (0..300).map(|key| (format!("key-{key}"), key)).collect();
    plain.set("db", &keys).await.unwrap();
    let config = versioned(&bed.store, 10).await;
    bed.recorder.take();
    for error in [
        config.set_key("db", "host", "a").await.unwrap_err(),
        config.delete("db").await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::TooManyKeys { .. }), "{error:?}");
        assert!(error.to_string().contains("in maps"), "{error}");
    }
    assert!(!bed.sent().iter().any(|sent| sent == "TransactWriteItems"));
    plain
        .set("db", &BTreeMap::from([("all", &keys)]))
        .await
        .unwrap();
    config.set_key("db", "host", "a").await.unwrap();
}
