use std::collections::BTreeSet;

use dyno_core::items::Select;

use crate::attribute::{ID, NAME};
use crate::error::{Error, Result};
use crate::expiry::is_not_expired;
use crate::index::Index;
use crate::kv::Kv;
use crate::list::{List, ListPage};
use crate::partition::Partition;
use crate::place::Place;
use crate::token;

/// Records as a secondary index has them: a partition of the table by a local index, or a partition of a global one.
///
/// Made by [`Partition::index`] and [`Kv::global`], on indexes that the [`Kv`] declares. It lists; single records are read by their key,
/// from the [`Partition`]. A prefix is one of the index's sort key. Records without the index's fields are not in it. A local index can be
/// read consistently, a global one cannot.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable").global_index("by_city", "city", "street");
/// kv.ensure_table().await?;
/// let customers = kv.partition("customers");
/// customers.put("ada", "Lovelace").field("city", "London").field("street", "Dorset").await?;
/// customers.put("ken", "Thompson").field("city", "New Orleans").field("street", "Basin").await?;
///
/// let found = kv.global("by_city", "London").list("Dor").await?;
/// assert_eq!(found[0].key(), "ada");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct IndexPartition {
    pub(crate) kv: Kv,
    /// The name of the index; none: the table itself.
    index: Option<String>,
    is_global: bool,
    pub(crate) partition: String,
}

/// What a list asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) prefix: String,
    pub(crate) descending: bool,
    pub(crate) consistent: bool,
    pub(crate) with_expired: bool,
    pub(crate) limit: Option<u32>,
    pub(crate) start: String,
}

impl IndexPartition {
    pub(crate) fn table(partition: &Partition) -> Self {
        Self {
            kv: partition.kv.clone(),
            index: None,
            is_global: false,
            partition: partition.name.clone(),
        }
    }

    pub(crate) fn local(partition: &Partition, index: String) -> Self {
        Self {
            index: Some(index),
            ..Self::table(partition)
        }
    }

    pub(crate) fn global(kv: Kv, index: String, partition: String) -> Self {
        Self {
            kv,
            index: Some(index),
            is_global: true,
            partition,
        }
    }

    /// The records whose sort key in the index begins so, all of them with an empty prefix; see [`List`].
    pub fn list(&self, prefix: impl Into<String>) -> List {
        List::new(self.clone(), prefix.into())
    }

    /// One page of the records whose sort key in the index begins so; see [`ListPage`].
    pub fn list_page(&self, prefix: impl Into<String>) -> ListPage {
        ListPage::new(self.clone(), prefix.into())
    }

    pub(crate) fn place(&self) -> Place {
        let place = self.kv.place().in_partition(&self.partition);
        match &self.index {
            Some(index) => place.in_index(index),
            None => place,
        }
    }

    /// The index, if it is one.
    fn declared(&self) -> Result<Option<&Index>> {
        let Some(name) = &self.index else {
            return Ok(None);
        };
        let index = self.kv.index(name)?;
        let why = match (index.is_global(), self.is_global) {
            (true, false) => {
                "a global index has partitions of its own: read it with `kv.global(name, value)`"
            }
            (false, true) => {
                "a local index has the partitions of the table: read it with `partition.index(name)`"
            }
            _ => return Ok(Some(index)),
        };
        let place = self.place();
        Err(Error::IndexNotSupported { place, why })
    }

    /// The request for a page.
    ///
    /// # Errors
    ///
    /// The index cannot answer it, or what is asked makes no sense.
    pub(crate) fn select(&self, wanted: &Wanted) -> Result<Select> {
        let index = self.declared()?;
        let sort = match index {
            Some(index) => index.sort.as_deref(),
            None => Some(NAME),
        };
        self.check(wanted, sort)?;
        let items = self.kv.items();
        let mut select = match index {
            None => items.query(self.partition.as_str()),
            Some(index) => {
                let mut handle = items.index(&index.name, index.key());
                if let Some(sort) = sort {
                    handle = handle.sort(sort);
                }
                handle.query(self.partition.as_str())
            }
        };
        if !wanted.prefix.is_empty() {
            select = select.begins_with(&wanted.prefix);
        }
        if wanted.descending {
            select = select.descending();
        }
        if wanted.consistent {
            select = select.consistent();
        }
        if let Some(limit) = wanted.limit {
            select = select.limit(limit);
        }
        if !wanted.with_expired {
            select = select.filter(is_not_expired(self.kv.second()));
        }
        if !wanted.start.is_empty() {
            let keys = self.start(wanted, index.map_or(ID, Index::key), sort)?;
            select = select.start_after(token::item_of(keys));
        }
        Ok(select)
    }

    fn check(&self, wanted: &Wanted, sort: Option<&str>) -> Result<()> {
        let why = if self.partition.is_empty() {
            "the partition is empty"
        } else if wanted.limit == Some(0) {
            "a limit of zero records; leave it out, or take one at least"
        } else if self.is_global && wanted.consistent {
            let why = "a global index is eventually consistent: leave `consistent` out, or read the records by key";
            let place = self.place();
            return Err(Error::IndexNotSupported { place, why });
        } else if sort.is_none() && !wanted.prefix.is_empty() {
            let why = "the index has no sort key that a prefix could be one of: list it with an empty prefix";
            let place = self.place();
            return Err(Error::IndexNotSupported { place, why });
        } else {
            return Ok(());
        };
        Err(Error::InvalidInput {
            place: self.place(),
            why: why.to_owned(),
        })
    }

    /// Where a token says that the list goes on.
    fn start(&self, wanted: &Wanted, key: &str, sort: Option<&str>) -> Result<token::Keys> {
        let names: BTreeSet<_> = [Some(ID), Some(NAME), Some(key), sort]
            .into_iter()
            .flatten()
            .collect();
        let sort = sort.map(|sort| (sort, wanted.prefix.as_str()));
        let decoded = token::decode(&wanted.start).and_then(|keys| {
            token::check(&keys, &names, (key, &self.partition), sort)?;
            Ok(keys)
        });
        decoded.map_err(|why| Error::InvalidToken {
            place: self.place(),
            why,
        })
    }
}
