use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, ValueError};
use serde_json::Value;

use super::documents::Documents;
use super::open::{Opened, Options, stored_form};
use super::path::{attribute, set_all};
use super::sealed::Sealed;
use crate::error::{Error, ErrorKind, Result, not_found};
use crate::key::Key;
use crate::reserved;
use crate::store::delete;
use crate::store::operation::{Operation, Pending};
use crate::store::tree::{Baseline, Expecting};
use crate::untyped::{self, Difference, DocumentPath, DocumentValue, Match, Parsed, check_places};

/// An object without a Rust type, with its key and the version that is stored.
///
/// Its content is a map of attributes, [`item`](Self::item), which is exact; [`value`](Self::value) shows it as JSON.
/// It is saved as it was read: into the tables that its shape declares, or, if that declares no shards, into those
/// that the object named when it was read.
#[derive(Clone)]
pub struct Document {
    documents: Documents,
    key: Key,
    options: Options,
    item: Item,
    operation: Operation,
    baseline: Baseline,
    sealed: Sealed,
    differences: Vec<Difference>,
}

impl Document {
    pub(super) fn opened(documents: Documents, key: Key, options: Options, opened: Opened) -> Self {
        let Opened {
            operation,
            item,
            baseline,
            sealed,
            differences,
        } = opened;
        Self {
            documents,
            key,
            options,
            item,
            operation,
            baseline,
            sealed,
            differences,
        }
    }

    /// The document's key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The attributes, shards as maps in their places, in clear.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// The attributes, to be changed.
    pub fn item_mut(&mut self) -> &mut Item {
        &mut self.item
    }

    /// The attributes alone; what was remembered of the document's version is forgotten.
    pub fn into_item(self) -> Item {
        self.item
    }

    /// The document as JSON.
    ///
    /// Binary is base64, a set is an array, and a number that is neither an `i64`, a `u64` nor an `f64` is a string
    /// of its digits.
    pub fn value(&self) -> Value {
        untyped::view(&self.item)
    }

    /// Puts JSON in place of the content. What JSON shows as it was stays as it was, also where JSON does not tell
    /// all; a set whose elements change stays a set while they allow it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidValue`], and the document is as it was: this is no object, a number is outside the range
    /// of DynamoDB, or a string that stands in the place of binary is not base64.
    pub fn set_value(&mut self, value: &Value) -> Result<()> {
        let Value::Object(object) = value else {
            let why = "a document is a JSON object";
            return Err(Error::new(ErrorKind::InvalidValue, why));
        };
        self.item = untyped::merged_item(object, &self.item)?;
        Ok(())
    }

    /// Everything that a path finds in the document; sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidPath`]: the text is not JSONPath; the error names the position.
    pub fn find(&self, path: impl Into<DocumentPath>) -> Result<Vec<Match>> {
        Ok(path.into().parse()?.find(&self.item))
    }

    /// Puts a value at every place that a path finds, or at the one that it names; sends nothing. Answers the places.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidPath`], [`ErrorKind::InvalidValue`], [`ErrorKind::PathNotFound`]; the document is then as
    /// it was.
    pub fn set(
        &mut self,
        path: impl Into<DocumentPath>,
        value: impl Into<DocumentValue>,
    ) -> Result<Vec<FieldPath>> {
        let path = path.into().parse()?;
        let value = attribute(&path, &value.into())?;
        self.set_parsed(&path, &value)
    }

    pub(super) fn set_parsed(
        &mut self,
        path: &Parsed,
        value: &AttributeValue,
    ) -> Result<Vec<FieldPath>> {
        set_all(&self.operation, &mut self.item, path, value)
    }

    /// The shards that are stored elsewhere than declared, as the stored object says. Empty if the shape declares
    /// none, since then the stored object decides.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// The type tag stored with the object.
    pub fn type_tag(&self) -> &str {
        self.operation.topology.root.type_tag()
    }

