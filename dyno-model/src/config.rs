//! Configurations: which object there is, who does what to it, and how often an answer may be lost.

use crate::client::Operation;
use crate::mutant::Mutant;
use crate::reader::Mode;
use crate::state::{Kind, PAST, SHARDS};

/// Operations of one client, at most.
pub(crate) const OPERATIONS: u8 = 3;

/// One system to be explored completely.
#[derive(Clone, Debug)]
pub struct Configuration {
    name: &'static str,
    shards: [Shard; SHARDS],
    begins: Begins,
    clients: Vec<Vec<Operation>>,
    resends: u8,
    ring: usize,
    reaches: Vec<&'static str>,
    mutant: Option<Mutant>,
}

/// What a shard is in the type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shard {
    /// The type has no such shard.
    #[default]
    None,
    /// A shard field.
    Field,
    /// A possible entry of a list.
    Entry,
    /// A shard field with a version of its own.
    Independent,
}

/// What stands there at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    Absent,
    /// An object with this many pieces of each shard.
    Object([u8; SHARDS]),
}

impl Configuration {
    pub(crate) fn new(name: &'static str, shards: &[Shard], begins: Begins) -> Self {
        let mut all = [Shard::None; SHARDS];
        for (place, shard) in all.iter_mut().zip(shards) {
            *place = *shard;
        }
        Self {
            name,
            shards: all,
            begins,
            clients: Vec::new(),
            resends: 0,
            ring: PAST,
            reaches: Vec::new(),
            mutant: None,
        }
    }

    /// Adds a client that does this, one after another.
    #[must_use]
    pub(crate) fn client(mut self, operations: &[Operation]) -> Self {
        debug_assert!(
            operations.len() <= usize::from(OPERATIONS),
            "commits have room for so many"
        );
        self.clients.push(operations.to_vec());
        self
    }

    /// How often a client sends a request again whose answer was lost.
    #[must_use]
    pub(crate) fn resends(mut self, resends: u8) -> Self {
        self.resends = resends;
        self
    }

    /// How many etags a root keeps, fewer than in the format so that the bound is met.
    #[must_use]
    pub(crate) fn keeps(mut self, etags: usize) -> Self {
        self.ring = etags;
        self
    }

    /// What must happen on some way, or the configuration proves nothing.
    #[must_use]
    pub(crate) fn reaches(mut self, properties: &[&'static str]) -> Self {
        self.reaches = properties.to_vec();
        self
    }

    /// The same under another name.
    #[must_use]
    pub(crate) fn renamed(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// The same with a broken rule.
    #[must_use]
    pub fn with(mut self, mutant: Mutant) -> Self {
        self.mutant = Some(mutant);
        self
    }

    /// What the configuration is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn expected(&self) -> &[&'static str] {
        &self.reaches
    }

    pub(crate) fn has(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    pub(crate) fn ring(&self) -> usize {
        self.ring
    }

    pub(crate) fn resend_budget(&self) -> u8 {
        self.resends
    }

    pub(crate) fn operations(&self) -> &[Vec<Operation>] {
        &self.clients
    }

    pub(crate) fn begins(&self) -> Begins {
        self.begins
    }

    pub(crate) fn shard(&self, shard: usize) -> Shard {
        self.shards[shard]
    }

    pub(crate) fn kind(&self, shard: usize) -> Kind {
        match self.shards[shard] {
            Shard::Independent => Kind::Independent,
            Shard::None | Shard::Field | Shard::Entry => Kind::One,
        }
    }

    /// Whether some load reads eventually, so that earlier states must be kept.
    pub(crate) fn keeps_history(&self) -> bool {
        let eventual = |operation: &Operation| {
            matches!(operation, Operation::Load(Mode { eventual: true, .. }))
        };
        self.clients.iter().flatten().any(eventual)
    }
}
