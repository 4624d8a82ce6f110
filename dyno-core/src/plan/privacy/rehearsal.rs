//! What a loader decides, without asking its provider for keys.

use dyno_crypto::KeyId;
use dyno_value::{FieldPath, Item};

use super::decisions::Decisions;
use super::walk::{Mode, Walk};
use crate::error::Result;
use crate::loader::ConfigLoader;
use crate::plan::entries::Entries;
use crate::shape::Shape;

/// The decisions of a loader for objects of one type, with stand-ins for the keys of its provider.
pub(crate) struct Rehearsal<'a> {
    pub(crate) shape: &'static Shape,
    pub(crate) loader: &'a dyn ConfigLoader,
}

impl std::fmt::Debug for Rehearsal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rehearsal").finish_non_exhaustive()
    }
}

impl Rehearsal<'_> {
    /// As [`Decisions::for_save`].
    pub(crate) fn save(&self, tree: &Item, view: &Item, entries: &Entries) -> Result<Decisions> {
        self.made(tree, view, entries, Mode::Save)
    }

    /// As [`Decisions::for_load`].
    pub(crate) fn load(&self, tree: &Item, view: &Item, entries: &Entries) -> Result<Decisions> {
        self.made(tree, view, entries, Mode::Load)
    }

    /// The key that a value is sealed with when it is written by its path, as [`Decisions::for_path`] decides.
    pub(crate) fn key_by_path(
        &self,
        keys: &Item,
        path: &FieldPath,
        stored: &FieldPath,
    ) -> Result<Option<KeyId>> {
        let entries = Entries::default();
        let mut walk = Walk::new(keys, &entries, Some(self.loader), Mode::Save).rehearsed();
        walk.down(self.shape, path, stored, None)?;
        let made = walk.finish()?;
        Ok(made
            .keys
            .get(stored)
            .map(|sealing| sealing.key.id().clone()))
    }

    fn made(&self, tree: &Item, view: &Item, entries: &Entries, mode: Mode) -> Result<Decisions> {
        let mut walk = Walk::new(view, entries, Some(self.loader), mode).rehearsed();
        walk.object(tree, Some(self.shape), None)?;
        walk.finish()
    }
}
