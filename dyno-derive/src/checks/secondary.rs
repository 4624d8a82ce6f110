//! Secondary indexes: what they are called, what is part of them, and what they hold.

use std::collections::{BTreeMap, BTreeSet};

use syn::Ident;

use crate::attributes::{Given, IndexPartAttributes, ProjectionAttributes, Slot};
use crate::diagnostics::Diagnostics;
use crate::model::{Field, Object, Role, SecondaryIndex};

/// Attributes in the partition key or the sort key of an index.
const MOST_PARTS: usize = 4;

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for field in object.body.fields() {
        for part in &field.given.secondary {
            has_table(object, &part.word, diagnostics);
            self::part(field, part, diagnostics);
        }
    }
    for projection in &object.given.projections {
        has_table(object, &projection.word, diagnostics);
        self::projection(object, projection, diagnostics);
        templates_only(projection, diagnostics);
    }
    let mut handles = BTreeMap::new();
    for index in &object.secondary {
        name(index, diagnostics);
        keys(object, index, diagnostics);
        made_or_fields(index, diagnostics);
        one_form(object, index, diagnostics);
        if let Some(other) = handles.insert(index.handle(), &index.name.text) {
            let what = format!(
                "indexes `{other}` and `{}` would both be called `{}` in Rust",
                index.name.text,
                index.handle()
            );
            diagnostics.report(index.name.place, what, "rename one of them");
        }
    }
}

/// Variants of an enum share an attribute, which has one form in an index.
fn one_form(object: &Object, index: &SecondaryIndex, diagnostics: &Diagnostics) {
    let parts = index.key.iter().chain(&index.sort);
    for part in parts {
        let same_name = |field: &&Field| field.has_attribute() && field.name.text == part.name;
        let mut forms = BTreeSet::new();
        for field in object.body.fields().filter(same_name) {
            let is_new = forms.insert(field.type_tokens.to_string());
            let place = field.name.place;
            if field.given.encrypt.is_present() && field.given.secondary.is_empty() {
                let what = format!(
                    "`{}` is encrypted here, and a key of index `{}` in another variant",
                    part.name, index.name.text
                );
                let fix = "DynamoDB must read the keys of an index: rename one of the two, `#[dyno(rename = \"..\")]`";
                diagnostics.report(place, what, fix);
            } else if is_new && forms.len() > 1 {
                let what = format!(
                    "`{}` has another type in another variant, and is a key of index `{}`",
                    part.name, index.name.text
                );
                let fix = "a key of an index has one type: rename one of the two, `#[dyno(rename = \"..\")]`";
                diagnostics.report(place, what, fix);
            }
        }
    }
    if let Some(doubled) = index
        .sort
        .iter()
        .find(|sort| index.key.iter().any(|key| key.name == sort.name))
    {
        let what = format!(
            "`{}` is both partition and sort key of index `{}`",
            doubled.name, index.name.text
        );
        diagnostics.report(doubled.place, what, "name two attributes");
    }
    let partition = object.table.as_ref().map(|table| table.key.text.as_str());
    if let Some(sort) = index
        .sort
        .iter()
        .find(|sort| index.is_local && Some(sort.name.as_str()) == partition)
    {
        let what = format!(
            "local index `{}` sorts by the partition key of its table",
            index.name.text
        );
        let fix = "all objects of a partition have the same one: mark another field";
        diagnostics.report(sort.place, what, fix);
    }
}

/// A key of an index that the type declares is made of fields: a name alone says nothing of it.
fn templates_only(projection: &Given<ProjectionAttributes>, diagnostics: &Diagnostics) {
    for slot in projection.value.keys() {
        let Some(given) = slot.given() else { continue };
        if given.value.template.is_present() {
            continue;
        }
        let Some(name) = given.value.name.given() else {
            continue;
        };
        let word = &given.word;
        let what = format!("`{}` says of no field what it is made of", name.value);
        let fix = format!(
            "write `{word} = \"..{{field}}\"`, or `{word}(template = \"..\")` for a text without fields; `{word}(name = \"..\", \
             template = \"..\")` names the attribute. A field that is a key says so itself, `#[dyno(index(name = \"..\", {word}))]`"
        );
        diagnostics.report_absent(name.place, what, fix);
    }
    let [key, sort] = projection.value.keys();
    if let (Some(local), false) = (
        projection.value.local.word(),
        key.is_present() || sort.is_present(),
    ) {
        let fix =
            "write `sort = \"..{field}\"` beside it, or `local` on the field that is the sort key";
        diagnostics.report_absent(local.span(), "`local` without a sort key", fix);
    }
}

