//! What somebody does who may write the tables and has no key.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Shards};

use super::*;

impl Setup {
    /// Why the object does not load, whole.
    async fn refusal(&self) -> dyno::Error {
        let load = self.store.load::<Contract>("c").shards(Shards::All);
        load.await.unwrap_err()
    }

    /// Loads must fail while the item stands there; the one before is put back.
    async fn refused(&self, table: &str, before: &Item, forged: Item) -> dyno::Error {
        self.put(table, forged).await;
        let error = self.refusal().await;
        self.put(table, before.clone()).await;
        error
    }
}

/// What could stand in the place of a value.
fn others(value: &AttributeValue) -> Vec<AttributeValue> {
    let mut others = vec![string("forged"), AttributeValue::Null(true)];
    match value {
        AttributeValue::B(bytes) if !bytes.as_ref().is_empty() => {
            let mut bytes = bytes.as_ref().to_vec();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            others.push(AttributeValue::B(bytes.into()));
        }
        AttributeValue::Bool(flag) => others.push(AttributeValue::Bool(!flag)),
        AttributeValue::M(map) => {
            let mut map = map.clone();
            map.insert("more".to_owned(), string("x"));
            others.push(AttributeValue::M(map));
        }
        AttributeValue::N(digits) => others.push(AttributeValue::N(format!("{digits}1"))),
        _ => {}
    }
    others
}

#[tokio::test]
async fn whatever_is_changed_in_any_item_is_refused() {
    let setup = setup().await;
    setup.saved().await;
    let mut refused = 0;
    for (table, item) in setup.items().await {
        let mut forged = vec![
            with(item.clone(), "more", string("x")),
            with(item.clone(), "_dy_ttl", AttributeValue::N("1".into())),
        ];
        let attributes: BTreeMap<_, _> = item.iter().collect();
        for (name, value) in attributes {
            if *name == key_name(table) {
                continue;
            }
            forged.push(without(item.clone(), name));
            let others = others(value).into_iter();
            forged.extend(others.map(|other| with(item.clone(), name, other)));
        }
        for forged in forged {
            let changed: Vec<_> = forged
                .iter()
                .filter(|(name, value)| item.get(*name) != Some(value))
                .map(|(name, _)| name.clone())
                .chain(
                    item.keys()
                        .filter(|name| !forged.contains_key(*name))
                        .cloned(),
                )
                .collect();
            let error = setup.refused(table, &item, forged).await;
            let reserved = changed[0].starts_with("_dy_") && changed[0] != SEAL;
            assert!(
                error.kind() == ErrorKind::SealBroken
                    || reserved && error.kind() != ErrorKind::NotDecrypted,
                "{table} {changed:?} {error}"
            );
            refused += 1;
        }
    }
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(*load.await.unwrap(), contract());
    assert!(refused > 200, "{refused}");
}

#[tokio::test]
async fn the_error_names_the_item_and_the_next_step() {
    let setup = setup().await;
    setup.saved().await;
    let root = setup.root().await;
    let forged = with(root.clone(), "limit", AttributeValue::N("100000".into()));
    let error = setup.refused("Contracts", &root, forged).await;
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    let text = error.to_string();
    assert!(text.contains("the item of the root"), "{text}");
    assert!(text.contains("restore root and shards"), "{text}");
    assert!(!text.contains("100000"), "{text}");

    let buyer = setup.shard("Parties", "buyer").await;
    let error = setup
        .refused("Parties", &buyer, without(buyer.clone(), SEAL))
        .await;
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    assert_eq!(error.table(), Some("Parties"));
    assert!(error.to_string().contains("`buyer` has no seal"), "{error}");
}

#[tokio::test]
async fn swapped_shards_are_refused() {
    let setup = setup().await;
    setup.saved().await;
    let lines: Vec<Item> = setup
        .items()
        .await
        .into_iter()
        .filter(|(table, _)| *table == "Lines")
        .map(|(_, item)| item)
        .collect();
    let pairs = [
        (
            "Parties",
            setup.shard("Parties", "buyer").await,
            setup.shard("Parties", "seller").await,
        ),
        ("Lines", lines[0].clone(), lines[1].clone()),
    ];
    for (table, one, other) in pairs {
        setup
            .put(table, with(one.clone(), "IDX", other["IDX"].clone()))
            .await;
        setup
            .put(table, with(other.clone(), "IDX", one["IDX"].clone()))
            .await;
        assert_eq!(setup.refusal().await.kind(), ErrorKind::SealBroken);
        setup.put(table, one).await;
        setup.put(table, other).await;
    }
    let load = setup.store.load::<Contract>("c").await;
    assert_eq!(load.unwrap().buyer, party("Naomi"));
}

#[tokio::test]
async fn an_older_shard_under_a_newer_root_is_refused() {
    let setup = setup().await;
    let mut saved = setup.saved().await;
    let older = setup.shard("Parties", "buyer").await;
    saved.buyer.verified = false;
    saved.save().await.unwrap();
    let newer = setup.shard("Parties", "buyer").await;
    let error = setup.refused("Parties", &newer, older.clone()).await;
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let with_its_stamp = with(older, "_dy_stamp", newer["_dy_stamp"].clone());
    let error = setup.refused("Parties", &newer, with_its_stamp).await;
    assert_eq!(error.kind(), ErrorKind::SealBroken);
}

