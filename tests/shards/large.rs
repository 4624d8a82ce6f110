use dyno::{DyObject, ErrorKind};

use super::fixture::{Note, Setup, note, setup};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Files", key = "ID")]
struct File {
    name: String,
    #[dyno(shard)]
    content: Option<Note>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Archives", key = "ID")]
struct Archive {
    #[dyno(shard, chunked)]
    content: Note,
}

fn file(bytes: usize) -> File {
    // Not to be compressed to nothing where the feature is on.
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from(state >> 24).unwrap() % 26)
    };
    File {
        name: "f".into(),
        content: Some(note((0..bytes).map(|_| next()).collect::<String>())),
    }
}

async fn check(setup: &Setup, file: &File) -> usize {
    let loaded = setup.store.load::<File>("k").await.unwrap();
    assert!(*loaded == *file, "another content");
    setup.dump("Notes").await.len()
}

#[tokio::test]
async fn a_shard_of_three_megabytes_is_saved_and_loaded() {
    let setup = setup::<File>().await;
    let file = file(3_000_000);
    setup.store.save(file.clone()).key("k").await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
    let loaded = setup.store.load::<File>("k").await.unwrap();
    assert!(*loaded == file, "another content");
    assert_eq!(setup.sent(), ["BatchGetItem", "BatchGetItem"]);
    let expected = if cfg!(feature = "zstd") { 3..9 } else { 9..10 };
    assert!(expected.contains(&setup.dump("Notes").await.len()));
    setup.store.delete::<File>("k").await.unwrap();
    assert!(setup.dump("Notes").await.is_empty());
    assert!(setup.dump("Files").await.is_empty());
}

#[tokio::test]
async fn a_shard_crosses_the_limit_in_both_directions() {
    let setup = setup::<File>().await;
    let mut saved = setup.saved(file(1000)).await;
    for bytes in [1_000_000, 2_000_000, 700_000, 100, 408_000, 410_000, 0] {
        saved.content = file(bytes).content;
        saved.save().await.unwrap();
        assert_eq!(setup.sent(), ["TransactWriteItems"], "{bytes}");
        let items = check(&setup, &saved).await;
        setup.recorder.take();
        assert_eq!(
            items > 1,
            bytes > 409_000 && !cfg!(feature = "zstd") || items > 1
        );
        assert!(items >= 1 && items <= bytes / 300_000 + 2);
    }
    saved.content = file(1_000_000).content;
    saved.save().await.unwrap();
    saved.content = None;
    saved.save().await.unwrap();
    assert_eq!(check(&setup, &saved).await, 0);
    let replaced = setup.saved(file(1_000_000)).await;
    assert!(check(&setup, &replaced).await > 1);
    let replaced = setup.saved(file(10)).await;
    assert_eq!(check(&setup, &replaced).await, 1);
}

#[tokio::test]
async fn a_path_into_pieces_is_read_and_written() {
    let setup = setup::<File>().await;
    setup.saved(file(1_000_000)).await;
    let text = File::paths().content().text();
    let read: String = setup.store.read_path("k", &text).await.unwrap();
    assert_eq!(read.len(), 1_000_000);
    setup.store.write_path("k", &text, "small").await.unwrap();
    let loaded = setup.store.load::<File>("k").await.unwrap();
    assert_eq!(loaded.content, Some(note("small")));
    assert_eq!(setup.dump("Notes").await.len(), 1);
}

#[tokio::test]
async fn a_chunked_shard_is_in_pieces_whatever_its_size() {
    let setup = setup::<Archive>().await;
    let archive = Archive {
        content: note("small"),
    };
    setup.saved(archive.clone()).await;
    let stored = setup.dump("Notes").await;
    assert!(stored[0].contains_key("_dy_data"), "{stored:?}");
    assert_eq!(*setup.store.load::<Archive>("k").await.unwrap(), archive);
    setup.store.delete::<Archive>("k").await.unwrap();
    assert!(setup.dump("Notes").await.is_empty());
}

