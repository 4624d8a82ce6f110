//! Whether a loader can answer when an object is read what it answered when it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, KeyId};
use dyno_value::{FieldPath, Item};

use super::drive;
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::plan::{self, Decisions, Keyed, KnownEntries, Numbering, Rehearsal};
use crate::shape::{Stored, TableShape, write_object};

/// Tests whether a loader gives the same keys for an object that is read as for the one that was saved.
///
/// A load shows the loader an object whose encrypted values are sealed. A loader that looks at such a value when it
/// decides finds bytes there, decides otherwise, and the object cannot be read again. A write by path shows it the
/// object's key alone, unless it [needs the object](ConfigLoader::needs_object): a loader that looks at more would store
/// in clear what it encrypts in a save. Call this in a test, with an object of each kind that the loader tells apart.
/// Nothing is sent, and no provider is asked for keys.
///
/// # Errors
///
/// [`LoaderFault`]: the fields where the answers differ, or the error with which saving or loading would fail.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # use dyno_derive::DyObject;
/// use dyno::{AttributeValue, ConfigLoader, DyObject, EncryptionKey, FieldPath, Item, check_loader};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User { name: String, secret: bool }
///
/// /// Encrypts everything of users with a secret; whether there is one is encrypted too.
/// struct Circular(EncryptionKey);
///
/// impl ConfigLoader for Circular {
///     fn encryption_key(&self, _: &FieldPath, object: &Item) -> Option<EncryptionKey> {
///         let secret = object.get("secret") == Some(&AttributeValue::Bool(true));
///         secret.then(|| self.0.clone())
///     }
/// }
///
/// let user = User { name: "Naomi".into(), secret: true };
/// let fault = check_loader(&Circular(EncryptionKey::generate("k1")?), &user).unwrap_err();
/// assert!(fault.to_string().contains("`secret`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_loader<T: Stored>(
    loader: &dyn ConfigLoader,
    object: &T,
) -> std::result::Result<(), LoaderFault> {
    let answers = Answers::of(loader, object).map_err(LoaderFault::of_operation)?;
    answers.agree()
}

/// The ids of the keys of an object's encrypted values, by path.
type KeyIds = BTreeMap<FieldPath, KeyId>;

/// What a loader answers when an object is saved, when it is loaded, and when its values are written by path.
struct Answers {
    saved: KeyIds,
    loaded: KeyIds,
    /// `None`: the loader is shown whole objects only.
    by_path: Option<KeyIds>,
}

impl Answers {
    fn of<T: Stored>(loader: &dyn ConfigLoader, object: &T) -> Result<Self> {
        let topology = plan::Topology::of(T::SHAPE)?;
        let shape = topology.root;
        let rehearsal = Rehearsal { shape, loader };
        let mut tree = write_object(object)
            .map_err(|error| Decisions::hide_secrets(error, shape, Some(loader)))?;
        if let Some(templates) = shape.key_templates() {
            let key = templates.key_of(&object.key_parts());
            let key = key.map_err(|why| Error::new(ErrorKind::InvalidKey, why))?;
            tree.extend(plan::Address::of_root(shape, topology.table, &key)?.to_item());
        }
        let keys = keys_in(&tree, topology.table);
        let shown = tree.clone();
        let none = KnownEntries::default();
        let numbering = Numbering::Matched(&none, drive::seed()?);
        let Keyed { entries, .. } = topology.key_lists(&mut tree, numbering)?;
        let save = rehearsal.save(&tree, &shown, &entries)?;
        let sealed = save.seal(tree, &FieldPath::root(), &anywhere()?)?;
        let view = plan::shown(&sealed, &topology, &entries);
        let load = rehearsal.load(&sealed, &view, &entries)?;
        let by_path = (!loader.needs_object() && !shape.seals())
            .then(|| by_path(&rehearsal, &keys, &save))
            .transpose()?;
        Ok(Self {
            saved: ids(&save),
            loaded: ids(&load),
            by_path,
        })
    }

    fn agree(&self) -> std::result::Result<(), LoaderFault> {
        let differing = |others: &KeyIds| -> Vec<FieldPath> {
            let paths = self.saved.keys().chain(others.keys());
            let paths = paths.filter(|path| self.saved.get(path) != others.get(path));
            paths
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect()
        };
        let read = differing(&self.loaded);
        if !read.is_empty() {
            return Err(LoaderFault(Fault::Read(read)));
        }
        let written = self.by_path.as_ref().map(differing).unwrap_or_default();
        if !written.is_empty() {
            return Err(LoaderFault(Fault::WrittenByPath(written)));
        }
        Ok(())
    }
}

fn ids(decisions: &Decisions) -> KeyIds {
    let places = decisions.places();
    let ids = places.map(|(_, known_as, id)| (known_as.clone(), id.clone()));
    ids.collect()
}

fn by_path(rehearsal: &Rehearsal<'_>, keys: &Item, saved: &Decisions) -> Result<KeyIds> {
    let mut ids = KeyIds::new();
    for (stored, known_as, _) in saved.places() {
        if let Some(id) = rehearsal.key_by_path(keys, known_as, stored)? {
            ids.insert(known_as.clone(), id);
        }
    }
    Ok(ids)
}

fn keys_in(tree: &Item, table: &TableShape) -> Item {
    let names = [Some(table.key_name()), table.sort_name()];
    let keys = names
        .into_iter()
        .flatten()
        .filter_map(|name| tree.get_key_value(name));
    keys.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What the values are sealed for here: nobody opens them.
fn anywhere() -> Result<Binding> {
    let key = AttributeValue::S("check".to_owned());
    plan::binding_of("check", &[("check", &key)])
}

/// Why a loader cannot be used; see [`check_loader`].
#[derive(Debug)]
pub struct LoaderFault(Fault);

#[derive(Debug)]
enum Fault {
    Operation(Error),
    Read(Vec<FieldPath>),
    WrittenByPath(Vec<FieldPath>),
}

impl LoaderFault {
    fn of_operation(error: Error) -> Self {
        Self(Fault::Operation(error))
    }

    /// The fields whose key is another one when the object is read or written by path; empty if saving or loading fails.
    pub fn paths(&self) -> &[FieldPath] {
        match &self.0 {
            Fault::Operation(_) => &[],
            Fault::Read(paths) | Fault::WrittenByPath(paths) => paths,
        }
    }
}

impl fmt::Display for LoaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed: Vec<_> = self
            .paths()
            .iter()
            .map(|path| format!("`{path}`"))
            .collect();
        let listed = listed.join(", ");
        match &self.0 {
            Fault::Operation(error) => write!(
                f,
                "an object cannot be saved and loaded with this loader: {error}"
            ),
            Fault::Read(_) => write!(
                f,
                "the loader gives other keys when the object is read than when it was saved, for {listed}; decide on \
                 attributes that are never encrypted"
            ),
            Fault::WrittenByPath(_) => write!(
                f,
                "the loader gives other keys when it is shown the object's key alone, as `write_path` does, for {listed}; \
                 decide by path and key, or answer `true` in `ConfigLoader::needs_object`"
            ),
        }
    }
}

impl std::error::Error for LoaderFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Fault::Operation(error) => error.source(),
            Fault::Read(_) | Fault::WrittenByPath(_) => None,
        }
    }
}
