//! A filter that the service evaluates keeps the same objects as the same predicate in Rust.

use std::collections::{BTreeMap, BTreeSet};

use dyno::{AttributeValue, Condition, DyObject, Store};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Things", key = "ID")]
struct Thing {
    #[dyno(key)]
    id: String,
    size: i64,
    name: String,
    note: Option<String>,
    marks: Option<BTreeSet<String>>,
    list: Vec<i64>,
    counts: BTreeMap<String, i64>,
    home: Home,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Home {
    floor: i64,
    #[dyno(rename = "order")]
    city: Option<String>,
}

/// A predicate, to be asked of the service and of Rust.
#[derive(Clone, Debug)]
enum Ask {
    All(Box<Self>, Box<Self>),
    Any(Box<Self>, Box<Self>),
    CityIs(Option<String>),
    CountAbove(String, i64),
    FloorAtLeast(i64),
    ListContains(i64),
    ListIsLonger(u64),
    MarksContain(String),
    NameBegins(String),
    NameBetween(String, String),
    NameContains(String),
    NameIsLonger(u64),
    Not(Box<Self>),
    NoteBelow(String),
    NoteIs(Option<String>),
    NoteIsNot(Option<String>),
    SizeAtMost(i64),
    SizeIn(Vec<i64>),
    SizeIsFloor,
    SizeIsSecond(i64),
}

impl Ask {
    fn condition(&self) -> Condition<Thing> {
        let thing = Thing::fields();
        match self {
            Self::All(one, other) => one.condition() & other.condition(),
            Self::Any(one, other) => one.condition() | other.condition(),
            Self::CityIs(city) => thing.home().city().eq(city.clone()),
            Self::CountAbove(name, count) => thing.counts().key(name.as_str()).gt(*count),
            Self::FloorAtLeast(floor) => thing.home().floor().ge(*floor),
            Self::ListContains(number) => thing.list().contains(*number),
            Self::ListIsLonger(length) => thing.list().size().gt(*length),
            Self::MarksContain(mark) => thing.marks().contains(mark.clone()),
            Self::NameBegins(text) => thing.name().begins_with(text.clone()),
            Self::NameBetween(lower, upper) => thing.name().between(lower.clone(), upper.clone()),
            Self::NameContains(text) => thing.name().contains(text.clone()),
            Self::NameIsLonger(length) => thing.name().size().gt(*length),
            Self::Not(ask) => !ask.condition(),
            Self::NoteBelow(text) => thing.note().lt(text.clone()),
            Self::NoteIs(note) => thing.note().eq(note.clone()),
            Self::NoteIsNot(note) => thing.note().ne(note.clone()),
            Self::SizeAtMost(size) => thing.size().le(*size),
            Self::SizeIn(sizes) => thing.size().is_in(sizes.clone()),
            Self::SizeIsFloor => thing.size().eq(thing.home().floor()),
            Self::SizeIsSecond(number) => thing.list().index(1).eq(*number),
        }
    }

    fn holds(&self, thing: &Thing) -> bool {
        match self {
            Self::All(one, other) => one.holds(thing) && other.holds(thing),
            Self::Any(one, other) => one.holds(thing) || other.holds(thing),
            Self::CityIs(city) => thing.home.city == *city,
            Self::CountAbove(name, above) => {
                thing.counts.get(name).is_some_and(|count| count > above)
            }
            Self::FloorAtLeast(floor) => thing.home.floor >= *floor,
            Self::ListContains(number) => thing.list.contains(number),
            Self::ListIsLonger(length) => thing.list.len() as u64 > *length,
            Self::MarksContain(mark) => thing
                .marks
                .as_ref()
                .is_some_and(|marks| marks.contains(mark)),
            Self::NameBegins(text) => thing.name.starts_with(text),
            Self::NameBetween(lower, upper) => *lower <= thing.name && thing.name <= *upper,
            Self::NameContains(text) => thing.name.contains(text),
            Self::NameIsLonger(length) => thing.name.encode_utf16().count() as u64 > *length,
            Self::Not(ask) => !ask.holds(thing),
            Self::NoteBelow(text) => thing.note.as_ref().is_some_and(|note| note < text),
            Self::NoteIs(note) => thing.note == *note,
            Self::NoteIsNot(None) => thing.note.is_some(),
            // An absent field is neither equal to a value nor different from it.
            Self::NoteIsNot(text) => thing.note.is_some() && thing.note != *text,
            Self::SizeAtMost(size) => thing.size <= *size,
            Self::SizeIn(sizes) => sizes.contains(&thing.size),
            Self::SizeIsFloor => thing.size == thing.home.floor,
            Self::SizeIsSecond(number) => thing.list.get(1) == Some(number),
        }
    }
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-3_i64..12, Just(i64::MIN), Just(i64::MAX)]
}

