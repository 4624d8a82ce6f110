//! Page after page.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use dyno_value::Item;

use super::found::other_keys;
use super::keys::Keys;
use super::params::{Asked, Params};
use super::selection::{Begun, Selection};
use crate::error::{Error, Result};
use crate::plan::Expiry;
use crate::shape::Stored;
use crate::store::cursor::Cursor;
use crate::store::operation::Operation;

/// A selection under way.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) operation: Operation,
    pub(super) keys: Keys,
    pub(super) params: Params,
    /// What is not given back.
    pub(super) expiry: Option<Expiry>,
    asked: Asked,
    /// The key after which the next page begins.
    pub(super) start: Option<Item>,
    /// Whether there is a next page.
    pub(super) goes_on: bool,
    /// Objects that are still wanted.
    pub(super) wanted: Option<usize>,
    /// Whether an object was seen behind those that are wanted.
    pub(super) saw_more: bool,
    /// Items behind the wanted objects that are looked at, too.
    pub(super) ahead: usize,
    /// Which part of the table, of how many.
    segment: Option<(u32, u32)>,
    /// Whether a request is limited to what is wanted.
    frugal: bool,
    requests: u32,
}

/// What one request gave.
pub(super) struct Answered {
    pub(super) items: Vec<Item>,
    pub(super) count: u64,
    pub(super) looked_at: u64,
}

impl Walk {
    pub(super) fn begin<T: Stored>(selection: &Selection<T>, counts: bool) -> Result<Self> {
        let Begun {
            operation,
            keys,
            params,
            expiry,
            asked,
            start,
        } = selection.begin(counts)?;
        Ok(Self {
            goes_on: selection.take != Some(0),
            wanted: selection.take,
            saw_more: false,
            ahead: 0,
            segment: None,
            frugal: !counts && params.filter.is_none() && params.limit.is_none(),
            operation,
            keys,
            params,
            expiry,
            asked,
            start,
            requests: 0,
        })
    }

    /// The same, with a look at what follows the wanted objects.
    pub(super) fn looking_ahead(self) -> Self {
        Self { ahead: 1, ..self }
    }

    /// The same over one part of the table, of so many.
    pub(super) fn part(&self, own: u32, all: u32) -> Self {
        Self {
            segment: Some((own, all)),
            ..self.clone()
        }
    }

    /// What the service is told to look at. What is passed over makes more requests necessary, each for twice as much.
    fn limit(&self) -> Option<i32> {
        if let Some(limit) = self.params.limit {
            return Some(i32::try_from(limit).unwrap_or(i32::MAX));
        }
        let wanted = self.wanted.filter(|_| self.frugal)?;
        let wanted = wanted.saturating_add(self.ahead);
        let factor = 1_usize.checked_shl(self.requests).unwrap_or(usize::MAX);
        i32::try_from(wanted.saturating_mul(factor)).ok()
    }

    /// Sends the next request, and moves behind what it gave.
    pub(super) async fn ask(&mut self) -> Result<Answered> {
        let limit = self.limit();
        let answer = if self.params.key_condition.is_some() {
            self.query(limit).await
        } else {
            self.scan(limit).await
        };
        let (answered, next) = answer.map_err(self.operation.explain(None))?;
        self.start = next.filter(|key| !key.is_empty());
        self.check_start().map_err(self.operation.explain(None))?;
        self.goes_on = self.start.is_some();
        self.requests = self.requests.saturating_add(1);
        Ok(answered)
    }

    /// Takes note of what a page gave: so many objects, and behind which place others follow in it. Where the next page begins.
    ///
    /// # Errors
    ///
    /// A value that was asked for has no form in a cursor, which is noticed before the first request.
    pub(super) fn give(&mut self, objects: usize, cut: Option<Item>) -> Result<Option<Cursor>> {
        if let Some(wanted) = &mut self.wanted {
            *wanted = wanted.saturating_sub(objects);
        }
        if cut.is_some() {
            // What follows the last object in its page is looked at again by who goes on from it.
            self.start = cut;
            self.goes_on = true;
        }
        if self.wanted == Some(0) {
            self.goes_on = false;
        }
        let Some(key) = self.start.clone() else {
            return Ok(None);
        };
        let course = self.asked.course(&self.operation.topology);
        let course = course.map_err(self.operation.explain(None))?;
        Ok(Some(course.at(key)))
    }

