//! What is refused before any request, and what the error says.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Item, Key, SaveError, Store};
use dyno_testkit::{Recorder, dump};

use crate::fixture::{Details, Note, Person, store};

#[derive(DyObject, Clone, Debug, Default, PartialEq)]
#[dyno(table = "Loose", key = "ID")]
struct Loose {
    #[dyno(key)]
    id: String,
    number: f64,
    set: Option<BTreeSet<String>>,
    raw: Option<AttributeValue>,
    big: Option<String>,
    other: Option<String>,
    #[dyno(flatten)]
    rest: BTreeMap<String, AttributeValue>,
}

fn loose() -> Loose {
    Loose {
        id: "x".into(),
        ..Loose::default()
    }
}

async fn refused(object: Loose) -> SaveError<Loose> {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<Loose>().await.unwrap();
    recorder.take();
    let error = store.save(object.clone()).await.unwrap_err();
    assert_eq!(
        format!("{:?}", error.object()),
        format!("{object:?}"),
        "the object comes back"
    );
    assert!(recorder.take().is_empty(), "nothing was sent");
    assert!(
        dump(&store.client::<Loose>().unwrap(), "Loose")
            .await
            .unwrap()
            .is_empty()
    );
    error
}

#[track_caller]
fn says(error: &SaveError<Loose>, kind: ErrorKind, words: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

#[tokio::test]
async fn keys() {
    let error = refused(Loose {
        id: String::new(),
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidKey, &["`ID`", "empty"]);
    let error = refused(Loose {
        id: "k".repeat(2049),
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidKey, &["2049", "2048"]);
    let (store, recorder) = store().await;
    let error = store.load::<Note>(7u32).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(
        error.to_string().contains("a string, found a number"),
        "{error}"
    );
    let error = store.load::<Note>(("n", "sort")).await.unwrap_err();
    assert!(error.to_string().contains("no sort key"), "{error}");
    let error = store.load::<Person>("%".repeat(900)).await.unwrap_err();
    assert!(error.to_string().contains("shorter key"), "{error}");
    let error = store
        .save(Note::new("n1", "x"))
        .key("n2")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(error.to_string().contains("`n1`"), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn values() {
    let error = refused(Loose {
        number: f64::NAN,
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidValue, &["Loose.number", "NaN"]);
    assert_eq!(error.error().key(), Some(&Key::from(loose().id)));
    let error = refused(Loose {
        set: Some(BTreeSet::new()),
        ..loose()
    })
    .await;
    says(
        &error,
        ErrorKind::InvalidValue,
        &["Loose.set", "empty", "Option"],
    );
    let error = refused(Loose {
        raw: Some(AttributeValue::N("1".repeat(39))),
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidValue, &["Loose.raw", "39", "38"]);
    let error = refused(Loose {
        raw: Some(AttributeValue::N("1e126".into())),
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidValue, &["Loose.raw", "range"]);
    let mut deep = AttributeValue::Bool(true);
    for _ in 0..40 {
        deep = AttributeValue::L(vec![deep]);
    }
    let error = refused(Loose {
        raw: Some(deep),
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidValue, &["Loose.raw", "32"]);
    let twice = AttributeValue::Ns(vec!["1".into(), "1.0".into()]);
    let error = refused(Loose {
        raw: Some(twice),
        ..loose()
    })
    .await;
    says(&error, ErrorKind::InvalidValue, &["Loose.raw", "twice"]);
}

#[tokio::test]
async fn names() {
    let with = |name: &str| Loose {
        rest: BTreeMap::from([(name.to_owned(), AttributeValue::Bool(true))]),
        ..loose()
    };
    let error = refused(with("_dy_mine")).await;
    says(&error, ErrorKind::InvalidValue, &["_dy_mine", "rename"]);
    let error = refused(with("number")).await;
    says(&error, ErrorKind::InvalidValue, &["number", "two fields"]);
    let error = refused(with("")).await;
    says(&error, ErrorKind::InvalidValue, &["name is empty"]);
    let error = refused(with(&"n".repeat(65_536))).await;
    says(&error, ErrorKind::InvalidValue, &["65536", "65535"]);
}

#[tokio::test]
async fn sizes() {
    let error = refused(Loose {
        big: Some("b".repeat(300_000)),
        other: Some("o".repeat(200_000)),
        ..loose()
    })
    .await;
    says(
        &error,
        ErrorKind::TooLarge,
        &[
            "`Loose`",
            "`big` (300003 bytes), `other` (200005 bytes)",
            "shard",
        ],
    );
    let (store, recorder) = store().await;
    let mut person = Person::john();
    person.details = Some(Details {
        hospital: "h".repeat(5_000_000),
        born: String::new(),
    });
    let error = store.save(person).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn exactly_400_kb_is_saved() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Loose>().await.unwrap();
    let overhead = "ID".len() + "x".len() + "number".len() + 2 + "big".len();
    let fits = Loose {
        big: Some("b".repeat(400 * 1024 - overhead + 1)),
        ..loose()
    };
    store.save(fits.clone()).await.unwrap();
    let mut large = fits;
    large.big.as_mut().unwrap().push('b');
    assert_eq!(
        store.save(large).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

macro_rules! wide {
    ($($field:ident),*) => {
        #[derive(DyObject, Clone, Debug)]
        #[dyno(table = "Wide", key = "ID")]
        struct Wide {
            $(#[dyno(shard)] $field: Option<Details>,)*
        }

        impl Wide {
            fn full(bytes: usize) -> Self {
                let details = || Some(Details { hospital: "h".repeat(bytes), born: String::new() });
                Self { $($field: details(),)* }
            }
        }
    };
}

wide!(
    a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3,
    c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7,
    e8, e9, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, h0, h1,
    h2, h3, h4, h5, h6, h7, h8, h9, i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, j0, j1, j2, j3, j4, j5,
    j6, j7, j8, j9
);

#[tokio::test]
async fn transactions() {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<Wide>().await.unwrap();
    recorder.take();
    let error = store.save(Wide::full(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(
        error.to_string().contains("101 actions") && error.to_string().contains("100"),
        "{error}"
    );
    let mut large = Wide::full(50_000);
    large.j9 = None;
    let error = store.save(large).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("4194304"), "{error}");
    assert!(recorder.take().is_empty());
    let mut most = Wide::full(10);
    most.j9 = None;
    let saved = store.save(most).await.unwrap();
    assert!(store.load::<Wide>(saved.key()).await.unwrap().j8.is_some());
}

#[tokio::test]
async fn a_newer_format_is_neither_read_nor_written() {
    for (format, reads) in [("13", true), ("21", false), ("99", false)] {
        let (store, _) = store().await;
        let mut saved = store.save(Person::john()).await.unwrap();
        let client = store.client::<Person>().unwrap();
        let mut item = dump(&client, "Person").await.unwrap().remove(0);
        item.insert(
            "_dy_format".to_owned(),
            AttributeValue::N(format.to_owned()),
        );
        item.insert("_dy_etag".to_owned(), AttributeValue::B(vec![7; 16].into()));
        client
            .put_item()
            .table_name("Person")
            .set_item(Some(item))
            .send()
            .await
            .unwrap();
        assert_eq!(
            store.load::<Person>(saved.key()).await.is_ok(),
            reads,
            "{format}"
        );
        saved.tags.clear();
        let key = saved.key().clone();
        let kinds = [
            saved.save().await.unwrap_err().kind(),
            store
                .save(Person::john())
                .key(&key)
                .await
                .unwrap_err()
                .kind(),
            store.delete::<Person>(&key).await.unwrap_err().kind(),
            store
                .write_path::<Person, String>(&key, "name", "x")
                .await
                .unwrap_err()
                .kind(),
            store
                .write_path::<Person, String>(&key, "location.city", "x")
                .await
                .unwrap_err()
                .kind(),
        ];
        assert_eq!(kinds, [ErrorKind::NewerFormat; 5], "{format}");
        assert_eq!(
            dump(&client, "Person").await.unwrap()[0]["_dy_format"],
            AttributeValue::N(format.to_owned())
        );
    }
}

#[tokio::test]
async fn a_missing_table_is_named_with_what_makes_it() {
    let store = dyno_testbed::store();
    let error = store.load::<Note>("n").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    assert_eq!(error.table(), Some("Note"));
    assert!(error.to_string().contains("ensure_tables"), "{error}");
    let error = store.save(Note::new("n", "x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    let error = store.load::<Person>("n").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    assert!(error.to_string().contains("`Location`"), "{error}");
    assert_eq!(
        store.delete::<Note>("n").await.unwrap_err().kind(),
        ErrorKind::TableMissing
    );
}

#[tokio::test]
async fn a_table_with_other_keys_is_refused() {
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Note", key = "id")]
    struct Other {
        text: String,
    }
    let (store, _) = store().await;
    let error = store.ensure_tables::<Other>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert!(
        error.to_string().contains("`id`") && error.to_string().contains("`ID`"),
        "{error}"
    );
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Note", key = "ID")]
struct Numbered {
    #[dyno(key)]
    id: u64,
}

#[tokio::test]
async fn a_query_for_a_key_of_another_type_says_who_compares_them() {
    let (store, _) = store().await;
    let error = store.query::<Numbered>().key(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
    assert!(error.to_string().contains("check_tables"), "{error}");
}

#[tokio::test]
async fn what_is_asked_of_a_table_with_other_keys_says_who_compares_them() {
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Note", key = "id")]
    struct Other {
        text: String,
    }
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Note", key = "id", tag = "Parted")]
    struct Parted {
        #[dyno(shard(table = "Note"))]
        part: Part,
    }
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Note", key = "id")]
    struct Part {
        text: String,
    }
    let (store, _) = store().await;
    let text = || "x".to_owned();
    let parted = Parted {
        part: Part { text: text() },
    };
    let batch = [Other { text: text() }];
    let errors = [
        store.save(parted).await.unwrap_err().into(),
        store.load::<Parted>("n").await.unwrap_err(),
        store.load_many::<Other>(["n"]).await.unwrap_err().into(),
        store.save_many(batch).await.unwrap_err().into(),
        store.load::<Other>("n").await.unwrap_err(),
        store.delete::<Other>("n").await.unwrap_err(),
        store.query::<Other>().key("n").await.unwrap_err(),
        store.save(Other { text: text() }).await.unwrap_err().into(),
        store.load::<Numbered>(1).await.unwrap_err(),
        store.save(Numbered { id: 1 }).await.unwrap_err().into(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
        assert!(error.to_string().contains("check_tables"), "{error}");
    }
}

#[tokio::test]
async fn who_deletes_what_somebody_deleted_is_not_told_to_save_it() {
    let (store, _) = store().await;
    let saved = store.save(Note::new("n", "x")).await.unwrap();
    store.delete::<Note>("n").await.unwrap();
    let error = saved.delete().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("nothing to delete"), "{error}");
}

#[tokio::test]
async fn no_credentials_is_said_so() {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .http_client(dyno_embedded::Engine::in_memory().unwrap().http_client())
        .build();
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config));
    let error = store.load::<Note>("n").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error:?}");
    assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_is_not_of_unknown_outcome() {
    let credentials = aws_sdk_dynamodb::config::Credentials::new("a", "b", None, None, "test");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials)
        .http_client(dyno_embedded::Engine::in_memory().unwrap().http_client())
        .build();
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config));
    let error = store.save(Note::new("n", "x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error:?}");
    assert!(error.to_string().contains("region"), "{error}");
}

#[tokio::test]
async fn shapes_that_cannot_be_stored() {
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Keyed", key = "IDX")]
    struct Keyed {
        #[dyno(key)]
        id: String,
    }
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Owner", key = "ID")]
    struct Owner {
        #[dyno(shard)]
        keyed: Keyed,
    }
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Far", key = "IDX", region = "eu-west-1")]
    struct Far {
        text: String,
    }
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Near", key = "ID", region = "us-east-1")]
    struct Near {
        #[dyno(shard)]
        far: Far,
    }
    #[derive(DyObject, Clone, Debug)]
    #[dyno(table = "Listed", key = "ID")]
    struct Listed {
        people: Vec<Person>,
    }
    let store = dyno_testbed::store();
    let owner = store
        .save(Owner {
            keyed: Keyed { id: "x".into() },
        })
        .await
        .unwrap_err()
        .into_parts()
        .1;
    let near = store
        .save(Near {
            far: Far { text: "x".into() },
        })
        .await
        .unwrap_err()
        .into_parts()
        .1;
    let listed = store
        .save(Listed { people: vec![] })
        .await
        .unwrap_err()
        .into_parts()
        .1;
    for (error, words) in [
        (owner, "`Keyed`"),
        (near, "another region"),
        (listed, "`people`"),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidShape);
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn the_key_of_a_loaded_object_does_not_change_by_the_way() {
    let (store, recorder) = store().await;
    let mut note = store.save(Note::new("n1", "x")).await.unwrap();
    recorder.take();
    note.id = "n2".into();
    let error = note.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_eq!(error.key(), Some(&Key::from("n1")));
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn foreign_edits_are_corrupt_and_named() {
    let (store, recorder) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    let client = store.client::<Person>().unwrap();
    let mut item: Item = dump(&client, "Location").await.unwrap().remove(0);
    item.insert("_dy_stamp".to_owned(), AttributeValue::B(vec![9; 8].into()));
    client
        .put_item()
        .table_name("Location")
        .set_item(Some(item.clone()))
        .send()
        .await
        .unwrap();
    recorder.take();
    let error = store.load::<Person>(saved.key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(error.table(), Some("Location"));
    assert!(error.to_string().contains("shard `location`"), "{error}");
    assert!(recorder.take().len() <= 5, "it is not read for ever");
    let idx = item.remove("IDX").unwrap();
    client
        .delete_item()
        .table_name("Location")
        .key("IDX", idx)
        .send()
        .await
        .unwrap();
    assert_eq!(
        store.load::<Person>(saved.key()).await.unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    let error = store
        .write_path::<Person, u64>(saved.key(), "location.visits", 1u64)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}
