//! Keys that must be asked for: of a key management service, a vault, another process.

mod cached;
mod entries;
mod error;
mod provider;

pub use cached::CachedKeys;
pub use error::KeySourceError;
pub use provider::{KeyProvider, PendingKey};

use crate::{EncryptionKey, KeyId};

#[cfg(test)]
mod tests;

/// Where keys come from that a process does not hold yet. One method, an `async fn`.
///
/// A source is asked through [`CachedKeys`], which asks it once for each key and time to live.
///
/// # Examples
///
/// ```
/// use dyno_crypto::{AsyncKeySource, CachedKeys, EncryptionKey, KeyId, KeySourceError, MasterKey};
///
/// struct Vault;
/// # impl Vault {
/// #     async fn secret(&self, _: &str) -> Result<[u8; 32], std::io::Error> { Ok([7; 32]) }
/// # }
///
/// impl AsyncKeySource for Vault {
///     async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
///         let secret = self.secret(&id.to_string()).await;
///         let secret = secret.map_err(|error| KeySourceError::failed(id, error))?;
///         EncryptionKey::new(id, MasterKey::from_bytes(secret))
///             .map_err(|error| KeySourceError::failed(id, error))
///     }
/// }
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let keys = CachedKeys::new(Vault);
/// let key = keys.get(&KeyId::new("2026-11")?).await?;
/// # Ok(())
/// # }
/// ```
pub trait AsyncKeySource: Send + Sync + 'static {
    /// The key with this id. It is called outside of every lock, possibly for several ids at a time.
    ///
    /// # Errors
    ///
    /// * [`KeySourceError::Unknown`]: the source has no such key, and knows that
    /// * [`KeySourceError::Retired`]: the key is known and must not be used any more
    /// * [`KeySourceError::Failed`]: whether there is one could not be learned
    fn load(
        &self,
        id: &KeyId,
    ) -> impl Future<Output = Result<EncryptionKey, KeySourceError>> + Send;
}
