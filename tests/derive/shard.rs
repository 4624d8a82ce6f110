//! What a shard's field may be: its type, and the words beside it.

#![expect(
    clippy::box_collection,
    clippy::vec_box,
    reason = "every type that a shard field may have"
)]

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::shape::{FieldShape, Kind};
use dyno::{Attribute, DyObject, Lazy, Object, Path};

use super::{names, read, round_trip};

#[derive(DyObject, Clone, Debug, Default, PartialEq)]
#[dyno(table = "Lines", key = "IDX")]
struct Line {
    city: String,
    #[dyno(shard)]
    next: Option<Lazy<Box<Self>>>,
}

/// Every type that a shard's field may have.
#[derive(DyObject, Clone, Debug, Default, PartialEq)]
#[dyno(table = "Orders", key = "ID")]
struct Order {
    #[dyno(shard)]
    one: Line,
    #[dyno(shard)]
    boxed: Box<Line>,
    #[dyno(shard)]
    shared: Arc<Line>,
    #[dyno(shard)]
    maybe: Option<Arc<Line>>,
    #[dyno(shard)]
    list: Vec<Line>,
    #[dyno(shard)]
    list_of_boxes: Vec<Box<Line>>,
    #[dyno(shard)]
    boxed_list: Box<Vec<Line>>,
    #[dyno(shard)]
    shared_list: Arc<Vec<Line>>,
    #[dyno(shard)]
    maybe_list: Option<Vec<Line>>,
    #[dyno(shard)]
    maybe_boxed_list: Option<Box<Vec<Line>>>,
    #[dyno(shard)]
    sorted: BTreeMap<String, Line>,
    #[dyno(shard)]
    boxed_sorted: Box<BTreeMap<String, Line>>,
    #[dyno(shard)]
    maybe_sorted: Option<Arc<BTreeMap<String, Line>>>,
    #[dyno(shard)]
    hashed: HashMap<String, Line>,
    #[dyno(shard)]
    hashed_otherwise: HashMap<String, Line, BuildHasherDefault<DefaultHasher>>,
    #[dyno(shard)]
    boxed_hashed: Box<HashMap<String, Line, RandomState>>,
    #[dyno(shard)]
    lazy: Lazy<Line>,
    #[dyno(shard)]
    lazy_box: Lazy<Box<Line>>,
    #[dyno(shard)]
    lazy_list: Lazy<Vec<Line>>,
    #[dyno(shard)]
    lazy_sorted: Lazy<BTreeMap<String, Line>>,
    #[dyno(shard)]
    lazy_hashed: Lazy<HashMap<String, Line>>,
    #[dyno(shard)]
    maybe_lazy: Option<Lazy<Line>>,
    #[dyno(shard)]
    maybe_lazy_list: Option<Lazy<Box<Vec<Line>>>>,
    #[dyno(shard)]
    shared_lazy: Arc<Lazy<Line>>,
    #[dyno(shard)]
    lazy_maybe: Lazy<Option<Line>>,
}

/// Shards of a type parameter.
#[derive(DyObject)]
#[dyno(table = "Holders", key = "ID")]
struct Holder<T: dyno::Stored> {
    #[dyno(shard)]
    one: T,
    #[dyno(shard)]
    list: Vec<T>,
    #[dyno(shard)]
    lazy: Lazy<BTreeMap<String, T>>,
}

#[derive(DyObject)]
#[dyno(table = "Files", key = "ID")]
struct File {
    #[dyno(shard)]
    plain: Line,
    #[dyno(shard(table = "Files"))]
    beside: Vec<Line>,
    #[dyno(shard, independent)]
    counter: Line,
    #[dyno(shard(table = "Pieces"), chunked)]
    content: Lazy<Line>,
}

fn line(city: &str) -> Line {
    Line {
        city: city.to_owned(),
        next: None,
    }
}

fn field<T: Object>(name: &str) -> &'static FieldShape {
    T::SHAPE
        .all_fields()
        .find(|field| field.name() == name)
        .unwrap()
}

#[test]
fn every_type_of_shard_round_trips() {
    let lines = || vec![line("Oslo"), line("Nara")];
    let map = || BTreeMap::from([("a".to_owned(), line("Oslo"))]);
    let order = Order {
        one: Line {
            next: Some(Lazy::new(Box::new(line("Bergen")))),
            ..line("Oslo")
        },
        maybe: Some(Arc::new(line("Oslo"))),
        list: lines(),
        list_of_boxes: vec![Box::new(line("Oslo"))],
        boxed_list: Box::new(lines()),
        shared_list: Arc::new(lines()),
        maybe_list: Some(lines()),
        maybe_boxed_list: Some(Box::new(lines())),
        sorted: map(),
        boxed_sorted: Box::new(map()),
        maybe_sorted: Some(Arc::new(map())),
        hashed: map().into_iter().collect(),
        hashed_otherwise: map().into_iter().collect(),
        boxed_hashed: Box::new(map().into_iter().collect()),
        lazy: line("Oslo").into(),
        lazy_list: lines().into(),
        lazy_sorted: map().into(),
        maybe_lazy: Some(line("Oslo").into()),
        maybe_lazy_list: Some(Box::new(lines()).into()),
        shared_lazy: Arc::new(line("Oslo").into()),
        lazy_maybe: Some(line("Oslo")).into(),
        ..Order::default()
    };
    assert_eq!(round_trip(&order), order);
    assert_eq!(round_trip(&Order::default()), Order::default());
}

