//! Attributes of one field that exclude each other.

use std::collections::BTreeMap;

use syn::Ident;

use crate::diagnostics::Diagnostics;
use crate::model::{Body, Field, Object, Role};

/// Pairs that exclude each other, with the reason. The second word of a pair is the one reported.
const CONFLICTS: &[(&str, &[&str], &str)] = &[
    (
        "skip",
        &[
            "alias",
            "chunked",
            "created",
            "encrypt",
            "flatten",
            "independent",
            "index",
            "key",
            "plain",
            "rename",
            "shard",
            "sort",
            "ttl",
            "unique",
            "updated",
            "version",
            "with",
        ],
        SKIP,
    ),
    (
        "flatten",
        &[
            "alias",
            "chunked",
            "created",
            "default",
            "encrypt",
            "independent",
            "index",
            "key",
            "plain",
            "rename",
            "shard",
            "sort",
            "ttl",
            "unique",
            "updated",
            "version",
            "with",
        ],
        FLATTEN,
    ),
    (
        "key",
        &["sort"],
        "a field is one part of the key: mark another field `sort`",
    ),
    ("key", &["alias"], "a key is never renamed: remove `alias`"),
    ("sort", &["alias"], "a key is never renamed: remove `alias`"),
    (
        "key",
        &["default"],
        "an item always has its key: remove `default`",
    ),
    (
        "sort",
        &["default"],
        "an item always has its key: remove `default`",
    ),
    (
        "key",
        &["encrypt"],
        "DynamoDB must read the key: encrypt another field",
    ),
    (
        "sort",
        &["encrypt"],
        "DynamoDB must read the key: encrypt another field",
    ),
    (
        "key",
        &["shard"],
        "a key is an attribute of its item: remove `shard`",
    ),
    (
        "sort",
        &["shard"],
        "a key is an attribute of its item: remove `shard`",
    ),
    (
        "shard",
        &["alias"],
        "the shard's key holds the name it was stored under: keep that name with `rename = \"..\"`",
    ),
    (
        "shard",
        &["with"],
        "a shard is stored by its own type's fields: remove `with`",
    ),
    (
        "shard",
        &["index"],
        "only attributes of the object's own item can be searched: index a field that is no shard",
    ),
    (
        "independent",
        &["chunked"],
        "pieces are replaced with the object, an independent shard without it: keep one of the two",
    ),
    ("key", KEPT, "a key never changes: mark another field"),
    ("sort", KEPT, "a key never changes: mark another field"),
    (
        "shard",
        KEPT,
        "it stands in the object's own item: mark a field that is no shard",
    ),
    (
        "encrypt",
        KEPT,
        "the service has to see it: keep it in clear",
    ),
    ("key", &["unique"], UNIQUE_KEY),
    ("sort", &["unique"], UNIQUE_KEY),
    (
        "shard",
        &["unique"],
        "a shard is no single value: mark a field that is no shard",
    ),
    (
        "encrypt",
        &["unique"],
        "the item that guards a value has it in its key, in clear: keep one of the two",
    ),
    (
        "unique",
        KEPT,
        "the mapper or the service acts on it by itself: mark another field",
    ),
    (
        "unique",
        &["alias"],
        "the items that guard its values have its name in their keys: remove `alias`, and keep the name with `rename = \"..\"`",
    ),
    (
        "ttl",
        &["with"],
        "it is stored as seconds since 1970: remove `with`, and implement `Moment` for the type",
    ),
    (
        "ttl",
        &["alias"],
        "the service looks at one attribute: remove `alias`, and keep the name with `rename = \"..\"`",
    ),
    ("version", &["alias"], ONE_NAME),
    ("created", &["alias"], ONE_NAME),
    ("updated", &["alias"], ONE_NAME),
    ("version", &["created", "ttl", "updated"], ONE_DUTY),
    ("ttl", &["created", "updated"], ONE_DUTY),
    ("created", &["updated"], ONE_DUTY),
    (
        "version",
        &["with"],
        "a version is stored as an integer: remove `with`, and implement `VersionNumber` for the type",
    ),
    (
        "plain",
        &["encrypt"],
        "`encrypt` is always encrypted, `plain` never: keep one of the two",
    ),
];

const SKIP: &str = "a skipped field is not stored: only `default` can stand beside `skip`";
const FLATTEN: &str =
    "a flattened field has no attribute of its own: nothing can stand beside `flatten`";

const UNIQUE_KEY: &str = "a key is unique already, alone or with the other part: remove `unique`";

const ONE_NAME: &str = "it is written and compared without being read, under one name: remove `alias`, and keep the name with `rename = \"..\"`";

const ONE_DUTY: &str = "a field is there for one of these: mark another field";

/// Words of fields that the mapper writes, or reads by itself.
const KEPT: &[&str] = &["created", "ttl", "updated", "version"];

/// Words that say how a shard is stored.
const SHARDS_ONLY: &[&str] = &["chunked", "independent"];

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for field in object.body.fields() {
        conflicts(field, diagnostics);
    }
    if let Body::Enum(variants) = &object.body {
        let mut shards = BTreeMap::new();
        for variant in variants {
            for field in variant
                .fields
                .iter()
                .filter(|field| matches!(field.role, Role::Shard))
            {
                if let Some(first) = shards.insert(&field.name.text, &variant.ident) {
                    let what = format!(
                        "`{first}` has a shard under the name `{}` too",
                        field.name.text
                    );
                    let fix = "shards of all variants share the object's items: rename one, `#[dyno(rename = \"..\")]`";
                    diagnostics.report(field.name.place, what, fix);
                }
            }
        }
    }
}

fn conflicts(field: &Field, diagnostics: &Diagnostics) {
    let words = field.given.words();
    let find = |wanted: &str| words.iter().copied().find(|word| *word == wanted);
    let mut reported: Vec<&Ident> = Vec::new();
    for (first, others, reason) in CONFLICTS {
        if find(first).is_none() || reported.iter().any(|word| word == first) {
            continue;
        }
        for other in others.iter().filter_map(|other| find(other)) {
            if !reported.contains(&other) {
                diagnostics.report(other.span(), format!("`{other}` beside `{first}`"), reason);
                reported.push(other);
            }
        }
    }
    if field.given.shard.is_present() {
        return;
    }
    for word in SHARDS_ONLY.iter().filter_map(|word| find(word)) {
        if !reported.contains(&word) {
            let fix = format!("write `#[dyno(shard, {word})]`, or remove `{word}`");
            diagnostics.report_absent(word.span(), format!("`{word}` without `shard`"), fix);
        }
    }
}
