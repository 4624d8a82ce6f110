//! Reads of flags and segments.

use dyno_core::Item;

use crate::descriptor::{Descriptor, check_key};
use crate::error::{Error, Result};
use crate::generations::marked;
use crate::item::{Content, KEY, decode, text_in};
use crate::kind::Kind;
use crate::names::Generation;
use crate::set::FeatureSet;
use crate::store::{FeatureStore, TRIES};

impl FeatureStore {
    /// Reads a flag or segment, or the tombstone in its place; `None` if there is neither. This is what the SDKs ask for.
    ///
    /// One `GetItem`, consistent, 1 read unit for each 4 KB; if the item is in pieces, one `BatchGetItem` more for each 100 pieces, and
    /// again if somebody replaced it in between. With [`atomic_init`](Self::atomic_init) one `BatchGetItem` of marker and item; one
    /// `GetItem` more if nothing is found, and the same again if the set was replaced since this store last read it.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`]: what stands there is no flag or segment. [`Error::InvalidItem`]: no item has such a key; nothing was sent.
    /// [`Error::Contended`], [`Error::Store`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use dyno_flags::{FeatureStore, Kind};
    ///
    /// let flags = FeatureStore::new(&dyno_core::Store::embedded()?, "launchdarkly");
    /// flags.ensure_table().await?;
    /// assert_eq!(flags.get(Kind::Flag, "unknown").await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get(&self, kind: Kind, key: &str) -> Result<Option<Descriptor>> {
        self.check()?;
        check_key(kind, key)?;
        if self.atomic_init {
            return self.get_of_current(kind, key).await;
        }
        let row = self.row(kind, &Generation::Official, key).await?;
        self.settle(kind, &Generation::Official, key, row).await
    }

    /// Reads a flag or segment; `None` if there is none, or a tombstone in its place.
    ///
    /// Requests and errors are those of [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn get_live(&self, kind: Kind, key: &str) -> Result<Option<Descriptor>> {
        let found = self.get(kind, key).await?;
        Ok(found.filter(|descriptor| !descriptor.is_deleted()))
    }

    /// Reads all flags or all segments, with tombstones. [`FeatureSet::live`] leaves those out.
    ///
    /// One `Query` for each 1 MB, consistent, 1 read unit for each 4 KB, and one `BatchGetItem` for each item in pieces. Items are not
    /// of one moment. With [`atomic_init`](Self::atomic_init) they are all of one set, and the marker takes one `GetItem` more; everything is
    /// read again if the set was replaced meanwhile.
    ///
    /// An item that is no flag or segment does not lose the others: [`FeatureSet::unreadable`].
    ///
    /// # Errors
    ///
    /// [`Error::Contended`], [`Error::Store`].
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
    /// flags.upsert(Kind::Flag, "a", Descriptor::new(1, r#"{"key":"a","version":1}"#)).await?;
    /// flags.delete(Kind::Flag, "b", 1).await?;
    /// let all = flags.all(Kind::Flag).await?;
    /// assert_eq!(all.len(), 2);
    /// assert_eq!(all.live().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn all(&self, kind: Kind) -> Result<FeatureSet> {
        self.check()?;
        if self.atomic_init {
            return self.all_of_current(kind).await;
        }
        self.all_in(kind, &Generation::Official).await
    }

    /// Reads all flags or all segments that are not deleted.
    ///
    /// Requests and errors are those of [`all`](Self::all).
    ///
    /// # Errors
    ///
    /// Those of [`all`](Self::all).
    pub async fn all_live(&self, kind: Kind) -> Result<FeatureSet> {
        self.all(kind).await.map(FeatureSet::live)
    }

    /// The marker and the item are read at once, from where the last marker pointed. An item that is found is one of the current
    /// set, or of the one that was current when this began. One that is not found may have been removed with its set, after the
    /// marker was read: the marker is read again.
    async fn get_of_current(&self, kind: Kind, key: &str) -> Result<Option<Descriptor>> {
        for _ in 0..TRIES {
            let generation = self.current();
            let marker = dyno_core::Key::from(self.names.marker());
            let keys = [marker, self.item_key(kind, &generation, key)];
            let found = self.items.get_many(keys).consistent().await;
            let found = found.map_err(|error| self.failed_at("get", kind, key, error))?;
            let [marker, row] = <[_; 2]>::try_from(found).unwrap_or_default();
            let marked = marked(marker.as_ref());
            if marked != generation {
                self.remember(marked);
                continue;
            }
            let found = self.settle(kind, &generation, key, row).await?;
            if found.is_some() || self.is_current(&generation, "get").await? {
                return Ok(found);
            }
        }
        Err(self.contended("get"))
    }

    /// The marker is read last: if it names the set, nothing of the set had been removed before.
    async fn all_of_current(&self, kind: Kind) -> Result<FeatureSet> {
        for _ in 0..TRIES {
            let generation = self.current();
            let all = self.all_in(kind, &generation).await?;
            if self.is_current(&generation, "all").await? {
                return Ok(all);
            }
        }
        Err(self.contended("all"))
    }

    pub(crate) async fn all_in(&self, kind: Kind, generation: &Generation) -> Result<FeatureSet> {
        let rows = self.items.query(self.names.items(kind, generation));
        let rows = rows.consistent().await;
        let rows = rows.map_err(|error| self.failed("all", format!("every {kind}"), error))?;
        let mut all = FeatureSet::default();
        for row in rows {
            let Some(key) = text_in(&row, KEY).map(str::to_owned) else {
                continue;
            };
            match self.settle(kind, generation, &key, Some(row)).await {
                Ok(Some(descriptor)) => drop(all.items.insert(key, descriptor)),
                Ok(None) => {}
                Err(error @ Error::Unreadable { .. }) => {
                    tracing::error!(%error, "an item is left out");
                    all.unreadable.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// What a row says. If its pieces are gone, somebody replaced it: it is read again.
    async fn settle(
        &self,
        kind: Kind,
        generation: &Generation,
        key: &str,
        mut row: Option<Item>,
    ) -> Result<Option<Descriptor>> {
        let unreadable = |why: String| Error::Unreadable {
            kind,
            key: key.to_owned(),
            table: self.table.clone(),
            why,
        };
        let mut torn = None;
        for _ in 0..TRIES {
            let Some(standing) = &row else {
                return Ok(None);
            };
            let pointer = match decode(kind, standing).map_err(unreadable)? {
                Content::Whole(descriptor) => return Ok(Some(descriptor)),
                Content::Chunked(pointer) => pointer,
            };
            let whole = self.assemble(kind, generation, key, &pointer).await?;
            if whole.is_some() {
                return Ok(whole);
            }
            if torn.as_ref() == Some(&pointer) {
                let why = "pieces of it are missing or damaged; write it again";
                return Err(unreadable(why.to_owned()));
            }
            torn = Some(pointer);
            row = self.row(kind, generation, key).await?;
        }
        Err(self.contended("get"))
    }

    async fn row(&self, kind: Kind, generation: &Generation, key: &str) -> Result<Option<Item>> {
        let row = self.items.get(self.item_key(kind, generation, key));
        let row = row.consistent().await;
        row.map_err(|error| self.failed_at("get", kind, key, error))
    }

    pub(crate) fn failed_at(
        &self,
        operation: &'static str,
        kind: Kind,
        key: &str,
        error: dyno_core::Error,
    ) -> Error {
        self.failed(operation, format!("{kind} `{key}`"), error)
    }
}
