use std::sync::Arc;

use super::action::{ActionKind, PlannedAction};
use dyno_value::Item;

use crate::commit::{Action, Before, Charge, Known, Request};
use crate::key::KeyValue;
use crate::limits;
use crate::plan::Address;
use crate::units::{CapacityUnits, ReadMode};

/// One request of a [`Plan`](super::Plan): its operation, its items, and its units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRequest {
    operation: &'static str,
    pub(super) round_trip: usize,
    actions: Vec<PlannedAction>,
    read_units: CapacityUnits,
    write_units: CapacityUnits,
}

impl PlannedRequest {
    /// A request of a commit.
    pub(crate) fn write(request: &Request, before: &Before<'_>) -> Self {
        let actions = request.actions().iter().map(|action| {
            let address = action.address();
            let charge = action.charge(before(address));
            PlannedAction::new(ActionKind::of(action), address, charge)
        });
        let actions: Vec<_> = actions.collect();
        let operation = match (request, actions.first().map(PlannedAction::kind)) {
            (Request::Single(_), Some(ActionKind::Delete)) => "DeleteItem",
            (Request::Single(_), Some(ActionKind::Put)) => "PutItem",
            (Request::Single(_), Some(ActionKind::Update)) => "UpdateItem",
            _ => "TransactWriteItems",
        };
        Self {
            write_units: request.write_units(before),
            ..Self::new(operation, actions)
        }
    }

