use dyno_value::FieldPath;

use crate::KeyId;

/// What [`seal_item`](crate::seal_item) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealReport {
    pub(super) sealed: usize,
}

impl SealReport {
    /// How many values were sealed.
    pub fn sealed(&self) -> usize {
        self.sealed
    }
}

/// What [`open_item`](crate::open_item) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    pub(super) opened: usize,
    pub(super) unopened: Vec<Unopened>,
}

impl OpenReport {
    /// How many values were opened.
    pub fn opened(&self) -> usize {
        self.opened
    }

    /// The values left sealed for want of a key.
    pub fn unopened(&self) -> &[Unopened] {
        &self.unopened
    }

    /// The values left sealed, to keep.
    pub fn into_unopened(self) -> Vec<Unopened> {
        self.unopened
    }
}

/// A value left sealed for want of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    pub(super) path: FieldPath,
    pub(super) key_id: KeyId,
}

impl Unopened {
    /// Where it stands.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// The key that would open it.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }
}