/// Whether the type says that an index of this name has a partition key, of which the templates are reported.
fn names_a_key(object: &Object, name: &str) -> bool {
    let mut given = object.given.projections.iter().map(|given| &given.value);
    given.any(|given| {
        given.name.value().is_some_and(|given| given == name) && given.key.is_present()
    })
}

/// Parts of both kinds would have an order that nobody can see.
fn made_or_fields(index: &SecondaryIndex, diagnostics: &Diagnostics) {
    if index.templates().next().is_none() {
        return;
    }
    for part in index.parts().filter(|part| part.template().is_none()) {
        let what = format!(
            "`{}` is a part of index `{}`, whose keys are made by templates on the type",
            part.name, index.name.text
        );
        let fix = "remove `index(..)` here, and name the field in a template, `sort = \"{field}\"`";
        diagnostics.report(part.place, what, fix);
    }
}

fn has_table(object: &Object, word: &Ident, diagnostics: &Diagnostics) {
    if object.table.is_none() {
        let fix = "name the table, `#[dyno(table = \"..\")]` on the type, or remove `index`";
        diagnostics.report_absent(word.span(), "`index` in a type without a table", fix);
    }
}

fn part(field: &Field, part: &Given<IndexPartAttributes>, diagnostics: &Diagnostics) {
    let Given { value, word, place } = part;
    if !value.name.is_present() {
        let fix = "name it: `index(name = \"by_email\", key)`";
        diagnostics.report_absent(*place, "an index without a name", fix);
    }
    let other = value.sort.word().or_else(|| value.local.word());
    if let (Some(_), Some(second)) = (value.key.word(), other) {
        let what = format!("`{second}` beside `key`");
        let fix = "a field is one part of an index: mark another field";
        diagnostics.report(second.span(), what, fix);
    }
    let forms = value.forms().into_iter().filter_map(|form| form.word());
    for second in forms.skip(1) {
        let what = format!("a second form, `{second}`");
        diagnostics.report(second.span(), what, "the field is stored as one of them");
    }
    if field.given.encrypt.is_present() {
        let fix = "DynamoDB must read the keys of an index: to find equal values that are sealed, write \
                   `encrypt(index = \"..\")`";
        diagnostics.report(word.span(), "`index(..)` beside `encrypt`", fix);
    }
    if !field.aliases.is_empty() {
        let fix = "an object that still has the older name would not be found: save all objects with the new one, and remove \
                   `alias`";
        diagnostics.report(word.span(), "`index(..)` beside `alias`", fix);
    }
    let says_form = value.forms().into_iter().any(Slot::is_present);
    if matches!(field.role, Role::With(_)) && !says_form {
        let fix = "say as what its module stores it: `index(name = \"..\", number)`, `string` or `binary`";
        diagnostics.report_absent(word.span(), "`index(..)` beside `with`", fix);
    }
}

