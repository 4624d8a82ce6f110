//! Writes of one flag or segment.

use std::time::Duration;

use dyno_core::Item;
use dyno_core::items::{Change, Condition, Transacted, Written, attr};
use uuid::Uuid;

use crate::descriptor::{Descriptor, Entry};
use crate::error::Result;
use crate::generations::{is_held, is_marked, marked};
use crate::item::{CHUNKS, Content, ITEM, VERSION, decode, encode};
use crate::kind::Kind;
use crate::large::{Pointer, cut};
use crate::names::Generation;
use crate::size;
use crate::store::{FeatureStore, TRIES, is_uncertain};
use crate::tombstone;

/// How long an upsert waits for the end of an `init`, before it asks again; then twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// An entry as rows of one generation.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) row: Item,
    pub(crate) pieces: Vec<Item>,
    pointer: Option<Pointer>,
}

/// What came of one attempt.
enum Attempt {
    /// It was written; what stood there before, if that is known.
    Applied(Option<Item>),
    /// The version that stands there is not lower.
    Refused(Option<Item>),
    /// Another set is current.
    Moved(Generation),
}

impl FeatureStore {
    /// Stores a flag, a segment or a tombstone if its version is higher than that of what stands there, and says whether it did.
    ///
    /// One conditional `PutItem`, 1 write unit for each 1 KB of the larger of the two items; where the answer is lost it is sent again. With
    /// [`atomic_init`](Self::atomic_init) one `TransactWriteItems` of the item and the marker, at twice the units, so that no upsert gets lost
    /// in a set that was just replaced; together with [`large_items`](Self::large_items) one `GetItem` before it, since a transaction does not
    /// tell what it replaced. An item in pieces takes one `BatchWriteItem` for each 25 pieces before that.
    ///
    /// An item over 400 000 bytes, as the SDKs count them, is not written: that is logged, and the answer is `false`; unless
    /// [`large_items`](Self::large_items) are wanted. If the program ends in the middle, the old or the new item is there.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidItem`](crate::Error::InvalidItem), and nothing was sent: the key is none, or the JSON is no object of this version.
    /// [`Error::Store`](crate::Error::Store); [`OutcomeUnknown`](dyno_core::ErrorKind::OutcomeUnknown) if one answer after the other was
    /// lost: send it again. [`Error::Contended`](crate::Error::Contended).
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
    /// let flag = Descriptor::new(7, r#"{"key":"f","version":7,"on":true}"#);
    /// assert!(flags.upsert(Kind::Flag, "f", flag.clone()).await?);
    /// assert!(!flags.upsert(Kind::Flag, "f", flag).await?); // it is not higher
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upsert(&self, kind: Kind, key: &str, descriptor: Descriptor) -> Result<bool> {
        self.check()?;
        let entry = Entry::checked(kind, key, descriptor)?;
        // From the first lost answer on: it may have been written, and taken over into another set.
        let mut uncertain = false;
        for _ in 0..TRIES {
            let generation = self.place();
            let Some(rows) = self.rows(&entry, &generation) else {
                return Ok(false);
            };
            let pieces = rows.pieces.iter().cloned().map(Change::Put);
            let written = self.items.write_many(pieces).await;
            written.map_err(|error| self.failed_at("upsert", kind, key, error.into()))?;
            let replaced = self.replaced(kind, &generation, key).await?;
            match self
                .attempt(&generation, &entry, &rows, &mut uncertain)
                .await?
            {
                Attempt::Applied(before) => {
                    let before = before.or(replaced);
                    self.discard(kind, &generation, before.as_ref()).await;
                    return Ok(true);
                }
                Attempt::Refused(standing) if rows.is_there(kind, standing.as_ref()) => {
                    return Ok(true);
                }
                Attempt::Refused(_) => {
                    self.discard(kind, &generation, Some(&rows.row)).await;
                    return Ok(false);
                }
                Attempt::Moved(to) => {
                    if !uncertain {
                        self.discard(kind, &generation, Some(&rows.row)).await;
                    }
                    self.remember(to);
                }
            }
        }
        Err(self.contended("upsert"))
    }

    /// What a transaction is about to replace, which it does not tell. Only pieces need it.
    async fn replaced(
        &self,
        kind: Kind,
        generation: &Generation,
        key: &str,
    ) -> Result<Option<Item>> {
        if !(self.atomic_init && self.large_items) {
            return Ok(None);
        }
        let row = self.items.get(self.item_key(kind, generation, key));
        let row = row.consistent().only([VERSION, CHUNKS]).await;
        row.map_err(|error| self.failed_at("upsert", kind, key, error))
    }

    /// Where this store writes.
    fn place(&self) -> Generation {
        if self.atomic_init {
            self.current()
        } else {
            Generation::Official
        }
    }

