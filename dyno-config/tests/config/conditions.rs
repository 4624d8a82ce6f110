//! Writes on conditions, and what is known after a lost answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno_config::{Config, ConfigStore, Error, Version};
use dyno_core::{Item, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, Late, Schedule};
use serde_json::json;

use crate::bed::{Bed, Map, first, item, map};

async fn open(store: &Store) -> ConfigStore {
    ConfigStore::open(store, "Config", "prod").await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_option_is_made_once() {
    let bed = Bed::new();
    let config = bed.config().await;
    let receipt = config
        .set("db", &map([("host", "a")]))
        .if_absent()
        .await
        .unwrap();
    assert!(receipt.is_certain());
    assert_eq!(receipt.version(), None);
    let error = config
        .set("db", &map([("host", "b")]))
        .if_absent()
        .await
        .unwrap_err();
    let Error::Exists { standing, place } = error else {
        panic!("{error:?}")
    };
    assert_eq!(place.option(), "db");
    assert_eq!(
        standing
            .get("host")
            .and_then(|host| host.as_s().ok())
            .map(String::as_str),
        Some("a")
    );
}

#[tokio::test(start_paused = true)]
async fn an_option_that_changed_is_not_overwritten() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("host", "a"), ("port", "80")]))
        .await
        .unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    config
        .set("db", &map([("host", "b"), ("user", "u")]))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("host", "b"), ("user", "u")])
    );

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
    assert_eq!(standing.len(), 2);
    config
        .set("db", &map([("host", "c")]))
        .if_unchanged(&standing)
        .await
        .unwrap();
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("host", "c")])
    );

    let read = config.get::<Map>("db").await.unwrap();
    config.delete("db").await.unwrap();
    let error = config
        .set("db", &map([]))
        .if_unchanged(&read)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Changed { standing: None, .. }),
        "{error:?}"
    );
    assert!(bed.items("Config").await.is_empty(), "it is not made again");
}

#[tokio::test(start_paused = true)]
async fn keys_are_written_and_options_deleted_if_unchanged() {
    let bed = Bed::new();
    let config = bed.config().await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    config
        .set_key("db", "port", "80")
        .if_unchanged(&read)
        .await
        .unwrap();
    let error = config
        .set_key("db", "port", "81")
        .if_unchanged(&read)
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Changed { .. }),
        "a key that is new must be absent"
    );
    config.set_key("db", "host", "b").await.unwrap();
    let error = config.delete("db").if_unchanged(&read).await.unwrap_err();
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
    let read = config.get::<Map>("db").await.unwrap();
    config.delete("db").if_unchanged(&read).await.unwrap();
    assert!(config.get::<Map>("db").optional().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_another_program_adds_is_not_lost() {
    let bed = Bed::new();
    let config = bed.config().await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    config.set_key("db", "port", "80").await.unwrap();
    config
        .set("db", &map([("user", "u")]))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("port", "80"), ("user", "u")]),
        "what was read is replaced, what was not is left"
    );
}

#[tokio::test(start_paused = true)]
async fn every_type_of_value_can_be_compared() {
    let bed = Bed::new();
    let config = bed.config().await;
    bed.put(item(&json!({
        "_store": { "S": "prod" }, "_option": { "S": "all" },
        "s": { "S": "" }, "n": { "N": "1.50" }, "flag": { "BOOL": true }, "null": { "NULL": true },
        "list": { "L": [{ "M": { "a": { "N": "1" } } }] }, "map": { "M": {} },
        "names": { "SS": ["a", "b"] }, "numbers": { "NS": ["1", "2"] },
    })))
    .await;
    let read = config.get_item("all").await.unwrap();
    config
        .set("all", &map([("x", "y")]))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert_eq!(*config.get::<Map>("all").await.unwrap(), map([("x", "y")]));
}

#[tokio::test(start_paused = true)]
async fn an_option_is_compared_with_itself() {
    let bed = Bed::new();
    let config = bed.config().await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    let read = config.get::<Map>("db").await.unwrap();
    bed.recorder.take();
    let error = config
        .set("other", &map([]))
        .if_unchanged(&read)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidValue { .. }), "{error}");
    let error = config
        .delete("other")
        .if_unchanged(&read)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("option `db`"), "{error}");
    assert!(bed.sent().is_empty());
}

/// No update is lost, in whatever order two programs read and write.
#[tokio::test(start_paused = true)]
async fn two_programs_count_in_every_order() {
    for keep in [None, Some(10)] {
        let orders = Schedule::every(async |schedule| {
            let engine = Engine::in_memory().unwrap().inline();
            let setup = ConfigStore::open(&Store::new(engine.client()), "Config", "prod");
            let setup = setup.create_if_missing().await.unwrap();
            setup.set_key("counter", "count", &0).await.unwrap();
            let opened = async || {
                let store = Store::new(schedule.attach(&engine.client()));
                let open = ConfigStore::open(&store, "Config", "prod");
                match keep {
                    Some(keep) => open.history(keep).await.unwrap(),
                    None => open.await.unwrap(),
                }
            };
            let (ann, bob) = (opened().await, opened().await);
            schedule.run([count(&ann), count(&bob)]).await;
            let counter = setup.get_item("counter").await.unwrap();
            assert_eq!(
                counter["count"].as_n().map(String::as_str),
                Ok("2"),
                "{schedule}"
            );
            if keep.is_some() {
                let versions = ann.history("counter").await.unwrap();
                let numbers: Vec<_> = versions.iter().map(Version::number).collect();
                assert_eq!(numbers, [3, 2, 1], "{schedule}");
            }
        });
        assert!(orders.await > 1);
    }
}

