//! What a program notices of seals as long as nobody else writes: little.

use dyno::{DyObject, ErrorKind, Keyring, Lazy, ReadOnly, Rules, Shards, WriteOnly};

use super::*;

/// How many items of each table have a seal, and how many have none.
async fn sealed(setup: &Setup) -> Vec<(&'static str, usize, usize)> {
    let mut counts = Vec::new();
    let items = setup.items().await;
    for table in TABLES {
        let of_table = items.iter().filter(|(name, _)| *name == table);
        let (with, without): (Vec<_>, Vec<_>) =
            of_table.partition(|(_, item)| item.contains_key(SEAL));
        counts.push((table, with.len(), without.len()));
    }
    counts
}

const ALL_SEALED: [(&str, usize, usize); 5] = [
    ("Contracts", 1, 0),
    ("Parties", 2, 0),
    ("Lines", 2, 0),
    ("Scans", 1, 0),
    ("Remarks", 1, 0),
];

#[tokio::test]
async fn every_item_of_a_sealed_object_has_a_seal_and_the_object_loads() {
    let setup = setup().await;
    setup.saved().await;
    assert_eq!(sealed(&setup).await, ALL_SEALED);
    for (_, item) in setup.items().await {
        assert_eq!(item["_dy_format"].as_n().unwrap(), "12");
    }
    let all = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(*all.await.unwrap(), contract());
}

#[tokio::test]
async fn a_change_is_saved_and_only_what_changed_is_written() {
    let setup = setup().await;
    let mut saved = setup.saved().await;
    let before = setup.shard("Parties", "seller").await;
    for round in 0..3 {
        saved.limit += 1;
        saved.buyer.name.push('x');
        saved.lines.push(Line { price: round });
        saved.save().await.unwrap();
        let loaded = setup.store.load::<Contract>("c").await.unwrap();
        assert_eq!((loaded.limit, &loaded.buyer), (saved.limit, &saved.buyer));
        assert_eq!(loaded.lines, saved.lines);
        saved = loaded;
    }
    assert_eq!(setup.shard("Parties", "seller").await, before);
    setup.recorder.take();
    saved.save().await.unwrap();
    assert!(setup.recorder.take().is_empty());
}

#[tokio::test]
async fn a_lazy_shard_is_verified_loaded_and_saved() {
    let setup = setup().await;
    setup.saved().await;
    let mut loaded = setup.store.load::<Contract>("c").await.unwrap();
    assert!(!loaded.remark.is_loaded());
    loaded.title = "lease, signed".into();
    loaded.save().await.unwrap();
    loaded.remark.get_mut().await.unwrap().text = "some".into();
    loaded.save().await.unwrap();
    let loaded = setup.store.load::<Contract>("c").await.unwrap();
    assert_eq!(loaded.title, "lease, signed");
    assert_eq!(loaded.remark.get().await.unwrap().text, "some");
    assert_eq!(sealed(&setup).await, ALL_SEALED);
}

#[tokio::test]
async fn paths_are_read_and_written_and_the_seals_stay_right() {
    let setup = setup().await;
    setup.saved().await;
    let store = &setup.store;
    let paths = Contract::paths();
    store.write_path("c", paths.title(), "sale").await.unwrap();
    store.write_path("c", paths.secret(), "psst").await.unwrap();
    store
        .write_path("c", paths.buyer().name(), "Nadia")
        .await
        .unwrap();
    store
        .write_path("c", paths.lines().index(1).price(), 7_u64)
        .await
        .unwrap();
    store
        .write_path("c", paths.scan().text(), "again")
        .await
        .unwrap();
    store
        .write_path("c", paths.remark().text(), "lazy")
        .await
        .unwrap();

    assert_eq!(store.read_path("c", paths.title()).await.unwrap(), "sale");
    assert_eq!(store.read_path("c", paths.secret()).await.unwrap(), "psst");
    let price = store.read_path("c", paths.lines().index(1).price()).await;
    assert_eq!(price.unwrap(), 7);
    assert_eq!(
        store.read_path("c", paths.buyer().name()).await.unwrap(),
        "Nadia"
    );
    assert_eq!(
        store.read_path("c", paths.scan().text()).await.unwrap(),
        "again"
    );
    assert_eq!(
        store.read_path("c", paths.remark().text()).await.unwrap(),
        "lazy"
    );
    let loaded = store.load::<Contract>("c").shards(Shards::All).await;
    assert_eq!(loaded.unwrap().seller, party("Emil"));
    assert_eq!(sealed(&setup).await, ALL_SEALED);
}