    fn check_start(&self) -> Result<()> {
        let table = self.operation.topology.table;
        let names = self.keys.names();
        let named_otherwise = |key: &Item| {
            let unknown = key.keys().find(|name| !names.contains(&name.as_str()));
            let unknown = unknown.map(|name| format!("`{name}` is part of its key"));
            let absent = names.iter().find(|name| !key.contains_key(**name));
            unknown.or_else(|| absent.map(|name| format!("`{name}` is no part of its key")))
        };
        match self.start.as_ref().and_then(named_otherwise) {
            Some(what) => Err(other_keys(table, &what)),
            None => Ok(()),
        }
    }

    async fn query(&self, limit: Option<i32>) -> Result<(Answered, Option<Item>)> {
        let params = &self.params;
        let store = &self.operation.store;
        let region = self.operation.topology.table.region_name();
        let query = store
            .clients()
            .of(region)
            .reads
            .query()
            .table_name(params.table)
            .set_index_name(params.index.map(str::to_owned))
            .set_key_condition_expression(params.key_condition.clone())
            .set_filter_expression(params.filter.clone())
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .set_scan_index_forward(params.descending.then_some(false))
            .set_consistent_read(params.consistent.then_some(true))
            .set_select(params.counts.then_some(Select::Count))
            .set_limit(limit)
            .set_return_consumed_capacity(store.asks_for_capacity())
            .set_exclusive_start_key(self.start.clone());
        let answer = Box::pin(query.send()).await;
        let answer = answer.map_err(|error| self.failure(error))?;
        store.note_read(answer.consumed_capacity.as_slice());
        let answered = Answered::new(answer.items, answer.count, answer.scanned_count);
        Ok((answered, answer.last_evaluated_key))
    }

    async fn scan(&self, limit: Option<i32>) -> Result<(Answered, Option<Item>)> {
        let params = &self.params;
        let store = &self.operation.store;
        let region = self.operation.topology.table.region_name();
        let scan = store
            .clients()
            .of(region)
            .reads
            .scan()
            .table_name(params.table)
            .set_index_name(params.index.map(str::to_owned))
            .set_segment(self.segment.and_then(|(own, _)| i32::try_from(own).ok()))
            .set_total_segments(self.segment.and_then(|(_, all)| i32::try_from(all).ok()))
            .set_filter_expression(params.filter.clone())
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .set_consistent_read(params.consistent.then_some(true))
            .set_select(params.counts.then_some(Select::Count))
            .set_limit(limit)
            .set_return_consumed_capacity(store.asks_for_capacity())
            .set_exclusive_start_key(self.start.clone());
        let answer = Box::pin(scan.send()).await;
        let answer = answer.map_err(|error| self.failure(error))?;
        store.note_read(answer.consumed_capacity.as_slice());
        let answered = Answered::new(answer.items, answer.count, answer.scanned_count);
        Ok((answered, answer.last_evaluated_key))
    }

    fn failure<E>(&self, error: SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let (store, table) = (&self.operation.store, self.params.table);
        match self.params.index {
            Some(index) => store.index_failure(error, table, index),
            None => store.failure(error, &[table]),
        }
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        let names = &self.params.names;
        (!names.is_empty()).then(|| names.clone().into_iter().collect())
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        let values = &self.params.values;
        (!values.is_empty()).then(|| values.clone().into_iter().collect())
    }
}

impl Answered {
    fn new(items: Option<Vec<Item>>, count: i32, looked_at: i32) -> Self {
        Self {
            items: items.unwrap_or_default(),
            count: u64::try_from(count).unwrap_or_default(),
            looked_at: u64::try_from(looked_at).unwrap_or_default(),
        }
    }
}
