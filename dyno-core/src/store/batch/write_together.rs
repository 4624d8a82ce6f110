use std::fmt;

use super::save_many::LeftToSave;
use super::write::{Lot, Written, write};
use super::{AT_ONCE, BatchError, at_once_option};
use crate::error::Result;
use crate::shape::Stored;
use crate::store::operation::{Pending, debug_of};
use crate::store::saved::Saved;
use crate::store::{DeleteMany, SaveMany, Store};

/// Saves and deletes objects of several types together; see
/// [`Store::write_together`](crate::Store::write_together).
///
/// Its parts are [`SaveMany`](crate::SaveMany) and [`DeleteMany`](crate::DeleteMany), each with options of its own but
/// [`at_once`](Self::at_once), up to eight of them. Each gives what it gives alone, as an element of a tuple.
///
/// This is not a transaction: each object is written as a whole or not at all, in any order, and some may be written when others
/// are not, also after a crash. What is not written comes back with its part.
///
/// Each object is written by its own conditional request, eight at the same time over all parts. Those of plain types whose part is
/// [`unconditional`](crate::SaveMany::unconditional) share requests: one `BatchWriteItem` for each 25 that are saved or deleted,
/// whatever their types and tables; parts in another region or of another store have requests of their own. Costs as much as the parts
/// cost alone.
///
/// # Errors
///
/// Each part has its own. Nothing is sent if one is refused; the others have
/// [`BatchRefused`](crate::ErrorKind::BatchRefused) then. So are parts that write the same object
/// ([`InvalidKey`](crate::ErrorKind::InvalidKey)), unless both delete it.
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
/// struct User { name: String }
///
/// #[derive(DyObject)]
/// #[dyno(table = "Orders", key = "ID")]
/// struct Order { total: u64 }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// store.ensure_tables::<Order>().await?;
///
/// let users = ["Ada", "Ken"].map(|name| User { name: name.into() });
/// let parts = (User::save_many(users), Order::delete_many(["o1", "o2"]));
/// let (users, orders) = store.write_together(parts).await;
/// assert_eq!(users?.len(), 2);
/// orders?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is written until it is awaited"]
pub struct WriteTogether<P> {
    parts: P,
    store: Store,
    at_once: usize,
}

debug_of!(WriteTogether<P>: store, at_once);

impl<P: WriteParts> WriteTogether<P> {
    pub(in crate::store) fn new(store: Store, parts: P) -> Self {
        Self {
            parts,
            store,
            at_once: AT_ONCE,
        }
    }

    at_once_option!();
}

impl<P: WriteParts> IntoFuture for WriteTogether<P> {
    type Output = P::Output;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.parts.__dyno_write(self.store, self.at_once)
    }
}

/// What can be a part of [`WriteTogether`]: [`SaveMany`](crate::SaveMany) and [`DeleteMany`](crate::DeleteMany).
pub trait WritePart: Send + 'static {
    /// What it gives.
    type Output: Send;

    #[doc(hidden)]
    fn __dyno_change(self, store: &Store) -> WriteAsked<Self::Output>;
}

/// What a part changes, and what it makes of the answer.
#[doc(hidden)]
pub struct WriteAsked<O> {
    lot: Lot,
    finish: Box<dyn FnOnce(Written) -> O + Send>,
}

impl<O> fmt::Debug for WriteAsked<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteAsked").finish_non_exhaustive()
    }
}

impl<T: Stored> WritePart for SaveMany<T> {
    type Output = Result<Vec<Saved<T>>, LeftToSave<T>>;

    fn __dyno_change(self, store: &Store) -> WriteAsked<Self::Output> {
        let part = self.or_on(store);
        WriteAsked {
            lot: part.lot(),
            finish: Box::new(|written| part.answer(written)),
        }
    }
}

impl<T: Stored> WritePart for DeleteMany<T> {
    type Output = Result<(), BatchError<()>>;

    fn __dyno_change(self, store: &Store) -> WriteAsked<Self::Output> {
        let part = self.or_on(store);
        WriteAsked {
            lot: part.lot(),
            finish: Box::new(|written| part.answer(written)),
        }
    }
}

/// The parts of [`WriteTogether`]: a tuple of two to eight.
pub trait WriteParts {
    /// What they give: a tuple, too.
    type Output;

    #[doc(hidden)]
    fn __dyno_write(self, store: Store, at_once: usize) -> Pending<Self::Output>;
}

macro_rules! tuples {
    ($($($part:ident)+),+) => {
        $(impl<$($part: WritePart),+> WriteParts for ($($part,)+) {
            type Output = ($($part::Output,)+);

            #[expect(non_snake_case, reason = "each part is called as its type")]
            fn __dyno_write(self, store: Store, at_once: usize) -> Pending<Self::Output> {
                Box::pin(async move {
                    let ($($part,)+) = self;
                    $(let $part = $part.__dyno_change(&store);)+
                    let mut lots = Vec::new();
                    $(let $part = {
                        lots.push($part.lot);
                        $part.finish
                    };)+
                    let mut written = write(lots, at_once).await.into_iter();
                    ($($part(written.next().unwrap_or_default()),)+)
                })
            }
        })+
    };
}

tuples!(A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G, A B C D E F G H);
