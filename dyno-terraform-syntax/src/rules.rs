//! What no table can be.

use crate::table::Table;

/// Why a table or index cannot have this name.
pub(crate) fn name_mistake(name: &str) -> Option<String> {
    let is_letter = |one: &char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.');
    if let Some(odd) = name.chars().find(|one| !is_letter(one)) {
        return Some(format!(
            "has letters, digits, `_`, `-` and `.`, and `{odd}` is none of them"
        ));
    }
    let length = name.len();
    (!(3..=255).contains(&length)).then(|| format!("has 3 to 255 letters, and this has {length}"))
}

/// How many global indexes DynamoDB makes for a table.
const GLOBAL: usize = 20;
/// How many local ones.
const LOCAL: usize = 5;

/// What is wrong with the indexes of a table taken together.
pub(crate) fn indexes_mistake(table: &Table) -> Option<String> {
    let (global, local) = (table.global.len(), table.local.len());
    if global > GLOBAL {
        return Some(format!(
            "has {global} global secondary indexes, and DynamoDB makes {GLOBAL}"
        ));
    }
    if local > LOCAL {
        return Some(format!(
            "has {local} local secondary indexes, and DynamoDB makes {LOCAL}"
        ));
    }
    None
}
