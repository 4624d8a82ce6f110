//! Where an item lives: table, region and primary key.
//!
//! Shard items have keys that follow from the object's key and the shard's id, so that they are found without
//! reading anything:
//!
//! ```text
//! owner            = escape(type tag) "#" escape(partition key) [ "#" escape(sort key) ]
//! simple table     : key  = owner "/" shard id [ "~1" in slot 1 ]
//! composite table  : key  = owner,  sort = shard id [ "~1" in slot 1 ]
//! ```

use std::fmt::Write as _;

use dyno_value::{FieldPath, Item, Segment, number};

use crate::error::{Error, ErrorKind, Result};
use crate::key::{Key, KeyKind, KeyValue};
use crate::limits;
use crate::shape::{Kind, Role, Shape, TableShape};

/// The place of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) table: &'static str,
    pub(crate) region: Option<&'static str>,
    partition: (&'static str, KeyValue),
    sort: Option<(&'static str, KeyValue)>,
}

impl Address {
    /// The place of the object's root item.
    ///
    /// # Errors
    ///
    /// The key is empty, too long, of the wrong type, or lacks a part.
    pub(crate) fn of_root(shape: &'static Shape, table: &TableShape, key: &Key) -> Result<Self> {
        let kinds = KeyKinds::for_key(shape, key);
        let partition = checked_part(
            "partition key",
            table.key_name(),
            kinds.partition,
            key.partition(),
        )?;
        let sort = match (table.sort_name(), key.sort()) {
            (None, None) => None,
            (Some(name), Some(value)) => {
                Some((name, checked_part("sort key", name, kinds.sort, value)?))
            }
            (Some(name), None) => {
                return Err(invalid(format!(
                    "table `{}` has the sort key `{name}`; give both parts, `(partition, sort)`",
                    table.name()
                )));
            }
            (None, Some(_)) => {
                return Err(invalid(format!(
                    "table `{}` has no sort key; give the partition key alone",
                    table.name()
                )));
            }
        };
        Ok(Self {
            table: table.name(),
            region: table.region_name(),
            partition: (table.key_name(), partition),
            sort,
        })
    }

    /// The place of a shard item.
    ///
    /// # Errors
    ///
    /// The object's key, escaped, makes the shard's key longer than DynamoDB allows.
    pub(crate) fn of_shard(
        owner: &str,
        table: &TableShape,
        region: Option<&'static str>,
        shard_id: &str,
        spare_slot: bool,
    ) -> Result<Self> {
        let slot = if spare_slot { "~1" } else { "" };
        let (partition, sort) = match table.sort_name() {
            None => (format!("{owner}/{shard_id}{slot}"), None),
            Some(name) => (
                owner.to_owned(),
                Some((name, KeyValue::S(format!("{shard_id}{slot}")))),
            ),
        };
        let too_long = |part: &str, bytes: usize, limit: usize| {
            invalid(format!(
                "shard `{shard_id}` in table `{}` would have a {part} of {bytes} bytes, DynamoDB allows {limit}; \
                 use a shorter key for the object",
                table.name()
            ))
        };
        if partition.len() > limits::PARTITION_KEY_BYTES {
            return Err(too_long(
                "partition key",
                partition.len(),
                limits::PARTITION_KEY_BYTES,
            ));
        }
        let sort_bytes = shard_id.len() + slot.len();
        if sort.is_some() && sort_bytes > limits::SORT_KEY_BYTES {
            return Err(too_long("sort key", sort_bytes, limits::SORT_KEY_BYTES));
        }
        Ok(Self {
            table: table.name(),
            region,
            partition: (table.key_name(), KeyValue::S(partition)),
            sort,
        })
    }

    /// The key attributes, as requests name an item.
    pub(crate) fn to_item(&self) -> Item {
        self.parts()
            .map(|(name, value)| (name.to_owned(), value.to_value()))
            .collect()
    }

    /// The key attributes in order: partition, sort.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &KeyValue)> {
        std::iter::once(&self.partition)
            .chain(&self.sort)
            .map(|(name, value)| (*name, value))
    }

    /// The partition key's attribute name.
    pub(crate) fn key_name(&self) -> &'static str {
        self.partition.0
    }

    /// Whether an item returned by the service is the one at this place.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        self.parts().all(|(name, value)| {
            item.get(name).and_then(KeyValue::from_value).as_ref() == Some(value)
        })
    }
}

/// The first part of every shard key of an object.
pub(crate) fn owner(shape: &Shape, root: &Address) -> String {
    let mut owner = String::new();
    escape_into(&mut owner, shape.type_tag());
    for (_, value) in root.parts() {
        owner.push('#');
        match value {
            KeyValue::S(text) | KeyValue::N(text) => escape_into(&mut owner, text),
            KeyValue::B(bytes) => bytes.iter().for_each(|byte| {
                // Writing to a string cannot fail.
                let _ = write!(owner, "{byte:02x}");
            }),
        }
    }
    owner
}

/// The id of the shard below a field of these names.
pub(crate) fn shard_id<'a, I: IntoIterator<Item = &'a str>>(names: I) -> String {
    let mut id = String::new();
    for (position, name) in names.into_iter().enumerate() {
        if position > 0 {
            id.push('/');
        }
        escape_into(&mut id, name);
    }
    id
}

/// The id of the shard at this place.
pub(crate) fn shard_id_at(path: &FieldPath) -> String {
    shard_id(path.segments().iter().filter_map(|segment| match segment {
        Segment::Key(name) => Some(name.as_str()),
        Segment::Index(_) => None,
    }))
}

