//! Where two specifications of a table differ, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::index::IndexSpec;
use super::setting::Billing;
use super::spec::TableSpec;

/// What a [`Difference`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    // ── What programs need.
    /// The table has other keys, or keys of other types.
    Keys,
    /// An index has other keys, or keys of other types.
    IndexKeys,
    /// An index is missing.
    MissingIndex,
    /// The table is missing.
    MissingTable,
    /// The table is still being made, or an index still being filled.
    NotReady,
    /// An index holds less than is wanted.
    Projection,

    // ── How the table is kept.
    /// The table is paid otherwise, or has other throughput.
    Billing,
    /// The table is protected from being deleted, or is not.
    DeletionProtection,
    /// Earlier states can be restored, or cannot.
    PointInTimeRecovery,
    /// The stream of changes says something else, or there is one or none.
    Stream,
    /// There is an index that is not wanted.
    SurplusIndex,
    /// There is a tag that is not wanted.
    SurplusTag,
    /// A tag is missing, or has another value.
    Tag,
    /// An index has other throughput.
    Throughput,
    /// Items expire by another attribute, or do not.
    Ttl,
    /// An index holds more than is wanted.
    WiderProjection,
}

impl DifferenceKind {
    /// Whether a program that needs what is wanted fails, or may fail, on what is there.
    pub fn breaks_programs(self) -> bool {
        self <= Self::Projection
    }
}

/// One thing in which a table is not as it is wanted, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    table: String,
    index: Option<String>,
    kind: DifferenceKind,
    text: String,
}

impl Difference {
    pub(crate) fn new(table: &str, kind: DifferenceKind, text: String) -> Self {
        Self {
            table: table.to_owned(),
            index: None,
            kind,
            text,
        }
    }

    pub(super) fn of_index(table: &str, index: &str, kind: DifferenceKind, text: String) -> Self {
        Self {
            index: Some(index.to_owned()),
            ..Self::new(table, kind, text)
        }
    }

    /// The table's name in the service.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The index, if it is about one.
    pub fn index(&self) -> Option<&str> {
        self.index.as_deref()
    }

    /// What it is about.
    pub fn kind(&self) -> DifferenceKind {
        self.kind
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            index: _,
            kind: _,
            text,
        } = self;
        write!(f, "table `{table}` {text}")
    }
}

impl TableSpec {
    /// Every difference of a table that is there from this one, which is wanted; what breaks programs comes first.
    ///
    /// Regions are not compared; [`compare_all`](Self::compare_all) does. Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// use dyno::KeyKind;
    /// use dyno::table::{DifferenceKind, TableSpec};
    ///
    /// let wanted = TableSpec::new("Users", "id", KeyKind::S).with_ttl("expires");
    /// let found = TableSpec::new("Users", "id", KeyKind::N);
    /// let differences = wanted.compare(&found);
    /// let text: Vec<_> = differences.iter().map(ToString::to_string).collect();
    /// assert_eq!(
    ///     text,
    ///     [
    ///         "table `Users` exists with other keys: expected key `id` (a string), found key `id` (a number)",
    ///         "table `Users` has items that do not expire, and they should by `expires`",
    ///     ]
    /// );
    /// assert!(differences[0].kind().breaks_programs());
    /// assert_eq!(differences[1].kind(), DifferenceKind::Ttl);
    /// ```
    pub fn compare(&self, found: &Self) -> Vec<Difference> {
        let table = &found.name;
        let mut differences = Vec::new();
        let mut note = |kind, text| differences.push(Difference::new(table, kind, text));
        let (keys, found_keys) = (self.keys(), found.keys());
        if keys != found_keys {
            let text = format!("exists with other keys: expected {keys}, found {found_keys}");
            note(DifferenceKind::Keys, text);
        }
        if let Some(text) = self.billing_differs(found) {
            note(DifferenceKind::Billing, text);
        }
        if self.ttl != found.ttl {
            note(DifferenceKind::Ttl, self.ttl_differs(found));
        }
        if self.stream != found.stream {
            let stream = |spec: &Self| match spec.stream {
                Some(view) => format!("a stream of {view}"),
                None => "no stream".to_owned(),
            };
            let text = format!("has {}, and should have {}", stream(found), stream(self));
            note(DifferenceKind::Stream, text);
        }
        if self.recovery != found.recovery {
            let text = switched("point-in-time recovery", found.recovery);
            note(DifferenceKind::PointInTimeRecovery, text);
        }
        if self.protection != found.protection {
            let text = switched("deletion protection", found.protection);
            note(DifferenceKind::DeletionProtection, text);
        }
        for (name, value) in &self.tags {
            let text = match found.tags.get(name) {
                Some(other) if other == value => continue,
                Some(other) => {
                    format!("has tag `{name}` with value `{other}`, and it should be `{value}`")
                }
                None => format!("lacks tag `{name}`, which should be `{value}`"),
            };
            note(DifferenceKind::Tag, text);
        }
        for name in found
            .tags
            .keys()
            .filter(|name| !self.tags.contains_key(*name))
        {
            let text = format!("has tag `{name}`, which is not wanted");
            note(DifferenceKind::SurplusTag, text);
        }
        differences.extend(self.indexes_differ(found, "global", &self.global, &found.global));
        differences.extend(self.indexes_differ(found, "local", &self.local, &found.local));
        differences.sort_by_key(Difference::kind);
        differences
    }

