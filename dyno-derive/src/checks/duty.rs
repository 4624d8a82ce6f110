//! Fields that the mapper writes, or reads by itself: they need a table, and each stands once.

use crate::attributes::{FieldAttributes, Slot};
use crate::diagnostics::Diagnostics;
use crate::model::{Body, Field, Object};

const WORDS: &[fn(&FieldAttributes) -> &Slot<()>] = &[
    |given| &given.created,
    |given| &given.ttl,
    |given| &given.updated,
    |given| &given.version,
];

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    one_expiry(object, diagnostics);
    one_version(object, diagnostics);
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
                    "it is for objects that are saved by themselves: name the table, `#[dyno(table = \"..\")]` on \
                     the type, or remove `{word}`"
                );
                diagnostics.report_absent(word.span(), what, fix);
            }
        }
    }
}

/// A table has one attribute by which its items expire.
fn one_expiry(object: &Object, diagnostics: &Diagnostics) {
    let groups = object.body.groups().into_iter();
    let mut expiring = groups.filter_map(|group| {
        let mut fields = group.iter();
        fields.find(|field| field.given.ttl.is_present())
    });
    let Some(first) = expiring.next() else { return };
    for field in expiring.filter(|field| field.name.text != first.name.text) {
        let what = format!("another variant expires by `{}`", first.name.text);
        let fix = format!(
            "a table has one attribute by which its items expire: `#[dyno(ttl, rename = \"{}\")]`",
            first.name.text
        );
        diagnostics.report(field.name.place, what, fix);
    }
}

/// A variant without the version, or with another one, would be saved over any version of the others.
fn one_version(object: &Object, diagnostics: &Diagnostics) {
    let Body::Enum(variants) = &object.body else {
        return;
    };
    let version_of = |fields: &[Field]| {
        let mut names = fields.iter();
        names
            .find(|field| field.given.version.is_present())
            .map(|field| (field.name.text.clone(), field.name.place))
    };
    let mut versions = variants.iter().map(|variant| version_of(&variant.fields));
    let Some((name, _)) = versions.find_map(|version| version) else {
        return;
    };
    for variant in variants {
        match version_of(&variant.fields) {
            Some((own, place)) if own != name => {
                let what = format!("the version of another variant is `{name}`");
                let fix = format!(
                    "a save compares one attribute, whatever variant stands there: `#[dyno(version, rename = \"{name}\")]`"
                );
                diagnostics.report(place, what, fix);
            }
            Some(_) => {}
            None => {
                let what = format!(
                    "`{}` has no version, and another variant has one",
                    variant.ident
                );
                let fix = format!(
                    "it would be saved over any version: give every variant the field, `#[dyno(version)] {name}: ..`, or none"
                );
                diagnostics.report(variant.ident.span(), what, fix);
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
