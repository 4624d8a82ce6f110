//! The next version of an option: the option and its version in one transaction.
//!
//! What a program without a history wrote has no number, or a digest of other keys: it becomes a version of its own before the next one. A lost answer is
//! cleared up by the mark of the write, which stands in the version.

use std::collections::BTreeSet;
use std::time::Duration;

use dyno_core::items::{self, Transacted, WritePart, attr};
use dyno_core::{ErrorKind, Item};
use uuid::Uuid;

use super::entry::{Entry, is_by};
use super::name::{number_of, range_of, store_of};
use crate::conditional::{COMPARED, Change, Demand, Receipt};
use crate::config::version_of;
use crate::digest::are_equal;
use crate::error::{Error, Result};
use crate::mark;
use crate::store::Shared;

/// A write whose answer was lost.
struct Lost {
    number: u64,
    source: dyno_core::Error,
}

/// The next version, given what stands there.
struct Next<'a> {
    shared: &'a Shared,
    option: &'a str,
    /// What stands there, without its key.
    before: Option<Item>,
    /// The newest number that is taken.
    newest: u64,
    write: &'a str,
    /// None: the option is deleted.
    keys: Option<Item>,
}

impl Shared {
    /// Writes an option and its version; without a change, deletes it.
    pub(crate) async fn write_version(
        &self,
        option: &str,
        change: Option<&Change>,
        demand: &Demand,
    ) -> Result<Receipt> {
        let write = Uuid::now_v7().simple().to_string();
        let mut lost: Option<Lost> = None;
        // Who read the option knows what stands there, if it still does.
        let mut known = match demand {
            Demand::Unchanged(read)
                if read.stored.len() <= COMPARED && version_of(&read.stored).is_some() =>
            {
                Some(read.stored.as_ref().clone())
            }
            _ => None,
        };
        for tries in 0..TRIES {
            if tries > 0 {
                tokio::time::sleep(pause(tries)).await;
            }
            let before = match known.take() {
                Some(stored) => Some(stored),
                None => self.read(option, true).await?.map(|item| self.stored(item)),
            };
            let newest = match before.as_ref().and_then(version_of) {
                Some(version) => version,
                None => self.newest_version(option).await?,
            };
            if let Some(Lost { number, .. }) = &lost {
                match self.read_version(option, *number).await? {
                    Some(version) if is_by(&version, &write) => return Ok(receipt(*number)),
                    // It may have been applied, and is not kept.
                    None if newest >= *number => break,
                    // It was not applied yet; or the number is somebody else's, and it never will be.
                    _ => {}
                }
            }
            if !demand.holds_of(before.as_ref()) {
                return Err(demand.refusal(self, option, before));
            }
            if change.is_none() && before.is_none() {
                return Ok(Receipt {
                    version: None,
                    is_certain: true,
                });
            }
            let keys = change.map(|change| change.applied_to(before.as_ref()));
            let next = Next {
                shared: self,
                option,
                before,
                newest,
                write: &write,
                keys,
            };
            match self.store.write_items(next.parts()).await {
                Ok(Transacted::Applied) => return Ok(receipt(next.number())),
                Ok(Transacted::Refused(_)) => {}
                Err(source) if source.kind() == ErrorKind::OutcomeUnknown => {
                    let number = next.number();
                    lost = Some(Lost { number, source });
                }
                Err(source) => {
                    return Err(self.refused(
                        "writing",
                        option,
                        next.named(),
                        next.keys.as_ref(),
                        source,
                    ));
                }
            }
        }
        let place = self.place(option);
        Err(match lost {
            Some(Lost { source, .. }) => Error::OutcomeUnknown {
                place,
                standing: None,
                source,
            },
            None => Error::Contended { place },
        })
    }

    /// The newest number that is kept of an option; 0 if there is none.
    async fn newest_version(&self, option: &str) -> Result<u64> {
        let (first, last) = range_of(option);
        let query = self.items.query(store_of(&self.name));
        let query = query.between(first, last).descending().consistent();
        let mut found = query.only([&self.option_key]).limit(1).stream();
        while let Some(item) = found.next().await {
            let item = item.map_err(self.failed("reading the versions of", Some(option)))?;
            let sort = self.option_of(&item);
            if let Some(number) = sort.and_then(|sort| number_of(option, &sort)) {
                return Ok(number);
            }
        }
        Ok(0)
    }
}

