use std::marker::PhantomData;

use smallvec::smallvec;

use super::keyword::Keyword;
use super::page;
use super::partition::{Made, Partition};
use super::selection::{Selection, goes_over_index, selection_options};
use super::sort::{SortCondition, SortKey};
use crate::error::Result;
use crate::key::{FieldsOf, KeyFields, KeyValue, Template, Templates};
use crate::shape::{SecondaryShape, Stored, WholeIndex};
use crate::store::operation::{Pending, debug_of};
use crate::store::saved::Saved;

/// The objects of one partition, in the order of their sort keys.
///
/// Sends one `Query` for each page of 1 MB of items, or of [`limit`](Self::limit) items, and reads shards as
/// [`Scan`](crate::Scan) does: those of all objects of a page together, with one `BatchGetItem` per hundred; those that
/// stand beside their roots and are in the page are not read again. Costs 0.5 RCU per 4 KB of the items with such keys,
/// whatever the filter leaves of them, and as much for the shards; twice as much with [`consistent`](Self::consistent).
///
/// What is said of [`Scan`](crate::Scan) holds here too: each object is one committed state, all of them together are no
/// snapshot; objects of other types in the partition are passed over, and plain objects do not say their type, but for those of types
/// with [key templates](crate::template).
///
/// # Errors
///
/// [`ErrorKind::InvalidKey`](crate::ErrorKind::InvalidKey) if no key was given, it is none of the table, or there is a
/// sort condition and the table has no sort key; [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) if
/// the bounds of `between` are the wrong way round, or a filter looks at the key; and those of [`Scan`](crate::Scan).
///
/// A second sort condition does not compile:
///
/// ```compile_fail
/// # extern crate dyno_core as dyno;
/// # use dyno::{Query, Stored};
/// fn two<T: Stored>(query: Query<T>) {
///     let _ = query.key("ada").sort().ge("2025").sort().lt("2026");
/// }
/// ```
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
/// #[dyno(table = "Orders", key = "USER", sort = "AT")]
/// struct Order {
///     #[dyno(key)]
///     user: String,
///     #[dyno(sort)]
///     at: String,
///     total: u64,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Order>().await?;
/// for (at, total) in [("2025-11-02", 20), ("2026-01-15", 70), ("2026-03-08", 5)] {
///     store.save(Order { user: "ada".into(), at: at.into(), total }).await?;
/// }
///
/// let this_year = store.query::<Order>().key("ada").sort().begins_with("2026-").await?;
/// assert_eq!(this_year.len(), 2);
/// let newest = store.query::<Order>().key("ada").descending().take(1).await?;
/// assert_eq!(newest[0].at, "2026-03-08");
///
/// let large = store.query::<Order>().key("ada").filter(Order::fields().total().gt(10));
/// println!("{}", large.params()?); // the request, for people
/// assert_eq!(large.count().await?, 2);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is read until it is awaited or polled"]
pub struct Query<T, S = AnySort, K = OfTable> {
    pub(super) selection: Selection<T>,
    state: PhantomData<fn() -> (S, K)>,
}

debug_of!(Query<T, S, K>: selection);

/// A [`Query`] without a sort condition.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AnySort;

/// A [`Query`] with its sort condition.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OneSort;

/// A [`Query`] by the keys of the table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OfTable;

/// A [`Query`] by the keys of an index, which are made of these fields.
pub struct OfIndex<K>(PhantomData<fn() -> K>);

impl<K> std::fmt::Debug for OfIndex<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OfIndex")
    }
}

/// The fields by which a [`Query`] of objects of type `T` goes: [`OfTable`] or [`OfIndex`].
///
/// A query of the table and one of an index are two types, and so are those of two indexes. What takes any of them is generic.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::template::QueriedBy;
/// use dyno::{AnySort, DyObject, Query, Saved, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "App", key = "TENANT#{tenant}", sort = "TICKET#{id}")]
/// #[dyno(index(name = "gsi1", key = "STATUS#{status}"))]
/// struct Ticket {
///     tenant: String,
///     id: u32,
///     status: String,
/// }
///
/// async fn last<K: QueriedBy<Ticket>>(query: Query<Ticket, AnySort, K>) -> dyno::Result<Option<Saved<Ticket>>> {
///     Ok(query.descending().take(1).await?.pop())
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Ticket>().await?;
/// store.save(Ticket { tenant: "acme".into(), id: 1, status: "open".into() }).await?;
///
/// let tickets = || store.query::<Ticket>();
/// assert!(last(tickets().of("acme")).await?.is_some());
/// assert!(last(tickets().index(Ticket::indexes().gsi1()).of("done")).await?.is_none());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
pub trait QueriedBy<T> {
    /// Their types.
    type Keys: KeyFields;
}

