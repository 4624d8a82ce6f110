//! Key templates: of fields in clear, and that no one else gives the key. Those of a table are of fields that are always there.

use crate::diagnostics::Diagnostics;
use crate::model::{Body, Duty, Field, Object, Privacy, Role, SecondaryIndex, Table, Template};

/// As many fields as a tuple of their values has in `dyno_core`.
const MOST_FIELDS: usize = 8;

/// Of what a template makes the key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Index,
    Table,
}

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for template in object.secondary.iter().flat_map(SecondaryIndex::templates) {
        fields(template, Of::Index, object, diagnostics);
        too_many(
            template,
            &template.fields().collect::<Vec<_>>(),
            diagnostics,
        );
    }
    let Some(table) = &object.table else { return };
    if table.templates().next().is_none() {
        return;
    }
    both(table, object, diagnostics);
    key_fields(table, object, diagnostics);
    for template in table.templates() {
        fields(template, Of::Table, object, diagnostics);
    }
    if let Some(template) = table.templates().next() {
        too_many(template, &table.template_fields(), diagnostics);
    }
}

fn too_many(template: &Template, fields: &[&str], diagnostics: &Diagnostics) {
    if fields.len() > MOST_FIELDS {
        let what = format!("key templates with {} fields", fields.len());
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

fn fields(template: &Template, of: Of, object: &Object, diagnostics: &Diagnostics) {
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
        same_in_all_variants(name, text, object, diagnostics);
        let is_somewhere = object.body.fields().any(|field| field.is_called(name));
        for (position, group) in object.body.groups().into_iter().enumerate() {
            if let Some(field) = group.iter().find(|field| field.is_called(name)) {
                field_fits(field, name, (text, of), diagnostics);
                continue;
            }
            // A variant without the field is not in the index.
            if of == Of::Index && is_somewhere {
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

/// One type and one attribute make one order of keys, and one `key_of`.
fn same_in_all_variants(name: &str, text: &str, object: &Object, diagnostics: &Diagnostics) {
    let fields = object.body.groups().into_iter();
    let mut fields = fields.filter_map(|group| group.iter().find(|field| field.is_called(name)));
    let Some(first) = fields.next() else { return };
    for field in fields {
        let place = place_of(field);
        let type_of = |field: &Field| field.type_tokens.to_string();
        if type_of(field) != type_of(first) {
            let what = format!(
                "field `{name}` of the key template `{text}` has the type `{}` in another variant",
                type_of(first)
            );
            diagnostics.report(place, what, "give it one type in all variants");
        } else if field.name.text != first.name.text {
            let what = format!(
                "field `{name}` of the key template `{text}` is stored as `{}` in another variant",
                first.name.text
            );
            let fix = "store it under one name in all variants";
            diagnostics.report(place, what, fix);
        }
    }
    another_field_under_the_name(first, (name, text), object, diagnostics);
}

/// What a variant stores under the name of a field that it does not have would look like that field, and no key is made of it.
fn another_field_under_the_name(
    first: &Field,
    (name, text): (&str, &str),
    object: &Object,
    diagnostics: &Diagnostics,
) {
    if !first.has_attribute() {
        return;
    }
    let stored = &first.name.text;
    let groups = object.body.groups().into_iter();
    let without = groups.filter(|group| !group.iter().any(|field| field.is_called(name)));
    let is_other = |field: &&Field| field.has_attribute() && field.name.text == *stored;
    for other in without.flatten().filter(is_other) {
        if let Some(ident) = &other.ident {
            let what = format!(
                "`{ident}` is stored as `{stored}`, of which the key template `{text}` is made in another variant"
            );
            let fix = "rename one of the two, `#[dyno(rename = \"..\")]`";
            diagnostics.report(place_of(other), what, fix);
        }
    }
}

fn place_of(field: &Field) -> proc_macro2::Span {
    field
        .ident
        .as_ref()
        .map_or(field.name.place, syn::Ident::span)
}

fn field_fits(field: &Field, name: &str, (text, of): (&str, Of), diagnostics: &Diagnostics) {
    let (why, fix) = match (&field.role, field.duty) {
        (Role::Flatten, _) => ("is flattened, and has no value of its own", IN_CLEAR),
        (Role::Shard, _) => ("is a shard, an item of its own", IN_CLEAR),
        (Role::Skip, _) => (
            "is not stored, so that nobody could tell the key from the item",
            IN_CLEAR,
        ),
        (Role::Inline | Role::With(_), _) if field.privacy == Privacy::Encrypted => {
            ("is encrypted, and the key would show it", IN_CLEAR)
        }
        (_, Some(Duty::Created | Duty::Updated | Duty::Version)) if of == Of::Index => (
            "is written by the mapper, after keys are made",
            "make keys of a field that the program sets, beside this one",
        ),
        (_, Some(Duty::Created | Duty::Updated | Duty::Version)) => (
            "is written by the mapper, and a key never changes",
            OWN_VALUE,
        ),
        _ if of == Of::Index && !field.aliases.is_empty() => (
            "has an `alias`, and an object that still has the older name would leave the index with the next change in place",
            "save all objects with the new name, and remove `alias`",
        ),
        (_, Some(Duty::Ttl)) if of == Of::Table => (
            "is when the object expires, which is put off, and a key never changes",
            OWN_VALUE,
        ),
        (Role::Inline | Role::PartitionKey | Role::SortKey | Role::With(_), _) => return,
    };
    let what = format!("field `{name}` of the key template `{text}` {why}");
    diagnostics.report(place_of(field), what, fix);
}

const IN_CLEAR: &str = "make keys of fields that are stored in clear";

const OWN_VALUE: &str = "make keys of a field that the program sets once, beside this one";
