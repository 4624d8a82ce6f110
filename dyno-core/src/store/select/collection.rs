//! Objects of several types in one partition, by one query.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use dyno_value::Item;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};

use super::complete::complete;
use super::found::{Root, Sorted, other_keys};
use super::keys::Keys;
use super::params::Params;
use super::query::{AnySort, OfIndex, OfTable, PartitionFields, QueriedBy, Query};
use super::walk::Walk;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{FieldsOf, KeyFields, KeyValue};
use crate::plan::{self, Address, Expiry};
use crate::reserved;
use crate::shape::{Index, Stored, Whole};
use crate::store::Store;
use crate::store::cursor::Cursor;
use crate::store::operation::{Operation, Options, Pending};
use crate::store::saved::Saved;

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
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_derive::DyObject;
///
/// #[derive(DyObject)]
/// #[dyno(crate = dyno_core, table = "App", key = "CUSTOMER#{name}", sort(template = "CUSTOMER"), tag = "Customer")]
/// struct Customer {
///     name: String,
/// }
///
/// #[derive(DyObject)]
/// #[dyno(crate = dyno_core, table = "App", key = "CUSTOMER#{customer}", sort = "ORDER#{number}", tag = "Order")]
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

    /// The objects page by page, as a [`Stream`]. Each page is asked for when it is polled.
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
        self.begin().map(|gathering| gathering.walk.params)
    }

    /// Checks everything; sends nothing.
    fn begin(self) -> Result<Gathering<M>> {
        let mut selection = self.query.selection;
        let asking = Asking {
            options: selection.options.clone(),
            index: selection.index,
            is_expired_wanted: selection.expired,
        };
        let members = M::__dyno_members(&asking)?;
        selection.expired = true;
        let partition = selection.partition.get_or_insert_default();
        partition.members = members.iter().map(Member::tag).collect();
        let walk = Walk::begin(&selection, false)?;
        let partition = selection.partition.iter().find_map(|partition| {
            let made = partition
                .made
                .as_ref()
                .and_then(|made| made.key.as_ref().ok());
            made.or(partition.key.first()).cloned()
        });
        let checked = check(&members, partition.as_ref());
        checked.map_err(walk.operation.explain(None))?;
        Ok(Gathering {
            walk,
            members,
            of: std::marker::PhantomData,
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

/// What one request of a [`Collection`] found. It may have no object, and yet not be the last one.
pub struct CollectionPage<M: Members> {
    objects: M::Found,
    cursor: Option<Cursor>,
    looked_at: u64,
}

impl<M: Members> CollectionPage<M> {
    /// The objects, each as a load gives it: a `Vec` for each type.
    pub fn objects(&self) -> &M::Found {
        &self.objects
    }

    /// The objects, each as a load gives it: a `Vec` for each type.
    pub fn into_objects(self) -> M::Found {
        self.objects
    }

    /// Where the next page begins; `None` at the end.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Items that the service looked at, which is what the request cost.
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }
}

impl<M: Members> fmt::Debug for CollectionPage<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionPage")
            .field("cursor", &self.cursor)
            .field("looked_at", &self.looked_at)
            .finish_non_exhaustive()
    }
}

/// The pages of a [`Collection`]. It ends after an error; the cursor of the page before goes on from there.
#[must_use = "nothing is read until it is polled"]
pub struct CollectionPages<M: Members>(BoxStream<'static, Result<CollectionPage<M>>>);

impl<M: Members> CollectionPages<M> {
    /// The next page; `None` after the last. The same as `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Result<CollectionPage<M>>> {
        self.0.next().await
    }
}

impl<M: Members> Stream for CollectionPages<M> {
    type Item = Result<CollectionPage<M>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<M: Members> fmt::Debug for CollectionPages<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionPages").finish_non_exhaustive()
    }
}

fn pages_of<M: Members>(gathering: Gathering<M>) -> BoxStream<'static, Result<CollectionPage<M>>> {
    let pages = stream::try_unfold(gathering, |mut gathering| async move {
        let page = Box::pin(gathering.page()).await?;
        Ok(page.map(|page| (page, gathering)))
    });
    pages.boxed()
}

/// A collection under way.
struct Gathering<M> {
    walk: Walk,
    members: Vec<Member>,
    of: std::marker::PhantomData<fn() -> M>,
}

