use std::collections::HashMap;
use std::fmt;

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use dyno_crypto::{AsyncKeySource, EncryptionKey, KeyId, KeySourceError, MasterKey};
use zeroize::{Zeroize, Zeroizing};

use crate::wrapped::text_of;
use crate::{KmsError, WrappedKey, WrappedKeyStore};

/// Unwraps keys with KMS: one `kms:Decrypt` for each key that is asked for.
///
/// Put it into [`CachedKeys`](dyno_crypto::CachedKeys), so that each key is asked for once. The client decides about
/// region, credentials, retries and time limits.
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
        let made = self
            .client
            .encrypt()
            .key_id(kms_key)
            .plaintext(Blob::new(master.as_slice()))
            .set_encryption_context(Some(self.encryption_context(id)?))
            .send()
            .await
            .map_err(|error| KmsError::of_sdk(&error))?;
        wrapped(id, made.key_id, made.ciphertext_blob)
    }

    async fn unwrap(&self, wrapped: &WrappedKey) -> Result<EncryptionKey, KmsError> {
        let opened = self
            .client
            .decrypt()
            .key_id(wrapped.kms_key())
            .ciphertext_blob(Blob::new(wrapped.blob()))
            .set_encryption_context(Some(self.encryption_context(wrapped.id())?))
            .send()
            .await
            .map_err(|error| KmsError::of_sdk(&error))?;
        let plaintext = opened.plaintext.ok_or(KmsError::Answer {
            why: "it has no key",
        })?;
        let mut plaintext = plaintext.into_inner();
        let bytes = <[u8; 32]>::try_from(plaintext.as_slice()).map(Zeroizing::new);
        plaintext.zeroize();
        let bytes = bytes.map_err(|_| KmsError::Answer {
            why: "a master key has 32 bytes, and this one has not",
        })?;
        EncryptionKey::new(wrapped.id(), MasterKey::from_bytes(*bytes)).map_err(|_| {
            KmsError::Answer {
                why: "no key can be made of it",
            }
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

impl<W: WrappedKeyStore> AsyncKeySource for KmsKeys<W> {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
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
}

impl<W> fmt::Debug for KmsKeys<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsKeys")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}
