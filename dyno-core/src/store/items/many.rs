use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use dyno_value::Item;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::draft::Names;
use super::get::projection;
use super::handle::Items;
use crate::commit::{Owner, check_item_of};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::limits;
use crate::plan::Address;
use crate::store::batch::{AT_ONCE, BareWrite, send_batch};
use crate::store::fetch::fetch;
use crate::store::operation::Pending;

/// Reads many items by their keys: one answer for each key, in their order, `None` where there is no item.
///
/// One `BatchGetItem` for each 100 different keys, eight at the same time, or one `GetItem` for a single key; keys that the service leaves
/// unprocessed are asked for again, with back-off. 0.5 read units for each 4 KB of each item, or 1 if consistent. Items are not of one moment.
///
/// # Errors
///
/// Those of [`Get`](super::Get); also [`Throttled`](crate::ErrorKind::Throttled) if the service leaves keys unprocessed until the last try.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Hosts", "name", KeyKind::S)]).await?;
/// let hosts = store.items("Hosts", "name");
/// hosts.update("db").set("port", 5432).await?;
///
/// let found = hosts.get_many(["cache", "db"]).await?;
/// assert!(found[0].is_none() && found[1].is_some());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct GetMany {
    items: Items,
    keys: Vec<Key>,
    consistent: bool,
    only: Option<Vec<String>>,
}

impl GetMany {
    pub(super) fn new(items: Items, keys: Vec<Key>) -> Self {
        Self {
            items,
            keys,
            consistent: false,
            only: None,
        }
    }

    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Reads these attributes only, besides those of the key; see [`Get::only`](super::Get::only).
    pub fn only<N: Into<String>>(mut self, attributes: impl IntoIterator<Item = N>) -> Self {
        self.only = Some(attributes.into_iter().map(Into::into).collect());
        self
    }

    async fn run(self) -> Result<Vec<Option<Item>>> {
        projection(self.only.as_deref())?;
        let topology = self.items.topology()?;
        let only = self.only.as_ref().map(|only| {
            let keys = topology.table.key_names().into_iter().map(str::to_owned);
            only.iter().cloned().chain(keys).collect::<Vec<_>>()
        });
        let projection = projection(only.as_deref())?;
        let mut addresses = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let address = Address::of_root(topology.root, topology.table, key);
            let explain = |error| self.items.explain("get_many", Some(key))(error);
            addresses.push(address.map_err(explain)?);
        }
        let different: BTreeSet<&Address> = addresses.iter().collect();
        let wanted = different.into_iter().cloned();
        let wanted: Vec<_> = wanted
            .map(|address| (address, projection.clone()))
            .collect();
        let batches = wanted.chunks(limits::BATCH_GET_KEYS).map(<[_]>::to_vec);
        let (store, consistent) = (&self.items.store, self.consistent);
        let reads = batches.map(|batch| async move { fetch(store, &batch, &[], consistent).await });
        let reads = stream::iter(reads).buffer_unordered(AT_ONCE);
        let found: BTreeMap<_, _> = reads
            .try_fold(BTreeMap::new(), |mut found, more| async move {
                found.extend(more);
                Ok(found)
            })
            .await?;
        Ok(addresses
            .iter()
            .map(|address| found.get(address).cloned())
            .collect())
    }
}

impl IntoFuture for GetMany {
    type Output = Result<Vec<Option<Item>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let explain = self.items.explain("get_many", None);
        Box::pin(async move { self.run().await.map_err(explain) })
    }
}

/// One of many changes.
#[derive(Clone, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "`BatchWriteItem` puts and deletes, and nothing else"
)]
pub enum Change {
    /// This item is stored in place of what stands there.
    Put(Item),
    /// Nothing is left at this key.
    Delete(Key),
}

/// Shows no value.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(item) => f.debug_tuple("Put").field(&Names(item)).finish(),
            Self::Delete(key) => f.debug_tuple("Delete").field(key).finish(),
        }
    }
}