#[tokio::test]
async fn an_older_root_over_newer_shards_is_refused() {
    let setup = setup().await;
    let mut saved = setup.saved().await;
    let (older, older_buyer) = (setup.root().await, setup.shard("Parties", "buyer").await);
    saved.limit = 1;
    saved.buyer.verified = false;
    saved.save().await.unwrap();
    let newer = setup.root().await;
    let error = setup.refused("Contracts", &newer, older.clone()).await;
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    for name in ["limit", "_dy_shards", "_dy_seal", "_dy_seq", "secret"] {
        let mixed = with(newer.clone(), name, older[name].clone());
        let error = setup.refused("Contracts", &newer, mixed).await;
        assert_eq!(error.kind(), ErrorKind::SealBroken, "{name}");
    }
    // The whole object put back to an earlier state is not found out: nothing stored tells.
    setup.put("Contracts", older).await;
    setup.put("Parties", older_buyer).await;
    assert_eq!(setup.store.load::<Contract>("c").await.unwrap().limit, 100);
}

#[tokio::test]
async fn a_manifest_that_was_changed_is_refused() {
    let setup = setup().await;
    setup.saved().await;
    let root = setup.root().await;
    let manifest = root["_dy_shards"].as_m().unwrap();
    for id in manifest.keys() {
        let mut fewer = manifest.clone();
        fewer.remove(id);
        let forged = with(root.clone(), "_dy_shards", AttributeValue::M(fewer));
        let error = setup.refused("Contracts", &root, forged).await;
        assert_eq!(error.kind(), ErrorKind::SealBroken, "{id}");
    }
    let mut lines = root["_dy_entries"].as_m().unwrap()["lines"]
        .as_b()
        .unwrap()
        .as_ref()
        .to_vec();
    lines.rotate_left(8);
    let order = Item::from([("lines".to_owned(), AttributeValue::B(lines.into()))]);
    let forged = with(root.clone(), "_dy_entries", AttributeValue::M(order));
    let error = setup.refused("Contracts", &root, forged).await;
    assert_eq!(error.kind(), ErrorKind::SealBroken);
}

#[tokio::test]
async fn the_items_of_another_object_are_refused() {
    let setup = setup().await;
    setup.saved().await;
    let items = setup.items().await;
    for (table, item) in items {
        let name = key_name(table);
        let key = item[name].as_s().unwrap();
        let moved = if table == "Contracts" {
            "d".to_owned()
        } else {
            key.replacen("#c/", "#d/", 1)
        };
        setup.put(table, with(item, name, string(&moved))).await;
    }
    let error = setup.store.load::<Contract>("d").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
}

#[tokio::test]
async fn paths_and_lazy_shards_are_refused_like_whole_objects() {
    let setup = setup().await;
    setup.saved().await;
    let paths = Contract::paths();
    let loaded = setup.store.load::<Contract>("c").await.unwrap();
    let remark = setup.shard("Remarks", "remark").await;
    let forged = with(remark.clone(), "text", string("forged"));
    setup.put("Remarks", forged).await;
    let error = loaded.remark.get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    let error = loaded.remark.get().latest().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    let read = setup.store.read_path("c", paths.remark().text());
    assert_eq!(read.await.unwrap_err().kind(), ErrorKind::SealBroken);
    // The value is in the root, which is as it was.
    let read = setup.store.read_path("c", paths.title()).await;
    assert_eq!(read.unwrap(), "lease");
    let write = setup.store.write_path("c", paths.title(), "x").await;
    assert_eq!(write.unwrap_err().kind(), ErrorKind::SealBroken);
    setup.put("Remarks", remark).await;

    let root = setup.root().await;
    let forged = with(root, "limit", AttributeValue::N("7".into()));
    setup.put("Contracts", forged).await;
    for error in [
        setup.store.read_path("c", paths.title()).await.unwrap_err(),
        setup
            .store
            .read_path("c", paths.buyer().name())
            .await
            .unwrap_err(),
        setup
            .store
            .read_path("c", paths.lines().index(0).price())
            .await
            .unwrap_err(),
        setup
            .store
            .write_path("c", paths.limit(), 1_u64)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::SealBroken, "{error}");
    }
    let mut loaded = loaded;
    let error = loaded.reload().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
}

#[tokio::test]
async fn a_piece_that_was_changed_is_refused() {
    let setup = setup().await;
    setup.saved().await;
    let scan = setup.shard("Scans", "scan").await;
    for name in [
        "_dy_data",
        "_dy_digest",
        "_dy_length",
        "_dy_codec",
        "_dy_pieces",
    ] {
        let error = setup
            .refused("Scans", &scan, without(scan.clone(), name))
            .await;
        assert_eq!(error.kind(), ErrorKind::SealBroken, "{name}");
    }
}
