//! The attributes on the type, and the tables that shards name: what needs a table, and the form of each value.

use crate::attributes::{Given, Slot};
use crate::diagnostics::Diagnostics;
use crate::model::{Body, Object};

const LONGEST_CONTEXT: usize = 255;

pub(super) fn check(object: &Object, diagnostics: &Diagnostics) {
    let given = &object.given;
    if object.table.is_none() {
        let on_struct_only = match object.body {
            Body::Enum(_) => None,
            Body::Struct(_) => given.tag.word(),
        };
        let words = [
            given.context.word(),
            given.key.word(),
            given.loader.word(),
            given.region.word(),
            given.seal.word(),
            given.sort.word(),
            on_struct_only,
        ];
        for word in words.into_iter().flatten() {
            let what = format!("`{word}` on a type without a table");
            let fix = format!(
                "add `table = \"..\"`, or remove `{word}`: a type without a table is stored inside others"
            );
            diagnostics.report_absent(word.span(), what, fix);
        }
    }
    each(&given.table, table_name, diagnostics);
    for shard in object
        .body
        .fields()
        .filter_map(|field| field.given.shard.value())
    {
        each(&shard.table, table_name, diagnostics);
    }
    each(&given.region, region, diagnostics);
    each(&given.context, short_text, diagnostics);
    each(&given.tag, short_text, diagnostics);
}

fn each(slot: &Slot<String>, check: fn(&Given<String>, &Diagnostics), diagnostics: &Diagnostics) {
    if let Some(given) = slot.given() {
        check(given, diagnostics);
    }
}

fn table_name(given: &Given<String>, diagnostics: &Diagnostics) {
    let name = &given.value;
    let fix = "a table name has 3 to 255 letters, digits, `_`, `-` or `.`";
    if let Some(odd) = name.chars().find(|&letter| !is_table_letter(letter)) {
        diagnostics.report(
            given.place,
            format!("a table name cannot contain `{odd}`"),
            fix,
        );
    } else if !(3..=255).contains(&name.len()) {
        diagnostics.report(
            given.place,
            format!("a table name of {}", letters(name.len())),
            fix,
        );
    }
}

fn is_table_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

fn region(given: &Given<String>, diagnostics: &Diagnostics) {
    let name = &given.value;
    let is_region_letter =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.is_empty() || !name.chars().all(is_region_letter) {
        let fix =
            "write it as AWS does, like `\"us-east-2\"`, or remove `region` to use the store's";
        diagnostics.report(
            given.place,
            format!("`{name}` is not the name of a region"),
            fix,
        );
    }
}

/// Tags and contexts become part of keys and of what a value's encryption is bound to.
fn short_text(given: &Given<String>, diagnostics: &Diagnostics) {
    let bytes = given.value.len();
    let word = &given.word;
    if bytes == 0 {
        let fix = format!("remove `{word}` to use the default");
        diagnostics.report(given.place, format!("an empty `{word}`"), fix);
    } else if bytes > LONGEST_CONTEXT {
        let what = format!("a `{word}` of {bytes} bytes");
        diagnostics.report(
            given.place,
            what,
            format!("use at most {LONGEST_CONTEXT} bytes"),
        );
    }
}

fn letters(count: usize) -> String {
    match count {
        0 => "no letters".to_owned(),
        1 => "1 letter".to_owned(),
        _ => format!("{count} letters"),
    }
}
