//! What is stored, what is on its way, and what the clients know.

use crate::client::Client;
use crate::network::Message;
use crate::service::Service;

/// Shards that an object can have, at most.
pub(crate) const SHARDS: usize = 3;
/// Pieces that a shard can have, at most.
pub(crate) const PIECES: usize = 2;
/// Earlier etags that a root can keep, at most; a configuration may use fewer.
pub(crate) const PAST: usize = 4;

/// A number for each commit that any client can ever attempt. Never used twice.
pub(crate) type Commit = u8;

/// The commit that made the object that a configuration begins with.
pub(crate) const FIRST: Commit = 1;
/// No etag, in a ring that is not full; no entry, in an order that is not full.
pub(crate) const NONE: u8 = 0;

/// One item of every shard.
pub(crate) type Items = [[Option<Piece>; PIECES]; SHARDS];

/// Everything that there is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub(crate) service: Service,
    pub(crate) network: Vec<Message>,
    pub(crate) clients: Vec<Client>,
    pub(crate) wrong: Wrong,
}

/// The root item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Root {
    /// Which commit it is. The stamp is the first half of the etag, here it is the etag.
    pub(crate) etag: u8,
    pub(crate) sequence: u8,
    pub(crate) life: u8,
    pub(crate) past: [u8; PAST],
    pub(crate) manifest: [Option<Entry>; SHARDS],
    /// A list's order: shard numbers plus one, [`NONE`] after the last.
    pub(crate) order: [u8; SHARDS],
    /// Not stored: the commit that made this root. As the etag, unless a mutant repeats etags.
    pub(crate) made_by: Commit,
    /// Not stored: the commit whose content each shard has in this state of the object.
    pub(crate) truth: [Commit; SHARDS],
}

/// What the root says of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// Of an independent shard always [`NONE`].
    pub(crate) stamp: u8,
    pub(crate) pieces: u8,
}

/// The kind bits of the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// One item.
    One,
    /// Several items.
    Pieces,
    /// One item with a version of its own.
    Independent,
}

/// The item of a shard, or of one of its pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Piece {
    pub(crate) stamp: u8,
    pub(crate) life: u8,
    pub(crate) pieces: u8,
    /// Not stored: the commit whose content this is.
    pub(crate) made_by: Commit,
}

/// What has gone wrong on the way to a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one property, none excludes another"
)]
pub(crate) struct Wrong {
    /// A load returned what no commit left.
    pub(crate) torn: bool,
    /// A commit took effect on another state than the one it was made for.
    pub(crate) lost_update: bool,
    /// A load returned what had been deleted before it began.
    pub(crate) undead: bool,
    /// A load returned an item of another incarnation.
    pub(crate) mixed: bool,
    /// A commit took effect twice.
    pub(crate) twice: bool,
}

impl Root {
    /// Whether the root knows of this etag.
    pub(crate) fn remembers(&self, etag: u8) -> bool {
        self.etag == etag || self.past.contains(&etag)
    }

    /// Takes over the place of the last commit, as all commits do.
    pub(crate) fn commit(&mut self, etag: u8, made_by: Commit, ring: usize) {
        self.past.copy_within(0..PAST - 1, 1);
        self.past[0] = self.etag;
        self.past[ring..].fill(NONE);
        self.etag = etag;
        self.sequence += 1;
        self.made_by = made_by;
    }

    /// A new object without shards.
    pub(crate) fn create(etag: u8, made_by: Commit) -> Self {
        Self {
            etag,
            sequence: 1,
            life: etag,
            past: [NONE; PAST],
            manifest: [None; SHARDS],
            order: [NONE; SHARDS],
            made_by,
            truth: [NONE; SHARDS],
        }
    }

    /// How many pieces the manifest lists of a shard.
    pub(crate) fn pieces(&self, shard: usize) -> usize {
        self.manifest[shard].map_or(0, |entry| usize::from(entry.pieces))
    }

    pub(crate) fn append_to_order(&mut self, shard: usize) {
        let id = entry_id(shard);
        if self.order.contains(&id) {
            return;
        }
        if let Some(free) = self.order.iter_mut().find(|place| **place == NONE) {
            *free = id;
        }
    }

    pub(crate) fn drop_from_order(&mut self, shard: usize) {
        let id = entry_id(shard);
        let mut order = [NONE; SHARDS];
        let kept = self.order.iter().filter(|place| **place != id);
        for (place, kept) in order.iter_mut().zip(kept) {
            *place = *kept;
        }
        self.order = order;
    }

    pub(crate) fn reverse_order(&mut self) {
        let length = self.order.iter().filter(|place| **place != NONE).count();
        self.order[..length].reverse();
    }
}

impl Entry {
    /// The entry of a shard that a commit wrote.
    pub(crate) fn written(kind: Kind, stamp: u8, pieces: u8) -> Self {
        match kind {
            Kind::Independent => Self {
                kind,
                stamp: NONE,
                pieces: 1,
            },
            Kind::One | Kind::Pieces => Self {
                kind: if pieces > 1 { Kind::Pieces } else { Kind::One },
                stamp,
                pieces,
            },
        }
    }

    /// Whether an item is the one that this entry names, under a root of this incarnation.
    pub(crate) fn fits(self, life: u8, item: Option<Piece>) -> bool {
        item.is_some_and(|item| match self.kind {
            Kind::Independent => item.life == life,
            Kind::One | Kind::Pieces => item.stamp == self.stamp,
        })
    }
}

/// How a shard is named in an order.
pub(crate) fn entry_id(shard: usize) -> u8 {
    // Shards are numbered below `SHARDS`.
    u8::try_from(shard).unwrap_or(u8::MAX).saturating_add(1)
}
