use std::fmt;

/// Where something went wrong: a table, and in it an index, a partition, a record.
#[derive(Clone, PartialEq, Eq)]
pub struct Place(Box<Parts>);

#[derive(Clone, Default, PartialEq, Eq)]
struct Parts {
    table: String,
    index: Option<String>,
    partition: Option<String>,
    key: Option<String>,
}

impl Place {
    pub(crate) fn table_named(table: &str) -> Self {
        Self(Box::new(Parts {
            table: table.to_owned(),
            ..Parts::default()
        }))
    }

    pub(crate) fn in_index(mut self, index: &str) -> Self {
        self.0.index = Some(index.to_owned());
        self
    }

    pub(crate) fn in_partition(mut self, partition: &str) -> Self {
        self.0.partition = Some(partition.to_owned());
        self
    }

    pub(crate) fn at_key(mut self, key: &str) -> Self {
        self.0.key = Some(key.to_owned());
        self
    }

    /// The table, as the program names it.
    pub fn table(&self) -> &str {
        &self.0.table
    }

    /// The secondary index, if one was read.
    pub fn index(&self) -> Option<&str> {
        self.0.index.as_deref()
    }

    /// The partition; of a global index, the value of its partition key.
    pub fn partition(&self) -> Option<&str> {
        self.0.partition.as_deref()
    }

    /// The key of the record.
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts {
            table,
            index,
            partition,
            key,
        } = &*self.0;
        if let Some(key) = key {
            write!(f, "record `{key}` of ")?;
        }
        if let Some(partition) = partition {
            write!(f, "partition `{partition}` of ")?;
        }
        if let Some(index) = index {
            write!(f, "index `{index}` of ")?;
        }
        write!(f, "table `{table}`")
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}