impl Next<'_> {
    /// What was written without a number gets one of its own.
    fn adopted(&self) -> Option<(u64, Item)> {
        let before = self.before.as_ref()?;
        let is_foreign = version_of(before).is_none();
        is_foreign.then(|| (self.newest + 1, mark::visible(before)))
    }

    fn number(&self) -> u64 {
        match self.adopted() {
            Some((adopted, _)) => adopted + 1,
            None => self.newest + 1,
        }
    }

    fn parts(&self) -> Vec<WritePart> {
        let (shared, option) = (self.shared, self.option);
        let (adopted, number) = (self.adopted(), self.number());
        let entry = Entry {
            number,
            write: self.write,
            keys: self.keys.as_ref(),
        };
        let mut parts = vec![self.option_part(&entry), self.kept_part(&entry)];
        let kept = shared.kept();
        if let Some((number, keys)) = adopted.as_ref().filter(|_| kept > 1) {
            parts.push(self.kept_part(&Entry {
                number: *number,
                write: self.write,
                keys: Some(keys),
            }));
        }
        let taken = 1 + u64::from(adopted.is_some());
        let numbers = (0..taken).filter_map(|back| (number - back).checked_sub(kept));
        for number in numbers.filter(|number| *number > 0) {
            let delete = shared.items.delete(shared.version_key(option, number));
            parts.push(delete.into());
        }
        parts
    }

    /// The option itself, if it is as it was read.
    fn option_part(&self, entry: &Entry<'_>) -> WritePart {
        let shared = self.shared;
        let guard = self.guard();
        let Some(keys) = &self.keys else {
            let delete = shared.items.delete(shared.key(self.option));
            return delete.when(guard).into();
        };
        let mut marked = keys.clone();
        entry.mark(&mut marked);
        match &self.before {
            Some(before) if self.is_compared() => {
                let mut remove: BTreeSet<_> = mark::visible(before).into_keys().collect();
                remove.retain(|name| !keys.contains_key(name));
                marked.retain(|name, value| before.get(name) != Some(value));
                let update = shared.change(self.option, &marked, &remove);
                update.when(guard).into()
            }
            _ => {
                let item = shared.item(self.option, marked);
                shared.items.put(item).when(guard).into()
            }
        }
    }

    fn kept_part(&self, entry: &Entry<'_>) -> WritePart {
        let item = entry.kept(self.shared, self.option, self.shared.store.now());
        let unwritten = attr(&self.shared.option_key).missing();
        self.shared.items.put(item).when(unwritten).into()
    }

    fn guard(&self) -> items::Condition {
        let there = || attr(&self.shared.option_key);
        let Some(before) = &self.before else {
            return there().missing();
        };
        if self.is_compared() {
            let unmarked = !before.contains_key(mark::VERSION);
            let missing = unmarked.then(|| attr(mark::VERSION).missing());
            let holds = self.shared.holds(before);
            return missing.into_iter().fold(holds, |all, one| all & one);
        }
        let marks = [mark::VERSION, mark::WRITE, mark::DIGEST].into_iter();
        let marks = marks.filter_map(|mark| Some(attr(mark).eq(before.get(mark)?)));
        marks.fold(there().exists(), |all, one| all & one)
    }

    /// Whether the transaction compares each attribute that was read. What has a mark need not be: only a program that keeps the marks
    /// and writes between the read and the transaction is overlooked.
    fn is_compared(&self) -> bool {
        self.before
            .as_ref()
            .is_some_and(|before| version_of(before).is_none() || self.named() <= COMPARED)
    }

    /// How many keys there are, before or after.
    fn named(&self) -> usize {
        let count = |keys: &Option<Item>| keys.as_ref().map_or(0, Item::len);
        count(&self.before).max(count(&self.keys))
    }
}

impl Demand {
    /// Whether it holds of what stands there.
    fn holds_of(&self, before: Option<&Item>) -> bool {
        match (self, before) {
            (Self::Absent, Some(_)) | (Self::Present | Self::Unchanged(_), None) => false,
            (Self::Unchanged(read), Some(before)) => {
                match (version_of(&read.stored), version_of(before)) {
                    (Some(_), Some(_)) => {
                        let mark = |item: &Item, name| item.get(name).cloned();
                        [mark::VERSION, mark::WRITE, mark::DIGEST]
                            .into_iter()
                            .all(|name| mark(&read.stored, name) == mark(before, name))
                    }
                    (None, None) => are_equal(&read.stored, before),
                    _ => false,
                }
            }
            _ => true,
        }
    }
}

fn receipt(number: u64) -> Receipt {
    Receipt {
        version: Some(number),
        is_certain: true,
    }
}

/// Before another try, at random: those who write at the same time do not meet again and again.
fn pause(tries: u32) -> Duration {
    let (_, random) = Uuid::now_v7().as_u64_pair();
    let longest = 10_u64 << tries.min(10);
    Duration::from_millis(random % longest)
}

/// How often a write is tried against other programs that write the same option.
const TRIES: u32 = 8;
