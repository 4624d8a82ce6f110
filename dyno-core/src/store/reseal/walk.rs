//! Object after object of a type, in the order of a `Scan`.

use std::fmt;
use std::sync::Arc;

use dyno_value::Item;

use super::pace::Pace;
use super::walked::Walked;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::plan::{Address, Found, RootState};
use crate::reserved;
use crate::store::cursor::{Course, Cursor};
use crate::store::meter::Meter;
use crate::store::operation::Operation;

/// What may be set on any walk.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) from: Option<Cursor>,
    pub(super) units_per_second: Option<u32>,
    pub(super) stop_at_first_error: bool,
    pub(super) estimate_size: bool,
    pub(super) only_if: Option<Filter>,
}

/// Chooses root items.
pub(super) type Filter = Box<dyn Fn(&Item) -> bool + Send + Sync>;

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("from", &self.from)
            .field("units_per_second", &self.units_per_second)
            .finish_non_exhaustive()
    }
}

/// The options of every walk, besides those of every operation.
macro_rules! walk_options {
    ($report:ident) => {
        /// Goes on where another walk got to, over the same table and of the same type.
        pub fn from(mut self, cursor: crate::store::Cursor) -> Self {
            self.settings.from = Some(cursor);
            self
        }

        /// Consumes at most this many capacity units per second on average, reads and writes together; at least 1. What
        /// a request consumes is known when it is answered, so a walk may be ahead by one page or object, and rests then.
        pub fn rate(mut self, units_per_second: u32) -> Self {
            self.settings.units_per_second = Some(units_per_second);
            self
        }

        /// Ends the walk at the first object that cannot be read or written. The report's cursor is before it.
        pub fn stop_at_first_error(mut self) -> Self {
            self.settings.stop_at_first_error = true;
            self
        }

        /// Asks for the number of items first, for a bar that knows its length: one `DescribeTable`.
        pub fn estimate_size(mut self) -> Self {
            self.settings.estimate_size = true;
            self
        }

        /// Looks only at root items for which this holds, as they are stored. Plain objects of types without
        /// key templates do not say of what type they are: where those of several types share a table, this tells them apart.
        pub fn only_if(
            mut self,
            is_one: impl Fn(&dyno_value::Item) -> bool + Send + Sync + 'static,
        ) -> Self {
            self.settings.only_if = Some(Box::new(is_one));
            self
        }

        /// Calls this with the report so far after each page of 100 items, at the end, and before an error ends the
        /// walk. Keep the [`cursor`]($report::cursor) of the last call to go on from there.
        pub fn progress(mut self, listener: impl FnMut(&$report) + Send + 'static) -> Self {
            self.listener = super::walk::Listener(Some(Box::new(listener)));
            self
        }
    };
}

pub(super) use walk_options;

/// What is called with the report so far.
pub(super) struct Listener<R>(pub(super) Option<Call<R>>);

type Call<R> = Box<dyn FnMut(&R) + Send>;

impl<R> Listener<R> {
    pub(super) fn call(&mut self, report: &R) {
        if let Some(listener) = &mut self.0 {
            listener(report);
        }
    }
}

impl<R> fmt::Debug for Listener<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}

/// A root that was found.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) key: Key,
    pub(super) address: Address,
    pub(super) item: Item,
    /// `None`: an item that the mapper does not manage.
    pub(super) state: Option<RootState>,
}

/// What is done with each object.
pub(super) trait Visitor: Send {
    /// Whether objects can be looked at; an error ends the walk.
    fn check(&self, _: &Operation, _: &Root) -> Result<()> {
        Ok(())
    }

