//! Client-side encryption of DynamoDB attribute values.
//!
//! A value of any type is sealed into a binary value that stands in its place. Each sealed value stands alone, so
//! single fields can be updated, projected and copied; each is bound to its object and to its place in it, so it opens
//! nowhere else. The cipher is A256CBC-HS512 of RFC 7518: AES-256 in CBC mode, then HMAC-SHA-512.
//!
//! # Example: one value
//!
//! ```
//! use aws_sdk_dynamodb::types::AttributeValue;
//! use dyno_crypto::{Binding, EncryptionKey, FieldPath, open, seal};
//!
//! let key = EncryptionKey::generate("2026-11")?;
//! let user = Binding::new("users", &[("id", &AttributeValue::S("42".into()))])?;
//! let path: FieldPath = "birth.day".parse()?;
//!
//! let sealed = seal(&AttributeValue::S("1995-02-12".into()), &key, &user, &path)?;
//! let bytes = sealed.as_b().expect("a sealed value is binary").as_ref();
//! assert_eq!(open(bytes, &key, &user, &path)?, AttributeValue::S("1995-02-12".into()));
//!
//! let other = Binding::new("users", &[("id", &AttributeValue::S("43".into()))])?;
//! let error = open(bytes, &key, &other, &path).unwrap_err();
//! assert!(error.to_string().starts_with("the sealed value of field `birth.day` does not open"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`seal_item`] and [`open_item`] do the same for all values of an item that a policy chooses; [`Rules`] chooses
//! them by patterns. The bytes are described in `docs/format/envelope-v1.md`, completely enough to read them in any
//! language.
//!
//! # What is promised, and what is not
//!
//! Whoever reads the storage, its backups and its streams learns of a sealed value its length up to 16 bytes
//! ([or more](EncryptionKey::pad_to)), its place, its key id, and when it was rewritten; not its type, and not whether
//! two values are equal, unless they stand in a [blind index](BlindIndex). Whoever also writes the storage cannot make
//! a value open that was not sealed under the same key for the same context, primary key and path. Nobody, with keys or
//! without, can make one sealed value that opens under two keys. Every altered value fails with one and the same error,
//! and nothing is decrypted before the tag is checked.
//!
//! Not promised: that a value is the newest of its place (an older sealed value of the same field can be put back);
//! that a field was not deleted, unless its item is sealed as a whole ([`seal_attributes`]), or that an item was not;
//! anything against whoever controls the process or holds the key; that memory is free of the clear values handed to
//! the caller. Keys themselves are wiped when dropped, and neither keys nor values appear in errors or debug output.
//!
//! One key may seal 2^40 blocks of 16 bytes before it should be replaced ([`Keyring`]); an id stands for one key for
//! ever.

mod aead;
mod binding;
mod blind;
mod cipher;
mod envelope;
mod error;
mod item_seal;
mod key;
mod keyring;
mod pattern;
mod policy;
mod random;
mod rules;
mod source;
#[cfg(test)]
mod testdata;
mod tree;
mod wipe;

pub use binding::{Binding, BindingError};
pub use blind::{BlindIndex, IndexError, IndexKey, IndexKeys, Normalizer};
pub use cipher::{Sealer, holds_envelope, open, seal};
pub use dyno_value::{FieldPath, Item, Segment, ValueError, encoding};
pub use envelope::{Envelope, EnvelopeError, is_envelope};
pub use error::Error;
pub use item_seal::{ItemSeal, SEAL_ATTRIBUTE, seal_attributes, verify_attributes};
pub use key::{EncryptionKey, KeyError, KeyId, MasterKey};
pub use keyring::{KeyState, Keyring, KeyringError};
pub use pattern::PatternError;
pub use policy::{Accepted, ExceptionKind, ExceptionUses, LegacyCodec, ReadPolicy, UsedException};
pub use rules::Rules;
pub use source::{AsyncKeySource, CachedKeys, KeyProvider, KeySourceError, PendingKey};
pub use tree::{
    Decision, Demand, OpenPolicy, OpenReport, SealPolicy, SealReport, Unopened, open_item,
    seal_item,
};
