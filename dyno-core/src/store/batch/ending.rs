use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind};
use crate::store::operation::Operation;

/// Where a request goes: store, region and tables.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) store: usize,
    pub(super) region: Option<&'static str>,
    pub(super) tables: BTreeSet<&'static str>,
}

impl Destination {
    /// Of an object with all its shards.
    pub(super) fn of(operation: &Operation) -> Self {
        let topology = &operation.topology;
        let shards = topology.patterns().map(|field| field.table.name());
        Self {
            store: operation.store.identity(),
            region: topology.table.region_name(),
            tables: shards.chain([topology.table.name()]).collect(),
        }
    }

    /// The same store and region, whatever the tables.
    fn whole_region(&self) -> Self {
        Self {
            tables: BTreeSet::new(),
            ..self.clone()
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        (self.store, self.region) == (other.store, other.region)
            && self.tables.is_subset(&other.tables)
    }
}

/// Errors that later requests of a batch would meet, too, which are not sent therefore.
#[derive(Default)]
pub(super) struct Ending(Mutex<Vec<(Destination, Error)>>);

impl Ending {
    /// Remembers an error, if others would meet it.
    pub(super) fn note(&self, destination: &Destination, error: &Error) {
        let reach = match error.kind() {
            ErrorKind::Credentials | ErrorKind::Unreachable => destination.whole_region(),
            ErrorKind::TableMissing => destination.clone(),
            _ => return,
        };
        self.lock().push((reach, error.twin()));
    }

    /// The error that a request would meet.
    pub(super) fn of(&self, destination: &Destination) -> Option<Error> {
        let met = self.lock();
        let met = met.iter().find(|(reach, _)| reach.is_within(destination));
        met.map(|(_, error)| error.twin())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Destination, Error)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
