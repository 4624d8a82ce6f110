//! What tells keys from other keys: by value, so that the text of a number and the order of a set do not matter.

use dyno_core::Item;
use dyno_value::encoding::encode_item;
use sha2::{Digest as _, Sha256};

/// 128 bits of SHA-256 over the canonical encoding of keys, in hexadecimal digits; None if they cannot be stored.
pub(crate) fn digest_of(keys: &Item) -> Option<String> {
    let hash = Sha256::digest(encode_item(keys).ok()?);
    let half = hash.iter().take(16);
    Some(half.map(|byte| format!("{byte:02x}")).collect())
}

/// Whether these are the same keys with the same values.
pub(crate) fn are_equal(some: &Item, others: &Item) -> bool {
    match (encode_item(some), encode_item(others)) {
        (Ok(some), Ok(others)) => some == others,
        _ => some == others,
    }
}