fn text() -> impl Strategy<Value = String> {
    "[ab\u{e9}\u{1d49c}]{1,3}"
}

fn things() -> impl Strategy<Value = Vec<Thing>> {
    let home = (number(), proptest::option::of(text()));
    let thing = (
        number(),
        text(),
        proptest::option::of(text()),
        proptest::option::of(btree_set(text(), 1..3)),
        vec(number(), 0..4),
        btree_map("[ab]", number(), 0..3),
        home,
    );
    let thing = thing.prop_map(
        |(size, name, note, marks, list, counts, (floor, city))| Thing {
            id: String::new(),
            size,
            name,
            note,
            marks,
            list,
            counts,
            home: Home { floor, city },
        },
    );
    vec(thing, 1..10)
}

fn ask() -> impl Strategy<Value = Ask> {
    let bounds = (text(), text()).prop_map(|(one, other)| {
        if one <= other {
            Ask::NameBetween(one, other)
        } else {
            Ask::NameBetween(other, one)
        }
    });
    let text_or_none = || proptest::option::of(text());
    let leaf = prop_oneof![
        text_or_none().prop_map(Ask::CityIs),
        ("[ab]", number()).prop_map(|(name, count)| Ask::CountAbove(name, count)),
        number().prop_map(Ask::FloorAtLeast),
        number().prop_map(Ask::ListContains),
        (0_u64..4).prop_map(Ask::ListIsLonger),
        text().prop_map(Ask::MarksContain),
        text().prop_map(Ask::NameBegins),
        bounds,
        text().prop_map(Ask::NameContains),
        (0_u64..6).prop_map(Ask::NameIsLonger),
        text().prop_map(Ask::NoteBelow),
        text_or_none().prop_map(Ask::NoteIs),
        text_or_none().prop_map(Ask::NoteIsNot),
        number().prop_map(Ask::SizeAtMost),
        vec(number(), 1..5).prop_map(Ask::SizeIn),
        Just(Ask::SizeIsFloor),
        number().prop_map(Ask::SizeIsSecond),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            two().prop_map(|(one, other)| Ask::All(Box::new(one), Box::new(other))),
            two().prop_map(|(one, other)| Ask::Any(Box::new(one), Box::new(other))),
            inner.clone().prop_map(|ask| Ask::Not(Box::new(ask))),
        ]
    })
}

/// As other programs store what is none.
async fn store_null_as_note(store: &Store, id: usize) {
    let client = store.client::<Thing>().unwrap();
    let update = client.update_item().table_name("Things");
    let update = update.key("ID", AttributeValue::S(id.to_string()));
    let update = update.update_expression("SET note = :null");
    let update = update.expression_attribute_values(":null", AttributeValue::Null(true));
    update.send().await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn service_and_rust_agree(things in things(), asks in vec(ask(), 1..12)) {
        let test = async {
            let store = dyno_testbed::store();
            store.ensure_tables::<Thing>().await.unwrap();
            for (index, thing) in things.iter().enumerate() {
                let thing = Thing { id: index.to_string(), ..thing.clone() };
                let without_note = thing.note.is_none();
                store.save(thing).await.unwrap();
                if without_note && index % 2 == 0 {
                    store_null_as_note(&store, index).await;
                }
            }
            for ask in asks {
                let scan = || store.scan::<Thing>().filter(ask.condition());
                let found = scan().await.unwrap();
                let found: BTreeSet<_> = found.iter().map(|thing| thing.id.clone()).collect();
                let expected = things.iter().enumerate();
                let expected = expected.filter(|(_, thing)| ask.holds(thing));
                let expected: BTreeSet<_> = expected.map(|(index, _)| index.to_string()).collect();
                prop_assert_eq!(&found, &expected, "{:?}: {}", ask, ask.condition());
                prop_assert_eq!(scan().count().await.unwrap(), expected.len() as u64);
            }
            Ok(())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(test)?;
    }
}
