//! What the requests of one operation consumed.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use super::Store;

/// Adds up capacity units.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<Units>);

/// Read and write units. `ConsumedCapacity` has fractions of its own, so these are no
/// [`CapacityUnits`](crate::CapacityUnits).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Units {
    pub(super) reads: f64,
    pub(super) writes: f64,
}

impl Units {
    pub(super) fn total(self) -> f64 {
        self.reads + self.writes
    }
}

impl Meter {
    pub(super) fn consumed(&self) -> Units {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, add: impl FnOnce(&mut Units)) {
        add(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Store {
    /// The same store, whose requests ask what they consume and add it up there.
    pub(super) fn metered(&self, meter: &Arc<Meter>) -> Self {
        Self {
            meter: Some(Arc::clone(meter)),
            ..self.clone()
        }
    }

    /// Whether requests ask what they consume.
    pub(super) fn asks_for_capacity(&self) -> Option<ReturnConsumedCapacity> {
        self.meter
            .is_some()
            .then_some(ReturnConsumedCapacity::Total)
    }

    pub(super) fn note_read(&self, consumed: &[ConsumedCapacity]) {
        if let Some(meter) = &self.meter {
            meter.add(|units| units.reads += sum(consumed));
        }
    }

    pub(super) fn note_written(&self, consumed: &[ConsumedCapacity]) {
        if let Some(meter) = &self.meter {
            meter.add(|units| units.writes += sum(consumed));
        }
    }

    /// A write that is refused for its condition consumes too, and its answer does not say how much: at least this.
    pub(super) fn note_refused(&self) {
        if let Some(meter) = &self.meter {
            meter.add(|units| units.writes += 1.0);
        }
    }
}

fn sum(consumed: &[ConsumedCapacity]) -> f64 {
    consumed
        .iter()
        .filter_map(ConsumedCapacity::capacity_units)
        .sum()
}
