//! Page after page.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::Select;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use dyno_value::Item;

use super::asked::Asked;
use super::expressions::{Expressions, RequestOptions};
use super::found::other_keys;
use super::keys::Keys;
use super::params::Params;
use super::selection::Selection;
use crate::error::{Error, Result};
use crate::plan::Expiry;
use crate::shape::Stored;
use crate::store::cursor::Cursor;
use crate::store::operation::Operation;

/// A selection under way.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) operation: Operation,
    pub(super) options: RequestOptions,
    /// What is not given back.
    pub(super) expiry: Option<Expiry>,
    asked: Asked,
    /// Those of the first request, until it is sent.
    expressions: Option<Expressions>,
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
    pub(super) fn begin<T: Stored>(selection: Selection<T>, counts: bool) -> Result<Self> {
        let wanted = selection.take;
        let begun = selection.begin(counts)?;
        let options = begun.options;
        let is_filtered = begun.expressions.filter.is_some();
        Ok(Self {
            operation: begun.operation,
            options,
            expiry: begun.expiry,
            asked: begun.asked,
            expressions: Some(begun.expressions),
            start: begun.start,
            goes_on: wanted != Some(0),
            wanted,
            saw_more: false,
            ahead: 0,
            segment: None,
            frugal: !counts && !is_filtered && options.limit.is_none(),
            requests: 0,
        })
    }

    pub(super) fn keys(&self) -> Keys {
        self.asked.keys
    }

    /// What it asks for.
    pub(super) fn into_params(self) -> Params {
        let table = self.operation.topology.table.name();
        let expressions = self.expressions;
        let expressions = expressions.unwrap_or_else(|| self.asked.expressions());
        Params::of(table, &self.asked, expressions, self.options)
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
        if let Some(limit) = self.options.limit {
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
        let expressions = self.expressions.take();
        let expressions = expressions.unwrap_or_else(|| self.asked.expressions());
        let answer = self.send(expressions, limit).await;
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
        let Some(start) = &self.start else {
            return Ok(());
        };
        let table = self.operation.topology.table;
        let names = self.keys().names();
        let named_otherwise = |key: &Item| {
            let unknown = key.keys().find(|name| !names.contains(&name.as_str()));
            let unknown = unknown.map(|name| format!("`{name}` is part of its key"));
            let absent = names.iter().find(|name| !key.contains_key(**name));
            unknown.or_else(|| absent.map(|name| format!("`{name}` is no part of its key")))
        };
        match named_otherwise(start) {
            Some(what) => Err(other_keys(table, &what)),
            None => Ok(()),
        }
    }

    async fn send(
        &self,
        expressions: Expressions,
        limit: Option<i32>,
    ) -> Result<(Answered, Option<Item>)> {
        let table = self.operation.topology.table;
        let store = &self.operation.store;
        let clients = store.clients().of(table.region_name());
        macro_rules! sent {
            ($request:expr) => {{
                let request = $request
                    .table_name(table.name())
                    .set_index_name(self.keys().index_name().map(str::to_owned))
                    .set_filter_expression(expressions.filter)
                    .set_expression_attribute_names(some(expressions.names))
                    .set_expression_attribute_values(some(expressions.values))
                    .set_consistent_read(self.options.consistent.then_some(true))
                    .set_select(self.options.counts.then_some(Select::Count))
                    .set_limit(limit)
                    .set_return_consumed_capacity(store.asks_for_capacity())
                    .set_exclusive_start_key(self.start.clone());
                let answer = Box::pin(request.send()).await;
                let answer = answer.map_err(|error| self.failure(error))?;
                store.note_read(answer.consumed_capacity.as_slice());
                let answered = Answered::new(answer.items, answer.count, answer.scanned_count);
                Ok((answered, answer.last_evaluated_key))
            }};
        }
        if let Some(condition) = expressions.key_condition {
            let query = clients.reads.query().key_condition_expression(condition);
            return sent!(query.set_scan_index_forward(self.asked.descending.then_some(false)));
        }
        let of_segment = |number| i32::try_from(number).ok();
        let (own, all) = self.segment.unzip();
        let scan = clients.reads.scan();
        sent!(
            scan.set_segment(own.and_then(of_segment))
                .set_total_segments(all.and_then(of_segment))
        )
    }

    fn failure<E>(&self, error: SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let store = &self.operation.store;
        let table = self.operation.topology.table.name();
        match self.keys().index_name() {
            Some(index) => store.index_failure(error, table, index),
            None => store.failure(error, &[table]),
        }
    }
}

/// The service takes no map without entries.
fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then_some(map)
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
