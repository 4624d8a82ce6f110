use super::selection::Selection;
use super::walk::Walk;
use crate::error::Result;
use crate::shape::Stored;
use crate::store::operation::{Pending, debug_of};

/// Counts the objects of a [`Scan`](crate::Scan) or [`Query`](crate::Query).
///
/// Sends the same `Scan` or `Query` requests with `Select=COUNT`, so no item is sent back, and reads no shard; costs what
/// they cost. A condition is added to the filter that leaves out what a scan passes over: roots of other types, shards and
/// what is left of deleted objects. So the number is that of the objects which the same call gives, if all of them can be
/// read: nothing is opened, and no seal verified. Plain items of other types are counted, as they would be read, unless the type has
/// [key templates](crate::template); of such a type a query with a condition of its own on the sort key also counts items without a tag
/// whose keys begin otherwise. That the table has other keys than the type is noticed only where a page ends.
///
/// With [`take`](crate::Scan::take) it stops counting there.
///
/// # Errors
///
/// Those of [`Scan`](crate::Scan) and [`Query`](crate::Query), but for those of objects.
#[must_use = "nothing is counted until it is awaited"]
pub struct Count<T> {
    selection: Selection<T>,
}

debug_of!(Count<T>: selection);

impl<T: Stored> Count<T> {
    pub(super) fn new(selection: Selection<T>) -> Self {
        Self { selection }
    }

    async fn run(self) -> Result<u64> {
        let mut walk = Walk::begin(self.selection, true)?;
        let most = walk
            .wanted
            .map_or(u64::MAX, |most| u64::try_from(most).unwrap_or(u64::MAX));
        let mut counted = 0;
        while walk.goes_on && counted < most {
            counted += walk.ask().await?.count;
        }
        Ok(counted.min(most))
    }
}

impl<T: Stored> IntoFuture for Count<T> {
    type Output = Result<u64>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
