use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

use super::entries::Entries;
use super::{AsyncKeySource, KeyProvider, KeySourceError, PendingKey};
use crate::{EncryptionKey, KeyId};

/// The keys of a source, kept for some time. A clone is another handle on the same cache, and what is said of one
/// handle (`with_..`) holds for all.
///
/// Who asks for a key that somebody else is asking for already waits for the same answer; if that somebody goes away,
/// the others get theirs all the same. An error is kept for a second, so that a source in trouble is not asked for
/// every field. A key that had to make room is still found while somebody uses it. After its time to live a key is
/// asked for again, whoever uses it; an answer that fails then is an error, and the old key is not used on. It is wiped
/// from memory when somebody asks for it, or the source gives another answer, after its time, and nobody uses it.
///
/// No key is given out that has another id than the one asked for. Nor is one that differs from the key that was given
/// with its id before, as far as that is remembered: of 16 times as many ids as keys are held, those used last.
pub struct CachedKeys<S>(Arc<Cache<S>>);

struct Cache<S> {
    source: S,
    /// Held for moments only, never across an await.
    state: Mutex<State>,
}

struct State {
    time_to_live: Duration,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
    entries: Entries,
    flights: BTreeMap<KeyId, (u64, WeakShared<Flight>)>,
    /// How many questions there were.
    asked: u64,
}

/// A question to the source that several wait for. The last one who stops waiting ends it.
type Flight = Pin<Box<dyn Future<Output = Answer> + Send>>;

type Answer = Result<EncryptionKey, KeySourceError>;

/// What a question finds.
enum Found {
    Now(Answer),
    Later(Shared<Flight>),
}

impl<S: AsyncKeySource> CachedKeys<S> {
    /// The most keys that are held, if nothing else is said.
    pub const CAPACITY: usize = 1000;

    /// How long a key is held, if nothing else is said: an hour.
    pub const TIME_TO_LIVE: Duration = Duration::from_hours(1);

    /// A cache that holds 1000 keys for an hour each.
    pub fn new(source: S) -> Self {
        Self(Arc::new(Cache {
            source,
            state: Mutex::new(State {
                time_to_live: Self::TIME_TO_LIVE,
                clock: Box::new(Instant::now),
                entries: Entries::new(Self::CAPACITY),
                flights: BTreeMap::new(),
                asked: 0,
            }),
        }))
    }

    /// Holds at most so many keys, at least one. More that are held already make room when the next one comes.
    #[must_use]
    pub fn with_capacity(self, keys: usize) -> Self {
        self.0.lock().entries.set_capacity(keys);
        self
    }

    /// Holds each key that comes from now on so long, at most ten years; a key that is retired at the source goes on
    /// being used for this time.
    #[must_use]
    pub fn with_time_to_live(self, time: Duration) -> Self {
        // An instant so far away exists on every platform.
        self.0.lock().time_to_live = time.min(Duration::from_hours(24 * 3650));
        self
    }

    /// Takes the time from here, for tests.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.0.lock().clock = Box::new(clock);
        self
    }

    /// The source.
    pub fn source(&self) -> &S {
        &self.0.source
    }

    /// The key with this id: held, or asked for, by one question however many wait for it.
    ///
    /// # Errors
    ///
    /// Those of the source; [`KeySourceError::OtherId`] and [`KeySourceError::OtherKey`] if it gives what it must not.
    ///
    /// # Cancel safety
    ///
    /// It can be dropped at any time; others who wait for the same key get it.
    pub async fn get(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        match self.find(id) {
            Found::Now(answer) => answer,
            Found::Later(flight) => flight.await,
        }
    }

    /// Lets a key go: the next who needs it asks the source. For keys that were retired at the source just now.
    pub fn forget(&self, id: &KeyId) {
        let mut state = self.0.lock();
        let time = (state.clock)();
        state.flights.remove(id);
        state.entries.forget(id, time);
    }

    fn find(&self, id: &KeyId) -> Found {
        let mut state = self.0.lock();
        let time = (state.clock)();
        if let Some(known) = state.entries.find(id, time) {
            return Found::Now(known);
        }
        let under_way = state.flights.get(id);
        if let Some(flight) = under_way.and_then(|(_, flight)| flight.upgrade()) {
            return Found::Later(flight);
        }
        state.asked += 1;
        let number = state.asked;
        let flight: Flight = Box::pin(Arc::clone(&self.0).ask(id.clone(), number));
        let flight = flight.shared();
        // Those that nobody waits for any more ended without an answer.
        state
            .flights
            .retain(|_, (_, flight)| flight.upgrade().is_some());
        if let Some(weak) = flight.downgrade() {
            state.flights.insert(id.clone(), (number, weak));
        }
        Found::Later(flight)
    }
}

impl<S: AsyncKeySource> Cache<S> {
    async fn ask(self: Arc<Self>, id: KeyId, number: u64) -> Answer {
        let answer = self.source.load(&id).await.and_then(|key| {
            if *key.id() == id {
                Ok(key)
            } else {
                let given = Box::new(key.id().clone());
                Err(KeySourceError::OtherId {
                    id: id.clone(),
                    given,
                })
            }
        });
        let mut state = self.lock();
        let time = (state.clock)();
        if !matches!(state.flights.get(&id), Some((current, _)) if *current == number) {
            // Given up meanwhile: it is an answer for those who wait for it, and no longer for others.
            return answer.and_then(|key| state.entries.note(&key, time).map(|()| key));
        }
        state.flights.remove(&id);
        let until = time + state.time_to_live;
        let kept = answer.and_then(|key| {
            let kept = state.entries.keep(&key, until, time);
            kept.map(|()| key)
        });
        if let Err(error) = &kept {
            let until = time + ERRORS_LIVE;
            state.entries.keep_error(&id, error.clone(), until, time);
        }
        kept
    }
}

impl<S> Cache<S> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsyncKeySource> KeyProvider for CachedKeys<S> {
    fn held(&self, id: &KeyId) -> Option<Result<EncryptionKey, KeySourceError>> {
        let mut state = self.0.lock();
        let time = (state.clock)();
        state.entries.find(id, time)
    }

    fn key<'a>(&'a self, id: &'a KeyId) -> PendingKey<'a> {
        Box::pin(self.get(id))
    }
}

impl<S> Clone for CachedKeys<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for CachedKeys<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedKeys").finish_non_exhaustive()
    }
}

/// How long an error is the answer for everybody.
const ERRORS_LIVE: Duration = Duration::from_secs(1);

#[cfg(test)]
impl<S: AsyncKeySource> CachedKeys<S> {
    pub(super) fn remembered(&self) -> usize {
        self.0.lock().entries.len()
    }
}
