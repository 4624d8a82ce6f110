//! The keys of one operation that come from a provider: asked for between passes, which are synchronous.
//!
//! A pass (joining and opening, or preparing a save) says of each key that it does not find that it is missing, and
//! fails. Then all that are missing are asked for at once, and the pass is made again. So the ids are learned wherever
//! they stand, also inside bodies in pieces. What was answered holds until the operation ends, whatever a cache lets go
//! meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dyno_crypto::{EncryptionKey, KeyId, KeyProvider, KeySourceError, PendingKey};
use futures_util::future::join_all;

use super::operation::Operation;
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

    fn key_provider(&self) -> Option<Arc<dyn KeyProvider>> {
        Some(Arc::clone(&self.keys) as _)
    }
}

impl Operation {
    /// Makes a pass over the input; and again, if it misses keys, once they were asked for.
    ///
    /// # Errors
    ///
    /// Those of the pass. A key that its provider does not give is an error of the pass, too.
    pub(super) async fn with_keys<I: Clone, O>(
        &self,
        input: I,
        mut pass: impl FnMut(I) -> Result<O>,
    ) -> Result<O> {
        let Some(WithKeys { keys, .. }) = self.keys() else {
            return pass(input);
        };
        loop {
            let missing = {
                let made = pass(input.clone());
                let missing = std::mem::take(&mut keys.lock().missing);
                if missing.is_empty() {
                    return made;
                }
                missing
            };
            keys.ask(missing).await;
        }
    }
}

impl Keys {
    /// Asks for all of them at the same time. Each has an answer afterwards, so no pass misses it again.
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
        match self.provider.held(id) {
            Some(answer) => {
                state.answers.insert(id.clone(), answer.clone());
                Some(answer)
            }
            None => {
                state.missing.insert(id.clone());
                None
            }
        }
    }

    fn key<'a>(&'a self, id: &'a KeyId) -> PendingKey<'a> {
        self.provider.key(id)
    }
}
