use crate::error::Result;
use crate::hook::Operation;
use crate::partition::Partition;
use crate::pending::awaitable;

/// Deletes a record, if there is one.
///
/// One `DeleteItem`, 1 write unit for each 1 KB of the record. If the answer is lost it is sent again. Deleting a
/// [lock](Partition::lock) frees it while its holder does not know; its tokens then begin at the clock of the next holder, and grow on
/// if that is right: leave locks where they are.
///
/// # Errors
///
/// [`InvalidInput`](crate::Error::InvalidInput) before anything is sent; [`TableMissing`](crate::Error::TableMissing) and
/// [`Store`](crate::Error::Store). That there is no record is no error.
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
/// customers.put("ada", "Lovelace").await?;
/// customers.delete("ada").await?;
/// customers.delete("ada").await?;
/// assert!(!customers.exists("ada").consistent().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete {
    partition: Partition,
    key: String,
}

impl Delete {
    pub(crate) fn new(partition: Partition, key: String) -> Self {
        Self { partition, key }
    }

    async fn run(self) -> Result<()> {
        let spot = self.partition.at(&self.key)?;
        let delete = spot.kv().items().delete(spot.keys());
        match spot.ask(Operation::Delete, delete).await {
            Ok(_) => Ok(()),
            Err(error) => Err(spot.error(error)),
        }
    }
}

awaitable!(Delete -> ());
