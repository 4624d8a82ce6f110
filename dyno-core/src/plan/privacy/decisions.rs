//! What was decided of an object's values.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, KeyId, UsedException};
use dyno_value::{FieldPath, Segment, ValueError};

use super::refusal::no_key_to_open;
use crate::error::{Error, ErrorKind};

/// The keys of an object's encrypted values, by path from the root.
#[derive(Default)]
pub(crate) struct Decisions {
    pub(super) keys: HashMap<FieldPath, Sealing>,
    /// What stands in the place of values that an older library sealed.
    pub(super) legacy: BTreeMap<FieldPath, AttributeValue>,
    /// The exceptions that were made for values in clear.
    pub(super) exceptions: Vec<UsedException>,
    /// Sealed values that no key was given for, by the path that the program knows; they stay as they are.
    pub(super) unopened: HashMap<FieldPath, KeyId>,
    /// Of an audit: the values in clear whose fields demand encryption, by the path that the program knows.
    pub(super) clear: Vec<FieldPath>,
}

#[derive(Debug)]
pub(super) struct Sealing {
    pub(super) key: EncryptionKey,
    /// The place as the program knows it: by the name that a field has today, by index in place of entry id.
    pub(super) known_as: FieldPath,
}

impl Decisions {
    /// Whether no value is or was sealed, or is secret all the same.
    pub(crate) fn concern_nothing(&self) -> bool {
        self.keys.is_empty()
            && self.legacy.is_empty()
            && self.exceptions.is_empty()
            && self.unopened.is_empty()
            && self.clear.is_empty()
    }

    /// Of an audit: the values in clear whose fields demand encryption.
    pub(crate) fn in_clear(&self) -> &[FieldPath] {
        &self.clear
    }

    /// Says why a stored value does not become a field: sealed with a key that the loader does not give, or of
    /// another type.
    pub(crate) fn does_not_fit(&self, error: ValueError) -> Error {
        let (path, cause) = self.without_secrets(error).into_parts();
        match self.unopened.get(&path) {
            Some(id) => no_key_to_open(id),
            None => Error::new(ErrorKind::DoesNotFit, cause.to_string()),
        }
        .at_path(path)
    }

    /// The error without what is secret: neither a value that is encrypted or accepted in clear for a while, nor the
    /// names inside it.
    pub(crate) fn without_secrets(&self, error: ValueError) -> ValueError {
        let sealed = self
            .keys
            .iter()
            .flat_map(|(stored, sealing)| [stored, &sealing.known_as])
            .chain(self.legacy.keys())
            .chain(self.exceptions.iter().map(UsedException::path))
            .filter(|sealed| !sealed.is_root());
        let outermost = sealed
            .filter(|sealed| error.path().starts_with(sealed))
            .min_by_key(|sealed| sealed.depth());
        if let Some(sealed) = outermost {
            return Self::without_value(sealed, error, "is");
        }
        let holds_sealed = || {
            self.keys
                .values()
                .any(|sealing| sealing.known_as.starts_with(error.path()))
        };
        if error.cause().shows_value() && holds_sealed() {
            let path = error.path().clone();
            return Self::without_value(&path, error, "holds what is");
        }
        error
    }

    /// The error of a value that is encrypted at this path, or lies inside one that is.
    pub(super) fn without_value(path: &FieldPath, error: ValueError, is: &str) -> ValueError {
        if error.path() == path && !error.cause().shows_value() {
            return error;
        }
        let why = format!("the value does not fit; it {is} encrypted, so it is not shown");
        ValueError::custom(why).under_path(path)
    }

    /// Whether a value inside the one at `path` is sealed by itself and reached through a list.
    pub(crate) fn any_below_list(&self, path: &FieldPath) -> bool {
        self.keys
            .keys()
            .filter_map(|sealed| sealed.strip_prefix(path))
            .any(|inside| {
                inside
                    .segments()
                    .iter()
                    .any(|segment| matches!(segment, Segment::Index(_)))
            })
    }

    /// Every sealed value that was found, with the key that opens it, if one was given.
    pub(crate) fn sealed(&self) -> impl Iterator<Item = (&FieldPath, Option<&EncryptionKey>)> {
        let opened = self
            .keys
            .iter()
            .map(|(path, sealing)| (path, Some(&sealing.key)));
        opened.chain(self.unopened.keys().map(|path| (path, None)))
    }

    /// The values with a key: the path in the keyed tree, the path that the program knows, and the key's id.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&FieldPath, &FieldPath, &KeyId)> {
        self.keys
            .iter()
            .map(|(stored, sealing)| (stored, &sealing.known_as, sealing.key.id()))
    }

    /// Of an audit: every sealed value, by the path that the program knows, with the id of its key.
    pub(crate) fn envelopes(&self) -> BTreeMap<&FieldPath, &KeyId> {
        self.unopened.iter().collect()
    }

    /// Notes that the object has no item seals, which its type demands.
    pub(crate) fn note_unsealed(&mut self, used: UsedException) {
        self.exceptions.insert(0, used);
    }

    /// The exceptions that were made, in the order of the walk.
    pub(crate) fn exceptions(&self) -> &[UsedException] {
        &self.exceptions
    }

    /// The exceptions that were made, taken out.
    pub(crate) fn take_exceptions(&mut self) -> Vec<UsedException> {
        std::mem::take(&mut self.exceptions)
    }

    /// Whether the value at a path is encrypted, as one or in parts.
    pub(crate) fn seals(&self, path: &FieldPath) -> bool {
        self.keys.keys().any(|sealed| sealed.starts_with(path))
    }

    /// Whether nothing is encrypted.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decisions")
            .field("keys", &self.keys)
            .field("unopened", &self.unopened)
            .finish_non_exhaustive()
    }
}
