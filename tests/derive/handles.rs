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