    /// A `BatchWriteItem` of these puts, and of deletions where there is no item, over what is not known.
    pub(crate) fn batch_write<'a>(
        writes: impl Iterator<Item = (&'a Address, Option<&'a Item>)>,
    ) -> Self {
        let before: &Before<'_> = &|_| Known::Unknown;
        let single = |(address, item): (&Address, Option<&Item>)| {
            let address = address.clone();
            let condition = None;
            Self::write(
                &Request::single(match item.cloned() {
                    Some(item) => Action::Put {
                        address,
                        item: Arc::new(item),
                        condition,
                    },
                    None => Action::Delete { address, condition },
                }),
                before,
            )
        };
        let (units, actions): (Vec<_>, Vec<_>) = writes
            .map(single)
            .map(|single| (single.write_units, single.actions))
            .unzip();
        Self {
            write_units: units.into_iter().sum(),
            ..Self::new("BatchWriteItem", actions.into_iter().flatten().collect())
        }
    }

    /// A `GetItem`.
    pub(crate) fn get(address: &Address, item: Known<'_>, consistent: bool) -> Self {
        Self::reads("GetItem", &[(address, item)], ReadMode::of(consistent))
    }

    /// A `BatchGetItem`.
    pub(crate) fn batch_get(items: &[(&Address, Known<'_>)], consistent: bool) -> Self {
        Self::reads("BatchGetItem", items, ReadMode::of(consistent))
    }

    /// Every page of a `Query` that finds these items, in their order: a page ends with the item that makes it larger
    /// than a megabyte.
    pub(crate) fn query(
        table: &str,
        partition: &KeyValue,
        items: &[Known<'_>],
        consistent: bool,
    ) -> Vec<Self> {
        let mode = ReadMode::of(consistent);
        let page = |charge: Charge| {
            let action = PlannedAction {
                kind: ActionKind::Query,
                table: table.to_owned(),
                key: partition.to_string(),
                charge,
            };
            Self {
                read_units: mode.query([charge.bytes]),
                ..Self::new("Query", vec![action])
            }
        };
        let mut pages = Vec::new();
        let mut present = Known::Absent.charge();
        for item in items {
            if present.bytes > limits::QUERY_BYTES {
                pages.push(page(present));
                present = Known::Absent.charge();
            }
            present = present.and(item.charge());
        }
        pages.push(page(present));
        pages
    }

    fn reads(operation: &'static str, items: &[(&Address, Known<'_>)], mode: ReadMode) -> Self {
        let actions = items
            .iter()
            .map(|(address, known)| PlannedAction::new(ActionKind::Get, address, known.charge()));
        let actions: Vec<_> = actions.collect();
        let sizes = actions.iter().map(PlannedAction::bytes);
        Self {
            read_units: mode.batch(sizes),
            ..Self::new(operation, actions)
        }
    }

    fn new(operation: &'static str, actions: Vec<PlannedAction>) -> Self {
        Self {
            operation,
            round_trip: 1,
            actions,
            read_units: CapacityUnits::ZERO,
            write_units: CapacityUnits::ZERO,
        }
    }

    /// The operation as the API names it, such as `TransactWriteItems`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// In which round trip the request is sent, counted from one. Requests of one round trip are sent in parallel.
    pub fn round_trip(&self) -> usize {
        self.round_trip
    }

    /// The items, in the order of the request.
    pub fn actions(&self) -> &[PlannedAction] {
        &self.actions
    }

    /// The read units that it consumes, or [at least](Self::is_exact) these.
    pub fn read_units(&self) -> CapacityUnits {
        self.read_units
    }

    /// The write units that it consumes, or [at least](Self::is_exact) these.
    pub fn write_units(&self) -> CapacityUnits {
        self.write_units
    }

    /// Whether the sizes of all items are known, and so the units. Otherwise the units are lower bounds.
    pub fn is_exact(&self) -> bool {
        self.actions.iter().all(PlannedAction::is_exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::cost::tests::{address, delete, put, update};

    const ABSENT: &Before<'static> = &|_| Known::Absent;

    #[test]
    fn writes_have_the_name_that_the_api_gives_them() {
        for (action, operation, kind) in [
            (put("a", 100), "PutItem", ActionKind::Put),
            (update("a", 1), "UpdateItem", ActionKind::Update),
            (delete("a"), "DeleteItem", ActionKind::Delete),
        ] {
            let single = PlannedRequest::write(&Request::single(action.clone()), ABSENT);
            assert_eq!(single.operation(), operation);
            let transaction = Request::Transact {
                token: "t".to_owned(),
                actions: vec![action],
            };
            let transaction = PlannedRequest::write(&transaction, ABSENT);
            assert_eq!(transaction.operation(), "TransactWriteItems");
            assert_eq!(transaction.write_units(), CapacityUnits::whole(2));
            let [action] = transaction.actions() else {
                panic!("one action in, {:?} out", transaction.actions());
            };
            assert_eq!((action.kind(), action.table()), (kind, "Items"));
            assert_eq!(action.key(), "o/a");
        }
    }

    #[test]
    fn a_write_over_an_unknown_item_is_a_lower_bound() {
        let request = Request::single(put("a", 2000));
        let planned = PlannedRequest::write(&request, &|_| Known::Unknown);
        assert_eq!(planned.write_units(), CapacityUnits::whole(2));
        assert!(!planned.is_exact());
        assert!(PlannedRequest::write(&request, ABSENT).is_exact());
    }

    #[test]
    fn reads_cost_by_their_mode() {
        let (a, b) = (address("a"), address("b"));
        let items = [(&a, Known::Bytes(5000)), (&b, Known::Absent)];
        for (request, halves) in [
            (PlannedRequest::get(&a, Known::Bytes(5000), true), 4),
            (PlannedRequest::get(&a, Known::Bytes(5000), false), 2),
            (PlannedRequest::get(&a, Known::Unknown, false), 1),
            (PlannedRequest::batch_get(&items, false), 3),
            (PlannedRequest::batch_get(&items, true), 6),
        ] {
            assert_eq!(
                request.read_units(),
                CapacityUnits::halves(halves),
                "{request:?}"
            );
            assert_eq!(request.write_units(), CapacityUnits::ZERO);
        }
    }

    #[test]
    fn a_query_costs_the_sum_of_its_page() {
        let partition = KeyValue::S("ada".to_owned());
        let pages = |items: &[Known<'_>], consistent| {
            let pages = PlannedRequest::query("Items", &partition, items, consistent);
            let pages = pages
                .iter()
                .map(|page| (page.read_units(), page.is_exact()));
            pages.collect::<Vec<_>>()
        };
        let small = Known::Bytes(3000);
        let one = CapacityUnits::whole(1);
        assert_eq!(pages(&[small, small], false), [(one, true)]);
        assert_eq!(pages(&[], true), [(one, true)]);
        assert_eq!(pages(&[Known::Unknown], true), [(one, false)]);
        let large = Known::Bytes(400 * 1024);
        assert_eq!(
            pages(&[large, large, large, large], true),
            [
                (CapacityUnits::whole(300), true),
                (CapacityUnits::whole(100), true)
            ]
        );
    }
}
