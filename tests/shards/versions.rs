//! Two versions of a type on the same objects, and other things that stored objects can be.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Item};

use super::fixture::{Counter, Note, Order, Page, Setup, line, note, order, setup};

mod old {
    use super::{DyObject, Note};

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Parts", key = "IDX")]
    pub(super) struct Part {
        pub(super) name: String,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Machines", key = "ID")]
    pub(super) struct Machine {
        pub(super) name: String,
        #[dyno(shard)]
        pub(super) parts: Vec<Part>,
        #[dyno(shard)]
        pub(super) counter: Note,
    }
}

mod new {
    use super::{DyObject, Note};

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Parts", key = "IDX")]
    pub(super) struct Part {
        pub(super) name: String,
        #[dyno(shard)]
        pub(super) extra: Option<Note>,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Machines", key = "ID")]
    pub(super) struct Machine {
        pub(super) name: String,
        #[dyno(shard)]
        pub(super) parts: Vec<Part>,
        #[dyno(shard)]
        pub(super) notes: Option<Vec<Note>>,
        #[dyno(shard, independent)]
        pub(super) counter: Note,
    }
}

fn machine() -> new::Machine {
    new::Machine {
        name: "m".into(),
        parts: vec![
            new::Part {
                name: "a".into(),
                extra: Some(note("of a")),
            },
            new::Part {
                name: "b".into(),
                extra: None,
            },
        ],
        notes: Some(vec![note("1"), note("2")]),
        counter: note("0"),
    }
}

async fn put(setup: &Setup, table: &str, item: Item) {
    let put = setup.client.put_item().table_name(table);
    put.set_item(Some(item)).send().await.unwrap();
}

#[tokio::test]
async fn an_older_program_keeps_the_collections_of_a_newer_one() {
    for notes in [machine().notes, Some(vec![])] {
        let setup = setup::<new::Machine>().await;
        let mut expected = new::Machine { notes, ..machine() };
        setup.saved(expected.clone()).await;
        let mut older = setup.store.load::<old::Machine>("k").await.unwrap();
        older.name = "older".into();
        older.parts.swap(0, 1);
        older.save().await.unwrap();
        expected.name = "older".into();
        expected.parts.swap(0, 1);
        let newer = setup.store.load::<new::Machine>("k").await.unwrap();
        assert_eq!(*newer, expected);
    }
}

#[tokio::test]
async fn an_older_program_does_not_remove_a_part_with_a_shard_that_it_does_not_know() {
    let setup = setup::<new::Machine>().await;
    setup.saved(machine()).await;
    let mut older = setup.store.load::<old::Machine>("k").await.unwrap();
    older.parts.remove(0);
    let error = older.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}");
    assert!(error.to_string().contains("/extra"), "{error}");
    let newer = setup.store.load::<new::Machine>("k").await.unwrap();
    assert_eq!(*newer, machine());
    older.reload().await.unwrap();
    older.parts.remove(1);
    older.save().await.unwrap();
    let newer = setup.store.load::<new::Machine>("k").await.unwrap();
    assert_eq!(newer.parts.len(), 1);
}

#[tokio::test]
async fn a_shard_that_becomes_independent_is_written_with_its_root_first() {
    let setup = setup::<new::Machine>().await;
    for by_path in [false, true] {
        let strict = old::Machine {
            name: "s".into(),
            parts: vec![],
            counter: note("0"),
        };
        setup.store.save(strict.clone()).key("k").await.unwrap();
        if by_path {
            let text = new::Machine::paths().counter().text();
            setup.store.write_path("k", &text, "1").await.unwrap();
        } else {
            let mut saved = setup.store.load::<new::Machine>("k").await.unwrap();
            saved.counter.text = "1".into();
            saved.save().await.unwrap();
            saved.counter.text = "2".into();
            setup.recorder.take();
            saved.save().await.unwrap();
            assert_eq!(setup.sent(), ["UpdateItem"]);
            saved.counter.text = "1".into();
            saved.save().await.unwrap();
        }
        let loaded = setup.store.load::<new::Machine>("k").await.unwrap();
        assert_eq!(loaded.counter, note("1"));
        let loaded = setup.store.load::<old::Machine>("k").await.unwrap();
        assert_eq!(loaded.counter, note("1"));
        setup.store.delete::<old::Machine>("k").await.unwrap();
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Two", key = "ID")]
struct Two {
    #[dyno(shard, independent)]
    a: Counter,
    #[dyno(shard, independent)]
    b: Counter,
}

#[tokio::test]
async fn several_independent_shards_are_written_together_or_not_at_all() {
    let setup = setup::<Two>().await;
    let zero = Counter {
        visits: 0,
        last: None,
    };
    let mut mine = setup
        .saved(Two {
            a: zero.clone(),
            b: zero,
        })
        .await;
    let mut theirs = setup.store.load::<Two>("k").await.unwrap();
    theirs.b.visits = 7;
    theirs.save().await.unwrap();
    (mine.a.visits, mine.b.visits) = (1, 1);
    let error = mine.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let stored = setup.store.load::<Two>("k").await.unwrap();
    assert_eq!((stored.a.visits, stored.b.visits), (0, 7));
    mine.b.visits = 0;
    mine.save().await.unwrap();
    let stored = setup.store.load::<Two>("k").await.unwrap();
    assert_eq!((stored.a.visits, stored.b.visits), (1, 7));
}

#[tokio::test]
async fn an_independent_shard_of_a_newer_format_is_not_written() {
    let setup = setup::<Page>().await;
    let page = Page {
        title: "t".into(),
        body: note("b"),
        counter: Counter {
            visits: 0,
            last: None,
        },
    };
    setup.saved(page).await;
    for table in ["Pages", "Counters"] {
        let mut item = setup.dump(table).await.remove(0);
        item.insert("_dy_format".into(), AttributeValue::N("13".into()));
        put(&setup, table, item).await;
    }
    let mut loaded = setup.store.load::<Page>("k").await.unwrap();
    loaded.counter.visits = 1;
    let error = loaded.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NewerFormat);
    let visits = Page::paths().counter().visits();
    let write = setup.store.write_path("k", &visits, 5_u64);
    assert_eq!(write.await.unwrap_err().kind(), ErrorKind::NewerFormat);
}

#[tokio::test]
async fn a_count_of_pieces_beyond_reason_is_damage() {
    let setup = setup::<Page>().await;
    let page = Page {
        title: "t".into(),
        body: note("b"),
        counter: Counter {
            visits: 0,
            last: None,
        },
    };
    setup.saved(page).await;
    let root = setup.dump("Pages").await.remove(0);
    let stamp = root["_dy_etag"].as_b().unwrap().as_ref()[..8].to_vec();
    for count in [
        &[0xff, 0xff, 0xff, 0x7f][..],
        &[0xff, 0x7f],
        &[0x81, 0x08],
        &[0],
    ] {
        let mut shards = root["_dy_shards"].as_m().unwrap().clone();
        let entry = [&[4][..], &stamp, count].concat();
        shards.insert("body".into(), AttributeValue::B(entry.into()));
        let mut root = root.clone();
        root.insert("_dy_shards".into(), AttributeValue::M(shards));
        put(&setup, "Pages", root).await;
        let error = setup.store.load::<Page>("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{count:?}: {error}");
    }
}

mod variants {
    use super::{DyObject, Note};

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Others", key = "IDX")]
    pub(super) struct Other {
        pub(super) number: u32,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    pub(super) struct First {
        #[dyno(shard)]
        pub(super) data: Note,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    pub(super) struct Second {
        #[dyno(shard)]
        pub(super) data: Other,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Choices", key = "ID")]
    pub(super) enum Choice {
        First { inner: First },
        Second { inner: Second },
    }
}

#[tokio::test]
async fn two_different_shards_with_one_id_are_refused() {
    let store = dyno_testbed::store();
    let error = store.ensure_tables::<variants::Choice>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(error.to_string().contains("inner/data"), "{error}");
}

#[tokio::test]
async fn a_document_that_was_read_without_its_shards_removes_none() {
    let setup = setup::<Order>().await;
    let mut first = order(["a", "b"]);
    first.lines.push(line("c"));
    setup.saved(first).await;
    let orders = setup
        .store
        .documents(dyno::document::Shape::root("Orders", "ID"));
    let mut read = orders.read("k").resolve_shards(false).await.unwrap();
    read.set("$.customer", "Eve").unwrap();
    assert_eq!(
        read.save().await.unwrap_err().kind(),
        ErrorKind::InvalidValue
    );
    assert_eq!(
        read.delete().await.unwrap_err().kind(),
        ErrorKind::InvalidValue
    );
    assert_eq!(setup.store.load::<Order>("k").await.unwrap().lines.len(), 3);
}

#[tokio::test]
async fn a_stored_layout_does_not_let_a_foreign_item_be_deleted() {
    let setup = setup::<Page>().await;
    let page = Page {
        title: "t".into(),
        body: note("b"),
        counter: Counter {
            visits: 0,
            last: None,
        },
    };
    setup.saved(page).await;
    let pages = setup
        .store
        .documents(dyno::document::Shape::root("Pages", "ID"));
    let read = pages.read("k").await.unwrap();
    let mut foreign = setup.dump("Counters").await.remove(0);
    let other = AttributeValue::B(vec![9; 8].into());
    foreign.insert("_dy_life".into(), other);
    put(&setup, "Counters", foreign.clone()).await;
    let error = read.delete().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
    assert_eq!(setup.dump("Counters").await, [foreign]);
}
