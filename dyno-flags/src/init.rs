//! Replaces all flags and segments.

use std::collections::BTreeMap;

use dyno_core::items::{Change, Condition, attr};
use dyno_core::{Item, Key};
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::descriptor::{Descriptor, Entry};
use crate::error::{Error, Result};
use crate::item::{CHUNKS, KEY, NAMESPACE, VERSION, key_of, text_in};
use crate::kind::Kind;
use crate::names::Generation;
use crate::store::{FeatureStore, TRIES, is_uncertain};
use crate::upsert::Rows;

/// What was stored before: kind and key, and of its row the version and where its pieces are.
pub(crate) type Standing = BTreeMap<(Kind, String), Item>;

/// How many leftovers are removed at the same time.
const DELETIONS: usize = 8;

impl FeatureStore {
    /// Replaces all flags and segments by these, whatever their versions, and marks the store as initialised.
    ///
    /// Keys that stand there are read first, then everything is put, then what is left over is deleted, and the marker comes last: readers
    /// find old and new items meanwhile, and never a missing one that is in both sets. A leftover that somebody wrote in the meantime
    /// stays. One `Query` per kind for each 1 MB that stands there, one `BatchWriteItem` for each 25 items, one `DeleteItem` for each
    /// leftover, one `PutItem`. What the service leaves undone is sent again. Items of more than 400 000 bytes are logged and left out; see
    /// [`upsert`](Self::upsert). If the program ends in the middle, some items are new, and the marker is as it was: call it again.
    ///
    /// With [`atomic_init`](Self::atomic_init) the set is written beside the current one, and the marker is switched in one
    /// `TransactWriteItems`: readers find the one or the other, and if the program ends in the middle, the one or the other stays. An upsert
    /// that comes in between and is newer than the new set is taken over. The old set is then deleted, which takes a `Query` for each
    /// 1 MB and a `BatchWriteItem` for each 25 items; that of the official items stays for [`sweep`](Self::sweep).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidItem`], and nothing was sent: a key is none or comes twice, or a JSON is no object of its version.
    /// [`Error::Incomplete`] says what is left. [`Error::Abandoned`]: it took more than an hour. [`Error::Contended`], [`Error::Store`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use dyno_flags::{Descriptor, FeatureStore, Kind};
    ///
    /// let flags = FeatureStore::new(&dyno_core::Store::embedded()?, "launchdarkly");
    /// flags.ensure_table().await?;
    /// let of = |key: &str| Descriptor::new(1, format!(r#"{{"key":"{key}","version":1}}"#));
    /// flags.init([(Kind::Flag, "a", of("a")), (Kind::Segment, "s", of("s"))]).await?;
    /// flags.init([(Kind::Flag, "b", of("b"))]).await?;
    /// assert_eq!(flags.all(Kind::Flag).await?.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["b"]);
    /// assert!(flags.all(Kind::Segment).await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn init<K: AsRef<str>>(
        &self,
        all: impl IntoIterator<Item = (Kind, K, Descriptor)>,
    ) -> Result<()> {
        self.check()?;
        let mut entries = BTreeMap::new();
        for (kind, key, descriptor) in all {
            let key = key.as_ref();
            let entry = Entry::checked(kind, key, descriptor)?;
            if entries.insert((kind, key.to_owned()), entry).is_some() {
                return Err(Error::invalid(kind, key, "it comes twice"));
            }
        }
        if self.atomic_init {
            return self.init_beside(entries).await;
        }
        self.init_in_place(entries).await
    }

    async fn init_in_place(&self, entries: BTreeMap<(Kind, String), Entry>) -> Result<()> {
        let generation = Generation::Official;
        let mut leftovers = self.standing(&generation, "init").await?;
        let mut replaced = Vec::new();
        let mut rows = Vec::new();
        for (place, entry) in in_order(&entries) {
            if let Some(row) = self.rows(entry, &generation) {
                replaced.extend(leftovers.remove_entry(place));
                rows.push(row);
            }
        }
        self.put_all(rows).await?;
        for ((kind, _), row) in &replaced {
            self.discard(*kind, &generation, Some(row)).await;
        }
        self.delete_leftovers(leftovers).await?;
        let (namespace, key) = self.names.marker();
        let marked = self.items.put(key_of(&namespace, &key)).await;
        marked
            .map(drop)
            .map_err(|error| self.incomplete(Vec::new(), error))?;
        self.remember(generation);
        Ok(())
    }

    /// Keys, versions and places of pieces of all that stands in a generation.
    pub(crate) async fn standing(
        &self,
        generation: &Generation,
        operation: &'static str,
    ) -> Result<Standing> {
        let mut standing = Standing::new();
        for kind in Kind::ALL {
            let rows = self.standing_of(kind, generation, operation).await?;
            standing.extend(rows.into_iter().filter_map(|row| {
                let key = text_in(&row, KEY)?.to_owned();
                Some(((kind, key), row))
            }));
        }
        Ok(standing)
    }

    pub(crate) async fn standing_of(
        &self,
        kind: Kind,
        generation: &Generation,
        operation: &'static str,
    ) -> Result<Vec<Item>> {
        let rows = self.items.query(self.names.items(kind, generation));
        let rows = rows.consistent().only([NAMESPACE, KEY, VERSION, CHUNKS]);
        let rows = rows.await;
        rows.map_err(|error| self.failed(operation, format!("every {kind}"), error))
    }

    /// All pieces before the first row: a batch has no order, and a row never names what is not there.
    pub(crate) async fn put_all(&self, all: Vec<Rows>) -> Result<()> {
        let (mut pieces, mut rows) = (Vec::new(), Vec::new());
        for Rows {
            row, pieces: of, ..
        } in all
        {
            pieces.extend(of.into_iter().map(Change::Put));
            rows.push(Change::Put(row));
        }
        let places = |left: &[Change]| left.iter().filter_map(|row| self.place_of(row)).collect();
        if let Err(error) = self.items.write_many(pieces).await {
            return Err(self.incomplete(places(&rows), error.into_parts().0));
        }
        self.items.write_many(rows).await.map_err(|error| {
            let (error, left) = error.into_parts();
            self.incomplete(places(&left), error)
        })
    }

    async fn delete_leftovers(&self, leftovers: Standing) -> Result<()> {
        let deletions = leftovers.into_iter().map(|((kind, key), row)| async move {
            let deleted = self.delete_leftover(&row).await;
            if let Ok(true) = deleted {
                self.discard(kind, &Generation::Official, Some(&row)).await;
            }
            deleted.map_err(|error| ((kind, key), error))
        });
        let done: Vec<_> = stream::iter(deletions)
            .buffer_unordered(DELETIONS)
            .collect()
            .await;
        let mut left = Vec::new();
        let mut first = None;
        for failure in done.into_iter().filter_map(Result::err) {
            left.push(failure.0);
            first.get_or_insert(failure.1);
        }
        left.sort();
        first.map_or(Ok(()), |error| Err(self.incomplete(left, error)))
    }

    /// Deletes a row unless somebody wrote it in the meantime. A second copy of a deletion does no harm, so that it is sent again where the
    /// answer was lost.
    async fn delete_leftover(&self, row: &Item) -> dyno_core::Result<bool> {
        let key = |name| text_in(row, name).unwrap_or_default().to_owned();
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let key = Key::from((key(NAMESPACE), key(KEY)));
            let deleted = self.items.delete(key).when(is_as_it_was(row)).await;
            match deleted {
                Ok(written) => return Ok(written.is_applied()),
                Err(error) if is_uncertain(&error) && tries > 0 => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn place_of(&self, change: &Change) -> Option<(Kind, String)> {
        let Change::Put(row) = change else {
            return None;
        };
        let (namespace, key) = (text_in(row, NAMESPACE)?, text_in(row, KEY)?);
        // A generation is named after the kind.
        let mut kinds = Kind::ALL.into_iter();
        let kind = kinds
            .find(|kind| namespace.starts_with(&self.names.items(*kind, &Generation::Official)));
        kind.map(|kind| (kind, key.to_owned()))
    }

    pub(crate) fn incomplete(&self, left: Vec<(Kind, String)>, source: dyno_core::Error) -> Error {
        Error::Incomplete {
            table: self.table.clone(),
            left,
            source,
        }
    }
}

/// Segments before flags, whose rules name them.
pub(crate) fn in_order(
    entries: &BTreeMap<(Kind, String), Entry>,
) -> impl Iterator<Item = (&(Kind, String), &Entry)> {
    Kind::ALL
        .into_iter()
        .flat_map(move |kind| entries.iter().filter(move |(place, _)| place.0 == kind))
}

pub(crate) fn is_as_it_was(row: &Item) -> Condition {
    match row.get(VERSION) {
        Some(version) => attr(VERSION).eq(version),
        None => attr(VERSION).missing(),
    }
}
