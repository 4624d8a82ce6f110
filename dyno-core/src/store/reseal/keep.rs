//! A loader for saves that must not open what nobody encrypts any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use dyno_crypto::EncryptionKey;
use dyno_value::{FieldPath, Item};

use crate::loader::ConfigLoader;

/// Answers with the key that opened a value where the program's loader gives none.
pub(super) struct Keeping {
    pub(super) loader: Option<Arc<dyn ConfigLoader>>,
    pub(super) kept: BTreeMap<FieldPath, EncryptionKey>,
}

impl ConfigLoader for Keeping {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        self.loader.as_deref()
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        Some(Arc::new(Self {
            loader: Some(self.loader.as_ref()?.pinned()?),
            kept: self.kept.clone(),
        }))
    }

    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.inner()
            .and_then(|inner| inner.encryption_key(path, object))
            .or_else(|| self.kept.get(path).cloned())
    }
}
