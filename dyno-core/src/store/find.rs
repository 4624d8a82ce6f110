use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, Item, ParsePathError};
use futures_util::future::try_join_all;

use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::saved::Saved;
use super::shards::Shards;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{Address, Decisions, Expiry, Index, Topology, not_found_by};
use crate::shape::{Stored, TypedPath, write_object};

/// Finds the objects whose indexed field has this value.
///
/// Sends one `Query` for each index key and page of what it finds (in all 0.5 RCU per page at least), and loads each
/// object that was found, a few at a time, as [`Load`](crate::Load) does. Then the values themselves are compared, as
/// the index's normalizer says: an index with few bits finds other objects too, which are left out. So are objects that
/// are gone or have another value by now, because the table's indexes follow its items a moment later; for the same
/// reason an object that was saved a moment ago may not be found yet.
///
/// Only equal values are found: there is no search for ranges, beginnings or parts.
///
/// The value may be anything that converts into the field's type: `"naomi@example.com"` for a `String`, a `String` for
/// an `Option<String>`.
///
/// # Errors
///
/// [`ErrorKind::InvalidPath`] if the field has no index, [`ErrorKind::KeyRefused`] if the loader gives no index key,
/// [`ErrorKind::InvalidValue`] if the value has no index value, all before the first request; and those of
/// [`Load`](crate::Load) if one of the objects cannot be loaded.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, EncryptionKey, IndexKey, IndexKeys, Rules, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     #[dyno(encrypt, index = "email:email:v1")]
///     email: String,
/// }
///
/// let rules = Rules::new()
///     .encrypt(["email"], EncryptionKey::generate("k1")?)?
///     .index_with(IndexKeys::new(IndexKey::generate("search-1")?));
/// let store = Store::embedded()?.with_loader(rules);
/// store.ensure_tables::<User>().await?;
/// store.save(User { email: "Naomi@Example.com".into() }).await?;
///
/// let found = store.find(User::paths().email(), "naomi@example.com").await?;
/// assert_eq!(found[0].email, "Naomi@Example.com");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is searched until it is awaited"]
pub struct Find<T, V> {
    path: Result<TypedPath<V>, ParsePathError>,
    value: V,
    limit: Option<usize>,
    eventual: bool,
    expired: bool,
    options: Options,
    object: PhantomData<fn() -> T>,
}

impl<T: Stored, V> Find<T, V> {
    pub(crate) fn new(path: Result<TypedPath<V>, ParsePathError>, value: V) -> Self {
        Self {
            path,
            value,
            limit: None,
            eventual: false,
            expired: false,
            options: Options::default(),
            object: PhantomData,
        }
    }

    common_options!();

    /// Stops after this many objects; which ones is not said.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Loads the objects at half the cost; each may be a little old, and is still one committed state.
    pub fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    /// Gives back what has expired, too, of types with a field marked `#[dyno(ttl)]`. Without this call it is left out once it is
    /// loaded, on the clock of the program when the search begins ([`Store::with_clock`](crate::Store::with_clock)).
    pub fn with_expired(mut self) -> Self {
        self.expired = true;
        self
    }

    /// Answers with the keys that the index holds, and loads nothing.
    pub fn keys_only(self) -> FindKeys<T, V> {
        FindKeys { find: self }
    }

    fn begin(&self) -> Result<(Operation, Search)> {
        let operation = Operation::new::<T>("find", self.options.clone())?;
        let search = Search::of(
            &operation.topology,
            &self.path,
            &self.value,
            operation.loader(),
        );
        let mut search = search.map_err(operation.explain(None))?;
        if !self.expired {
            let expiry = Expiry::of(operation.topology.root, operation.store.now());
            search.hidden = expiry.map_err(operation.explain(None))?;
        }
        Ok((operation, search))
    }

