use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;

use super::*;
use crate::shape::Form;

#[expect(clippy::needless_pass_by_value, reason = "short in tests")]
fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

const NULL: AttributeValue = AttributeValue::Null(true);

fn written(form: impl Form) -> Option<AttributeValue> {
    form.__dyno_value()
}

#[test]
fn booleans_are_one_and_zero() {
    let write = |flag: bool| written(bool_as_number::to_value(&flag).unwrap());
    assert_eq!(write(true), Some(n(1)));
    assert_eq!(write(false), Some(n(0)));
    assert_eq!(
        written(bool_as_number::to_value(&None::<bool>).unwrap()),
        None
    );
    let read = bool_as_number::from_value::<bool>;
    assert!(read(Some(n("1"))).unwrap());
    assert!(!read(Some(n("0.0"))).unwrap());
    assert!(read(Some(AttributeValue::Bool(true))).unwrap());
    for wrong in [Some(n(2)), Some(n(-1)), Some(s("1")), Some(NULL), None] {
        assert!(read(wrong).is_err());
    }
    let read = bool_as_number::from_value::<Option<bool>>;
    assert_eq!(read(Some(n(0))).unwrap(), Some(false));
    assert_eq!(read(Some(NULL)).unwrap(), None);
    assert_eq!(read(None).unwrap(), None);
}

#[test]
fn no_time_is_zero() {
    let write = |time: Option<SystemTime>| epoch_seconds::to_value(&time).map(written);
    assert_eq!(write(None).unwrap(), Some(n(0)));
    let read = epoch_seconds::from_value::<Option<SystemTime>>;
    for none in [Some(n(0)), Some(NULL), None] {
        assert_eq!(read(none).unwrap(), None);
    }
    let lost = write(Some(UNIX_EPOCH + Duration::from_millis(999))).unwrap_err();
    assert!(lost.to_string().contains("first second of 1970"), "{lost}");
    assert!(epoch_seconds::key(&Some(UNIX_EPOCH)).is_err());
}

#[test]
fn a_field_that_always_has_a_time_keeps_the_beginning_of_1970() {
    let stored = epoch_seconds::to_value(&UNIX_EPOCH).map(written).unwrap();
    assert_eq!(stored, Some(n(0)));
    assert_eq!(
        epoch_seconds::from_value::<SystemTime>(stored).unwrap(),
        UNIX_EPOCH
    );
    for wrong in [None, Some(NULL), Some(s("0")), Some(n("0.5"))] {
        assert!(epoch_seconds::from_value::<SystemTime>(wrong).is_err());
    }
}

#[test]
fn null_for_no_time_loses_nothing() {
    let write = |time: Option<SystemTime>| written(epoch_seconds_or_null::to_value(&time).unwrap());
    assert_eq!(write(None), Some(NULL));
    assert_eq!(write(Some(UNIX_EPOCH)), Some(n(0)));
    let read = epoch_seconds_or_null::from_value::<SystemTime>;
    assert_eq!(read(Some(n(0))).unwrap(), Some(UNIX_EPOCH));
    assert_eq!(read(Some(NULL)).unwrap(), None);
    assert_eq!(read(None).unwrap(), None);
}

#[test]
fn null_stands_for_what_is_not_there() {
    let write = |value: Option<u32>| written(null_for_none::to_value(&value).unwrap());
    assert_eq!(write(None), Some(NULL));
    assert_eq!(write(Some(5)), Some(n(5)));
    let read = null_for_none::from_value::<u32>;
    assert_eq!(read(None).unwrap(), None);
    assert_eq!(read(Some(NULL)).unwrap(), None);
    assert_eq!(read(Some(n(5))).unwrap(), Some(5));
    assert!(read(Some(s("5"))).is_err());
}

#[test]
fn null_stands_for_what_is_empty() {
    let write = |text: &str| written(null_for_empty::to_value(&text.to_owned()).unwrap());
    assert_eq!(write(""), Some(NULL));
    assert_eq!(write("x"), Some(s("x")));
    assert_eq!(
        null_for_empty::from_value::<String>(Some(NULL)).unwrap(),
        ""
    );
    assert_eq!(null_for_empty::from_value::<String>(None).unwrap(), "");
    let set = BTreeSet::from([2_u8, 1]);
    let stored = written(null_for_empty::to_value(&set).unwrap());
    assert_eq!(
        stored,
        Some(AttributeValue::Ns(vec!["1".into(), "2".into()]))
    );
    let none = BTreeSet::<String>::new();
    assert_eq!(
        written(null_for_empty::to_value(&none).unwrap()),
        Some(NULL)
    );
}

#[test]
fn empty_strings_in_maps_are_refused_but_not_those_in_lists() {
    let write = |json: &str| {
        let map = raw_map::from_json(json).unwrap();
        raw_map::to_value(&map).map(written)
    };
    let refused = write(r#"{"nested": {"first_name": ""}}"#).unwrap_err();
    assert_eq!(refused.path().to_string(), "nested.first_name");
    assert_eq!(
        write(r#"{"name": ""}"#).unwrap_err().path().to_string(),
        "name"
    );
    assert!(write(r#"{"names": [""], "none": null}"#).is_ok());
    assert_eq!(
        raw_map::from_value(Some(NULL)).unwrap(),
        raw_map::RawMap::new()
    );
    assert_eq!(raw_map::from_value(None).unwrap(), raw_map::RawMap::new());
    assert!(raw_map::from_json("{").is_err());
}

proptest! {
    /// What is stored is the time, cut off towards the past, and numbers stand in the order of times.
    #[test]
    fn times_are_kept_to_the_second_in_their_order(
        seconds in -60_000_000_000_i64..250_000_000_000,
        nanos in 0_u32..1_000_000_000,
        later in 1_i64..1_000_000,
    ) {
        let at = |seconds: i64| {
            epoch_seconds::from_value::<SystemTime>(Some(n(seconds))).unwrap()
        };
        let time = at(seconds) + Duration::from_nanos(nanos.into());
        let stored = written(epoch_seconds::to_value(&time).unwrap());
        prop_assert_eq!(&stored, &Some(n(seconds)));
        prop_assert_eq!(epoch_seconds::from_value::<SystemTime>(stored).unwrap(), at(seconds));
        let afterwards = at(seconds + later) + Duration::from_nanos(nanos.into());
        let number = |time: &SystemTime| match epoch_seconds::key(time).unwrap() {
            crate::KeyValue::N(text) => text.parse::<i64>().unwrap(),
            other => panic!("{other:?}"),
        };
        prop_assert!(time < afterwards);
        prop_assert!(number(&time) < number(&afterwards));
    }
}
