//! What a scan and a query have in common.

use std::mem;

use dyno_value::Item;

use super::asked::Asked;
use super::expressions::{Expressions, RequestOptions};
use super::keys::Keys;
use super::keyword::Keywords;
use super::partition::Partition;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::plan::Expiry;
use crate::shape::Stored;
use crate::store::cursor::Cursor;
use crate::store::operation::{Operation, Options};

/// Which objects, and how many of them.
pub(super) struct Selection<T> {
    pub(super) options: Options,
    /// `None`: over the table itself.
    pub(super) index: Option<&'static str>,
    /// `None`: of the whole table.
    pub(super) partition: Option<Partition>,
    pub(super) filter: Option<Condition<T>>,
    pub(super) keywords: Keywords,
    pub(super) consistent: bool,
    pub(super) limit: Option<u32>,
    pub(super) take: Option<usize>,
    /// Whether what expired is given back, too.
    pub(super) expired: bool,
    pub(super) from: Option<Cursor>,
}

/// A selection that was checked.
pub(super) struct Begun {
    pub(super) operation: Operation,
    pub(super) asked: Asked,
    /// Those of the first request.
    pub(super) expressions: Expressions,
    pub(super) options: RequestOptions,
    /// What is not given back.
    pub(super) expiry: Option<Expiry>,
    pub(super) start: Option<Item>,
}

impl<T: Stored> Selection<T> {
    pub(super) fn new(partition: Option<Partition>) -> Self {
        Self {
            options: Options::default(),
            index: None,
            partition,
            filter: None,
            keywords: Keywords::default(),
            consistent: false,
            limit: None,
            take: None,
            expired: false,
            from: None,
        }
    }

    pub(super) fn add_filter(&mut self, filter: Condition<T>) {
        self.filter = Some(match self.filter.take() {
            Some(before) => before & filter,
            None => filter,
        });
    }

    /// Checks everything, and renders the request; sends nothing.
    pub(super) fn begin(mut self, counts: bool) -> Result<Begun> {
        let name = match self.partition {
            Some(_) => "query",
            None => "scan",
        };
        let operation = Operation::new::<T>(name, mem::take(&mut self.options))?;
        let options = RequestOptions {
            consistent: self.consistent,
            limit: self.limit,
            counts,
        };
        let from = self.from.take();
        let asked = self.ask(&operation, counts);
        let (asked, expiry) = asked.map_err(operation.explain(None))?;
        let begin = || {
            let topology = &operation.topology;
            let start = match &from {
                Some(cursor) => {
                    let course = asked.course(topology)?;
                    Some(course.key_of(cursor, &asked.keys.names())?)
                }
                None => None,
            };
            asked.check_start(start.as_ref())?;
            let expressions = asked.expressions();
            expressions.check_lengths()?;
            if expressions.is_deep() {
                // In a cursor it stands deeper than in the request.
                asked.course(topology)?;
            }
            expressions.check_values()?;
            Ok((expressions, start))
        };
        let (expressions, start) = begin().map_err(operation.explain(None))?;
        Ok(Begun {
            operation,
            asked,
            expressions,
            options,
            expiry,
            start,
        })
    }

    /// What is asked, and what is not given back.
    fn ask(self, operation: &Operation, counts: bool) -> Result<(Asked, Option<Expiry>)> {
        if self.limit == Some(0) {
            let why = "`limit` is the number of items that a request looks at, 1 at least; leave it out for pages of 1 MB";
            return Err(Error::new(ErrorKind::InvalidExpression, why));
        }
        let topology = &operation.topology;
        let by_name = self.keywords.index_of(topology.root)?;
        if let (Some(index), Some(other)) = (self.index, by_name) {
            let why =
                format!("two indexes are named, `{index}` and `{other}`; a request goes over one");
            return Err(Error::new(ErrorKind::InvalidExpression, why));
        }
        let keys = Keys::of(topology, self.index.or(by_name))?;
        if self.consistent {
            keys.check_consistent()?;
        }
        if counts {
            keys.check_count()?;
        }
        let is_query = self.partition.is_some();
        let partition = self.partition;
        let partition = partition.map(|given| self.keywords.partition(keys, given));
        let partition = partition.transpose()?;
        let by_name = self.keywords.filters(topology)?;
        let filter = self.filter.into_iter().chain(by_name);
        let filter = filter.reduce(|one, other| one & other);
        let mut asked = Asked::of(operation, keys, partition, filter)?;
        let expiry = if self.expired {
            None
        } else {
            Expiry::of(topology.root, operation.store.now())?
        };
        let asks_by = |expiry: &&Expiry| is_query && keys.asks_by(expiry.attribute());
        if let Some(expiry) = expiry.as_ref().filter(asks_by).filter(|_| counts) {
            return Err(keys.living_not_counted(expiry));
        }
        // An index of parts may not hold the attribute, and the filter of a query may not look at its key.
        let hidden = expiry
            .as_ref()
            .filter(|expiry| keys.finds_whole_items() && !asks_by(expiry));
        if let Some(hidden) = hidden {
            asked = asked.living(hidden);
        }
        if counts {
            asked = asked.only_roots(topology.root);
        }
        Ok((asked, expiry))
    }
}

