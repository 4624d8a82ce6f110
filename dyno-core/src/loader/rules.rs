//! Patterns as a loader.

use std::sync::Arc;

use dyno_crypto::{EncryptionKey, IndexKeys, KeyId, KeyProvider, KeyState, ReadPolicy, Rules};
use dyno_value::{FieldPath, Item};

use super::ConfigLoader;

impl ConfigLoader for Rules {
    fn needs_keys(&self) -> bool {
        false
    }

    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::encryption_key(self, path).cloned()
    }

    fn encryption_key_id(&self, path: &FieldPath, _: &Item) -> Option<KeyId> {
        Self::encryption_key_id(self, path).cloned()
    }

    fn key_provider(&self) -> Option<Arc<dyn KeyProvider>> {
        Self::key_provider(self)
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::decryption_key(self, id, path).cloned()
    }

    fn index_keys(&self, _: &FieldPath, _: &Item) -> Option<IndexKeys> {
        Self::index_keys(self).cloned()
    }

    fn key_state(&self, id: &KeyId) -> Option<KeyState> {
        Self::key_state(self, id)
    }

    fn seal_key_state(&self, id: &KeyId) -> Option<KeyState> {
        Self::seal_key_state(self, id)
    }

    fn seal_key(&self, _: &Item) -> Option<EncryptionKey> {
        Self::seal_key(self).cloned()
    }

    fn seal_key_by_id(&self, id: &KeyId, _: &Item) -> Option<EncryptionKey> {
        Self::seal_key_by_id(self, id).cloned()
    }

    fn read_policy(&self) -> Option<&ReadPolicy> {
        Self::read_policy(self)
    }
}
