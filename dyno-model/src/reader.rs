//! Reading: rounds of single reads, each at its own moment, until root and shards prove to be one snapshot.

use crate::client::{Edit, Outcome};
use crate::config::{Configuration, Shard};
use crate::mutant::Mutant;
use crate::service::{Service, bit};
use crate::state::{Entry, Items, Kind, PIECES, Root, SHARDS, Wrong};

/// How an object is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mode {
    pub(crate) first: First,
    /// The first round may return any state that each item ever had.
    pub(crate) eventual: bool,
}

/// What the first round reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum First {
    /// The root and the first item of each shard that the type can have.
    Keys,
    /// Everything that has the object's partition key.
    Query,
    /// The root: its entries are not known yet.
    Root,
}

/// A load in progress.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reading {
    mode: Mode,
    /// One lazy shard, for a root that was read before.
    lazy: Option<(u8, Option<Edit>)>,
    root: Option<Root>,
    held: Items,
    /// The pieces of each shard that its item spoke of first; only a mutant looks.
    counts: [u8; SHARDS],
    /// Places still to be read in this round.
    pending: u8,
    round: u8,
    /// What was deleted before the load began.
    dead: u64,
}

/// What follows from a read.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    /// More is to be read.
    Read,
    /// The load is over.
    Done(Outcome),
    /// The lazy shard is there, and the object is saved on the root that it was read for.
    Save(Edit, Root),
}

/// The place of the root among those that are read.
const ROOT: u8 = 0;
/// The root and all pieces.
const PLACES: u8 = 7;
const _: () = assert!(
    PLACES as usize == 1 + SHARDS * PIECES,
    "a place for each item"
);
/// Rounds after the first, before the transaction. The code has 3; a round more changes what is read, not what is
/// accepted.
const ROUNDS: u8 = 1;
/// The round that is a transaction.
const AT_ONCE: u8 = ROUNDS + 1;

impl Reading {
    /// A load of the whole object.
    pub(crate) fn whole(mode: Mode, service: &Service, configuration: &Configuration) -> Self {
        let mut pending = 1 << ROOT;
        for shard in 0..SHARDS {
            let pieces = match (configuration.shard(shard), mode.first) {
                (Shard::None, _) | (_, First::Root) => 0,
                (_, First::Keys) => 1,
                (_, First::Query) => PIECES,
            };
            pending |= (0..pieces).fold(0, |all, piece| all | 1 << place(shard, piece));
        }
        Self {
            mode,
            lazy: None,
            root: None,
            held: Items::default(),
            counts: [0; SHARDS],
            pending,
            round: 0,
            dead: service.dead,
        }
    }

    /// A load of a lazy shard of a snapshot.
    pub(crate) fn lazy(shard: u8, then: Option<Edit>, root: Root, service: &Service) -> Self {
        let pieces = root.pieces(usize::from(shard));
        let pending = (0..pieces).fold(0, |all, piece| all | 1 << place(usize::from(shard), piece));
        Self {
            mode: Mode {
                first: First::Root,
                eventual: false,
            },
            lazy: Some((shard, then)),
            root: Some(root),
            held: Items::default(),
            counts: [0; SHARDS],
            pending,
            round: 0,
            dead: service.dead,
        }
    }

    /// The reads that are possible now: a place, and 0 or the number of an earlier state.
    pub(crate) fn reads(&self, service: &Service) -> Vec<(u8, u8)> {
        if self.round == AT_ONCE {
            return vec![(ROOT, 0)];
        }
        let mut reads = Vec::new();
        for place in (ROOT..PLACES).filter(|place| self.pending & 1 << place != 0) {
            reads.push((place, 0));
            if !self.mode.eventual || self.round > 0 {
                continue;
            }
            let mut known = vec![(
                (place == ROOT).then_some(service.root),
                item_at(&service.items, place),
            )];
            for (version, (root, items)) in (1..).zip(&service.history) {
                let value = ((place == ROOT).then_some(*root), item_at(items, place));
                if !known.contains(&value) {
                    known.push(value);
                    reads.push((place, version));
                }
            }
        }
        reads
    }

    /// Reads one item; in the transaction, all that is pending.
    pub(crate) fn read(
        &mut self,
        at: u8,
        version: u8,
        service: &Service,
        configuration: &Configuration,
        wrong: &mut Wrong,
    ) -> Next {
        let now = (service.root, service.items);
        let past = usize::from(version).checked_sub(1);
        let (root, items) = past
            .and_then(|past| service.history.get(past))
            .unwrap_or(&now);
        if self.round == AT_ONCE {
            self.root = *root;
            let pending = self.pending;
            for place in (ROOT + 1..PLACES).filter(|place| pending & 1 << place != 0) {
                self.take(place, items);
            }
            self.pending = 0;
        } else {
            self.pending &= !(1 << at);
            if at == ROOT {
                self.root = *root;
            } else {
                self.take(at, items);
            }
        }
        if self.pending == 0 {
            self.judge(configuration, wrong)
        } else {
            Next::Read
        }
    }

