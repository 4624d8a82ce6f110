use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use super::source::Pending;
use super::{Fetched, Lazy, LazySource, as_unloaded, unloaded, with_source};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::{Attribute, Codec, FieldShape, Kind, ShardField};

const LIFE: [u8; 8] = *b"lifelife";
const FIRST: [u8; 8] = *b"stamp--1";
const SECOND: [u8; 8] = *b"stamp--2";

#[derive(Clone, Debug, Default, PartialEq)]
struct Photo(u64);

impl Attribute for Photo {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        self.0.to_value()
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        u64::from_value(value).map(Self)
    }
}

impl ShardField for Photo {
    const CODEC: Codec<Self> = Codec::DIRECT;
}

/// A shard with a lazy shard inside.
#[derive(Debug)]
struct Album(Lazy<Photo>);

impl ShardField for Album {
    const CODEC: Codec<Self> = Codec {
        write: |album| Lazy::CODEC.write(&album.0),
        read: |value| Lazy::CODEC.read(value).map(Self),
        absent: || None,
        kind: Lazy::<Photo>::CODEC.kind,
        is_foreign: false,
        fills_in: false,
        direct: None,
    };
}

/// An object of which `photo` was in its first version when it was loaded.
struct Fake {
    stored: Mutex<(AttributeValue, [u8; 8])>,
    noted: Mutex<HashMap<String, ([u8; 8], AttributeValue)>>,
    fetches: AtomicUsize,
}

impl Fake {
    fn with(value: AttributeValue) -> Arc<Self> {
        Arc::new(Self {
            stored: Mutex::new((value, FIRST)),
            noted: Mutex::default(),
            fetches: AtomicUsize::new(0),
        })
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }

    fn noted(&self) -> Option<([u8; 8], AttributeValue)> {
        self.noted.lock().unwrap().get("photo").cloned()
    }

    fn change(&self, value: u64) {
        *self.stored.lock().unwrap() = (number(value), SECOND);
    }

    fn read<T: ShardField>(self: &Arc<Self>, value: AttributeValue) -> Result<T, ValueError> {
        with_source(self.clone(), || T::CODEC.read(value))
    }

    fn lazy<T: ShardField>(self: &Arc<Self>) -> Lazy<T> {
        self.read(unloaded(LIFE, "photo")).unwrap()
    }
}

impl LazySource for Fake {
    fn fetch<'a>(&'a self, id: &'a str, latest: bool) -> Pending<'a, Result<Fetched>> {
        Box::pin(async move {
            assert_eq!(id, "photo");
            self.fetches.fetch_add(1, Ordering::Relaxed);
            let (value, version) = self.stored.lock().unwrap().clone();
            if version != FIRST && !latest {
                return Err(Error::new(ErrorKind::SnapshotMoved, "changed"));
            }
            tokio::task::yield_now().await;
            let does_not_fit =
                |error: ValueError| Error::new(ErrorKind::DoesNotFit, error.to_string());
            Ok(Fetched {
                value,
                version,
                does_not_fit: Box::new(does_not_fit),
            })
        })
    }

    fn note(&self, id: &str, version: [u8; 8], written: AttributeValue) -> Result<()> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(id).is_some_and(|(known, _)| *known != version) {
            return Err(Error::new(ErrorKind::SnapshotMoved, "loaded already"));
        }
        noted.insert(id.to_owned(), (version, written));
        Ok(())
    }

    fn version(&self, _: &str) -> Option<[u8; 8]> {
        Some(FIRST)
    }

    fn life(&self) -> [u8; 8] {
        LIFE
    }
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn write<T: ShardField>(value: &T) -> Option<AttributeValue> {
    T::CODEC.write(value).unwrap()
}

#[tokio::test]
async fn a_value_is_loaded_once_when_it_is_asked_for() {
    let source = Fake::with(number(7));
    let lazy: Lazy<Photo> = source.lazy();
    assert!(!lazy.is_loaded());
    assert_eq!(source.fetches(), 0);
    assert_eq!(lazy.get().await.unwrap(), &Photo(7));
    assert_eq!(lazy.get().latest().await.unwrap(), &Photo(7));
    assert_eq!(lazy.loaded(), Some(&Photo(7)));
    assert_eq!(source.fetches(), 1);
    assert_eq!(source.noted(), Some((FIRST, number(7))));
}

#[tokio::test]
async fn a_value_of_the_program_is_never_fetched() {
    let mut lazy = Lazy::from(Photo(1));
    assert_eq!(lazy.get().await.unwrap(), &Photo(1));
    lazy.get_mut().await.unwrap().0 = 2;
    assert_eq!(write(&lazy), Some(number(2)));
    assert_eq!(lazy.into_inner().await.unwrap(), Photo(2));
    assert_eq!(Lazy::<Photo>::default().loaded(), Some(&Photo(0)));
}

