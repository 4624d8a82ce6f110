//! One request that writes: on what condition, and what is known after a lost answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use dyno_core::items::{self, Written, attr};
use dyno_core::{ErrorKind, Item};
use dyno_value::{MAX_ITEM_SIZE, item_size};

use crate::config::Config;
use crate::digest::are_equal;
use crate::error::{Error, Result};
use crate::mark;
use crate::place::Place;
use crate::store::Shared;

/// What becomes of an option.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Keys { set: Item, remove: BTreeSet<String> },
    Whole(Item),
}

/// What must hold of an option before it is written.
#[derive(Clone, Debug)]
pub(crate) enum Demand {
    Absent,
    Nothing,
    Present,
    Unchanged(Read),
}

/// An option as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    place: Place,
    pub(crate) stored: Arc<Item>,
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub(crate) version: Option<u64>,
    pub(crate) is_certain: bool,
}

impl Receipt {
    /// The version that was written, with a history.
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// Whether it was this write that left what stands there. If not, the answer was lost, and the same keys were found afterwards: they are
    /// stored, and may have been written by another program.
    pub fn is_certain(&self) -> bool {
        self.is_certain
    }
}

impl Receipt {
    pub(crate) fn plain(is_certain: bool) -> Self {
        Self {
            version: None,
            is_certain,
        }
    }
}

impl Change {
    /// What the option holds afterwards.
    pub(crate) fn applied_to(&self, before: Option<&Item>) -> Item {
        match self {
            Self::Whole(keys) => keys.clone(),
            Self::Keys { set, remove } => {
                let mut keys = before.map(mark::visible).unwrap_or_default();
                keys.retain(|name, _| !remove.contains(name));
                keys.extend(set.clone());
                keys
            }
        }
    }

    /// How many keys it names.
    fn keys(&self) -> usize {
        match self {
            Self::Whole(keys) => keys.len(),
            Self::Keys { set, remove } => set.len() + remove.len(),
        }
    }

    /// The keys that it writes.
    fn named(&self) -> &Item {
        let (Self::Whole(keys) | Self::Keys { set: keys, .. }) = self;
        keys
    }

    /// Whether these keys are what it would leave.
    fn is_applied_in(&self, keys: &Item) -> bool {
        match self {
            Self::Whole(written) => are_equal(written, keys),
            Self::Keys { set, remove } => {
                let mut standing = keys.clone();
                standing.retain(|name, _| set.contains_key(name));
                are_equal(set, &standing) && remove.iter().all(|name| !keys.contains_key(name))
            }
        }
    }
}

impl Demand {
    pub(crate) fn unchanged<U>(read: &Config<U>) -> Self {
        Self::Unchanged(Read {
            place: read.place().clone(),
            stored: Arc::clone(&read.stored),
        })
    }

    /// How many keys are compared.
    fn keys(&self) -> usize {
        match self {
            Self::Unchanged(read) => read.stored.len(),
            _ => 0,
        }
    }

    /// An option is compared with itself.
    pub(crate) fn check(&self, shared: &Shared, option: &str) -> Result<()> {
        let place = shared.place(option);
        match self {
            Self::Unchanged(read) if read.place != place => Err(Error::InvalidValue {
                why: format!("it was to be compared with another one, {}", read.place),
                key: None,
                place,
            }),
            _ => Ok(()),
        }
    }

    /// The error of a write whose demand does not hold.
    pub(crate) fn refusal(&self, shared: &Shared, option: &str, standing: Option<Item>) -> Error {
        let place = shared.place(option);
        let standing = standing.map(|item| Box::new(shared.standing(option, item)));
        match (self, standing) {
            (Self::Absent, Some(standing)) => Error::Exists { place, standing },
            (Self::Present, None) => Error::NotFound { place },
            (_, standing) => Error::Changed { place, standing },
        }
    }
}

impl Shared {
    pub(crate) async fn write_plainly(
        &self,
        option: &str,
        change: &Change,
        demand: &Demand,
    ) -> Result<Receipt> {
        let condition = self.condition(demand, Some(change));
        let put = |keys: &Item| self.items.put(self.item(option, keys.clone()));
        let send = || async {
            match (change, demand) {
                (Change::Whole(keys), Demand::Unchanged(read)) => {
                    let mut remove: BTreeSet<_> = read.stored.keys().cloned().collect();
                    remove.retain(|name| !keys.contains_key(name) && !mark::is_reserved(name));
                    let update = self.update(option, keys, &remove);
                    guarded!(update, condition.clone()).await
                }
                (Change::Whole(keys), _) => guarded!(put(keys), condition.clone()).await,
                (Change::Keys { set, remove }, _) => {
                    guarded!(self.update(option, set, remove), condition.clone()).await
                }
            }
        };
        let is_applied = |standing: Option<&Item>| {
            standing.is_some_and(|standing| change.is_applied_in(&mark::visible(standing)))
        };
        let keys = demand.keys().max(change.keys());
        let refused = |source| self.refused("writing", option, keys, Some(change.named()), source);
        self.settle(option, demand, send, refused, is_applied).await
    }

