//! What the requests of one operation consumed.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

use super::Store;
use crate::units::{CapacityUnits, ReadMode};

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
        let mut metered = self.clone();
        Arc::make_mut(&mut metered.settings).meter = Some(Arc::clone(meter));
        metered
    }

    /// Whether requests ask what they consume.
    pub(super) fn asks_for_capacity(&self) -> Option<ReturnConsumedCapacity> {
        self.settings
            .meter
            .is_some()
            .then_some(ReturnConsumedCapacity::Total)
    }

    pub(super) fn note_read(&self, consumed: &[ConsumedCapacity]) {
        if let Some(meter) = &self.settings.meter {
            meter.add(|units| units.reads += sum(consumed));
        }
    }

    pub(super) fn note_written(&self, consumed: &[ConsumedCapacity]) {
        if let Some(meter) = &self.settings.meter {
            meter.add(|units| units.writes += sum(consumed));
        }
    }

    /// A write that is refused consumes too, and its answer does not say how much: at least this.
    pub(super) fn note_refused(&self, units: CapacityUnits) {
        if let Some(meter) = &self.settings.meter {
            meter.add(|consumed| consumed.writes += units.as_f64());
        }
    }

    /// A transaction that reads so many items and is cancelled consumes too, and neither answer nor request say how much:
    /// at least this.
    pub(super) fn note_cancelled_read(&self, items: usize) {
        if let Some(meter) = &self.settings.meter {
            let units: CapacityUnits =
                std::iter::repeat_n(ReadMode::Transaction.get(0), items).sum();
            meter.add(|consumed| consumed.reads += units.as_f64());
        }
    }
}

fn sum(consumed: &[ConsumedCapacity]) -> f64 {
    consumed
        .iter()
        .filter_map(ConsumedCapacity::capacity_units)
        .filter(|units| units.is_finite())
        .sum()
}

#[cfg(feature = "embedded")]
#[cfg(test)]
mod tests {
    use dyno_testkit::{Fault, FaultClient, create_table, wrap};

    use super::*;
    use crate::commit::cost::tests::address;
    use crate::store::fetch_at_once::{AtOnce, fetch_at_once};

    #[test]
    fn what_no_service_would_say_is_not_added_up() {
        let said = [1.5, f64::INFINITY, f64::NAN, 2.0];
        let said = said.map(|units| ConsumedCapacity::builder().capacity_units(units).build());
        assert_eq!(sum(&said).to_bits(), 3.5_f64.to_bits());
    }

    #[tokio::test]
    async fn a_cancelled_read_counts_at_least_a_unit_for_each_item_twice() {
        let client = dyno_embedded::Engine::in_memory().unwrap().client();
        let table = address("a");
        create_table(&client, table.table, table.key_name(), None)
            .await
            .unwrap();
        let client = wrap(&client, |http| {
            FaultClient::new(http, |_| Fault::TransactionConflict)
        });
        let meter = Arc::default();
        let store = Store::new(client).metered(&meter);
        let wanted = [address("a"), address("b"), address("c")];
        let read = fetch_at_once(&store, &wanted).await.unwrap();
        assert!(matches!(read, AtOnce::NotYet(_)));
        let expected = Units {
            reads: 6.0,
            writes: 0.0,
        };
        assert_eq!(meter.consumed(), expected);
    }
}
