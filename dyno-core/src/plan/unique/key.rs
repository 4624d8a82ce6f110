//! The texts of the keys of guards.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::number;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::plan::address::shard_id;

/// What the key of every guard begins with.
pub(super) const BEGINNING: &str = "_dy_unique";

/// A longer value stands in the key as its hash.
const LONGEST_VALUE: usize = 512;

/// ```text
/// key    = "_dy_unique#" owners "#" escape(field) "#" value
/// owners = escape(type tag) | escape(table) "/" escape(type tag), where the guards have a table of their own
/// value  = "S#" text | "N#" normal form | "B#" hexadecimal
///        | "s#" | "n#" | "b#"  SHA-256 of the same, if it is longer than 512 bytes
/// ```
pub(super) fn key_text(
    table: Option<&str>,
    tag: &str,
    field: &str,
    value: &AttributeValue,
) -> Result<String> {
    let (kind, text) = match value {
        AttributeValue::S(text) => ('S', text.clone()),
        AttributeValue::N(text) => {
            let normal = number::normalize(text);
            let normal = normal.map_err(|error| invalid(&error.to_string()))?;
            ('N', normal)
        }
        AttributeValue::B(bytes) => ('B', hex::encode(bytes)),
        _ => {
            return Err(invalid(
                "is unique, and is stored as something else than a string, a number or a binary; mark another field, or convert it \
                 `with` a module of yours",
            ));
        }
    };
    let (kind, text) = if text.len() > LONGEST_VALUE {
        let hash: [u8; 32] = Sha256::digest(&text).into();
        (kind.to_ascii_lowercase(), hex::encode(hash))
    } else {
        (kind, text)
    };
    let beginning = key_beginning(table, tag, field);
    Ok(format!("{beginning}{kind}#{text}"))
}

pub(super) fn key_beginning(table: Option<&str>, tag: &str, field: &str) -> String {
    let owners = shard_id(table.into_iter().chain([tag]));
    format!("{BEGINNING}#{owners}#{}#", shard_id([field]))
}

fn invalid(why: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, why)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::Blob;
    use proptest::prelude::*;

    use super::*;
    use crate::key::Key;
    use crate::plan::Address;
    use crate::shape::TableShape;

    fn values() -> impl Strategy<Value = AttributeValue> {
        prop_oneof![
            "[SNBsnb#%/~a]{0,3}".prop_map(AttributeValue::S),
            "[#a]{510,514}".prop_map(AttributeValue::S),
            (-200_i32..200).prop_map(|number| AttributeValue::N(number.to_string())),
            proptest::collection::vec(any::<u8>(), 0..3)
                .prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        ]
    }

    type Place = (Option<String>, String, String, AttributeValue);

    fn places() -> impl Strategy<Value = Place> {
        (
            proptest::option::of("[a#%/]{1,2}"),
            "[a#%/]{1,2}",
            "[a#%/]{1,2}",
            values(),
        )
    }

    fn text((table, tag, field, value): &Place) -> String {
        key_text(table.as_deref(), tag, field, value).unwrap()
    }

    proptest! {
        #[test]
        fn no_two_values_share_a_guard(one in places(), two in places()) {
            prop_assert_eq!(one == two, text(&one) == text(&two));
        }

        #[test]
        fn a_value_adds_so_much_to_a_key_at_most((table, tag, field, value) in places()) {
            let all = key_text(table.as_deref(), &tag, &field, &value).unwrap();
            let beginning = key_beginning(table.as_deref(), &tag, &field);
            prop_assert!(all.len() - beginning.len() <= LONGEST_VALUE + 2);
        }

        #[test]
        fn a_guard_that_fits_in_no_key_is_refused(tag in 1_000_usize..2_100, value in 0_usize..600) {
            let value = AttributeValue::S("v".repeat(value));
            let text = key_text(None, &"t".repeat(tag), "f", &value).unwrap();
            let address = Address::of_text(&TableShape::new("T", "ID"), None, &Key::new(text.clone()));
            prop_assert_eq!(address.is_ok(), text.len() <= 2048);
        }
    }

    #[test]
    fn a_number_has_one_guard_in_all_its_forms() {
        let key =
            |text: &str| key_text(None, "T", "f", &AttributeValue::N(text.to_owned())).unwrap();
        assert_eq!(key("1.50"), key("15e-1"));
        assert_eq!(key("1.50"), "_dy_unique#T#f#N#1.5");
    }
}
