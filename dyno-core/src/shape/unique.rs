use super::TableShape;

/// Where the items stand that keep the values of a field unique.
#[derive(Clone, Copy, Debug)]
pub struct UniqueShape {
    table: Option<TableShape>,
}

impl UniqueShape {
    /// In the table of the objects.
    pub const fn beside() -> Self {
        Self { table: None }
    }

    /// In this table, with this partition key, a string.
    pub const fn in_table(name: &'static str, key: &'static str) -> Self {
        Self {
            table: Some(TableShape::new(name, key)),
        }
    }

    /// The table, if it is one of its own.
    pub const fn table(&self) -> Option<&TableShape> {
        self.table.as_ref()
    }
}