    /// The rows of an entry; `None`, and a line in the log, if it is too large for this store.
    pub(crate) fn rows(&self, entry: &Entry, generation: &Generation) -> Option<Rows> {
        let row = encode(&self.names.items(entry.kind, generation), entry);
        if size::official(&row) <= size::LIMIT {
            return Some(Rows {
                row,
                pieces: Vec::new(),
                pointer: None,
            });
        }
        if !self.large_items {
            tracing::error!(
                "The item \"{}\" in \"{}\" was too large to store in DynamoDB and was dropped",
                entry.key,
                self.names.items(entry.kind, generation),
            );
            return None;
        }
        let id = Uuid::now_v7().simple().to_string();
        let namespace = self.names.chunks(entry.kind, generation);
        let (pointer, pieces) = cut(&namespace, entry, id, self.seconds());
        let stub = Entry {
            json: tombstone::complete(entry.kind, entry.version),
            ..entry.clone()
        };
        let mut row = encode(&self.names.items(entry.kind, generation), &stub);
        row.insert(CHUNKS.to_owned(), pointer.attribute());
        Some(Rows {
            row,
            pieces,
            pointer: Some(pointer),
        })
    }

    /// Writes the row, and sends it again where the answer was lost: a second copy is refused, and what stands there is told.
    async fn attempt(
        &self,
        generation: &Generation,
        entry: &Entry,
        rows: &Rows,
        uncertain: &mut bool,
    ) -> Result<Attempt> {
        let mut tries = TRIES;
        let mut pause = FIRST_PAUSE;
        loop {
            tries -= 1;
            let attempt = if self.atomic_init {
                self.attempt_in(generation, entry, rows).await
            } else {
                self.attempt_alone(entry, rows).await
            };
            match attempt {
                Err(error) if is_uncertain(&error) && tries > 0 => *uncertain = true,
                // The set is about to be replaced.
                Ok(Attempt::Moved(to)) if to == *generation && tries > 0 => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                // Without a lost answer, what stands there is not ours, however equal it is.
                Ok(Attempt::Refused(_)) if !*uncertain => return Ok(Attempt::Refused(None)),
                Ok(attempt) => return Ok(attempt),
                Err(error) => {
                    return Err(self.failed_at("upsert", entry.kind, &entry.key, error));
                }
            }
        }
    }

    async fn attempt_alone(&self, entry: &Entry, rows: &Rows) -> dyno_core::Result<Attempt> {
        let put = self
            .items
            .put(rows.row.clone())
            .returning_old()
            .when(is_lower(entry.version));
        Ok(match put.await? {
            Written::Applied(before) => Attempt::Applied(before),
            Written::Refused(standing) => Attempt::Refused(standing),
        })
    }

    /// The marker is counted up, so that an `init` under way learns of it.
    async fn attempt_in(
        &self,
        generation: &Generation,
        entry: &Entry,
        rows: &Rows,
    ) -> dyno_core::Result<Attempt> {
        let marker = self.names.marker();
        let still = is_marked(generation) & !is_held(self.millis());
        let demand = match generation {
            Generation::Official => self.items.check(marker, still).into(),
            Generation::Own(_) => {
                let count = self.items.update(marker).add("updates", 1);
                count.when(still).into()
            }
        };
        let put = self
            .items
            .put(rows.row.clone())
            .when(is_lower(entry.version));
        let refusals = match self.store.write_items([put.into(), demand]).await? {
            Transacted::Applied => return Ok(Attempt::Applied(None)),
            Transacted::Refused(refusals) => refusals,
        };
        if let Some(moved) = refusals.iter().find(|refusal| refusal.index() == 1) {
            return Ok(Attempt::Moved(marked(moved.standing())));
        }
        let standing = refusals.into_iter().next();
        Ok(Attempt::Refused(
            standing.and_then(|refusal| refusal.standing().cloned()),
        ))
    }

    /// Removes the pieces that a row names, which no reader needs any more. If that fails, they stay until a sweep.
    pub(crate) async fn discard(&self, kind: Kind, generation: &Generation, row: Option<&Item>) {
        let Some(Ok(Content::Chunked(pointer))) = row.map(|row| decode(kind, row)) else {
            return;
        };
        let namespace = self.names.chunks(kind, generation);
        if let Err(error) = self.delete_all(&namespace, pointer.keys()).await {
            tracing::warn!(%error, %kind, "pieces that nobody needs are left; `sweep` removes them");
        }
    }
}

impl Rows {
    /// Whether this is what stands there.
    fn is_there(&self, kind: Kind, standing: Option<&Item>) -> bool {
        let Some(standing) = standing else {
            return false;
        };
        match (&self.pointer, decode(kind, standing)) {
            (Some(own), Ok(Content::Chunked(other))) => own.same_content(&other),
            (None, Ok(Content::Whole(_))) => {
                let same = |name: &str| standing.get(name) == self.row.get(name);
                same(VERSION) && same(ITEM)
            }
            _ => false,
        }
    }
}

fn is_lower(version: u64) -> Condition {
    attr(VERSION).missing() | attr(VERSION).lt(version)
}
