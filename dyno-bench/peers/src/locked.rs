//! Versions that this program is built with.

const LOCKFILE: &str = include_str!("../Cargo.lock");

/// The version of a package that is there once.
pub(crate) fn version(package: &str) -> &'static str {
    let entry = format!("name = \"{package}\"\nversion = \"");
    let found = LOCKFILE
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'));
    found.expect("the package is in the lockfile").0
}
