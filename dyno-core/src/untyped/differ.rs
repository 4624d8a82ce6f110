//! Where a declaration and the layout of a stored object disagree.

use std::fmt;

use super::layout::{StoredLayout, StoredShard, rest_of};
use super::shape::{Shape, TableText};

/// A shard that is stored elsewhere than the code declares, by what the object's `_dy_layout` says.
///
/// The declaration is what counts: this is a report. It is seen where tables were restored or renamed, and where the
/// code is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    shard: String,
    declared: Option<Place>,
    stored: Place,
}

/// Where a shard lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    table: TableText,
}

impl Difference {
    /// The place of the shard in the object: `$.location`; an entry of a list or map is `[*]`.
    pub fn shard(&self) -> &str {
        &self.shard
    }

    /// Where the code says that it lives; `None` if the code does not declare it, and then it is left alone.
    pub fn declared(&self) -> Option<&Place> {
        self.declared.as_ref()
    }

    /// Where the stored object says that it lives.
    pub fn stored(&self) -> &Place {
        &self.stored
    }
}

impl Place {
    /// The table.
    pub fn table(&self) -> &str {
        &self.table.name
    }

    /// The name of its partition key.
    pub fn key_name(&self) -> &str {
        &self.table.key
    }

    /// The name of its sort key.
    pub fn sort_name(&self) -> Option<&str> {
        self.table.sort.as_deref()
    }

    /// Its region, if one is named.
    pub fn region_name(&self) -> Option<&str> {
        self.table.region.as_deref()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            shard,
            declared,
            stored,
        } = self;
        write!(
            f,
            "shard `{shard}` is stored in {stored} by the object's layout, "
        )?;
        match declared {
            Some(declared) => write!(f, "and in {declared} by the declaration, which counts"),
            None => f.write_str("and is not declared; it is left alone"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TableText {
            name,
            key,
            sort,
            region,
        } = &self.table;
        write!(f, "table `{name}` (key `{key}`")?;
        if let Some(sort) = sort {
            write!(f, ", sort key `{sort}`")?;
        }
        if let Some(region) = region {
            write!(f, ", region {region}")?;
        }
        f.write_str(")")
    }
}

impl StoredLayout {
    /// The shards of which the declaration says something else, or nothing.
    pub(crate) fn differences(&self, declared: &Shape) -> Vec<Difference> {
        let region = declared.table.region.as_ref();
        let difference = |shard: &StoredShard| {
            let found = shape_at(declared, shard);
            let mut wanted = found.map(|shape| shape.table.clone());
            if let Some(wanted) = &mut wanted {
                if found.is_some_and(|shape| shape.placing.beside) {
                    wanted.clone_from(&declared.table);
                }
                wanted.region = wanted.region.take().or_else(|| region.cloned());
                // A declaration without a region means the client's.
                let same_region = wanted.region.is_none() || wanted.region == shard.table.region;
                let same = TableText {
                    region: shard.table.region.clone(),
                    ..wanted.clone()
                };
                if same_region && same == shard.table {
                    return None;
                }
            }
            Some(Difference {
                shard: shard.path(),
                declared: wanted.map(|table| Place { table }),
                stored: Place {
                    table: shard.table.clone(),
                },
            })
        };
        self.shards.iter().filter_map(difference).collect()
    }
}

fn shape_at<'a>(declared: &'a Shape, shard: &StoredShard) -> Option<&'a Shape> {
    let mut shape = declared;
    let mut rest = shard.place.as_slice();
    while !rest.is_empty() {
        let inside = |(place, inside)| Some((inside, rest_of(rest, place)?));
        (shape, rest) = shape.shards.iter().find_map(inside)?;
    }
    Some(shape)
}