impl<T: Stored> QueriedBy<T> for OfTable {
    type Keys = T::Keys;
}

impl<T, K: KeyFields> QueriedBy<T> for OfIndex<K> {
    type Keys = K;
}

/// The fields of the partition key by which a query goes.
pub(super) type PartitionFields<T, K> = <<K as QueriedBy<T>>::Keys as KeyFields>::Partition;

/// The fields of the sort key by which a query goes.
pub(super) type SortFields<T, K> = <<K as QueriedBy<T>>::Keys as KeyFields>::Sort;

impl<T: Stored> Query<T> {
    pub(crate) fn new() -> Self {
        Self::with(Selection::new(Some(Partition::default())))
    }
}

impl<T: Stored, K: QueriedBy<T>> Query<T, AnySort, K> {
    /// Only objects for whose sort key something holds: `.sort().ge("2026")`.
    pub fn sort(self) -> SortKey<T, K> {
        SortKey::new(self)
    }

    pub(super) fn sorted(mut self, condition: SortCondition) -> Query<T, OneSort, K> {
        self.partition().sort = Some(condition);
        Query::with(self.selection)
    }
}

impl<T: Stored, S, K: QueriedBy<T>> Query<T, S, K> {
    fn with(selection: Selection<T>) -> Self {
        Self {
            selection,
            state: PhantomData,
        }
    }

    goes_over_index! {
        ///
        /// From here on [`of`](Self::of) and [`SortKey::fields`](crate::SortKey::fields) take the fields of the index's key templates,
        /// if it has some. The query is then another type: what takes it and one of the table is generic, as
        /// [`QueriedBy`](crate::template::QueriedBy) shows.
        #[expect(clippy::needless_pass_by_value, reason = "a handle is written where it is used")]
        pub fn index<I: WholeIndex<T>>(mut self, index: I) -> Query<T, S, OfIndex<I::Keys>> {
            self.selection.index = Some(index.__dyno_name());
            Query::with(self.selection)
        }
    }

