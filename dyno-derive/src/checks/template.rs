//! Key templates: of fields that are always there, in clear, and that no one else gives the key.

use crate::diagnostics::Diagnostics;
use crate::model::{Body, Field, Object, Privacy, Role, Table, Template};

/// As many fields as a tuple of their values has in `dyno_core`.
const MOST_FIELDS: usize = 8;

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    let Some(table) = &object.table else { return };
    if table.templates().next().is_none() {
        return;
    }
    both(table, object, diagnostics);
    key_fields(table, object, diagnostics);
    for template in table.templates() {
        fields(template, object, diagnostics);
    }
    let all = table.template_fields();
    if let (Some(template), true) = (table.templates().next(), all.len() > MOST_FIELDS) {
        let what = format!("key templates with {} fields", all.len());
        let fix = format!("use at most {MOST_FIELDS}");
        diagnostics.report(template.text.place, what, fix);
    }
}

fn both(table: &Table, object: &Object, diagnostics: &Diagnostics) {
    match (&table.key_template, &table.sort_template, &table.sort) {
        (Some(_), None, Some(sort)) => {
            let what = format!(
                "the sort key `{}` is none of a template, and the partition key is",
                sort.text
            );
            let fix = "write `sort = \"..{field}\"`, or `sort(template = \"..\")` for a text without fields";
            let given = object.given.sort.given();
            diagnostics.report(given.map_or(sort.place, |given| given.place), what, fix);
        }
        (None, Some(template), _) => {
            let what = format!(
                "the partition key `{}` is none of a template, and the sort key is",
                table.key.text
            );
            let fix = "write `key = \"..{field}\"`, or `key(template = \"..\")` for a text without fields";
            diagnostics.report(template.text.place, what, fix);
        }
        _ => {}
    }
}

fn key_fields(table: &Table, object: &Object, diagnostics: &Diagnostics) {
    for field in object.body.fields() {
        let words = [
            (field.given.key.word(), &table.key_template),
            (field.given.sort.word(), &table.sort_template),
        ];
        for (word, template) in words {
            if let (Some(word), Some(template)) = (word, template) {
                let what = format!(
                    "`{word}` on a field, beside the template `{}`",
                    template.text.text
                );
                let fix = format!(
                    "remove `{word}` here: the key is made of the fields that the template names"
                );
                diagnostics.report(word.span(), what, fix);
            }
        }
    }
}

fn fields(template: &Template, object: &Object, diagnostics: &Diagnostics) {
    let place = template.text.place;
    let text = &template.text.text;
    let mut known = Vec::new();
    for name in template.fields() {
        if known.contains(&name) {
            let what = format!("field `{name}` stands twice in the key template `{text}`");
            diagnostics.report(
                place,
                what,
                "it says nothing more the second time: remove it",
            );
            continue;
        }
        known.push(name);
        for (position, group) in object.body.groups().into_iter().enumerate() {
            if let Some(field) = group.iter().find(|field| field.is_called(name)) {
                field_fits(field, name, text, diagnostics);
                continue;
            }
            let owner = match &object.body {
                Body::Enum(variants) => {
                    variants.get(position).map_or_else(String::new, |variant| {
                        format!("variant `{}`", variant.ident)
                    })
                }
                Body::Struct(_) => format!("`{}`", object.rust_name),
            };
            let what = format!(
                "{owner} has no field `{name}`, of which the key template `{text}` is made"
            );
            let fix =
                "name a field as it is called in Rust; `{{` is a brace that stands for itself";
            diagnostics.report_absent(place, what, fix);
        }
    }
}

fn field_fits(field: &Field, name: &str, text: &str, diagnostics: &Diagnostics) {
    let why = match field.role {
        Role::Flatten => "is flattened, and has no value of its own",
        Role::Shard => "is a shard, an item of its own",
        Role::Skip => "is not stored, so that nobody could tell the key from the item",
        Role::Inline | Role::With(_) if field.privacy == Privacy::Encrypted => {
            "is encrypted, and the key would show it"
        }
        Role::Inline | Role::PartitionKey | Role::SortKey | Role::With(_) => return,
    };
    let what = format!("field `{name}` of the key template `{text}` {why}");
    let fix = "make keys of fields that are stored in clear";
    let place = field
        .ident
        .as_ref()
        .map_or(field.name.place, syn::Ident::span);
    diagnostics.report(place, what, fix);
}
