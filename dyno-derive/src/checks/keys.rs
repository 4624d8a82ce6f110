//! Key fields: they need a table, stand once, and agree with the names on the type.

use syn::Ident;

use crate::attributes::{FieldAttributes, Slot};
use crate::diagnostics::Diagnostics;
use crate::model::{Field, Name, Object};

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for group in object.body.groups() {
        once(group, |given| &given.key, diagnostics);
        once(group, |given| &given.sort, diagnostics);
    }
    let Some(table) = &object.table else {
        for field in object.body.fields() {
            for word in [field.given.key.word(), field.given.sort.word()]
                .into_iter()
                .flatten()
            {
                let what = format!("`{word}` in a type without a table");
                let fix = format!(
                    "name the table, `#[dyno(table = \"..\")]` on the type, or remove `{word}`"
                );
                diagnostics.report_absent(word.span(), what, fix);
            }
        }
        return;
    };
    for field in object.body.fields() {
        same_name(field, field.given.key.word(), &table.key, diagnostics);
        if let Some(sort) = &table.sort {
            same_name(field, field.given.sort.word(), sort, diagnostics);
        }
    }
    if let Some(sort) = &table.sort
        && sort.text == table.key.text
        && !sort.text.is_empty()
    {
        let what = format!("`{}` is both partition and sort key", sort.text);
        diagnostics.report(sort.place, what, "name two attributes");
    }
}

fn once(group: &[Field], slot: fn(&FieldAttributes) -> &Slot<()>, diagnostics: &Diagnostics) {
    for word in group
        .iter()
        .filter_map(|field| slot(&field.given).word())
        .skip(1)
    {
        let what = format!("a second field with `{word}`");
        let fix = format!("a table has one {}: keep one of the two", key_name(word));
        diagnostics.report(word.span(), what, fix);
    }
}

fn key_name(word: &Ident) -> &'static str {
    if word == "sort" {
        "sort key"
    } else {
        "partition key"
    }
}

/// A key field is stored under the key's name, so it cannot be renamed to another.
fn same_name(field: &Field, role: Option<&Ident>, name: &Name, diagnostics: &Diagnostics) {
    if let (Some(role), Some(rename)) = (role, field.given.rename.given())
        && rename.value != name.text
    {
        let what = format!(
            "the {} is stored as `{}`, not `{}`",
            key_name(role),
            name.text,
            rename.value
        );
        diagnostics.report(
            rename.place,
            what,
            format!("remove `rename`, or change `{role}` on the type"),
        );
    }
}