/// Replaces the characters that separate parts, so that every text has one escaped form and no two share one.
fn escape_into(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '%' => out.push_str("%25"),
            '#' => out.push_str("%23"),
            '/' => out.push_str("%2F"),
            '~' => out.push_str("%7E"),
            other => out.push(other),
        }
    }
}

/// The types of an object's key attributes; strings where no field says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyKinds {
    pub(crate) partition: Option<KeyKind>,
    pub(crate) sort: Option<KeyKind>,
}

impl KeyKinds {
    pub(crate) fn of(shape: &'static Shape) -> Self {
        if let Some(untyped) = shape.untyped() {
            return Self {
                partition: untyped.partition,
                sort: untyped.sort,
            };
        }
        let kind_of = |role| {
            shape
                .all_fields()
                .find(|field| field.field_role() == role)
                .and_then(|field| match field.kind() {
                    Kind::Key(kind) => Some(kind),
                    _ => None,
                })
        };
        Self {
            partition: kind_of(Role::PartitionKey),
            sort: kind_of(Role::SortKey),
        }
    }
}

impl KeyKinds {
    /// The types that this key must have; any, where neither a field nor the declaration of an object without a type
    /// says.
    fn for_key(shape: &'static Shape, key: &Key) -> Self {
        let kinds = Self::of(shape);
        if shape.untyped().is_none() {
            return kinds;
        }
        Self {
            partition: kinds.partition.or_else(|| Some(key.partition().kind())),
            sort: kinds.sort.or_else(|| key.sort().map(KeyValue::kind)),
        }
    }
}

/// A key part of the wanted type; without a key field, a type may be addressed by a string only.
fn checked_part(
    part: &str,
    name: &str,
    kind: Option<KeyKind>,
    value: &KeyValue,
) -> Result<KeyValue> {
    let wanted = kind.unwrap_or(KeyKind::S);
    if value.kind() != wanted {
        return Err(invalid(format!(
            "the {part} `{name}` is {wanted}, found {}",
            value.kind()
        )));
    }
    let limit = if part == "sort key" {
        limits::SORT_KEY_BYTES
    } else {
        limits::PARTITION_KEY_BYTES
    };
    let length = match value {
        KeyValue::S(text) => text.len(),
        KeyValue::B(bytes) => bytes.len(),
        KeyValue::N(text) => {
            let normal = number::normalize(text)
                .map_err(|error| invalid(format!("the {part} `{name}`: {error}")))?;
            return Ok(KeyValue::N(normal));
        }
    };
    match length {
        0 => Err(invalid(format!(
            "the {part} `{name}` is empty; DynamoDB wants at least one byte"
        ))),
        length if length > limit => Err(invalid(format!(
            "the {part} `{name}` has {length} bytes, DynamoDB allows {limit}"
        ))),
        _ => Ok(value.clone()),
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidKey, message)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn any_part() -> impl Strategy<Value = KeyValue> {
        prop_oneof![
            any::<String>().prop_map(KeyValue::S),
            "[a#/~%]{0,5}".prop_map(KeyValue::S),
            prop::collection::vec(any::<u8>(), 0..4).prop_map(KeyValue::B),
        ]
    }

    fn place(tag: &'static str, parts: &[KeyValue]) -> (Shape, Address) {
        let mut parts = parts.iter().cloned();
        let partition = ("ID", parts.next().unwrap_or(KeyValue::S(String::new())));
        let sort = parts.next().map(|sort| ("AT", sort));
        (
            Shape::structure("T", &[]).tag(tag),
            Address {
                table: "T",
                region: None,
                partition,
                sort,
            },
        )
    }

    proptest! {
        #[test]
        fn no_two_objects_of_a_type_own_the_same_shards(
            first in prop::collection::vec(any_part(), 2),
            second in prop::collection::vec(any_part(), 2),
        ) {
            let same_kinds = first.iter().zip(&second).all(|(a, b)| a.kind() == b.kind());
            prop_assume!(same_kinds);
            let ((shape, a), (_, b)) = (place("t", &first), place("t", &second));
            prop_assert_eq!(owner(&shape, &a) == owner(&shape, &b), first == second);
        }

        #[test]
        fn no_two_places_of_an_object_have_the_same_shard_id(
            first in prop::collection::vec("[a/~%#]{1,3}", 1..4),
            second in prop::collection::vec("[a/~%#]{1,3}", 1..4),
        ) {
            let id = |names: &[String]| shard_id(names.iter().map(String::as_str));
            prop_assert_eq!(id(&first) == id(&second), first == second);
        }

        #[test]
        fn no_two_shards_have_the_same_key(
            first in (prop::collection::vec("[a/~%#]{1,3}", 1..3), any::<bool>(), "[a/#~%]{0,4}"),
            second in (prop::collection::vec("[a/~%#]{1,3}", 1..3), any::<bool>(), "[a/#~%]{0,4}"),
        ) {
            const TABLE: TableShape = TableShape::new("S", "IDX");
            let key = |(names, spare, root): &(Vec<String>, bool, String)| {
                let (shape, address) = place("t", &[KeyValue::S(root.clone())]);
                let id = shard_id(names.iter().map(String::as_str));
                Address::of_shard(&owner(&shape, &address), &TABLE, None, &id, *spare).unwrap().to_item()
            };
            prop_assert_eq!(key(&first) == key(&second), first == second);
        }
    }

    #[test]
    fn keys_are_as_the_format_says() {
        let (shape, root) = place(
            "Orders",
            &[KeyValue::S("a/b#c".into()), KeyValue::N("7".into())],
        );
        assert_eq!(owner(&shape, &root), "Orders#a%2Fb%23c#7");
        assert_eq!(shard_id(["location", "in/out"]), "location/in%2Fout");
        let names: BTreeMap<_, _> = root.parts().collect();
        assert_eq!(names.len(), 2);
    }
}
