//! What a cache holds and remembers. Pure: the time is given.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::key::WeakKey;
use crate::{EncryptionKey, KeyId, KeySourceError};

/// For each key held, so many that are not are remembered, by id and check value.
const REMEMBERED: usize = 16;

pub(super) struct Entries {
    capacity: usize,
    known: BTreeMap<KeyId, Entry>,
    /// Counts uses.
    now: u64,
}

struct Entry {
    state: State,
    /// Of the key that was given with this id, if one was.
    check: Option<[u8; 8]>,
    until: Instant,
    used: u64,
}

enum State {
    Failed(KeySourceError),
    /// Let go; found again while somebody else uses it.
    Let(WeakKey),
    Held(EncryptionKey),
}

impl Entry {
    fn is_held(&self) -> bool {
        matches!(self.state, State::Held(_))
    }

    fn let_go(&mut self) {
        if let State::Held(key) = &self.state {
            self.state = State::Let(key.downgrade());
        }
    }
}

impl Entries {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            known: BTreeMap::new(),
            now: 0,
        }
    }

    pub(super) fn set_capacity(&mut self, capacity: usize) {
        self.capacity = capacity;
    }

    /// What is known of an id, if it is not too old.
    pub(super) fn find(
        &mut self,
        id: &KeyId,
        time: Instant,
    ) -> Option<Result<EncryptionKey, KeySourceError>> {
        self.now += 1;
        let entry = self.known.get_mut(id)?;
        if time >= entry.until {
            entry.let_go();
            return None;
        }
        entry.used = self.now;
        match &entry.state {
            State::Failed(error) => Some(Err(error.clone())),
            State::Let(key) => {
                let key = key.upgrade()?;
                entry.state = State::Held(key.clone());
                self.make_room(id);
                Some(Ok(key))
            }
            State::Held(key) => Some(Ok(key.clone())),
        }
    }

    /// Keeps a key, unless another one was given with its id before.
    pub(super) fn keep(
        &mut self,
        key: &EncryptionKey,
        until: Instant,
        time: Instant,
    ) -> Result<(), KeySourceError> {
        let check = self.check(key)?;
        self.put(key.id(), State::Held(key.clone()), check, until, time);
        Ok(())
    }

    /// Remembers which key an id stands for without holding it, unless another one was given with it before.
    pub(super) fn note(
        &mut self,
        key: &EncryptionKey,
        time: Instant,
    ) -> Result<(), KeySourceError> {
        let check = self.check(key)?;
        match self.known.get_mut(key.id()) {
            Some(entry) => entry.check = check,
            None => self.put(key.id(), State::Let(key.downgrade()), check, time, time),
        }
        Ok(())
    }

    /// The check value of a key, unless another key was given with its id before.
    fn check(&self, key: &EncryptionKey) -> Result<Option<[u8; 8]>, KeySourceError> {
        let id = key.id();
        let check = Some(key.check_value());
        let known = self.known.get(id).and_then(|entry| entry.check);
        if known.is_some() && known != check {
            return Err(KeySourceError::OtherKey { id: id.clone() });
        }
        Ok(check)
    }

    /// Keeps the error of an id that has no key, or an old one.
    pub(super) fn keep_error(
        &mut self,
        id: &KeyId,
        error: KeySourceError,
        until: Instant,
        time: Instant,
    ) {
        let check = self.known.get(id).and_then(|entry| entry.check);
        self.put(id, State::Failed(error), check, until, time);
    }

    /// Lets a key go, so that the source is asked for it again; even one that somebody still uses is then too old.
    pub(super) fn forget(&mut self, id: &KeyId, time: Instant) {
        if let Some(entry) = self.known.get_mut(id) {
            entry.let_go();
            entry.until = time;
        }
    }

    fn put(
        &mut self,
        id: &KeyId,
        state: State,
        check: Option<[u8; 8]>,
        until: Instant,
        time: Instant,
    ) {
        self.now += 1;
        let entry = Entry {
            state,
            check,
            until,
            used: self.now,
        };
        self.known.insert(id.clone(), entry);
        let entries = self.known.values_mut();
        entries
            .filter(|entry| time >= entry.until)
            .for_each(Entry::let_go);
        self.make_room(id);
    }

    /// Lets keys go and forgets others, but not this one: first ids that never had a key, because whoever writes the
    /// storage can make up as many as he likes, and then those not used for the longest time.
    fn make_room(&mut self, newest: &KeyId) {
        while self.held() > self.capacity.max(1) {
            let Some(id) = self.oldest(newest, Entry::is_held) else {
                break;
            };
            if let Some(entry) = self.known.get_mut(&id) {
                entry.let_go();
            }
        }
        let most = self.capacity.max(1).saturating_mul(REMEMBERED);
        while self.known.len() > most {
            let Some(id) = self.oldest(newest, |entry| !entry.is_held()) else {
                break;
            };
            self.known.remove(&id);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    fn held(&self) -> usize {
        self.known.values().filter(|entry| entry.is_held()).count()
    }

    fn oldest(&self, newest: &KeyId, which: impl Fn(&Entry) -> bool) -> Option<KeyId> {
        self.known
            .iter()
            .filter(|(id, entry)| *id != newest && which(entry))
            .min_by_key(|(_, entry)| (entry.check.is_some(), entry.used))
            .map(|(id, _)| id.clone())
    }
}