#[test]
fn a_value_that_is_not_loaded_is_written_as_its_marker() {
    let lazy: Lazy<Photo> = Fake::with(number(7)).lazy();
    let written = write(&lazy).unwrap();
    assert_eq!(written, unloaded(LIFE, "photo"));
    assert_eq!(as_unloaded(&written), Some((LIFE, "photo")));
}

#[tokio::test]
async fn a_loaded_value_is_written_as_it_is() {
    let source = Fake::with(number(7));
    let mut lazy: Lazy<Photo> = source.lazy();
    lazy.get().await.unwrap();
    assert_eq!(write(&lazy), Some(number(7)));
    lazy.get_mut().await.unwrap().0 = 8;
    assert_eq!(write(&lazy), Some(number(8)));
    assert_eq!(source.fetches(), 1);
    assert_eq!(source.noted(), Some((FIRST, number(7))));
}

#[tokio::test]
async fn a_value_is_loaded_to_be_changed_or_taken() {
    let source = Fake::with(number(7));
    let mut lazy: Lazy<Photo> = source.lazy();
    lazy.get_mut().await.unwrap().0 += 1;
    assert_eq!(lazy.into_inner().await.unwrap(), Photo(8));
    assert_eq!(source.fetches(), 1);
    let lazy: Lazy<Photo> = source.lazy();
    assert_eq!(lazy.into_inner().await.unwrap(), Photo(7));
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_value_is_replaced_without_being_loaded() {
    let source = Fake::with(number(7));
    let mut lazy: Lazy<Photo> = source.lazy();
    lazy.set(Photo(9));
    assert_eq!(write(&lazy), Some(number(9)));
    assert_eq!((source.fetches(), source.noted()), (0, None));
}

#[tokio::test]
async fn two_at_once_see_one_value() {
    let source = Fake::with(number(7));
    let lazy: Lazy<Photo> = source.lazy();
    let (one, other) = tokio::join!(lazy.get().into_future(), lazy.get().into_future());
    assert!(std::ptr::eq(one.unwrap(), other.unwrap()));
    assert_eq!(source.fetches(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_share_a_value() {
    let source = Fake::with(number(7));
    let lazy = Arc::new(source.lazy::<Photo>());
    let task = |lazy: Arc<Lazy<Photo>>| tokio::spawn(async move { lazy.get().await.cloned() });
    let tasks = [task(lazy.clone()), task(lazy)];
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Photo(7));
    }
}

#[tokio::test]
async fn what_is_noted_is_what_is_kept() {
    let source = Fake::with(number(7));
    let lazy: Lazy<Photo> = source.lazy();
    let newest = async {
        // the other has its answer, and has not kept it yet
        source.change(8);
        lazy.get().latest().await
    };
    let (snapshot, newest) = tokio::join!(lazy.get().into_future(), newest);
    assert_eq!(snapshot.unwrap(), newest.unwrap());
    assert_eq!(source.fetches(), 2);
    let (version, written) = source.noted().unwrap();
    let kept = if version == FIRST { 7 } else { 8 };
    assert_eq!(written, number(kept));
    assert_eq!(lazy.loaded(), Some(&Photo(kept)));
}

#[tokio::test]
async fn a_changed_shard_is_not_of_the_snapshot() {
    let source = Fake::with(number(7));
    let lazy: Lazy<Photo> = source.lazy();
    source.change(8);
    let error = lazy.get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SnapshotMoved);
    assert!(!lazy.is_loaded());
    assert_eq!(lazy.get().latest().await.unwrap(), &Photo(8));
    assert_eq!(source.noted(), Some((SECOND, number(8))));
    assert_eq!(lazy.get().await.unwrap(), &Photo(8));
}

#[tokio::test]
async fn a_version_that_is_refused_is_not_kept() {
    let source = Fake::with(number(7));
    let mut lazy: Lazy<Photo> = source.lazy();
    let other = lazy.clone();
    other.get().await.unwrap();
    source.change(8);
    let error = lazy.get_mut().latest().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SnapshotMoved);
    assert!(!lazy.is_loaded());
}

#[tokio::test]
async fn a_value_that_does_not_fit_can_be_asked_for_again() {
    let source = Fake::with(AttributeValue::S("no number".to_owned()));
    let lazy: Lazy<Photo> = source.lazy();
    let error = lazy.get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DoesNotFit);
    assert_eq!(source.noted(), None);
    source.stored.lock().unwrap().0 = number(7);
    assert_eq!(lazy.get().await.unwrap(), &Photo(7));
}

