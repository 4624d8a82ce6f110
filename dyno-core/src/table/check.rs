//! What no table can be.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{IndexSpec, Projection};
use super::setting::{Billing, KeyPart, Throughput};
use super::spec::TableSpec;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;

impl TableSpec {
    /// Refuses what DynamoDB would refuse, or take as something else. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`], which names the table and the rule: a name, an attribute with two types or twice in a key, two indexes with
    /// one name, too many indexes, a local index without its sort key, throughput of zero, or of an index of a table on
    /// demand.
    pub fn check(&self) -> Result<()> {
        match self.mistake() {
            Some(why) => Err(self.mistaken(&why)),
            None => Ok(()),
        }
    }

    /// The error of a specification that cannot be, for crates that write specifications in other languages.
    #[doc(hidden)]
    #[must_use]
    pub fn mistaken(&self, why: &str) -> Error {
        let why = format!("table `{}` {why}", self.name);
        Error::new(ErrorKind::InvalidShape, why).in_table(self.name.as_str())
    }

    fn mistake(&self) -> Option<String> {
        name_mistake(&self.name)
            .or_else(|| self.keys_mistake())
            .or_else(|| self.indexes_mistake())
            .or_else(|| self.throughput_mistake())
            .or_else(|| {
                let empty = self.ttl.as_deref().is_some_and(str::is_empty);
                empty.then(|| "has items that expire by an attribute without a name".to_owned())
            })
    }

    fn keys_mistake(&self) -> Option<String> {
        let mut kinds = BTreeMap::new();
        for part in self.parts() {
            let kind = *kinds.entry(part.name()).or_insert_with(|| part.kind());
            if part.name().is_empty() {
                return Some("has a key attribute without a name".to_owned());
            }
            if kind != part.kind() {
                return Some(format!(
                    "has attribute `{}` in two keys, as {kind} and as {}; an attribute of keys has one type",
                    part.name(),
                    part.kind()
                ));
            }
        }
        let doubled = self.sort.as_ref().map(KeyPart::name) == Some(self.partition.name());
        doubled.then(|| {
            let name = self.partition.name();
            format!("has `{name}` as both partition key and sort key")
        })
    }

    fn indexes_mistake(&self) -> Option<String> {
        if let Some(name) = self.doubled.first() {
            return Some(format!("has two indexes called `{name}`"));
        }
        let (global, local) = (self.global.len(), self.local.len());
        if global > limits::SECONDARY_INDEXES {
            let most = limits::SECONDARY_INDEXES;
            return Some(format!(
                "has {global} global secondary indexes, and DynamoDB makes {most}"
            ));
        }
        if local > limits::LOCAL_INDEXES {
            let most = limits::LOCAL_INDEXES;
            return Some(format!(
                "has {local} local secondary indexes, and DynamoDB makes {most}"
            ));
        }
        if let (None, Some(index)) = (&self.sort, self.local.values().next()) {
            return Some(format!(
                "has local index `{}` and no sort key; only a table with a sort key has local indexes, so make it global",
                index.name()
            ));
        }
        let global = self.global.values().find_map(global_mistake);
        let local = || {
            let mut local = self.local.values();
            local.find_map(|index| local_mistake(index, &self.partition))
        };
        global.or_else(local)
    }

    fn throughput_mistake(&self) -> Option<String> {
        let is_empty = |throughput: Throughput| throughput.reads() == 0 || throughput.writes() == 0;
        match self.billing {
            Billing::OnDemand => {
                let index = self
                    .global
                    .values()
                    .find(|one| one.throughput().is_some())?;
                Some(format!(
                    "is on demand, and its index `{}` has throughput; provision the table, or drop the throughput",
                    index.name()
                ))
            }
            Billing::Provisioned(own) => {
                let of_indexes = self.global.values().filter_map(IndexSpec::throughput);
                let empty = std::iter::once(own).chain(of_indexes).any(is_empty);
                empty.then(|| {
                    "is provisioned with less than one unit a second, which is the least".to_owned()
                })
            }
        }
    }
}

fn global_mistake(index: &IndexSpec) -> Option<String> {
    let (name, most) = (index.name(), limits::INDEX_KEY_PARTS);
    if index.key().is_empty() {
        return Some(format!("has global index `{name}` without a partition key"));
    }
    if index.key().len() > most || index.sort().len() > most {
        return Some(format!(
            "has global index `{name}` with more than {most} attributes in a key"
        ));
    }
    if let Some(twin) = twin(index.key().iter().chain(index.sort())) {
        return Some(format!(
            "has global index `{name}` with `{twin}` twice in its key"
        ));
    }
    contents_mistake(index)
}

/// The first attribute that stands twice in a key.
fn twin<'k>(parts: impl Iterator<Item = &'k KeyPart>) -> Option<&'k str> {
    let mut known = BTreeSet::new();
    let mut names = parts.map(KeyPart::name);
    names.find(|name| !known.insert(*name))
}

fn local_mistake(index: &IndexSpec, key: &KeyPart) -> Option<String> {
    let name = index.name();
    if !index.key().is_empty() {
        return Some(format!(
            "has local index `{name}` with a partition key of its own; a local index has its table's, so drop it or make \
             the index global"
        ));
    }
    if index.sort().len() != 1 {
        return Some(format!(
            "has local index `{name}` with {} sort keys instead of one",
            index.sort().len()
        ));
    }
    if let Some(twin) = twin(std::iter::once(key).chain(index.sort())) {
        return Some(format!(
            "has local index `{name}` with `{twin}` twice in its key"
        ));
    }
    if index.throughput().is_some() {
        return Some(format!(
            "has local index `{name}` with throughput; a local index uses its table's"
        ));
    }
    contents_mistake(index)
}

fn contents_mistake(index: &IndexSpec) -> Option<String> {
    let name = index.name();
    match index.projection() {
        Projection::Include(names) if names.is_empty() => Some(format!(
            "has index `{name}` that includes no attribute; let it hold keys only"
        )),
        Projection::All | Projection::KeysOnly | Projection::Include(_) => {
            letters_mistake(name).map(|why| format!("has index `{name}`: {why}"))
        }
    }
}

fn name_mistake(name: &str) -> Option<String> {
    letters_mistake(name).map(|why| format!("has no name that a table can have: {why}"))
}

fn letters_mistake(name: &str) -> Option<String> {
    if let Some(odd) = name.chars().find(|letter| !is_letter(*letter)) {
        return Some(format!(
            "a name has letters, digits, `_`, `-` and `.`, and `{odd}` is none of them"
        ));
    }
    let length = name.len();
    let fits = limits::TABLE_NAME_BYTES.contains(&length);
    (!fits).then(|| format!("a name has 3 to 255 letters, and this has {length}"))
}

/// What names of tables and indexes are made of.
pub(super) fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}