fn projection(
    object: &Object,
    projection: &Given<ProjectionAttributes>,
    diagnostics: &Diagnostics,
) {
    let Given { value, word, place } = projection;
    let Some(name) = value.name.given() else {
        let fix = "name the index: `index(name = \"by_email\", keys_only)`";
        diagnostics.report_absent(*place, "what no index holds", fix);
        return;
    };
    let says_keys = value.keys().into_iter().any(Slot::is_present) || value.local.is_present();
    if !says_keys
        && object
            .secondary
            .iter()
            .all(|index| index.name.text != name.value)
    {
        let what = format!("no field is a key of index `{}`", name.value);
        let fix = format!(
            "write `#[dyno(index(name = \"{}\", key))]` on the field that is, or say here what the key is made of, `key = \"..{{field}}\"`",
            name.value
        );
        diagnostics.report_absent(name.place, what, fix);
    }
    let same = |other: &&Given<ProjectionAttributes>| other.value.name.value() == Some(&name.value);
    let mut of_name = object.given.projections.iter().filter(same);
    if of_name
        .next()
        .is_some_and(|first| !std::ptr::eq(first, projection))
    {
        let what = format!("a second `index(..)` of `{}` on the type", name.value);
        diagnostics.report(word.span(), what, "keep one of the two");
    }
    match (value.include.given(), value.keys_only.word()) {
        (Some(include), Some(_)) => {
            let fix = "an index holds its keys only, or more: keep one of the two";
            diagnostics.report(include.word.span(), "`include` beside `keys_only`", fix);
        }
        (None, None) if says_keys => {}
        (None, None) if !value.include.is_present() => {
            let fix = "write `keys_only` or `include(field, ..)`, or remove it: an index holds everything";
            diagnostics.report_absent(*place, "an index of which nothing is said", fix);
        }
        (Some(include), None) => {
            for name in &include.value {
                included(object, name, diagnostics);
            }
        }
        _ => {}
    }
}

fn included(object: &Object, name: &Ident, diagnostics: &Diagnostics) {
    let mut fields = object.body.fields();
    let field = fields.find(|field| field.ident.as_ref() == Some(name));
    let (what, fix) = match field.map(|field| &field.role) {
        None => (
            format!("no field is called `{name}`"),
            "name fields as they are called in Rust",
        ),
        Some(Role::Skip) => (
            format!("`{name}` is not stored"),
            "an index holds attributes of the item",
        ),
        Some(Role::Shard) => (
            format!("`{name}` is a shard"),
            "an index holds attributes of the object's own item",
        ),
        Some(Role::Flatten) => (
            format!("`{name}` is flattened"),
            "an index holds attributes of the item, and it has none of that name",
        ),
        Some(_) => return,
    };
    diagnostics.report(name.span(), what, fix);
}

fn name(index: &SecondaryIndex, diagnostics: &Diagnostics) {
    let name = &index.name;
    let is_letter =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let fix = "the name of an index has 3 to 255 letters, digits, `_`, `-` or `.`";
    if let Some(odd) = name.text.chars().find(|&letter| !is_letter(letter)) {
        let what = format!("the name of an index cannot contain `{odd}`");
        diagnostics.report(name.place, what, fix);
    } else if !(3..=255).contains(&name.text.len()) {
        let what = format!("an index with a name of {} letters", name.text.len());
        diagnostics.report(name.place, what, fix);
    }
}

fn keys(object: &Object, index: &SecondaryIndex, diagnostics: &Diagnostics) {
    let name = &index.name.text;
    let report = |what: String, fix: &str| diagnostics.report_absent(index.name.place, what, fix);
    let has_sort = object
        .table
        .as_ref()
        .is_some_and(|table| table.sort.is_some());
    if index.is_local {
        if let Some(key) = index.key.first() {
            let what = format!("local index `{name}` with a partition key");
            let fix = "a local index has the partition key of its table: remove `key` here, or `local` there";
            diagnostics.report(key.place, what, fix);
        }
        if index.sort.len() > 1 {
            let fix = "a local index has one sort key";
            report(format!("local index `{name}` with several sort keys"), fix);
        }
        if object.table.is_some() && !has_sort {
            let fix = "a local index is one more order of the objects of a partition: give the table a sort key, or make the index \
                       global, with `key`";
            report(
                format!("local index `{name}` in a table without a sort key"),
                fix,
            );
        }
    } else if index.key.is_empty() && !names_a_key(object, name) {
        let is_made = index.templates().next().is_some();
        let fix = if is_made {
            "say what it is made of, `key = \"..{field}\"`, or make the index `local`"
        } else {
            "mark a field `index(name = \"..\", key)`, or this one `local`"
        };
        report(
            format!("global index `{name}` without a partition key"),
            fix,
        );
    }
    for (parts, what) in [(&index.key, "partition"), (&index.sort, "sort")] {
        if let Some(fifth) = parts.get(MOST_PARTS) {
            let what = format!(
                "index `{name}` with {} attributes in its {what} key",
                parts.len()
            );
            diagnostics.report(fifth.place, what, "DynamoDB takes 4 at most");
        }
    }
}
