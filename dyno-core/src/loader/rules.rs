//! Patterns as a loader.

use dyno_crypto::{EncryptionKey, KeyId, KeyState, ReadPolicy, Rules};
use dyno_value::{FieldPath, Item};

use super::ConfigLoader;

impl ConfigLoader for Rules {
    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::encryption_key(self, path).cloned()
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::decryption_key(self, id, path).cloned()
    }

    fn key_state(&self, id: &KeyId) -> Option<KeyState> {
        Self::key_state(self, id)
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