    async fn run(self) -> Result<Vec<Saved<T>>> {
        let (operation, search) = self.begin()?;
        let (limit, consistent) = (self.limit.unwrap_or(usize::MAX), !self.eventual);
        drop(self);
        let mut pages = Pages::new(&operation, &search);
        let mut found = Vec::new();
        while found.len() < limit {
            let Some(keys) = pages.next(limit - found.len()).await? else {
                break;
            };
            for keys in keys.chunks(AT_ONCE) {
                let loads = keys
                    .iter()
                    .map(|key| search.load::<T>(&operation, key, consistent));
                found.extend(try_join_all(loads).await?.into_iter().flatten());
                if found.len() >= limit {
                    break;
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// Objects that are loaded at the same time.
const AT_ONCE: usize = 8;

/// Finds the keys that the index holds for a value; see [`Find::keys_only`].
///
/// Sends the `Query` requests of [`Find`], and loads nothing, so the values are not compared: an index with few bits
/// gives keys of other objects too, and what changed a moment ago may be missing or still be there.
///
/// # Errors
///
/// Those of [`Find`] but for those of loading.
#[must_use = "nothing is searched until it is awaited"]
pub struct FindKeys<T, V> {
    find: Find<T, V>,
}

impl<T: Stored, V> FindKeys<T, V> {
    async fn run(self) -> Result<Vec<Key>> {
        let (operation, search) = self.find.begin()?;
        let limit = self.find.limit.unwrap_or(usize::MAX);
        drop(self);
        let mut pages = Pages::new(&operation, &search);
        let mut found = Vec::new();
        while found.len() < limit {
            match pages.next(limit - found.len()).await? {
                Some(keys) => found.extend(keys),
                None => break,
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// What is looked for, and by which index values.
struct Search {
    topology: Arc<Topology>,
    path: FieldPath,
    asked: AttributeValue,
    columns: Vec<(&'static str, AttributeValue)>,
    /// What is not given back.
    hidden: Option<Expiry>,
}

impl Search {
    fn of<V>(
        topology: &Arc<Topology>,
        path: &Result<TypedPath<V>, ParsePathError>,
        value: &V,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        let (path, asked, columns) = encode(topology, path, value, loader)?;
        Ok(Self {
            topology: Arc::clone(topology),
            path,
            asked,
            columns,
            hidden: None,
        })
    }

    /// Loads an object, if it is there and has the value.
    async fn load<T: Stored>(
        &self,
        operation: &Operation,
        key: &Key,
        consistent: bool,
    ) -> Result<Option<Saved<T>>> {
        let loaded = Saved::<T>::load(operation, key.clone(), Shards::AsDeclared, consistent).await;
        let loaded = match loaded {
            // Gone, or an object of another type in the same table whose index value begins alike.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::TypeMismatch) => {
                return Ok(None);
            }
            loaded => loaded.map_err(operation.explain(Some(key)))?,
        };
        let index = self.topology.indexes.on(&self.path)?;
        let tree = write_object::<T>(&loaded)?;
        let hidden = self.hidden.as_ref();
        if hidden.is_some_and(|expiry| expiry.is_over(&tree)) {
            return Ok(None);
        }
        let value = tree.get(index.field());
        Ok(value
            .is_some_and(|value| index.same(value, &self.asked))
            .then_some(loaded))
    }
}

type Asked = (
    FieldPath,
    AttributeValue,
    Vec<(&'static str, AttributeValue)>,
);

fn encode<V>(
    topology: &Topology,
    path: &Result<TypedPath<V>, ParsePathError>,
    value: &V,
    loader: Option<&dyn ConfigLoader>,
) -> Result<Asked> {
    let typed = path.as_ref().map_err(Clone::clone)?;
    let index: &Index = match topology.indexes.on(&typed.path) {
        Ok(index) => index,
        Err(error) => return Err(not_found_by(topology.root, &typed.path).unwrap_or(error)),
    };
    let asked = typed.write(value).map_err(|error| {
        let error = error.under_path(&typed.path);
        Error::from(Decisions::hide_secrets(error, topology.root, loader))
    })?;
    let Some(asked) = asked else {
        let why = "an absent value has no index value and cannot be found by";
        return Err(Error::new(ErrorKind::InvalidValue, why).at_path(typed.path.clone()));
    };
    let columns = index.values(&asked, &Item::new(), loader)?;
    Ok((typed.path.clone(), asked, columns))
}

/// The index value of a value of an indexed field, under the first key that the loader gives.
pub(crate) fn index_value<T: Stored, V>(
    path: &Result<TypedPath<V>, ParsePathError>,
    value: &V,
    loader: &dyn ConfigLoader,
) -> Result<Blob> {
    let compute = || {
        let topology = Topology::of(T::SHAPE)?;
        let (path, _, columns) = encode(&topology, path, value, Some(loader))?;
        let first = columns
            .into_iter()
            .next()
            .and_then(|(_, value)| match value {
                AttributeValue::B(bytes) => Some(bytes),
                _ => None,
            });
        first.ok_or_else(|| {
            Error::new(ErrorKind::KeyRefused, "the loader gives no index key").at_path(path)
        })
    };
    compute().map_err(|error| error.of("compute an index value of", T::SHAPE.name(), None))
}

/// The keys that the columns in use hold for a value, page by page, each key once.
struct Pages<'a> {
    operation: &'a Operation,
    columns: std::slice::Iter<'a, (&'static str, AttributeValue)>,
    /// The column that is being read, and where its next page begins.
    open: Option<(&'a (&'static str, AttributeValue), Option<Item>)>,
    seen: HashSet<Key>,
}

impl<'a> Pages<'a> {
    fn new(operation: &'a Operation, search: &'a Search) -> Self {
        let mut columns = search.columns.iter();
        Self {
            operation,
            open: columns.next().map(|column| (column, None)),
            columns,
            seen: HashSet::new(),
        }
    }

    /// The keys of the next page that were not seen before; `None` after the last.
    async fn next(&mut self, wanted: usize) -> Result<Option<Vec<Key>>> {
        let Some((column, start)) = self.open.take() else {
            return Ok(None);
        };
        let page = self.query(column, start, wanted).await;
        let (items, next) = page.map_err(self.operation.explain(None))?;
        self.open = match next {
            Some(start) => Some((column, Some(start))),
            None => self.columns.next().map(|column| (column, None)),
        };
        let table = self.operation.topology.table;
        let place = |item| Address::of_item(table, table.region_name(), item);
        let keys = items.iter().filter_map(place).map(|place| place.key());
        Ok(Some(
            keys.filter(|key| self.seen.insert(key.clone())).collect(),
        ))
    }

    async fn query(
        &self,
        (column, value): &(&'static str, AttributeValue),
        start: Option<Item>,
        wanted: usize,
    ) -> Result<(Vec<Item>, Option<Item>)> {
        let table = self.operation.topology.table;
        let store = &self.operation.store;
        let clients = store.clients().of(table.region_name());
        let answer = clients
            .reads
            .query()
            .table_name(table.name())
            .index_name(*column)
            .key_condition_expression("#c = :v")
            .expression_attribute_names("#c", *column)
            .expression_attribute_values(":v", value.clone())
            .set_limit(i32::try_from(wanted).ok())
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| store.index_failure(error, table.name(), column))?;
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((answer.items.unwrap_or_default(), next))
    }
}

debug_of!(Find<T, V>: path, limit);

debug_of!(FindKeys<T, V>: find);

impl<T: Stored, V: Send + 'static> IntoFuture for Find<T, V> {
    type Output = Result<Vec<Saved<T>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T: Stored, V: Send + 'static> IntoFuture for FindKeys<T, V> {
    type Output = Result<Vec<Key>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
