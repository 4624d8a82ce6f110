//! The encrypted values of dynamo-store 0.6, read strictly and written so that 0.6 reads them.
//!
//! ```text
//! key     SHA-256 of the secret text
//! text    the string itself; of any other value what Python's `str()` makes of it
//! padded  UTF-8 of the text, and 1 to 32 bytes more, each the count of these bytes
//! stored  base64 of: IV (16 bytes), AES-256-CBC of the padded text; as a binary attribute
//! ```
//!
//! # Example
//!
//! ```
//! use aws_sdk_dynamodb::types::AttributeValue;
//! use dyno_legacy::{DynamoStore06, LegacySecret};
//!
//! let codec = DynamoStore06::new(LegacySecret::new("123kgk132l"));
//! let stored = AttributeValue::S("NnEGZNYbkpXlQl/wDWX7+h/7ckaYDT7Ebt1e9AwnnSzQyKc4d0MY6JahYWrdWokq".into());
//! assert_eq!(codec.open(&stored)?, AttributeValue::S("abc".into()));
//!
//! let name = AttributeValue::S("Åsa".into());
//! assert_eq!(codec.open(&codec.seal(&name)?)?, name);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What these values do not promise
//!
//! They have no tag: whoever writes the table can replace and alter them, and a wrong secret is noticed by the padding
//! only. Whoever can see which altered values are refused can read them (a padding oracle); all refusals are one and
//! the same error, but that does not close it. Nothing says which value, object or field one belongs to. Their
//! secrecy is that of the secret text. So read them while a table is migrated, at the paths that are, and seal them
//! again with `dyno-crypto`.
//!
//! Types are gone: everything was written as text, and comes back as text unless [`DynamoStore06::with_type`] says
//! what it was. Sets and lists inside lists were never encrypted by 0.6.

mod cipher;
mod codec;
mod error;
mod secret;
mod text;
#[cfg(test)]
mod vectors;

pub use codec::DynamoStore06;
pub use error::{LegacyError, LegacySealError};
pub use secret::LegacySecret;
pub use text::LegacyType;