impl<T> Clone for Selection<T> {
    fn clone(&self) -> Self {
        Self {
            options: self.options.clone(),
            index: self.index,
            partition: self.partition.clone(),
            filter: self.filter.clone(),
            keywords: self.keywords.clone(),
            consistent: self.consistent,
            limit: self.limit,
            take: self.take,
            expired: self.expired,
            from: self.from.clone(),
        }
    }
}

impl<T> std::fmt::Debug for Selection<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Selection")
            .field("index", &self.index)
            .field("filter", &self.filter)
            .field("consistent", &self.consistent)
            .field("limit", &self.limit)
            .field("take", &self.take)
            .finish_non_exhaustive()
    }
}

/// The options and verbs of scan and query.
macro_rules! selection_options {
    () => {
        /// Uses this store instead of the installed one.
        pub fn on(mut self, store: &crate::store::Store) -> Self {
            self.selection.options.store = Some(store.clone());
            self
        }

        /// Uses this loader instead of the type's and the store's.
        pub fn loader(mut self, loader: impl crate::loader::ConfigLoader) -> Self {
            self.selection.options.loader = Some(std::sync::Arc::new(loader));
            self
        }

        /// Gives back only objects for which this holds; called twice, both must.
        ///
        /// The service reads the other items too, and they cost the same. A filter looks at the root's item: a field in a
        /// shard, and one that is or may be encrypted, is refused with
        /// [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression), and so is every field that the loader may be
        /// asked for (no key, and none marked `plain`), if the loader [needs the key](crate::ConfigLoader::needs_keys) to
        /// answer and the request does not say all of it; nor is an element looked for in a list of which the loader may encrypt
        /// [some entries](crate::ConfigLoader::needs_indexes) only. A field
        /// that ceased to be encrypted is missed in objects that are still sealed, until a [reseal](crate::Reseal) has opened
        /// them. The service compares items as they are
        /// stored, before any seal is verified; what is given back is verified. An object that was changed after its page
        /// was read may be given back in a state for which it does not hold any more.
        pub fn filter(mut self, filter: crate::expr::Condition<T>) -> Self {
            self.selection.add_filter(filter);
            self
        }

        /// Gives back what has expired, too, of types with a field marked `#[dyno(ttl)]`.
        ///
        /// The service removes what expired some time later, up to days. Without this call it is left out by a filter, on
        /// the clock of the program at the time of the first request ([`Store::with_clock`](crate::Store::with_clock)); the
        /// service reads it, and it costs the same.
        pub fn with_expired(mut self) -> Self {
            self.selection.expired = true;
            self
        }

        /// Gives back only objects of whose attributes this holds, said by name: `.filter_str("name__contains", "x")`, with the
        /// names of attributes as they are stored. For code that has them as text, such as code written for `cc_dynamodb3`.
        ///
        /// The operators are `eq` (also where none is named), `ne`, `lt`, `lte`, `gt`, `gte`, `begins_with`, `between` (two bounds,
        /// as a pair), `contains`, `is_in` or `in` (a list) and `attribute_type`. A dot goes into a nested object or map, `[0]` into a list.
        /// Called again, and beside [`filter`](Self::filter), everything must hold. Values are compared as they are stored: a time that
        /// is stored as a number is given as that number; a boolean is one as the field stores it. As in
        /// DynamoDB, `ne` holds for objects without the attribute, too.
        ///
        /// An unknown name or operator, and a value that the field cannot have, are refused before the first request with
        /// [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) and a list of what there is; so is what
        /// [`filter`](Self::filter) refuses.
        pub fn filter_str(
            mut self,
            keyword: impl Into<String>,
            value: impl Into<crate::expr::KeywordValue>,
        ) -> Self {
            let keyword = super::keyword::Keyword::new(keyword, value);
            self.selection.keywords.filters.push(keyword);
            self
        }

        /// Goes over the secondary index of this name, as [`index`](Self::index) does. An unknown name is refused before the first
        /// request. Of an index that does not hold everything the objects are read from the table, with one `BatchGetItem` for
        /// each hundred.
        pub fn index_str(mut self, name: impl Into<String>) -> Self {
            self.selection.keywords.index = Some(name.into());
            self
        }

        /// Sees everything that was saved before the request, at twice the cost; not of a global index.
        pub fn consistent(mut self) -> Self {
            self.selection.consistent = true;
            self
        }

        /// Looks at this many items in each request, and no more: `Limit` of the service. It bounds the size of a page, not
        /// of the result; that is [`take`](Self::take).
        pub fn limit(mut self, items: u32) -> Self {
            self.selection.limit = Some(items);
            self
        }

        /// Stops after this many objects. A page that ends there has a cursor behind its last object.
        ///
        /// Without a filter and a [`limit`](Self::limit) no more items than that are asked for at first.
        pub fn take(mut self, objects: usize) -> Self {
            self.selection.take = Some(objects);
            self
        }

        /// Goes on where a page of the same request ended; limits, consistency, loader and store may be others.
        pub fn from(mut self, cursor: crate::store::Cursor) -> Self {
            self.selection.from = Some(cursor);
            self
        }

        /// Counts the objects, and loads none; see [`Count`](crate::Count).
        pub fn count(self) -> crate::store::Count<T> {
            crate::store::Count::new(self.selection)
        }

        /// So many objects, or all that are left, and a cursor if there are more: a page for people, with a link to the next one.
        ///
        /// Sends the requests of awaiting it with [`take`](Self::take), which this replaces, and looks one object further: at one item
        /// more in the same request, and by further requests only where that item is none of the objects, or a filter or
        /// [`limit`](Self::limit) is given.
        ///
        /// # Errors
        ///
        /// [`InvalidExpression`](crate::ErrorKind::InvalidExpression) if the page has no object, and those of awaiting it.
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
        /// }
        ///
        /// let store = Store::embedded()?;
        /// store.ensure_tables::<User>().await?;
        /// for name in ["Ada", "Naomi", "Ken", "Bo"] {
        ///     store.save(User { name: name.into() }).await?;
        /// }
        ///
        /// let page = store.scan::<User>().page(2).await?;
        /// assert_eq!(page.objects().len(), 2);
        /// let link = page.cursor().unwrap().to_string();
        /// let last = store.scan::<User>().from(link.parse::<Cursor>()?).page(2).await?;
        /// assert_eq!(last.objects().len(), 2);
        /// assert!(last.cursor().is_none());
        /// # Ok(())
        /// # }
        /// # #[cfg(not(feature = "embedded"))]
        /// # fn main() {}
        /// ```
        pub async fn page(self, objects: usize) -> crate::error::Result<crate::store::Page<T>> {
            super::page::one(self.selection, objects).await
        }

        /// The objects page by page, as a [`Stream`](futures_util::Stream). Each page is asked for when it is polled.
        pub fn pages(self) -> crate::store::Pages<T> {
            crate::store::Pages::new(self.selection, false)
        }

        /// The same, also where objects cannot be read: they do not end the stream, and stand in
        /// [`Page::failures`](crate::Page::failures) with their keys. What any other object would meet too still ends it:
        /// a service that does not answer, or a source of keys.
        pub fn pages_with_failures(self) -> crate::store::Pages<T> {
            crate::store::Pages::new(self.selection, true)
        }

        /// The objects one by one, as a [`Stream`](futures_util::Stream); a page is asked for when the objects of the one
        /// before are used up.
        pub fn stream(self) -> crate::store::Objects<T> {
            crate::store::Objects::new(self.selection)
        }

        /// The request that awaiting it would send first; sends nothing.
        ///
        /// # Errors
        ///
        /// Those of awaiting it, before the first request.
        pub fn params(&self) -> crate::error::Result<crate::store::Params> {
            let walk = super::walk::Walk::begin(self.selection.clone(), false);
            walk.map(super::walk::Walk::into_params)
        }
    };
}

/// What is said of the option that names an index, above the method.
macro_rules! goes_over_index {
    ($($method:tt)*) => {
        /// Goes over a secondary index in place of the table: `.index(User::indexes().by_email())`. Objects that have no value
        /// for a key of the index are not in it.
        ///
        /// A global index follows its table a moment later, so an object may be missing that was saved a moment ago, or be
        /// given as it was before, or twice if its key moves while pages are read. A save of such a state is one of any old state: a
        /// [`Conflict`](crate::ErrorKind::Conflict) if what is saved has changed since.
        ///
        /// An index that does not hold everything (`keys_only`, `include`) does not compile here: `.hydrated()` says that
        /// its objects are read from the table, with one `BatchGetItem` for each hundred. They may have changed since the
        /// index was written, and not have its key any more.
        $($method)*
    };
}

pub(super) use {goes_over_index, selection_options};
