use super::IndexKey;
use crate::KeyringError;

/// The keys of an indexed field, one for each of the two columns in which its index values can stand.
///
/// One column is enough until the key is replaced. Then, each step finished everywhere before the next:
///
/// 1. [`new(a)`](Self::new): `<field>__idx` is written and asked.
/// 2. `new(a)`[`.with_second(b)`](Self::with_second): both columns are written and asked.
/// 3. Save again all that was saved before, so that it has both.
/// 4. [`only_second(b)`](Self::only_second): `<field>__idx2` is written and asked.
///
/// The next time it goes back in the same way: `only_second(b)`[`.with_first(c)`](Self::with_first), then `new(c)`.
///
/// # Examples
///
/// ```
/// use dyno_crypto::{IndexKey, IndexKeys};
///
/// let (a, b) = (IndexKey::generate("a")?, IndexKey::generate("b")?);
/// let both = IndexKeys::new(a).with_second(b)?;
/// assert_eq!(both.first().unwrap().id(), "a");
/// assert_eq!(both.second().unwrap().id(), "b");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct IndexKeys {
    first: Option<IndexKey>,
    second: Option<IndexKey>,
}

impl IndexKeys {
    /// The key of the first column only.
    pub fn new(first: IndexKey) -> Self {
        Self {
            first: Some(first),
            second: None,
        }
    }

    /// The key of the second column only.
    pub fn only_second(second: IndexKey) -> Self {
        Self {
            first: None,
            second: Some(second),
        }
    }

    /// Also this key for the first column.
    ///
    /// # Errors
    ///
    /// * [`KeyringError::OtherKey`]: the second column has another key with the same id; one id is one key for ever
    pub fn with_first(mut self, first: IndexKey) -> Result<Self, KeyringError> {
        check(&first, self.second())?;
        self.first = Some(first);
        Ok(self)
    }

    /// Also this key for the second column.
    ///
    /// # Errors
    ///
    /// * [`KeyringError::OtherKey`]: the first column has another key with the same id; one id is one key for ever
    pub fn with_second(mut self, second: IndexKey) -> Result<Self, KeyringError> {
        check(&second, self.first())?;
        self.second = Some(second);
        Ok(self)
    }

    /// The key of `<field>__idx`, if that column is in use.
    pub fn first(&self) -> Option<&IndexKey> {
        self.first.as_ref()
    }

    /// The key of `<field>__idx2`, if that column is in use.
    pub fn second(&self) -> Option<&IndexKey> {
        self.second.as_ref()
    }
}

fn check(new: &IndexKey, known: Option<&IndexKey>) -> Result<(), KeyringError> {
    match known {
        Some(known) if known.id() == new.id() && known.check_value() != new.check_value() => {
            Err(KeyringError::OtherKey {
                id: new.id().clone(),
            })
        }
        _ => Ok(()),
    }
}
