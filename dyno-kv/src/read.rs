use crate::attribute::{EXPIRES, ID, NAME};
use crate::error::Result;
use crate::hook::Operation;
use crate::partition::Partition;
use crate::pending::awaitable;
use crate::record::Record;

/// Reads a record.
///
/// One `GetItem`, 0.5 read units for each 4 KB, or 1 if [consistent](Self::consistent). Eventually consistent unless that is asked for. A
/// record that has expired is not found, also while DynamoDB has not removed it yet.
///
/// # Errors
///
/// [`NotFound`](crate::Error::NotFound) unless it is [`optional`](Self::optional); [`InvalidInput`](crate::Error::InvalidInput) before
/// anything is sent; [`Unreadable`](crate::Error::Unreadable) if the item is no record; [`TableMissing`](crate::Error::TableMissing) and
/// [`Store`](crate::Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::{Kv, Serde};
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let points = kv.partition("points");
/// points.put("origin", Serde(&(0, 0))).await?;
///
/// let origin: (i32, i32) = points.get("origin").consistent().await?.get()?;
/// assert_eq!(origin, (0, 0));
/// assert!(points.get("pole").await.unwrap_err().is_not_found());
/// assert!(points.get("pole").optional().await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Get {
    partition: Partition,
    key: String,
    consistent: bool,
}

impl Get {
    pub(crate) fn new(partition: Partition, key: String) -> Self {
        Self {
            partition,
            key,
            consistent: false,
        }
    }

    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// Gives `None` if there is no such record.
    pub fn optional(self) -> GetOptional {
        GetOptional(self)
    }

    async fn found(&self) -> Result<Option<Record>> {
        let spot = self.partition.at(&self.key)?;
        let mut read = spot.kv().items().get(spot.keys());
        if self.consistent {
            read = read.consistent();
        }
        let found = spot.ask(Operation::Get, read).await;
        let record = spot.standing(found.map_err(|error| spot.error(error))?)?;
        let now = spot.kv().second();
        Ok(record.filter(|record| !record.is_expired(now)))
    }

    async fn run(self) -> Result<Record> {
        match self.found().await? {
            Some(record) => Ok(record),
            None => Err(self.partition.at(&self.key)?.not_found()),
        }
    }
}

awaitable!(Get -> Record);

/// The same as [`Get`], with `None` if there is no such record.
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct GetOptional(Get);

impl GetOptional {
    async fn run(self) -> Result<Option<Record>> {
        self.0.found().await
    }
}

awaitable!(GetOptional -> Option<Record>);

/// Whether there is a record, and it has not expired.
///
/// One `GetItem` that brings keys and expiry only; it costs as much as [`Get`]. Eventually consistent unless
/// [`consistent`](Self::consistent) says otherwise.
///
/// # Errors
///
/// Those of [`Get`], without `NotFound`.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let customers = kv.partition("customers");
/// assert!(!customers.exists("ada").await?);
/// customers.put("ada", "Lovelace").await?;
/// assert!(customers.exists("ada").consistent().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Exists {
    partition: Partition,
    key: String,
    consistent: bool,
}

impl Exists {
    pub(crate) fn new(partition: Partition, key: String) -> Self {
        Self {
            partition,
            key,
            consistent: false,
        }
    }

    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    async fn run(self) -> Result<bool> {
        let spot = self.partition.at(&self.key)?;
        let mut read = spot.kv().items().get(spot.keys()).only([ID, NAME, EXPIRES]);
        if self.consistent {
            read = read.consistent();
        }
        let found = spot.ask(Operation::Exists, read).await;
        let record = spot.standing(found.map_err(|error| spot.error(error))?)?;
        let now = spot.kv().second();
        Ok(record.is_some_and(|record| !record.is_expired(now)))
    }
}

awaitable!(Exists -> bool);