#[tokio::test]
async fn a_shard_in_several_pieces_has_one_seal() {
    let setup = setup().await;
    let mut seed = 1_u32;
    // Letters that no codec makes much smaller.
    let text: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (seed >> 16) % 20_000).unwrap()
    })
    .take(400_000)
    .collect();
    let mut object = contract();
    object.scan = Some(Scan { text });
    let saved = setup.store.save(object.clone()).key("c").await.unwrap();
    let counts = sealed(&setup).await;
    let (_, with, without) = counts[3];
    assert!(with == 1 && without >= 2, "{counts:?}");
    let loaded = setup.store.load::<Contract>("c").await.unwrap();
    assert_eq!(loaded.scan, object.scan);
    let mut saved = saved;
    saved.scan = None;
    saved.save().await.unwrap();
    assert_eq!(sealed(&setup).await[3], ("Scans", 0, 0));
}

#[tokio::test]
async fn an_object_is_replaced_and_deleted() {
    let setup = setup().await;
    let saved = setup.saved().await;
    saved.delete().await.unwrap();
    assert!(setup.items().await.is_empty());
    setup.saved().await;
    let other = Contract {
        limit: 1,
        ..contract()
    };
    setup.store.save(other).key("c").await.unwrap();
    assert_eq!(setup.store.load::<Contract>("c").await.unwrap().limit, 1);
    assert_eq!(sealed(&setup).await, ALL_SEALED);
    setup.store.delete::<Contract>("c").await.unwrap();
    assert!(setup.items().await.is_empty());
}

#[tokio::test]
async fn two_writers_see_a_conflict_as_without_seals() {
    let setup = setup().await;
    let mut one = setup.saved().await;
    let mut other = setup.store.load::<Contract>("c").await.unwrap();
    one.limit = 1;
    one.save().await.unwrap();
    other.limit = 2;
    let error = other.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(setup.store.load::<Contract>("c").await.unwrap().limit, 1);
}

#[tokio::test]
async fn without_a_key_nothing_is_saved_and_nothing_loaded() {
    let setup = setup().await;
    setup.saved().await;
    setup.recorder.take();
    let rules = setup.keys.without_seals();
    let save = setup.store.save(contract()).loader(rules.clone());
    let error = save.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("`Rules::seal_items`"), "{error}");
    let read_only = ReadOnly::new(setup.keys.rules());
    let save = setup.store.save(contract()).loader(read_only.clone());
    assert_eq!(save.await.unwrap_err().kind(), ErrorKind::KeyRefused);
    assert!(setup.recorder.take().is_empty());

    let load = setup.store.load::<Contract>("c").loader(rules);
    let error = load.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert!(error.to_string().contains("key `seals`"), "{error}");
    let other = Keys {
        fields: setup.keys.fields.clone(),
        seals: key("seals"),
    };
    let load = setup.store.load::<Contract>("c").loader(other.rules());
    assert_eq!(load.await.unwrap_err().kind(), ErrorKind::SealBroken);
    let load = setup.store.load::<Contract>("c").loader(read_only);
    assert_eq!(load.await.unwrap().limit, 100);
    let write_only = WriteOnly::new(setup.keys.rules());
    let save = setup.store.save(contract()).key("d").loader(write_only);
    save.await.unwrap();
}

