use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dyno_crypto::KeyId;
use serde::{Deserialize, Serialize};

use crate::KmsError;

/// A master key, encrypted by KMS. It is no secret.
///
/// As JSON: `{"id": "2026-11", "kms_key": "arn:aws:kms:..", "blob": "<base64>"}`, and `"retired": true` if it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct WrappedKey {
    id: KeyId,
    text_id: String,
    kms_key: String,
    blob: Vec<u8>,
    retired: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    id: String,
    kms_key: String,
    blob: String,
    #[serde(default, skip_serializing_if = "is_false")]
    retired: bool,
}

impl WrappedKey {
    /// A key that was wrapped elsewhere.
    ///
    /// # Errors
    ///
    /// * [`KmsError::IdNotText`]: KMS takes text only
    pub fn new(
        id: &KeyId,
        kms_key: impl Into<String>,
        blob: impl Into<Vec<u8>>,
    ) -> Result<Self, KmsError> {
        Ok(Self {
            text_id: text_of(id)?,
            id: id.clone(),
            kms_key: kms_key.into(),
            blob: blob.into(),
            retired: false,
        })
    }

    /// The same key, retired or not: a retired one is not unwrapped, so it neither seals nor opens.
    #[must_use]
    pub fn with_retired(mut self, retired: bool) -> Self {
        self.retired = retired;
        self
    }

    /// The id that sealed values carry.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The ARN of the KMS key that wraps it.
    pub fn kms_key(&self) -> &str {
        &self.kms_key
    }

    /// What KMS made of it.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Whether it is retired.
    pub fn is_retired(&self) -> bool {
        self.retired
    }
}

/// An id as the encryption context has it.
pub(crate) fn text_of(id: &KeyId) -> Result<String, KmsError> {
    match std::str::from_utf8(id.as_bytes()) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(KmsError::IdNotText { id: id.clone() }),
    }
}

impl From<WrappedKey> for Stored {
    fn from(key: WrappedKey) -> Self {
        Self {
            id: key.text_id,
            kms_key: key.kms_key,
            blob: STANDARD.encode(key.blob),
            retired: key.retired,
        }
    }
}

impl TryFrom<Stored> for WrappedKey {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let id = KeyId::new(&stored.id).map_err(|error| error.to_string())?;
        let blob = STANDARD
            .decode(&stored.blob)
            .map_err(|_| format!("the blob of key `{id}` is not base64"))?;
        Ok(Self {
            id,
            text_id: stored.id,
            kms_key: stored.kms_key,
            blob,
            retired: stored.retired,
        })
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedKey")
            .field("id", &self.id)
            .field("kms_key", &self.kms_key)
            .field("retired", &self.retired)
            .finish_non_exhaustive()
    }
}
