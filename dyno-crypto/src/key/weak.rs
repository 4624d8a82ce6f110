use std::sync::{Arc, Weak};

use super::{EncryptionKey, Inner};

/// A key that is found again as long as somebody else uses it.
pub(crate) struct WeakKey {
    inner: Weak<Inner>,
    bucket: Option<usize>,
}

impl WeakKey {
    pub(crate) fn upgrade(&self) -> Option<EncryptionKey> {
        Some(EncryptionKey {
            inner: self.inner.upgrade()?,
            bucket: self.bucket,
        })
    }
}

impl EncryptionKey {
    pub(crate) fn downgrade(&self) -> WeakKey {
        WeakKey {
            inner: Arc::downgrade(&self.inner),
            bucket: self.bucket,
        }
    }
}
