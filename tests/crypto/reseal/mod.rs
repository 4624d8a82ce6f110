//! What a reseal writes, and what it leaves.

mod beside;
mod columns;
mod faults;
mod foreign;
mod kinds;
mod race;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Cursor, DyObject, ErrorKind, Item, ReadOnly, Rules, WriteOnly};

use crate::file::{File, SECRETS, file, key, keys, promoted, retired, rules, setup};

#[tokio::test]
async fn every_part_is_sealed_with_the_new_key_and_the_old_one_can_go() {
    let setup = setup::<File>().await;
    let keys = keys();
    for key in ["a", "b", "c"] {
        setup.save_file(key, &keys).await;
    }
    let report = setup
        .store
        .reseal::<File>()
        .loader(rules(&promoted(&keys)))
        .await
        .unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.objects(), 3);
    assert_eq!(report.changed(), 3);
    assert_eq!(report.resealed_from("2026", "2027"), 3 * SECRETS);
    assert_eq!(report.values(), 3 * SECRETS);
    let audit = setup.store.audit::<File>().await.unwrap();
    assert_eq!((audit.count("2026"), audit.count("2027")), (0, 3 * SECRETS));
    for key in ["a", "b", "c"] {
        assert_eq!(setup.load_file(key, &retired(&keys)).await.unwrap(), file());
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Files", key = "ID")]
struct Counted {
    title: String,
    #[dyno(version)]
    version: u8,
    #[dyno(updated)]
    updated: u64,
    #[dyno(shard, chunked)]
    scan: crate::file::Part,
}

#[tokio::test]
async fn a_reseal_counts_as_no_write() {
    let setup = setup::<File>().await;
    let keys = keys();
    let key = |keys: &dyno::Keyring| {
        let rules = Rules::new().with_keyring(keys.clone()).unwrap();
        rules.encrypt_with_primary(["title", "scan.text"]).unwrap()
    };
    let counted = Counted {
        title: "a".into(),
        version: 254,
        updated: 0,
        scan: crate::file::part("scan"),
    };
    let store = setup.store.clone();
    let save = store.save(counted).key("k").if_absent();
    let saved = save.loader(key(&keys)).await.unwrap();
    assert_eq!(saved.version, 255);
    let later = store.with_clock(|| std::time::UNIX_EPOCH);
    let promoted = promoted(&keys);
    let report = later
        .reseal::<Counted>()
        .loader(key(&promoted))
        .await
        .unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.resealed_from("2026", "2027"), 2);
    let loaded = later
        .load::<Counted>("k")
        .loader(key(&promoted))
        .await
        .unwrap();
    assert_eq!(*loaded, *saved);
}

