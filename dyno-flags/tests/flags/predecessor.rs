//! The test cases of launchdarkly-dynamo-store, by number.

use dyno_flags::{FeatureStore, Kind};

use crate::fixture::{flags, item, keys};

async fn initialised() -> FeatureStore {
    let flags = flags().await;
    flags.init::<&str>([]).await.unwrap();
    flags
}

#[tokio::test]
async fn case_1_a_store_that_was_initialised_says_so() {
    assert!(initialised().await.initialized().await.unwrap());
}

#[tokio::test]
async fn case_2_what_was_stored_is_found() {
    let flags = initialised().await;
    flags.upsert(Kind::Flag, "f", item("f", 10)).await.unwrap();
    let found = flags.get_live(Kind::Flag, "f").await.unwrap();
    assert_eq!(found, Some(item("f", 10)));
}

#[tokio::test]
async fn case_3_an_unknown_key_is_none() {
    let found = initialised().await.get_live(Kind::Flag, "f").await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn case_4_all_are_none_and_then_two() {
    let flags = initialised().await;
    assert!(flags.all_live(Kind::Flag).await.unwrap().is_empty());
    for key in ["f", "g"] {
        flags.upsert(Kind::Flag, key, item(key, 10)).await.unwrap();
    }
    assert_eq!(keys(&flags.all_live(Kind::Flag).await.unwrap()), ["f", "g"]);
}

#[tokio::test]
async fn cases_5_and_6_only_a_higher_version_wins() {
    let flags = initialised().await;
    for (version, expected) in [(10, 10), (11, 11), (9, 11)] {
        flags
            .upsert(Kind::Flag, "f", item("f", version))
            .await
            .unwrap();
        let found = flags.get_live(Kind::Flag, "f").await.unwrap();
        assert_eq!(found, Some(item("f", expected)));
    }
}

#[tokio::test]
async fn case_7_what_was_deleted_is_gone() {
    let flags = initialised().await;
    flags.upsert(Kind::Flag, "f", item("f", 10)).await.unwrap();
    assert!(flags.delete(Kind::Flag, "f", 11).await.unwrap());
    assert_eq!(flags.get_live(Kind::Flag, "f").await.unwrap(), None);
    assert!(flags.all_live(Kind::Flag).await.unwrap().is_empty());
}

#[tokio::test]
async fn case_8_a_deletion_with_a_lower_version_does_nothing() {
    let flags = initialised().await;
    flags.upsert(Kind::Flag, "f", item("f", 10)).await.unwrap();
    assert!(!flags.delete(Kind::Flag, "f", 9).await.unwrap());
    assert!(flags.get_live(Kind::Flag, "f").await.unwrap().is_some());
}

#[tokio::test]
async fn case_9_what_is_unknown_can_be_deleted() {
    let flags = initialised().await;
    assert!(flags.delete(Kind::Flag, "f", 9).await.unwrap());
    assert_eq!(flags.get_live(Kind::Flag, "f").await.unwrap(), None);
}

#[tokio::test]
async fn case_10_an_older_flag_does_not_come_back() {
    let flags = initialised().await;
    flags.delete(Kind::Flag, "f", 11).await.unwrap();
    assert!(!flags.upsert(Kind::Flag, "f", item("f", 10)).await.unwrap());
    assert_eq!(flags.get_live(Kind::Flag, "f").await.unwrap(), None);
}
