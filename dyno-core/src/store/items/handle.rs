use std::fmt;
use std::sync::Arc;

use dyno_value::Item;

use crate::error::{Error, ErrorKind, Result};
use crate::key::{Key, KeyValue};
use crate::plan::{Address, Topology};
use crate::shape::TableShape;
use crate::store::Store;
use crate::untyped::{self, Shape};

/// The items of a table as they are stored, by key and without a type.
///
/// Made by [`Store::items`]. It is what stores are built on that have a format of their own; each verb is one request, its conditions and
/// refusals are data, and what the service throttles or leaves undone is sent again. Nothing is hidden and nothing is checked that only
/// a type can know: objects that the mapper keeps in several items, encrypts or counts versions of are to be written through their type.
///
/// The table has the store's namespace, and the store's region unless [`region`](Self::region) names one. Cloning is cheap; nothing is
/// sent until a verb is awaited.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::items::{Written, attr};
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// let spec = TableSpec::new("Visits", "site", KeyKind::S).with_sort("page", KeyKind::S);
/// store.ensure_specs([spec]).await?;
///
/// let visits = store.items("Visits", "site").sort("page");
/// let counted = visits.update(("example.org", "/")).add("count", 1).await?;
/// assert_eq!(counted["count"].as_n().map(String::as_str), Ok("1"));
///
/// let reset = visits.update(("example.org", "/")).set("count", 0).when(attr("count").gt(10)).await?;
/// let Written::Refused(Some(standing)) = reset else { panic!("it is 1") };
/// assert_eq!(standing["page"].as_s().map(String::as_str), Ok("/"));
///
/// let pages = visits.query("example.org").begins_with("/").await?;
/// assert_eq!(pages.len(), 1);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct Items {
    pub(super) store: Store,
    shape: Shape,
}

/// A secondary index of a table, and the names of its key attributes; made by [`Items::index`].
#[derive(Clone, Debug)]
pub struct Index {
    pub(super) items: Items,
    pub(super) name: String,
    pub(super) key: String,
    pub(super) sort: Option<String>,
}

impl Items {
    pub(in crate::store) fn new(store: Store, table: String, key: String) -> Self {
        let shape = Shape::root(table, key);
        Self { store, shape }
    }

    /// The same items of a table that has a sort key, too.
    #[must_use]
    pub fn sort(mut self, attribute: impl Into<String>) -> Self {
        self.shape = self.shape.sort(attribute);
        self
    }

    /// The same items in a region of their own.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.shape = self.shape.region(region);
        self
    }

    /// A secondary index of the table, global or local, by its name and the name of its partition key.
    pub fn index(&self, name: impl Into<String>, key: impl Into<String>) -> Index {
        Index {
            items: self.clone(),
            name: name.into(),
            key: key.into(),
            sort: None,
        }
    }

    /// The table as the planner knows it.
    pub(super) fn topology(&self) -> Result<Arc<Topology>> {
        self.store.topology(untyped::interned(&self.shape)?)
    }

    /// Where the item with this key lives.
    pub(super) fn address(&self, key: &Key) -> Result<Address> {
        let topology = self.topology()?;
        Address::of_root(topology.root, topology.table, key)
    }

    /// Where this item lives, and its key.
    pub(super) fn address_of(&self, item: &Item) -> Result<Address> {
        let topology = self.topology()?;
        let part = |part: &str, name: &str| {
            item.get(name)
                .and_then(KeyValue::from_value)
                .ok_or_else(|| {
                    let why = match item.get(name) {
                        Some(_) => "which is no string, number or binary",
                        None => "which is missing",
                    };
                    let why = format!("the item has no {part} `{name}`, {why}");
                    Error::new(ErrorKind::InvalidKey, why)
                })
        };
        let mut key = Key::new(part("partition key", topology.table.key_name())?);
        if let Some(sort) = topology.table.sort_name() {
            key = key.with_sort(part("sort key", sort)?);
        }
        Address::of_root(topology.root, topology.table, &key)
    }

    /// Says in an error what was done where.
    pub(super) fn explain(
        &self,
        operation: &'static str,
        key: Option<&Key>,
    ) -> impl Fn(Error) -> Error + use<> {
        let table = self.topology().map(|topology| topology.table);
        let key = key.cloned();
        move |error| match table {
            Ok(shape) => {
                let table = shape.name();
                let error = with_key_names(error, shape).of(operation, table, key.as_ref());
                if error.table().is_none() {
                    error.in_table(table)
                } else {
                    error
                }
            }
            Err(_) => error.during(operation),
        }
    }
}

/// Adds to what the service says of a key which attributes the handle takes for it.
fn with_key_names(error: Error, table: &TableShape) -> Error {
    let is_refused = matches!(error.kind(), ErrorKind::Service | ErrorKind::TableMismatch);
    if !is_refused || !error.to_string().contains("schema") {
        return error;
    }
    let names: Vec<_> = table
        .key_names()
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    error.and(&format!(
        "; the key of the table is taken to be {}",
        names.join(" and ")
    ))
}

impl Index {
    /// The same index with a sort key.
    #[must_use]
    pub fn sort(mut self, attribute: impl Into<String>) -> Self {
        self.sort = Some(attribute.into());
        self
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}
