//! A flag, a segment or a tombstone, as text.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::tombstone;

/// What the SDKs of LaunchDarkly know of a flag or segment without reading it: its version, whether it is deleted, and its JSON.
///
/// # Examples
///
/// ```
/// use dyno_flags::{Descriptor, Kind};
///
/// let flag = Descriptor::new(3, r#"{"key":"dark-mode","version":3,"on":true}"#);
/// assert!(!flag.is_deleted());
/// let gone = Descriptor::tombstone(Kind::Flag, 4);
/// assert!(gone.is_deleted() && gone.json().contains(r#""deleted":true"#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    version: u64,
    deleted: bool,
    json: String,
}

impl Descriptor {
    /// A flag or segment; the version is also that in its JSON.
    pub fn new(version: u64, json: impl Into<String>) -> Self {
        Self {
            version,
            deleted: false,
            json: json.into(),
        }
    }

    /// What stands in the place of a deleted flag or segment: a complete one, which every SDK reads.
    pub fn tombstone(kind: Kind, version: u64) -> Self {
        Self::new(version, tombstone::complete(kind, version)).deleted(true)
    }

    /// The same, deleted or not. What is written is deleted if this or its JSON says so.
    #[must_use]
    pub fn deleted(mut self, deleted: bool) -> Self {
        self.deleted = deleted;
        self
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether it is a tombstone.
    pub fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// Its JSON.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Its JSON.
    pub fn into_json(self) -> String {
        self.json
    }
}

/// A descriptor that can be stored, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) key: String,
    pub(crate) version: u64,
    pub(crate) json: String,
}

/// A sort key of DynamoDB is not longer.
const KEY_LIMIT: usize = 1024;

impl Entry {
    /// # Errors
    ///
    /// [`Error::InvalidItem`]: the key is none, or the JSON is no object of this version.
    pub(crate) fn checked(kind: Kind, key: &str, descriptor: Descriptor) -> Result<Self> {
        check_key(kind, key)?;
        let refused = |why: String| Err(Error::invalid(kind, key, why));
        let Descriptor {
            version,
            deleted,
            json,
        } = descriptor;
        let members = match serde_json::from_str(&json) {
            Ok(Value::Object(members)) => members,
            Ok(other) => {
                let found = name_of(&other);
                return refused(format!("expected a JSON object, found {found}"));
            }
            Err(error) => return refused(format!("expected a JSON object: {error}")),
        };
        match members.get("version") {
            Some(found) if found.as_u64() == Some(version) => {}
            Some(found) => {
                let why = format!("its version is {version}, and that in its JSON is {found}");
                return refused(why);
            }
            None => return refused("its JSON has no `version`".to_owned()),
        }
        let deleted = deleted || members.get("deleted") == Some(&Value::Bool(true));
        let json = if deleted && !tombstone::is_complete(kind, &members) {
            tombstone::complete(kind, version)
        } else {
            json
        };
        Ok(Self {
            kind,
            key: key.to_owned(),
            version,
            json,
        })
    }
}

/// # Errors
///
/// [`Error::InvalidItem`]: no item can have this key.
pub(crate) fn check_key(kind: Kind, key: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::invalid(kind, key, "its key is empty"));
    }
    if key.len() > KEY_LIMIT {
        let why = format!(
            "its key has {} bytes, and at most {KEY_LIMIT} can be stored",
            key.len()
        );
        return Err(Error::invalid(kind, key, why));
    }
    Ok(())
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(key: &str, descriptor: Descriptor) -> String {
        let error = Entry::checked(Kind::Flag, key, descriptor).unwrap_err();
        error.to_string()
    }

    #[test]
    fn what_cannot_be_stored_is_named() {
        for (json, why) in [
            ("[]", "expected a JSON object, found an array"),
            ("{", "expected a JSON object: EOF"),
            ("{}", "has no `version`"),
            (
                r#"{"version":2}"#,
                "its version is 1, and that in its JSON is 2",
            ),
            (r#"{"version":"1"}"#, r#"that in its JSON is "1""#),
            (r#"{"version":-1}"#, "that in its JSON is -1"),
        ] {
            let error = refusal("f", Descriptor::new(1, json));
            assert!(error.contains("flag `f`") && error.contains(why), "{error}");
        }
        let good = Descriptor::new(1, r#"{"version":1}"#);
        assert!(refusal("", good.clone()).contains("empty"));
        assert!(refusal(&"k".repeat(1025), good).contains("1025 bytes"));
    }

    #[test]
    fn the_largest_version_is_stored() {
        let json = format!(r#"{{"version":{}}}"#, u64::MAX);
        let entry = Entry::checked(Kind::Flag, "f", Descriptor::new(u64::MAX, json)).unwrap();
        assert_eq!(entry.version, u64::MAX);
    }

    #[test]
    fn a_short_tombstone_is_completed_and_a_complete_one_is_kept() {
        let short = r#"{"version":2,"key":"$deleted","deleted":true}"#;
        let entry = Entry::checked(Kind::Segment, "s", Descriptor::new(2, short)).unwrap();
        assert_eq!(entry.json, tombstone::complete(Kind::Segment, 2));

        let silent = Descriptor::new(2, r#"{"version":2}"#).deleted(true);
        let entry = Entry::checked(Kind::Flag, "f", silent).unwrap();
        assert_eq!(entry.json, tombstone::complete(Kind::Flag, 2));

        let own = tombstone::complete(Kind::Flag, 2).replace("$deleted", "f");
        let entry = Entry::checked(Kind::Flag, "f", Descriptor::new(2, own.clone())).unwrap();
        assert_eq!(entry.json, own);
    }
}
