//! Stored names: legal in DynamoDB, and each for one field.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostics;
use crate::model::{Body, Field, Name, Object, Role, SecondaryIndex, Table};

const RESERVED_PREFIX: &str = "_dy_";
const LONGEST_NAME: usize = 65_535;
const LONGEST_KEY_NAME: usize = 255;

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    if let Some(table) = &object.table {
        key_names(table, object, diagnostics);
    }
    for group in object.body.groups() {
        for field in group.iter().filter(|field| field.has_attribute()) {
            if !is_named_by_type(field, object) {
                legal(&field.name, diagnostics);
            }
        }
        unique(group, object, diagnostics);
    }
    made_index_keys(object, diagnostics);
    if let Body::Enum(variants) = &object.body {
        let mut taken = BTreeMap::new();
        for variant in variants {
            for tag in std::iter::once(&variant.tag).chain(&variant.aliases) {
                if tag.text.is_empty() {
                    diagnostics.report(
                        tag.place,
                        "an empty tag",
                        "give the variant a name to be told by",
                    );
                } else if let Some(owner) = taken.insert(&tag.text, &variant.ident) {
                    let what = if *owner == variant.ident {
                        format!("`{}` is already a tag of this variant", tag.text)
                    } else {
                        format!("`{}` is already a tag of `{owner}`", tag.text)
                    };
                    diagnostics.report(
                        tag.place,
                        what,
                        "each tag means one variant: change or remove it",
                    );
                }
            }
        }
    }
}

/// Whether `key` or `sort` on the type gives the name of this field.
fn is_named_by_type(field: &Field, object: &Object) -> bool {
    match field.role {
        Role::PartitionKey => object.given.key.is_present(),
        Role::SortKey => object.given.sort.is_present(),
        _ => false,
    }
}

fn key_names(table: &Table, object: &Object, diagnostics: &Diagnostics) {
    for (name, given) in [
        (Some(&table.key), &object.given.key),
        (table.sort.as_ref(), &object.given.sort),
    ] {
        let Some(name) = name else { continue };
        if given.is_present() {
            legal(name, diagnostics);
        }
        let bytes = name.text.len();
        if bytes > LONGEST_KEY_NAME {
            let what = format!("the name of a key attribute with {bytes} bytes");
            diagnostics.report(
                name.place,
                what,
                format!("use at most {LONGEST_KEY_NAME} bytes"),
            );
        }
    }
}

fn legal(name: &Name, diagnostics: &Diagnostics) {
    let bytes = name.text.len();
    if name.text.is_empty() {
        diagnostics.report(
            name.place,
            "an empty name",
            "DynamoDB has no attribute without a name: write one",
        );
    } else if name.text.starts_with(RESERVED_PREFIX) {
        let what = format!(
            "`{}` is reserved: names that begin with `{RESERVED_PREFIX}` are dyno's own",
            name.text
        );
        diagnostics.report(
            name.place,
            what,
            "choose another, `#[dyno(rename = \"..\")]`",
        );
    } else if bytes > LONGEST_NAME {
        let what = format!("an attribute name of {bytes} bytes");
        diagnostics.report(
            name.place,
            what,
            format!("use at most {LONGEST_NAME} bytes"),
        );
    }
}

