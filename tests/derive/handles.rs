//! Typed handles.

use std::collections::BTreeMap;

use dyno::{DyObject, Path};

#[derive(DyObject)]
#[dyno(table = "Roots", key = "ID", rename_all = "UPPERCASE")]
struct Root {
    name: String,
    inner: Option<Box<Inner>>,
    #[dyno(flatten)]
    flat: Inner,
    #[dyno(flatten)]
    rest: BTreeMap<String, u64>,
    list: Vec<u8>,
    kind: Kind,
    parcel: Parcel,
}

#[derive(DyObject)]
struct Inner {
    city: String,
    next: Option<Box<Self>>,
}

#[derive(DyObject)]
enum Kind {
    Sent { at: u64, to: String },
    Received { at: u64, from: String },
}

#[derive(DyObject)]
enum Parcel {
    Wrapped(Inner),
    Empty,
    Open {
        #[dyno(skip)]
        _seen: bool,
        weight: u64,
        #[dyno(flatten)]
        label: Inner,
        price: Option<u64>,
    },
}

#[test]
fn fields_of_variants_are_counted_with_those_of_the_variants_before() {
    let parcel = Root::paths().parcel();
    let _: Path<Root, u64> = parcel.weight();
    let _: Path<Root, Option<u64>> = parcel.price();
    let places = [
        parcel.weight().to_string(),
        parcel.label().next().city().to_string(),
        parcel.price().to_string(),
    ];
    assert_eq!(
        places,
        ["PARCEL.weight", "PARCEL.next.city", "PARCEL.price"]
    );
}

fn never() -> u16 {
    std::panic::panic_any("a handle makes no object")
}

#[derive(DyObject)]
#[dyno(table = "Readings")]
struct Reading<T: dyno::Attribute> {
    value: T,
    #[dyno(skip, default = never)]
    _cached: u16,
    #[dyno(sort)]
    at: u64,
    #[dyno(default = never)]
    unit: u16,
    #[dyno(key)]
    sensor: String,
    #[dyno(with = dyno::compat::bool_as_number)]
    named: bool,
    next: Option<Box<Self>>,
}

#[test]
fn keys_and_skipped_fields_are_in_no_handles_way() {
    let reading = Reading::<i8>::paths();
    let _: Path<Reading<i8>, i8> = reading.value();
    let _: Path<Reading<i8>, Option<Box<Reading<i8>>>> = reading.next();
    let places = [
        reading.value().to_string(),
        reading.at().to_string(),
        reading.unit().to_string(),
        reading.sensor().to_string(),
        reading.named().to_string(),
        reading.next().next().value().to_string(),
    ];
    assert_eq!(
        places,
        ["value", "at", "unit", "sensor", "named", "next.next.value"]
    );
}

#[test]
fn handles_have_the_types_of_their_fields() {
    let root = Root::paths();
    let _: Path<Root, Option<Box<Inner>>> = root.inner();
    let _: Path<Root, String> = root.inner().city();
    let _: Path<Root, u64> = root.rest().key("x");
    let _: Path<Root, u8> = root.list().index(3);
}

#[test]
fn handles_are_the_places_of_stored_attributes() {
    let root = Root::paths();
    let places = [
        root.name().to_string(),
        root.inner().to_string(),
        root.inner().city().to_string(),
        root.inner().next().next().city().to_string(),
        root.flat().city().to_string(),
        root.rest().key("x").to_string(),
        root.list().index(3).to_string(),
        root.kind().at().to_string(),
        root.kind().to().to_string(),
        root.kind().from().to_string(),
    ];
    assert_eq!(
        places,
        [
            "NAME",
            "INNER",
            "INNER.city",
            "INNER.next.next.city",
            "city",
            "x",
            "LIST[3]",
            "KIND.at",
            "KIND.to",
            "KIND.from"
        ]
    );
}
