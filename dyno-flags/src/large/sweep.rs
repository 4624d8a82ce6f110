//! Removes what programs that ended too early have left.

use std::collections::BTreeSet;
use std::time::Duration;

use super::piece::STORED;
use crate::error::Result;
use crate::item::{CHUNKS, KEY, NAMESPACE, number_in, text_in};
use crate::kind::Kind;
use crate::names::Generation;
use crate::store::FeatureStore;

/// What is younger may be somebody's work, whatever is asked for.
const YOUNGEST: Duration = Duration::from_mins(10);

impl FeatureStore {
    /// Removes what programs that ended too early have left: pieces that no item names, and, with [`atomic_init`](Self::atomic_init),
    /// sets that are not current, that of the official items among them. Says how many rows it removed.
    ///
    /// What is younger than `age` stays, since somebody may be about to use it: an hour is plenty, and less than ten minutes are taken for
    /// ten. **A write that takes longer than `age`, or comes from a clock that is so far behind, loses its pieces.** One `Query` per kind for each 1 MB of
    /// items, and of pieces; one `BatchWriteItem` for each 25 rows. May be called at any time, and again if it was cut off.
    ///
    /// # Errors
    ///
    /// [`Error::Store`](crate::Error::Store).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use dyno_flags::FeatureStore;
    ///
    /// let flags = FeatureStore::new(&dyno_core::Store::embedded()?, "launchdarkly").large_items();
    /// flags.ensure_table().await?;
    /// assert_eq!(flags.sweep(Duration::from_secs(3600)).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn sweep(&self, age: Duration) -> Result<u64> {
        self.check()?;
        let age = age.max(YOUNGEST);
        let mut removed = 0;
        let mut generation = Generation::Official;
        if self.atomic_init {
            generation = self.read_current("sweep").await?;
            removed += self.remove_old_sets(&generation, age).await?;
            if generation != Generation::Official {
                removed += self.remove_official(age).await?;
            }
        }
        for kind in Kind::ALL {
            removed += self.sweep_pieces(kind, &generation, age).await?;
        }
        Ok(removed)
    }

    /// Pieces are read before the rows that may name them: a row that comes later names younger ones.
    async fn sweep_pieces(
        &self,
        kind: Kind,
        generation: &Generation,
        age: Duration,
    ) -> Result<u64> {
        let failed = |error| self.failed("sweep", format!("pieces of every {kind}"), error);
        let namespace = self.names.chunks(kind, generation);
        let pieces = self.items.query(namespace.clone()).consistent();
        let pieces = pieces
            .only([NAMESPACE, KEY, STORED])
            .await
            .map_err(failed)?;
        let before = self.second_before(age);
        let old = pieces.iter().filter(|piece| {
            let stored = number_in(piece, STORED);
            stored.is_none_or(|stored| stored <= before)
        });
        let old: Vec<_> = old.filter_map(|piece| text_in(piece, KEY)).collect();
        if old.is_empty() {
            return Ok(0);
        }
        let rows = self.standing_of(kind, generation, "sweep").await?;
        // Also of a row that cannot be read: somebody may mend it.
        let chunks = rows.iter().filter_map(|row| row.get(CHUNKS)?.as_m().ok());
        let named: BTreeSet<_> = chunks.filter_map(|chunks| text_in(chunks, "id")).collect();
        let gone = old.into_iter().filter(|key| {
            let id = key.split('#').next().unwrap_or_default();
            !named.contains(id)
        });
        self.delete_all(&namespace, gone).await.map_err(failed)
    }
}
