use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use super::page::{Objects, pages_of};
use super::selection::Selection;
use super::walk::Walk;
use crate::error::{Error, ErrorKind, Result};
use crate::shape::Stored;
use crate::store::cursor;
use crate::store::operation::{Pending, debug_of};
use crate::store::saved::Saved;

/// A [`Scan`](crate::Scan) of several parts of the table at the same time; made by
/// [`Scan::parallel`](crate::Scan::parallel).
///
/// Sends what that many scans send, each of a part of its own, and no more than one `Scan` of each part at a time; costs
/// the same in all, in less time. Objects come in no order, and there is no cursor: if it ends with an error, or the
/// program does, it begins again. Parts differ in size, and some may be empty.
///
/// # Errors
///
/// Those of [`Scan`](crate::Scan); and before the first request
/// [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) if the number of parts is not one of 1 to 1024,
/// [`ErrorKind::InvalidCursor`](crate::ErrorKind::InvalidCursor) if the scan was to go on from a cursor.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     name: String,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// for name in ["Ada", "Naomi", "Ken"] {
///     store.save(User { name: name.into() }).await?;
/// }
///
/// let mut users = store.scan::<User>().parallel(4).stream();
/// let mut found = 0;
/// while let Some(user) = users.next().await {
///     println!("{}", user?.name);
///     found += 1;
/// }
/// assert_eq!(found, 3);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is read until it is awaited or polled"]
pub struct ParallelScan<T> {
    selection: Selection<T>,
    segments: u32,
}

debug_of!(ParallelScan<T>: selection, segments);

const MOST_SEGMENTS: u32 = 1024;

impl<T: Stored> ParallelScan<T> {
    pub(super) fn new(selection: Selection<T>, segments: u32) -> Self {
        Self {
            selection,
            segments,
        }
    }

    /// The objects one by one, as a [`Stream`](futures_util::Stream), whichever is read first. All parts are read while it
    /// is polled.
    pub fn stream(self) -> Objects<T> {
        let most = self.selection.take.unwrap_or(usize::MAX);
        let walks = match self.walks() {
            Ok(walks) => walks,
            Err(error) => return Objects::of(stream::iter([Err(error)])),
        };
        let pages = stream::select_all(walks.into_iter().map(pages_of::<T>));
        let objects: BoxStream<'static, Result<Saved<T>>> = pages
            .map_ok(|page| stream::iter(page.into_objects().into_iter().map(Ok)))
            .try_flatten()
            .boxed();
        let until_an_error = stream::try_unfold(objects, |mut objects| async move {
            let object = objects.try_next().await?;
            Ok(object.map(|object| (object, objects)))
        });
        Objects::of(until_an_error.take(most))
    }

    fn walks(self) -> Result<Vec<Walk>> {
        let refuse = |error: Error| Err(error.of("scan", T::SHAPE.name(), None));
        if !(1..=MOST_SEGMENTS).contains(&self.segments) {
            let why = format!(
                "a table is scanned in 1 to {MOST_SEGMENTS} parts, each with a request of its own at the same time, and not \
                 in {}",
                self.segments
            );
            return refuse(Error::new(ErrorKind::InvalidExpression, why));
        }
        if self.selection.from.is_some() {
            return refuse(cursor::invalid(
                "a parallel scan is at several places at once, and does not go on from a cursor; scan without `parallel`",
            ));
        }
        // Begun once, so that what expired is the same for all.
        let whole = Walk::begin(self.selection, false)?;
        let part = |segment| whole.part(segment, self.segments);
        Ok((0..self.segments).map(part).collect())
    }
}

impl<T: Stored> IntoFuture for ParallelScan<T> {
    type Output = Result<Vec<Saved<T>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.stream().try_collect())
    }
}