    /// Writes what changed since the document was read or written, as [`Saved::save`](crate::Saved::save) does:
    /// nothing, or the root, or the root and the shards that changed.
    ///
    /// What was encrypted when it was read is encrypted again: with the key that the loader gives for its path, or
    /// else with the key that opened it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`] if somebody else saved or deleted the object in between, [`ErrorKind::InvalidValue`]
    /// if a part is not what the shape declares, and those of [`Save`](crate::Save). The document stays as it is.
    pub fn save(&mut self) -> SaveDocument<'_> {
        SaveDocument { document: self }
    }

    /// Reads the document again, in place of this one. Costs what [`Read`](super::Read) costs.
    ///
    /// # Errors
    ///
    /// Those of [`Read`](super::Read); this document is then as it was.
    pub fn reload(&mut self) -> Reload<'_> {
        Reload { document: self }
    }

    /// Deletes the document with the shards that it had when it was read, if nobody else saved in between.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`], and those of [`Delete`](crate::Delete).
    pub fn delete(self) -> DeleteDocument {
        DeleteDocument { document: self }
    }

    pub(super) async fn save_as(&mut self, name: &'static str) -> Result<()> {
        let loader = self.sealed.guarding(self.operation.shared_loader());
        let operation = self.operation.again(name, loader);
        let saved = self.save_with(&operation).await;
        self.baseline = saved.map_err(operation.explain(Some(&self.key)))?;
        self.baseline.show_kept(&mut self.item);
        Ok(())
    }

    async fn save_with(&self, operation: &Operation) -> Result<Baseline> {
        self.check_whole(operation)?;
        let item = checked_form(operation, self.item.clone())?;
        self.sealed.check(&item, self.operation.loader())?;
        let expecting = Expecting::Baseline(Box::new(self.baseline.clone()));
        operation.save_tree(item, &self.key, expecting).await
    }

    async fn run_reload(&mut self) -> Result<()> {
        let opened = self
            .documents
            .open("read", &self.key, &self.options)
            .await?;
        let Some(opened) = opened else {
            return Err(self.operation.explain(Some(&self.key))(not_found()));
        };
        *self = Self::opened(
            self.documents.clone(),
            self.key.clone(),
            self.options.clone(),
            opened,
        );
        Ok(())
    }

    /// Only a document that was read with its shards may be written: that they were read proves that they are its own.
    fn check_whole(&self, operation: &Operation) -> Result<()> {
        if self.options.without_shards && operation.topology.patterns().next().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                "the document was read without its shards; read it with them to save or delete it",
            ));
        }
        Ok(())
    }

    async fn run_delete(self) -> Result<()> {
        let operation = self
            .operation
            .again("delete", self.operation.shared_loader());
        let deleted = async {
            self.check_whole(&operation)?;
            delete::delete_based(&operation, &self.key, &self.baseline, None).await
        };
        deleted.await.map_err(operation.explain(Some(&self.key)))
    }
}

/// An item as it can be saved.
///
/// # Errors
///
/// A part is not what the shape declares, or has a name of the mapper's.
pub(super) fn checked_form(operation: &Operation, item: Item) -> Result<Item> {
    let item = stored_form(operation, item);
    let shape = operation.topology.root;
    check_places(&item, shape)?;
    if shape.names_variant() && !item.contains_key(reserved::TYPE) {
        let why = "the shape is a choice, and the attribute that names the variant is missing";
        return Err(ValueError::custom(why).under_key(reserved::TYPE).into());
    }
    Ok(item)
}

/// Without the values, some of which may be encrypted where they are stored; [`Document::item`] shows them.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: BTreeSet<_> = self.item.keys().collect();
        f.debug_struct("Document")
            .field("key", &self.key)
            .field("names", &names)
            .finish_non_exhaustive()
    }
}

/// A save of a [`Document`]; see [`Document::save`].
#[derive(Debug)]
#[must_use = "nothing is saved until it is awaited"]
pub struct SaveDocument<'a> {
    document: &'a mut Document,
}

impl<'a> IntoFuture for SaveDocument<'a> {
    type Output = Result<()>;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.document.save_as("save"))
    }
}

/// A reload of a [`Document`]; see [`Document::reload`].
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Reload<'a> {
    document: &'a mut Document,
}

impl<'a> IntoFuture for Reload<'a> {
    type Output = Result<()>;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.document.run_reload())
    }
}

/// A deletion of a [`Document`]; see [`Document::delete`].
#[derive(Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeleteDocument {
    document: Document,
}

impl IntoFuture for DeleteDocument {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.document.run_delete())
    }
}