#[tokio::test]
async fn clones_are_loaded_by_themselves() {
    let source = Fake::with(number(7));
    let lazy: Lazy<Photo> = source.lazy();
    let unloaded = lazy.clone();
    lazy.get().await.unwrap();
    let mut loaded = lazy.clone();
    loaded.get_mut().await.unwrap().0 = 8;
    assert_eq!(lazy.loaded(), Some(&Photo(7)));
    assert!(!unloaded.is_loaded());
    assert_eq!(unloaded.get().await.unwrap(), &Photo(7));
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn places_are_compared_without_loading() {
    let (source, other) = (Fake::with(number(7)), Fake::with(number(7)));
    let lazy: Lazy<Photo> = source.lazy();
    assert_eq!(lazy, source.lazy());
    assert_eq!(lazy, other.lazy());
    let elsewhere: Lazy<Photo> = source.read(unloaded(LIFE, "cover")).unwrap();
    assert_ne!(lazy, elsewhere);
    assert_ne!(lazy, Lazy::new(Photo(7)));
    assert_eq!(format!("{lazy:?}"), "Lazy(not loaded)");
    assert_eq!(source.fetches() + other.fetches(), 0);
    lazy.get().await.unwrap();
    assert_eq!(lazy, Lazy::new(Photo(7)));
    assert_eq!(format!("{lazy:?}"), "Lazy(Photo(7))");
}

#[tokio::test]
async fn a_lazy_shard_inside_a_lazy_shard_has_the_same_source() {
    let source = Fake::with(unloaded(LIFE, "photo"));
    let album: Lazy<Album> = source.lazy();
    let album = album.get().await.unwrap();
    assert!(!album.0.is_loaded());
    assert_eq!(source.noted(), Some((FIRST, unloaded(LIFE, "photo"))));
    *source.stored.lock().unwrap() = (number(7), FIRST);
    source.noted.lock().unwrap().clear();
    assert_eq!(album.0.get().await.unwrap(), &Photo(7));
}

#[test]
fn a_marker_needs_the_source_of_its_object() {
    let source = Fake::with(number(7));
    let read = |value| Lazy::<Photo>::CODEC.read(value).map(drop);
    let alone = read(unloaded(LIFE, "photo")).unwrap_err();
    assert!(alone.to_string().contains("nothing to load it from"));
    let other = with_source(source, || read(unloaded(*b"otherone", "photo")));
    assert!(other.unwrap_err().to_string().contains("another object"));
}

#[test]
fn scopes_end_where_they_began() {
    let source = Fake::with(number(7));
    let read = |life| Lazy::<Photo>::CODEC.read(unloaded(life, "photo")).is_ok();
    with_source(source.clone(), || {
        with_source(source.clone(), || assert!(read(LIFE)));
        assert!(read(LIFE));
        let unwound = std::panic::catch_unwind(|| {
            with_source(Fake::with(number(8)), || panic!("a type that panics"));
        });
        assert!(unwound.is_err());
        assert!(read(LIFE));
    });
    assert!(!read(LIFE));
}

#[test]
fn options_stand_on_either_side() {
    type Outside = Option<Lazy<Photo>>;
    type Inside = Lazy<Option<Arc<Photo>>>;
    let source = Fake::with(number(7));
    assert_eq!(write(&Outside::None), None);
    assert_eq!(Outside::CODEC.absent(), Some(None));
    let read: Outside = source.read(unloaded(LIFE, "photo")).unwrap();
    assert!(!read.unwrap().is_loaded());
    assert_eq!(write(&Inside::new(None)), None);
    assert_eq!(Inside::CODEC.absent(), Some(Lazy::new(None)));
    assert!(Lazy::<Photo>::CODEC.absent().is_none());
}

#[test]
fn the_kind_says_that_it_is_lazy_and_what_is_inside() {
    let list = FieldShape::new("lines", || Option::<Lazy<Lazy<Photo>>>::CODEC.kind());
    assert!(list.is_lazy());
    assert!(matches!(list.kind(), Kind::Opaque(_)));
    assert!(!FieldShape::new("photo", Photo::kind).is_lazy());
}

#[test]
fn only_a_marker_is_taken_for_one() {
    let marker = unloaded(LIFE, "photo");
    let AttributeValue::M(inside) = marker else {
        panic!("a marker is a map")
    };
    let mut with_more = inside;
    with_more.insert("more".to_owned(), number(1));
    let short = AttributeValue::L(vec![AttributeValue::S("photo".to_owned())]);
    let with_less = HashMap::from([("_dy_unloaded".to_owned(), short)]);
    for value in [
        AttributeValue::M(with_more),
        AttributeValue::M(with_less),
        AttributeValue::M(HashMap::new()),
        number(1),
    ] {
        assert_eq!(as_unloaded(&value), None);
    }
}
