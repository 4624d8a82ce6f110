//! Unique fields: they need a table, and the table of their guards has a key.

use crate::attributes::UniqueAttributes;
use crate::diagnostics::Diagnostics;
use crate::model::Object;

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for field in object.body.fields() {
        let unique = &field.given.unique;
        if let (Some(word), None) = (unique.word(), &object.table) {
            let fix = "it is for objects that are saved by themselves: name the table, `#[dyno(table = \"..\")]` on the type, or \
                       remove `unique`";
            diagnostics.report_absent(word.span(), "`unique` in a type without a table", fix);
        }
        if let Some(words) = unique.value() {
            both_or_none(words, diagnostics);
        }
    }
}

fn both_or_none(UniqueAttributes { key, table }: &UniqueAttributes, diagnostics: &Diagnostics) {
    let fix =
        "write `unique(table = \"..\", key = \"..\")`, or `unique` alone for the table of the type";
    for (given, missing) in [(key, table), (table, key)] {
        if let (Some(given), None) = (given.word(), missing.word()) {
            let missing = if given == "key" { "table" } else { "key" };
            let what = format!("`{given}` without `{missing}`");
            diagnostics.report_absent(given.span(), what, fix);
        }
        if let Some(given) = given.given().filter(|given| given.value.is_empty()) {
            let what = format!("an empty `{}`", given.word);
            diagnostics.report(given.place, what, fix);
        }
    }
}
