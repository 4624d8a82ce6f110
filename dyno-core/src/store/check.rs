//! Whether a loader can answer when an object is read what it answered when it was written.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, KeyId};
use dyno_value::FieldPath;

use super::drive;
use crate::error::{Error, Result};
use crate::loader::ConfigLoader;
use crate::plan::{self, Decisions, Keyed, KnownEntries, Numbering};
use crate::shape::{Stored, write_object};

/// Tests whether a loader gives the same keys for an object that is read as for the one that was saved.
///
/// A load shows the loader an object whose encrypted values are sealed. A loader that looks at such a value when it
/// decides finds bytes there, decides otherwise, and the object cannot be read again. Call this in a test, with an
/// object of each kind that the loader tells apart. Nothing is sent.
///
/// # Errors
///
/// [`LoaderFault`]: the fields where the answers differ, or the error with which saving or loading would fail.
///
/// # Examples
///
/// ```
/// use dyno_core::{AttributeValue, ConfigLoader, EncryptionKey, FieldPath, Item, check_loader};
/// use dyno_derive::DyObject;
///
/// #[derive(DyObject)]
/// #[dyno(crate = dyno_core, table = "Users", key = "ID")]
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
    let (saved, loaded) = answers(loader, object).map_err(LoaderFault::of_operation)?;
    let loaded = loaded.map_err(LoaderFault::of_operation)?;
    if saved == loaded {
        return Ok(());
    }
    let mut paths: Vec<_> = saved.keys().chain(loaded.keys()).cloned().collect();
    paths.retain(|path| saved.get(path) != loaded.get(path));
    paths.sort_unstable();
    paths.dedup();
    Err(LoaderFault { paths, error: None })
}

type KeysByPath = BTreeMap<FieldPath, Option<KeyId>>;

fn answers<T: Stored>(
    loader: &dyn ConfigLoader,
    object: &T,
) -> Result<(KeysByPath, Result<KeysByPath>)> {
    let topology = plan::Topology::of(T::SHAPE)?;
    let shape = topology.root;
    let mut tree = write_object(object)?;
    let shown = tree.clone();
    let none = KnownEntries::default();
    let Keyed { entries, .. } = plan::key_lists(
        &mut tree,
        shape,
        topology.table,
        Numbering::Matched(&none, drive::seed()?),
    )?;
    let save = Decisions::for_save(&tree, &shown, &entries, shape, Some(loader))?;
    let sealed = save.seal(tree, &FieldPath::root(), &anywhere()?)?;
    let view = plan::shown(&sealed, &topology, &entries);
    let load = Decisions::for_load(&sealed, &view, &entries, shape, Some(loader));
    Ok((keys(&save), load.map(|load| keys(&load))))
}

fn keys(decisions: &Decisions) -> KeysByPath {
    decisions
        .sealed()
        .map(|(path, key)| (path.clone(), key.map(|key| key.id().clone())))
        .collect()
}

/// What the values are sealed for here: nobody opens them.
fn anywhere() -> Result<Binding> {
    let key = AttributeValue::S("check".to_owned());
    plan::binding_of("check", &[("check", &key)])
}

/// Why a loader cannot be used; see [`check_loader`].
#[derive(Debug)]
pub struct LoaderFault {
    paths: Vec<FieldPath>,
    error: Option<Error>,
}

impl LoaderFault {
    fn of_operation(error: Error) -> Self {
        Self {
            paths: Vec::new(),
            error: Some(error),
        }
    }

    /// The fields whose key is another one when the object is read; empty if saving or loading fails.
    pub fn paths(&self) -> &[FieldPath] {
        &self.paths
    }
}

impl fmt::Display for LoaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = &self.error {
            return write!(
                f,
                "an object cannot be saved and loaded with this loader: {error}"
            );
        }
        let paths: Vec<_> = self.paths.iter().map(|path| format!("`{path}`")).collect();
        write!(
            f,
            "the loader gives other keys when the object is read than when it was saved, for {}; decide on attributes \
             that are never encrypted",
            paths.join(", ")
        )
    }
}

impl std::error::Error for LoaderFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.as_ref().and_then(std::error::Error::source)
    }
}
