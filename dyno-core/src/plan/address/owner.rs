//! Where the shards of one object live.

use std::fmt::Write as _;

use super::id::escape_into;
use super::{Address, invalid};
use crate::error::Result;
use crate::key::KeyValue;
use crate::limits;
use crate::plan::manifest::Entry;
use crate::plan::shard::{Placing, ShardField, Span};
use crate::shape::{Shape, TableShape};

/// Whose shards they are: what every shard key of an object begins with.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    root: Address,
    pub(super) text: String,
    tag: String,
}

impl Owner {
    pub(crate) fn new(shape: &Shape, root: &Address) -> Self {
        let mut tag = String::new();
        escape_into(&mut tag, shape.type_tag());
        let mut text = tag.clone();
        for (_, value) in root.parts() {
            text.push('#');
            match value {
                KeyValue::S(part) | KeyValue::N(part) => escape_into(&mut text, part),
                KeyValue::B(bytes) => text.push_str(&hex::encode(bytes)),
            }
        }
        Self {
            root: root.clone(),
            text,
            tag,
        }
    }

    /// The place of one item of a shard.
    ///
    /// # Errors
    ///
    /// The object's key, escaped, makes the shard's key longer than DynamoDB allows.
    pub(crate) fn address(
        &self,
        field: &ShardField,
        spare_slot: bool,
        piece: u32,
    ) -> Result<Address> {
        let id = &field.id;
        let slot = if spare_slot { "~1" } else { "" };
        let mut item = format!("{id}{slot}");
        if piece > 0 {
            // Writing to a string cannot fail.
            let _ = write!(item, "#{piece}");
        }
        let table = &field.table;
        let (partition, sort) = match field.placing {
            Placing::Simple => (format!("{}/{item}", self.text).into(), None),
            Placing::Composite(sort) => (self.text.clone().into(), Some((sort, item))),
            Placing::Beside => {
                let sort = (table.sort_name().unwrap_or_default(), self.beside(&item));
                (self.root.partition.1.clone(), Some(sort))
            }
        };
        let too_long = |part: &str, bytes: usize, limit: usize| {
            invalid(format!(
                "shard `{id}` in table `{}` would have a {part} of {bytes} bytes, DynamoDB allows {limit}; \
                 use a shorter key for the object or its entry",
                table.name()
            ))
        };
        if let KeyValue::S(text) = &partition
            && text.len() > limits::PARTITION_KEY_BYTES
        {
            return Err(too_long(
                "partition key",
                text.len(),
                limits::PARTITION_KEY_BYTES,
            ));
        }
        if let Some((_, sort)) = &sort
            && sort.len() > limits::SORT_KEY_BYTES
        {
            return Err(too_long("sort key", sort.len(), limits::SORT_KEY_BYTES));
        }
        Ok(Address {
            table: table.name(),
            region: field.region,
            partition: (table.key_name(), partition),
            sort: sort.map(|(name, sort)| (name, KeyValue::S(sort))),
        })
    }

    /// The places of all items of a shard: those that the root names, and the other slot if it is or was used.
    ///
    /// # Errors
    ///
    /// Those of [`address`](Self::address).
    pub(crate) fn every_place(&self, field: &ShardField, entry: Entry) -> Result<Vec<Address>> {
        let spare_used = entry.uses_spare_slot();
        let slots = [false, true]
            .into_iter()
            .filter(|spare| !spare || spare_used);
        slots
            .flat_map(|spare| (0..entry.items()).map(move |piece| (spare, piece)))
            .map(|(spare, piece)| self.address(field, spare, piece))
            .collect()
    }

    /// What a `Query` of this span asks for.
    pub(crate) fn range(&self, span: &Span) -> Range {
        match span {
            Span::Beside { table, region } => Range {
                table: *table,
                region: *region,
                partition: self.root.partition.1.clone(),
                sort: SortRange::Between(
                    self.root_sort().to_owned(),
                    // The character after `/`.
                    format!("{}#{}0", self.root_sort(), self.tag),
                ),
            },
            Span::Entries {
                table,
                region,
                prefix,
            } => Range {
                table: *table,
                region: *region,
                partition: self.text.clone().into(),
                sort: SortRange::Prefix(prefix.clone()),
            },
        }
    }

    fn beside(&self, item: &str) -> String {
        format!("{}#{}/{item}", self.root_sort(), self.tag)
    }

    fn root_sort(&self) -> &str {
        match &self.root.sort {
            Some((_, KeyValue::S(sort))) => sort,
            _ => "",
        }
    }
}

/// Part of an item collection, for a `Query`.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) table: TableShape,
    pub(crate) region: Option<&'static str>,
    pub(crate) partition: KeyValue,
    pub(crate) sort: SortRange,
}

/// Which sort keys.
#[derive(Clone, Debug)]
pub(crate) enum SortRange {
    /// From the first to the second.
    Between(String, String),
    /// Those that begin with it.
    Prefix(String),
}

impl Range {
    /// Whether an item at this place would have been found.
    pub(crate) fn covers(&self, address: &Address) -> bool {
        let Some((_, KeyValue::S(sort))) = &address.sort else {
            return false;
        };
        let within = match &self.sort {
            SortRange::Between(first, last) => first <= sort && sort <= last,
            SortRange::Prefix(prefix) => sort.starts_with(prefix),
        };
        within && address.table == self.table.name() && address.partition.1 == self.partition
    }
}
