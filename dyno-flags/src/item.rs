//! The rows of the official stores.
//!
//! ```text
//! namespace S   features | segments, after a prefix
//! key       S   key of the flag or segment
//! version   N
//! item      S   JSON
//! chunks    M   only where the JSON is in pieces: `item` is a tombstone then, for those who do not know
//! ```
//!
//! A row without `item` is one of launchdarkly-dynamo-store.

use dyno_core::{AttributeValue, Item};
use serde::Deserialize;
use serde_json::Value;

use crate::descriptor::{Descriptor, Entry};
use crate::exploded;
use crate::kind::Kind;
use crate::large::Pointer;

pub(crate) const NAMESPACE: &str = "namespace";
pub(crate) const KEY: &str = "key";
pub(crate) const VERSION: &str = "version";
pub(crate) const ITEM: &str = "item";
pub(crate) const CHUNKS: &str = "chunks";

/// What a row holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Whole(Descriptor),
    Chunked(Pointer),
}

/// The row of an entry.
pub(crate) fn encode(namespace: &str, entry: &Entry) -> Item {
    let mut row = key_of(namespace, &entry.key);
    row.insert(VERSION.to_owned(), number(entry.version));
    row.insert(ITEM.to_owned(), AttributeValue::S(entry.json.clone()));
    row
}

pub(crate) fn key_of(namespace: &str, key: &str) -> Item {
    Item::from([
        (
            NAMESPACE.to_owned(),
            AttributeValue::S(namespace.to_owned()),
        ),
        (KEY.to_owned(), AttributeValue::S(key.to_owned())),
    ])
}

pub(crate) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// What a row says, or why it says nothing.
pub(crate) fn decode(kind: Kind, row: &Item) -> Result<Content, String> {
    let version = version_of(row).ok_or("expected a `version` that is a whole number from 0")?;
    if let Some(chunks) = row.get(CHUNKS) {
        return Pointer::read(version, chunks).map(Content::Chunked);
    }
    let (deleted, json) = match row.get(ITEM) {
        Some(AttributeValue::S(json)) => (deleted_in(json)?, json.clone()),
        Some(_) => return Err("expected text in `item`".to_owned()),
        None => {
            let members = exploded::json(kind, row)?;
            let deleted = members.get("deleted") == Some(&Value::Bool(true));
            (deleted, Value::Object(members).to_string())
        }
    };
    Ok(Content::Whole(
        Descriptor::new(version, json).deleted(deleted),
    ))
}

pub(crate) fn version_of(row: &Item) -> Option<u64> {
    number_in(row, VERSION)
}

pub(crate) fn number_in(row: &Item, name: &str) -> Option<u64> {
    row.get(name)?.as_n().ok()?.parse().ok()
}

pub(crate) fn text_in<'a>(row: &'a Item, name: &str) -> Option<&'a str> {
    row.get(name)?.as_s().ok().map(String::as_str)
}

/// Whether a JSON is that of a tombstone: no attribute says so.
fn deleted_in(json: &str) -> Result<bool, String> {
    #[derive(Deserialize)]
    struct Peek {
        deleted: Option<bool>,
    }

    if !json.trim_start().starts_with('{') {
        return Err("expected a JSON object in `item`".to_owned());
    }
    let peek: Peek =
        serde_json::from_str(json).map_err(|error| format!("the JSON in `item`: {error}"))?;
    Ok(peek.deleted == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> Item {
        let mut row = key_of("features", "f");
        row.insert(VERSION.into(), number(3));
        row.insert(ITEM.into(), AttributeValue::S(json.into()));
        row
    }

    #[test]
    fn the_json_says_whether_it_is_deleted() {
        for (json, deleted) in [
            (r#"{"version":3}"#, false),
            (r#"{"version":3,"deleted":null}"#, false),
            (r#"{"version":3,"deleted":false}"#, false),
            (r#"{"key":"f","version":3,"deleted":true}"#, true),
        ] {
            let expected = Descriptor::new(3, json).deleted(deleted);
            let content = decode(Kind::Flag, &row(json)).unwrap();
            assert_eq!(content, Content::Whole(expected));
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(decode(Kind::Flag, &row("[true]")).is_err());
        assert!(decode(Kind::Flag, &row("{")).is_err());
        for (name, value) in [
            (VERSION, AttributeValue::S("3".into())),
            (VERSION, AttributeValue::N("1.5".into())),
            (ITEM, AttributeValue::N("3".into())),
            (CHUNKS, AttributeValue::N("3".into())),
        ] {
            let mut row = row("{}");
            row.insert(name.into(), value);
            assert!(decode(Kind::Flag, &row).is_err(), "{name}");
        }
    }
}
