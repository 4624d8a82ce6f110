//! Every word of `#[dyno(..)]`, and advice for words that are none.

use syn::Ident;

use crate::diagnostics::Diagnostics;

const OBJECT: &[&str] = &[
    "context",
    "crate",
    "index",
    "key",
    "loader",
    "region",
    "rename_all",
    "seal",
    "sort",
    "table",
    "tag",
    "validate",
];
const VARIANT: &[&str] = &["alias", "rename", "rename_all"];
const FIELD: &[&str] = &[
    "alias",
    "chunked",
    "created",
    "default",
    "encrypt",
    "flatten",
    "independent",
    "index",
    "key",
    "plain",
    "rename",
    "shard",
    "skip",
    "sort",
    "ttl",
    "unique",
    "updated",
    "version",
    "with",
];
const ENCRYPT: &[&str] = &["bits", "index", "low_entropy"];
const INDEX_PART: &[&str] = &["binary", "key", "local", "name", "number", "sort", "string"];
const KEY: &[&str] = &["name", "template"];
const PROJECTION: &[&str] = &["include", "key", "keys_only", "local", "name", "sort"];
const SHARD: &[&str] = &["table"];
const UNIQUE: &[&str] = &["key", "table"];

/// What an attribute stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The parentheses of `encrypt(..)`.
    Encrypt,
    Field,
    /// The parentheses of `index(..)` on a field.
    IndexPart,
    /// The parentheses of `key(..)` or `sort(..)` on the type.
    Key,
    Object,
    /// The parentheses of `index(..)` on the type.
    Projection,
    /// The parentheses of `shard(..)`.
    Shard,
    /// The parentheses of `unique(..)`.
    Unique,
    Variant,
}

impl Owner {
    const ALL: [Self; 9] = [
        Self::Object,
        Self::Variant,
        Self::Field,
        Self::Shard,
        Self::Encrypt,
        Self::IndexPart,
        Self::Projection,
        Self::Key,
        Self::Unique,
    ];

    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Encrypt => ENCRYPT,
            Self::Field => FIELD,
            Self::IndexPart => INDEX_PART,
            Self::Key => KEY,
            Self::Object => OBJECT,
            Self::Projection => PROJECTION,
            Self::Shard => SHARD,
            Self::Unique => UNIQUE,
            Self::Variant => VARIANT,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "`encrypt(..)`",
            Self::Field => "a field",
            Self::IndexPart => "the `index(..)` of a field",
            Self::Key => "the `key(..)` or `sort(..)` of the type or of an index",
            Self::Object => "the type",
            Self::Projection => "the `index(..)` of the type",
            Self::Shard => "`shard(..)`",
            Self::Unique => "`unique(..)`",
            Self::Variant => "a variant",
        }
    }
}

/// Reports a word that `owner` does not take.
pub(super) fn unknown(word: &Ident, owner: Owner, diagnostics: &Diagnostics) {
    let text = word.to_string();
    let known = owner.words();
    let what = format!("unknown attribute `{text}` on {}", owner.name());
    let fix = if owner == Owner::Shard && matches!(text.as_str(), "chunked" | "independent") {
        format!("write it beside `shard`: `#[dyno(shard, {text})]`")
    } else if owner == Owner::Field && matches!(text.as_str(), "bits" | "low_entropy") {
        let option = if text == "bits" { "bits = 64" } else { &text };
        format!(
            "write it in the parentheses of `encrypt`: `#[dyno(encrypt(index = \"..\", {option}))]`"
        )
    } else if owner == Owner::Field && text == "table" {
        "a shard's table is named in parentheses: `#[dyno(shard(table = \"..\"))]`".to_owned()
    } else if let Some(elsewhere) = Owner::ALL
        .into_iter()
        .find(|other| *other != owner && other.words().contains(&text.as_str()))
    {
        format!("`{text}` belongs on {}", elsewhere.name())
    } else if let Some(advice) = foreign(&text) {
        advice.to_owned()
    } else if let Some(near) = nearest(&text, known) {
        format!("did you mean `{near}`?")
    } else {
        format!("{} takes {}", owner.name(), list(known))
    };
    diagnostics.report_unknown(word.span(), what, fix);
}

/// Advice for the words of serde and other mappers.
fn foreign(word: &str) -> Option<&'static str> {
    Some(match word {
        "skip_serializing_if" => "an `Option` that is `None` is not stored; remove the word",
        "skip_serializing" | "skip_deserializing" | "ignore" => {
            "write `skip`: the field is neither stored nor read"
        }
        "serialize_with" | "deserialize_with" => {
            "write `with = module`, a module with `to_value` and `from_value`"
        }
        "untagged" | "content" => "an enum is stored with its tag in `_dy_type`; remove the word",
        "deny_unknown_fields" => {
            "attributes that no field claims are ignored; collect them with a `flatten` map"
        }
        "hash_key" | "partition_key" | "primary_key" | "pk" => "write `key`",
        "range_key" | "sort_key" | "sk" => "write `sort`",
        "table_name" => "write `table`",
        "encrypted" => "write `encrypt`",
        _ => return None,
    })
}

/// The known word that the writer most likely meant.
pub(super) fn nearest(word: &str, known: &'static [&'static str]) -> Option<&'static str> {
    let close = (word.chars().count() / 3).max(1);
    let distances = known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate));
    let nearest = distances.filter(|(distance, _)| *distance <= close).min();
    nearest.map(|(_, candidate)| candidate).or_else(|| {
        let letters = sorted(word);
        known
            .iter()
            .copied()
            .find(|candidate| sorted(candidate) == letters)
    })
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// Edits between two words: letters added, removed or replaced.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (pair, y) in row.windows(2).zip(b.chars()) {
            let [diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// `` `a`, `b` and `c` ``.
pub(super) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_the_word() {
        assert_eq!(nearest("tabel", OBJECT), Some("table"));
        assert_eq!(nearest("tables", OBJECT), Some("table"));
        assert_eq!(nearest("rename_al", OBJECT), Some("rename_all"));
        assert_eq!(nearest("encypt", FIELD), Some("encrypt"));
        assert_eq!(nearest("banana", FIELD), None);
    }

    #[test]
    fn words_are_listed_as_a_sentence() {
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list(&["a"]), "`a`");
    }
}