    /// Every difference between tables that are there, or in a file, and those that are wanted: table by table, by name.
    ///
    /// Tables of one name in two regions are two. A specification without a region may be of any: where several are found, it is told.
    /// A table that is not wanted is no difference: others may need it. Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// use dyno::KeyKind;
    /// use dyno::table::{DifferenceKind, TableSpec};
    ///
    /// let (users, notes) = (TableSpec::new("Users", "id", KeyKind::S), TableSpec::new("Notes", "id", KeyKind::S));
    /// let differences = TableSpec::compare_all(&[users.clone(), notes], &[users]);
    /// assert_eq!(differences[0].to_string(), "table `Notes` is missing");
    /// assert_eq!(differences[0].kind(), DifferenceKind::MissingTable);
    /// ```
    pub fn compare_all(wanted: &[Self], found: &[Self]) -> Vec<Difference> {
        let differences = wanted.iter().flat_map(|spec| match spec.found_in(found) {
            Ok(found) => spec.compare(found),
            Err(text) => vec![Difference::new(
                &spec.name,
                DifferenceKind::MissingTable,
                text,
            )],
        });
        differences.collect()
    }

    /// The same table of another list, or why it cannot be told to be there.
    fn found_in<'f>(&self, all: &'f [Self]) -> Result<&'f Self, String> {
        let named: Vec<&Self> = all.iter().filter(|spec| spec.name == self.name).collect();
        if let Some(same) = named.iter().find(|spec| spec.region == self.region) {
            return Ok(same);
        }
        let may_be = |spec: &&&Self| spec.region.is_none() || self.region.is_none();
        let possible: Vec<&&Self> = named.iter().filter(may_be).collect();
        let regions: BTreeSet<_> = named
            .iter()
            .filter_map(|spec| spec.region.as_deref())
            .map(|region| format!("`{region}`"))
            .collect();
        let regions = Vec::from_iter(regions).join(", ");
        match (possible.as_slice(), &self.region) {
            ([only], _) => Ok(only),
            ([], Some(region)) if !named.is_empty() => Err(format!(
                "is missing in region `{region}`; one of this name is in region {regions}"
            )),
            ([], _) => Err("is missing".to_owned()),
            _ => Err(format!(
                "is in several regions ({regions}), and which is meant is not said"
            )),
        }
    }

    fn billing_differs(&self, found: &Self) -> Option<String> {
        let (wanted, found) = (self.billing, found.billing);
        (wanted != found).then(|| match (wanted, found) {
            (Billing::Provisioned(wanted), Billing::Provisioned(found)) => {
                format!("has throughput of {found}, and should have {wanted}")
            }
            _ => format!("is {found}, and should be {wanted}"),
        })
    }

    fn ttl_differs(&self, found: &Self) -> String {
        match (&self.ttl, &found.ttl) {
            (Some(wanted), Some(found)) => {
                format!("has items that expire by `{found}`, and they should by `{wanted}`")
            }
            (Some(wanted), None) => {
                format!("has items that do not expire, and they should by `{wanted}`")
            }
            (None, Some(found)) => {
                format!("has items that expire by `{found}`, and they should not expire")
            }
            (None, None) => String::new(),
        }
    }

    fn indexes_differ(
        &self,
        found: &Self,
        sort: &str,
        wanted_indexes: &BTreeMap<String, IndexSpec>,
        found_indexes: &BTreeMap<String, IndexSpec>,
    ) -> Vec<Difference> {
        let table = &found.name;
        let mut differences = Vec::new();
        for (name, wanted) in wanted_indexes {
            let mut note = |kind, text| {
                differences.push(Difference::of_index(table, name, kind, text));
            };
            let Some(standing) = found_indexes.get(name) else {
                let text = format!("lacks {sort} index {wanted}");
                note(DifferenceKind::MissingIndex, text);
                continue;
            };
            if !wanted.has_keys_of(standing) {
                let text = format!(
                    "has {sort} index `{name}` with other keys: expected {}, found {}",
                    wanted.keys(),
                    standing.keys()
                );
                note(DifferenceKind::IndexKeys, text);
            }
            let (holds, should) = (standing.projection(), wanted.projection());
            if holds != should {
                let text = format!(
                    "has {sort} index `{name}` that holds {holds}, and it should hold {should}"
                );
                let kind = if holds.covers(should) {
                    DifferenceKind::WiderProjection
                } else {
                    DifferenceKind::Projection
                };
                note(kind, text);
            }
            let (has, should) = (found.throughput_of(standing), self.throughput_of(wanted));
            if let (Some(has), Some(should)) = (has, should)
                && has != should
                && sort == "global"
            {
                let text = format!("has index `{name}` with {has}, and it should have {should}");
                note(DifferenceKind::Throughput, text);
            }
        }
        let surplus = found_indexes.keys();
        for name in surplus.filter(|name| !wanted_indexes.contains_key(*name)) {
            let text = format!("has {sort} index `{name}`, which is not wanted");
            let kind = DifferenceKind::SurplusIndex;
            differences.push(Difference::of_index(table, name, kind, text));
        }
        differences
    }
}

fn switched(what: &str, is_on: bool) -> String {
    if is_on {
        format!("has {what}, and should not")
    } else {
        format!("lacks {what}")
    }
}
