use std::collections::BTreeSet;
use std::marker::PhantomData;

use super::describe::{is_in_use, is_missing};
use super::tables::Tables;
use super::wait::{Patience, SHORT};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::Stored;
use crate::store::operation::{Operation, Options, Pending, debug_of};
use crate::store::{Store, service};
use crate::table::{Settings, TableSpec};

/// Deletes the tables of a type and of its shards, with all that is in them, if exactly they are named.
///
/// Also objects of other types in these tables are lost. Sends one `DeleteTable` for each table, then `DescribeTable` until
/// it is gone, about a minute at most; free of charge. A table that does not exist, or is being deleted, is no error.
///
/// If it is cut off, some tables are deleted; call it again.
///
/// # Errors
///
/// [`NotConfirmed`](ErrorKind::NotConfirmed) if other names are given than those of the tables, as the service calls them:
/// nothing was sent. [`InvalidShape`](ErrorKind::InvalidShape), and those of the service, which refuses to delete
/// a table with deletion protection.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, ErrorKind, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User { name: String }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// let refused = store.delete_tables::<User>().await.unwrap_err();
/// assert_eq!(refused.kind(), ErrorKind::NotConfirmed);
/// store.delete_tables::<User>().named(["Users"]).await?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeleteTables<T> {
    store: Store,
    named: BTreeSet<String>,
    object: PhantomData<fn() -> T>,
}

debug_of!(DeleteTables<T>: store, named);

impl<T: Stored> DeleteTables<T> {
    pub(in crate::store) fn new(store: Store) -> Self {
        Self {
            store,
            named: BTreeSet::new(),
            object: PhantomData,
        }
    }

    /// The names of all tables that are to be deleted, as the service calls them: with the prefix of a namespace.
    pub fn named<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.named.extend(names.into_iter().map(Into::into));
        self
    }

    async fn run(self) -> Result<()> {
        let options = Options {
            store: Some(self.store),
            loader: None,
        };
        let operation = Operation::new::<T>("delete the tables of", options)?;
        let deleted = async {
            let tables = Tables::of(&operation, &[], Settings::default())?;
            tables.confirm(&self.named)?;
            tables.delete().await
        };
        deleted.await.map_err(operation.explain(None))
    }
}

impl Tables {
    fn confirm(&self, named: &BTreeSet<String>) -> Result<()> {
        let own: BTreeSet<_> = self.wanted.iter().map(TableSpec::name).collect();
        if named.iter().map(String::as_str).eq(own.iter().copied()) {
            return Ok(());
        }
        let quoted = |names: &mut dyn Iterator<Item = &str>| {
            let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
            names.join(", ")
        };
        let (mut own, mut given) = (own.into_iter(), named.iter().map(String::as_str));
        let own = quoted(&mut own);
        let given = match named.len() {
            0 => "none was named".to_owned(),
            _ => format!("named were {}", quoted(&mut given)),
        };
        let why = format!(
            "deletes tables {own} with all that is in them, and {given}; to go on, name exactly these: `.named([{own}])`"
        );
        Err(Error::new(ErrorKind::NotConfirmed, why))
    }

    async fn delete(&self) -> Result<()> {
        let mut going = Vec::new();
        for table in &self.wanted {
            let name = table.name();
            match self.client.delete_table().table_name(name).send().await {
                Ok(_) => going.push(table),
                Err(error) if is_missing(&error) => {}
                Err(error) if is_in_use(&error) && self.is_going(table).await? => going.push(table),
                Err(error) => return Err(service::failure(error, &[name])),
            }
        }
        let mut patience = Patience::new(SHORT);
        for table in going {
            while self.describe(table).await?.is_some() {
                if !patience.pause().await? {
                    let name = table.name();
                    let why = format!(
                        "table `{name}` is being deleted and not gone yet; call again in a while"
                    );
                    return Err(Error::new(ErrorKind::Service, why).in_table(name));
                }
            }
        }
        Ok(())
    }

    /// Whether somebody deletes the table already: an earlier copy of the request, perhaps, whose answer was lost.
    async fn is_going(&self, table: &TableSpec) -> Result<bool> {
        let described = self.describe(table).await?;
        Ok(described.is_none_or(|found| found.is_going))
    }
}

impl<T: Stored> IntoFuture for DeleteTables<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
