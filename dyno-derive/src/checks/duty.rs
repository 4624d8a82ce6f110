//! Fields that the mapper writes: they need a table, and each stands once.

use crate::attributes::{FieldAttributes, Slot};
use crate::diagnostics::Diagnostics;
use crate::model::{Field, Object};

const WORDS: &[fn(&FieldAttributes) -> &Slot<()>] = &[|given| &given.version];

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for slot in WORDS {
        for group in object.body.groups() {
            once(group, *slot, diagnostics);
        }
        if object.table.is_none() {
            for word in object
                .body
                .fields()
                .filter_map(|field| slot(&field.given).word())
            {
                let what = format!("`{word}` in a type without a table");
                let fix = format!(
                    "the mapper writes it in objects that are saved by themselves: name the table, `#[dyno(table = \"..\")]` on \
                     the type, or remove `{word}`"
                );
                diagnostics.report_absent(word.span(), what, fix);
            }
        }
    }
}

fn once(group: &[Field], slot: fn(&FieldAttributes) -> &Slot<()>, diagnostics: &Diagnostics) {
    let words = group.iter().filter_map(|field| slot(&field.given).word());
    for word in words.skip(1) {
        let what = format!("a second field with `{word}`");
        diagnostics.report(word.span(), what, "an object has one: keep one of the two");
    }
}
