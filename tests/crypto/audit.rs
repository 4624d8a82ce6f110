//! What is counted, without a key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Cursor, DyObject, ErrorKind, Keyring, Rules};

use crate::file::{File, SECRETS, key, keys, promoted, rules, setup};

#[tokio::test]
async fn an_audit_counts_what_is_there_by_field_and_key() {
    let setup = setup::<File>().await;
    let keys = keys();
    setup.save_file("a", &keys).await;
    setup.save_file("b", &promoted(&keys)).await;
    // No loader, no key.
    let audit = setup.store.audit::<File>().await.unwrap();
    assert!(audit.is_complete());
    assert_eq!(audit.objects(), 2);
    let (old, new) = (audit.count("2026"), audit.count("2027"));
    assert_eq!((old, new, audit.count("2028")), (SECRETS, SECRETS, 0));
    let fields: BTreeMap<_, _> = audit
        .fields()
        .filter(|(_, key, _)| **key == *"2026")
        .map(|(field, _, count)| (field.to_owned(), count))
        .collect();
    let expected = [
        ("body.text", 1),
        ("counter.secret", 1),
        ("cover.text", 1),
        ("labels.*", 2),
        ("lines[*].text", 3),
        ("notes.*.text", 2),
        ("owner", 1),
        ("scan.text", 1),
        ("tags[*].text", 2),
    ];
    let expected = expected.map(|(field, count)| (field.to_owned(), count));
    assert_eq!(fields, expected.into());
    assert_eq!(audit.in_clear().count(), 0);
    for operation in setup.recorder.operations() {
        assert!(!operation.contains("Write") && !operation.contains("Update"));
    }
    let text = audit.to_string();
    assert!(text.contains("lines[*].text  sealed with `2026`"), "{text}");
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Mixed", key = "ID")]
struct Open {
    name: String,
    list: Vec<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Mixed", key = "ID")]
struct Marked {
    #[dyno(encrypt)]
    name: String,
    #[dyno(encrypt)]
    list: Vec<String>,
}

#[tokio::test]
async fn values_in_clear_of_marked_fields_are_counted() {
    let setup = setup::<Open>().await;
    let open = Open {
        name: "n".into(),
        list: vec!["l".into()],
    };
    setup.store.save(open).key("a").await.unwrap();
    let audit = setup.store.audit::<Marked>().await.unwrap();
    assert_eq!(
        audit.in_clear().collect::<Vec<_>>(),
        [("list", 1), ("name", 1)]
    );
    assert_eq!(audit.keys().count(), 0);
}

#[tokio::test]
async fn columns_of_blind_indexes_are_counted() {
    let setup = setup::<Open>().await;
    let item = [
        ("ID", AttributeValue::S("a".into())),
        ("name", AttributeValue::S("n".into())),
        ("list", AttributeValue::L(Vec::new())),
        ("name__idx", AttributeValue::B(vec![1; 16].into())),
        ("name__idx2", AttributeValue::B(vec![2; 16].into())),
    ];
    let item = item.map(|(name, value)| (name.to_owned(), value)).into();
    let put = setup.client.put_item().table_name("Mixed");
    put.set_item(Some(item)).send().await.unwrap();
    let audit = setup.store.audit::<Open>().await.unwrap();
    let columns: Vec<_> = audit.index_columns().collect();
    assert_eq!(columns, [("name__idx", 1), ("name__idx2", 1)]);
}

#[tokio::test]
async fn a_damaged_object_makes_an_audit_incomplete() {
    let setup = setup::<File>().await;
    setup.save_file("a", &keys()).await;
    let delete = setup.client.delete_item().table_name("Counters");
    let counter = dyno_testkit::dump(&setup.client, "Counters").await.unwrap();
    delete
        .key("IDX", counter[0]["IDX"].clone())
        .send()
        .await
        .unwrap();
    let audit = setup.store.audit::<File>().await.unwrap();
    assert!(!audit.is_complete());
    assert_eq!(audit.failures()[0].error().kind(), ErrorKind::Corrupt);
    let report = setup.store.reseal::<File>().loader(rules(&keys())).await;
    assert_eq!(report.unwrap().failed(), 1);
}

fn marked_rules(keys: &Keyring) -> Rules {
    let rules = Rules::new().with_keyring(keys.clone()).unwrap();
    rules.encrypt_with_primary(["name", "list"]).unwrap()
}

#[tokio::test]
async fn only_a_walk_from_the_beginning_that_leaves_nothing_to_do_is_complete() {
    let setup = setup::<Marked>().await;
    let keys = keys();
    for number in 0..150 {
        let marked = Marked {
            name: number.to_string(),
            list: Vec::new(),
        };
        let save = setup.store.save(marked).key(format!("k{number}"));
        save.loader(marked_rules(&keys)).await.unwrap();
    }
    let page: Arc<Mutex<Option<Cursor>>> = Arc::default();
    let noted = Arc::clone(&page);
    let audit = || setup.store.audit::<Marked>();
    let whole = audit()
        .progress(move |report| {
            if let Some(cursor) = report.cursor() {
                *noted.lock().unwrap() = Some(cursor.clone());
            }
        })
        .await
        .unwrap();
    assert_eq!((whole.count("2026"), whole.is_complete()), (300, true));
    let page = page.lock().unwrap().take().unwrap();

    let reseal = || {
        let reseal = setup.store.reseal::<Marked>();
        reseal.loader(marked_rules(&promoted(&keys)))
    };
    // The second page alone, so that the first has the old key still.
    let tail = reseal().from(page.clone()).await.unwrap();
    assert_eq!((tail.objects(), tail.has_ended()), (50, true));
    assert!(!tail.is_complete());
    let tail = audit().from(page).await.unwrap();
    assert_eq!((tail.count("2026"), tail.has_ended()), (0, true));
    assert!(!tail.is_complete());

    let planned = reseal().dry_run().await.unwrap();
    assert_eq!((planned.values(), planned.is_complete()), (200, false));
    let report = reseal().await.unwrap();
    assert_eq!((report.values(), report.is_complete()), (200, true));
    let planned = reseal().dry_run().await.unwrap();
    assert_eq!((planned.values(), planned.is_complete()), (0, true));

    let unclaimed = Rules::new().with_keyring(keys).unwrap();
    let open = setup.store.reseal::<Open>().loader(unclaimed);
    let report = open.await.unwrap();
    assert_eq!(report.left().map(|(_, count)| count).sum::<u64>(), 300);
    assert!(report.has_ended() && !report.is_complete());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Boxes", key = "ID")]
struct Box {
    #[dyno(encrypt)]
    inner: Inner,
    #[dyno(encrypt, shard)]
    part: Part,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Inner {
    secret: String,
    #[dyno(plain)]
    open: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parts", key = "IDX")]
struct Part {
    secret: String,
    #[dyno(plain)]
    open: String,
}

#[tokio::test]
async fn what_is_plain_inside_an_encrypted_field_is_not_in_clear_by_mistake() {
    let setup = setup::<Box>().await;
    let rules = Rules::new().encrypt(["inner", "part"], key("k1"));
    let text = String::from;
    let made = Box {
        inner: Inner {
            secret: text("s"),
            open: text("o"),
        },
        part: Part {
            secret: text("s"),
            open: text("o"),
        },
    };
    let save = setup.store.save(made).key("a").loader(rules.unwrap());
    save.await.unwrap();
    let audit = setup.store.audit::<Box>().await.unwrap();
    assert_eq!(audit.in_clear().count(), 0, "{audit}");
    assert_eq!(audit.count("k1"), 2);
}
