//! Values for property tests.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use proptest::{
    collection::{btree_set, hash_map, vec},
    prelude::*,
};

use crate::Item;

/// Numbers as DynamoDB returns them: up to 38 significant digits, between 1E-130 and 1E+126.
///
/// They are written without an exponent and without needless zeros, so a number that is stored
/// comes back as the same text.
///
/// ```
/// use proptest::prelude::*;
///
/// proptest!(|(number in dyno_testkit::any_number())| {
///     prop_assert!(number.parse::<f64>().is_ok());
/// });
/// ```
pub fn any_number() -> impl Strategy<Value = String> {
    let digits = vec(0_u8..10, 1..=38);
    // Most numbers are of a usual size.
    let exponent = prop_oneof![4 => -5_i32..20, 1 => -130_i32..=125];
    prop_oneof![
        4 => any::<i64>().prop_map(|number| number.to_string()),
        1 => Just("0".to_owned()),
        8 => (any::<bool>(), digits, exponent)
            .prop_map(|(negative, digits, exponent)| decimal(negative, &digits, exponent)),
    ]
}

/// Writes `d.ddd * 10^exponent` without an exponent; zero is written `0`.
fn decimal(negative: bool, digits: &[u8], exponent: i32) -> String {
    let digits: String = digits
        .iter()
        .map(|digit| char::from(b'0' + digit))
        .collect();
    let digits = digits.trim_matches('0');
    let sign = if negative { "-" } else { "" };
    let places = usize::try_from(exponent.unsigned_abs()).unwrap_or_default();
    if digits.is_empty() {
        "0".to_owned()
    } else if exponent < 0 {
        format!("{sign}0.{}{digits}", "0".repeat(places - 1))
    } else if digits.len() <= places + 1 {
        format!("{sign}{digits}{}", "0".repeat(places + 1 - digits.len()))
    } else {
        let (whole, fraction) = digits.split_at(places + 1);
        format!("{sign}{whole}.{fraction}")
    }
}

/// Attribute values of every type, nested up to four levels.
///
/// Texts are Unicode, texts and binaries may be empty, sets are not empty and have distinct
/// members.
///
/// ```
/// use proptest::prelude::*;
///
/// proptest!(|(value in dyno_testkit::any_attribute_value())| {
///     prop_assert_eq!(value.clone(), value);
/// });
/// ```
pub fn any_attribute_value() -> impl Strategy<Value = AttributeValue> {
    scalar().prop_recursive(4, 32, 6, |value| {
        prop_oneof![
            vec(value.clone(), 0..6).prop_map(AttributeValue::L),
            hash_map(name(), value, 0..6).prop_map(AttributeValue::M),
        ]
    })
}

fn scalar() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        4 => text().prop_map(AttributeValue::S),
        4 => any_number().prop_map(AttributeValue::N),
        2 => binary().prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        1 => any::<bool>().prop_map(AttributeValue::Bool),
        1 => Just(AttributeValue::Null(true)),
        1 => btree_set(text(), 1..5).prop_map(|set| AttributeValue::Ss(list(set))),
        1 => btree_set(any_number(), 1..5).prop_map(|set| AttributeValue::Ns(list(set))),
        1 => btree_set(binary(), 1..5)
            .prop_map(|set| AttributeValue::Bs(set.into_iter().map(Blob::new).collect())),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z0-9]{1,12}", any::<String>()]
}

fn binary() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..24)
}

fn list(set: BTreeSet<String>) -> Vec<String> {
    set.into_iter().collect()
}

/// Names of attributes: not empty, also with characters that expressions must not hold.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[A-Za-z][A-Za-z0-9_]{0,11}", 1 => "[^\\x00]{1,8}"]
}

/// Items with up to eight attributes of any type, without key attributes.
///
/// Names may be anything but empty. Put the key in last, so that it wins over an attribute of the
/// same name.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use proptest::prelude::*;
///
/// proptest!(|(mut item in dyno_testkit::any_item())| {
///     item.insert("ID".to_owned(), AttributeValue::S("1".into()));
///     prop_assert!(item.len() <= 9);
/// });
/// ```
pub fn any_item() -> impl Strategy<Value = Item> {
    hash_map(name(), any_attribute_value(), 0..=8)
}

/// Sorts the members of sets, at any depth, so that equal values compare equal.
///
/// Sets have no order, and DynamoDB returns them in its own; the SDK compares them as lists.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_testkit::normalize;
///
/// let one = AttributeValue::Ss(vec!["a".into(), "b".into()]);
/// let other = AttributeValue::Ss(vec!["b".into(), "a".into()]);
/// assert_ne!(one, other);
/// assert_eq!(normalize(one), normalize(other));
/// ```
#[must_use]
pub fn normalize(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::Ss(mut set) => {
            set.sort_unstable();
            AttributeValue::Ss(set)
        }
        AttributeValue::Ns(mut set) => {
            set.sort_unstable();
            AttributeValue::Ns(set)
        }
        AttributeValue::Bs(mut set) => {
            set.sort_unstable_by(|left, right| left.as_ref().cmp(right.as_ref()));
            AttributeValue::Bs(set)
        }
        AttributeValue::L(list) => AttributeValue::L(list.into_iter().map(normalize).collect()),
        AttributeValue::M(map) => AttributeValue::M(
            map.into_iter()
                .map(|(name, value)| (name, normalize(value)))
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_plainly() {
        for (negative, digits, exponent, expected) in [
            (false, &[1_u8][..], 0, "1"),
            (true, &[1], 3, "-1000"),
            (false, &[1, 2, 3], 1, "12.3"),
            (false, &[1, 2, 3], 2, "123"),
            (false, &[0, 0, 5, 0], 0, "5"),
            (false, &[5], -1, "0.5"),
            (true, &[5, 1], -3, "-0.0051"),
            (true, &[0, 0], 7, "0"),
        ] {
            assert_eq!(decimal(negative, digits, exponent), expected);
        }
    }

    proptest! {
        #[test]
        fn numbers_have_at_most_38_digits(number in any_number()) {
            let digits = number.trim_start_matches('-').replace('.', "");
            prop_assert!(digits.trim_matches('0').len() <= 38);
        }
    }
}
