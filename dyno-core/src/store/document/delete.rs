use std::sync::Arc;

use super::documents::Documents;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::store::delete;
use crate::store::operation::Pending;

/// Deletes one document, whatever its version, with all its shards.
///
/// Sends what [`Delete`](crate::Delete) of a typed object sends: one `TransactWriteItems`, or one `DeleteItem` for a
/// shape without shards. What is deleted is what the shape declares: nothing is found by reading what is stored. So a
/// shape without shards refuses to delete an object that has some; read it, and delete the
/// [`Document`](crate::document::Document).
///
/// Deleting what is not there succeeds. A crash leaves the document or nothing.
///
/// # Cancel safety
///
/// A deletion that is dropped before its end may have been applied or not; read the document to see.
///
/// # Errors
///
/// Those of [`Delete`](crate::Delete).
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete {
    documents: Documents,
    key: Key,
    loader: Option<Arc<dyn ConfigLoader>>,
}

impl Delete {
    pub(super) fn new(documents: Documents, key: Key) -> Self {
        Self {
            documents,
            key,
            loader: None,
        }
    }

    /// Uses this loader instead of the documents' and the store's.
    pub fn loader(mut self, loader: impl ConfigLoader) -> Self {
        self.loader = Some(Arc::new(loader));
        self
    }

    async fn run(self) -> Result<()> {
        let operation = self.documents.operation("delete", self.loader)?;
        let deleted = delete::delete_any(&operation, &self.key, None).await;
        let declares_shards = self.documents.shape.has_shards();
        deleted
            .map_err(|error| match error.kind() {
                ErrorKind::TypeMismatch if !declares_shards => Error::new(
                    ErrorKind::TypeMismatch,
                    "the object has shards or encrypted fields that the shape does not declare; nothing was deleted. \
                     Declare its shards, or read it and delete the document that was read",
                )
                .with_source(error),
                _ => error,
            })
            .map_err(operation.explain(Some(&self.key)))
    }
}

impl std::fmt::Debug for Delete {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delete")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for Delete {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
