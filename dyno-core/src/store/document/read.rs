use super::documents::Documents;
use super::handle::Document;
use super::open::Options;
use crate::error::{Result, not_found};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::store::operation::Pending;

/// Reads one document.
///
/// Of a shape that declares shards, sends one `BatchGetItem` for the root and every shard. Of one without, sends one
/// `GetItem`, and one `BatchGetItem` of the root and its shards if the object names any. Costs what the items cost: 1
/// RCU per 4 KB of each item, half of it with [`eventual`](Self::eventual). What is read is one committed state.
///
/// # Errors
///
/// [`NotFound`](crate::ErrorKind::NotFound), [`NotDecrypted`](crate::ErrorKind::NotDecrypted),
/// [`NotEncrypted`](crate::ErrorKind::NotEncrypted), [`Corrupt`](crate::ErrorKind::Corrupt),
/// [`NewerFormat`](crate::ErrorKind::NewerFormat), [`TypeMismatch`](crate::ErrorKind::TypeMismatch),
/// [`InvalidShape`](crate::ErrorKind::InvalidShape), [`Contended`](crate::ErrorKind::Contended), and those of the
/// service.
#[must_use = "nothing is read until it is awaited"]
pub struct Read {
    documents: Documents,
    key: Key,
    options: Options,
}

impl Read {
    pub(super) fn new(documents: Documents, key: Key) -> Self {
        Self {
            documents,
            key,
            options: Options::default(),
        }
    }

    /// Uses this loader instead of the documents' and the store's.
    pub fn loader(mut self, loader: impl ConfigLoader) -> Self {
        self.options.loader = Some(std::sync::Arc::new(loader));
        self
    }

    /// Reads at half the cost; the document may be a little old, and is still one committed state.
    pub fn eventual(mut self) -> Self {
        self.options.eventual = true;
        self
    }

    /// Whether shards are read and put into their places; they are, if nothing else is said. A document without its
    /// shards cannot be saved.
    pub fn resolve_shards(mut self, resolve: bool) -> Self {
        self.options.without_shards = !resolve;
        self
    }

    /// Whether the document keeps the key and the mapper's own attributes of its root item (`_dy_etag`, `_dy_layout`,
    /// ..). If nothing is said, the loader's answer counts, which is no by default.
    pub fn keep_metadata(mut self, keep: bool) -> Self {
        self.options.keep_metadata = Some(keep);
        self
    }

    /// Answers `None` where there is no document, in place of [`NotFound`](crate::ErrorKind::NotFound).
    pub fn optional(self) -> ReadOptional {
        ReadOptional { read: self }
    }

    async fn run(self) -> Result<Option<Document>> {
        let Self {
            documents,
            key,
            options,
        } = self;
        let opened = documents.open("read", &key, &options).await?;
        Ok(opened.map(|opened| Document::opened(documents, key, options, opened)))
    }
}

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Read")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for Read {
    type Output = Result<Document>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let (documents, key) = (self.documents.clone(), self.key.clone());
            match self.run().await? {
                Some(document) => Ok(document),
                None => Err(not_found().of("read", documents.name()?, Some(&key))),
            }
        })
    }
}

/// A [`Read`] of a document that may not be there; see [`Read::optional`].
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct ReadOptional {
    read: Read,
}

impl IntoFuture for ReadOptional {
    type Output = Result<Option<Document>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.read.run())
    }
}
