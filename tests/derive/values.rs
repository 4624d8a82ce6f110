//! `default`, `skip`, `with`, options, and types that only serde knows.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Attribute, DyObject};
use serde::{Deserialize, Serialize};

use super::{n, names, read, round_trip, s, stored};

#[derive(DyObject, Debug, PartialEq)]
struct Settings {
    #[dyno(default)]
    count: u64,
    #[dyno(default = seven)]
    seven: u64,
    #[dyno(skip)]
    cached: Vec<u8>,
    #[dyno(skip, default = fresh)]
    state: String,
    #[dyno(with = hex)]
    color: u32,
    note: Option<String>,
    point: Point,
    spot: Option<Point>,
}

/// Known to serde only.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Point(f64, f64);

fn seven() -> u64 {
    7
}

fn fresh() -> String {
    "fresh".to_owned()
}

#[expect(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "the forms that `with` asks for"
)]
mod hex {
    use super::AttributeValue;

    pub(super) fn to_value(number: &u32) -> Result<AttributeValue, String> {
        Ok(AttributeValue::S(format!("{number:x}")))
    }

    pub(super) fn from_value(value: AttributeValue) -> Result<u32, String> {
        let text = value
            .as_s()
            .map_err(|_| "expected hexadecimal digits".to_owned())?;
        u32::from_str_radix(text, 16).map_err(|error| error.to_string())
    }
}

fn settings() -> Settings {
    Settings {
        count: 1,
        seven: 8,
        cached: vec![1],
        state: "used".to_owned(),
        color: 0xff00,
        note: None,
        point: Point(1.0, 2.0),
        spot: None,
    }
}

#[test]
fn skipped_fields_and_none_are_not_stored() {
    assert_eq!(names(&settings()), ["color", "count", "point", "seven"]);
    let read = round_trip(&settings());
    assert_eq!(
        read,
        Settings {
            cached: vec![],
            state: "fresh".to_owned(),
            ..settings()
        }
    );
}

#[test]
fn absent_attributes_are_read_as_their_defaults() {
    let point = stored(&settings()).swap_remove(2).1;
    let read: Settings = read([("color", s("a")), ("point", point)]).unwrap();
    assert_eq!(
        (read.count, read.seven, read.color, read.note, read.spot),
        (0, 7, 10, None, None)
    );
}

#[test]
fn a_default_does_not_hide_a_value_that_does_not_fit() {
    let point = stored(&settings()).swap_remove(2).1;
    let error =
        read::<Settings>([("color", s("a")), ("point", point), ("count", s("x"))]).unwrap_err();
    assert!(error.contains("`count`"), "{error}");
}

#[test]
fn conversions_tell_their_errors_in_their_own_words() {
    let error = read::<Settings>([("color", n(1))]).unwrap_err();
    assert_eq!(error, "field `color`: expected hexadecimal digits");
}

#[test]
fn a_type_of_serde_is_stored_as_serde_says() {
    let value = settings().to_value().unwrap();
    let point = &value.as_m().unwrap()["point"];
    assert_eq!(point.as_l().unwrap().len(), 2);
    let spot = Settings {
        spot: Some(Point(3.0, 4.0)),
        ..settings()
    };
    assert_eq!(round_trip(&spot).spot, Some(Point(3.0, 4.0)));
}

#[test]
fn types_of_serde_stand_in_collections_of_serde() {
    #[derive(DyObject, Debug, PartialEq)]
    struct Route {
        points: Vec<Point>,
        named: BTreeMap<String, Point>,
        pair: (Point, u8),
    }
    let route = Route {
        points: vec![Point(0.0, 1.0)],
        named: BTreeMap::from([("home".to_owned(), Point(2.0, 3.0))]),
        pair: (Point(4.0, 5.0), 6),
    };
    assert_eq!(round_trip(&route), route);
}
