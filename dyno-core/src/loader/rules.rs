//! Patterns as a loader.

use dyno_crypto::{EncryptionKey, IndexKeys, KeyId, KeyState, ReadPolicy, Rules};
use dyno_value::{FieldPath, Item};

use super::ConfigLoader;

impl ConfigLoader for Rules {
    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::encryption_key(self, path).cloned()
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

    fn read_policy(&self) -> Option<&ReadPolicy> {
        Self::read_policy(self)
    }
}
