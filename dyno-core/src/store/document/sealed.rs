//! What was encrypted stays encrypted, though no type says so.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, KeyId};
use dyno_value::{FieldPath, Item, Segment};

use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::plan::{Decisions, values_at};
use crate::shape::{FieldShape, Kind, Shape};

/// The sealed values that were found when a document was read, with the keys that opened them.
///
/// Elements of lists move, so an index stands for every index.
#[derive(Clone, Default)]
pub(super) struct Sealed {
    keys: BTreeMap<FieldPath, Found>,
}

#[derive(Clone)]
enum Found {
    Opened(EncryptionKey),
    /// No key was given; the values as they are stored.
    Unopened(Vec<AttributeValue>),
}

impl Sealed {
    pub(super) fn found(decisions: &Decisions, item: &Item, shape: &'static Shape) -> Self {
        let mut keys = BTreeMap::new();
        for (path, key) in decisions.sealed() {
            let path = anywhere(&unkeyed(path, shape));
            match key {
                Some(key) => {
                    keys.insert(path, Found::Opened(key.clone()));
                }
                None => {
                    keys.entry(path).or_insert_with_key(|path| {
                        let values = values_at(item, path);
                        Found::Unopened(
                            values.into_iter().map(|(_, value)| value.clone()).collect(),
                        )
                    });
                }
            }
        }
        Self { keys }
    }

    /// The loader for a save: where the caller's gives no key for a value that was sealed, the value is sealed with
    /// the key that opened it.
    pub(super) fn guarding(
        &self,
        loader: Option<Arc<dyn ConfigLoader>>,
    ) -> Option<Arc<dyn ConfigLoader>> {
        if self.keys.is_empty() {
            return loader;
        }
        Some(Arc::new(DocumentLoader {
            keeps_metadata: None,
            sealed: self.clone(),
            loader,
        }))
    }

    /// Refuses a document in which a value that could not be opened was replaced by one that would be stored in
    /// clear.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyRefused`], with its place.
    pub(super) fn check(&self, item: &Item, loader: Option<&dyn ConfigLoader>) -> Result<()> {
        for (path, found) in &self.keys {
            let Found::Unopened(sealed) = found else {
                continue;
            };
            for (place, value) in values_at(item, path) {
                if sealed.contains(value) || has_key(&place, item, loader) {
                    continue;
                }
                return Err(Error::new(
                    ErrorKind::KeyRefused,
                    "was encrypted when the document was read, and the loader gives no key to encrypt the new value",
                )
                .at_path(place));
            }
        }
        Ok(())
    }
}

/// Whether the loader gives a key for a value, or for one around it.
fn has_key(place: &FieldPath, item: &Item, loader: Option<&dyn ConfigLoader>) -> bool {
    let Some(loader) = loader else { return false };
    let mut around = place.clone();
    loop {
        if around.is_root() {
            return false;
        }
        let named = loader.encryption_key_id(&around, item).is_some();
        if named || loader.encryption_key(&around, item).is_some() {
            return true;
        }
        around.pop();
    }
}

/// A path by indexes where the planner knows the entries of a list by their ids.
fn unkeyed(path: &FieldPath, shape: &'static Shape) -> FieldPath {
    let mut kind = Some(Kind::Object(shape));
    let mut made = FieldPath::root();
    for segment in path.segments() {
        let is_entry = matches!(kind, Some(Kind::List(_)));
        made.push(if is_entry {
            Segment::Index(0)
        } else {
            segment.clone()
        });
        kind = match (kind, segment) {
            (Some(Kind::Object(shape)), Segment::Key(name)) => shape
                .find_field(|field| field.name() == name)
                .map(FieldShape::kind),
            (Some(Kind::List(element) | Kind::Map(element)), _) => Some(element.kind()),
            _ => None,
        };
    }
    made
}

fn anywhere(path: &FieldPath) -> FieldPath {
    let segment = |segment: &Segment| match segment {
        Segment::Index(_) => Segment::Index(0),
        Segment::Key(name) => Segment::Key(name.clone()),
    };
    path.segments().iter().map(segment).collect()
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

/// The loader of a document's reads and saves: the caller's, if it has one, and what is known of the document.
pub(super) struct DocumentLoader {
    /// Whether the mapper's own attributes are kept; `None` leaves it to the caller's loader.
    pub(super) keeps_metadata: Option<bool>,
    pub(super) sealed: Sealed,
    pub(super) loader: Option<Arc<dyn ConfigLoader>>,
}

impl ConfigLoader for DocumentLoader {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        self.loader.as_deref()
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        Some(Arc::new(Self {
            keeps_metadata: self.keeps_metadata,
            sealed: self.sealed.clone(),
            loader: Some(self.loader.as_ref()?.pinned()?),
        }))
    }

    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let given = self.loader.as_ref();
        let given = given.and_then(|loader| loader.encryption_key(path, object));
        given.or_else(|| match self.sealed.keys.get(&anywhere(path)) {
            Some(Found::Opened(key)) => Some(key.clone()),
            Some(Found::Unopened(_)) | None => None,
        })
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.inner()?.decryption_key(id, path, object)
    }

    fn keep_metadata(&self, object: &Item) -> bool {
        let loader = self.loader.as_ref();
        self.keeps_metadata
            .unwrap_or_else(|| loader.is_some_and(|loader| loader.keep_metadata(object)))
    }
}
