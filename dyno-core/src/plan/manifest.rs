//! The manifest: which shards an object has, and the stamp that each must carry.
//!
//! One map entry per shard, `shard id → binary`:
//!
//! ```text
//! offset  len  field
//! 0       1    flags   bit 0 slot that holds the shard · bit 1 the other slot may hold an older copy
//!                      bits 2-3 kind: 0 one item, 1 in pieces, 2 page of a manifest, 3 independent
//!                      bit 4 a content hash follows · bits 5-7 zero
//! 1       8    stamp   the first bytes of the etag of the commit that wrote the shard
//! ```
//!
//! The flags come first so that a condition can test them with `begins_with`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::Item;

/// The stamp of a shard item, as long as the first half of an etag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp(pub(crate) [u8; 8]);

impl Stamp {
    pub(crate) fn to_value(self) -> AttributeValue {
        AttributeValue::B(Blob::new(self.0))
    }

    pub(crate) fn from_value(value: &AttributeValue) -> Option<Self> {
        value
            .as_b()
            .ok()
            .and_then(|blob| blob.as_ref().try_into().ok())
            .map(Self)
    }
}

/// Where a shard stands, and which copy of it is the object's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Whether the shard is in slot 1 instead of its home, slot 0.
    pub(crate) in_spare_slot: bool,
    /// Whether the other slot may hold an older copy.
    pub(crate) other_slot_used: bool,
    pub(crate) stamp: Stamp,
}

impl Entry {
    const SPARE_SLOT: u8 = 0b0000_0001;
    const OTHER_USED: u8 = 0b0000_0010;
    const LENGTH: usize = 9;

    /// The flags of a shard at home with nothing in the other slot, which a blind write asks for.
    pub(crate) const HOME_FLAGS: u8 = 0;

    /// The first byte of the stored entry.
    pub(crate) fn flags(self) -> u8 {
        let slot = if self.in_spare_slot {
            Self::SPARE_SLOT
        } else {
            0
        };
        let other = if self.other_slot_used {
            Self::OTHER_USED
        } else {
            0
        };
        slot | other
    }

    pub(crate) fn to_value(self) -> AttributeValue {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        bytes.push(self.flags());
        bytes.extend_from_slice(&self.stamp.0);
        AttributeValue::B(Blob::new(bytes))
    }

    fn from_value(value: &AttributeValue) -> Result<Self, ManifestError> {
        let bytes = value.as_b().map_err(|_| ManifestError::Damaged)?.as_ref();
        let (flags, rest) = bytes.split_first().ok_or(ManifestError::Damaged)?;
        if flags & !(Self::SPARE_SLOT | Self::OTHER_USED) != 0 {
            return Err(ManifestError::UnknownKind { flags: *flags });
        }
        let stamp = Stamp(rest.try_into().map_err(|_| ManifestError::Damaged)?);
        Ok(Self {
            in_spare_slot: flags & Self::SPARE_SLOT != 0,
            other_slot_used: flags & Self::OTHER_USED != 0,
            stamp,
        })
    }
}

/// The shards of an object, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest(pub(crate) BTreeMap<String, Entry>);

impl Manifest {
    pub(crate) fn to_value(&self) -> AttributeValue {
        AttributeValue::M(
            self.0
                .iter()
                .map(|(id, entry)| (id.clone(), entry.to_value()))
                .collect(),
        )
    }

    /// Reads the manifest of a root item strictly.
    ///
    /// # Errors
    ///
    /// It is not a manifest, or one with entries that only a newer version understands.
    pub(crate) fn from_value(value: &AttributeValue) -> Result<Self, ManifestError> {
        let entries: &Item = value.as_m().map_err(|_| ManifestError::Damaged)?;
        let entry =
            |(id, value): (&String, &AttributeValue)| Ok((id.clone(), Entry::from_value(value)?));
        entries
            .iter()
            .map(entry)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// A manifest that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ManifestError {
    /// Not what any version writes.
    Damaged,
    /// An entry of a kind that this version does not know.
    UnknownKind {
        /// The flags of the entry.
        flags: u8,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_entry_reads_back(spare: bool, other: bool, stamp: [u8; 8]) {
            let entry = Entry { in_spare_slot: spare, other_slot_used: other, stamp: Stamp(stamp) };
            prop_assert_eq!(Entry::from_value(&entry.to_value()), Ok(entry));
        }

        #[test]
        fn arbitrary_bytes_are_an_entry_in_its_one_form_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let value = AttributeValue::B(Blob::new(bytes));
            if let Ok(entry) = Entry::from_value(&value) {
                prop_assert_eq!(entry.to_value(), value);
            }
        }
    }

    #[test]
    fn an_entry_of_a_newer_kind_is_told_from_damage() {
        let value = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
        let chunked = value(&[0b0100, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(
            Entry::from_value(&chunked),
            Err(ManifestError::UnknownKind { flags: 0b0100 })
        );
        assert_eq!(
            Entry::from_value(&value(&[0, 1, 2])),
            Err(ManifestError::Damaged)
        );
        assert_eq!(
            Entry::from_value(&AttributeValue::Bool(true)),
            Err(ManifestError::Damaged)
        );
    }
}
