//! Cases 19 to 34: saving, reloading, JSON, times and maps.

use dyno::compat::raw_map;
use dyno::{AttributeValue, DyObject as _, ErrorKind, Key};
use serde_json::json;

use crate::fixture::{HashOnly, MapField, at, hash_only, store};

#[tokio::test]
async fn case_19_a_key_has_the_attributes_of_the_table() {
    let (store, _) = store().await;
    let saved = store.save(hash_only("test", "123")).await.unwrap();
    assert_eq!(saved.key(), &Key::from("test"));
    assert_eq!(saved.key().sort(), None);
}

#[tokio::test]
async fn case_20_what_is_changed_and_saved_is_there() {
    let (store, _) = store().await;
    let mut saved = store.save(hash_only("test", "123")).await.unwrap();
    saved.is_enabled = Some(true);
    saved.save().await.unwrap();
    let loaded = store.load::<HashOnly>("test").await.unwrap();
    assert_eq!(loaded.is_enabled, Some(true));
}

#[tokio::test]
async fn case_21_only_fields_are_stored() {
    let (store, recorder) = store().await;
    let cached = HashOnly::SOME_CONSTANT;
    let object = HashOnly {
        cached,
        ..hash_only("test", "123")
    };
    store.save(object).await.unwrap();
    let requests = recorder.take();
    let item = &requests.last().unwrap().body()["Item"];
    let names: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["agency_subdomain", "created", "external_id"]);
}

#[tokio::test]
async fn case_22_a_reload_forgets_what_was_not_saved() {
    let (store, _) = store().await;
    let mut saved = store.save(hash_only("test", "123")).await.unwrap();
    saved.external_id = "456".into();
    saved.reload().await.unwrap();
    assert_eq!(saved.external_id, "123");
}

#[tokio::test]
async fn case_23_a_changed_key_is_refused() {
    let (store, recorder) = store().await;
    let mut saved = store.save(hash_only("test", "123")).await.unwrap();
    recorder.take();
    saved.agency_subdomain = "other".into();
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
    assert!(recorder.take().is_empty());
}

#[test]
fn case_24_json_of_an_object() {
    let mut object = hash_only("test", "123");
    object.created = Some(at(1_450_000_000));
    assert_eq!(
        serde_json::to_value(&object).unwrap(),
        json!({
            "agency_subdomain": "test",
            "external_id": "123",
            "is_enabled": null,
            "created": "2015-12-13T09:46:40Z",
        })
    );
}

#[test]
fn case_25_json_of_a_day() {
    let mut object = hash_only("test", "123");
    object.created = Some(at(1_577_923_200));
    let json = serde_json::to_value(&object).unwrap();
    assert_eq!(json["created"], "2020-01-02T00:00:00Z");
}

#[tokio::test]
async fn case_26_the_year_1899() {
    const SUMMER_OF_1899: i64 = -2_224_281_600;
    let (store, recorder) = store().await;
    let created = Some(at(SUMMER_OF_1899));
    store
        .save(HashOnly {
            created,
            ..hash_only("test", "123")
        })
        .await
        .unwrap();
    let requests = recorder.take();
    let item = &requests.last().unwrap().body()["Item"];
    assert_eq!(item["created"], json!({"N": SUMMER_OF_1899.to_string()}));
    let loaded = store.load::<HashOnly>("test").await.unwrap();
    assert_eq!(loaded.created, created);
    let year = jiff::Timestamp::try_from(loaded.created.unwrap()).unwrap();
    assert!(year.to_string().starts_with("1899-"));
}

#[tokio::test]
async fn case_27_fields_that_are_not_stored_make_no_difference() {
    let (store, recorder) = store().await;
    let mut saved = store.save(hash_only("test", "123")).await.unwrap();
    recorder.take();
    saved.cached = 5;
    saved.save().await.unwrap();
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn case_28_what_was_before_and_what_is_now() {
    let (store, _) = store().await;
    store.save(hash_only("test", "123")).await.unwrap();
    let field = HashOnly::fields();
    let update = || store.update::<HashOnly>("test");
    let old = update().set(field.external_id(), "456").returning_old();
    assert_eq!(old.await.unwrap().external_id, "123");
    let new = update().set(field.is_enabled(), false).returning_new();
    let new = new.await.unwrap();
    assert_eq!(
        (new.external_id.as_str(), new.is_enabled),
        ("456", Some(false))
    );
}

#[test]
fn case_29_an_empty_string_in_a_map() {
    let map = raw_map::from_json(r#"{"first_name": ""}"#).unwrap();
    let error = raw_map::to_value(&map).unwrap_err();
    assert_eq!(error.path().to_string(), "first_name");
}

#[test]
fn case_30_an_empty_string_in_a_map_in_a_map() {
    let map = raw_map::from_json(r#"{"nested": {"first_name": ""}}"#).unwrap();
    let error = raw_map::to_value(&map).unwrap_err();
    assert_eq!(error.path().to_string(), "nested.first_name");
}

async fn refused(json: &str, path: &str) {
    let (store, recorder) = store().await;
    let request_data = raw_map::from_json(json).unwrap();
    let agency_subdomain = "test".into();
    let object = MapField {
        agency_subdomain,
        request_data,
    };
    let (object, error) = store.save(object).await.unwrap_err().into_parts();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(error.to_string().contains(path), "{error}");
    assert_eq!(object.agency_subdomain, "test");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn case_31_a_model_with_such_a_map_is_not_saved() {
    refused(r#"{"first_name": ""}"#, "first_name").await;
}

#[tokio::test]
async fn case_32_nor_one_with_such_a_map_in_a_map() {
    refused(r#"{"nested": {"first_name": ""}}"#, "nested.first_name").await;
}

#[test]
fn case_33_a_map_of_json() {
    let map = raw_map::from_json(r#"{"a": 1, "b": {"c": "x"}}"#).unwrap();
    assert_eq!(map["a"], AttributeValue::N("1".into()));
    assert_eq!(map["b"].as_m().unwrap()["c"], AttributeValue::S("x".into()));
}

#[test]
fn case_34_a_map_of_what_is_no_json() {
    let error = raw_map::from_json("{invalid").unwrap_err();
    assert!(error.to_string().contains("is no JSON"), "{error}");
}