#[tokio::test]
async fn pieces_that_were_tampered_with_are_not_loaded() {
    for (attribute, value) in [
        (
            "_dy_pieces",
            aws_sdk_dynamodb::types::AttributeValue::N("7".into()),
        ),
        (
            "_dy_length",
            aws_sdk_dynamodb::types::AttributeValue::N("5".into()),
        ),
        (
            "_dy_codec",
            aws_sdk_dynamodb::types::AttributeValue::S("rot13".into()),
        ),
    ] {
        let setup = setup::<File>().await;
        setup.saved(file(1_000_000)).await;
        let stored = setup.dump("Notes").await;
        let first = stored
            .iter()
            .find(|item| item.contains_key("_dy_pieces"))
            .unwrap();
        let mut first = first.clone();
        first.insert(attribute.into(), value);
        let put = setup
            .client
            .put_item()
            .table_name("Notes")
            .set_item(Some(first));
        put.send().await.unwrap();
        let error = setup.store.load::<File>("k").await.unwrap_err();
        let expected = if attribute == "_dy_codec" {
            ErrorKind::NewerFormat
        } else {
            ErrorKind::Corrupt
        };
        assert_eq!(error.kind(), expected, "{attribute}: {error}");
        assert!(error.to_string().contains("content"), "{error}");
    }
}

#[tokio::test]
async fn what_no_transaction_can_hold_is_refused_before_the_first_request() {
    let setup = setup::<File>().await;
    if cfg!(feature = "zstd") {
        return;
    }
    let error = setup
        .store
        .save(file(4_500_000))
        .key("k")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("transaction"), "{error}");
    assert!(setup.sent().is_empty());
    assert_eq!(error.into_object().content.unwrap().text.len(), 4_500_000);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Growing", key = "IDX")]
struct Growing {
    first: String,
    second: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Holders", key = "ID")]
struct Holder {
    name: String,
    #[dyno(shard)]
    growing: Growing,
}

#[tokio::test]
async fn a_path_write_makes_a_shard_grow_beyond_one_item() {
    let setup = setup::<Holder>().await;
    let text = |bytes| file(bytes).content.unwrap().text;
    let holder = Holder {
        name: "h".into(),
        growing: Growing {
            first: text(300_000),
            second: String::new(),
        },
    };
    setup.saved(holder).await;
    let second = Holder::paths().growing().second();
    for bytes in [200_000, 600_000, 10] {
        setup
            .store
            .write_path("k", &second, text(bytes))
            .await
            .unwrap();
        let loaded = setup.store.load::<Holder>("k").await.unwrap();
        assert!(loaded.growing.second == text(bytes) && loaded.growing.first == text(300_000));
        let items = setup.dump("Growing").await.len();
        let expected = (bytes + 300_000).div_ceil(400_000);
        assert!(
            items == expected || cfg!(feature = "zstd"),
            "{items} of {expected}"
        );
    }
    let name = Holder::paths().name();
    let write = setup.store.write_path("k", &name, text(420_000));
    let error = write.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("shard"), "{error}");
}

#[tokio::test]
async fn a_piece_that_is_missing_or_of_another_version_is_damage() {
    let setup = setup::<File>().await;
    setup.saved(file(1_000_000)).await;
    let pieces = setup.dump("Notes").await;
    let second = pieces
        .iter()
        .find(|item| item.get("_dy_piece").is_some())
        .unwrap();
    let mut other = second.clone();
    let stamp = aws_sdk_dynamodb::types::AttributeValue::B(vec![1; 8].into());
    other.insert("_dy_stamp".into(), stamp);
    let put = setup.client.put_item().table_name("Notes");
    put.set_item(Some(other)).send().await.unwrap();
    let error = setup.store.load::<File>("k").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.table()),
        (ErrorKind::Corrupt, Some("Notes"))
    );
    let delete = setup.client.delete_item().table_name("Notes");
    delete
        .key("IDX", second["IDX"].clone())
        .send()
        .await
        .unwrap();
    let error = setup.store.load::<File>("k").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.table()),
        (ErrorKind::Corrupt, Some("Notes"))
    );
    assert!(error.to_string().contains("content"), "{error}");
}
