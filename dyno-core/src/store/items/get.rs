use dyno_value::{FieldPath, Item};

use super::handle::Items;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Placeholders;
use crate::key::Key;
use crate::store::fetch::{Projection, fetch};
use crate::store::operation::Pending;

/// Reads one item: `None` if there is none.
///
/// One `GetItem`, 0.5 read units for each 4 KB of the whole item, or 1 if consistent. Eventually consistent unless
/// [`consistent`](Self::consistent) says otherwise. Writes nothing.
///
/// # Errors
///
/// [`InvalidKey`](ErrorKind::InvalidKey), [`InvalidExpression`](ErrorKind::InvalidExpression) and
/// [`InvalidShape`](ErrorKind::InvalidShape) before anything is sent; [`TableMissing`](ErrorKind::TableMissing), and those of the
/// service.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Hosts", "name", KeyKind::S)]).await?;
/// let hosts = store.items("Hosts", "name");
/// hosts.update("db").set("port", 5432).set("user", "ada").await?;
///
/// let port = hosts.get("db").consistent().only(["port"]).await?;
/// assert_eq!(port.map(|item| item.len()), Some(1));
/// assert_eq!(hosts.get("cache").await?, None);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Get {
    items: Items,
    key: Key,
    consistent: bool,
    only: Option<Vec<String>>,
}

impl Get {
    pub(super) fn new(items: Items, key: Key) -> Self {
        Self {
            items,
            key,
            consistent: false,
            only: None,
        }
    }

    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Reads these attributes only; those that the item lacks are absent, and an item that has none of them is empty. It costs as much as
    /// the whole item.
    pub fn only<N: Into<String>>(mut self, attributes: impl IntoIterator<Item = N>) -> Self {
        self.only = Some(attributes.into_iter().map(Into::into).collect());
        self
    }

    async fn run(self) -> Result<Option<Item>> {
        let address = self.items.address(&self.key)?;
        let projection = projection(self.only.as_deref())?;
        let wanted = [(address.clone(), projection)];
        let mut found = fetch(&self.items.store, &wanted, &[], self.consistent).await?;
        Ok(found.remove(&address))
    }
}

impl IntoFuture for Get {
    type Output = Result<Option<Item>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let explain = self.items.explain("get", Some(&self.key.clone()));
        Box::pin(async move { self.run().await.map_err(explain) })
    }
}

/// What is read of items; `None`: everything.
///
/// # Errors
///
/// No attribute is named, or one without a name.
pub(super) fn projection(only: Option<&[String]>) -> Result<Projection> {
    let Some(only) = only else {
        return Ok(Projection::default());
    };
    if only.is_empty() || only.iter().any(String::is_empty) {
        let why = "`only` takes the names of attributes, one at least, and none is empty; leave it out to read whole items";
        return Err(Error::new(ErrorKind::InvalidExpression, why));
    }
    let mut placeholders = Placeholders::lettered('o');
    let mut texts: Vec<_> = only
        .iter()
        .map(|name| placeholders.path(&FieldPath::root().key(name)))
        .collect();
    texts.sort_unstable();
    texts.dedup();
    let (names, _) = placeholders.into_parts();
    Ok(Projection {
        text: Some(texts.join(", ")),
        names: names.into_iter().collect(),
    })
}
