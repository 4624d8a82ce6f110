use std::pin::Pin;

use crate::{EncryptionKey, KeyId, KeySourceError};

/// A key that is on its way.
pub type PendingKey<'a> =
    Pin<Box<dyn Future<Output = Result<EncryptionKey, KeySourceError>> + Send + 'a>>;

/// Gives keys by id: at once those it holds, the others when awaited. [`CachedKeys`](crate::CachedKeys) is one.
///
/// It is what a store asks, which does not know the type of the source. Implement [`AsyncKeySource`] instead, unless you
/// need a cache of your own.
///
/// [`AsyncKeySource`]: crate::AsyncKeySource
pub trait KeyProvider: Send + Sync + 'static {
    /// What is known of the key with this id without asking anybody; `None` if somebody must be asked.
    fn held(&self, id: &KeyId) -> Option<Result<EncryptionKey, KeySourceError>>;

    /// The key with this id.
    ///
    /// # Errors
    ///
    /// [`KeySourceError`]: there is none, or it could not be had.
    fn key<'a>(&'a self, id: &'a KeyId) -> PendingKey<'a>;
}