async fn count(config: &ConfigStore) {
    let mut read: Config<Item> = config.get_item("counter").await.unwrap();
    for _ in 0..10 {
        let before: u32 = read["count"].as_n().unwrap().parse().unwrap();
        let set = config.set_key("counter", "count", &(before + 1));
        match set.if_unchanged(&read).await {
            Ok(_) => return,
            Err(Error::Changed {
                standing: Some(standing),
                ..
            }) => read = *standing,
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("it never came through");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_did_not_arrive_is_sent_again() {
    let bed = Bed::new();
    bed.config().await;
    let config = open(&bed.faulty(first("PutItem", Fault::NotDelivered))).await;
    bed.recorder.take();
    let receipt = config
        .set("db", &map([("host", "a")]))
        .if_absent()
        .await
        .unwrap();
    assert!(receipt.is_certain());
    assert_eq!(bed.sent(), ["PutItem", "PutItem"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_cleared_up_by_what_stands_there() {
    let bed = Bed::new();
    let setup = bed.config().await;
    let config = open(&bed.faulty(first("PutItem", Fault::AnswerLost))).await;
    let receipt = config
        .set("db", &map([("host", "a")]))
        .if_absent()
        .await
        .unwrap();
    assert!(
        !receipt.is_certain(),
        "another program may have written the same"
    );

    let read = setup.get::<Map>("db").await.unwrap();
    let config = open(&bed.faulty(first("UpdateItem", Fault::AnswerLost))).await;
    let receipt = config
        .set("db", &map([("port", "80")]))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert!(!receipt.is_certain());
    assert_eq!(
        *setup.get::<Map>("db").await.unwrap(),
        map([("port", "80")])
    );

    let read = setup.get::<Map>("db").await.unwrap();
    let config = open(&bed.faulty(first("DeleteItem", Fault::AnswerLost))).await;
    config.delete("db").if_unchanged(&read).await.unwrap();
    assert!(bed.items("Config").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_with_something_else_there_is_said_to_be_unknown() {
    let bed = Bed::new();
    let setup = bed.config().await;
    setup.set("db", &map([("host", "theirs")])).await.unwrap();
    let config = open(&bed.faulty(first("PutItem", Fault::NotDelivered))).await;
    let error = config
        .set("db", &map([("host", "mine")]))
        .if_absent()
        .await
        .unwrap_err();
    let Error::OutcomeUnknown {
        standing: Some(standing),
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(standing["host"].as_s().map(String::as_str), Ok("theirs"));
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_cannot_be_learned_is_an_error() {
    let bed = Bed::new();
    bed.config().await;
    let store = bed.faulty(|request| match request.operation() {
        "PutItem" => Fault::AnswerLost,
        _ => Fault::Pass,
    });
    let config = open(&store).await;
    bed.recorder.take();
    let error = config
        .set("db", &map([("host", "a")]))
        .if_absent()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::OutcomeUnknown { standing: None, .. }),
        "{error:?}"
    );
    assert_eq!(bed.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_late_copy_changes_nothing() {
    let bed = Bed::new();
    let setup = bed.config().await;
    setup.set("db", &map([("host", "a")])).await.unwrap();
    let read = setup.get::<Map>("db").await.unwrap();
    let ghost = Fault::Ghost(Late::Past(1));
    let config = open(&bed.faulty(first("UpdateItem", ghost))).await;
    let receipt = config
        .set("db", &map([("host", "b")]))
        .if_unchanged(&read)
        .await
        .unwrap();
    assert!(receipt.is_certain(), "the second copy was applied");
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("host", "b")])
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_demand_is_repeated_by_the_core() {
    let bed = Bed::new();
    bed.config().await;
    let asked = AtomicUsize::new(0);
    let store = bed.faulty(move |request| match request.operation() {
        "PutItem" if asked.fetch_add(1, Ordering::SeqCst) == 0 => Fault::AnswerLost,
        _ => Fault::Pass,
    });
    let config = open(&store).await;
    assert!(
        config
            .set("db", &map([("host", "a")]))
            .await
            .unwrap()
            .is_certain()
    );
}

#[tokio::test(start_paused = true)]
async fn a_hundred_keys_can_be_compared_and_what_is_too_much_is_refused() {
    let bed = Bed::new();
    let config = bed.config().await;
    let keys = |count: u32| -> BTreeMap<String, u32> {
        (0..count)
            .map(|key| (format!("a-key-with-a-name-{key}"), key))
            .collect()
    };
    for (count, fits) in [(100, true), (1_000, false)] {
        config.set("db", &keys(count)).await.unwrap();
        let read = config.get::<BTreeMap<String, u32>>("db").await.unwrap();
        let written = config.set("db", &keys(count)).if_unchanged(&read).await;
        assert_eq!(written.is_ok(), fits, "{written:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_there_is_compared_by_value_after_a_lost_answer() {
    let bed = Bed::new();
    let setup = bed.config().await;
    for value in [
        json!({ "n": { "N": "1.50" } }),
        json!({ "n": { "N": "1E2" } }),
        json!({ "n": { "SS": ["b", "a"] } }),
        json!({ "n": { "NS": ["10", "9", "1.0"] } }),
    ] {
        setup.delete("db").await.unwrap();
        let config = open(&bed.faulty(first("PutItem", Fault::AnswerLost))).await;
        let written = config.set_item("db", item(&value)).if_absent().await;
        assert!(!written.unwrap().is_certain(), "{value}");
    }
}
