//! What stands in the tables is kept, and never taken for something else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{
    AttributeValue, Blob, ConfigLoader, DyObject, EncryptionKey, ErrorKind, FieldPath, Item, Rules,
    Store,
};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, dump, wrap};
use serde::{Deserialize, Serialize};

use crate::fixture::{Details, key};

async fn store_of<T: DyObject>(loader: impl ConfigLoader) -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store()
        .with_loader(loader)
        .with_interceptor(recorder.clone());
    store.ensure_tables::<T>().await.unwrap();
    recorder.take();
    (store, recorder)
}

async fn put(store: &Store, table: &str, attributes: &[(&str, AttributeValue)]) {
    let item: Item = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let client = store.client::<Token>().unwrap();
    client
        .put_item()
        .table_name(table)
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Token", key = "ID")]
struct Token {
    #[dyno(encrypt)]
    token: Blob,
}

#[tokio::test]
async fn ciphertext_is_never_taken_for_the_value() {
    let (store, _) = store_of::<Token>(Rules::new().encrypt(["token"], key("k")).unwrap()).await;
    let saved = store
        .save(Token {
            token: Blob::new("secret"),
        })
        .await
        .unwrap();
    let error = store
        .load::<Token>(saved.key())
        .loader(Rules::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    let path = Token::paths().token();
    let error = store
        .read_path(saved.key(), path)
        .loader(Rules::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Member", key = "ID")]
struct Member {
    vip: bool,
    note: String,
}

struct Vips(EncryptionKey);

impl ConfigLoader for Vips {
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let vip = object.get("vip") == Some(&AttributeValue::Bool(true));
        (vip && path == "note").then(|| self.0.clone())
    }

    fn needs_object(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_path_is_read_as_the_loader_decides_by_the_object() {
    let (store, _) = store_of::<Member>(Vips(key("k"))).await;
    store
        .save(Member {
            vip: true,
            note: "n".into(),
        })
        .key("m")
        .await
        .unwrap();
    let note: String = store.read_path("m", Member::paths().note()).await.unwrap();
    assert_eq!(note, "n");
    put(
        &store,
        "Member",
        &[
            ("ID", text("m")),
            ("vip", AttributeValue::Bool(true)),
            ("note", text("forged")),
        ],
    )
    .await;
    let error = store
        .read_path("m", Member::paths().note())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Part", key = "IDX")]
struct Part {
    #[dyno(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Whole", key = "ID")]
struct Whole {
    #[dyno(shard)]
    part: Part,
    #[dyno(flatten)]
    rest: BTreeMap<String, String>,
}

#[tokio::test]
async fn a_value_under_the_name_of_a_key_is_refused() {
    let (store, recorder) = store_of::<Whole>(Rules::new()).await;
    let with = |name: &str| BTreeMap::from([(name.to_owned(), "x".to_owned())]);
    let none = BTreeMap::new;
    let root = Whole {
        part: Part { rest: none() },
        rest: with("ID"),
    };
    let error = store.save(root).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let shard = Whole {
        part: Part { rest: with("IDX") },
        rest: none(),
    };
    let error = store.save(shard).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert_eq!(error.error().path().unwrap(), "part.IDX");
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Old", key = "ID")]
struct Loose {
    nothing: Option<String>,
    number: f64,
    #[dyno(alias = "title")]
    name: String,
    list: Vec<Element>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Element {
    known: u8,
}

#[tokio::test]
async fn an_unchanged_object_is_not_written_in_another_form() {
    let (store, recorder) = store_of::<Loose>(Rules::new()).await;
    let number = |text: &str| AttributeValue::N(text.to_owned());
    let element = Item::from([
        ("known".to_owned(), number("1")),
        ("unknown".to_owned(), text("u")),
    ]);
    put(
        &store,
        "Old",
        &[
            ("ID", text("o")),
            ("nothing", AttributeValue::Null(true)),
            ("number", number("0.12345678901234567890123")),
            ("title", text("t")),
            ("list", AttributeValue::L(vec![AttributeValue::M(element)])),
        ],
    )
    .await;
    let client = store.client::<Loose>().unwrap();
    let before = dump(&client, "Old").await.unwrap();
    let mut loose = store.load::<Loose>("o").await.unwrap();
    recorder.take();
    loose.save().await.unwrap();
    assert!(recorder.take().is_empty());
    let name: String = store.read_path("o", Loose::paths().name()).await.unwrap();
    assert_eq!(name, "t", "a path finds a value under its older name");
    loose.name = "n".into();
    loose.save().await.unwrap();
    let mut wanted = before[0].clone();
    wanted.remove("title");
    wanted.insert("name".to_owned(), text("n"));
    assert_eq!(
        dump(&client, "Old").await.unwrap(),
        [wanted],
        "only what was changed is written"
    );
    put(
        &store,
        "Old",
        &[
            ("ID", text("p")),
            ("title", text("t")),
            ("number", number("1")),
            ("list", AttributeValue::L(vec![])),
        ],
    )
    .await;
    store
        .write_path::<Loose, String>("p", "name", "n")
        .await
        .unwrap();
    assert_eq!(store.load::<Loose>("p").await.unwrap().name, "n");
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Page", key = "ID")]
struct Page {
    text: String,
    tags: std::collections::BTreeSet<i64>,
}

fn page(letter: &str, length: usize) -> Page {
    Page {
        text: letter.repeat(length),
        tags: [3, -20, 100].into(),
    }
}

#[tokio::test]
async fn a_large_attribute_is_replaced_by_another() {
    let (store, _) = store_of::<Page>(Rules::new()).await;
    let mut saved = store.save(page("a", 250_000)).await.unwrap();
    *saved = page("b", 250_000);
    saved.save().await.unwrap();
    *saved = page("b", 450_000);
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("`text`"), "{error}");
}

/// A store on a new engine whose first request meets the first fault, the second the second.
async fn faulty<T: DyObject>(faults: [Fault; 2]) -> (Store, Store) {
    let engine = Service::new().inline();
    let sound = Store::new(engine.client());
    sound.ensure_tables::<T>().await.unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let client = wrap(&engine.client(), |http| {
        FaultClient::new(http, move |_| {
            faults
                .get(sent.fetch_add(1, Ordering::Relaxed))
                .cloned()
                .unwrap_or(Fault::Pass)
        })
    });
    (sound, Store::new(client))
}

#[tokio::test(start_paused = true)]
async fn an_insert_whose_answer_was_lost_is_known_by_its_values() {
    let (sound, faulty) = faulty::<Page>([Fault::AnswerLost, Fault::Pass]).await;
    let saved = faulty
        .save(page("a", 3))
        .key("p")
        .if_absent()
        .await
        .unwrap();
    assert_eq!(
        *sound.load::<Page>(saved.key()).await.unwrap(),
        page("a", 3)
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Page", key = "ID")]
struct PageNew {
    text: String,
    tags: std::collections::BTreeSet<i64>,
    author: Option<String>,
    #[dyno(encrypt)]
    secret: Option<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Page", key = "ID")]
struct PageMiddle {
    text: String,
    tags: std::collections::BTreeSet<i64>,
    author: Option<String>,
}

#[tokio::test]
async fn an_attribute_added_while_an_item_becomes_an_object_is_not_lost() {
    let (store, _) = store_of::<Page>(Rules::new()).await;
    store.save(page("a", 1)).key("p").await.unwrap();
    let mut new = store.load::<PageNew>("p").await.unwrap();
    let mut middle = store.load::<PageMiddle>("p").await.unwrap();
    middle.author = Some("m".into());
    middle.save().await.unwrap();
    new.text = "n".into();
    assert_eq!(new.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Same", key = "ID")]
struct Same {
    text: String,
    #[dyno(shard)]
    next: Option<Box<Self>>,
}

#[tokio::test]
async fn a_shard_does_not_take_the_place_of_another_object() {
    let (store, _) = store_of::<Same>(Rules::new()).await;
    let alone = |text: &str| Same {
        text: text.into(),
        next: None,
    };
    store.save(alone("other")).key("Same#k/next").await.unwrap();
    let both = Same {
        text: "k".into(),
        next: Some(Box::new(alone("next"))),
    };
    let error = store.save(both.clone()).key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_eq!(
        *store.load::<Same>("Same#k/next").await.unwrap(),
        alone("other")
    );
    let saved = store.save(both.clone()).key("free").await.unwrap();
    assert_eq!(*store.load::<Same>(saved.key()).await.unwrap(), both);
    store.delete::<Same>(saved.key()).await.unwrap();
    assert_eq!(
        dump(&store.client::<Same>().unwrap(), "Same")
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_counter_at_its_end_does_not_panic() {
    let (store, _) = store_of::<Same>(Rules::new()).await;
    store
        .save(Same {
            text: "x".into(),
            next: None,
        })
        .key("s")
        .await
        .unwrap();
    let client = store.client::<Same>().unwrap();
    let mut item = dump(&client, "Same").await.unwrap().remove(0);
    item.insert(
        "_dy_seq".to_owned(),
        AttributeValue::N(u64::MAX.to_string()),
    );
    client
        .put_item()
        .table_name("Same")
        .set_item(Some(item))
        .send()
        .await
        .unwrap();
    let mut saved = store.load::<Same>("s").await.unwrap();
    saved.text = "y".into();
    saved.save().await.unwrap();
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Deep", key = "ID")]
struct Deep {
    deeper: Option<Box<Deeper>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Deeper {
    deeper: Option<Box<Self>>,
}

#[tokio::test]
async fn a_value_nested_without_end_is_refused() {
    let (store, recorder) = store_of::<Deep>(Rules::new()).await;
    for depth in [40, 1_000] {
        let mut deeper = None;
        for _ in 0..depth {
            deeper = Some(Box::new(Deeper { deeper }));
        }
        let error = store.save(Deep { deeper }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{depth}");
        assert!(error.to_string().contains("nested deeper"), "{error}");
    }
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Mixed", key = "ID")]
struct Mixed {
    list: Vec<Half>,
    map: BTreeMap<String, Half>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Half {
    secret: String,
    #[dyno(plain)]
    open: String,
}

#[tokio::test]
async fn plain_is_never_encrypted_inside_lists_and_maps_either() {
    let (store, _) =
        store_of::<Mixed>(Rules::new().encrypt(["list", "map"], key("k")).unwrap()).await;
    let half = Half {
        secret: "hidden".into(),
        open: "shown".into(),
    };
    let mixed = Mixed {
        list: vec![half.clone()],
        map: BTreeMap::from([("m".to_owned(), half)]),
    };
    let saved = store.save(mixed.clone()).await.unwrap();
    let item = dump(&store.client::<Mixed>().unwrap(), "Mixed")
        .await
        .unwrap()
        .remove(0);
    let first = item["list"].as_l().unwrap()[0].as_m().unwrap();
    let entry = item["map"].as_m().unwrap()["m"].as_m().unwrap();
    for half in [first, entry] {
        assert!(half["secret"].is_b());
        assert_eq!(half["open"], text("shown"));
    }
    assert_eq!(*store.load::<Mixed>(saved.key()).await.unwrap(), mixed);
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Stamp {
    seconds: i64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Timed", key = "ID")]
struct Timed {
    at: Stamp,
}

#[tokio::test]
async fn a_value_inside_one_of_serdes_is_checked_before_it_is_written() {
    let (store, _) = store_of::<Timed>(Rules::new()).await;
    let saved = store
        .save(Timed {
            at: Stamp { seconds: 1 },
        })
        .await
        .unwrap();
    let error = store
        .write_path::<Timed, String>(saved.key(), "at.seconds", "bad")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    store
        .write_path::<Timed, i64>(saved.key(), "at.seconds", 2i64)
        .await
        .unwrap();
    assert_eq!(
        store.load::<Timed>(saved.key()).await.unwrap().at.seconds,
        2
    );
}

#[tokio::test]
async fn an_object_that_may_be_absent_is_an_option() {
    let (store, _) = store_of::<Timed>(Rules::new()).await;
    assert!(store.load::<Timed>("t").optional().await.unwrap().is_none());
    let saved = store
        .save(Timed {
            at: Stamp { seconds: 1 },
        })
        .key("t")
        .await
        .unwrap();
    assert_eq!(
        store.load::<Timed>("t").optional().await.unwrap(),
        Some(saved)
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Case", key = "ID")]
struct Case {
    text: String,
    #[dyno(shard)]
    details: Details,
}

fn case() -> Case {
    let details = Details {
        hospital: "h".into(),
        born: "b".into(),
    };
    Case {
        text: "t".into(),
        details,
    }
}

#[tokio::test]
async fn attributes_of_a_later_version_are_kept() {
    let (store, _) = store_of::<Case>(Rules::new()).await;
    let saved = store.save(case()).await.unwrap();
    let client = store.client::<Case>().unwrap();
    for table in ["Case", "Details"] {
        let mut item = dump(&client, table).await.unwrap().remove(0);
        item.insert("_dy_later".to_owned(), text("later"));
        client
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .send()
            .await
            .unwrap();
    }
    let mut case = store.load::<Case>(saved.key()).await.unwrap();
    case.text = "u".into();
    case.details.born = "c".into();
    case.save().await.unwrap();
    for table in ["Case", "Details"] {
        assert_eq!(
            dump(&client, table).await.unwrap()[0]["_dy_later"],
            text("later"),
            "{table}"
        );
    }
}

#[tokio::test]
async fn reads_are_consistent_unless_asked_otherwise() {
    let (store, recorder) = store_of::<Case>(Rules::new()).await;
    let saved = store.save(case()).await.unwrap();
    for (eventual, wanted) in [(false, true), (true, false)] {
        recorder.take();
        let load = store.load::<Case>(saved.key());
        if eventual { load.eventual() } else { load }.await.unwrap();
        let path = store.read_path(saved.key(), Case::paths().text());
        if eventual { path.eventual() } else { path }.await.unwrap();
        let sent = recorder.take();
        let tables = sent[0].body()["RequestItems"].as_object().unwrap();
        assert!(
            tables
                .values()
                .all(|table| table["ConsistentRead"] == wanted),
            "{tables:?}"
        );
        assert_eq!(sent[1].body()["ConsistentRead"], wanted);
    }
}
