use super::IndexKey;

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
/// let both = IndexKeys::new(a).with_second(b);
/// assert_eq!(both.first().unwrap().id(), "a");
/// assert_eq!(both.second().unwrap().id(), "b");
/// # Ok::<(), dyno_crypto::KeyError>(())
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
    #[must_use]
    pub fn with_first(mut self, first: IndexKey) -> Self {
        self.first = Some(first);
        self
    }

    /// Also this key for the second column.
    #[must_use]
    pub fn with_second(mut self, second: IndexKey) -> Self {
        self.second = Some(second);
        self
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
