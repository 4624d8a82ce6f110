use std::fmt;
use std::sync::Arc;

use super::delete::Delete;
use super::path::{ReadPath, WritePath};
use super::read::Read;
use super::write::Write;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::store::operation::{Operation, Options, Pending};
use crate::store::{Store, table};
use crate::untyped::{self, Content, DocumentPath, DocumentValue, Shape};

/// The objects of a table, without a Rust type.
///
/// Made by [`Store::documents`]. Cloning is cheap.
///
/// A shape that declares shards says where they are: it wins over what a stored object says. One without shards reads
/// any object, with the shards that the object names; it writes and deletes objects of one item only. A
/// [`Document`](super::Document) that was read is saved and deleted as it was read.
///
/// A shape does not know the secondary indexes of a type. Where a document writes a field of which a key of an index is made
/// (`index(name = "gsi1", key = "STATUS#{status}")`), the key stays as it was, and the index finds the object by the old value, until
/// a program loads the object as its type and saves it. Write such fields through the type.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno::Store;
/// use dyno::document::Shape;
/// use serde_json::json;
///
/// let store = Store::embedded()?;
/// let shape = Shape::root("People", "ID").shard("$.location", Shape::table("Locations", "IDX"));
/// let people = store.documents(shape);
/// people.ensure_tables().await?;
///
/// people.write(json!({"location": {"city": "Nara"}})).key("k").await?;
/// let mut person = people.read("k").await?;
/// person.set("$.name", "John")?;
/// person.save().await?;
/// assert_eq!(person.value(), json!({"name": "John", "location": {"city": "Nara"}}));
/// assert_eq!(people.read_path("k", "$..city").await?[0].value(), "Nara");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct Documents {
    store: Store,
    pub(super) shape: Arc<Shape>,
    loader: Option<Arc<dyn ConfigLoader>>,
}

impl Documents {
    pub(in crate::store) fn new(store: Store, shape: Shape) -> Self {
        Self {
            store,
            shape: Arc::new(shape),
            loader: None,
        }
    }

    /// The same documents with a loader, in place of the store's.
    #[must_use]
    pub fn with_loader(mut self, loader: impl ConfigLoader) -> Self {
        self.loader = Some(Arc::new(loader));
        self
    }

    /// Reads the document with this key; see [`Read`].
    pub fn read(&self, key: impl Into<Key>) -> Read {
        Read::new(self.clone(), key.into())
    }

    /// Writes a document: inserts it, or replaces what has its key; see [`Write`].
    pub fn write(&self, document: impl Into<Content>) -> Write {
        Write::new(self.clone(), document.into())
    }

    /// Deletes the document with this key and all its shards; see [`Delete`].
    pub fn delete(&self, key: impl Into<Key>) -> Delete {
        Delete::new(self.clone(), key.into())
    }

    /// Reads every value that the path finds; see [`ReadPath`].
    pub fn read_path(&self, key: impl Into<Key>, path: impl Into<DocumentPath>) -> ReadPath {
        ReadPath::new(self.clone(), key.into(), path.into())
    }

    /// Writes a value to every place that the path finds; see [`WritePath`].
    pub fn write_path(
        &self,
        key: impl Into<Key>,
        path: impl Into<DocumentPath>,
        value: impl Into<DocumentValue>,
    ) -> WritePath {
        WritePath::new(self.clone(), key.into(), path.into(), value.into())
    }

    /// Makes the tables of the shape, where they do not exist; see [`EnsureTables`](crate::EnsureTables).
    pub fn ensure_tables(&self) -> EnsureDocumentTables {
        EnsureDocumentTables {
            documents: self.clone(),
        }
    }

    /// The root table's name, as errors name the object.
    pub(super) fn name(&self) -> Result<&'static str> {
        untyped::interned(&self.shape).map(crate::shape::Shape::name)
    }

    /// The operation on objects of the declared shape.
    pub(super) fn operation(
        &self,
        name: &'static str,
        loader: Option<Arc<dyn ConfigLoader>>,
    ) -> Result<Operation> {
        self.operation_on(name, &self.shape, loader)
    }

    pub(super) fn operation_on(
        &self,
        name: &'static str,
        shape: &Shape,
        loader: Option<Arc<dyn ConfigLoader>>,
    ) -> Result<Operation> {
        let shape =
            untyped::interned(shape).map_err(|error: Error| error.of(name, "document", None))?;
        let options = Options {
            store: Some(self.store.clone()),
            loader,
        };
        Operation::on_shape(name, shape, || self.loader.clone(), options)
    }

    async fn ensure(self) -> Result<()> {
        let operation = self.operation("ensure the tables of", None)?;
        table::ensure_all(&operation)
            .await
            .map_err(operation.explain(None))
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

/// Makes the tables of documents; see [`Documents::ensure_tables`].
#[derive(Debug)]
#[must_use = "nothing is made until it is awaited"]
pub struct EnsureDocumentTables {
    documents: Documents,
}

impl IntoFuture for EnsureDocumentTables {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.documents.ensure())
    }
}
