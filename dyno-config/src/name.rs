//! Which names are refused.

use crate::error::{Error, Result};
use crate::mark::{RESERVED, is_reserved};

/// What follows the name of a store in that of its versions.
pub(crate) const HISTORY: &str = "#history";
/// Digits of the number in the name of a version, and the `#` before them.
pub(crate) const VERSION_BYTES: usize = 21;

const STORE_BYTES: usize = 2048;
const OPTION_BYTES: usize = 1024;
const ATTRIBUTE_BYTES: usize = 255;

/// The name of a store.
pub(crate) fn check_store(name: &str) -> Result<()> {
    check(
        "store",
        name,
        STORE_BYTES - HISTORY.len(),
        "a partition key",
    )?;
    if name.ends_with(HISTORY) {
        let why = format!("names that end with `{HISTORY}` are those of versions");
        return Err(refused("store", name, why));
    }
    Ok(())
}

/// The name of an option; with a history, its versions must have names, too.
pub(crate) fn check_option(name: &str, has_history: bool) -> Result<()> {
    if has_history {
        let place = "a sort key with the number of a version";
        return check("option", name, OPTION_BYTES - VERSION_BYTES, place);
    }
    check("option", name, OPTION_BYTES, "a sort key")
}

/// The names of the key attributes.
pub(crate) fn check_keys(store_key: &str, option_key: &str) -> Result<()> {
    for (what, name) in [("store key", store_key), ("option key", option_key)] {
        check(what, name, ATTRIBUTE_BYTES, "a key attribute")?;
        if is_reserved(name) {
            let why = format!("attributes that begin with `{RESERVED}` are those of dyno");
            return Err(refused(what, name, why));
        }
    }
    if store_key == option_key {
        let why = "the store key has the same name; a table has two key attributes".to_owned();
        return Err(refused("option key", option_key, why));
    }
    Ok(())
}

fn check(what: &'static str, name: &str, longest: usize, place: &str) -> Result<()> {
    if name.is_empty() {
        return Err(refused(what, name, "it is empty".to_owned()));
    }
    if name.len() > longest {
        let why = format!("it has {} bytes, and {place} holds {longest}", name.len());
        return Err(refused(what, name, why));
    }
    Ok(())
}

fn refused(what: &'static str, name: &str, why: String) -> Error {
    let name = name.chars().take(100).collect();
    Error::InvalidName { what, name, why }
}
