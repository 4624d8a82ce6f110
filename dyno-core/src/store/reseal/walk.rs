//! Object after object of a type, in the order of a `Scan`.

use std::sync::Arc;
use std::{fmt, future, iter};

use dyno_value::Item;

use super::pace::Pace;
use super::walked::Walked;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::plan::{Address, Found, RootState, is_of_shard};
use crate::shape::TableShape;
use crate::store::cursor::{Course, Cursor};
use crate::store::meter::Meter;
use crate::store::operation::Operation;

/// What may be set on any walk.
#[derive(Default)]
pub(in crate::store) struct Settings {
    pub(in crate::store) from: Option<Cursor>,
    pub(in crate::store) units_per_second: Option<u32>,
    pub(in crate::store) stop_at_first_error: bool,
    pub(in crate::store) estimate_size: bool,
    pub(in crate::store) only_if: Option<Filter>,
}

/// Chooses root items.
pub(in crate::store) type Filter = Box<dyn Fn(&Item) -> bool + Send + Sync>;

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
            self.listener = crate::store::reseal::walk::Listener(Some(Box::new(listener)));
            self
        }
    };
}

pub(in crate::store) use walk_options;

/// What is called with the report so far.
pub(in crate::store) struct Listener<R>(pub(in crate::store) Option<Call<R>>);

type Call<R> = Box<dyn FnMut(&R) + Send>;

impl<R> Listener<R> {
    pub(in crate::store) fn call(&mut self, report: &R) {
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
pub(in crate::store) struct Root {
    pub(in crate::store) key: Key,
    pub(in crate::store) address: Address,
    pub(in crate::store) item: Item,
    /// `None`: an item that the mapper does not manage.
    pub(in crate::store) state: Option<RootState>,
}

/// What is done with each object.
pub(in crate::store) trait Visitor: Send {
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

    /// Tables without objects, which are gone over afterwards.
    fn tables_beside(&self, _: &Operation) -> Vec<&'static TableShape> {
        Vec::new()
    }

    /// Looks at an item of one of the tables, with its place, that may be no object; whether it is none, and was for this visitor.
    fn visit_beside(
        &mut self,
        _: &Operation,
        _: &'static TableShape,
        _: (&Address, &Item),
    ) -> impl Future<Output = Result<bool>> + Send {
        future::ready(Ok(false))
    }

    /// The report's common part.
    fn walked(&mut self) -> &mut Walked;

    /// Tells how far it got.
    fn tell(&mut self);
}

/// Walks over the root's table.
pub(in crate::store) async fn walk<V: Visitor>(
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
    let client = operation
        .store
        .clients()
        .of(table.region_name())
        .reads
        .clone();
    let beside = visitor.tables_beside(operation);
    let beside = beside.into_iter().map(|table| Pass {
        table,
        course: Course::walk_beside(topology, table),
    });
    let objects = Pass {
        table,
        course: Course::walk(topology),
    };
    let mut passes: Vec<_> = iter::once(objects).chain(beside).collect();
    let mut start = None;
    if let Some(cursor) = &settings.from {
        let at = passes.iter().position(|pass| pass.course.is_of(cursor));
        passes.drain(..at.unwrap_or_default());
        let first = passes.first();
        let key = first.map(|pass| pass.course.key_of(cursor, &pass.table.key_names()));
        start = key.transpose()?;
    }
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
    for pass in passes {
        let start = start.take();
        let ended = pass.go(operation, &settings, meter, &mut pace, start, visitor);
        if !ended.await? {
            return Ok(());
        }
    }
    let walked = visitor.walked();
    walked.cursor = None;
    walked.ended = true;
    Ok(())
}

/// One table from its beginning to its end.
struct Pass {
    table: &'static TableShape,
    course: Course,
}

impl Pass {
    /// Whether it got to the end.
    async fn go<V: Visitor>(
        &self,
        operation: &Operation,
        settings: &Settings,
        meter: &Meter,
        pace: &mut Option<Pace>,
        mut start: Option<Item>,
        visitor: &mut V,
    ) -> Result<bool> {
        let Self { table, course } = self;
        let region = operation.topology.table.region_name();
        let client = operation.store.clients().of(region).reads.clone();
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
                if let Some(pace) = pace {
                    pace.settle(meter.consumed().total()).await;
                }
                let place = Address::of_item(table, region, &item);
                visitor.walked().items_scanned += 1;
                let at = place.as_ref();
                if let Some(refused) = self.look_at(operation, settings, (at, item), visitor).await
                {
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
                        return Ok(false);
                    }
                }
                let walked = visitor.walked();
                walked.cursor = place.map(|place| course.at(place.to_item()));
                walked.consumed = meter.consumed();
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            let walked = visitor.walked();
            walked.consumed = meter.consumed();
            let Some(key) = &start else {
                return Ok(true);
            };
            walked.cursor = Some(course.at(key.clone()));
            visitor.tell();
            if let Some(pace) = pace {
                pace.settle(meter.consumed().total()).await;
            }
        }
    }

    /// Shows an item to the visitor, if it is for it; what went wrong with it.
    async fn look_at<V: Visitor>(
        &self,
        operation: &Operation,
        settings: &Settings,
        (place, item): (Option<&Address>, Item),
        visitor: &mut V,
    ) -> Option<Refused> {
        if let Some(place) = place {
            let visited = visitor.visit_beside(operation, self.table, (place, &item));
            match visited.await {
                Ok(true) => return None,
                Ok(false) => {}
                Err(error) => {
                    return Some(Refused {
                        key: place.key(),
                        ends_walk: ends_walk(error.kind()),
                        error,
                    });
                }
            }
        }
        let wanted = settings.only_if.as_ref().is_none_or(|is_one| is_one(&item));
        if !wanted || self.table.name() != operation.topology.table.name() {
            visitor.walked().passed_over += 1;
            return None;
        }
        look_at_object(operation, place?, item, visitor).await
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
async fn look_at_object<V: Visitor>(
    operation: &Operation,
    place: &Address,
    item: Item,
    visitor: &mut V,
) -> Option<Refused> {
    if is_of_shard(&item) {
        return None;
    }
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
