//! Keys that objects' fields make, by the key templates of their type.

use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::shape::Stored;

/// The key that the object's fields make, if its type has key templates.
///
/// # Errors
///
/// A field has no text, or the key would be too long.
pub(super) fn key_of_fields<T: Stored>(object: &T) -> Result<Option<Key>> {
    let Some(templates) = T::SHAPE.key_templates() else {
        return Ok(None);
    };
    let made = templates.key_of(&object.key_parts());
    made.map(Some)
        .map_err(|why| Error::new(ErrorKind::InvalidKey, why))
}

/// Refuses an object that was loaded and whose fields make another key than the one that it stands under.
///
/// # Errors
///
/// [`ErrorKind::Corrupt`] with both keys.
pub(super) fn check_key_made<T: Stored>(object: &T, key: &Key) -> Result<()> {
    let Some(templates) = T::SHAPE.key_templates() else {
        return Ok(());
    };
    let made = match templates.key_of(&object.key_parts()) {
        Ok(made) if made == *key => return Ok(()),
        Ok(made) => format!("make the key `{made}`"),
        Err(why) => format!("make no key: {why}"),
    };
    let why = format!(
        "the object stands under the key `{key}`, and its fields, by the key templates {}, {made}; something other than dyno wrote \
         the fields or the key",
        templates.text()
    );
    Err(Error::new(ErrorKind::Corrupt, why))
}
