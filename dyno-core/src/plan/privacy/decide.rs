//! Making the decisions.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment, ValueCause, ValueError};

use super::decisions::Decisions;
use super::walk::{Mode, Walk};
use crate::error::Result;
use crate::loader::ConfigLoader;
use crate::plan::entries::Entries;
use crate::shape::{Kind, Shape};

impl Decisions {
    /// Decides what to seal in an object that is to be saved: `tree` is complete, keyed and in clear; `view` is what
    /// the loader is shown of it.
    ///
    /// # Errors
    ///
    /// A field must be encrypted and the loader gives no key.
    pub(crate) fn for_save(
        tree: &Item,
        view: &Item,
        entries: &Entries,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        Self::made(tree, view, entries, shape, loader, Mode::Save)
    }

    /// Decides what to open in an object that was loaded: `tree` is complete and keyed, its encrypted values sealed;
    /// `view` is what the loader is shown of it.
    ///
    /// # Errors
    ///
    /// A value is in clear where its field or the loader demands encryption.
    pub(crate) fn for_load(
        tree: &Item,
        view: &Item,
        entries: &Entries,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        Self::made(tree, view, entries, shape, loader, Mode::Load)
    }

    /// Finds what is sealed and what is not, without any key.
    ///
    /// # Errors
    ///
    /// None.
    pub(crate) fn for_audit(tree: &Item, entries: &Entries, shape: &'static Shape) -> Result<Self> {
        let mut walk = Walk::new(tree, entries, None, Mode::Audit);
        walk.object(tree, Some(shape), None)?;
        walk.finish()
    }

    /// Decides what to seal in one value that is to be written; `keys` are the object's key attributes, all that is
    /// known of it; `stored` is the path in the keyed tree. `None`: the value lies inside one that is sealed as a whole.
    ///
    /// # Errors
    ///
    /// The value must be encrypted and the loader gives no key.
    pub(crate) fn for_path(
        keys: &Item,
        shape: &'static Shape,
        (path, stored): (&FieldPath, &FieldPath),
        value: Option<&AttributeValue>,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Option<Self>> {
        let entries = Entries::default();
        let mut walk = Walk::new(keys, &entries, loader, Mode::Save);
        let reached = walk.down(shape, path, stored, value)?;
        let made = walk.finish()?;
        Ok(reached.then_some(made))
    }

    /// An error of a value of which nothing was decided yet, without what may be secret.
    pub(crate) fn hide_secrets(
        error: ValueError,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> ValueError {
        let segments = error.path().segments();
        let around = (1..=segments.len()).filter_map(|depth| segments.get(..depth));
        let outermost = around
            .map(|segments| segments.iter().cloned().collect())
            .find(|path| !Self::is_public(path, shape, loader));
        let shows_more = loader.is_some() && matches!(error.cause(), ValueCause::Custom { .. });
        match outermost {
            Some(path) => Self::without_value(&path, error, "may be"),
            None if shows_more => {
                let path = error.path().clone();
                Self::without_value(&path, error, "may hold what is")
            }
            None => error,
        }
    }

    /// Whether the value at a path may be shown.
    fn is_public(
        path: &FieldPath,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> bool {
        let is_key = |name: &str| shape.table().is_some_and(|table| table.has_key(name));
        matches!(path.segments(), [Segment::Key(name)] if is_key(name))
            || Self::is_clear(path, None, &Item::new(), shape, loader)
    }

    /// Whether the value at a path is certainly not one that is encrypted, lies in none, and, if it is given, holds none;
    /// `keys` are the object's key attributes, as far as they are known.
    pub(crate) fn is_clear(
        path: &FieldPath,
        value: Option<&AttributeValue>,
        keys: &Item,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> bool {
        let decided = Self::for_path(keys, shape, (path, path), value, loader);
        let by_path = loader.is_none_or(|loader| !loader.needs_object());
        let marked = Kind::Object(shape).may_be_marked(path.segments());
        !marked && by_path && matches!(decided, Ok(Some(decisions)) if decisions.is_empty())
    }

    fn made(
        tree: &Item,
        view: &Item,
        entries: &Entries,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
        mode: Mode,
    ) -> Result<Self> {
        let mut walk = Walk::new(view, entries, loader, mode);
        if loader.is_some() || shape.demands_encryption() {
            walk.object(tree, Some(shape), None)?;
        }
        walk.finish()
    }
}