/// Who holds a name.
#[derive(Clone, Copy)]
enum Owner<'a> {
    /// A column of the field's index.
    Column(&'a Field),
    Field(&'a Field),
    Key(&'static str),
    /// A key that is made of fields.
    MadeKey(&'static str),
    /// A key of an index that is made of fields.
    MadeIndexKey,
}

/// Attributes that hold keys of indexes: each of one index, and none of the table.
fn made_index_keys(object: &Object, diagnostics: &Diagnostics) {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for index in &object.secondary {
        for part in index.parts().filter(|part| part.template().is_some()) {
            let name = Name {
                text: part.name.clone(),
                place: part.place,
            };
            legal(&name, diagnostics);
            if name.text.len() > LONGEST_KEY_NAME {
                let what = format!("the name of a key attribute with {} bytes", name.text.len());
                let fix = format!("use at most {LONGEST_KEY_NAME} bytes");
                diagnostics.report(name.place, what, fix);
            }
            let is_of_table = object.table.as_ref().is_some_and(|table| {
                let sort = table.sort.as_ref().map(|sort| sort.text.as_str());
                table.key.text == part.name || sort == Some(&part.name)
            });
            let index_name = index.name.text.as_str();
            let other = taken.insert(&part.name, index_name);
            let what = match other {
                _ if is_of_table => format!(
                    "`{}` is a key of the table, and cannot hold one of index `{index_name}`, too",
                    part.name
                ),
                // Told by the checks of indexes.
                Some(other) if other == index_name => continue,
                Some(other) => format!(
                    "`{}` holds a key of index `{other}` already, and cannot hold one of index `{index_name}`, too",
                    part.name
                ),
                None => continue,
            };
            diagnostics.report(part.place, what, NAME_THE_KEY);
        }
    }
}

const NAME_THE_KEY: &str =
    "give the key a name of its own, `key(name = \"..\", template = \"..\")`";

fn unique(group: &[Field], object: &Object, diagnostics: &Diagnostics) {
    let table = object.table.as_ref();
    let mut taken: BTreeMap<&str, Owner<'_>> = BTreeMap::new();
    if let Some(table) = table {
        if !group
            .iter()
            .any(|field| matches!(field.role, Role::PartitionKey))
        {
            let owner = match table.key_template {
                Some(_) => Owner::MadeKey("key"),
                None => Owner::Key("key"),
            };
            taken.insert(&table.key.text, owner);
        }
        if let Some(sort) = &table.sort
            && !group
                .iter()
                .any(|field| matches!(field.role, Role::SortKey))
        {
            let owner = match table.sort_template {
                Some(_) => Owner::MadeKey("sort"),
                None => Owner::Key("sort"),
            };
            taken.insert(&sort.text, owner);
        }
    }
    let parts = object.secondary.iter().flat_map(SecondaryIndex::parts);
    for part in parts.filter(|part| part.template().is_some()) {
        taken.insert(&part.name, Owner::MadeIndexKey);
    }
    for field in group.iter().filter(|field| field.has_attribute()) {
        for column in field.index.iter().flat_map(|index| &index.columns) {
            let owner = taken.insert(column, Owner::Column(field));
            if let Some(Owner::MadeIndexKey) = owner {
                let what = format!(
                    "the index of this field is stored as `{column}`, a key of another index"
                );
                diagnostics.report(field.name.place, what, NAME_THE_KEY);
            } else if let Some(Owner::Key(role) | Owner::MadeKey(role)) = owner {
                let what = format!(
                    "the index of this field is stored as `{column}`, which is the table's {} key",
                    part(role)
                );
                let fix = "rename the field, `#[dyno(rename = \"..\")]`, or the key";
                diagnostics.report(field.name.place, what, fix);
            }
        }
    }
    // Names first, then aliases: where both claim a name, the alias is the mistake.
    for field in group.iter().filter(|field| field.has_attribute()) {
        if let Some(owner) = taken.insert(&field.name.text, Owner::Field(field)) {
            if is_key(field) && field_is_key(owner) {
                continue;
            }
            clash(&field.name, field, owner, diagnostics);
        }
    }
    for field in group.iter().filter(|field| field.has_attribute()) {
        for alias in &field.aliases {
            legal(alias, diagnostics);
            if let Some(&owner) = taken.get(alias.text.as_str()) {
                clash(alias, field, owner, diagnostics);
            } else {
                taken.insert(&alias.text, Owner::Field(field));
            }
        }
    }
}

fn is_key(field: &Field) -> bool {
    matches!(field.role, Role::PartitionKey | Role::SortKey)
}

/// Two key fields under one name are one mistake, told by the checks of keys.
fn field_is_key(owner: Owner<'_>) -> bool {
    matches!(owner, Owner::Field(field) if is_key(field))
}

fn part(role: &str) -> &'static str {
    if role == "sort" { "sort" } else { "partition" }
}

fn clash(name: &Name, field: &Field, owner: Owner<'_>, diagnostics: &Diagnostics) {
    let text = &name.text;
    if text.is_empty() {
        return;
    }
    match owner {
        Owner::Key(role) | Owner::MadeKey(role) => {
            let part = part(role);
            let fix = match owner {
                Owner::MadeKey(_) => format!(
                    "rename the field, `#[dyno(rename = \"..\")]`, or the key, `{role}(name = \"..\", template = \"..\")`"
                ),
                _ => format!(
                    "mark the field `#[dyno({role})]`, or rename it, `#[dyno(rename = \"..\")]`"
                ),
            };
            diagnostics.report(
                name.place,
                format!("`{text}` is the table's {part} key"),
                fix,
            );
        }
        Owner::MadeIndexKey => {
            let what = format!("`{text}` is a key of an index, which is made of fields");
            let fix = "rename the field, `#[dyno(rename = \"..\")]`, or the key, `key(name = \"..\", template = \"..\")`";
            diagnostics.report(name.place, what, fix);
        }
        Owner::Column(indexed) => {
            let what = format!(
                "`{text}` holds the values of the index on `{}`",
                indexed.name.text
            );
            let fix = "rename this field, `#[dyno(rename = \"..\")]`";
            diagnostics.report(name.place, what, fix);
        }
        Owner::Field(other) if std::ptr::eq(other, field) => {
            let what = format!("the field is already read from `{text}`");
            diagnostics.report(name.place, what, "remove the alias");
        }
        Owner::Field(other) => {
            let what = match &other.ident {
                Some(ident) => format!("`{ident}` is stored as `{text}` too"),
                None => format!("two fields are stored as `{text}`"),
            };
            diagnostics.report(
                name.place,
                what,
                "rename one of them, `#[dyno(rename = \"..\")]`",
            );
        }
    }
}
