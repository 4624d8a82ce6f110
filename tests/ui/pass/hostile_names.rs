//! Names that generated code might have used itself.

use dyno::{Attribute, DyObject, Object};

#[derive(DyObject, Debug, PartialEq, Default)]
#[dyno(table = "Hostile", key = "ID")]
pub(crate) struct Hostile {
    pub(crate) r#type: String,
    pub(super) r#fn: u8,
    row: String,
    item: String,
    self_: String,
    writer: String,
    reader: String,
    fields: String,
    base: String,
    codec: String,
    value: String,
    read: bool,
    write: bool,
    at: u64,
    shape: String,
    key: String,
    clone: String,
}

#[derive(DyObject, Debug, PartialEq)]
#[expect(non_camel_case_types, reason = "a raw name is the point")]
enum r#enum {
    r#if { r#else: String },
    Some,
    Ok,
    Err { error: String },
}

/// A method of this name on everything must not be taken for the probe's.
trait Ambiguous {
    fn codec(&self) -> u8 {
        0
    }
    fn field(&self) -> u8 {
        0
    }
    fn kind(&self) -> u8 {
        0
    }
}

impl<T> Ambiguous for T {}

#[test]
fn raw_names_are_stored_without_their_prefix() {
    let hostile = Hostile {
        r#type: "x".to_owned(),
        ..Hostile::default()
    };
    assert_eq!(hostile.codec() + hostile.field() + hostile.kind(), 0);
    let value = hostile.to_value().unwrap();
    assert_eq!(value.as_m().unwrap()["type"].as_s().unwrap(), "x");
    assert_eq!(Hostile::from_value(value).unwrap(), hostile);

    let raw = r#enum::r#if {
        r#else: "y".to_owned(),
    };
    let value = raw.to_value().unwrap();
    assert_eq!(value.as_m().unwrap()["else"].as_s().unwrap(), "y");
    assert_eq!(r#enum::from_value(value).unwrap(), raw);
    assert_eq!(r#enum::SHAPE.name(), "enum");
    for other in [
        r#enum::Some,
        r#enum::Ok,
        r#enum::Err {
            error: String::new(),
        },
    ] {
        assert_eq!(
            r#enum::from_value(other.to_value().unwrap()).unwrap(),
            other
        );
    }
}