    /// The index that is named by its handle.
    fn index_shape(&self) -> Option<&'static SecondaryShape> {
        let mut known = T::SHAPE.secondary().iter();
        known.find(|known| Some(known.name()) == self.selection.index)
    }

    /// What the partition key is made of.
    fn partition_template(&self) -> Option<Template> {
        match self.index_shape() {
            Some(index) if !index.is_local() => index.key_template(),
            Some(_) | None => T::SHAPE.key_templates().map(Templates::partition_template),
        }
    }

    /// What the sort key is made of.
    pub(super) fn sort_template(&self) -> Option<Template> {
        match self.index_shape() {
            Some(index) => index.sort_template(),
            None => T::SHAPE.key_templates().and_then(Templates::sort_template),
        }
    }

    fn partition(&mut self) -> &mut Partition {
        self.selection.partition.get_or_insert_default()
    }

    selection_options!();

    /// The partition key of the objects; it must be given.
    pub fn key(mut self, value: impl Into<KeyValue>) -> Self {
        self.partition().key = smallvec![value.into()];
        self.partition().made = None;
        self
    }

    /// The objects whose partition key is made of these values: of all fields of the template, in its order, as a tuple or, of
    /// one field, alone.
    ///
    /// Of a type whose sort keys begin with a text, as with `sort = "ORDER#{id}"`, only items are read whose sort keys begin so,
    /// unless a condition on the sort key is given.
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
    /// #[dyno(table = "App", key = "TENANT#{tenant}", sort = "ORDER#{day}#{number}", tag = "Order")]
    /// struct Order {
    ///     tenant: String,
    ///     day: u32,
    ///     number: u32,
    /// }
    ///
    /// let store = Store::embedded()?;
    /// store.ensure_tables::<Order>().await?;
    /// for (day, number) in [(9, 1), (9, 2), (10, 1), (300, 1)] {
    ///     store.save(Order { tenant: "acme".into(), day, number }).await?;
    /// }
    ///
    /// let one = store.load::<Order>(Order::key_of(("acme", 9, 2))).await?;
    /// assert_eq!(one.number, 2);
    /// let all = store.query::<Order>().of("acme").await?;
    /// assert_eq!(all.len(), 4);
    /// let of_day = store.query::<Order>().of("acme").sort().fields(9).await?;
    /// assert_eq!(of_day.len(), 2);
    /// let between = store.query::<Order>().of("acme").sort().fields_between((9, 2), 10).await?;
    /// assert_eq!(between.len(), 2);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "embedded"))]
    /// # fn main() {}
    /// ```
    ///
    /// A value of another type does not compile:
    ///
    /// ```compile_fail
    /// # extern crate dyno_core as dyno;
    /// # use dyno_derive::DyObject;
    /// # use dyno::DyObject;
    /// #[derive(DyObject)]
    /// #[dyno(table = "App", key = "TENANT#{tenant}")]
    /// struct Tenant {
    ///     tenant: u64,
    /// }
    ///
    /// let _ = Tenant::query().of("acme");
    /// ```
    pub fn of(mut self, fields: impl FieldsOf<PartitionFields<T, K>>) -> Self {
        let made = self.partition_template().map(|template| Made {
            attribute: template.attribute(),
            key: template.partition_of(&fields.__dyno_texts()),
        });
        self.partition().made = made;
        self
    }

    /// The partition key of an index that has several attributes in it: a value for each, in the order of the type's fields.
    pub fn key_parts<V: Into<KeyValue>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        self.partition().key = values.into_iter().map(Into::into).collect();
        self.partition().made = None;
        self
    }

    /// Only objects of whose keys this holds, said by name: `.where_str("user", "ada").where_str("at__gt", 2)`, with the names of
    /// attributes as they are stored. For code that has them as text, such as code written for `cc_dynamodb3`.
    ///
    /// The partition key takes `eq`, also where no operator is named, and stands for [`key`](Self::key); the sort key takes one of `eq`,
    /// `lt`, `lte`, `gt`, `gte`, `begins_with` and `between` (two bounds, as a pair), and stands for [`sort`](Query::sort). Names are those of
    /// the index where one is named. Values are compared as they are stored; see [`filter_str`](Self::filter_str), which is for all
    /// other attributes. A name that is no key, another operator or a second condition on one attribute is refused before the first
    /// request with [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) and a list of what there is.
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
    /// #[derive(DyObject, Debug)]
    /// #[dyno(table = "Visits", key = "client", sort = "time")]
    /// struct Visit {
    ///     #[dyno(key)]
    ///     client: u64,
    ///     #[dyno(sort)]
    ///     time: u64,
    ///     #[dyno(index(name = "ByRoom", key))]
    ///     room: String,
    /// }
    ///
    /// let store = Store::embedded()?;
    /// store.ensure_tables::<Visit>().await?;
    /// for time in [1, 2, 4] {
    ///     store.save(Visit { client: 7, time, room: format!("room {time}") }).await?;
    /// }
    ///
    /// let late = store.query::<Visit>().where_str("client", 7).where_str("time__gt", 2).await?;
    /// assert_eq!(late[0].time, 4);
    /// let of_room = store.query::<Visit>().index_str("ByRoom").where_str("room", "room 1");
    /// assert_eq!(of_room.await?.len(), 1);
    /// let some = store.query::<Visit>().key(7).filter_str("room__is_in", ["room 1", "room 2"]);
    /// assert_eq!(some.count().await?, 2);
    ///
    /// let error = store.query::<Visit>().where_str("client", 7).where_str("tiem__gt", 2).await.unwrap_err();
    /// assert!(error.to_string().contains("has `client`, `time`"), "{error}");
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "embedded"))]
    /// # fn main() {}
    /// ```
    pub fn where_str(
        mut self,
        keyword: impl Into<String>,
        value: impl Into<crate::expr::KeywordValue>,
    ) -> Self {
        let keyword = Keyword::new(keyword, value);
        self.selection.keywords.keys.push(keyword);
        self
    }

    /// From the last sort key to the first.
    pub fn descending(mut self) -> Self {
        self.partition().descending = true;
        self
    }
}

impl<T: Stored, S, K> IntoFuture for Query<T, S, K> {
    type Output = Result<Vec<Saved<T>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(page::all(self.selection))
    }
}
