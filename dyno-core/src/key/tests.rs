use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const PIECES: &[Piece] = &[
    Piece::Text("ORDER#"),
    Piece::Field("name", 1),
    Piece::Text("#"),
    Piece::Field("at", 2),
    Piece::Text("-"),
    Piece::Field("id", 3),
];
const ORDER: Template = Template::new("SK", "ORDER#{name}#{at}-{id}", PIECES);
const TEMPLATES: Templates = Templates::new(Template::new(
    "PK",
    "USER#{tenant}",
    &[Piece::Text("USER#"), Piece::Field("tenant", 0)],
))
.sort(ORDER);

fn text<V: KeyPart>(value: &V) -> String {
    value.key_text().unwrap().into_owned()
}

fn key(fields: (&str, &str, i32, &str)) -> Key {
    let parts = FieldsOf::<(String, (String, (i32, (String, ()))))>::__dyno_texts(fields);
    TEMPLATES.key_of(&parts).unwrap()
}

fn sort_of(fields: &(String, i32, String)) -> String {
    match key(("t", &fields.0, fields.1, &fields.2)).sort() {
        Some(KeyValue::S(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn beginning<F: PrefixOf<(String, (i32, (String, ())))>>(fields: F) -> Beginning {
    ORDER.beginning(&fields.__dyno_texts()).unwrap()
}

fn sorts<V: KeyPart + PartialOrd + Debug>(a: &V, b: &V) -> Result<(), TestCaseError> {
    prop_assert_eq!(text(a).partial_cmp(&text(b)), a.partial_cmp(b));
    Ok(())
}

fn of_one_width<V: KeyPart>(a: &V, b: &V) -> Result<(), TestCaseError> {
    prop_assert_eq!(text(a).len(), text(b).len());
    Ok(())
}

macro_rules! laws_of_numbers {
    ($($name:ident: $type:ty),*) => {
        proptest! {
            $(#[test]
            fn $name(a in any::<$type>(), b in any::<$type>(), near in -2_i8..=2) {
                sorts(&a, &b)?;
                of_one_width(&a, &b)?;
                let near = if near < 0 { a.saturating_sub(1) } else { a.saturating_add(1) };
                sorts(&a, &near)?;
                sorts(&a, &<$type>::MIN)?;
                sorts(&a, &<$type>::MAX)?;
                of_one_width(&<$type>::MIN, &<$type>::MAX)?;
            })*
        }
    };
}

laws_of_numbers!(
    u8_sorts: u8, u16_sorts: u16, u32_sorts: u32, u64_sorts: u64, u128_sorts: u128, usize_sorts: usize,
    i8_sorts: i8, i16_sorts: i16, i32_sorts: i32, i64_sorts: i64, i128_sorts: i128, isize_sorts: isize
);

fn moment(seconds: i64, nanoseconds: u32) -> SystemTime {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let second = if seconds < 0 {
        UNIX_EPOCH - whole
    } else {
        UNIX_EPOCH + whole
    };
    second + Duration::from_nanos(nanoseconds.into())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[ !#$%a-c]{1,4}", "[a#]{1,3}", "\\PC{1,6}"]
}

proptest! {
    #[test]
    fn floats_sort(a in any::<f64>(), b in any::<f64>(), c in any::<f32>(), d in any::<f32>()) {
        sorts(&a, &b)?;
        sorts(&c, &d)?;
    }

    #[test]
    fn times_sort(
        a in -62_167_219_200..=253_402_300_799_i64, b in -62_167_219_200..=253_402_300_799_i64,
        c in 0..1_000_000_000_u32, d in 0..1_000_000_000_u32,
    ) {
        sorts(&moment(a, c), &moment(b, d))?;
        sorts(&moment(a, c), &moment(a, d))?;
        of_one_width(&moment(a, c), &moment(b, d))?;
    }

    #[test]
    fn uuids_letters_and_flags_sort(a in any::<u128>(), b in any::<u128>(), c in any::<char>(), d in any::<char>(), e in any::<bool>(), f in any::<bool>()) {
        sorts(&Uuid::from_u128(a), &Uuid::from_u128(b))?;
        sorts(&c, &d)?;
        sorts(&e, &f)?;
    }

    #[test]
    fn keys_sort_as_their_fields(a in (name(), any::<i32>(), name()), b in (name(), any::<i32>(), name())) {
        prop_assert_eq!(sort_of(&a).cmp(&sort_of(&b)), a.cmp(&b));
        let c = (a.0.clone(), b.1, b.2);
        prop_assert_eq!(sort_of(&a).cmp(&sort_of(&c)), a.cmp(&c));
    }

    #[test]
    fn a_prefix_of_fields_begins_exactly_their_keys(a in (name(), -2..2, name()), b in (name(), -2..2, name())) {
        let one = beginning((a.0.as_str(),));
        prop_assert_eq!(sort_of(&b).starts_with(&one.text), a.0 == b.0);
        let two = beginning((a.0.as_str(), a.1));
        prop_assert_eq!(sort_of(&b).starts_with(&two.text), (&a.0, a.1) == (&b.0, b.1));
    }

    #[test]
    fn bounds_hold_exactly_the_fields_between(
        lower in (name(), -2..2), upper in (name(), -2..2), a in (name(), -2..2, name()),
    ) {
        let sort = sort_of(&a);
        let from = beginning((lower.0.as_str(), lower.1));
        let to = beginning((upper.0.as_str(), upper.1)).upper_bound().unwrap();
        prop_assert_eq!(sort >= from.text && sort <= to, (&a.0, a.1) >= (&lower.0, lower.1) && (&a.0, a.1) <= (&upper.0, upper.1));
    }
}

#[test]
fn zero_has_one_sign_and_nan_has_no_place() {
    assert_eq!(text(&0.0_f64), text(&-0.0_f64));
    assert!(f64::NAN.key_text().is_err());
    assert!(f32::NAN.key_text().is_err());
}

#[test]
fn times_beyond_four_digits_of_years_are_refused() {
    assert!(utc_text(-62_167_219_201, 0).is_err());
    assert!(utc_text(253_402_300_800, 0).is_err());
    assert!(utc_text(0, 1_000_000_000).is_err());
    assert!(utc_text(i64::MIN, 0).is_err());
    assert!(utc_text(i64::MAX, 0).is_err());
}

#[test]
fn an_empty_part_and_a_long_key_are_told_with_their_names() {
    let parts =
        FieldsOf::<(String, (String, (i32, (String, ()))))>::__dyno_texts(("acme", "", 5, "x"));
    assert_eq!(
        TEMPLATES.key_of(&parts),
        Err(
            "field `name` of the key template `ORDER#{name}#{at}-{id}` of `SK`: a part of a key cannot be empty"
                .to_owned()
        )
    );
    let long = "x".repeat(2044);
    let parts = PrefixOf::<(String, ())>::__dyno_texts(long.as_str());
    assert_eq!(
        TEMPLATES.partition_of(&parts),
        Err(
            "the partition key `PK`, made of `USER#{tenant}`, has 2049 bytes, DynamoDB allows 2048"
                .to_owned()
        )
    );
}

#[test]
fn all_fields_are_a_whole_key() {
    let whole = beginning(("a#b", 5, "c#d"));
    assert_eq!(whole.text, "ORDER#a$23b#00000000005-c#d");
    assert!(whole.is_whole);
    let part = beginning("a");
    assert_eq!((part.text.as_str(), part.is_whole), ("ORDER#a#", false));
}
