use std::collections::HashMap;
use std::fmt;

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use dyno_crypto::{AsyncKeySource, EncryptionKey, IndexKey, KeyId, KeySourceError, MasterKey};
use tracing::Dispatch;
use tracing::instrument::{WithDispatch, WithSubscriber};
use zeroize::Zeroizing;

use crate::wrapped::text_of;
use crate::{KmsError, WrappedKey, WrappedKeyStore};

/// Unwraps keys with KMS: one `kms:Decrypt` for each key that is asked for.
///
/// Put it into [`CachedKeys`](dyno_crypto::CachedKeys), so that each key of fields is asked for once. Keys of indexes and of
/// item seals are not asked for while an operation runs: a program gets them here when it starts
/// ([`index_key`](Self::index_key), [`encryption_key`](Self::encryption_key)) and gives them to its rules. The client
/// decides about region, credentials, retries and time limits.
///
/// The SDK logs requests and answers at the level `TRACE`, with their bodies, so nothing is traced of those that hold a
/// master key: whatever subscriber is set does not see them. A program in which `tracing` writes to the crate `log` by its feature
/// `log-always` must turn off the targets `aws_smithy_runtime` there; by its feature `log`, which needs that no
/// subscriber was ever set, it writes nothing any more after the first such request.
pub struct KmsKeys<W> {
    client: Client,
    context: String,
    wrapped: W,
}

impl<W: WrappedKeyStore> KmsKeys<W> {
    /// The keys of this store. The context is a name for what the keys are used for; keys that were wrapped under
    /// another one are refused by KMS.
    pub fn new(client: Client, context: impl Into<String>, wrapped: W) -> Self {
        Self {
            client,
            context: context.into(),
            wrapped,
        }
    }

    /// The store of wrapped keys.
    pub fn store(&self) -> &W {
        &self.wrapped
    }