/// Stores and deletes many items, in the order that is given, without conditions.
///
/// One `BatchWriteItem` for each 25 items, one after the other; a key that comes again goes into a later request. What the service leaves
/// undone or throttles is sent again, with back-off. 1 write unit for each 1 KB of each item. Each item is written as a whole; if the program
/// ends in the middle, those of the requests before are.
///
/// # Errors
///
/// [`WriteManyError`] has the cause and the changes that are left, in their order; before anything is sent those of
/// [`Put`](super::Put).
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno::items::Change;
/// use dyno::table::TableSpec;
/// use dyno::{AttributeValue, KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Hosts", "name", KeyKind::S)]).await?;
/// let hosts = store.items("Hosts", "name");
///
/// let host = |name: &str| Change::Put([("name".to_owned(), AttributeValue::S(name.into()))].into());
/// hosts.write_many([host("db"), host("cache"), Change::Delete("old".into())]).await?;
/// assert_eq!(hosts.scan().await?.len(), 2);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct WriteMany {
    items: Items,
    changes: Vec<Change>,
}

/// Changes that were not made, and why.
pub struct WriteManyError {
    error: Error,
    left: Vec<Change>,
    all: usize,
}

impl fmt::Display for WriteManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, left, all } = self;
        write!(f, "{error}; {} of {all} changes are left", left.len())
    }
}

/// Shows no item.
impl fmt::Debug for WriteManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}; {} of {} changes are left",
            self.error,
            self.left.len(),
            self.all
        )
    }
}

impl From<WriteManyError> for Error {
    fn from(error: WriteManyError) -> Self {
        error.error
    }
}

impl std::error::Error for WriteManyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl WriteManyError {
    /// What went wrong.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The changes that are left, in their order: give them to [`Items::write_many`] again. Where an answer was lost, some of them may have
    /// been made.
    pub fn left(&self) -> &[Change] {
        &self.left
    }

    /// What went wrong, and the changes that are left.
    pub fn into_parts(self) -> (Error, Vec<Change>) {
        (self.error, self.left)
    }
}

impl WriteMany {
    pub(super) fn new(items: Items, changes: Vec<Change>) -> Self {
        Self { items, changes }
    }

    async fn run(self) -> Result<(), WriteManyError> {
        let Self { items, changes } = self;
        let all = changes.len();
        let fail = |error: Error, left| WriteManyError { error, left, all };
        let writes: Result<Vec<_>> = changes
            .iter()
            .map(|change| write_of(&items, change))
            .collect();
        let writes = match writes {
            Ok(writes) => writes,
            Err(error) => return Err(fail(error, changes)),
        };
        let mut open = changes.into_iter();
        for batch in in_batches(writes) {
            let sent = open.by_ref().take(batch.len()).collect::<Vec<_>>();
            let failures = send_batch(&items.store, &batch).await;
            let mut first = None;
            let mut left = Vec::new();
            for (change, failure) in sent.into_iter().zip(failures) {
                if let Some(error) = failure {
                    first.get_or_insert(error);
                    left.push(change);
                }
            }
            if let Some(error) = first {
                left.extend(open);
                return Err(fail(items.explain("write_many", None)(error), left));
            }
        }
        Ok(())
    }
}

fn write_of(items: &Items, change: &Change) -> Result<BareWrite> {
    let explain = |key: Option<Key>| move |error| items.explain("write_many", key.as_ref())(error);
    match change {
        Change::Put(item) => {
            let address = items.address_of(item).map_err(explain(None))?;
            check_item_of(Owner::Program, address.table, item)
                .map_err(explain(Some(address.key())))?;
            Ok(BareWrite {
                address,
                item: Some(item.clone()),
            })
        }
        Change::Delete(key) => Ok(BareWrite {
            address: items.address(key).map_err(explain(Some(key.clone())))?,
            item: None,
        }),
    }
}

/// Cuts them where a request is full, and before a key that it has already.
fn in_batches(writes: Vec<BareWrite>) -> Vec<Vec<BareWrite>> {
    let mut batches: Vec<Vec<BareWrite>> = Vec::new();
    for write in writes {
        let open = batches.last_mut().filter(|batch| {
            batch.len() < limits::BATCH_WRITES
                && batch.iter().all(|other| other.address != write.address)
        });
        match open {
            Some(batch) => batch.push(write),
            None => batches.push(vec![write]),
        }
    }
    batches
}

impl IntoFuture for WriteMany {
    type Output = Result<(), WriteManyError>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
