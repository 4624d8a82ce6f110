use std::collections::BTreeMap;
use std::fmt;

use dyno_crypto::KeyId;

use super::walked::{Walked, walked};

/// What an [`Audit`](crate::Audit) has counted so far.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct AuditReport {
    pub(super) walked: Walked,
    pub(super) envelopes: BTreeMap<String, BTreeMap<KeyId, u64>>,
    pub(super) seals: BTreeMap<KeyId, u64>,
    pub(super) clear: BTreeMap<String, u64>,
    pub(super) indexes: BTreeMap<String, u64>,
}

impl AuditReport {
    walked!();

    /// How many values and items the key with this id has sealed. A key can be retired when this is 0 and
    /// [`is_complete`](Self::is_complete) holds. To count a table in parts, add up those of each part, and look at
    /// [`failed`](Self::failed) of each.
    pub fn count(&self, key: impl AsRef<[u8]>) -> u64 {
        let key = key.as_ref();
        self.keys()
            .filter(|(id, _)| id.as_bytes() == key)
            .map(|(_, count)| count)
            .sum()
    }

    /// Every key id that was found, with how many values and items it has sealed.
    pub fn keys(&self) -> impl Iterator<Item = (&KeyId, u64)> {
        let mut counts: BTreeMap<&KeyId, u64> = BTreeMap::new();
        for (key, count) in self.envelopes.values().flatten().chain(&self.seals) {
            *counts.entry(key).or_default() += count;
        }
        counts.into_iter()
    }

    /// The sealed values, by field and key. A field is a path with `[*]` for every index, and `*` for every key of a map.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &KeyId, u64)> {
        self.envelopes.iter().flat_map(|(field, keys)| {
            keys.iter()
                .map(|(key, count)| (field.as_str(), key, *count))
        })
    }

    /// The values in clear of fields that must be encrypted, by field. A rule of a loader is not known here.
    pub fn in_clear(&self) -> impl Iterator<Item = (&str, u64)> {
        self.clear
            .iter()
            .map(|(field, count)| (field.as_str(), *count))
    }

    /// The seals over whole items, by key. They are in [`count`](Self::count). A damaged one is of no key, and not counted.
    pub fn item_seals(&self) -> impl Iterator<Item = (&KeyId, u64)> {
        self.seals.iter().map(|(key, count)| (key, *count))
    }

    /// The columns of blind indexes, `<field>__idx` and `<field>__idx2`. They do not say with which key they were made.
    pub fn index_columns(&self) -> impl Iterator<Item = (&str, u64)> {
        self.indexes
            .iter()
            .map(|(column, count)| (column.as_str(), *count))
    }

    /// Whether every object of the type, of those that [`only_if`](crate::Audit::only_if) looks at, was read, by one walk from the beginning of the table to its end. One that
    /// [went on](crate::Audit::from) from a cursor has counted the rest alone, and does not know what failed before.
    pub fn is_complete(&self) -> bool {
        self.walked.is_whole()
    }
}

/// A table of what was counted.
impl fmt::Display for AuditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} objects", self.walked.objects)?;
        if self.walked.failed > 0 {
            write!(f, ", {} not read", self.walked.failed)?;
        }
        for (field, key, count) in self.fields() {
            write!(f, "\n{count:>12}  {field}  sealed with `{key}`")?;
        }
        for (key, count) in self.item_seals() {
            write!(f, "\n{count:>12}  items sealed with `{key}`")?;
        }
        for (field, count) in self.in_clear() {
            write!(f, "\n{count:>12}  {field}  in clear")?;
        }
        for (column, count) in self.index_columns() {
            write!(f, "\n{count:>12}  {column}")?;
        }
        Ok(())
    }
}