#[tokio::test]
async fn nothing_but_the_sealed_values_is_written() {
    let setup = setup::<File>().await;
    let keys = keys();
    setup.save_file("a", &keys).await;
    // Without pieces, which are written by a save.
    let kept = |items: &Vec<Vec<Item>>| {
        let items = items.iter().flatten();
        let open = |value: &AttributeValue| match value {
            AttributeValue::B(bytes) => !bytes.as_ref().starts_with(&[0xdc, 1]),
            _ => true,
        };
        let own = ["_dy_etag", "_dy_past", "_dy_seq", "_dy_shards", "_dy_data"];
        let open = |item: &Item| {
            let mut kept: BTreeMap<_, _> = item.clone().into_iter().collect();
            kept.retain(|name, value| open(value) && !own.contains(&name.as_str()));
            for name in ["tags", "labels", "_dy_digest", "_dy_stamp"] {
                kept.remove(name);
            }
            kept
        };
        items.map(open).collect::<Vec<_>>()
    };
    let before = setup.dump().await;
    let reseal = setup.store.reseal::<File>();
    reseal.loader(rules(&promoted(&keys))).await.unwrap();
    let after = setup.dump().await;
    assert_eq!(kept(&before), kept(&after));
    assert_ne!(before, after);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Cards", key = "ID")]
struct Card {
    #[dyno(encrypt)]
    number: String,
    #[dyno(encrypt)]
    limit: u32,
    holder: String,
}

fn card() -> Card {
    Card {
        number: "4000".into(),
        limit: 7,
        holder: "Ada".into(),
    }
}

fn card_rules(keys: &dyno::Keyring) -> Rules {
    let rules = Rules::new().with_keyring(keys.clone()).unwrap();
    rules.encrypt_with_primary(["number", "limit"]).unwrap()
}

#[tokio::test]
async fn a_root_alone_takes_one_scan_and_one_update_and_keeps_its_etag() {
    let setup = setup::<Card>().await;
    let keys = keys();
    let mut saved = setup
        .store
        .save(card())
        .key("k")
        .loader(card_rules(&promoted(&keys)))
        .await
        .unwrap();
    let old = setup.store.save(card()).key("k").loader(card_rules(&keys));
    old.await.unwrap();
    let mut loaded = setup
        .store
        .load::<Card>("k")
        .loader(card_rules(&promoted(&keys)))
        .await
        .unwrap();
    setup.recorder.take();
    let reseal = || {
        setup
            .store
            .reseal::<Card>()
            .loader(card_rules(&promoted(&keys)))
    };
    let report = reseal().await.unwrap();
    assert_eq!(setup.recorder.operations(), ["Scan", "UpdateItem"]);
    assert_eq!(report.resealed_from("2026", "2027"), 2);
    assert!(report.read_units() >= 1.0 && report.write_units() >= 1.0);
    setup.recorder.take();
    assert_eq!(reseal().await.unwrap().values(), 0);
    assert_eq!(setup.recorder.operations(), ["Scan"]);
    // The object was not changed, so whoever loaded it can save it.
    loaded.limit = 8;
    loaded.save().await.unwrap();
    saved.limit = 9;
    assert_eq!(saved.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let setup = setup::<File>().await;
    let keys = keys();
    setup.save_file("a", &keys).await;
    let before = setup.dump().await;
    setup.recorder.take();
    let reseal = setup
        .store
        .reseal::<File>()
        .loader(rules(&promoted(&keys)))
        .dry_run();
    let report = reseal.await.unwrap();
    assert_eq!(report.resealed_from("2026", "2027"), SECRETS);
    for operation in setup.recorder.operations() {
        let reads = ["Scan", "GetItem", "BatchGetItem", "Query"];
        assert!(reads.contains(&operation.as_str()), "{operation}");
    }
    assert_eq!(setup.dump().await, before);
}

#[tokio::test]
async fn what_a_retired_key_sealed_fails_with_its_own_error() {
    let setup = setup::<File>().await;
    let keys = keys();
    setup.save_file("a", &keys).await;
    let error = setup.load_file("a", &retired(&keys)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRetired);
    let report = setup
        .store
        .reseal::<File>()
        .loader(rules(&retired(&keys)))
        .await
        .unwrap();
    assert_eq!((report.failed(), report.values()), (1, 0));
    assert!(!report.is_complete());
    let failure = &report.failures()[0];
    assert_eq!(failure.error().kind(), ErrorKind::KeyRetired);
    assert_eq!(failure.key().to_string(), "a");
}

#[tokio::test]
async fn an_object_that_cannot_be_read_does_not_end_the_walk() {
    let setup = setup::<Card>().await;
    let keys = keys();
    for id in ["a", "b", "c", "d"] {
        let key = if id == "b" {
            key("lost")
        } else {
            keys.primary().clone()
        };
        let rules = Rules::new().encrypt(["number", "limit"], key).unwrap();
        let save = setup.store.save(card()).key(id).loader(rules);
        save.await.unwrap();
    }
    let reseal = || {
        setup
            .store
            .reseal::<Card>()
            .loader(card_rules(&promoted(&keys)))
    };
    let stopped = reseal().stop_at_first_error().await.unwrap();
    assert_eq!(stopped.failed(), 1);
    assert!(!stopped.has_ended());
    let report = reseal().await.unwrap();
    assert_eq!((report.objects(), report.failed()), (4, 1));
    assert_eq!(report.failures()[0].error().kind(), ErrorKind::NotDecrypted);
    assert_eq!(report.failures()[0].key().to_string(), "b");
    assert_eq!(stopped.values() + report.values(), 6);
    // The cursor is before the object that failed, and another was scanned before that.
    let cursor = stopped.cursor().unwrap().clone();
    let again = reseal().stop_at_first_error().from(cursor);
    let again = again.await.unwrap();
    assert_eq!((again.objects(), again.failed()), (1, 1));
}

#[tokio::test]
async fn a_cursor_is_text_and_fits_one_table_and_type() {
    let setup = setup::<File>().await;
    setup.store.ensure_tables::<Card>().await.unwrap();
    let keys = keys();
    for number in 0..150 {
        let save = setup.store.save(card()).key(format!("k{number}"));
        save.loader(card_rules(&keys)).await.unwrap();
    }
    let cursors = Arc::new(Mutex::new(Vec::new()));
    let reseal = |from: Option<Cursor>| {
        let noted = Arc::clone(&cursors);
        let mut reseal = setup
            .store
            .reseal::<Card>()
            .loader(card_rules(&promoted(&keys)))
            .estimate_size()
            .progress(move |report| {
                let cursor = report.cursor().map(ToString::to_string);
                noted.lock().unwrap().push((report.objects(), cursor));
                assert!(report.table_items().is_some());
            });
        if let Some(from) = from {
            reseal = reseal.from(from);
        }
        reseal
    };
    let report = reseal(None).await.unwrap();
    assert_eq!(report.objects(), 150);
    let told = std::mem::take(&mut *cursors.lock().unwrap());
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((told[0].0, told[1].0), (100, 150));
    assert_eq!(told[1].1, None);
    let text = told[0].1.clone().unwrap();
    let cursor: Cursor = text.parse().unwrap();
    assert_eq!(cursor.to_string(), text);
    let rest = reseal(Some(cursor.clone())).await.unwrap();
    assert_eq!((rest.objects(), rest.values()), (50, 0));
    setup.recorder.take();
    let other = setup.store.reseal::<File>().loader(rules(&keys));
    let error = other.from(cursor).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor);
    assert!(error.to_string().contains("`Files`"), "{error}");
    assert!(setup.recorder.take().is_empty());
    let garbage = [
        "",
        "7",
        "dyno-walk-1-",
        "dyno-walk-2-00",
        "dyno-walk-1-zz",
        "dyno-walk-1-\u{e9}",
    ];
    let cut = &text[..text.len() - 2];
    let middle = text.len() / 2;
    let other = if text[middle..].starts_with('0') {
        "1"
    } else {
        "0"
    };
    let flipped = [&text[..middle], other, &text[middle + 1..]].concat();
    assert_eq!(flipped.len(), text.len());
    for text in garbage
        .into_iter()
        .chain([cut, &flipped, "dyno-walk-1-00112233445566"])
    {
        let error = text.parse::<Cursor>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidCursor, "{text}");
    }
}

