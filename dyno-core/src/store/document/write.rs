use std::sync::Arc;

use dyno_value::Item;
use uuid::Uuid;

use super::documents::Documents;
use super::handle::{Document, checked_form};
use super::open::{self, Opened};
use super::sealed::Sealed;
use crate::error::{Error, ErrorKind, Result, SaveError};
use crate::key::{Key, KeyKind, KeyValue};
use crate::loader::ConfigLoader;
use crate::store::operation::{Operation, Pending};
use crate::store::tree::Expecting;
use crate::untyped::Content;

/// Writes one document: inserts it, or replaces what has its key.
///
/// Sends what [`Save`](crate::Save) sends: one `TransactWriteItems` for a document with shards, and one more if there
/// was one with the key already; one `PutItem` for a document of a shape without shards. Where shards go is what the
/// shape declares; a shape without shards does not replace an object that has some.
///
/// The key is that of [`key`](Self::key), or of the document's attributes of these names, or what the loader's
/// [`primary_key`](crate::ConfigLoader::primary_key) says, or a new UUID (version 7).
///
/// # Cancel safety
///
/// A write that is dropped before its end may have been applied or not; read the document to see.
///
/// # Errors
///
/// The error carries what was to be written: [`SaveError::into_object`]. Kinds are those of [`Save`](crate::Save);
/// [`ErrorKind::InvalidValue`] is a value that DynamoDB does not hold, or a part that is not what the shape declares.
#[must_use = "nothing is written until it is awaited"]
pub struct Write {
    documents: Documents,
    content: Content,
    key: Option<Key>,
    if_absent: bool,
    loader: Option<Arc<dyn ConfigLoader>>,
}

impl Write {
    pub(super) fn new(documents: Documents, content: Content) -> Self {
        Self {
            documents,
            content,
            key: None,
            if_absent: false,
            loader: None,
        }
    }

    /// Writes under this key.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Only inserts: fails with [`ErrorKind::AlreadyExists`] if there is an object with the key.
    pub fn if_absent(mut self) -> Self {
        self.if_absent = true;
        self
    }

    /// Uses this loader instead of the documents' and the store's.
    pub fn loader(mut self, loader: impl ConfigLoader) -> Self {
        self.loader = Some(Arc::new(loader));
        self
    }

    async fn run(self) -> Result<Document, SaveError<Content>> {
        let Self {
            documents,
            content,
            key,
            if_absent,
            loader,
        } = self;
        let options = open::Options {
            loader: loader.clone(),
            ..open::Options::default()
        };
        let written = async {
            let operation = documents.operation("write", loader)?;
            write(&operation, &content, key.as_ref(), if_absent)
                .await
                .map_err(operation.explain(key.as_ref()))
        };
        match written.await {
            Ok((key, opened)) => Ok(Document::opened(documents, key, options, opened)),
            Err(error) => Err(SaveError::new(content, error)),
        }
    }
}

async fn write(
    operation: &Operation,
    content: &Content,
    given: Option<&Key>,
    if_absent: bool,
) -> Result<(Key, Opened)> {
    let mut item = checked_form(operation, content.to_item()?)?;
    let key = key_of(operation, &item, given)?;
    for (name, _) in operation.root(&key)?.parts() {
        item.remove(name);
    }
    let expecting = if if_absent {
        Expecting::Nothing
    } else {
        Expecting::Anything
    };
    let baseline = operation.save_tree(item.clone(), &key, expecting).await?;
    baseline.show_kept(&mut item);
    let opened = Opened {
        operation: operation.clone(),
        item,
        baseline,
        sealed: Sealed::default(),
        differences: Vec::new(),
    };
    Ok((key, opened))
}

fn key_of(operation: &Operation, item: &Item, given: Option<&Key>) -> Result<Key> {
    let table = operation.topology.table;
    let partition = part(item, table.key_name(), given.map(Key::partition))?;
    let partition = match partition {
        Some(partition) => partition,
        None => match operation
            .loader()
            .and_then(|loader| loader.primary_key(item))
        {
            Some(partition) => partition,
            None => generated(operation)?,
        },
    };
    let key = Key::new(partition);
    let sort = match table.sort_name() {
        Some(name) => part(item, name, given.and_then(Key::sort))?,
        None => given.and_then(Key::sort).cloned(),
    };
    Ok(match sort {
        Some(sort) => key.with_sort(sort),
        None => key,
    })
}

/// One part of the key, from the call or the document.
fn part(item: &Item, name: &str, given: Option<&KeyValue>) -> Result<Option<KeyValue>> {
    let Some(held) = item.get(name) else {
        return Ok(given.cloned());
    };
    let refuse = |why: String| Err(Error::new(ErrorKind::InvalidKey, why));
    match (KeyValue::from_value(held), given) {
        (None, _) => refuse(format!(
            "`{name}` is a key and must be a string, a number or binary"
        )),
        (Some(_), Some(given)) if !crate::plan::same_key(held, &given.to_value()) => {
            refuse(format!(
                "the document says `{name}` is another key than `{given}`, which the call asks for; give one of them"
            ))
        }
        (held, given) => Ok(given.cloned().or(held)),
    }
}

fn generated(operation: &Operation) -> Result<KeyValue> {
    let declared = operation.topology.root.untyped();
    match declared.and_then(|untyped| untyped.partition) {
        None | Some(KeyKind::S) => Ok(KeyValue::S(Uuid::now_v7().to_string())),
        Some(kind) => Err(Error::new(
            ErrorKind::InvalidKey,
            format!("the partition key is {kind} and cannot be made up; give it with `.key(..)`"),
        )),
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for Write {
    type Output = Result<Document, SaveError<Content>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
