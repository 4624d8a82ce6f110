//! What stands in the place of a deleted item.

use serde_json::{Map, Value};

use crate::kind::Kind;

/// The key that the SDKs give to what was deleted.
const KEY: &str = "$deleted";

/// A complete flag or segment that says that it is deleted: some SDKs read no other.
pub(crate) fn complete(kind: Kind, version: u64) -> String {
    match kind {
        Kind::Flag => format!(
            r#"{{"key":"{KEY}","on":false,"prerequisites":[],"targets":[],"contextTargets":[],"rules":[],"fallthrough":{{}},"offVariation":null,"variations":[],"clientSide":false,"salt":"","trackEvents":false,"trackEventsFallthrough":false,"debugEventsUntilDate":null,"version":{version},"deleted":true}}"#
        ),
        Kind::Segment => format!(
            r#"{{"key":"{KEY}","included":[],"excluded":[],"includedContexts":[],"excludedContexts":[],"salt":"","rules":[],"version":{version},"deleted":true}}"#
        ),
    }
}

/// Whether every SDK reads this tombstone.
pub(crate) fn is_complete(kind: Kind, tombstone: &Map<String, Value>) -> bool {
    let members: &[&str] = match kind {
        Kind::Flag => &[
            "key",
            "on",
            "prerequisites",
            "targets",
            "rules",
            "fallthrough",
            "variations",
            "salt",
        ],
        Kind::Segment => &["key", "included", "excluded", "salt", "rules"],
    };
    tombstone.get("deleted") == Some(&Value::Bool(true))
        && members.iter().all(|member| tombstone.contains_key(*member))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tombstone_is_complete_for_its_kind() {
        for kind in Kind::ALL {
            let Value::Object(members) = serde_json::from_str(&complete(kind, 7)).unwrap() else {
                panic!("an object");
            };
            assert!(is_complete(kind, &members));
            assert_eq!(members["version"], 7);
            assert_eq!(members["key"], "$deleted");
        }
    }

    #[test]
    fn a_tombstone_of_three_members_is_not_complete() {
        let short = r#"{"version":7,"key":"$deleted","deleted":true}"#;
        let Value::Object(members) = serde_json::from_str(short).unwrap() else {
            panic!("an object");
        };
        for kind in Kind::ALL {
            assert!(!is_complete(kind, &members));
        }
    }
}
