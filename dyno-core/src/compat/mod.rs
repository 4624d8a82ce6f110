//! Items as other mappers store them: conversions for `#[dyno(with = ..)]`.
//!
//! These are the forms of `cc_dynamodb3` (Python, on schematics and boto3), so that both can read and write the same tables. What is
//! not listed needs no conversions: strings, integers and `Uuid`s, lists, sets and maps are stored alike.
//!
//! | field of `cc_dynamodb3` | stored as | field here |
//! |---|---|---|
//! | `BooleanType` | N `1` or `0` | `bool` or `Option<bool>`, [`bool_as_number`] |
//! | `DateTimeType`, `DateType` | N, seconds since 1970, `0` for none | a time or an `Option` of one, [`epoch_seconds`] |
//! | any, where it is `None` | NULL | an `Option`, [`null_for_none`] |
//! | `StringType`, where `''` is none | S, or NULL | `String`, [`null_for_empty`] |
//! | `SetType` | SS or NS, or NULL | a set, [`null_for_empty`] |
//! | `MapType` | M, of whatever it holds, without empty strings | `BTreeMap<String, AttributeValue>`, [`raw_map`] |
//!
//! A key field with conversions is looked up by what is stored: `epoch_seconds::key(&at)?` as below. A `SystemTime` itself is a key, too, with its
//! decimals: where it has any, it finds nothing among whole seconds.
//!
//! # Examples
//!
//! ```
//! # extern crate dyno_core as dyno;
//! # #[cfg(feature = "embedded")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::{Duration, SystemTime};
//!
//! # use dyno_derive::DyObject;
//! use dyno::{DyObject, Store, compat};
//!
//! #[derive(DyObject)]
//! #[dyno(table = "Visits", key = "CLIENT", sort = "AT")]
//! struct Visit {
//!     #[dyno(key)]
//!     client: u64,
//!     #[dyno(sort, with = compat::epoch_seconds)]
//!     at: SystemTime,
//!     #[dyno(with = compat::bool_as_number)]
//!     is_paid: bool,
//!     #[dyno(with = compat::null_for_none)]
//!     note: Option<String>,
//! }
//!
//! let store = Store::embedded()?;
//! store.ensure_tables::<Visit>().await?;
//! let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_923_200);
//! store.save(Visit { client: 7, at, is_paid: false, note: None }).await?;
//!
//! let since = compat::epoch_seconds::key(&at)?;
//! let open = store.query::<Visit>().key(7).sort().ge(since).filter(Visit::fields().is_paid().eq(false));
//! assert_eq!(open.await?[0].at, at);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "embedded"))]
//! # fn main() {}
//! ```

pub mod bool_as_number;
pub mod epoch_seconds;
pub mod epoch_seconds_or_null;
pub mod null_for_empty;
pub mod null_for_none;
pub mod raw_map;

#[cfg(test)]
mod tests;
