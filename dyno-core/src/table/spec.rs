//! A table as it should be, or as it is.

use std::collections::BTreeMap;

use super::index::IndexSpec;
use super::setting::{Billing, KeyPart, StreamView, Throughput};
use crate::key::KeyKind;

/// A table: its keys, its indexes, and how it is kept.
///
/// Made from a type with [`of`](Self::of), or part by part. It prints as people read it.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::KeyKind;
/// use dyno::table::{IndexSpec, Projection, StreamView, TableSpec};
///
/// let users = TableSpec::new("Users", "id", KeyKind::S)
///     .with_global_index(
///         IndexSpec::new("by_email").with_key("email", KeyKind::S).with_projection(Projection::KeysOnly),
///     )
///     .with_ttl("expires")
///     .with_stream(StreamView::New)
///     .with_tag("team", "blue");
/// users.check()?;
/// assert_eq!(
///     users.to_string(),
///     "table `Users`: key `id` (a string); on demand
///   global index `by_email`: key `email` (a string); keys only
///   items expire by `expires`
///   stream of new items
///   tag `team` is `blue`
/// "
/// );
/// # Ok::<(), dyno::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    pub(super) name: String,
    pub(super) region: Option<String>,
    pub(super) partition: KeyPart,
    pub(super) sort: Option<KeyPart>,
    /// By name, so that the order in which they are given does not matter.
    pub(super) global: BTreeMap<String, IndexSpec>,
    pub(super) local: BTreeMap<String, IndexSpec>,
    /// Names that were given to two indexes.
    pub(super) doubled: Vec<String>,
    pub(super) billing: Billing,
    pub(super) ttl: Option<String>,
    pub(super) stream: Option<StreamView>,
    pub(super) recovery: bool,
    pub(super) protection: bool,
    pub(super) tags: BTreeMap<String, String>,
}

impl TableSpec {
    /// A table with this name and partition key, billed on demand.
    pub fn new(name: impl Into<String>, key: impl Into<String>, kind: KeyKind) -> Self {
        Self {
            name: name.into(),
            region: None,
            partition: KeyPart::new(key, kind),
            sort: None,
            global: BTreeMap::new(),
            local: BTreeMap::new(),
            doubled: Vec::new(),
            billing: Billing::OnDemand,
            ttl: None,
            stream: None,
            recovery: false,
            protection: false,
            tags: BTreeMap::new(),
        }
    }

    /// The same table under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same table in a region.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The same table with a sort key.
    #[must_use]
    pub fn with_sort(mut self, name: impl Into<String>, kind: KeyKind) -> Self {
        self.sort = Some(KeyPart::new(name, kind));
        self
    }

    /// The same table with one more global secondary index.
    #[must_use]
    pub fn with_global_index(mut self, index: IndexSpec) -> Self {
        self.note_doubled(&index);
        self.global.insert(index.name().to_owned(), index);
        self
    }

    /// The same table with one more local secondary index.
    #[must_use]
    pub fn with_local_index(mut self, index: IndexSpec) -> Self {
        self.note_doubled(&index);
        self.local.insert(index.name().to_owned(), index);
        self
    }

    fn note_doubled(&mut self, index: &IndexSpec) {
        let name = index.name();
        if self.global.contains_key(name) || self.local.contains_key(name) {
            self.doubled.push(name.to_owned());
        }
    }

    /// The same table, paid otherwise.
    #[must_use]
    pub fn with_billing(mut self, billing: Billing) -> Self {
        self.billing = billing;
        self
    }

    /// The same table, whose items expire at the time that this attribute holds, in seconds since 1970.
    #[must_use]
    pub fn with_ttl(mut self, attribute: impl Into<String>) -> Self {
        self.ttl = Some(attribute.into());
        self
    }

    /// The same table with a stream of its changes.
    #[must_use]
    pub fn with_stream(mut self, view: StreamView) -> Self {
        self.stream = Some(view);
        self
    }

    /// The same table, with backups of every moment of the last 35 days.
    #[must_use]
    pub fn with_point_in_time_recovery(mut self) -> Self {
        self.recovery = true;
        self
    }

    /// The same table, which cannot be deleted until its protection is taken off.
    #[must_use]
    pub fn with_deletion_protection(mut self) -> Self {
        self.protection = true;
        self
    }

    /// The same table with a tag.
    #[must_use]
    pub fn with_tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The region, if it is not the store's.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The partition key.
    pub fn key(&self) -> &KeyPart {
        &self.partition
    }

    /// The sort key, if it has one.
    pub fn sort(&self) -> Option<&KeyPart> {
        self.sort.as_ref()
    }

    /// The global secondary indexes, by name.
    pub fn global_indexes(&self) -> impl Iterator<Item = &IndexSpec> {
        self.global.values()
    }

    /// The local secondary indexes, by name.
    pub fn local_indexes(&self) -> impl Iterator<Item = &IndexSpec> {
        self.local.values()
    }

    /// Every attribute that is part of a key, of the table or of an index, by name.
    pub fn attributes(&self) -> BTreeMap<&str, KeyKind> {
        let parts = self.parts().map(|part| (part.name(), part.kind()));
        parts.collect()
    }

    /// What it is paid by.
    pub fn billing(&self) -> Billing {
        self.billing
    }

    /// The throughput of one of its indexes: its own, or else the table's; none if the table is on demand.
    pub fn throughput_of(&self, index: &IndexSpec) -> Option<Throughput> {
        match self.billing {
            Billing::OnDemand => None,
            Billing::Provisioned(own) => Some(index.throughput().unwrap_or(own)),
        }
    }

    /// The attribute by which items expire.
    pub fn ttl(&self) -> Option<&str> {
        self.ttl.as_deref()
    }

    /// What its stream says, if it has one.
    pub fn stream(&self) -> Option<StreamView> {
        self.stream
    }

    /// Whether every moment of the last 35 days can be restored.
    pub fn has_point_in_time_recovery(&self) -> bool {
        self.recovery
    }

    /// Whether it is protected from being deleted.
    pub fn has_deletion_protection(&self) -> bool {
        self.protection
    }

    /// The tags, by name.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// Every attribute of every key, with repetitions.
    pub(super) fn parts(&self) -> impl Iterator<Item = &KeyPart> {
        let indexes = self.global.values().chain(self.local.values());
        std::iter::once(&self.partition)
            .chain(&self.sort)
            .chain(indexes.flat_map(IndexSpec::parts))
    }

    /// Its keys in words.
    pub(super) fn keys(&self) -> String {
        match &self.sort {
            Some(sort) => format!("key {}, sort {sort}", self.partition),
            None => format!("key {}", self.partition),
        }
    }
}
