//! One request of a query or scan.

use dyno_value::FieldPath;

use super::draft::node_of;
use super::get::projection;
use super::select::{ItemPage, Range, Select};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Comparator, Node, Placeholders, Term, check_bounds, condition_text, same_value};
use crate::key::KeyValue;
use crate::plan::checked_part;

impl Select {
    /// The key attributes by which it goes: partition and sort.
    fn keys(&self) -> Result<(String, Option<String>)> {
        if let Some(index) = &self.index {
            let names = [Some(&index.name), Some(&index.key), index.sort.as_ref()];
            if names.into_iter().flatten().any(String::is_empty) {
                return Err(invalid(
                    "an index and its keys have names, and one of them is empty",
                ));
            }
            return Ok((index.key.clone(), index.sort.clone()));
        }
        let table = self.items.topology()?.table;
        let sort = table.sort_name().map(str::to_owned);
        Ok((table.key_name().to_owned(), sort))
    }

    fn key_condition(&self) -> Result<Option<Node>> {
        let Some(partition) = &self.partition else {
            return match self.range {
                None if !self.descending => Ok(None),
                _ => Err(invalid(
                    "a scan has no order and no range of sort keys; query a partition",
                )),
            };
        };
        let (key, sort) = self.keys()?;
        let partition = checked_part("partition key", &key, Some(partition.kind()), partition)?;
        let of_partition = Node::equal(&key, partition.to_value());
        let Some(range) = &self.range else {
            return Ok(Some(of_partition));
        };
        let Some(sort) = sort else {
            return Err(invalid(
                "a range of sort keys is asked for, and there is no sort key; name it: `.sort(\"..\")`",
            ));
        };
        let path = FieldPath::root().key(&sort);
        let bound = |bound: &KeyValue| -> Result<_> {
            Ok(checked_part("sort key", &sort, Some(bound.kind()), bound)?.to_value())
        };
        let compare = |comparator, value| {
            Node::Compare(Term::Field(path.clone()), comparator, Term::Value(value))
        };
        let in_range = match range {
            Range::BeginsWith(prefix) if prefix.is_empty() => return Ok(Some(of_partition)),
            Range::BeginsWith(prefix) => {
                let prefix = KeyValue::S(prefix.clone());
                Node::BeginsWith(path.clone(), bound(&prefix)?)
            }
            Range::Between(first, last) => {
                let (first, last) = (bound(first)?, bound(last)?);
                check_bounds(&first, &last).map_err(invalid)?;
                Node::Between(Term::Field(path.clone()), first, last)
            }
            Range::Several => {
                return Err(invalid(
                    "several ranges of sort keys are asked for; give one, or both ends of one",
                ));
            }
            Range::AtLeast(first) => compare(Comparator::GreaterOrEqual, bound(first)?),
            Range::AtMost(last) => compare(Comparator::LessOrEqual, bound(last)?),
        };
        Ok(Some(Node::All(vec![of_partition, in_range])))
    }

    /// # Errors
    ///
    /// It looks at a key by which the request goes.
    fn filter_node(&self) -> Result<Option<Node>> {
        let Some(filter) = self.filter.clone() else {
            return Ok(None);
        };
        let node = node_of(filter)?;
        if self.partition.is_some() {
            let (key, sort) = self.keys()?;
            let keys = [Some(key), sort];
            let mut looked_at = None;
            node.each_look(&mut |path, _| {
                let is_key = |name: &String| *path == FieldPath::root().key(name);
                if keys.iter().flatten().any(is_key) {
                    looked_at = Some(path.to_string());
                }
            });
            if let Some(path) = looked_at {
                return Err(invalid(format!(
                    "the filter looks at `{path}`, a key by which the query goes; ask for a range of sort keys"
                )));
            }
        }
        Ok(Some(node))
    }

    fn check_start(&self) -> Result<()> {
        let Some(start) = &self.start else {
            return Ok(());
        };
        let (key, sort) = self.keys()?;
        let table = self.items.topology()?.table;
        let has_sort = table.sort_name().is_some();
        let table = table.key_names().into_iter().map(str::to_owned);
        let mut names: Vec<_> = [Some(key.clone()), sort]
            .into_iter()
            .flatten()
            .chain(table)
            .collect();
        names.sort_unstable();
        names.dedup();
        let refused = |why: String| {
            let why = format!("{why}; give `last_key` of a page of the same request");
            Err(Error::new(ErrorKind::InvalidCursor, why))
        };
        if let Some(name) = names.iter().find(|name| !start.contains_key(*name)) {
            return refused(format!("the key to go on after has no `{name}`"));
        }
        let is_part = |value| KeyValue::from_value(value).is_some();
        let sorts_are_named = match &self.index {
            Some(index) => index.sort.is_some() && has_sort,
            None => has_sort,
        };
        // The table and the index may have a sort key each that nobody named.
        let most = match &self.index {
            _ if sorts_are_named => names.len(),
            Some(_) => 4,
            None => 2,
        };
        if start.len() > most || !start.values().all(is_part) {
            return refused("the key to go on after has attributes that are no keys".to_owned());
        }
        let asked = self.partition.as_ref().map(KeyValue::to_value);
        match asked.zip(start.get(&key)) {
            Some((asked, standing)) if !same_value(&asked, standing) => refused(format!(
                "the key to go on after is of another partition, with another `{key}`"
            )),
            _ => Ok(()),
        }
    }

    pub(super) async fn ask(self) -> Result<ItemPage> {
        self.check_start()?;
        let limit = match self.limit {
            Some(0) => return Err(invalid("a page has room for one item at least")),
            limit => limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)),
        };
        let mut placeholders = Placeholders::new();
        let condition = self.key_condition()?;
        let condition = condition.map(|node| condition_text(&node, &mut placeholders));
        let filter = self.filter_node()?;
        let filter = filter.map(|node| condition_text(&node, &mut placeholders));
        let projection = projection(self.only.as_deref())?;
        let (mut names, values) = placeholders.into_parts();
        names.extend(projection.names);
        let names = (!names.is_empty()).then_some(names);
        let values = (!values.is_empty()).then_some(values);
        let table = self.items.topology()?.table;
        let store = &self.items.store;
        let client = store.clients().of(table.region_name()).reads.clone();
        let index = self.index.map(|index| index.name);
        macro_rules! sent {
            ($request:expr) => {{
                let answer = $request
                    .table_name(table.name())
                    .set_index_name(index.clone())
                    .consistent_read(self.consistent)
                    .set_limit(limit)
                    .set_exclusive_start_key(self.start)
                    .set_filter_expression(filter)
                    .set_projection_expression(projection.text)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_consumed_capacity(store.asks_for_capacity())
                    .send()
                    .await
                    .map_err(|error| match &index {
                        Some(index) => store.index_failure(error, table.name(), index),
                        None => store.failure(error, &[table.name()]),
                    })?;
                store.note_read(answer.consumed_capacity.as_slice());
                ItemPage {
                    items: answer.items.unwrap_or_default(),
                    last_key: answer.last_evaluated_key.filter(|key| !key.is_empty()),
                }
            }};
        }
        Ok(if let Some(condition) = condition {
            let query = client.query().key_condition_expression(condition);
            sent!(query.scan_index_forward(!self.descending))
        } else {
            sent!(client.scan())
        })
    }
}

fn invalid(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidExpression, why)
}
