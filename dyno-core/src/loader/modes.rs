//! Loaders for programs that may do only one of the two.

use std::sync::Arc;

use super::ConfigLoader;

/// A loader with which nothing is opened: for a service that takes values in and must not see those of others.
///
/// A save that replaces or creates, and a write of a path that sends one update, work as always. A load of an object fails
/// at the first sealed value that its type or the loader demands, with
/// [`ErrorKind::NotDecrypted`](crate::ErrorKind::NotDecrypted), and so does a write of a path that is a load and a save.
///
/// This is a rule for the program, not a lock: whoever has the key of a symmetric cipher can open with it.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{EncryptionKey, Rules, WriteOnly};
///
/// let rules = Rules::new().encrypt(["name"], EncryptionKey::generate("k1")?)?;
/// let loader = WriteOnly::new(rules);
/// # let _ = loader;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WriteOnly<L>(L);

impl<L: ConfigLoader> WriteOnly<L> {
    /// The same loader, opening nothing.
    pub fn new(loader: L) -> Self {
        Self(loader)
    }
}

impl<L: ConfigLoader> ConfigLoader for WriteOnly<L> {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&self.0)
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        Some(Arc::new(WriteOnly(self.0.pinned()?)))
    }

    fn needs_keys(&self) -> bool {
        self.0.needs_keys()
    }

    fn needs_indexes(&self) -> bool {
        self.0.needs_indexes()
    }

    fn may_open(&self) -> bool {
        false
    }
}

/// A loader with which nothing is sealed: for a service that reads and must not write what is secret.
///
/// Loads work as always. A save or a write of a path that would have to seal a value is refused before the first
/// request, with [`ErrorKind::KeyRefused`](crate::ErrorKind::KeyRefused); values are never stored in clear instead.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{EncryptionKey, ReadOnly, Rules};
///
/// let rules = Rules::new().encrypt(["name"], EncryptionKey::generate("k1")?)?;
/// let loader = ReadOnly::new(rules);
/// # let _ = loader;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReadOnly<L>(L);

impl<L: ConfigLoader> ReadOnly<L> {
    /// The same loader, sealing nothing.
    pub fn new(loader: L) -> Self {
        Self(loader)
    }
}

impl<L: ConfigLoader> ConfigLoader for ReadOnly<L> {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&self.0)
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        Some(Arc::new(ReadOnly(self.0.pinned()?)))
    }

    fn needs_keys(&self) -> bool {
        self.0.needs_keys()
    }

    fn needs_indexes(&self) -> bool {
        self.0.needs_indexes()
    }

    fn may_seal(&self) -> bool {
        false
    }
}