    fn take(&mut self, at: u8, items: &Items) {
        let item = item_at(items, at);
        let (shard, piece) = shard_and_piece(at);
        self.held[shard][piece] = item;
        if let (0, 0, Some(item)) = (piece, self.counts[shard], item) {
            self.counts[shard] = item.pieces;
        }
    }

    /// Compares what was read with the root.
    fn judge(&mut self, configuration: &Configuration, wrong: &mut Wrong) -> Next {
        let Some(root) = self.root else {
            return Next::Done(Outcome::NotFound);
        };
        let mut unfit = 0;
        for (shard, entry) in self.wanted(&root) {
            for piece in 0..self.count(shard, entry, configuration) {
                let item = self.held[shard][piece];
                let verified = match entry.kind {
                    Kind::Independent => !configuration.has(Mutant::LoadWithoutLife),
                    Kind::One | Kind::Pieces => !self.unverified(piece, configuration),
                };
                let fits = if verified {
                    entry.fits(root.life, item)
                } else {
                    item.is_some()
                };
                if !fits {
                    unfit |= 1 << place(shard, piece);
                }
            }
        }
        if unfit == 0 {
            return self.finish(&root, configuration, wrong);
        }
        if self.lazy.is_some() {
            return Next::Done(Outcome::Moved);
        }
        if self.round == AT_ONCE {
            return Next::Done(Outcome::Unread);
        }
        self.round += 1;
        self.pending = unfit | 1 << ROOT;
        Next::Read
    }

    fn unverified(&self, piece: usize, configuration: &Configuration) -> bool {
        configuration.has(Mutant::LoadUnverified)
            || configuration.has(Mutant::LoadVerifiesFirstPiece) && piece > 0
            || configuration.has(Mutant::LazyUnverified) && self.lazy.is_some()
    }

    fn wanted(&self, root: &Root) -> Vec<(usize, Entry)> {
        let wants = |shard: usize| self.lazy.is_none_or(|(lazy, _)| usize::from(lazy) == shard);
        let listed = root.manifest.iter().enumerate();
        let listed = listed.filter_map(|(shard, entry)| Some((shard, (*entry)?)));
        listed.filter(|(shard, _)| wants(*shard)).collect()
    }

    fn count(&self, shard: usize, entry: Entry, configuration: &Configuration) -> usize {
        let count = match self.counts[shard] {
            count if count > 0 && configuration.has(Mutant::LoadCountsByItem) => count,
            _ => entry.pieces,
        };
        usize::from(count)
    }

    /// The load returns this to the program. Was it ever so?
    fn finish(&self, root: &Root, configuration: &Configuration, wrong: &mut Wrong) -> Next {
        for (shard, entry) in self.wanted(root) {
            let count = self.count(shard, entry, configuration);
            let items = &self.held[shard][..count];
            let content = |made_by| match entry.kind {
                Kind::Independent => true,
                Kind::One | Kind::Pieces => made_by == root.truth[shard],
            };
            wrong.torn |= count != usize::from(entry.pieces);
            wrong.torn |= !items
                .iter()
                .all(|item| item.is_some_and(|item| content(item.made_by)));
            wrong.mixed |= items.iter().flatten().any(|item| item.life != root.life);
        }
        let recent = !self.mode.eventual && self.lazy.is_none();
        wrong.undead |= recent && self.dead & bit(root.made_by) != 0;
        match (self.lazy, self.round) {
            (Some((_, Some(edit))), _) => Next::Save(edit, *root),
            (_, 0) => Next::Done(Outcome::Loaded),
            (_, AT_ONCE) => Next::Done(Outcome::LoadedAtOnce),
            _ => Next::Done(Outcome::LoadedLater),
        }
    }
}

/// The number of an item among those that are read.
fn place(shard: usize, piece: usize) -> usize {
    1 + shard * PIECES + piece
}

fn shard_and_piece(place: u8) -> (usize, usize) {
    let item = usize::from(place).saturating_sub(1);
    (item / PIECES, item % PIECES)
}

fn item_at(items: &Items, place: u8) -> Option<crate::state::Piece> {
    if place == ROOT {
        return None;
    }
    let (shard, piece) = shard_and_piece(place);
    items[shard][piece]
}