impl<M: Members> Gathering<M> {
    async fn page(&mut self) -> Result<Option<CollectionPage<M>>> {
        if !self.walk.goes_on {
            return Ok(None);
        }
        let answered = self.walk.ask().await?;
        let (sorted, cut) = self.sorted(answered.items)?;
        let consistent = self.walk.params.consistent;
        let (objects, count) = M::__dyno_found(sorted, consistent).await?;
        if let Some(wanted) = &mut self.walk.wanted {
            *wanted = wanted.saturating_sub(count);
        }
        if cut.is_some() {
            // What follows the last object in its page is looked at again by who goes on from it.
            self.walk.start = cut;
            self.walk.goes_on = true;
        }
        if self.walk.wanted == Some(0) {
            self.walk.goes_on = false;
        }
        let cursor = self.walk.start.clone();
        Ok(Some(CollectionPage {
            objects,
            cursor: cursor.map(|key| self.walk.course.at(key)),
            looked_at: answered.looked_at,
        }))
    }

    /// The items by the types that they are of, and the place of the last object that is wanted, if there are more.
    fn sorted(&self, items: Vec<Item>) -> Result<(Vec<FoundOf>, Option<Item>)> {
        let Walk {
            operation, keys, ..
        } = &self.walk;
        let table = operation.topology.table;
        let most = self.walk.wanted.unwrap_or(usize::MAX);
        let mut found: Vec<_> = self.members.iter().map(FoundOf::nothing).collect();
        let mut last = None;
        let mut count = 0;
        let mut cut = None;
        for item in items {
            let Some(address) = Address::of_item(table, table.region_name(), &item) else {
                let error = other_keys(table, "an item in it has no such key");
                return Err(operation.explain(None)(error));
            };
            if [reserved::STAMP, reserved::PIECE]
                .iter()
                .any(|name| item.contains_key(*name))
            {
                for FoundOf { sorted, .. } in &mut found {
                    sorted.shards.insert(address.clone(), item.clone());
                }
                continue;
            }
            if cut.is_some() {
                continue;
            }
            let place = keys.place_of(&item);
            let Some((position, root)) = self.root(&address, item)? else {
                continue;
            };
            if count == most {
                cut = last.clone();
            } else if let Some(FoundOf { sorted, .. }) = found.get_mut(position) {
                sorted.roots.push(root);
                last = Some(place);
                count += 1;
            }
        }
        Ok((found, cut))
    }

    /// The root that this item is, with the place of its type among the members; `None` if it is of none of them.
    fn root(&self, address: &Address, item: Item) -> Result<Option<(usize, Root)>> {
        for (position, member) in self.members.iter().enumerate() {
            let root = Root::of(&member.operation, address.clone(), item.clone(), None);
            let root = root.map_err(|failure| failure.explained(&member.operation).into_error())?;
            if let Some(root) = root {
                let expiry = member.expiry.as_ref();
                let is_over = expiry.is_some_and(|expiry| expiry.is_over(&item));
                return Ok((!is_over).then_some((position, root)));
            }
        }
        Ok(None)
    }
}

/// What a type is asked for in a [`Collection`].
#[doc(hidden)]
pub struct Asking {
    options: Options,
    index: Option<&'static str>,
    is_expired_wanted: bool,
}

impl Asking {
    fn member<T: Stored>(&self) -> Result<Member> {
        let operation = Operation::new::<T>("collection", self.options.clone())?;
        let made = || {
            let keys = Keys::of(&operation.topology, self.index)?;
            let now = operation.store.now();
            let expiry = if self.is_expired_wanted {
                None
            } else {
                Expiry::of(operation.topology.root, now)?
            };
            Ok((keys, expiry))
        };
        let (keys, expiry) = made().map_err(operation.explain(None))?;
        Ok(Member {
            operation,
            keys,
            expiry,
        })
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

/// One type of a [`Collection`].
#[doc(hidden)]
pub struct Member {
    operation: Operation,
    keys: Keys,
    /// What is not given back.
    expiry: Option<Expiry>,
}

impl Member {
    fn tag(&self) -> &'static str {
        self.operation.topology.root.type_tag()
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").finish_non_exhaustive()
    }
}

/// What a page of a [`Collection`] has of one type.
#[doc(hidden)]
pub struct FoundOf {
    operation: Operation,
    sorted: Sorted,
}

impl FoundOf {
    fn nothing(member: &Member) -> Self {
        Self {
            operation: member.operation.clone(),
            sorted: Sorted::default(),
        }
    }

    async fn objects<T: Stored>(found: Option<Self>, consistent: bool) -> Result<Vec<Saved<T>>> {
        let Some(Self { operation, sorted }) = found else {
            return Ok(Vec::new());
        };
        let (objects, mut failures) = complete::<T>(&operation, sorted, consistent).await?;
        let first = failures.drain(..).next();
        first.map_or(Ok(objects), |failure| Err(failure.into_error()))
    }
}

impl fmt::Debug for FoundOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundOf").finish_non_exhaustive()
    }
}

