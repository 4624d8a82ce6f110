//! The keys of one operation that come from a provider.
//!
//! What was answered holds until the operation ends, whatever a cache lets go meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dyno_crypto::{EncryptionKey, KeyId, KeyProvider, KeySourceError, PendingKey};
use futures_util::future::join_all;

use crate::error::Result;
use crate::loader::ConfigLoader;

/// The loader of an operation, with the keys that were asked for.
pub(super) struct WithKeys {
    loader: Arc<dyn ConfigLoader>,
    keys: Arc<Keys>,
}

/// What a provider said to one operation.
struct Keys {
    provider: Arc<dyn KeyProvider>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: BTreeMap<KeyId, Answer>,
    missing: BTreeSet<KeyId>,
}

type Answer = Result<EncryptionKey, KeySourceError>;

impl WithKeys {
    /// `None`: the loader has all its keys at hand.
    pub(super) fn of(loader: &Arc<dyn ConfigLoader>) -> Option<Self> {
        let keys = Keys {
            provider: loader.key_provider()?,
            state: Mutex::default(),
        };
        Some(Self {
            loader: Arc::clone(loader),
            keys: Arc::new(keys),
        })
    }
}

impl ConfigLoader for WithKeys {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&*self.loader)
    }

    fn needs_keys(&self) -> bool {
        self.loader.needs_keys()
    }

    fn key_provider(&self) -> Option<Arc<dyn KeyProvider>> {
        Some(Arc::clone(&self.keys) as _)
    }
}

impl WithKeys {
    /// The keys that were missed since it was last asked.
    pub(super) fn take_missing(&self) -> BTreeSet<KeyId> {
        std::mem::take(&mut self.keys.lock().missing)
    }

    /// Asks for all of them at the same time. Each has an answer afterwards, so no pass misses it again.
    pub(super) async fn ask(&self, missing: BTreeSet<KeyId>) {
        self.keys.ask(missing).await;
    }
}

impl Keys {
    async fn ask(&self, missing: BTreeSet<KeyId>) {
        let asked = missing.iter().map(|id| self.provider.key(id));
        let answers = join_all(asked).await;
        let mut state = self.lock();
        state.answers.extend(missing.into_iter().zip(answers));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyProvider for Keys {
    fn held(&self, id: &KeyId) -> Option<Answer> {
        let mut state = self.lock();
        if let Some(answer) = state.answers.get(id) {
            return Some(answer.clone());
        }
        let answer = self.provider.held(id);
        match &answer {
            Some(answer) => drop(state.answers.insert(id.clone(), answer.clone())),
            None => drop(state.missing.insert(id.clone())),
        }
        answer
    }

    fn key<'a>(&'a self, id: &'a KeyId) -> PendingKey<'a> {
        self.provider.key(id)
    }
}
