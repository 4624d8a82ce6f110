//! Batches of objects with encrypted values.

use dyno::{DyObject, EncryptionKey, ErrorKind, Rules, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Recorder, dump};

use crate::fixture::{Note, note_keys, notes};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Patients", key = "ID", seal)]
struct Patient {
    #[dyno(key)]
    id: String,
    #[dyno(encrypt)]
    name: String,
    #[dyno(shard)]
    file: File,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Files", key = "IDX")]
struct File {
    #[dyno(encrypt)]
    text: String,
}

fn patient(number: usize) -> Patient {
    Patient {
        id: number.to_string(),
        name: format!("secret {number}"),
        file: File {
            text: format!("secret file {number}"),
        },
    }
}

fn rules() -> Rules {
    Rules::new()
        .encrypt(
            ["text", "name", "file.text"],
            EncryptionKey::generate("k").unwrap(),
        )
        .unwrap()
        .seal_items(EncryptionKey::generate("s").unwrap())
        .unwrap()
}

#[tokio::test]
async fn secrets_are_sealed_and_opened() {
    let client = Engine::in_memory().unwrap().client();
    let recorder = Recorder::new();
    let bare = Store::new(client.clone()).with_interceptor(recorder.clone());
    let store = bare.clone().with_loader(rules());
    store.ensure_tables::<Patient>().await.unwrap();
    store.ensure_tables::<Note>().await.unwrap();
    recorder.take();
    let patients: Vec<_> = (0..5).map(patient).collect();
    store.save_many(patients.clone()).await.unwrap();
    store.save_many(notes(5)).unconditional().await.unwrap();
    // Notes are plain objects, whatever the loader encrypts in them.
    assert_eq!(recorder.count("BatchWriteItem"), 1);
    for table in ["Patients", "Files", "Notes"] {
        let items = dump(&client, table).await.unwrap();
        assert_eq!(items.len(), 5);
        assert!(
            items
                .iter()
                .all(|item| !format!("{item:?}").contains("secret"))
        );
    }
    let keys: Vec<_> = (0..5).map(|number| number.to_string()).collect();
    let found = store.load_many::<Patient>(keys.clone()).await.unwrap();
    assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), patients);
    let found = store.load_many::<Note>(note_keys(5)).await.unwrap();
    assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), notes(5));

    let error = bare.load_many::<Patient>(keys).await.unwrap_err();
    assert_eq!(error.left().count(), 5);
    recorder.take();
    let error = bare.save_many(patients.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    let left = error
        .into_left()
        .into_iter()
        .map(dyno::SaveError::into_object);
    assert_eq!(left.collect::<Vec<_>>(), patients);
    assert!(recorder.requests().is_empty());
    let saved = bare.save_many(patients).loader(rules()).await;
    assert_eq!(saved.unwrap().len(), 5);
}

#[tokio::test]
async fn one_damaged_object_is_left_over_alone() {
    let client = Engine::in_memory().unwrap().client();
    let store = Store::new(client.clone()).with_loader(rules());
    store.ensure_tables::<Patient>().await.unwrap();
    store.save_many((0..3).map(patient)).await.unwrap();
    let items = dump(&client, "Patients").await.unwrap();
    let id = |item: &dyno::Item| item["ID"].as_s().unwrap().clone();
    let mut damaged = items.iter().find(|item| id(item) == "1").unwrap().clone();
    damaged.insert(
        "name".into(),
        items.iter().find(|item| id(item) == "2").unwrap()["name"].clone(),
    );
    let put = client.put_item().table_name("Patients");
    put.set_item(Some(damaged)).send().await.unwrap();
    let error = store
        .load_many::<Patient>(["0", "1", "2"])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    let (done, left) = error.into_parts();
    assert_eq!(done.len(), 2);
    assert_eq!(left[0].key().to_string(), "1");
}
