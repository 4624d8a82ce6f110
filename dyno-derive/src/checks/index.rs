//! Indexes of sealed fields: what they are called, and beside what they stand.

use crate::diagnostics::Diagnostics;
use crate::model::{Field, Index, Object};

/// What `dyno_crypto::Normalizer` knows.
const NORMALIZERS: &[&str] = &["email:v1", "exact:v1", "lower:v1"];

/// Of a full name, and of the name of a secondary index.
const LONGEST_NAME: usize = 255;

/// Of what is appended to a field's name.
const SUFFIX: usize = "__idx2".len();

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    for field in object.body.fields() {
        beside(field, diagnostics);
        if let Some(index) = &field.index {
            text(index, diagnostics);
            if field.has_attribute() {
                stored_name(field, diagnostics);
            }
        }
    }
}

fn beside(field: &Field, diagnostics: &Diagnostics) {
    let given = &field.given;
    if let (Some(word), false) = (given.index.word(), given.encrypt.is_present()) {
        let fix = "write `#[dyno(encrypt, index = \"..\")]`: an index finds values that are sealed";
        diagnostics.report_absent(word.span(), "`index` without `encrypt`", fix);
    }
    let Some(options) = given.encrypt.value() else {
        return;
    };
    if let (Some(_), Some(second)) = (given.index.word(), options.index.word()) {
        let what = "duplicate attribute `index`";
        diagnostics.report(second.span(), what, "keep one of the two");
    }
    if given.index().is_present() {
        return;
    }
    for word in [options.bits.word(), options.low_entropy.word()]
        .into_iter()
        .flatten()
    {
        let fix = format!("name the index, `encrypt(index = \"..\", ..)`, or remove `{word}`");
        diagnostics.report_absent(word.span(), format!("`{word}` without `index`"), fix);
    }
}

fn text(Index { text, .. }: &Index, diagnostics: &Diagnostics) {
    let (name, normalizer) = match text.text.split_once(':') {
        Some((name, normalizer)) => (name, Some(normalizer)),
        None => (text.text.as_str(), None),
    };
    let bytes = text.text.len();
    if name.is_empty() {
        let fix = "write a name, and a normalizer if there is to be one: `\"email:lower:v1\"`";
        diagnostics.report(text.place, "an index without a name", fix);
    } else if bytes > LONGEST_NAME {
        let what = format!("an index with a name of {bytes} bytes");
        diagnostics.report(
            text.place,
            what,
            format!("use at most {LONGEST_NAME} bytes"),
        );
    }
    if let Some(normalizer) = normalizer.filter(|known| !NORMALIZERS.contains(known)) {
        let what = format!("unknown normalizer `{normalizer}`");
        let known: Vec<_> = NORMALIZERS.iter().map(|name| format!("`{name}`")).collect();
        let fix = format!("the normalizers are {}", known.join(", "));
        diagnostics.report(text.place, what, fix);
    }
}

/// A secondary index is called like the attribute that it is over.
fn stored_name(field: &Field, diagnostics: &Diagnostics) {
    let name = &field.name;
    let is_letter =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let fix = format!(
        "the table's index is called after the field: use at most {} letters, digits, `_`, `-` or `.`, \
         `#[dyno(rename = \"..\")]`",
        LONGEST_NAME - SUFFIX
    );
    if let Some(odd) = name.text.chars().find(|&letter| !is_letter(letter)) {
        let what = format!("the name of an indexed field cannot contain `{odd}`");
        diagnostics.report(name.place, what, fix);
    } else if name.text.len() + SUFFIX > LONGEST_NAME {
        let what = format!(
            "the name of an indexed field with {} bytes",
            name.text.len()
        );
        diagnostics.report(name.place, what, fix);
    }
}
