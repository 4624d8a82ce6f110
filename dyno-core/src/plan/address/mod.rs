//! Where an item lives: table, region and primary key.
//!
//! Shard items have keys that follow from the object's key and the shard's id, so that they are found without
//! reading anything:
//!
//! ```text
//! owner            = escape(type tag) "#" escape(partition key) [ "#" escape(sort key) ]
//! item             = shard id [ "~1" in slot 1 ] [ "#" k for piece k >= 1 ]
//! simple table     : key  = owner "/" item
//! composite table  : key  = owner,  sort = item
//! beside the root  : key  = the root's,  sort = the root's "#" escape(type tag) "/" item
//! ```

mod id;
mod kinds;
mod owner;
mod places;
#[cfg(test)]
mod tests;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, number};

pub(crate) use self::id::{path_of, shard_id, shard_id_at, unescape};
use self::kinds::Part;
pub(crate) use self::kinds::{KeyKinds, checked_part, normal_part};
pub(crate) use self::owner::{Owner, Range, SortRange};
pub(crate) use self::places::Places;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Key, KeyKind, KeyValue};
use crate::shape::{Shape, TableShape};

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
        if let Some(fault) = key.fault() {
            return Err(invalid(fault.to_owned()));
        }
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

    /// The place of an item whose key is text.
    ///
    /// # Errors
    ///
    /// The key is too long.
    pub(crate) fn of_text(
        table: &TableShape,
        region: Option<&'static str>,
        key: &Key,
    ) -> Result<Self> {
        let string = Some(KeyKind::S);
        let part = |part, name, value: &KeyValue| -> Result<_> {
            Ok((name, checked_part(part, name, string, value)?))
        };
        let sort = table.sort_name().zip(key.sort());
        let sort = sort.map(|(name, value)| part("sort key", name, value));
        Ok(Self {
            table: table.name(),
            region,
            partition: part("partition key", table.key_name(), key.partition())?,
            sort: sort.transpose()?,
        })
    }

    /// The place of an item that was read from a table.
    pub(crate) fn of_item(
        table: &TableShape,
        region: Option<&'static str>,
        item: &Item,
    ) -> Option<Self> {
        let part = |name: &'static str| Some((name, Part::of(item, name)?.into_value()));
        let sort = match table.sort_name() {
            Some(name) => Some(part(name)?),
            None => None,
        };
        Some(Self {
            table: table.name(),
            region,
            partition: part(table.key_name())?,
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

    /// The key of the item.
    pub(crate) fn key(&self) -> Key {
        let key = Key::new(self.partition.1.clone());
        match &self.sort {
            Some((_, sort)) => key.with_sort(sort.clone()),
            None => key,
        }
    }

    /// The same, of an address that is not needed any more.
    pub(crate) fn into_key(self) -> Key {
        let key = Key::new(self.partition.1);
        match self.sort {
            Some((_, sort)) => key.with_sort(sort),
            None => key,
        }
    }

    /// Writes the key attributes into the object's tree.
    ///
    /// # Errors
    ///
    /// A value of the object is stored under the name of one.
    pub(crate) fn write_to(&self, tree: &mut Item) -> Result<()> {
        for (name, value) in self.parts() {
            if tree.get(name).is_some_and(|held| value.is(held)) {
                continue;
            }
            let taken = tree.insert(name.to_owned(), value.to_value());
            if taken.is_some_and(|taken| !same_key(&taken, &value.to_value())) {
                return Err(Error::new(
                    ErrorKind::InvalidKey,
                    format!(
                        "a value of the object is stored under `{name}`, the name of its key; rename it"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The partition key's attribute name.
    pub(crate) fn key_name(&self) -> &'static str {
        self.partition.0
    }

    /// Whether an item returned by the service is the one at this place.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        self.parts()
            .all(|(name, value)| Part::of(item, name) == Some(value.into()))
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidKey, message)
}

/// Whether two key attributes are the same key; a number has many forms.
pub(crate) fn same_key(a: &AttributeValue, b: &AttributeValue) -> bool {
    match (a, b) {
        (AttributeValue::N(a), AttributeValue::N(b)) => {
            number::normalize(a).ok() == number::normalize(b).ok()
        }
        (a, b) => a == b,
    }
}