/// Refuses types that no query finds together, or whose items nobody can tell apart.
fn check(members: &[Member], partition: Option<&KeyValue>) -> Result<()> {
    let Some((first, rest)) = members.split_first() else {
        return Ok(());
    };
    let refuse = |why: String| Err(Error::new(ErrorKind::InvalidExpression, why));
    for (position, member) in members.iter().enumerate() {
        let shape = member.operation.topology.root;
        let name = shape.name();
        if plan::plain_of_type(shape).is_none() {
            return refuse(format!(
                "type `{name}` has no key templates, so that its items do not say that they are its; query it alone"
            ));
        }
        let others = members.iter().take(position);
        let tag = (plan::tag_attribute(shape), shape.type_tag());
        let is_same = |other: &Member| {
            let other = other.operation.topology.root;
            (plan::tag_attribute(other), other.type_tag()) == tag
        };
        if let Some(other) = { others }.find(|other| is_same(other)) {
            return refuse(format!(
                "types `{}` and `{name}` of the collection have the same tag, `{}`, by which their items are told apart; name each type \
                 once, or give each a tag",
                other.operation.topology.root.name(),
                shape.type_tag()
            ));
        }
        if !member.keys.finds_whole_items() {
            return refuse(format!(
                "{} of type `{name}` does not hold whole items; query it alone, with `.hydrated()`",
                member.keys.place()
            ));
        }
    }
    let own = first.operation.topology.table;
    for member in rest {
        let shape = member.operation.topology.root;
        let (name, table) = (shape.name(), member.operation.topology.table);
        let is_same_table = table.name() == own.name() && table.region_name() == own.region_name();
        if !is_same_table || member.keys.names() != first.keys.names() {
            return refuse(format!(
                "type `{name}` is in {} with other keys than `{}`, which is in {}; one query goes over one table or index",
                member.keys.place(),
                first.operation.topology.root.name(),
                first.keys.place()
            ));
        }
        if let (Some(template), Some(KeyValue::S(key))) =
            (member.keys.partition_template(), partition)
            && !template.may_make(key)
        {
            return refuse(format!(
                "no object of type `{name}` is in the partition `{key}`: its keys are made by `{}`",
                template.text()
            ));
        }
    }
    Ok(())
}

/// The types of a [`Collection`]: a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no types of a collection",
    label = "not a tuple of stored types",
    note = "name them as a tuple: `store.collection::<(Customer, Order)>()`"
)]
pub trait Members: Send + Sync + 'static {
    /// The type whose fields make the partition key.
    type First: Stored;

    /// A `Vec` of objects for each type.
    type Found: Default + Send + 'static;

    #[doc(hidden)]
    fn __dyno_members(asking: &Asking) -> Result<Vec<Member>>;

    #[doc(hidden)]
    fn __dyno_found(found: Vec<FoundOf>, consistent: bool)
    -> Pending<Result<(Self::Found, usize)>>;

    #[doc(hidden)]
    fn __dyno_append(all: &mut Self::Found, page: Self::Found);
}

macro_rules! tuples {
    ($($first:ident $of_first:ident $(, $type:ident $of:ident)*);+) => {
        $(impl<$first: Stored $(, $type: Stored)*> Members for ($first, $($type,)*) {
            type First = $first;
            type Found = (Vec<Saved<$first>>, $(Vec<Saved<$type>>,)*);

            fn __dyno_members(asking: &Asking) -> Result<Vec<Member>> {
                Ok(vec![asking.member::<$first>()? $(, asking.member::<$type>()?)*])
            }

            fn __dyno_found(
                found: Vec<FoundOf>,
                consistent: bool,
            ) -> Pending<Result<(Self::Found, usize)>> {
                Box::pin(async move {
                    let mut found = found.into_iter();
                    let $of_first = FoundOf::objects::<$first>(found.next(), consistent).await?;
                    $(let $of = FoundOf::objects::<$type>(found.next(), consistent).await?;)*
                    let count = $of_first.len() $(+ $of.len())*;
                    Ok((($of_first, $($of,)*), count))
                })
            }

            #[expect(non_snake_case, reason = "each part is called as its type")]
            fn __dyno_append(all: &mut Self::Found, page: Self::Found) {
                let ($first, $($type,)*) = all;
                let ($of_first, $($of,)*) = page;
                $first.extend($of_first);
                $($type.extend($of);)*
            }
        })+
    };
}

tuples!(
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
    A a, B b, C c, D d, E e, F f, G g;
    A a, B b, C c, D d, E e, F f, G g, H h
);