#[tokio::test]
async fn a_loader_that_may_not_do_both_is_refused_before_the_first_request() {
    let setup = setup::<Card>().await;
    let keys = keys();
    let reseal = || setup.store.reseal::<Card>();
    let refused = [
        reseal().loader(ReadOnly::new(card_rules(&keys))).await,
        reseal().loader(WriteOnly::new(card_rules(&keys))).await,
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::KeyRefused);
    }
    assert!(setup.recorder.take().is_empty());
}

#[tokio::test]
async fn sealed_objects_of_a_type_without_seals_are_skipped_and_said_to_be() {
    let setup = setup::<Card>().await;
    let keys = keys();
    let save = setup.store.save(card()).key("a");
    save.loader(card_rules(&keys)).await.unwrap();
    let mut seal = vec![0xdc, 1, 0x41, 4];
    seal.extend_from_slice(b"2026");
    seal.extend_from_slice(&[0; 40]);
    let update = setup.client.update_item().table_name("Cards");
    update
        .key("ID", AttributeValue::S("a".into()))
        .update_expression("SET #s = :s")
        .expression_attribute_names("#s", "_dy_seal")
        .expression_attribute_values(":s", AttributeValue::B(seal.into()))
        .send()
        .await
        .unwrap();
    let report = setup
        .store
        .reseal::<Card>()
        .loader(card_rules(&promoted(&keys)))
        .await
        .unwrap();
    assert_eq!((report.skipped(), report.values()), (1, 0));
    assert!(!report.is_complete());
    let audit = setup.store.audit::<Card>().await.unwrap();
    assert_eq!(audit.count("2026"), 3, "two values and the item");
    assert_eq!(audit.item_seals().count(), 1);
}

#[tokio::test]
async fn neither_report_nor_event_shows_a_secret() {
    let setup = setup::<File>().await;
    let keys = keys();
    setup.save_file("a", &keys).await;
    let report = setup
        .store
        .reseal::<File>()
        .loader(rules(&promoted(&keys)))
        .progress(|report| {
            let shown = format!("{report} {report:?}");
            assert!(!shown.contains("Ada") && !shown.contains("scanscan"));
        })
        .await
        .unwrap();
    let audit = setup.store.audit::<File>().await.unwrap();
    let shown = format!("{report} {report:?} {audit} {audit:?}");
    assert!(!shown.contains("Ada"), "{shown}");
}
