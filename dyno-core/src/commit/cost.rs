//! What a request that writes costs, before it is sent. See `docs/design/capacity.md`.
//!
//! | action | charged for | in a transaction |
//! |---|---|---|
//! | put | the larger of the item before and the item given | twice |
//! | update | the larger of the whole item before and after | twice |
//! | delete | the item before | twice |
//! | check | the item | twice |

use dyno_value::{Item, attribute_size, item_size};

use super::effect;
use super::step::{Action, Expressions, Request};
use crate::plan::Address;
use crate::units::{CapacityUnits, ReadMode};

/// What is known of the item at an address before a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// Nothing is there.
    Absent,
    /// An item of this size.
    Bytes(usize),
    /// This item.
    Item(&'a Item),
    /// Whether there is one, and how large, is not known.
    Unknown,
}

/// What is known of the item at each address of a request.
pub(crate) type Before<'a> = dyn Fn(&Address) -> Known<'a> + 'a;

impl From<Option<usize>> for Known<'_> {
    fn from(bytes: Option<usize>) -> Self {
        bytes.map_or(Self::Absent, Self::Bytes)
    }
}

impl Known<'_> {
    pub(crate) fn charge(self) -> Charge {
        match self {
            Self::Absent => Charge::exactly(0),
            Self::Bytes(bytes) => Charge::exactly(bytes),
            Self::Item(item) => Charge::exactly(item_size(item)),
            Self::Unknown => Charge::at_least(0),
        }
    }
}

/// The size that one action or read is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) bytes: usize,
    /// Otherwise it may be larger.
    pub(crate) exact: bool,
}

impl Charge {
    fn exactly(bytes: usize) -> Self {
        Self { bytes, exact: true }
    }

    fn at_least(bytes: usize) -> Self {
        Self {
            bytes,
            exact: false,
        }
    }

    /// The charge for both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            exact: self.exact && other.exact,
        }
    }

    /// The charge for this or that, whichever is larger.
    fn max(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.max(other.bytes),
            exact: self.exact && other.exact,
        }
    }
}

impl Action {
    /// The size that the action is charged for.
    ///
    /// What an update leaves is worked out where the whole item before it is known. Where only its size is, or
    /// nothing, what the update writes is a lower bound.
    pub(crate) fn charge(&self, before: Known<'_>) -> Charge {
        match self {
            Self::Check { .. } | Self::Delete { .. } => before.charge(),
            Self::Put { item, .. } => before.charge().max(Charge::exactly(item_size(item))),
            Self::Update {
                address,
                expressions,
            } => before.charge().max(after(address, expressions, before)),
        }
    }
}

/// The size that an update leaves.
fn after(address: &Address, expressions: &Expressions, before: Known<'_>) -> Charge {
    let key = address.to_item();
    let item = match before {
        Known::Absent => Some(&key),
        Known::Item(item) => Some(item),
        Known::Bytes(_) | Known::Unknown => None,
    };
    if let Some(after) = item.and_then(|item| effect::updated(item, expressions)) {
        return Charge::exactly(item_size(&after));
    }
    let written = effect::written(expressions).into_iter();
    Charge::at_least(item_size(&key) + written.map(attribute_size).sum::<usize>())
}

impl Request {
    /// The actions, in the order of the request.
    pub(crate) fn actions(&self) -> &[Action] {
        match self {
            Self::Single(action) => std::slice::from_ref(action),
            Self::Transact { actions, .. } => actions,
        }
    }

    /// The write units that the request consumes if it is applied, or fails on its conditions.
    pub(crate) fn write_units(&self, before: &Before<'_>) -> CapacityUnits {
        self.units(before, CapacityUnits::written)
    }

