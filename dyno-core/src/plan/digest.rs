//! Fingerprints of values in clear, kept in memory to find what changed since a load. Never stored.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, ValueError, encoding};
use sha2::{Digest as _, Sha256};

use super::entries::Entries;
use super::privacy::{Decisions, Mark};
use super::split::{Bodies, ShardBody};
use crate::reserved;
use crate::shape::TableShape;

/// 128 bits of SHA-256 over the canonical encoding, so that the order of maps and sets does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 16]);

impl Digest {
    /// Stands for a value that has no fingerprint.
    pub(crate) const NONE: Self = Self([0; 16]);

    /// Stands for a value that is known by an id of eight bytes.
    pub(crate) fn standing_for(id: [u8; 8]) -> Self {
        let mut digest = [0xff; 16];
        digest
            .iter_mut()
            .zip(id)
            .for_each(|(byte, of_id)| *byte = of_id);
        Self(digest)
    }

    /// The fingerprint of a value.
    ///
    /// # Errors
    ///
    /// The value has no form in DynamoDB.
    pub(crate) fn of(value: &AttributeValue) -> Result<Self, ValueError> {
        let hash: [u8; 32] = Sha256::digest(encoding::encode(value)?).into();
        let (half, _) = hash.split_at(16);
        half.try_into().map(Self).map_err(ValueError::custom)
    }

    /// The same value with these sealed in it; the same fingerprint without any.
    fn marked(self, marks: &[Mark]) -> Self {
        let Self(mut mixed) = self;
        for mark in marks {
            let mut hash = Sha256::new();
            for part in mark.bytes() {
                hash.update(Self::length(&part));
                hash.update(part);
            }
            let hash: [u8; 32] = hash.finalize().into();
            mixed
                .iter_mut()
                .zip(hash)
                .for_each(|(byte, other)| *byte ^= other);
        }
        Self(mixed)
    }

    fn length(bytes: &[u8]) -> [u8; 8] {
        u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes()
    }

    /// The fingerprint of a shard's body.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB.
    pub(crate) fn of_item(item: &Item) -> Result<Self, ValueError> {
        let mut hash = Sha256::new();
        for (name, digest) in attributes(item)? {
            hash.update(Self::length(name.as_bytes()));
            hash.update(name);
            hash.update(digest.0);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let (half, _) = hash.split_at(16);
        half.try_into().map(Self).map_err(ValueError::custom)
    }
}

/// The fingerprints of an object's items: the root's by attribute, since a plain item is written by attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(crate) root: BTreeMap<String, Digest>,
    pub(crate) shards: BTreeMap<String, Digest>,
    pub(crate) entries: Entries,
}

impl Digests {
    /// The fingerprints of all bodies, without the key, which never changes.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB; its path begins at the object's root.
    pub(crate) fn of(
        bodies: &Bodies,
        entries: &Entries,
        decisions: &Decisions,
        table: &TableShape,
    ) -> Result<Self, ValueError> {
        let marks = decisions.marks(bodies.shards.values().map(|body| body.field.path.clone()));
        let mut root = marked_attributes(&bodies.root, marks.inside(&FieldPath::root()))?;
        root.remove(table.key_name());
        table.sort_name().map(|sort| root.remove(sort));
        let shard = |(id, body): (&String, &ShardBody)| {
            let path = &body.field.path;
            let digest = Digest::of_item(&body.item).map_err(|error| error.under_path(path))?;
            Ok((id.clone(), digest.marked(marks.inside(path))))
        };
        Ok(Self {
            root,
            shards: bodies.shards.iter().map(shard).collect::<Result<_, _>>()?,
            entries: entries.clone(),
        })
    }
}

/// The fingerprints of the attributes of independent shards.
///
/// # Errors
///
/// A value has no form in DynamoDB; its path begins at the object's root.
pub(crate) fn own_attributes(
    bodies: &Bodies,
    decisions: &Decisions,
) -> Result<BTreeMap<String, BTreeMap<String, Digest>>, ValueError> {
    let marks = decisions.marks(bodies.shards.values().map(|body| body.field.path.clone()));
    let independent = bodies
        .shards
        .iter()
        .filter(|(_, shard)| shard.field.independent);
    independent
        .map(|(id, shard)| {
            let path = &shard.field.path;
            match marked_attributes(&shard.item, marks.inside(path)) {
                Ok(attributes) => Ok((id.clone(), attributes)),
                Err(error) => Err(error.under_path(path)),
            }
        })
        .collect()
}

fn marked_attributes(item: &Item, marks: &[Mark]) -> Result<BTreeMap<String, Digest>, ValueError> {
    let mut found = attributes(item)?;
    for mark in marks {
        if let Some(digest) = mark.attribute().and_then(|name| found.get_mut(name)) {
            *digest = digest.marked(std::slice::from_ref(mark));
        }
    }
    Ok(found)
}

fn attributes(item: &Item) -> Result<BTreeMap<String, Digest>, ValueError> {
    let attribute = |(name, value): (&String, &AttributeValue)| match Digest::of(value) {
        Ok(digest) => Ok((name.clone(), digest)),
        Err(error) => Err(error.under_key(name)),
    };
    let own = |name: &str| !reserved::is_reserved(name) || name == reserved::TYPE;
    item.iter()
        .filter(|(name, _)| own(name))
        .map(attribute)
        .collect()
}
