//! What it takes to bring a table to what is wanted, one request at a time.

use std::collections::BTreeMap;
use std::fmt;

use super::compare::{Difference, DifferenceKind};
use super::index::IndexSpec;
use super::setting::{Billing, StreamView, Throughput};
use super::settings::Settings;
use super::spec::TableSpec;

/// What a migration of tables does, in order, and what it leaves as it is.
///
/// It prints as a list that people read, one line for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    steps: Vec<Step>,
    left: Vec<Difference>,
}

impl Migration {
    /// What is done, in order; each is one change of one table.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What differs and is not changed: it was not asked for, would lose data, or DynamoDB cannot change it.
    pub fn left(&self) -> &[Difference] {
        &self.left
    }

    /// Adds another table's.
    pub(crate) fn extend(&mut self, other: Self) {
        self.steps.extend(other.steps);
        self.left.extend(other.left);
    }

    /// Makes a table that is missing.
    pub(crate) fn of_missing(wanted: &TableSpec) -> Self {
        let step = |change| Step::new(wanted, change);
        let mut steps = vec![step(Change::Create(Box::new(wanted.clone())))];
        steps.extend(later_settings(wanted).map(step));
        Self {
            steps,
            left: Vec::new(),
        }
    }

    /// Brings a table that is there to what is wanted, as far as it was asked for.
    pub(crate) fn of_standing(wanted: &TableSpec, found: &TableSpec, settings: &Settings) -> Self {
        let mut steps = Vec::new();
        let mut left = Vec::new();
        let mut units = None;
        let mut tags = false;
        for difference in wanted.compare(found) {
            let index = difference.index().and_then(|name| wanted.global.get(name));
            let asked = settings.speak_of(difference.kind(), wanted);
            let change = match (difference.kind(), index) {
                (DifferenceKind::MissingIndex, Some(index)) => {
                    let billing = if settings.billing.is_some() {
                        wanted.billing
                    } else {
                        found.billing
                    };
                    let throughput = match billing {
                        Billing::OnDemand => None,
                        Billing::Provisioned(own) => Some(index.throughput().unwrap_or(own)),
                    };
                    Change::AddIndex(index.clone(), throughput)
                }
                (DifferenceKind::Billing | DifferenceKind::Throughput, _) if asked => {
                    units.get_or_insert_with(|| units_to(wanted, found));
                    continue;
                }
                (DifferenceKind::Tag, _) if asked => {
                    tags = true;
                    continue;
                }
                (DifferenceKind::DeletionProtection, _) if asked => Change::Protect,
                (DifferenceKind::PointInTimeRecovery, _) if asked => Change::Recover,
                (DifferenceKind::Stream, _) if asked && found.stream.is_none() => {
                    match wanted.stream {
                        Some(view) => Change::Stream(view),
                        None => continue,
                    }
                }
                (DifferenceKind::Ttl, _) if asked && wanted.ttl.is_some() => {
                    match (&found.ttl, &wanted.ttl) {
                        (None, Some(attribute)) => Change::Expire(attribute.clone()),
                        (Some(former), _) => {
                            // DynamoDB takes one change of it in an hour.
                            left.push(difference);
                            Change::KeepExpired(former.clone())
                        }
                        (None, None) => continue,
                    }
                }
                _ => {
                    left.push(difference);
                    continue;
                }
            };
            steps.push(Step::new(wanted, change));
        }
        if tags {
            let changed = wanted
                .tags
                .iter()
                .filter(|(name, value)| found.tags.get(*name) != Some(*value));
            let changed = changed.map(|(name, value)| (name.clone(), value.clone()));
            steps.push(Step::new(wanted, Change::Tag(changed.collect())));
        }
        if let Some(units) = units {
            // Before indexes are added: theirs is then that of the table.
            steps.insert(0, Step::new(wanted, units));
        }
        Self { steps, left }
    }
}

/// What `CreateTable` does not take.
fn later_settings(wanted: &TableSpec) -> impl Iterator<Item = Change> {
    let ttl = wanted.ttl.clone().map(Change::Expire);
    ttl.into_iter()
        .chain(wanted.recovery.then_some(Change::Recover))
}

fn units_to(wanted: &TableSpec, found: &TableSpec) -> Change {
    let mut indexes = BTreeMap::new();
    if let Billing::Provisioned(own) = wanted.billing {
        for standing in found.global_indexes() {
            let index = wanted.global.get(standing.name());
            let units = index.and_then(IndexSpec::throughput).unwrap_or(own);
            // An index that nobody asked for keeps what it has.
            let keeps = index.is_none() && found.billing != Billing::OnDemand;
            if !keeps && found.throughput_of(standing) != Some(units) {
                indexes.insert(standing.name().to_owned(), units);
            }
        }
    }
    Change::Bill {
        table: (wanted.billing != found.billing).then_some(wanted.billing),
        indexes,
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (step, number) in self.steps.iter().zip(1..) {
            writeln!(f, "{number}. {step}")?;
        }
        for difference in &self.left {
            writeln!(f, "left: {difference}")?;
        }
        if self.steps.is_empty() && self.left.is_empty() {
            writeln!(f, "nothing to do")?;
        }
        Ok(())
    }
}

/// One change of one table; it prints in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    table: String,
    change: Change,
}

impl Step {
    fn new(table: &TableSpec, change: Change) -> Self {
        Self {
            table: table.name().to_owned(),
            change,
        }
    }

    /// The table's name in the service.
    pub fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn change(&self) -> &Change {
        &self.change
    }
}

/// What a step changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    AddIndex(IndexSpec, Option<Throughput>),
    Bill {
        table: Option<Billing>,
        indexes: BTreeMap<String, Throughput>,
    },
    Create(Box<TableSpec>),
    Expire(String),
    /// Items with this attribute do not expire any more.
    KeepExpired(String),
    Protect,
    Recover,
    Stream(StreamView),
    Tag(BTreeMap<String, String>),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.table;
        match &self.change {
            Change::AddIndex(index, throughput) => {
                write!(
                    f,
                    "add index {index} to table `{table}` and wait until it is filled"
                )?;
                match throughput.filter(|_| index.throughput().is_none()) {
                    Some(throughput) => write!(f, "; {throughput}"),
                    None => Ok(()),
                }
            }
            Change::Bill {
                table: billing,
                indexes,
            } => {
                let table = billing.map(|billing| format!("table `{table}` is {billing}"));
                let indexes = indexes.iter().map(|(name, units)| {
                    format!("index `{name}` of table `{}` has {units}", self.table)
                });
                let all: Vec<_> = table.into_iter().chain(indexes).collect();
                write!(f, "change billing: {}", all.join("; "))
            }
            Change::Create(spec) => write!(f, "create {}", spec.to_string().trim_end()),
            Change::Expire(attribute) => {
                write!(f, "let items of table `{table}` expire by `{attribute}`")
            }
            Change::KeepExpired(attribute) => write!(
                f,
                "let items of table `{table}` not expire by `{attribute}` any more; an hour later, when DynamoDB takes the \
                 next change of it, migrate again"
            ),
            Change::Protect => write!(f, "protect table `{table}` from being deleted"),
            Change::Recover => write!(f, "turn on point-in-time recovery of table `{table}`"),
            Change::Stream(view) => write!(f, "turn on a stream of {view} of table `{table}`"),
            Change::Tag(tags) => {
                let tags: Vec<_> = tags
                    .iter()
                    .map(|(name, value)| format!("`{name}` as `{value}`"))
                    .collect();
                write!(f, "tag table `{table}`: {}", tags.join(", "))
            }
        }
    }
}