    pub(crate) async fn delete_plainly(&self, option: &str, demand: &Demand) -> Result<Receipt> {
        let condition = self.condition(demand, None);
        let delete = || self.items.delete(self.key(option));
        let send = || async { guarded!(delete(), condition.clone()).await };
        let refused = |source| self.refused("deleting", option, demand.keys(), None, source);
        let is_applied = |standing: Option<&Item>| standing.is_none();
        self.settle(option, demand, send, refused, is_applied).await
    }

    /// Sends a write, and again if its answer was lost: a demand that held before does not hold after it was applied, so that it is not
    /// applied to the work of others. Only the demand that an option is there goes on to hold: keys are then removed again, as without a demand.
    async fn settle<F: Future<Output = dyno_core::Result<Written>>>(
        &self,
        option: &str,
        demand: &Demand,
        send: impl Fn() -> F,
        refused: impl Fn(dyno_core::Error) -> Error,
        is_applied: impl Fn(Option<&Item>) -> bool,
    ) -> Result<Receipt> {
        let (mut lost, mut tries) = (None, 0);
        let (written, lost) = loop {
            tries += 1;
            match send().await {
                Err(source) if source.kind() == ErrorKind::OutcomeUnknown => {
                    if tries == TRIES {
                        return Err(self.unknown(option, None, source));
                    }
                    lost = Some(source);
                }
                Err(source) => return Err(refused(source)),
                Ok(written) => break (written, lost),
            }
        };
        let standing = match written {
            Written::Applied(_) => return Ok(Receipt::plain(true)),
            Written::Refused(standing) => standing.map(|item| self.stored(item)),
        };
        let Some(source) = lost else {
            return Err(demand.refusal(self, option, standing));
        };
        if is_applied(standing.as_ref()) {
            return Ok(Receipt::plain(false));
        }
        let standing = standing.map(|item| Box::new(self.standing(option, item)));
        Err(self.unknown(option, standing, source))
    }

    /// The error of a write that names so many keys.
    pub(crate) fn refused(
        &self,
        what: &'static str,
        option: &str,
        keys: usize,
        written: Option<&Item>,
        source: dyno_core::Error,
    ) -> Error {
        let is_whole_too_large = written.is_some_and(|keys| item_size(keys) > MAX_ITEM_SIZE);
        if source.kind() == ErrorKind::TooLarge && keys > COMPARED && !is_whole_too_large {
            let place = self.place(option);
            return Error::TooManyKeys {
                place,
                keys,
                source,
            };
        }
        self.failed(what, Some(option))(source)
    }

    fn unknown(
        &self,
        option: &str,
        standing: Option<Box<Config<Item>>>,
        source: dyno_core::Error,
    ) -> Error {
        Error::OutcomeUnknown {
            place: self.place(option),
            standing,
            source,
        }
    }

    /// Changes keys, and says that no version holds what the option now does.
    fn update(&self, option: &str, set: &Item, remove: &BTreeSet<String>) -> items::Update {
        let update = self.change(option, set, remove);
        let marks = [mark::VERSION, mark::WRITE, mark::DIGEST].into_iter();
        marks.fold(update, items::Update::remove)
    }

    /// Sets and removes attributes.
    pub(crate) fn change(
        &self,
        option: &str,
        set: &Item,
        remove: &BTreeSet<String>,
    ) -> items::Update {
        let mut update = self.items.update(self.key(option));
        let mut names: Vec<_> = set.iter().collect();
        names.sort_by_key(|(name, _)| *name);
        for (name, value) in names {
            update = update.set(name, value);
        }
        for name in remove {
            update = update.remove(name);
        }
        update
    }

    fn condition(&self, demand: &Demand, change: Option<&Change>) -> Option<items::Condition> {
        match demand {
            Demand::Absent => Some(attr(&self.option_key).missing()),
            Demand::Nothing => None,
            Demand::Present => Some(attr(&self.option_key).exists()),
            Demand::Unchanged(read) => {
                let written = match change {
                    Some(Change::Whole(set) | Change::Keys { set, .. }) => Some(set),
                    None => None,
                };
                let mut added: Vec<_> = written.into_iter().flat_map(Item::keys).collect();
                added.retain(|name| !read.stored.contains_key(*name));
                added.sort();
                let missing = added.into_iter().map(|name| attr(name).missing());
                Some(missing.fold(self.holds(&read.stored), |all, one| all & one))
            }
        }
    }

    /// The item is there, with these attributes.
    pub(crate) fn holds(&self, stored: &Item) -> items::Condition {
        let mut attributes: Vec<_> = stored.iter().collect();
        attributes.sort_by_key(|(name, _)| *name);
        let equal = attributes
            .into_iter()
            .map(|(name, value)| attr(name).eq(value));
        equal.fold(attr(&self.option_key).exists(), |all, one| all & one)
    }
}

/// A write with its condition, if it has one.
macro_rules! guarded {
    ($write:expr, $condition:expr) => {
        async {
            match $condition {
                Some(condition) => $write.when(condition).await,
                None => $write.await.map(|_| Written::Applied(None)),
            }
        }
    };
}
use guarded;

/// So many attributes can always be compared and changed one by one.
pub(crate) const COMPARED: usize = 100;

/// How often a write is sent whose answers are lost.
const TRIES: u32 = 3;
