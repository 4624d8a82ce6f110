//! Encryption keys from AWS KMS.
//!
//! A master key is stored wrapped: encrypted by a KMS key that never leaves the service. A program keeps the wrapped
//! keys in a file, a parameter or a table, where they are no secret, and asks KMS to unwrap each of them once
//! (`kms:Decrypt`); from then on it seals and opens without KMS, until the time to live of its
//! [`CachedKeys`](dyno_crypto::CachedKeys) is over.
//!
//! ```text
//! wrapped key          id, ARN of the KMS key, blob, whether it is retired
//! encryption context   dyno:context   a name that the program chose, the same wherever the key is used
//!                      dyno:key-id    the id
//! ```
//!
//! KMS unwraps a blob only under the encryption context that it was wrapped under, so a wrapped key that is stored
//! under another id, or taken to another program, is refused. It also stands in the log of `CloudTrail`.
//!
//! # Example
//!
//! ```
//! use dyno_crypto::{CachedKeys, KeyId, Rules};
//! use dyno_crypto_kms::{KmsKeys, WrappedKeys};
//!
//! # async fn example(client: aws_sdk_kms::Client, arn: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let id = KeyId::new("2026-11")?;
//!
//! // Once, by whoever looks after the keys. The key itself is seen by nobody.
//! let mut keys = WrappedKeys::new();
//! keys.insert(KmsKeys::new(client.clone(), "accounts", keys.clone()).generate(&id, arn).await?)?;
//! std::fs::write("keys.json", serde_json::to_string(&keys)?)?;
//!
//! // In every program.
//! let keys: WrappedKeys = serde_json::from_str(&std::fs::read_to_string("keys.json")?)?;
//! let rules = Rules::new()
//!     .with_source(CachedKeys::new(KmsKeys::new(client, "accounts", keys)))
//!     .encrypt_with_key_of_source(["name"], id)?;
//! # Ok(())
//! # }
//! ```
//!
//! Keys of fields are asked for when they are needed; those of indexes and item seals when a program starts
//! ([`KmsKeys::index_key`] has an example).
//!
//! The permissions: `kms:Decrypt` for programs, `kms:GenerateDataKeyWithoutPlaintext` (or `kms:Encrypt`) for whoever
//! makes keys, `kms:ReEncryptFrom` and `kms:ReEncryptTo` for whoever moves them to another KMS key, all best with a condition on `kms:EncryptionContext:dyno:context`. Nothing but wrapped keys has to be made
//! anew when KMS rotates its own key: it unwraps old blobs for as long as its key exists. Whoever deletes the KMS key deletes
//! what was sealed.
//!
//! The bytes of a master key are wiped here as soon as the key is made of them; copies inside the SDK and its HTTP client are
//! not. They are in no error and no trace; [`KmsKeys`] says what that means for a program that traces.

mod error;
mod keys;
mod store;
mod wrapped;

pub use error::KmsError;
pub use keys::KmsKeys;
pub use store::{WrappedKeyStore, WrappedKeys};
pub use wrapped::WrappedKey;
