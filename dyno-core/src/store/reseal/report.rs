use std::collections::BTreeMap;
use std::fmt;

use dyno_crypto::KeyId;

use super::walked::{Walked, walked};
use crate::plan::How;

/// What a [`Reseal`](crate::Reseal) has done so far, or would do; see also [`Reseal::progress`](crate::Reseal::progress).
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ResealReport {
    pub(super) walked: Walked,
    pub(super) dry_run: bool,
    pub(super) changed: u64,
    pub(super) resealed: BTreeMap<(KeyId, KeyId), u64>,
    pub(super) plaintext: u64,
    pub(super) legacy: u64,
    pub(super) opened: u64,
    pub(super) indexed: u64,
    pub(super) items_sealed: u64,
    pub(super) items_unsealed: u64,
    pub(super) left: BTreeMap<KeyId, u64>,
    pub(super) contended: u64,
    pub(super) unsealed_type: u64,
}

impl ResealReport {
    walked!();

    /// The objects of which a value was changed.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// The values that were changed, in all, without the columns of indexes.
    pub fn values(&self) -> u64 {
        self.resealed.values().sum::<u64>() + self.plaintext + self.legacy + self.opened
    }

    /// The columns of [indexes](crate::Find) that were written or removed, also of those that the type does not have any
    /// more; see [`Reseal::open_unclaimed`](crate::Reseal::open_unclaimed).
    pub fn columns(&self) -> u64 {
        self.indexed
    }

    /// The objects whose items were sealed anew, because they had no seals or those of another key.
    pub fn items_sealed(&self) -> u64 {
        self.items_sealed
    }

    /// The objects whose items lost seals that nobody demands any more: those that shards kept when their root lost its
    /// own, or all of them, if the read policy accepts objects without (`ReadPolicy::allow_unsealed`).
    pub fn items_unsealed(&self) -> u64 {
        self.items_unsealed
    }

    /// The values that were sealed with another key: from which key to which, and how many.
    pub fn resealed(&self) -> impl Iterator<Item = (&KeyId, &KeyId, u64)> {
        self.resealed
            .iter()
            .map(|((from, to), count)| (from, to, *count))
    }

    /// How many values were sealed with the first key and are with the second now.
    pub fn resealed_from(&self, from: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> u64 {
        self.resealed()
            .filter(|(key, other, _)| {
                key.as_bytes() == from.as_ref() && other.as_bytes() == to.as_ref()
            })
            .map(|(_, _, count)| count)
            .sum()
    }

    /// The values that stood in clear and are sealed now.
    pub fn plaintext_sealed(&self) -> u64 {
        self.plaintext
    }

    /// The values that an older library had sealed.
    pub fn legacy_sealed(&self) -> u64 {
        self.legacy
    }

    /// The values that were sealed and stand in clear now.
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// The values that stay sealed though nobody encrypts them any more, by the key.
    pub fn left(&self) -> impl Iterator<Item = (&KeyId, u64)> {
        self.left.iter().map(|(key, count)| (key, *count))
    }

    /// The objects that others kept changing; they are among the [failures](Self::failures).
    pub fn contended(&self) -> u64 {
        self.contended
    }

    /// The objects with seals over their items, though the type is not marked `#[dyno(seal)]` and the read policy does not let
    /// the seals go (`ReadPolicy::allow_unsealed`): nothing of them was changed, because that would break the seals.
    pub fn skipped(&self) -> u64 {
        self.unsealed_type
    }

    /// Whether every object of the type, of those that [`only_if`](crate::Reseal::only_if) looks at, was read, by one walk from the beginning of the table to its end, and is now as a
    /// save would write it. So not after a walk that [went on](crate::Reseal::from) from a cursor: it does not know what
    /// failed before. Nor after a [dry run](crate::Reseal::dry_run) that found something to do, or with values
    /// [left](Self::left) sealed.
    pub fn is_complete(&self) -> bool {
        let nothing_to_do = !self.dry_run || self.work() == 0;
        self.walked.is_whole() && self.unsealed_type == 0 && self.left.is_empty() && nothing_to_do
    }

    /// Everything that was changed.
    pub(super) fn work(&self) -> u64 {
        self.values() + self.indexed + self.items_sealed + self.items_unsealed
    }

    pub(super) fn note_all(&mut self, changes: &[How]) {
        for how in changes {
            self.note(how);
        }
    }

    pub(super) fn note(&mut self, how: &How) {
        match how {
            How::Indexed => self.indexed += 1,
            How::Opened => self.opened += 1,
            How::SealedLegacy => self.legacy += 1,
            How::SealedPlaintext => self.plaintext += 1,
            How::Rotated { from, to } => {
                *self.resealed.entry((from.clone(), to.clone())).or_default() += 1;
            }
        }
    }

    pub(super) fn note_left(&mut self, keys: &[KeyId]) {
        for key in keys {
            *self.left.entry(key.clone()).or_default() += 1;
        }
    }
}

/// One line, such as a program shows while it waits.
impl fmt::Display for ResealReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let walked = &self.walked;
        write!(f, "{} items", walked.items_scanned)?;
        if let Some(all) = walked.table_items {
            write!(f, " of about {all}")?;
        }
        write!(
            f,
            ", {} objects, {} changed, {} values",
            walked.objects,
            self.changed,
            self.values()
        )?;
        let counts = [
            (self.left.values().sum(), "left sealed"),
            (self.indexed, "columns of indexes"),
            (self.items_sealed, "objects sealed"),
            (self.items_unsealed, "objects without seals now"),
            (self.unsealed_type, "skipped"),
            (walked.failed, "failed"),
        ];
        for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {what}")?;
        }
        write!(
            f,
            ", {} read units, {} write units",
            walked.consumed.reads, walked.consumed.writes
        )
    }
}
