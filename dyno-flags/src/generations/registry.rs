//! Which sets may have items, and how they are removed.
//!
//! ```text
//! namespace S   $generations, after a prefix
//! key       S   the id of a set
//! started   N   seconds since 1970
//! dead      BOOL  true: it will never be current
//! ```

use std::time::Duration;

use dyno_core::items::{Condition, attr};
use dyno_core::{Item, Key};

use super::marker::{SINCE, is_marked};
use crate::error::Result;
use crate::init::is_as_it_was;
use crate::item::{KEY, NAMESPACE, key_of, number, number_in, text_in};
use crate::kind::Kind;
use crate::names::Generation;
use crate::store::FeatureStore;

const DEAD: &str = "dead";
const STARTED: &str = "started";

/// How many deletions go into one transaction, beside the check.
const DELETIONS: usize = 99;

/// An `init` that takes longer than this may find its set removed, and then fails.
pub(crate) const ABANDONED: Duration = Duration::from_hours(1);

/// Holds of a set that may become current.
pub(super) fn is_alive() -> Condition {
    attr(STARTED).exists() & attr(DEAD).missing()
}

impl FeatureStore {
    /// Makes it known that a set of this id may have items, before it has any.
    pub(super) async fn register(&self, id: &str) -> Result<()> {
        let mut row: Item = key_of(&self.names.registry(), id);
        row.insert(STARTED.to_owned(), number(self.seconds()));
        let put = self.items.put(row).await;
        put.map(drop)
            .map_err(|error| self.failed("init", "the new set", error))
    }

    /// Removes the sets that are not current and were begun so long ago.
    pub(crate) async fn remove_old_sets(&self, current: &Generation, age: Duration) -> Result<u64> {
        let known = self.items.query(self.names.registry()).consistent().await;
        let known = known.map_err(|error| self.failed("sweep", "old sets", error))?;
        let before = self.second_before(age);
        let mut removed = 0;
        for row in known {
            let Some(id) = text_in(&row, KEY) else {
                continue;
            };
            let generation = Generation::Own(id.to_owned());
            let started = number_in(&row, STARTED).unwrap_or(0);
            if generation != *current && (started <= before || row.contains_key(DEAD)) {
                removed += self.remove_set(&generation).await?;
            }
        }
        Ok(removed)
    }

    /// Removes the official set, if a set of its own has been current for so long. An official `init` may take the table back at any time,
    /// so that each deletion goes with a check of the marker, and of the row.
    pub(crate) async fn remove_official(&self, age: Duration) -> Result<u64> {
        let failed = |error| self.failed("sweep", "the official set", error);
        let marker = self.items.get(self.names.marker()).consistent().await;
        let since = marker.map_err(failed)?;
        let since = since.as_ref().and_then(|marker| number_in(marker, SINCE));
        let before = self.second_before(age);
        if since.is_none_or(|since| since > before) {
            return Ok(0);
        }
        let official = Generation::Official;
        let mut removed = 0;
        for kind in Kind::ALL {
            let rows = self.standing_of(kind, &official, "sweep").await?;
            let pieces = self.items.query(self.names.chunks(kind, &official));
            let pieces = pieces.consistent().only([NAMESPACE, KEY]).await;
            let rows: Vec<_> = rows.into_iter().chain(pieces.map_err(failed)?).collect();
            for rows in rows.chunks(DELETIONS) {
                let deletions = rows.iter().filter_map(|row| {
                    let key = (text_in(row, NAMESPACE)?, text_in(row, KEY)?);
                    let delete = self.items.delete(Key::from(key)).when(is_as_it_was(row));
                    Some(delete.into())
                });
                let mut writes: Vec<_> = deletions.collect();
                let replaced = !is_marked(&official);
                writes.push(self.items.check(self.names.marker(), replaced).into());
                let count = writes.len() as u64 - 1;
                let done = self.store.write_items(writes).await.map_err(failed)?;
                if !done.is_applied() {
                    return Ok(removed);
                }
                removed += count;
            }
        }
        Ok(removed)
    }

    /// Removes a set of its own, unless it is current. It is marked before, so that it does not become current meanwhile, and forgotten at
    /// last. The official set is left to [`remove_official`](Self::remove_official).
    pub(crate) async fn remove_set(&self, generation: &Generation) -> Result<u64> {
        let Generation::Own(id) = generation else {
            return Ok(0);
        };
        let failed = |error| self.failed("sweep", "an old set", error);
        let entry = Key::from((self.names.registry(), id.clone()));
        let dead = self.items.update(entry.clone()).set(DEAD, true);
        let not_current = self
            .items
            .check(self.names.marker(), !is_marked(generation));
        let marked = self.store.write_items([dead.into(), not_current.into()]);
        if !marked.await.map_err(failed)?.is_applied() {
            return Ok(0);
        }
        let mut removed = 0;
        for kind in Kind::ALL {
            removed += self.clear(self.names.items(kind, generation)).await?;
            removed += self.clear(self.names.chunks(kind, generation)).await?;
        }
        let forgotten = self.items.delete(entry).await;
        forgotten.map(drop).map_err(failed)?;
        Ok(removed)
    }

    async fn clear(&self, namespace: String) -> Result<u64> {
        let rows = self.items.query(namespace.clone()).consistent();
        let rows = rows.only([NAMESPACE, KEY]).await;
        let failed = |error| self.failed("sweep", format!("namespace `{namespace}`"), error);
        let rows = rows.map_err(failed)?;
        let keys = rows.iter().filter_map(|row| text_in(row, KEY));
        self.delete_all(&namespace, keys).await.map_err(failed)
    }
}