#[test]
fn a_shard_that_is_none_is_not_stored() {
    let names = names(&Order::default());
    for name in ["maybe", "maybe_list", "maybe_lazy", "lazy_maybe"] {
        assert!(!names.iter().any(|stored| stored == name), "{name}");
    }
    let without_city = read::<Line>([("next", AttributeValue::Null(true))]);
    assert!(without_city.unwrap_err().contains("city"));
}

#[test]
fn kinds_say_what_is_inside_and_whether_it_waits() {
    let kind = |name: &str| {
        let field = field::<Order>(name);
        let kind = match field.kind() {
            Kind::Object(_) => "object",
            Kind::List(element) => match element.kind() {
                Kind::Object(_) => "list",
                _ => "other list",
            },
            Kind::Map(value) => match value.kind() {
                Kind::Object(_) => "map",
                _ => "other map",
            },
            _ => "other",
        };
        (kind, field.is_lazy())
    };
    for name in ["one", "boxed", "shared", "maybe"] {
        assert_eq!(kind(name), ("object", false), "{name}");
    }
    for name in ["list", "boxed_list", "shared_list", "maybe_boxed_list"] {
        assert_eq!(kind(name), ("list", false), "{name}");
    }
    for name in ["sorted", "boxed_sorted", "maybe_sorted", "hashed_otherwise"] {
        assert_eq!(kind(name), ("map", false), "{name}");
    }
    for name in [
        "lazy",
        "lazy_box",
        "maybe_lazy",
        "shared_lazy",
        "lazy_maybe",
    ] {
        assert_eq!(kind(name), ("object", true), "{name}");
    }
    assert_eq!(kind("maybe_lazy_list"), ("list", true));
    assert_eq!(kind("lazy_hashed"), ("map", true));
    assert_eq!(field::<Line>("next").child().unwrap().name(), "Line");
    assert!(field::<Holder<Line>>("lazy").is_lazy());
    let _ = |holder: Holder<Line>| (holder.one, holder.list, holder.lazy);
}

#[test]
fn words_beside_a_shard_are_in_its_shape() {
    let placing = |name| {
        let field = field::<File>(name);
        (field.table(), field.is_independent(), field.is_chunked())
    };
    assert_eq!(placing("plain"), (None, false, false));
    assert_eq!(placing("beside"), (Some("Files"), false, false));
    assert_eq!(placing("counter"), (None, true, false));
    assert_eq!(placing("content"), (Some("Pieces"), false, true));
    let _ = |file: File| (file.plain, file.beside, file.counter, file.content);
}

#[test]
fn handles_go_through_lists_and_maps_of_shards() {
    let order = Order::paths();
    let element: Path<Order, Line> = order.list().index(0);
    let entry: Path<Order, Line> = order.lazy_hashed().key("a");
    let boxed: Path<Order, Box<Line>> = order.list_of_boxes().index(7);
    let places = [
        element.city().to_string(),
        entry.city().to_string(),
        boxed.city().to_string(),
        order.boxed_list().index(1).city().to_string(),
        order.shared_list().index(1).city().to_string(),
        order.maybe_boxed_list().index(1).city().to_string(),
        order.maybe_lazy_list().index(1).city().to_string(),
        order.sorted().key("a").city().to_string(),
        order.boxed_sorted().key("a").city().to_string(),
        order.maybe_sorted().key("a").next().city().to_string(),
        order.hashed_otherwise().key("a").city().to_string(),
        order.lazy().city().to_string(),
        order.maybe_lazy().next().next().city().to_string(),
        order.shared_lazy().city().to_string(),
    ];
    assert_eq!(
        places,
        [
            "list[0].city",
            "lazy_hashed.a.city",
            "list_of_boxes[7].city",
            "boxed_list[1].city",
            "shared_list[1].city",
            "maybe_boxed_list[1].city",
            "maybe_lazy_list[1].city",
            "sorted.a.city",
            "boxed_sorted.a.city",
            "maybe_sorted.a.next.city",
            "hashed_otherwise.a.city",
            "lazy.city",
            "maybe_lazy.next.next.city",
            "shared_lazy.city",
        ]
    );
}

#[derive(DyObject)]
struct Entry {
    index: u8,
    key: String,
    inner: Option<Box<Self>>,
}

#[derive(DyObject)]
#[dyno(table = "Books", key = "ID")]
struct Book {
    entry: Entry,
    entries: Option<Box<Vec<Entry>>>,
}

#[test]
fn fields_called_as_the_steps_into_collections_are_reached() {
    let book = Book::paths();
    let _: Path<Book, u8> = book.entry().index();
    let _: Path<Book, String> = book.entry().inner().key();
    let _: Path<Book, u8> = book.entries().index(3).index();
    assert_eq!(book.entries().index(3).key().to_string(), "entries[3].key");
    let _ = |book: Book| {
        (
            book.entry.inner,
            book.entry.index,
            book.entry.key,
            book.entries,
        )
    };
}

#[test]
fn boxes_of_collections_are_ordinary_attributes_too() {
    let boxed = Box::new(vec![1_u8, 2]);
    assert_eq!(boxed.to_value(), vec![1_u8, 2].to_value());
    assert_eq!(round_trip(&boxed), boxed);
    let map = Box::new(BTreeMap::from([("a".to_owned(), 1_u8)]));
    assert_eq!(round_trip(&map), map);
    let map: Box<HashMap<String, u8>> = Box::new(map.into_iter().collect());
    assert_eq!(round_trip(&map), map);
    assert!(matches!(Box::<Vec<Entry>>::kind(), Kind::List(_)));
}
