//! The attribute `_dy_entries` of a root: which collections of shards the object has, and the order of each list.
//!
//! ```text
//! collection id → B      a list: the ids of its entries, 8 bytes each, in order
//!               → NULL   a map: its keys are in the manifest
//! ```
//!
//! A collection that is there and empty has an entry here, and none in the manifest.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::Item;

use super::id::EntryId;

/// The collections of shards that an object has, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries(pub(crate) BTreeMap<String, Collected>);

/// The entries of one collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Collected {
    /// A list, with the ids of its entries in order.
    List(Vec<EntryId>),
    /// A map, whose keys are in the manifest.
    Map,
}

impl Entries {
    pub(crate) fn to_value(&self) -> AttributeValue {
        AttributeValue::M(
            self.0
                .iter()
                .map(|(id, collected)| (id.clone(), collected.to_value()))
                .collect(),
        )
    }

    /// Reads the attribute strictly.
    ///
    /// # Errors
    ///
    /// It is not what any version writes.
    pub(crate) fn from_value(value: &AttributeValue) -> Result<Self, EntriesError> {
        let collections: &Item = value.as_m().map_err(|_| EntriesError::Type)?;
        let collection = |(id, value): (&String, &AttributeValue)| {
            Ok((id.clone(), Collected::from_value(value)?))
        };
        collections
            .iter()
            .map(collection)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Collected {
    fn to_value(&self) -> AttributeValue {
        match self {
            Self::List(ids) => {
                let bytes: Vec<u8> = ids.iter().flat_map(|id| id.0).collect();
                AttributeValue::B(Blob::new(bytes))
            }
            Self::Map => AttributeValue::Null(true),
        }
    }

    fn from_value(value: &AttributeValue) -> Result<Self, EntriesError> {
        if *value == AttributeValue::Null(true) {
            return Ok(Self::Map);
        }
        let bytes = value.as_b().map_err(|_| EntriesError::Type)?.as_ref();
        let (ids, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(EntriesError::Length);
        }
        let ids: Vec<EntryId> = ids.iter().copied().map(EntryId).collect();
        let mut seen = HashSet::with_capacity(ids.len());
        if ids.iter().all(|id| seen.insert(*id)) {
            Ok(Self::List(ids))
        } else {
            Err(EntriesError::Twice)
        }
    }
}

/// A `_dy_entries` that no version writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntriesError {
    /// The length of an order is no multiple of an id's.
    Length,
    /// An order names an entry twice.
    Twice,
    /// It is no map, or one with something else than binary and null.
    Type,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_collected() -> impl Strategy<Value = Collected> {
        let ids = prop::collection::btree_set(any::<[u8; 8]>(), 0..5);
        let list = ids.prop_map(|ids| ids.into_iter().map(EntryId).collect::<Vec<_>>());
        prop_oneof![
            Just(Collected::Map),
            list.prop_shuffle().prop_map(Collected::List)
        ]
    }

    proptest! {
        #[test]
        fn entries_read_back(collections in prop::collection::btree_map(".{1,4}", any_collected(), 0..4)) {
            let entries = Entries(collections);
            prop_assert_eq!(Entries::from_value(&entries.to_value()), Ok(entries));
        }

        #[test]
        fn an_arbitrary_value_is_entries_in_their_one_form_or_refused(
            bytes in prop::collection::vec(0_u8..2, 0..40),
            other in dyno_testkit::any_item(),
        ) {
            let order = AttributeValue::B(Blob::new(bytes));
            for value in [AttributeValue::M(Item::from([("a".to_owned(), order)])), AttributeValue::M(other)] {
                if let Ok(entries) = Entries::from_value(&value) {
                    prop_assert_eq!(entries.to_value(), value);
                }
            }
        }
    }

    #[test]
    fn damage_is_refused_for_what_it_is() {
        let read = |value| {
            Entries::from_value(&AttributeValue::M(Item::from([(
                "lines".to_owned(),
                value,
            )])))
        };
        let binary = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
        assert_eq!(read(binary(&[0; 7])), Err(EntriesError::Length));
        assert_eq!(read(binary(&[0; 16])), Err(EntriesError::Twice));
        assert_eq!(read(AttributeValue::Null(false)), Err(EntriesError::Type));
        assert_eq!(read(AttributeValue::Bool(true)), Err(EntriesError::Type));
        let none = Entries::from_value(&AttributeValue::Null(true));
        assert_eq!(none, Err(EntriesError::Type));
        assert!(read(binary(&[])).is_ok());
    }
}
