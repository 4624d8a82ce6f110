use std::sync::Weak;

use super::{EncryptionKey, Inner};

/// A key that is found again as long as somebody else uses it.
pub(crate) struct WeakKey(Weak<Inner>);

impl WeakKey {
    pub(crate) fn upgrade(&self) -> Option<EncryptionKey> {
        self.0.upgrade().map(EncryptionKey)
    }
}

impl EncryptionKey {
    pub(crate) fn downgrade(&self) -> WeakKey {
        WeakKey(std::sync::Arc::downgrade(&self.0))
    }
}
