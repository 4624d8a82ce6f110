//! Objects whose item holds what their fields say: what a save compares with is worked out when there is one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Attribute, DyObject, ErrorKind, Key, Saved, Store, Stored, ValueError};
use dyno_testkit::{Recorder, dump};
use proptest::prelude::*;

use crate::fixture::Note;

/// Without a loader, which might have a say in what is stored.
async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<Note>().await.unwrap();
    recorder.take();
    (store, recorder)
}

/// A field of each form that texts have.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Letters", key = "ID")]
struct Letter {
    #[dyno(key)]
    id: String,
    subject: String,
    reply_to: Option<String>,
    signature: Box<str>,
    pages: Vec<String>,
    cents: i64,
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

fn next_serial() -> u64 {
    SERIAL.fetch_add(1, Ordering::Relaxed)
}

/// An object of which another program stores less.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parcels", key = "ID")]
struct Parcel {
    #[dyno(key)]
    id: String,
    #[dyno(default = next_serial)]
    serial: u64,
    weight: u32,
}

async fn by_another_program(store: &Store, id: &str, weight: &str) {
    let client = store.client::<Parcel>().unwrap();
    let put = client.put_item().table_name("Parcels");
    put.item("ID", AttributeValue::S(id.to_owned()))
        .item("weight", AttributeValue::N(weight.to_owned()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn what_each_load_fills_in_anew_is_no_change() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Parcel>().await.unwrap();
    by_another_program(&store, "p1", "7").await;
    let scanned = store.scan::<Parcel>().await.unwrap().remove(0);
    by_another_program(&store, "p2", "7").await;
    let loaded = store.load::<Parcel>("p2").await.unwrap();
    assert_ne!(loaded.serial, scanned.serial, "each load fills in another");
    for mut parcel in [loaded, scanned] {
        recorder.take();
        parcel.save().await.unwrap();
        assert!(recorder.take().is_empty());
        parcel.weight += 1;
        parcel.save().await.unwrap();
        let body = recorder.take()[0].body().clone();
        assert_eq!(body["UpdateExpression"], "SET #0=:0");
        assert_eq!(body["ExpressionAttributeNames"]["#0"], "weight");
    }
}

#[tokio::test]
async fn what_a_load_filled_in_can_be_changed_and_the_object_deleted() {
    let (store, _) = store().await;
    store.ensure_tables::<Parcel>().await.unwrap();
    by_another_program(&store, "p1", "7").await;
    let mut parcel = store.load::<Parcel>("p1").await.unwrap();
    parcel.serial = 77;
    parcel.save().await.unwrap();
    assert_eq!(store.load::<Parcel>("p1").await.unwrap().serial, 77);
    by_another_program(&store, "p2", "7").await;
    let parcel = store.load::<Parcel>("p2").await.unwrap();
    parcel.delete().await.unwrap();
    let mut parcels = store.scan::<Parcel>().await.unwrap();
    assert_eq!(parcels.remove(0).key().to_string(), "p1");
    assert!(parcels.is_empty());
}

/// An object that is changed behind a shared reference, of types that only serde knows.
#[derive(DyObject, Debug)]
#[dyno(table = "Pages", key = "ID")]
struct Visits {
    #[dyno(key)]
    id: String,
    count: AtomicU64,
    last: Mutex<Option<String>>,
}

#[tokio::test]
async fn what_is_changed_behind_a_shared_reference_is_written() {
    let (store, _) = store().await;
    store.ensure_tables::<Visits>().await.unwrap();
    let visits = Visits {
        id: "home".into(),
        count: AtomicU64::new(1),
        last: Mutex::default(),
    };
    let mut saved = store.save(visits).await.unwrap();
    saved.count.fetch_add(1, Ordering::Relaxed);
    saved.save().await.unwrap();
    let mut loaded = store.load::<Visits>("home").await.unwrap();
    assert_eq!(loaded.count.load(Ordering::Relaxed), 2);
    *loaded.last.lock().unwrap() = Some("ada".to_owned());
    loaded.save().await.unwrap();
    let loaded = store.load::<Visits>("home").await.unwrap();
    assert_eq!(loaded.last.lock().unwrap().as_deref(), Some("ada"));
}

/// An object whose clones are not the same.
#[derive(DyObject, Debug)]
#[dyno(table = "Note", key = "ID")]
struct Secretive {
    #[dyno(key)]
    id: String,
    text: String,
}

impl Clone for Secretive {
    fn clone(&self) -> Self {
        Self {
            id: "a clone".to_owned(),
            text: String::new(),
        }
    }
}

#[tokio::test]
async fn a_clone_that_is_not_the_same_is_saved_as_a_change() {
    let (store, _) = store().await;
    store.save(Note::new("n1", "hello")).await.unwrap();
    let loaded = store.scan::<Secretive>().await.unwrap().remove(0);
    let mut clone = loaded.clone();
    assert_eq!(clone.key().to_string(), "n1");
    clone.id = "n1".into();
    clone.save().await.unwrap();
    assert_eq!(store.load::<Note>("n1").await.unwrap().text, "");
}

#[tokio::test]
async fn one_that_does_not_fit_is_told_with_its_key_and_the_others_are_read() {
    let (store, _) = store().await;
    store.ensure_tables::<Parcel>().await.unwrap();
    for (id, weight) in [("p1", "7"), ("p2", "-7"), ("p3", "9")] {
        by_another_program(&store, id, weight).await;
    }
    let pages = store.scan::<Parcel>().pages_with_failures();
    let page = futures_util::TryStreamExt::try_collect::<Vec<_>>(pages);
    let page = page.await.unwrap().remove(0);
    assert_eq!(page.objects().len(), 2);
    let [failure] = page.failures() else {
        panic!("{:?}", page.failures());
    };
    assert_eq!(failure.key().to_string(), "p2");
    assert_eq!(failure.error().kind(), ErrorKind::DoesNotFit);
    let alone = store.load::<Parcel>("p2").await.unwrap_err();
    assert_eq!(
        failure.error().to_string().replace("scan", "load"),
        alone.to_string()
    );
}

/// A key of a text and a number, and fields that other programs write in forms of their own.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books")]
struct Book {
    #[dyno(key)]
    shelf: String,
    #[dyno(sort)]
    place: u8,
    title: String,
    weight: f64,
}

/// The same with a key of two texts.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Scrolls")]
struct Scroll {
    #[dyno(key)]
    shelf: String,
    #[dyno(sort)]
    place: String,
    title: String,
    weight: f64,
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

async fn shelve(store: &Store, table: &str, place: AttributeValue, weight: AttributeValue) {
    let client = store.client::<Book>().unwrap();
    let put = client.put_item().table_name(table);
    put.item("shelf", text("A"))
        .item("place", place)
        .item("title", text("Iliad"))
        .item("weight", weight)
        .send()
        .await
        .unwrap();
}

async fn failure_of_page<T: Stored + std::fmt::Debug>(store: &Store) -> (String, String) {
    let pages = store.query::<T>().key("A").pages_with_failures();
    let pages = futures_util::TryStreamExt::try_collect::<Vec<_>>(pages);
    let page = pages.await.unwrap().remove(0);
    assert_eq!(page.failures().len(), 1, "{page:?}");
    let failure = page.failures().first().unwrap();
    (failure.key().to_string(), failure.error().to_string())
}

#[tokio::test]
async fn what_does_not_fit_has_its_whole_key() {
    let (store, _) = store().await;
    store.ensure_tables::<Book>().await.unwrap();
    store.ensure_tables::<Scroll>().await.unwrap();
    shelve(&store, "Scrolls", text("top"), text("heavy")).await;
    let (key, why) = failure_of_page::<Scroll>(&store).await;
    assert_eq!(key, Key::from(("A", "top")).to_string());
    assert!(why.contains("weight"), "{why}");
    shelve(&store, "Books", number("300"), number("1")).await;
    let (key, why) = failure_of_page::<Book>(&store).await;
    assert_eq!(key, Key::from(("A", 300)).to_string());
    assert!(why.contains("place"), "{why}");
}

#[tokio::test]
async fn an_object_of_a_page_knows_its_key_whatever_else_is_in_its_item() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Book>().await.unwrap();
    store.ensure_tables::<Scroll>().await.unwrap();
    for weight in ["1.5", "1.50"] {
        shelve(&store, "Scrolls", text("top"), number(weight)).await;
        let mut scroll = store.query::<Scroll>().key("A").await.unwrap().remove(0);
        assert_eq!(scroll.key(), &Key::from(("A", "top")));
        scroll.title = "Odyssey".into();
        assert_eq!(scroll.key(), &Key::from(("A", "top")));
        recorder.take();
        scroll.save().await.unwrap();
        let body = recorder.take()[0].body().clone();
        assert_eq!(body["UpdateExpression"], "SET #0=:0", "{weight}");
        shelve(&store, "Books", number("3"), number(weight)).await;
        let mut book = store.query::<Book>().key("A").await.unwrap().remove(0);
        book.title = "Odyssey".into();
        assert_eq!(book.key(), &Key::from(("A", 3)));
        book.save().await.unwrap();
        let stored = store.load::<Book>(("A", 3)).await.unwrap();
        assert_eq!((stored.title.as_str(), stored.weight), ("Odyssey", 1.5));
    }
}

/// A key that is read from several forms of its text.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Tickets", key = "ID")]
struct Ticket {
    #[dyno(key)]
    id: uuid::Uuid,
    seats: u32,
}

#[tokio::test]
async fn an_object_of_a_page_has_the_key_of_its_item_not_another_form_of_it() {
    const WITHOUT_HYPHENS: &str = "550e8400e29b41d4a716446655440000";
    let (store, _) = store().await;
    store.ensure_tables::<Ticket>().await.unwrap();
    let client = store.client::<Ticket>().unwrap();
    let put = client.put_item().table_name("Tickets");
    put.item("ID", AttributeValue::S(WITHOUT_HYPHENS.to_owned()))
        .item("seats", AttributeValue::N("2".to_owned()))
        .send()
        .await
        .unwrap();
    let ticket = store.scan::<Ticket>().await.unwrap().remove(0);
    assert_eq!(ticket.key(), &Key::from(WITHOUT_HYPHENS));
    ticket.delete().await.unwrap();
    assert!(store.scan::<Ticket>().await.unwrap().is_empty());
}

/// Not a text, but stored as one.
#[derive(Clone, Debug, PartialEq)]
enum Color {
    Red,
    Unknown,
}

impl Attribute for Color {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::S(format!("{self:?}")))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        match value.as_s().map(String::as_str) {
            Ok("Red") => Ok(Self::Red),
            _ => Ok(Self::Unknown),
        }
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Paints", key = "ID")]
struct Paint {
    #[dyno(key)]
    id: String,
    color: Color,
    #[dyno(alias = "label")]
    title: String,
}

#[tokio::test]
async fn an_empty_text_that_stays_in_the_item_is_compared_with_as_it_is() {
    let (store, _) = store().await;
    store.ensure_tables::<Paint>().await.unwrap();
    let client = store.client::<Paint>().unwrap();
    for name in ["title", "label"] {
        let put = client.put_item().table_name("Paints");
        put.item("ID", text("p1"))
            .item("color", text(""))
            .item(name, text("sky"))
            .send()
            .await
            .unwrap();
        let loaded = store.load::<Paint>("p1").await.unwrap();
        let mut scanned = store.scan::<Paint>().await.unwrap().remove(0);
        assert_eq!(*loaded, *scanned);
        assert_eq!(
            (&scanned.color, scanned.title.as_str()),
            (&Color::Unknown, "sky")
        );
        scanned.color = Color::Red;
        scanned.save().await.unwrap();
        let stored = store.load::<Paint>("p1").await.unwrap();
        assert_eq!((&stored.color, stored.title.as_str()), (&Color::Red, "sky"));
        stored.delete().await.unwrap();
    }
}

#[tokio::test]
async fn a_clone_is_changed_by_itself() {
    let (store, _) = store().await;
    store.save(Note::new("n1", "hello")).await.unwrap();
    let one = store.load::<Note>("n1").await.unwrap();
    let mut other = one.clone();
    other.text = "changed".into();
    other.save().await.unwrap();
    let mut one = one;
    one.stars = Some(1);
    one.save().await.unwrap();
    let stored = store.load::<Note>("n1").await.unwrap();
    assert_eq!((stored.text.as_str(), stored.stars), ("changed", Some(1)));
}

#[tokio::test]
async fn an_object_keeps_its_key_when_its_key_field_is_changed() {
    let (store, _) = store().await;
    store.save(Note::new("n1", "hello")).await.unwrap();
    let mut note = store.scan::<Note>().await.unwrap().remove(0);
    note.id = "n2".into();
    assert_eq!(note.key().to_string(), "n1");
    assert_eq!(note.save().await.unwrap_err().kind(), ErrorKind::InvalidKey);
}

#[tokio::test]
async fn what_was_put_and_never_changed_is_not_sent_again_and_can_be_deleted() {
    let (store, recorder) = store().await;
    let mut note = store.save(Note::new("n1", "hello")).await.unwrap();
    recorder.take();
    note.save().await.unwrap();
    assert!(recorder.take().is_empty());
    assert_eq!(note.save().plan().unwrap().requests().len(), 0);
    note.delete().await.unwrap();
    assert!(store.load::<Note>("n1").optional().await.unwrap().is_none());
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-zé]{1,6}"]
}

fn any_letter() -> impl Strategy<Value = Letter> {
    let texts = (any_text(), prop::option::of(any_text()), any_text());
    let others = (prop::collection::vec(any_text(), 0..3), any::<i64>());
    (texts, others).prop_map(|((subject, reply_to, signature), (pages, cents))| Letter {
        id: "l1".to_owned(),
        subject,
        reply_to,
        signature: signature.into(),
        pages,
        cents,
    })
}

#[derive(Clone, Copy, Debug)]
enum Obtained {
    Loaded,
    Scanned,
    Saved,
}

async fn obtained(store: &Store, how: Obtained, letter: Letter) -> Saved<Letter> {
    let saved = store.save(letter).await.unwrap();
    match how {
        Obtained::Loaded => store.load("l1").await.unwrap(),
        Obtained::Scanned => store.scan().await.unwrap().remove(0),
        Obtained::Saved => saved,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn however_it_was_obtained_a_save_writes_what_changed(
        how in prop_oneof![Just(Obtained::Loaded), Just(Obtained::Scanned), Just(Obtained::Saved)],
        before in any_letter(),
        after in any_letter(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, recorder) = store().await;
            store.ensure_tables::<Letter>().await.unwrap();
            let mut letter = obtained(&store, how, before.clone()).await;
            prop_assert_eq!(&*letter, &before);
            recorder.take();
            *letter = after.clone();
            let plan = letter.save().plan().unwrap();
            letter.save().await.unwrap();
            prop_assert_eq!(plan.requests().len(), recorder.take().len());
            prop_assert_eq!(plan.requests().is_empty(), before == after);
            let loaded = store.load::<Letter>("l1").await.unwrap();
            prop_assert_eq!(&*loaded, &after);
            let stored = dump(&store.client::<Letter>().unwrap(), "Letters").await.unwrap();
            let written = Attribute::to_value(&after).unwrap();
            prop_assert_eq!(AttributeValue::M(stored[0].clone()), written);
            Ok(())
        })?;
    }
}