    /// Makes a new master key, wrapped by the KMS key with this id or ARN. Nobody sees it before it is first used. It
    /// is the caller's to keep it, for as long as anything is sealed with it.
    ///
    /// Sends one `kms:GenerateDataKeyWithoutPlaintext`.
    ///
    /// # Errors
    ///
    /// [`KmsError::IdNotText`], [`KmsError::Refused`], [`KmsError::Unreachable`], [`KmsError::Answer`].
    pub async fn generate(&self, id: &KeyId, kms_key: &str) -> Result<WrappedKey, KmsError> {
        let made = self
            .client
            .generate_data_key_without_plaintext()
            .key_id(kms_key)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(self.encryption_context(id)?))
            .send()
            .await
            .map_err(|error| KmsError::of_sdk(&error))?;
        wrapped(id, made.key_id, made.ciphertext_blob)
    }

    /// Wraps a master key that a program had before it had KMS. Whoever has its bytes elsewhere still has the key.
    ///
    /// Sends one `kms:Encrypt`.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate).
    pub async fn wrap(
        &self,
        id: &KeyId,
        kms_key: &str,
        master: &Zeroizing<[u8; 32]>,
    ) -> Result<WrappedKey, KmsError> {
        let request = self
            .client
            .encrypt()
            .key_id(kms_key)
            .plaintext(Blob::new(master.as_slice()))
            .set_encryption_context(Some(self.encryption_context(id)?))
            .send();
        let made = untraced(request).await;
        let made = made.map_err(|error| KmsError::of_sdk(&error))?;
        wrapped(id, made.key_id, made.ciphertext_blob)
    }

    /// Wraps the same master key by another KMS key, the one with this id or ARN, or by the same one anew. KMS does it: nobody
    /// sees the master key. A retired one stays retired.
    ///
    /// [`WrappedKeys::replace`](crate::WrappedKeys::replace) takes the result. What was wrapped before can be unwrapped
    /// until its KMS key is deleted.
    ///
    /// Sends one `kms:ReEncrypt`.
    ///
    /// # Errors
    ///
    /// Those of [`generate`](Self::generate).
    pub async fn rewrap(&self, key: &WrappedKey, kms_key: &str) -> Result<WrappedKey, KmsError> {
        let context = self.encryption_context(key.id())?;
        let made = self
            .client
            .re_encrypt()
            .ciphertext_blob(Blob::new(key.blob()))
            .source_key_id(key.kms_key())
            .set_source_encryption_context(Some(context.clone()))
            .destination_key_id(kms_key)
            .set_destination_encryption_context(Some(context))
            .send()
            .await
            .map_err(|error| KmsError::of_sdk(&error))?;
        let made = wrapped(key.id(), made.key_id, made.ciphertext_blob)?;
        Ok(made.with_retired(key.is_retired()))
    }

    /// The key with this id, to seal items with. Keys of fields are better left to
    /// [`CachedKeys`](dyno_crypto::CachedKeys).
    ///
    /// Sends one `kms:Decrypt`.
    ///
    /// # Errors
    ///
    /// * [`KeySourceError::Unknown`]: there is no such wrapped key
    /// * [`KeySourceError::Retired`]: it is retired
    /// * [`KeySourceError::OtherId`]: the store gave the key of another id
    /// * [`KeySourceError::Failed`]: the [`KmsError`] is its source
    pub async fn encryption_key(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        let master = self.master(id).await?;
        EncryptionKey::new(id, master).map_err(|error| KeySourceError::failed(id, error))
    }

    /// The key with this id, to compute index values with.
    ///
    /// Sends one `kms:Decrypt`.
    ///
    /// # Errors
    ///
    /// Those of [`encryption_key`](Self::encryption_key).
    ///
    /// # Examples
    ///
    /// What a program does when it starts:
    ///
    /// ```
    /// use dyno_crypto::{CachedKeys, IndexKeys, KeyId, Rules};
    /// use dyno_crypto_kms::{KmsKeys, WrappedKeys};
    ///
    /// # async fn example(client: aws_sdk_kms::Client, wrapped: WrappedKeys) -> Result<Rules, Box<dyn std::error::Error>> {
    /// let keys = KmsKeys::new(client, "accounts", wrapped);
    /// let index_key = keys.index_key(&KeyId::new("search-1")?).await?;
    /// let seal_key = keys.encryption_key(&KeyId::new("seal-1")?).await?;
    /// let rules = Rules::new()
    ///     .index_with(IndexKeys::new(index_key))
    ///     .seal_items(seal_key)?
    ///     .with_source(CachedKeys::new(keys))
    ///     .encrypt_with_key_of_source(["name", "email"], KeyId::new("2026-11")?)?;
    /// # Ok(rules)
    /// # }
    /// ```
    pub async fn index_key(&self, id: &KeyId) -> Result<IndexKey, KeySourceError> {
        let master = self.master(id).await?;
        IndexKey::new(id, master).map_err(|error| KeySourceError::failed(id, error))
    }

    async fn master(&self, id: &KeyId) -> Result<MasterKey, KeySourceError> {
        let failed = |error| KeySourceError::failed(id, error);
        let found = self.wrapped.find(id).await;
        let found = found.map_err(|error| failed(KmsError::Store(error)))?;
        let wrapped = found.ok_or_else(|| KeySourceError::unknown(id))?;
        if wrapped.id() != id {
            return Err(KeySourceError::OtherId {
                id: id.clone(),
                given: Box::new(wrapped.id().clone()),
            });
        }
        if wrapped.is_retired() {
            return Err(KeySourceError::retired(id));
        }
        self.unwrap(&wrapped).await.map_err(failed)
    }

    async fn unwrap(&self, wrapped: &WrappedKey) -> Result<MasterKey, KmsError> {
        let request = self
            .client
            .decrypt()
            .key_id(wrapped.kms_key())
            .ciphertext_blob(Blob::new(wrapped.blob()))
            .set_encryption_context(Some(self.encryption_context(wrapped.id())?))
            .send();
        let opened = untraced(request).await;
        let opened = opened.map_err(|error| KmsError::of_sdk(&error))?;
        let plaintext = opened.plaintext.ok_or(KmsError::Answer {
            why: "it has no key",
        })?;
        let plaintext = Zeroizing::new(plaintext.into_inner());
        MasterKey::from_slice(&plaintext).map_err(|_| KmsError::Answer {
            why: "a master key has 32 bytes, and this one has not",
        })
    }

    fn encryption_context(&self, id: &KeyId) -> Result<HashMap<String, String>, KmsError> {
        Ok(HashMap::from([
            ("dyno:context".to_owned(), self.context.clone()),
            ("dyno:key-id".to_owned(), text_of(id)?),
        ]))
    }
}

fn wrapped(
    id: &KeyId,
    kms_key: Option<String>,
    blob: Option<Blob>,
) -> Result<WrappedKey, KmsError> {
    match (kms_key, blob) {
        (Some(kms_key), Some(blob)) => WrappedKey::new(id, kms_key, blob.into_inner()),
        _ => Err(KmsError::Answer {
            why: "it has no wrapped key",
        }),
    }
}

/// Keeps a request that holds a master key, or is answered with one, from every subscriber.
fn untraced<F: Future>(request: F) -> WithDispatch<F> {
    request.with_subscriber(Dispatch::none())
}

impl<W: WrappedKeyStore> AsyncKeySource for KmsKeys<W> {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        self.encryption_key(id).await
    }
}

impl<W> fmt::Debug for KmsKeys<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsKeys")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}
