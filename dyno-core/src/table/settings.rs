//! What a program asks of its tables beyond what its types say.

use std::collections::BTreeMap;

use super::compare::DifferenceKind;
use super::setting::{Billing, StreamView};
use super::spec::TableSpec;

/// How tables are to be kept, as far as the program says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) billing: Option<Billing>,
    pub(crate) protection: bool,
    pub(crate) recovery: bool,
    pub(crate) stream: Option<StreamView>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Of the table of the type itself; shards do not expire by themselves.
    pub(crate) ttl: Option<String>,
}

impl Settings {
    /// What a specification says of how its table is kept.
    pub(crate) fn of(spec: &TableSpec) -> Self {
        Self {
            billing: Some(spec.billing),
            protection: spec.protection,
            recovery: spec.recovery,
            stream: spec.stream,
            tags: spec.tags.clone(),
            ttl: spec.ttl.clone(),
        }
    }

    /// The table as it is to be kept.
    pub(crate) fn on(&self, mut spec: TableSpec, root_table: &str) -> TableSpec {
        if let Some(billing) = self.billing {
            spec.billing = billing;
        }
        if let Some(attribute) = self.ttl.as_ref().filter(|_| spec.name == root_table) {
            spec.ttl = Some(attribute.clone());
        }
        spec.stream = self.stream.or(spec.stream);
        spec.recovery |= self.recovery;
        spec.protection |= self.protection;
        spec.tags.extend(self.tags.clone());
        spec
    }

    /// Whether the program said anything of what differs, here or by the type of the objects in the table.
    pub(crate) fn speak_of(&self, kind: DifferenceKind, wanted: &TableSpec) -> bool {
        match kind {
            DifferenceKind::Billing | DifferenceKind::Throughput => self.billing.is_some(),
            DifferenceKind::DeletionProtection => self.protection,
            DifferenceKind::PointInTimeRecovery => self.recovery,
            DifferenceKind::Stream => self.stream.is_some(),
            DifferenceKind::Tag => !self.tags.is_empty(),
            DifferenceKind::Ttl => self.ttl.is_some() || wanted.ttl.is_some(),
            DifferenceKind::IndexKeys
            | DifferenceKind::Keys
            | DifferenceKind::MissingIndex
            | DifferenceKind::MissingTable
            | DifferenceKind::NotReady
            | DifferenceKind::Projection
            | DifferenceKind::SurplusIndex
            | DifferenceKind::SurplusTag
            | DifferenceKind::WiderProjection => false,
        }
    }
}
