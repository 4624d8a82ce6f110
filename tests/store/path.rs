//! Reading and writing one value.

use dyno::{DyObject, ErrorKind, FieldPath};

use crate::fixture::{Details, Location, Note, Person, store};

#[tokio::test]
async fn text_and_handles_name_the_same_place() {
    let (store, _) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    for (text, handle) in [
        (
            "location.city",
            Person::paths().location().city().as_field_path().clone(),
        ),
        (
            "location.geo.latitude",
            Person::paths()
                .location()
                .geo()
                .latitude()
                .as_field_path()
                .clone(),
        ),
        (
            "details.born",
            Person::paths().details().born().as_field_path().clone(),
        ),
        (
            "tags[1]",
            Person::paths().tags().index(1).as_field_path().clone(),
        ),
    ] {
        assert_eq!(text.parse::<FieldPath>().unwrap(), handle);
    }
    let latitude: f64 = store
        .read_path::<Person, _>(saved.key(), "location.geo.latitude")
        .await
        .unwrap();
    assert!((latitude - 34.6937).abs() < f64::EPSILON);
    let tag = store
        .read_path(saved.key(), Person::paths().tags().index(1))
        .await
        .unwrap();
    assert_eq!(tag, "b");
    let born: String = store
        .read_path::<Person, _>(saved.key(), "details.born")
        .await
        .unwrap();
    assert_eq!(born, "12/2/1995");
}

#[tokio::test]
async fn a_whole_shard_is_read_and_written_with_the_shards_inside_it() {
    let (store, recorder) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    recorder.take();
    let mut location: Location = store
        .read_path(saved.key(), Person::paths().location())
        .await
        .unwrap();
    assert_eq!(location, saved.location);
    assert_eq!(recorder.take().len(), 1);
    location.city = "Nara".into();
    location.geo.longitude = 1.5;
    store
        .write_path(saved.key(), Person::paths().location(), location.clone())
        .await
        .unwrap();
    assert_eq!(recorder.take().len(), 2, "a load and a save");
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap().location,
        location
    );
}

#[tokio::test]
async fn an_optional_shard_is_removed_and_put_back() {
    let (store, _) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    let none: Option<Details> = None;
    store
        .write_path(saved.key(), Person::paths().details(), none)
        .await
        .unwrap();
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap().details,
        None
    );
    let read: Option<Details> = store
        .read_path(saved.key(), Person::paths().details())
        .await
        .unwrap();
    assert_eq!(read, None);
    let error = store
        .read_path::<Person, String>(saved.key(), "details.born")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PathNotFound);
    let error = store
        .write_path::<Person, String>(saved.key(), "details.born", "x")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PathNotFound);
    let details = Some(Details {
        hospital: "h".into(),
        born: "b".into(),
    });
    store
        .write_path(saved.key(), Person::paths().details(), details.clone())
        .await
        .unwrap();
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap().details,
        details
    );
}

#[tokio::test]
async fn an_encrypted_value_is_written_sealed_without_a_read() {
    let (store, recorder) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    recorder.take();
    store
        .write_path(saved.key(), Person::paths().location().city(), "Nara")
        .await
        .unwrap();
    store
        .write_path(saved.key(), Person::paths().name(), "Jack")
        .await
        .unwrap();
    let sent = recorder.take();
    assert_eq!(sent.len(), 2);
    for request in &sent {
        let body = request.body().to_string();
        assert!(!body.contains("Nara") && !body.contains("Jack"), "{body}");
    }
    let loaded = store.load::<Person>(saved.key()).await.unwrap();
    assert_eq!(
        (loaded.location.city.as_str(), loaded.name.as_str()),
        ("Nara", "Jack")
    );
}

#[tokio::test]
async fn an_element_of_a_list_is_written_but_a_list_does_not_grow() {
    let (store, _) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    store
        .write_path(saved.key(), Person::paths().tags().index(0), "first")
        .await
        .unwrap();
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap().tags,
        ["first", "b"]
    );
    let error = store
        .write_path(saved.key(), Person::paths().tags().index(2), "c")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PathNotFound);
    let error = store
        .read_path(saved.key(), Person::paths().tags().index(2))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PathNotFound);
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap().tags,
        ["first", "b"]
    );
}

#[tokio::test]
async fn wrong_paths_are_refused_before_any_request() {
    let (store, recorder) = store().await;
    for (path, wanted) in [
        ("nope", "it has `name`, `tags`, `location`, `details`"),
        ("location.nope", "`Location` has no field `nope`"),
        ("location[0]", "not a list"),
        ("tags.x", "a list"),
        ("_dy_etag", "dyno's own"),
        ("a..b", "expected a name"),
    ] {
        let error = store
            .read_path::<Person, String>("p", path)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPath, "{path}");
        assert!(format!("{error}").contains(wanted), "{path}: {error}");
        let error = store
            .write_path::<Person, String>("p", path, "x")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPath, "{path}");
    }
    let error = store
        .write_path::<Note, String>("n", "ID", "other")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused_before_any_request() {
    let (store, recorder) = store().await;
    let error = store
        .write_path::<Person, u64>("p", "location.city", 5u64)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(
        error
            .to_string()
            .contains("expected a string, found a number"),
        "{error}"
    );
    assert_eq!(error.path().unwrap(), "location.city");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_path_of_no_object_is_not_found() {
    let (store, _) = store().await;
    let missing = [
        store
            .read_path::<Person, String>("p", "name")
            .await
            .unwrap_err()
            .kind(),
        store
            .read_path::<Person, String>("p", "location.city")
            .await
            .unwrap_err()
            .kind(),
        store
            .write_path::<Person, String>("p", "name", "x")
            .await
            .unwrap_err()
            .kind(),
        store
            .write_path::<Person, String>("p", "location.city", "x")
            .await
            .unwrap_err()
            .kind(),
        store
            .read_path::<Note, String>("n", "text")
            .await
            .unwrap_err()
            .kind(),
        store
            .write_path::<Note, String>("n", "text", "x")
            .await
            .unwrap_err()
            .kind(),
    ];
    assert_eq!(missing, [ErrorKind::NotFound; 6]);
}
