//! Writes a set beside the current one, and switches.

use std::collections::BTreeMap;

use dyno_core::AttributeValue;
use dyno_core::items::Transacted;
use uuid::Uuid;

use super::marker::{GENERATION, HELD, HOLD, Marker, SINCE, UPDATES, is_own};
use super::registry::{ABANDONED, is_alive};
use crate::descriptor::Entry;
use crate::error::{Error, Result};
use crate::init::{Standing, in_order};
use crate::item::{key_of, number, version_of};
use crate::kind::Kind;
use crate::names::Generation;
use crate::store::{FeatureStore, TRIES, is_uncertain};

/// What came of an attempt to switch.
enum Switch {
    Done,
    /// The marker is another one.
    Refused(Marker),
    /// Somebody took the new set for abandoned.
    Abandoned,
}

impl FeatureStore {
    pub(crate) async fn init_beside(&self, entries: BTreeMap<(Kind, String), Entry>) -> Result<()> {
        let id = Uuid::now_v7().simple().to_string();
        let own = Generation::Own(id.clone());
        // The marker before the versions: what is written after it is counted there.
        let mut marker = self.marker("init").await?;
        let mut standing = self.standing(&marker.generation, "init").await?;
        self.register(&id).await?;
        let rows = in_order(&entries).filter_map(|(_, entry)| self.rows(entry, &own));
        self.put_all(rows.collect()).await?;
        for _ in 0..TRIES {
            match self.switch(&id, &marker).await? {
                Switch::Done => {
                    self.remember(own.clone());
                    self.clean_up(&marker.generation, &own).await;
                    return Ok(());
                }
                Switch::Abandoned => {
                    self.give_up(&own).await;
                    return Err(Error::Abandoned {
                        table: self.table.clone(),
                    });
                }
                Switch::Refused(now) => {
                    let before = std::mem::replace(&mut marker, self.held(&now.generation).await?);
                    if marker.generation != before.generation {
                        // Another `init` was faster: its keys are replaced, but for what is newer.
                        standing = self.standing(&marker.generation, "init").await?;
                    }
                    let from = &marker.generation;
                    self.take_over(&entries, &standing, from, &own).await?;
                }
            }
        }
        self.give_up(&own).await;
        Err(self.contended("init"))
    }

    async fn give_up(&self, own: &Generation) {
        if let Err(error) = self.remove_set(own).await {
            tracing::warn!(%error, "a set that nobody needs is left; `sweep` removes it");
        }
    }

    /// Makes the new set current, if nothing was written into the old one since the marker was read.
    async fn switch(&self, id: &str, marker: &Marker) -> Result<Switch> {
        let (namespace, key) = self.names.marker();
        let mut row = key_of(&namespace, &key);
        row.insert(GENERATION.to_owned(), AttributeValue::S(id.to_owned()));
        row.insert(UPDATES.to_owned(), number(0));
        row.insert(SINCE.to_owned(), number(self.seconds()));
        let put = self.items.put(row).when(marker.is_unchanged());
        let alive = self
            .items
            .check((self.names.registry(), id.to_owned()), is_alive());
        let refusals = match self.store.write_items([put.into(), alive.into()]).await {
            Ok(Transacted::Applied) => return Ok(Switch::Done),
            Ok(Transacted::Refused(refusals)) => refusals,
            Err(error) if is_uncertain(&error) => {
                let now = self.marker("init").await?;
                return if now.generation == Generation::Own(id.to_owned()) {
                    Ok(Switch::Done)
                } else {
                    Err(self.incomplete(Vec::new(), error))
                };
            }
            Err(error) => return Err(self.incomplete(Vec::new(), error)),
        };
        let marked = refusals.iter().find(|refusal| refusal.index() == 0);
        Ok(match marked {
            Some(refusal) => Switch::Refused(Marker::of(refusal.standing())),
            None => Switch::Abandoned,
        })
    }

    /// Keeps upserts out of a set for a moment, and reads the marker: what is taken over is then all.
    async fn held(&self, generation: &Generation) -> Result<Marker> {
        let until = self.millis().saturating_add(HOLD);
        let marker = self.items.update(self.names.marker()).set(HELD, until);
        match marker.when(is_own(generation)).await {
            Ok(written) => Ok(Marker::of(written.item())),
            Err(error) if is_uncertain(&error) => self.marker("init").await,
            Err(error) => Err(self.incomplete(Vec::new(), error)),
        }
    }

    /// Takes what is newer in the old set than in the new one, and what was written there meanwhile under keys that the new one has not.
    async fn take_over(
        &self,
        entries: &BTreeMap<(Kind, String), Entry>,
        standing: &Standing,
        from: &Generation,
        to: &Generation,
    ) -> Result<()> {
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let now = self.all_in(kind, from).await?;
            for (key, descriptor) in now.items {
                let place = (kind, key);
                let known = match entries.get(&place) {
                    Some(entry) => Some(entry.version),
                    None => standing.get(&place).and_then(version_of),
                };
                if Some(descriptor.version()) > known {
                    let entry = Entry {
                        kind,
                        key: place.1,
                        version: descriptor.version(),
                        json: descriptor.into_json(),
                    };
                    rows.extend(self.rows(&entry, to));
                }
            }
        }
        self.put_all(rows).await
    }

    /// The new set counts whether this succeeds or not.
    async fn clean_up(&self, old: &Generation, current: &Generation) {
        let removed = self.remove_set(old).await;
        let removed = match removed {
            Ok(_) => self.remove_old_sets(current, ABANDONED).await,
            Err(error) => Err(error),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, "sets that nobody needs are left; `sweep` removes them");
        }
    }
}
