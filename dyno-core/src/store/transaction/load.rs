use std::fmt;

use crate::store::Store;
use crate::store::batch::{LoadParts, Reads};
use crate::store::operation::Pending;

/// Loads objects of several types as they are at one moment; see
/// [`Store::load_transaction`](crate::Store::load_transaction).
///
/// Its parts are those of [`LoadTogether`](crate::batch::LoadTogether), a tuple of up to eight: [`Load`](crate::Load),
/// [`Load::optional`](crate::Load::optional) and [`LoadMany`](crate::LoadMany). Each gives what it gives alone, as an element of a
/// tuple. All are one committed state together: no transaction is seen in part.
///
/// Sends one `TransactGetItems` (2 RCU per 4 KB of each item, [`eventual`](crate::Load::eventual) or not) of the roots and of the
/// shards that the types say there are. Entries of collections, pieces of large shards, and deeper shards where a type contains itself,
/// are told by the roots: then everything is read once more with them, in one request, until it has all that its own roots tell. While
/// somebody else writes the same items in a transaction, it is sent again.
///
/// # Errors
///
/// Each part has its own. [`TooLarge`](crate::ErrorKind::TooLarge) if there are more than 100 items or 4 MB,
/// [`InvalidShape`](crate::ErrorKind::InvalidShape) if there are two regions, [`InvalidSetting`](crate::ErrorKind::InvalidSetting) if
/// there are two stores, [`Contended`](crate::ErrorKind::Contended) or [`Throttled`](crate::ErrorKind::Throttled) after eight tries: these
/// are those of all parts. [`Corrupt`](crate::ErrorKind::Corrupt) names the shard that is not as its root says.
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
/// #[dyno(table = "Accounts", key = "ID")]
/// struct Account { balance: u64 }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Account>().await?;
/// store.save(Account { balance: 3 }).key("ada").await?;
/// store.save(Account { balance: 4 }).key("ken").await?;
///
/// let (ada, ken) = store.load_transaction((Account::load("ada"), Account::load("ken"))).await;
/// assert_eq!(ada?.balance + ken?.balance, 7); // whatever is transferred meanwhile
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is loaded until it is awaited"]
pub struct LoadTransaction<P> {
    parts: P,
    store: Store,
}

impl<P> fmt::Debug for LoadTransaction<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadTransaction")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl<P> LoadTransaction<P> {
    pub(in crate::store) fn new(store: Store, parts: P) -> Self {
        Self { parts, store }
    }
}

impl<P: LoadParts> IntoFuture for LoadTransaction<P> {
    type Output = P::Output;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.parts.__dyno_load(self.store, Reads::AtOnce)
    }
}
