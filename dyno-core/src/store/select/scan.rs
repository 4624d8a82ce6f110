use super::page;
use super::parallel::ParallelScan;
use super::selection::{Selection, goes_over_index, selection_options};
use crate::error::Result;
use crate::shape::{Stored, WholeIndex};
use crate::store::operation::{Pending, debug_of};
use crate::store::saved::Saved;

/// All objects of a type, from one end of its table to the other, in no order that means anything.
///
/// Sends one `Scan` for each page of 1 MB of items, or of [`limit`](Self::limit) items. The shards that are loaded with an
/// object are read for all objects of a page together, with one `BatchGetItem` per hundred; those that stand beside
/// their roots and are in the page are not read again. Costs 0.5 RCU per 4 KB of the whole table, whatever the filter
/// leaves of it, and as much for the shards; twice as much with [`consistent`](Self::consistent).
///
/// Each object is one committed state, proved as [`Load`](crate::Load) proves it: one whose shards do not fit its root,
/// because somebody saved in between, is loaded again. All of them together are no snapshot: an object that is saved
/// during the scan may be found as it was or as it is, and one whose key changes may be found twice or not at all.
///
/// # Types that share a table
///
/// A root says of which type it is, and roots of other types are passed over, as are shards and what is left of deleted
/// objects. A plain object (no shard, nothing that must be encrypted) does not say it, and is taken for one of this type,
/// as a load of its key would take it: where plain objects of several types share a table, tell them apart with a filter
/// on a field that only one has (`exists()`), or by their keys with a [`Query`](crate::Query). One that does not fit the
/// type is an error.
///
/// # Errors
///
/// [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression),
/// [`ErrorKind::InvalidCursor`](crate::ErrorKind::InvalidCursor), [`ErrorKind::InvalidShape`](crate::ErrorKind::InvalidShape)
/// before the first request; [`ErrorKind::TableMismatch`](crate::ErrorKind::TableMismatch) if items, or the ends of pages, show
/// other keys than the type has, or an index is not there; those of the service; and those of [`Load`](crate::Load) for the
/// first object that cannot be read, with its key. That a table has a sort key and the type has none is seen at the end of a
/// page only.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{Cursor, DyObject, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     name: String,
///     age: u32,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// for (name, age) in [("Ada", 36), ("Naomi", 17), ("Ken", 64)] {
///     store.save(User { name: name.into(), age }).await?;
/// }
///
/// let adults = store.scan::<User>().filter(User::fields().age().ge(18)).await?;
/// assert_eq!(adults.len(), 2);
///
/// // A page, and its cursor as text: in a link, say.
/// let page = store.scan::<User>().page(2).await?;
/// let cursor = page.cursor().unwrap().to_string();
/// let rest = store.scan::<User>().from(cursor.parse::<Cursor>()?).await?;
/// assert_eq!(page.objects().len() + rest.len(), 3);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is read until it is awaited or polled"]
pub struct Scan<T> {
    selection: Selection<T>,
}

debug_of!(Scan<T>: selection);

impl<T: Stored> Scan<T> {
    pub(crate) fn new() -> Self {
        Self {
            selection: Selection::new(None),
        }
    }

    selection_options!();

    goes_over_index! {
        #[expect(clippy::needless_pass_by_value, reason = "a handle is written where it is used")]
        pub fn index(mut self, index: impl WholeIndex<T>) -> Self {
            self.selection.index = Some(index.__dyno_name());
            self
        }
    }

    /// Reads so many parts of the table at the same time; see [`ParallelScan`](crate::ParallelScan). It comes last: the
    /// other options are set before.
    pub fn parallel(self, segments: u32) -> ParallelScan<T> {
        ParallelScan::new(self.selection, segments)
    }
}

impl<T: Stored> IntoFuture for Scan<T> {
    type Output = Result<Vec<Saved<T>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(page::all(self.selection))
    }
}
