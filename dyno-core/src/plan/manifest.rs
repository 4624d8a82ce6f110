//! The manifest: which shards an object has, and the stamp that each must carry.
//!
//! One map entry per shard, `shard id → binary`:
//!
//! ```text
//! offset  len  field
//! 0       1    flags   bit 0 slot that holds the shard · bit 1 the other slot may hold an older copy
//!                      bits 2-3 kind: 0 one item, 1 in pieces, 2 page of a manifest, 3 independent
//!                      bit 4 a content hash follows · bits 5-7 zero
//! 1       8    stamp   the first bytes of the etag of the commit that wrote the shard; not of an independent one
//! 9       1-2  count   of a shard in pieces: how many, 1024 at most, LEB128 in as few bytes as possible
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
    pub(crate) form: Form,
}

/// How a shard is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One item with a version of its own.
    Independent,
    /// One item.
    Item(Stamp),
    /// Several items that hold the bytes of the body.
    Pieces(Stamp, u32),
}

impl Entry {
    const SPARE_SLOT: u8 = 0b0000_0001;
    const OTHER_USED: u8 = 0b0000_0010;
    const KIND: u8 = 0b0000_1100;
    const PIECES: u8 = 0b0000_0100;
    const INDEPENDENT: u8 = 0b0000_1100;

    /// The flags of a shard at home with nothing in the other slot, which a blind write asks for.
    pub(crate) const HOME_FLAGS: u8 = 0;

    /// A shard at home.
    pub(crate) fn home(form: Form, other_slot_used: bool) -> Self {
        Self {
            in_spare_slot: false,
            other_slot_used,
            form,
        }
    }

    /// The stamp that every item of the shard must carry, if its version is the object's.
    pub(crate) fn stamp(self) -> Option<Stamp> {
        match self.form {
            Form::Independent => None,
            Form::Item(stamp) | Form::Pieces(stamp, _) => Some(stamp),
        }
    }

    /// Whether anything may stand elsewhere than at home.
    pub(crate) fn uses_spare_slot(self) -> bool {
        self.in_spare_slot || self.other_slot_used
    }

    /// How many items hold the shard.
    pub(crate) fn items(self) -> u32 {
        match self.form {
            Form::Independent | Form::Item(_) => 1,
            Form::Pieces(_, count) => count,
        }
    }

    /// The first byte of the stored entry.
    pub(crate) fn flags(self) -> u8 {
        let when = |condition: bool, flag: u8| if condition { flag } else { 0 };
        let kind = match self.form {
            Form::Independent => Self::INDEPENDENT,
            Form::Item(_) => 0,
            Form::Pieces(..) => Self::PIECES,
        };
        when(self.in_spare_slot, Self::SPARE_SLOT)
            | when(self.other_slot_used, Self::OTHER_USED)
            | kind
    }

    pub(crate) fn to_value(self) -> AttributeValue {
        let mut bytes = vec![self.flags()];
        match self.form {
            Form::Independent => {}
            Form::Item(stamp) => bytes.extend_from_slice(&stamp.0),
            Form::Pieces(stamp, count) => {
                bytes.extend_from_slice(&stamp.0);
                push_count(&mut bytes, count);
            }
        }
        AttributeValue::B(Blob::new(bytes))
    }

    fn from_value(value: &AttributeValue) -> Result<Self, ManifestError> {
        let bytes = value.as_b().map_err(|_| ManifestError::Damaged)?.as_ref();
        let (flags, rest) = bytes.split_first().ok_or(ManifestError::Damaged)?;
        let unknown = ManifestError::UnknownKind { flags: *flags };
        if flags & !(Self::SPARE_SLOT | Self::OTHER_USED | Self::KIND) != 0 {
            return Err(unknown);
        }
        let form = match (flags & Self::KIND, rest.split_first_chunk()) {
            (0, Some((stamp, []))) => Form::Item(Stamp(*stamp)),
            (Self::PIECES, Some((stamp, count))) => {
                let count = read_count(count).filter(|count| *count <= MOST_PIECES);
                let count = count.ok_or(ManifestError::Damaged)?;
                Form::Pieces(Stamp(*stamp), count)
            }
            (Self::INDEPENDENT, None) if rest.is_empty() => Form::Independent,
            (0 | Self::PIECES | Self::INDEPENDENT, _) => return Err(ManifestError::Damaged),
            _ => return Err(unknown),
        };
        Ok(Self {
            in_spare_slot: flags & Self::SPARE_SLOT != 0,
            other_slot_used: flags & Self::OTHER_USED != 0,
            form,
        })
    }
}

/// Most pieces of a shard: a transaction writes far fewer.
const MOST_PIECES: u32 = 1024;

fn push_count(bytes: &mut Vec<u8>, mut count: u32) {
    loop {
        let [.., low] = count.to_be_bytes();
        count >>= 7;
        if count == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

fn read_count(bytes: &[u8]) -> Option<u32> {
    let (last, first) = bytes.split_last()?;
    let shortest = *last != 0 && bytes.len() <= 2;
    let all_continue = first.iter().all(|byte| byte & 0x80 != 0);
    (shortest && all_continue && last & 0x80 == 0).then(|| {
        let digits = bytes.iter().rev();
        digits.fold(0, |count, byte| count << 7 | u32::from(byte & 0x7f))
    })
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

    fn any_form() -> impl Strategy<Value = Form> {
        prop_oneof![
            Just(Form::Independent),
            any::<[u8; 8]>().prop_map(|stamp| Form::Item(Stamp(stamp))),
            (any::<[u8; 8]>(), 1_u32..=MOST_PIECES)
                .prop_map(|(stamp, count)| Form::Pieces(Stamp(stamp), count)),
        ]
    }

    fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
        let flags = prop_oneof![any::<u8>(), 0_u8..16];
        (flags, prop::collection::vec(any::<u8>(), 0..14)).prop_map(|(flags, mut bytes)| {
            bytes.insert(0, flags);
            bytes
        })
    }

    proptest! {
        #[test]
        fn an_entry_reads_back(spare: bool, other: bool, form in any_form()) {
            let entry = Entry { in_spare_slot: spare, other_slot_used: other, form };
            prop_assert_eq!(Entry::from_value(&entry.to_value()), Ok(entry));
        }

        #[test]
        fn arbitrary_bytes_are_an_entry_in_its_one_form_or_refused(bytes in any_bytes()) {
            let value = AttributeValue::B(Blob::new(bytes));
            if let Ok(entry) = Entry::from_value(&value) {
                prop_assert_eq!(entry.to_value(), value);
            }
        }
    }

    #[test]
    fn an_entry_of_a_newer_kind_is_told_from_damage() {
        let value = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
        let page = value(&[0b1000, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(
            Entry::from_value(&page),
            Err(ManifestError::UnknownKind { flags: 0b1000 })
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