#[tokio::test]
async fn a_save_after_a_new_key_became_primary_seals_all_that_was_loaded() {
    let setup = setup().await;
    setup.saved().await;
    let mut keys = Keyring::new(setup.keys.seals.clone());
    keys.insert(key("seals-2")).unwrap();
    keys.promote("seals-2").unwrap();
    let rules = |keys: &Keyring| -> Rules {
        let rules = setup.keys.without_seals();
        rules.seal_items(keys.clone()).unwrap()
    };
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    let mut loaded = load.loader(rules(&keys)).await.unwrap();
    loaded.save().await.unwrap();
    for (table, item) in setup.items().await {
        let seal = item[SEAL].as_b().unwrap().as_ref();
        assert!(seal[4..].starts_with(b"seals-2"), "{table}");
    }
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert!(setup.recorder.take().is_empty());

    setup.saved().await;
    keys.retire("seals").unwrap();
    let load = setup.store.load::<Contract>("c").loader(rules(&keys));
    let error = load.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRetired);
}

#[tokio::test]
async fn a_key_is_retired_for_seals_and_for_fields_apart() {
    let setup = setup().await;
    setup.saved().await;
    let load = async |rules: Rules| {
        let load = setup.store.load::<Contract>("c").shards(Shards::All);
        load.loader(rules).await.map(|loaded| loaded.limit)
    };
    let new = key("seals-2");
    let with = |retired| {
        let mut keys = Keyring::new(setup.keys.fields.clone());
        keys.insert(setup.keys.seals.clone()).unwrap();
        keys.insert(new.clone()).unwrap();
        keys.promote("seals-2").unwrap();
        if retired {
            keys.retire("seals").unwrap();
        }
        keys
    };
    let rules = |fields, seals| {
        let rules = Rules::new().with_keyring(fields).unwrap();
        let rules = rules.encrypt_with_primary(["secret"]).unwrap();
        rules.seal_items(seals).unwrap()
    };
    let error = load(rules(with(false), with(true))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRetired);
    assert_eq!(load(rules(with(true), with(false))).await.unwrap(), 100);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Seals", key = "ID", seal)]
struct Alone {
    text: String,
    more: Option<Vec<u8>>,
}

#[tokio::test]
async fn an_object_without_shards_is_sealed_too() {
    let setup = setup().await;
    let store = &setup.store;
    store.ensure_tables::<Alone>().await.unwrap();
    let alone = Alone {
        text: String::new(),
        more: Some(vec![1]),
    };
    let mut saved = store.save(alone).key("a").await.unwrap();
    saved.more = None;
    saved.save().await.unwrap();
    let client = store.client::<Alone>().unwrap();
    let item = dump(&client, "Seals").await.unwrap().remove(0);
    assert!(item.contains_key(SEAL));
    assert_eq!(store.load::<Alone>("a").await.unwrap().more, None);
    let forged = with(item, "text", string("forged"));
    let put = client.put_item().table_name("Seals");
    put.set_item(Some(forged)).send().await.unwrap();
    let error = store.load::<Alone>("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    store.delete::<Alone>("a").await.unwrap();
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Mixed", key = "ID", seal)]
struct Mixed {
    #[dyno(shard, independent)]
    line: Line,
}

#[tokio::test]
async fn an_independent_shard_of_a_sealed_type_is_refused() {
    let setup = setup().await;
    let mixed = Mixed {
        line: Line { price: 1 },
    };
    let error = setup.store.save(mixed).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("`line` is independent"),
        "{error}"
    );
    assert!(setup.recorder.take().is_empty());
}

#[tokio::test]
async fn a_lazy_shard_that_was_replaced_is_sealed() {
    let setup = setup().await;
    setup.saved().await;
    let mut loaded = setup.store.load::<Contract>("c").await.unwrap();
    loaded.remark = Lazy::new(Remark { text: "new".into() });
    loaded.save().await.unwrap();
    let loaded = setup.store.load::<Contract>("c").shards(Shards::All).await;
    assert_eq!(loaded.unwrap().remark.get().await.unwrap().text, "new");
}
