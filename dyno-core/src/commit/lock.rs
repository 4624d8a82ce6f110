//! The version that must stand where an object is replaced, of types that count their saves.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use crate::error::{Error, ErrorKind};
use crate::expr::{Node, same_value};

/// The stored version has this value; `None`: there is none, or a null.
#[derive(Clone, Debug)]
pub(crate) struct VersionLock {
    name: &'static str,
    version: Option<AttributeValue>,
}

impl VersionLock {
    pub(crate) fn new(name: &'static str, version: Option<AttributeValue>) -> Self {
        Self { name, version }
    }

    /// Whether it can hold where nothing stands.
    pub(super) fn holds_of_nothing(&self) -> bool {
        self.version.is_none()
    }

    /// The condition, and what the program demands besides.
    pub(crate) fn and(&self, when: Option<&Node>) -> Node {
        let own = match &self.version {
            None => Node::none(&FieldPath::root().key(self.name)),
            Some(version) => Node::equal(self.name, version.clone()),
        };
        match when {
            None => own,
            Some(when) => Node::All(vec![own, when.clone()]),
        }
    }

    /// The error of a save over what stands there; `None` if it has the version.
    pub(super) fn refusal(&self, standing: Option<&Item>) -> Option<Error> {
        let stored = standing.and_then(|item| item.get(self.name));
        let stored = stored.filter(|stored| !stored.is_null());
        let why = match (&self.version, stored) {
            (None, None) => return None,
            (Some(version), Some(stored)) if same_value(version, stored) => return None,
            (None, Some(_)) => format!(
                "an object with this key was saved before, as its version `{}` says, and this one has none or 0, as one that was \
                 never loaded; nothing was written. Load it, apply the change, and save what was loaded",
                self.name
            ),
            (Some(_), None) if standing.is_none() => format!(
                "the object has the version of one that was saved, in `{}`, and none is stored: somebody deleted it; nothing \
                 was written. Insert it with `.if_absent()` to create it again",
                self.name
            ),
            (Some(_), _) => format!(
                "what is stored has another version than the object, or none, in `{}`: somebody else wrote it meanwhile; nothing was \
                 written. Load it, apply the change again, and save",
                self.name
            ),
        };
        Some(Error::new(ErrorKind::Conflict, why))
    }
}
