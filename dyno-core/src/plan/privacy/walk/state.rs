//! What a walk knows at each value.

use std::collections::HashMap;

use dyno_crypto::{EncryptionKey, KeyId};
use dyno_value::{FieldPath, Item};

use crate::error::Result;
use crate::loader::ConfigLoader;
use crate::plan::entries::Entries;
use crate::plan::privacy::decisions::Decisions;
use crate::plan::privacy::refusal::{Clear, key_awaited};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::plan::privacy) enum Mode {
    /// Nothing is opened: what is sealed and what stands in clear is noted, and nothing is an error.
    Audit,
    Load,
    Save,
}

/// That a value must be sealed, and what is known of its key.
#[derive(Clone)]
pub(in crate::plan::privacy) enum Must {
    /// It is read, so that its envelope names the key; why it must be sealed.
    BeSealed(Clear),
    /// It is written, with this key.
    Seal(EncryptionKey),
}

pub(in crate::plan::privacy) struct Walk<'a> {
    /// What the loader is shown.
    pub(super) view: &'a Item,
    pub(super) entries: &'a Entries,
    pub(super) loader: Option<&'a dyn ConfigLoader>,
    pub(super) mode: Mode,
    /// Where the value is, by the names that fields have today: what the loader is asked and errors say.
    pub(super) path: FieldPath,
    /// Where the value is, by the names under which it is stored: what it is bound to.
    pub(super) stored: FieldPath,
    /// Whether the value is, or lies inside, an attribute that no field claims: it is kept as it is stored.
    pub(super) unclaimed: bool,
    /// Whether a key of a provider is stood in for, and nobody is asked.
    pub(super) rehearses: bool,
    /// The check values of the keys given so far.
    pub(super) keys: HashMap<KeyId, [u8; 8]>,
    pub(super) made: Decisions,
    /// A key that must be asked for. The walk goes on, to learn of all others, and what it decides is not used.
    pub(super) awaited: Option<(KeyId, FieldPath)>,
}

impl<'a> Walk<'a> {
    pub(in crate::plan::privacy) fn new(
        view: &'a Item,
        entries: &'a Entries,
        loader: Option<&'a dyn ConfigLoader>,
        mode: Mode,
    ) -> Self {
        let (path, stored) = (FieldPath::root(), FieldPath::root());
        Self {
            view,
            entries,
            loader,
            mode,
            path,
            stored,
            unclaimed: false,
            rehearses: false,
            keys: HashMap::new(),
            made: Decisions::default(),
            awaited: None,
        }
    }

    /// The same walk, with stand-ins for the keys of a provider.
    pub(in crate::plan::privacy) fn rehearsed(mut self) -> Self {
        self.rehearses = true;
        self
    }

    /// What was decided.
    ///
    /// # Errors
    ///
    /// A key must be asked for first.
    pub(in crate::plan::privacy) fn finish(self) -> Result<Decisions> {
        match self.awaited {
            Some((id, path)) => Err(key_awaited(&id).at_path(path)),
            None => Ok(self.made),
        }
    }
}