    /// Looks at one object.
    fn visit(
        &mut self,
        operation: &Operation,
        root: Root,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The report's common part.
    fn walked(&mut self) -> &mut Walked;

    /// Tells how far it got.
    fn tell(&mut self);
}

/// Walks over the root's table.
pub(super) async fn walk<V: Visitor>(
    operation: &Operation,
    settings: Settings,
    visitor: &mut V,
) -> Result<()> {
    let meter = Arc::new(Meter::default());
    let mut operation = operation.clone();
    operation.store = operation.store.metered(&meter);
    let walked = go(&operation, settings, &meter, visitor).await;
    visitor.walked().consumed = meter.consumed();
    visitor.tell();
    walked
}

async fn go<V: Visitor>(
    operation: &Operation,
    settings: Settings,
    meter: &Meter,
    visitor: &mut V,
) -> Result<()> {
    let topology = &operation.topology;
    let table = topology.table;
    let client = operation.store.clients().of(table.region_name()).reads;
    let course = Course::walk(topology);
    let mut start = match &settings.from {
        Some(cursor) => Some(course.key_of(cursor, &table.key_names())?),
        None => None,
    };
    let walked = visitor.walked();
    walked.cursor.clone_from(&settings.from);
    walked.continued = settings.from.is_some();
    let mut pace = match settings.units_per_second {
        Some(rate) => Some(Pace::new(rate, &client)?),
        None => None,
    };
    if settings.estimate_size {
        let answer = client.describe_table().table_name(table.name()).send();
        let answer = answer.await;
        let answer = answer.map_err(|error| operation.store.failure(error, &[table.name()]))?;
        let count = answer.table.and_then(|table| table.item_count);
        visitor.walked().table_items = count.and_then(|count| count.try_into().ok());
    }
    loop {
        let answer = client
            .scan()
            .table_name(table.name())
            .consistent_read(true)
            .limit(PAGE)
            .set_exclusive_start_key(start)
            .set_return_consumed_capacity(operation.store.asks_for_capacity())
            .send()
            .await
            .map_err(|error| operation.store.failure(error, &[table.name()]))?;
        operation
            .store
            .note_read(answer.consumed_capacity.as_slice());
        for item in answer.items.unwrap_or_default() {
            if let Some(pace) = &mut pace {
                pace.settle(meter.consumed().total()).await;
            }
            let at = Address::of_item(table, table.region_name(), &item);
            visitor.walked().items_scanned += 1;
            let wanted = settings.only_if.as_ref().is_none_or(|is_one| is_one(&item));
            if !wanted {
                visitor.walked().passed_over += 1;
            } else if let Some(refused) = look_at(operation, item, visitor).await {
                let Refused {
                    key,
                    error,
                    ends_walk,
                } = refused;
                let error = operation.explain(Some(&key))(error);
                if ends_walk {
                    return Err(error);
                }
                visitor.walked().fail(key, error);
                if settings.stop_at_first_error {
                    return Ok(());
                }
            }
            let walked = visitor.walked();
            walked.cursor = at.map(|at| course.at(at.to_item()));
            walked.consumed = meter.consumed();
        }
        start = answer.last_evaluated_key.filter(|key| !key.is_empty());
        let walked = visitor.walked();
        walked.consumed = meter.consumed();
        walked.cursor = start.clone().map(|key| course.at(key));
        if start.is_none() {
            walked.ended = true;
            return Ok(());
        }
        visitor.tell();
        if let Some(pace) = &mut pace {
            pace.settle(meter.consumed().total()).await;
        }
    }
}

/// Items of a page: so many are looked at again when a walk goes on after a crash.
const PAGE: i32 = 100;

/// An object that could not be looked at.
struct Refused {
    key: Key,
    error: Error,
    ends_walk: bool,
}

/// Shows an item to the visitor, if it is a root of the type; what went wrong with it.
async fn look_at<V: Visitor>(
    operation: &Operation,
    item: Item,
    visitor: &mut V,
) -> Option<Refused> {
    if [reserved::STAMP, reserved::PIECE]
        .iter()
        .any(|name| item.contains_key(*name))
    {
        return None;
    }
    let table = operation.topology.table;
    let place = Address::of_item(table, table.region_name(), &item)?;
    let key = place.key();
    let Ok(address) = operation.root(&key) else {
        visitor.walked().passed_over += 1;
        return None;
    };
    let state = match RootState::read(&item, operation.topology.root) {
        Ok(Found::NotLive) => return None,
        Ok(Found::Foreign) => None,
        Ok(Found::Object(state)) => Some(state),
        Err(error) if error.kind() == ErrorKind::TypeMismatch => {
            visitor.walked().passed_over += 1;
            return None;
        }
        Err(error) => {
            visitor.walked().objects += 1;
            return Some(Refused {
                key,
                error,
                ends_walk: false,
            });
        }
    };
    visitor.walked().objects += 1;
    let root = Root {
        key: key.clone(),
        address,
        item,
        state,
    };
    if let Err(error) = visitor.check(operation, &root) {
        return Some(Refused {
            key,
            error,
            ends_walk: true,
        });
    }
    let error = visitor.visit(operation, root).await.err()?;
    Some(Refused {
        key,
        ends_walk: ends_walk(error.kind()),
        error,
    })
}

/// Whether the next object would meet the same error.
pub(in crate::store) fn ends_walk(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Credentials
            | ErrorKind::KeySource
            | ErrorKind::OutcomeUnknown
            | ErrorKind::TableMissing
            | ErrorKind::Throttled
            | ErrorKind::Unreachable
    )
}
