//! Objects of several types in one partition, by one query.

mod members;
mod page;

use std::fmt;
use std::marker::PhantomData;

use futures_util::stream::{self, StreamExt as _};

pub use self::members::{Asking, FoundOf, Member, Members};
pub use self::page::{CollectionPage, CollectionPages};
use self::page::{Gathering, pages_of};
use super::params::Params;
use super::query::{AnySort, OfIndex, OfTable, PartitionFields, QueriedBy, Query};
use super::walk::Walk;
use crate::error::Result;
use crate::key::{FieldsOf, KeyFields, KeyValue};
use crate::shape::{Index, Whole};
use crate::store::Store;
use crate::store::cursor::Cursor;
use crate::store::operation::Pending;

/// The objects of several types in one partition, in the order of their sort keys: a whole *item collection*, by one `Query`.
///
/// The types are a tuple of up to eight, and so is what is found: a `Vec` for each type. They share a table, and have
/// [key templates](crate::template), by whose tags their items are told apart; items of other types are passed over. The fields given to
/// [`of`](Self::of) are those of the first type, and the partition must be one that the templates of the others can make.
///
/// Sends one `Query` for each page of 1 MB of items, or of [`limit`](Self::limit) items, whatever the number of types, and reads
/// shards as [`Query`](crate::Query) does, with one `BatchGetItem` per hundred for each type; those that stand beside their roots and are
/// in the page are not read again. Costs 0.5 RCU per 4 KB of the whole partition, also of what is passed over; twice as much with
/// [`consistent`](Self::consistent). Each object is verified as a load verifies it and is one committed state; all of them together are no
/// snapshot. What has expired is left out after it was read.
///
/// # Errors
///
/// Before anything is sent: [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) if a type stands in it twice, has no key
/// templates, or has another table, index or partition key than the first one; and those of [`Query`](crate::Query).
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
/// #[dyno(table = "App", key = "CUSTOMER#{name}", sort(template = "CUSTOMER"), tag = "Customer")]
/// struct Customer {
///     name: String,
/// }
///
/// #[derive(DyObject)]
/// #[dyno(table = "App", key = "CUSTOMER#{customer}", sort = "ORDER#{number}", tag = "Order")]
/// struct Order {
///     customer: String,
///     number: u32,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Customer>().and::<Order>().await?;
/// store.save(Customer { name: "acme".into() }).await?;
/// for number in 1..=3 {
///     store.save(Order { customer: "acme".into(), number }).await?;
/// }
///
/// let (customers, orders) = store.collection::<(Customer, Order)>().of("acme").await?;
/// assert_eq!((customers.len(), orders.len()), (1, 3));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is read until it is awaited or polled"]
pub struct Collection<M: Members, K = OfTable> {
    query: Query<M::First, AnySort, K>,
}

impl<M: Members, K> fmt::Debug for Collection<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collection")
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}

impl<M: Members> Collection<M> {
    pub(in crate::store) fn new() -> Self {
        Self {
            query: Query::new(),
        }
    }

    /// Goes over a secondary index in place of the table, by the handle of the first type. The others have an index of this name
    /// over the same attributes; all of them hold whole objects. What is said of [`Query::index`](crate::Query::index) holds here, too.
    pub fn index<K: KeyFields>(
        self,
        index: Index<M::First, Whole, K>,
    ) -> Collection<M, OfIndex<K>> {
        Collection {
            query: self.query.index(index),
        }
    }
}

impl<M: Members, K: QueriedBy<M::First>> Collection<M, K> {
    /// Uses this store instead of the one that made it.
    pub fn on(mut self, store: &Store) -> Self {
        self.query = self.query.on(store);
        self
    }

    /// Uses this loader instead of those of the types and the store's.
    pub fn loader(mut self, loader: impl crate::loader::ConfigLoader) -> Self {
        self.query = self.query.loader(loader);
        self
    }

    /// The objects whose partition key is made of these values, in the fields of the first type; see [`Query::of`](crate::Query::of).
    pub fn of(mut self, fields: impl FieldsOf<PartitionFields<M::First, K>>) -> Self {
        self.query = self.query.of(fields);
        self
    }

    /// The partition key of the objects, as it is stored.
    pub fn key(mut self, value: impl Into<KeyValue>) -> Self {
        self.query = self.query.key(value);
        self
    }

    /// From the last sort key to the first.
    pub fn descending(mut self) -> Self {
        self.query = self.query.descending();
        self
    }

    /// Sees everything that was saved before the request, at twice the cost; not of a global index.
    pub fn consistent(mut self) -> Self {
        self.query = self.query.consistent();
        self
    }

    /// Gives back what has expired, too.
    pub fn with_expired(mut self) -> Self {
        self.query = self.query.with_expired();
        self
    }

    /// Looks at this many items in each request, and no more; see [`Query::limit`](crate::Query::limit).
    pub fn limit(mut self, items: u32) -> Self {
        self.query = self.query.limit(items);
        self
    }

    /// Stops after this many objects, of all types together.
    pub fn take(mut self, objects: usize) -> Self {
        self.query = self.query.take(objects);
        self
    }

    /// Goes on where a page of the same request, of the same types, ended.
    pub fn from(mut self, cursor: Cursor) -> Self {
        self.query = self.query.from(cursor);
        self
    }

    /// The objects page by page, as a [`Stream`](futures_util::stream::Stream). Each page is asked for when it is polled.
    pub fn pages(self) -> CollectionPages<M> {
        let begun = self.begin();
        let pages = stream::once(async move { begun }).flat_map(|begun| match begun {
            Ok(gathering) => pages_of(gathering),
            Err(error) => stream::once(async move { Err(error) }).boxed(),
        });
        CollectionPages(pages.boxed())
    }

    /// The request that awaiting it would send first; sends nothing.
    ///
    /// # Errors
    ///
    /// Those of awaiting it, before the first request.
    pub fn params(self) -> Result<Params> {
        self.begin().map(|gathering| gathering.walk.into_params())
    }

    /// Checks everything; sends nothing.
    fn begin(self) -> Result<Gathering<M>> {
        let mut selection = self.query.selection;
        let asking = Asking::new(&selection);
        let members = M::__dyno_members(&asking)?;
        selection.expired = true;
        let partition = selection.partition.get_or_insert_default();
        partition.members = members.iter().map(Member::tag).collect();
        let partition = selection.partition.iter().find_map(|partition| {
            let made = partition
                .made
                .as_ref()
                .and_then(|made| made.key.as_ref().ok());
            made.or_else(|| partition.key.first()).cloned()
        });
        let walk = Walk::begin(selection, false)?;
        let checked = members::check(&members, partition.as_ref());
        checked.map_err(walk.operation.explain(None))?;
        Ok(Gathering {
            walk,
            members,
            of: PhantomData,
        })
    }
}

impl<M: Members, K: QueriedBy<M::First>> IntoFuture for Collection<M, K> {
    type Output = Result<M::Found>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let begun = self.begin();
        Box::pin(async move {
            let mut gathering = begun?;
            let mut all = M::Found::default();
            while let Some(page) = gathering.page().await? {
                M::__dyno_append(&mut all, page.objects);
            }
            Ok(all)
        })
    }
}
