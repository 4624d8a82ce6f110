//! Bad names, and reads that cannot be.

use dyno_config::Error;
use dyno_core::ErrorKind;
use dyno_testkit::Fault;

use crate::bed::{Bed, Map, map};

#[tokio::test(start_paused = true)]
async fn names_of_options_are_checked_before_anything_is_sent() {
    let bed = Bed::new();
    let config = bed.config().await;
    for option in [String::new(), "x".repeat(1025)] {
        let name = option.as_str();
        let errors = [
            config.get::<Map>(name).await.map(drop).unwrap_err(),
            config
                .get_keys::<Map>(name, ["a"])
                .await
                .map(drop)
                .unwrap_err(),
            config.set(name, &map([])).await.map(drop).unwrap_err(),
            config.set_key(name, "a", "b").await.map(drop).unwrap_err(),
            config.delete(name).await.map(drop).unwrap_err(),
            config.history(name).await.map(drop).unwrap_err(),
            config.version::<Map>(name, 1).await.map(drop).unwrap_err(),
        ];
        for error in errors {
            assert!(
                matches!(error, Error::InvalidName { what: "option", .. }),
                "{error}"
            );
        }
    }
    let error = config
        .get_keys::<Map>("db", Vec::<String>::new())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidValue { .. }), "{error}");
    let error = config.get_keys::<Map>("db", ["_store"]).await.unwrap_err();
    assert!(matches!(error, Error::InvalidValue { .. }), "{error}");
    let error = config.restore("db", 1).await.unwrap_err();
    assert!(matches!(error, Error::InvalidSetting { .. }), "{error}");
    assert!(bed.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_option_without_the_keys_is_told_from_none() {
    let bed = Bed::new();
    let config = bed.config().await;
    config.set("db", &map([("host", "a")])).await.unwrap();
    assert_eq!(
        config.get_keys::<Map>("db", ["port"]).await.unwrap(),
        map([])
    );
    let error = config.get_keys::<Map>("none", ["port"]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    config.set("empty", &map([])).await.unwrap();
    assert_eq!(*config.get::<Map>("empty").await.unwrap(), map([]));
}

#[tokio::test(start_paused = true)]
async fn keys_are_removed_of_options_that_are_there() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("host", "a"), ("port", "80")]))
        .await
        .unwrap();
    config.remove_keys("db", ["port", "none"]).await.unwrap();
    assert_eq!(
        *config.get::<Map>("db").await.unwrap(),
        map([("host", "a")])
    );
    let error = config.remove_keys("none", ["port"]).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert!(
        config
            .get::<Map>("none")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(start_paused = true)]
async fn the_table_of_an_open_store_may_be_gone() {
    let bed = Bed::new();
    let config = bed.config().await;
    bed.engine
        .client()
        .delete_table()
        .table_name("Config")
        .send()
        .await
        .unwrap();
    let errors = [
        config.get::<Map>("db").await.map(drop).unwrap_err(),
        config.get_all::<Map>().await.map(drop).unwrap_err(),
        config.set("db", &map([])).await.map(drop).unwrap_err(),
        config.watch().await.map(drop).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::TableMissing { .. }), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_fails_says_what_it_was_for() {
    let bed = Bed::new();
    bed.config().await;
    let store = bed.faulty(|request| match request.operation() {
        "DescribeTable" => Fault::Pass,
        _ => Fault::Throttled,
    });
    let config = dyno_config::ConfigStore::open(&store, "Config", "prod")
        .await
        .unwrap();
    let error = config.get::<Map>("db").await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::Throttled));
    assert!(
        error
            .to_string()
            .starts_with("reading option `db` of store `prod` in table `Config` failed"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_prints_values() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &map([("password", "hunter2")]))
        .await
        .unwrap();
    let read = config.get_item("db").await.unwrap();
    let watch = config.watch().await.unwrap();
    let refused = config.set("db", &map([])).if_absent().await.unwrap_err();
    for text in [
        format!("{read:?}"),
        format!("{watch:?} {:?} {:?}", watch.snapshot(), watch.status()),
        format!("{refused} {refused:?}"),
        format!("{:?}", config.set("db", &map([("password", "hunter2")]))),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_cannot_be_stored_names_its_key() {
    let bed = Bed::new();
    let config = bed.config().await;
    let inner = std::collections::BTreeMap::from([("one", 1.0), ("none", f64::NAN)]);
    let outer = std::collections::BTreeMap::from([("limits", inner)]);
    let error = config.set("db", &outer).await.unwrap_err();
    let Error::InvalidValue { key, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(key.as_deref(), Some("limits.none"), "{error}");
}
