//! Capacity units, and how DynamoDB counts those of one item or of several. See `docs/design/capacity.md`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// An amount of read or write capacity, in the units that DynamoDB bills.
///
/// A read unit reads 4 KB with strong consistency, a write unit writes 1 KB. An eventually consistent read takes half
/// a unit, so amounts are counted in halves and compare exactly.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::CapacityUnits;
///
/// let sum = CapacityUnits::whole(1) + CapacityUnits::halves(1);
/// assert_eq!(sum.to_string(), "1.5");
/// assert_eq!(sum.as_f64(), 1.5); // as in `ConsumedCapacity`
/// assert!(sum > CapacityUnits::whole(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CapacityUnits {
    halves: u32,
}

impl CapacityUnits {
    /// No units.
    pub const ZERO: Self = Self { halves: 0 };

    /// This many half units.
    pub const fn halves(halves: u32) -> Self {
        Self { halves }
    }

    /// This many whole units.
    pub const fn whole(units: u32) -> Self {
        Self {
            halves: units.saturating_mul(2),
        }
    }

    /// The amount as `ConsumedCapacity` has it. The conversion is exact.
    pub fn as_f64(self) -> f64 {
        f64::from(self.halves) / 2.0
    }

    /// What a write costs whose larger item, of those before and after, has this many bytes.
    pub(crate) fn written(bytes: usize) -> Self {
        Self::whole(blocks(bytes, WRITE_BLOCK))
    }

    #[must_use]
    pub(crate) fn twice(self) -> Self {
        Self {
            halves: self.halves.saturating_mul(2),
        }
    }
}

/// Amounts that would exceed two billion units stay there.
impl Add for CapacityUnits {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            halves: self.halves.saturating_add(other.halves),
        }
    }
}

impl AddAssign for CapacityUnits {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for CapacityUnits {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for CapacityUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.halves % 2 == 1 { ".5" } else { "" };
        f.pad(&format!("{}{half}", self.halves / 2))
    }
}

/// How a read sees writes that came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadMode {
    Eventual,
    Strong,
    Transaction,
}

impl ReadMode {
    pub(crate) fn of(consistent: bool) -> Self {
        if consistent {
            Self::Strong
        } else {
            Self::Eventual
        }
    }

    /// What it costs to read one item; an item that is not there has no bytes and costs as much as a small one.
    pub(crate) fn get(self, bytes: usize) -> CapacityUnits {
        let halves_per_block = match self {
            Self::Eventual => 1,
            Self::Strong => 2,
            Self::Transaction => 4,
        };
        CapacityUnits::halves(blocks(bytes, READ_BLOCK).saturating_mul(halves_per_block))
    }

    /// What it costs to read several items by their keys: each is rounded by itself.
    pub(crate) fn batch(self, sizes: impl IntoIterator<Item = usize>) -> CapacityUnits {
        sizes.into_iter().map(|bytes| self.get(bytes)).sum()
    }

    /// What one page of a query costs: the sum of its items is rounded once.
    pub(crate) fn query(self, sizes: impl IntoIterator<Item = usize>) -> CapacityUnits {
        self.get(sizes.into_iter().sum())
    }
}

/// Bytes of a write unit.
const WRITE_BLOCK: usize = 1024;

/// Bytes of a read unit.
const READ_BLOCK: usize = 4 * 1024;

/// No request is free: even nothing takes one block.
fn blocks(bytes: usize, block: usize) -> u32 {
    u32::try_from(bytes.div_ceil(block))
        .unwrap_or(u32::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_counted_by_1_kb() {
        for (bytes, units) in [(0, 1), (1, 1), (1024, 1), (1025, 2), (400 * 1024, 400)] {
            assert_eq!(CapacityUnits::written(bytes), CapacityUnits::whole(units));
        }
    }

    #[test]
    fn reads_are_counted_by_4_kb_and_mode() {
        for (bytes, strong) in [(0, 1), (4096, 1), (4097, 2), (400 * 1024, 100)] {
            let units = [ReadMode::Eventual, ReadMode::Strong, ReadMode::Transaction]
                .map(|mode| mode.get(bytes));
            assert_eq!(
                units,
                [1, 2, 4].map(|halves| CapacityUnits::halves(strong * halves))
            );
        }
    }

    /// The examples of the service's documentation.
    #[test]
    fn a_batch_rounds_each_item_and_a_query_their_sum() {
        let mode = ReadMode::of(true);
        assert_eq!(mode.batch([1536, 6656]), CapacityUnits::whole(3));
        assert_eq!(mode.query([1536, 6656]), CapacityUnits::whole(2));
        assert_eq!(mode.query([64; 1500]), CapacityUnits::whole(24));
        assert_eq!(mode.query([]), CapacityUnits::whole(1));
        assert_eq!(mode.batch([]), CapacityUnits::ZERO);
    }

    #[test]
    fn amounts_print_with_their_half_and_never_overflow() {
        assert_eq!(CapacityUnits::halves(5).to_string(), "2.5");
        assert_eq!(format!("{:>4}", CapacityUnits::whole(3)), "   3");
        assert_eq!(
            CapacityUnits::whole(u32::MAX) + CapacityUnits::whole(1),
            CapacityUnits::halves(u32::MAX)
        );
    }
}
