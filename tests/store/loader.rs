//! The callbacks of a loader that are not about keys of encryption, and regions.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ConfigLoader, DyObject, EncryptionKey, ErrorKind, FieldPath, Item, Store};
use dyno_testkit::Recorder;

use crate::fixture::{Details, Note, Person, key, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Open", key = "ID")]
struct Open {
    text: String,
    #[dyno(shard)]
    details: Option<Details>,
    #[dyno(flatten)]
    rest: BTreeMap<String, AttributeValue>,
}

struct KeepMetadata;

impl ConfigLoader for KeepMetadata {
    fn keep_metadata(&self, object: &Item) -> bool {
        object.contains_key("text")
    }
}

#[tokio::test]
async fn metadata_is_kept_if_the_loader_says_so() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Open>().await.unwrap();
    let open = Open {
        text: "x".into(),
        details: None,
        rest: BTreeMap::new(),
    };
    store.save(open).key("o").await.unwrap();
    assert!(store.load::<Open>("o").await.unwrap().rest.is_empty());
    let mut kept = store.load::<Open>("o").loader(KeepMetadata).await.unwrap();
    assert_eq!(kept.rest["ID"], AttributeValue::S("o".to_owned()));
    assert!(kept.rest.contains_key("_dy_etag") && kept.rest.contains_key("_dy_shards"));
    kept.text = "y".into();
    kept.save().await.unwrap();
    assert_eq!(store.load::<Open>("o").await.unwrap().text, "y");
}

/// Encrypts what the object itself marks as secret.
struct ByObject {
    key: EncryptionKey,
}

impl ConfigLoader for ByObject {
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let secret = object.get("text") == Some(&AttributeValue::S("secret".to_owned()));
        (secret && path == "details.born").then(|| self.key.clone())
    }

    fn needs_object(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_loader_that_needs_the_object_costs_a_read_before_a_path_is_written() {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_loader(ByObject { key: key("k") });
    let store = store.with_interceptor(recorder.clone());
    store.ensure_tables::<Open>().await.unwrap();
    let details = Some(Details {
        hospital: "h".into(),
        born: "b".into(),
    });
    for (id, text) in [("s", "secret"), ("p", "public")] {
        let open = Open {
            text: text.into(),
            details: details.clone(),
            rest: BTreeMap::new(),
        };
        store.save(open).key(id).await.unwrap();
        recorder.take();
        store
            .write_path::<Open, String>(id, "details.born", "new-born")
            .await
            .unwrap();
        let sent = recorder.take();
        assert_eq!(sent.len(), 2, "a load and a save");
        let clear = sent
            .iter()
            .any(|request| request.body().to_string().contains("new-born"));
        assert_eq!(clear, id == "p");
        let loaded = store.load::<Open>(id).await.unwrap();
        assert_eq!(loaded.details.as_ref().unwrap().born, "new-born");
    }
}

#[tokio::test]
async fn each_region_has_a_client_of_its_own() {
    let (store, recorder) = store().await;
    store.save(Person::john()).key("p").await.unwrap();
    store.load::<Person>("p").await.unwrap();
    store.save(Note::new("n", "x")).await.unwrap();
    let hosts: Vec<_> = recorder
        .take()
        .iter()
        .map(|request| request.host().to_owned())
        .collect();
    assert!(
        hosts[0].contains("us-east-2") && hosts[1].contains("us-east-2"),
        "{hosts:?}"
    );
    assert!(!hosts[2].contains("us-east-2"), "{hosts:?}");
    let region = store
        .client::<Person>()
        .unwrap()
        .config()
        .region()
        .unwrap()
        .to_string();
    assert_eq!(region, "us-east-2");
}

#[tokio::test]
async fn a_file_keeps_its_objects_and_another_file_is_refused() {
    let folder = std::env::temp_dir().join(format!("dyno-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("store.db");
    {
        let store = Store::embedded_at(&file).unwrap();
        store.ensure_tables::<Note>().await.unwrap();
        store.save(Note::new("n", "kept")).await.unwrap();
    }
    let store = Store::embedded_at(&file).unwrap();
    assert_eq!(store.load::<Note>("n").await.unwrap().text, "kept");
    let error = Store::embedded_at(&folder).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Engine);
    assert!(
        error.to_string().contains(folder.to_str().unwrap()),
        "{error}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
