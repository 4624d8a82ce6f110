//! Fingerprints of values in clear, kept in memory to find what changed since a load. Never stored, and never compared with
//! those of another process.
//!
//! A shard whose fingerprint is as it was is not written, so that two values with one fingerprint are a lost write. Nobody
//! can look for such values without the key, which every process draws for itself: without it the results of this hash
//! cannot be told from random ones (`docs/design/protocol.md`).

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, ValueError, encoding};
use highway::{HighwayHash as _, HighwayHasher, Key};

use super::entries::Entries;
use super::privacy::{Decisions, Mark};
use super::split::{Bodies, ShardBody};
use crate::reserved;
use crate::shape::TableShape;

/// 128 bits of a keyed hash over the canonical encoding, so that the order of maps and sets does not matter.
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
        Self::encoded(value, &mut Vec::new())
    }

    /// The same, with room for the encoding.
    fn encoded(value: &AttributeValue, room: &mut Vec<u8>) -> Result<Self, ValueError> {
        room.clear();
        encoding::encode_into(value, room)?;
        let mut hash = hasher();
        hash.append(room);
        Ok(Self::finished(hash))
    }

    fn finished(hash: HighwayHasher) -> Self {
        let [low, high] = hash.finalize128();
        Self((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// The same value with these sealed in it; the same fingerprint without any.
    fn marked(self, marks: &[Mark]) -> Self {
        let Self(mut mixed) = self;
        for mark in marks {
            let mut hash = hasher();
            for part in mark.bytes() {
                hash.append(&length(&part));
                hash.append(&part);
            }
            let Self(other) = Self::finished(hash);
            mixed
                .iter_mut()
                .zip(other)
                .for_each(|(byte, other)| *byte ^= other);
        }
        Self(mixed)
    }

    /// The fingerprint of a shard's body.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB.
    fn of_item(item: &Item, room: &mut Vec<u8>) -> Result<Self, ValueError> {
        let mut hash = hasher();
        for (name, Self(digest)) in attributes(item, room)? {
            hash.append(&length(name.as_bytes()));
            hash.append(name.as_bytes());
            hash.append(&digest);
        }
        Ok(Self::finished(hash))
    }
}

fn length(bytes: &[u8]) -> [u8; 8] {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes()
}

/// With the key of this process.
fn hasher() -> HighwayHasher {
    static KEY: LazyLock<Key> = LazyLock::new(|| {
        let random = RandomState::new();
        Key([0_u64, 1, 2, 3].map(|part| random.hash_one(part)))
    });
    HighwayHasher::new(*KEY)
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
        let mut room = Vec::new();
        let mut root =
            marked_attributes(&bodies.root, marks.inside(&FieldPath::root()), &mut room)?;
        root.remove(table.key_name());
        table.sort_name().map(|sort| root.remove(sort));
        let shard = |(id, body): (&String, &ShardBody)| {
            let path = &body.field.path;
            let digest =
                Digest::of_item(&body.item, &mut room).map_err(|error| error.under_path(path))?;
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
    let mut room = Vec::new();
    independent
        .map(|(id, shard)| {
            let path = &shard.field.path;
            match marked_attributes(&shard.item, marks.inside(path), &mut room) {
                Ok(attributes) => Ok((id.clone(), attributes)),
                Err(error) => Err(error.under_path(path)),
            }
        })
        .collect()
}

fn marked_attributes(
    item: &Item,
    marks: &[Mark],
    room: &mut Vec<u8>,
) -> Result<BTreeMap<String, Digest>, ValueError> {
    let found = attributes(item, room)?.into_iter();
    let mut found: BTreeMap<_, _> = found
        .map(|(name, digest)| (name.to_owned(), digest))
        .collect();
    for mark in marks {
        if let Some(digest) = mark.attribute().and_then(|name| found.get_mut(name)) {
            *digest = digest.marked(std::slice::from_ref(mark));
        }
    }
    Ok(found)
}

/// The fingerprints of the program's attributes, in the order of their names.
fn attributes<'a>(
    item: &'a Item,
    room: &mut Vec<u8>,
) -> Result<Vec<(&'a str, Digest)>, ValueError> {
    let own = |name: &str| !reserved::is_reserved(name) || name == reserved::TYPE;
    let own = item.iter().filter(|(name, _)| own(name));
    let mut found = own
        .map(|(name, value)| match Digest::encoded(value, room) {
            Ok(digest) => Ok((name.as_str(), digest)),
            Err(error) => Err(error.under_key(name)),
        })
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable_by_key(|(name, _)| *name);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, AttributeValue)]) -> Item {
        let entries = entries.iter().cloned();
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn number(text: &str) -> AttributeValue {
        AttributeValue::N(text.to_owned())
    }

    fn set(elements: &[&str]) -> AttributeValue {
        AttributeValue::Ns(elements.iter().copied().map(str::to_owned).collect())
    }

    #[test]
    fn a_value_in_another_form_has_the_same_fingerprint() {
        let of = |value: &AttributeValue| Digest::of(value).unwrap();
        assert_eq!(of(&number("12.50")), of(&number("1.25e1")));
        assert_eq!(of(&set(&["1", "2.0"])), of(&set(&["2", "1"])));
        let one = map(&[("a", number("1")), ("b", set(&["3", "4"]))]);
        let other = map(&[("b", set(&["4.0", "3"])), ("a", number("1.0"))]);
        assert_eq!(of(&AttributeValue::M(one)), of(&AttributeValue::M(other)));
        assert_ne!(of(&number("1")), of(&number("2")));
        assert_ne!(of(&number("1")), of(&AttributeValue::S("1".to_owned())));
    }

    #[test]
    fn a_body_is_known_by_its_names_and_values_and_not_by_what_the_mapper_adds() {
        let mut room = Vec::new();
        let mut of =
            |entries: &[(&str, AttributeValue)]| Digest::of_item(&map(entries), &mut room).unwrap();
        let body = of(&[("a", number("1")), ("b", number("2"))]);
        assert_eq!(body, of(&[("b", number("2.0")), ("a", number("1"))]));
        assert_eq!(
            body,
            of(&[
                ("a", number("1")),
                ("b", number("2")),
                ("_dy_stamp", number("3"))
            ])
        );
        assert_ne!(body, of(&[("a", number("2")), ("b", number("1"))]));
        assert_ne!(body, of(&[("a", number("1"))]));
        assert_ne!(body, of(&[("a", number("1")), ("c", number("2"))]));
    }
}
