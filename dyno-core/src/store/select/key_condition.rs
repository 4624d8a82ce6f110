//! What is asked of the keys by which a query goes.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;
use smallvec::smallvec;

use super::keys::{Keys, OneOrMore};
use super::partition::Partition;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Node, Placeholders, write_inside};
use crate::plan::same_key;

/// Which partition, and which sort keys in it.
#[derive(Clone, Debug)]
pub(super) struct KeyCondition {
    /// The partition key by attribute.
    partition: OneOrMore<(&'static str, AttributeValue)>,
    sort: Vec<Node>,
}

impl KeyCondition {
    /// # Errors
    ///
    /// The partition key is missing or none of the table, or the sort condition does not fit it.
    pub(super) fn of(asked: Partition, keys: Keys) -> Result<Self> {
        let partition = match asked.made {
            Some(made) => {
                keys.check_made_partition(made.attribute)?;
                let key = made.key;
                let key = key.map_err(|why| Error::new(ErrorKind::InvalidKey, why))?;
                keys.partition_of(smallvec![key])?
            }
            None => keys.partition_of(asked.key)?,
        };
        let mut sort = match &asked.sort {
            Some(condition) => condition.nodes(keys)?,
            None => Vec::new(),
        };
        if sort.is_empty() && asked.members.is_empty() {
            sort.extend(keys.beginning_of_sort());
        }
        Ok(Self { partition, sort })
    }

    /// What must hold of each part of the key.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node> {
        let partition = self.partition.iter();
        let partition = partition.map(|(name, value)| Node::equal(name, value.clone()));
        partition.chain(self.sort.iter().cloned())
    }

    pub(super) fn text(&self, names: &mut Placeholders) -> String {
        let mut text = String::with_capacity("#q0 = :q0".len());
        let mut between = "";
        for (name, value) in &self.partition {
            text.push_str(between);
            names.write_equal(name, value, &mut text);
            between = " AND ";
        }
        for node in &self.sort {
            text.push_str(between);
            write_inside(node, names, &mut text);
        }
        text
    }

    /// Whether an item with these keys is in the partition.
    pub(super) fn is_in_partition(&self, keys: &Item) -> bool {
        let is_there = |(name, asked): &(&str, AttributeValue)| {
            keys.get(*name).is_some_and(|found| same_key(found, asked))
        };
        self.partition.iter().all(is_there)
    }
}
