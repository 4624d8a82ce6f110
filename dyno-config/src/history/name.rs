//! Names of versions: of store `prod` and option `db`, version 7 is option `db#00000000000000000007` of store `prod#history`.

use crate::name::HISTORY;

/// The store that holds the versions of a store.
pub(super) fn store_of(store: &str) -> String {
    format!("{store}{HISTORY}")
}

/// What a version of an option is called; they sort as their numbers.
pub(super) fn sort_of(option: &str, version: u64) -> String {
    format!("{option}#{version:020}")
}

/// Between these are all versions of an option, and perhaps those of an option whose name is that of a version.
pub(super) fn range_of(option: &str) -> (String, String) {
    (sort_of(option, 0), sort_of(option, u64::MAX))
}

/// The number of a version of this option.
pub(super) fn number_of(option: &str, sort: &str) -> Option<u64> {
    let digits = sort.strip_prefix(option)?.strip_prefix('#')?;
    let is_whole = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| digits.parse().ok())?
}