    /// The read units that a transaction consumes when it is sent again with its token after it was applied; `before`
    /// is what was there before the first time.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "plans suppose that no answer is lost; tests do not"
        )
    )]
    pub(crate) fn repeat_units(&self, before: &Before<'_>) -> CapacityUnits {
        self.units(before, |bytes| ReadMode::Strong.get(bytes))
    }

    fn units(&self, before: &Before<'_>, of: impl Fn(usize) -> CapacityUnits) -> CapacityUnits {
        let once = self
            .actions()
            .iter()
            .map(|action| of(action.charge(before(action.address())).bytes))
            .sum::<CapacityUnits>();
        match self {
            Self::Single(_) => once,
            Self::Transact { .. } => once.twice(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::shape::TableShape;

    pub(crate) fn address(id: &str) -> Address {
        const TABLE: TableShape = TableShape::new("Items", "ID");
        let item = Item::from([("ID".to_owned(), AttributeValue::S(format!("o/{id}")))]);
        Address::of_item(&TABLE, None, &item).unwrap()
    }

    /// An item at an address, of exactly so many bytes.
    pub(crate) fn sized(address: &Address, bytes: usize) -> Item {
        let mut item = address.to_item();
        let padding = "x".repeat(bytes - item_size(&item) - "PAD".len());
        item.insert("PAD".to_owned(), AttributeValue::S(padding));
        item
    }

    pub(crate) fn put(id: &str, bytes: usize) -> Action {
        let address = address(id);
        let item = sized(&address, bytes);
        Action::Put {
            address,
            item: Arc::new(item),
            condition: None,
        }
    }

    pub(crate) fn delete(id: &str) -> Action {
        let address = address(id);
        Action::Delete {
            address,
            condition: None,
        }
    }

    /// An update of the padding; the text in the condition is none of the item's.
    pub(crate) fn update(id: &str, padding: usize) -> Action {
        let mut expressions = Expressions::condition("#p <> :o")
            .name("#p", "PAD")
            .value(":o", AttributeValue::S("y".repeat(5000)))
            .value(":v", AttributeValue::S("x".repeat(padding)));
        expressions.update = Some("SET #p=:v".to_owned());
        Action::Update {
            address: address(id),
            expressions,
        }
    }

    fn units(action: Action, before: Known<'_>) -> (CapacityUnits, bool) {
        let charge = action.charge(before);
        let lookup = |_: &Address| before;
        (Request::single(action).write_units(&lookup), charge.exact)
    }

    #[test]
    fn an_action_is_charged_for_the_larger_item() {
        let small = sized(&address("a"), 100);
        let large = sized(&address("a"), 3000);
        for (action, before, expected) in [
            (put("a", 1024), Known::Absent, (1, true)),
            (put("a", 1025), Known::Absent, (2, true)),
            (put("a", 1025), Known::Bytes(2049), (3, true)),
            (put("a", 1025), Known::Item(&small), (2, true)),
            (put("a", 1025), Known::Unknown, (2, false)),
            (delete("a"), Known::Absent, (1, true)),
            (delete("a"), Known::Bytes(2049), (3, true)),
            (delete("a"), Known::Unknown, (1, false)),
            (update("a", 10), Known::Item(&large), (3, true)),
            (update("a", 4000), Known::Item(&large), (4, true)),
            (update("a", 2000), Known::Absent, (2, true)),
            (update("a", 10), Known::Bytes(3000), (3, false)),
            (update("a", 4000), Known::Bytes(3000), (4, false)),
            (update("a", 2000), Known::Unknown, (2, false)),
        ] {
            let (count, exact) = expected;
            let described = format!("{action:?} {before:?}");
            let expected = (CapacityUnits::whole(count), exact);
            assert_eq!(units(action, before), expected, "{described:.200}");
        }
    }

    #[test]
    fn a_transaction_is_charged_twice_for_each_action_and_its_repetition_reads() {
        let actions = vec![put("a", 1025), delete("b"), update("c", 10)];
        let request = Request::Transact {
            token: "t".to_owned(),
            actions,
        };
        let c = sized(&address("c"), 5000);
        let before = |at: &Address| match at {
            at if *at == address("b") => Known::Bytes(5000),
            at if *at == address("c") => Known::Item(&c),
            _ => Known::Absent,
        };
        assert_eq!(
            request.write_units(&before),
            CapacityUnits::whole(2 * (2 + 5 + 5))
        );
        assert_eq!(
            request.repeat_units(&before),
            CapacityUnits::whole(2 * (1 + 2 + 2))
        );
    }
}
