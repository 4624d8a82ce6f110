//! Which fields are sealed with which key, as patterns.

use std::fmt;
use std::sync::Arc;

use dyno_value::FieldPath;

use crate::pattern::{Pattern, PatternError, Refusal, fits};
use crate::{
    EncryptionKey, Error, IndexKeys, KeyId, KeyProvider, KeyState, Keyring, KeyringError,
    ReadPolicy,
};

/// Patterns of the fields to encrypt, each with its key.
///
/// | pattern | fields |
/// |---|---|
/// | `name`, `birth.day` | this field |
/// | `birth.*` | each field of `birth`, and each element if it is a list |
/// | `lines[3]`, `lines[*].price` | this element; the price of each element of a list |
/// | `["unit.price"]` | the field with this odd name |
///
/// Names are those under which values are stored. A pattern that fits no value is no error.
///
/// A pattern names exactly the values it fits: `birth` seals the whole map as one value, `birth.*` each value inside
/// it. What is to be left wins over what is to be encrypted, in whatever order both are given; among patterns to
/// encrypt the first that fits wins.
///
/// # Examples
///
/// ```
/// use dyno_crypto::{EncryptionKey, Rules};
///
/// let key = EncryptionKey::generate("k1")?;
/// let rules = Rules::new()
///     .encrypt(["firstname", "birth.*"], key)?
///     .leave(["birth.hospital"])?;
/// assert!(rules.encryption_key(&"birth.day".parse()?).is_some());
/// assert!(rules.encryption_key(&"birth.hospital".parse()?).is_none());
///
/// let error = Rules::new().leave(["birth..day"]).unwrap_err();
/// assert!(error.to_string().starts_with("pattern `birth..day`: expected a name"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rules {
    encrypted: Vec<Encrypted>,
    left: Vec<Pattern>,
    keyring: Option<Keyring>,
    item_seals: Option<Keyring>,
    read_policy: ReadPolicy,
    index_keys: Option<IndexKeys>,
    source: Option<Source>,
}

#[derive(Clone)]
struct Source(Arc<dyn KeyProvider>);

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

#[derive(Clone, Debug)]
struct Encrypted {
    patterns: Vec<Pattern>,
    with: With,
}

#[derive(Clone, Debug)]
enum With {
    Key(EncryptionKey),
    /// The key of the source that has this id.
    KeyOfSource(KeyId),
    /// The primary key of the keyring.
    Primary,
}

impl Rules {
    /// No rules: nothing is encrypted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Encrypts the fields that fit one of the patterns.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or the key's id already stands for another key.
    pub fn encrypt<P: AsRef<str>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
        key: EncryptionKey,
    ) -> Result<Self, PatternError> {
        self.check_key(&key)?;
        let (patterns, with) = (Pattern::parse_all(patterns)?, With::Key(key));
        self.encrypted.push(Encrypted { patterns, with });
        Ok(self)
    }

    /// Encrypts the fields that fit one of the patterns with the primary key of the keyring, which must be given
    /// first. To replace the key, give rules whose keyring has another primary.
    ///
    /// # Examples
    ///
    /// ```
    /// use dyno_crypto::{EncryptionKey, Keyring, Rules};
    ///
    /// let mut keys = Keyring::new(EncryptionKey::generate("2026")?);
    /// keys.insert(EncryptionKey::generate("2027")?)?;
    /// keys.promote("2027")?;
    /// let rules = Rules::new().with_keyring(keys)?.encrypt_with_primary(["name"])?;
    /// let key = rules.encryption_key(&"name".parse()?).expect("the pattern fits");
    /// assert_eq!(key.id(), "2027");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or no keyring was given.
    pub fn encrypt_with_primary<P: AsRef<str>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<Self, PatternError> {
        if self.keyring.is_none() {
            return Err(PatternError::from(Refusal::NoKeyring));
        }
        let (patterns, with) = (Pattern::parse_all(patterns)?, With::Primary);
        self.encrypted.push(Encrypted { patterns, with });
        Ok(self)
    }

    /// Encrypts the fields that fit one of the patterns with the key of the source that has this id; the source must
    /// be given first. To replace the key, give rules with another id.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or no source was given.
    pub fn encrypt_with_key_of_source<P: AsRef<str>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
        id: KeyId,
    ) -> Result<Self, PatternError> {
        if self.source.is_none() {
            return Err(PatternError::from(Refusal::NoSource));
        }
        let (patterns, with) = (Pattern::parse_all(patterns)?, With::KeyOfSource(id));
        self.encrypted.push(Encrypted { patterns, with });
        Ok(self)
    }

    /// Leaves the fields that fit one of the patterns in clear, even if others would encrypt them.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern.
    pub fn leave<P: AsRef<str>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<Self, PatternError> {
        self.left.extend(Pattern::parse_all(patterns)?);
        Ok(self)
    }

    /// Also opens values that were sealed with the keys of a keyring, wherever they stand. A key that was given with a
    /// pattern goes on sealing and opening, even if the keyring holds it as retired.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when the id of a key already stands for another key.
    pub fn with_keyring(mut self, keyring: Keyring) -> Result<Self, PatternError> {
        self.check_keys(&keyring)?;
        self.keyring = Some(keyring);
        Ok(self)
    }

    /// Seals the items of objects whose type is marked `#[dyno(seal)]` with the primary of these keys, a
    /// [`Keyring`] or one key; seals that any of them made are accepted, but for those of a retired one.
    ///
    /// # Examples
    ///
    /// ```
    /// use dyno_crypto::{EncryptionKey, Rules};
    ///
    /// let rules = Rules::new().seal_items(EncryptionKey::generate("seal-1")?)?;
    /// assert_eq!(rules.seal_key().expect("it was given").id(), "seal-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PatternError`] when the id of a key already stands for another key.
    pub fn seal_items(mut self, keys: impl Into<Keyring>) -> Result<Self, PatternError> {
        let keys = keys.into();
        self.check_keys(&keys)?;
        self.item_seals = Some(keys);
        Ok(self)
    }

    /// The key to seal items with.
    pub fn seal_key(&self) -> Option<&EncryptionKey> {
        self.item_seals.as_ref().map(Keyring::primary)
    }

    /// The key with this id, to verify the seals of items with, if it is not retired.
    pub fn seal_key_by_id(&self, id: &KeyId) -> Option<&EncryptionKey> {
        let keys = self.item_seals.as_ref()?;
        match keys.state(id)? {
            KeyState::Active | KeyState::Primary => keys.find(id.as_bytes()),
            KeyState::Retired => None,
        }
    }

    /// Also opens values that were sealed with keys of a source, wherever they stand; what patterns and keyring know is
    /// not asked for. The rules by themselves do not ask it: who uses them does, before it seals or opens.
    ///
    /// # Examples
    ///
    /// ```
    /// use dyno_crypto::{CachedKeys, EncryptionKey, KeyId, Rules};
    /// # use dyno_crypto::{AsyncKeySource, KeySourceError};
    /// # struct Vault;
    /// # impl AsyncKeySource for Vault {
    /// #     async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
    /// #         Err(KeySourceError::unknown(id))
    /// #     }
    /// # }
    ///
    /// let rules = Rules::new()
    ///     .with_source(CachedKeys::new(Vault))
    ///     .encrypt_with_key_of_source(["name"], KeyId::new("2026-11")?)?;
    /// assert_eq!(rules.encryption_key_id(&"name".parse()?).unwrap(), "2026-11");
    /// assert!(rules.encryption_key(&"name".parse()?).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl KeyProvider) -> Self {
        self.source = Some(Source(Arc::new(source)));
        self
    }

    /// Where keys come from that the rules name and do not hold.
    pub fn key_provider(&self) -> Option<Arc<dyn KeyProvider>> {
        self.source.as_ref().map(|source| Arc::clone(&source.0))
    }

    /// Indexes fields with these keys: those that their type marks, each under a key of its own that is derived from
    /// these.
    #[must_use]
    pub fn index_with(mut self, keys: IndexKeys) -> Self {
        self.index_keys = Some(keys);
        self
    }

    /// Whether a pattern names one entry of a list and not the others, such as `lines[0]`.
    pub fn names_indexes(&self) -> bool {
        let encrypted = self
            .encrypted
            .iter()
            .flat_map(|encrypted| &encrypted.patterns);
        encrypted.chain(&self.left).any(Pattern::names_an_index)
    }

    /// The keys of indexes, if any were given.
    pub fn index_keys(&self) -> Option<&IndexKeys> {
        self.index_keys.as_ref()
    }

    /// Accepts what the policy says in place of encrypted values, for the time of a migration.
    #[must_use]
    pub fn with_read_policy(mut self, policy: ReadPolicy) -> Self {
        self.read_policy = policy;
        self
    }

    /// What is accepted in place of encrypted values, if anything is.
    pub fn read_policy(&self) -> Option<&ReadPolicy> {
        (!self.read_policy.is_strict()).then_some(&self.read_policy)
    }

    /// The key to seal the value at `path` with; None when it is left in clear, or sealed with a key of the source.
    pub fn encryption_key(&self, path: &FieldPath) -> Option<&EncryptionKey> {
        match self.with(path)? {
            With::Key(key) => Some(key),
            With::KeyOfSource(_) => None,
            With::Primary => self.keyring.as_ref().map(Keyring::primary),
        }
    }

    /// The id of the key of the source to seal the value at `path` with.
    pub fn encryption_key_id(&self, path: &FieldPath) -> Option<&KeyId> {
        match self.with(path)? {
            With::KeyOfSource(id) => Some(id),
            With::Key(_) | With::Primary => None,
        }
    }

    fn with(&self, path: &FieldPath) -> Option<&With> {
        if fits(&self.left, path) {
            return None;
        }
        let mut groups = self.encrypted.iter();
        let group = groups.find(|group| fits(&group.patterns, path))?;
        Some(&group.with)
    }

    /// What the key with this id is used for in fields: one given with a pattern is as good as a primary.
    pub fn key_state(&self, id: &KeyId) -> Option<KeyState> {
        let seals = |group: &Encrypted| match &group.with {
            With::Key(key) => key.id() == id,
            With::KeyOfSource(named) => named == id,
            With::Primary => false,
        };
        if self.encrypted.iter().any(seals) {
            return Some(KeyState::Primary);
        }
        self.keyring.as_ref()?.state(id)
    }

    /// What the key with this id is used for in the seals of items.
    pub fn seal_key_state(&self, id: &KeyId) -> Option<KeyState> {
        self.item_seals.as_ref()?.state(id)
    }

    /// The key with this id, to open a sealed value at `path`: one given with a pattern, or one of the keyring that
    /// is not retired.
    ///
    /// The path does not restrict the choice, so that a value stays readable when the rule that sealed it is gone.
    pub fn decryption_key(&self, id: &KeyId, path: &FieldPath) -> Option<&EncryptionKey> {
        self.opening_key(id, path).unwrap_or(None)
    }

    /// [`decryption_key`](Self::decryption_key) that tells a retired key from an unknown one.
    ///
    /// # Errors
    ///
    /// * [`Error::KeyRetired`]: the keyring holds the key as retired
    pub fn opening_key(
        &self,
        id: &KeyId,
        path: &FieldPath,
    ) -> Result<Option<&EncryptionKey>, Error> {
        if let Some(key) = self.given().find(|key| key.id() == id) {
            return Ok(Some(key));
        }
        match &self.keyring {
            Some(keyring) => keyring.decryption_key(id, path),
            None => Ok(None),
        }
    }

    /// The keys given with patterns.
    fn given(&self) -> impl Iterator<Item = &EncryptionKey> {
        self.encrypted.iter().filter_map(|group| match &group.with {
            With::Key(key) => Some(key),
            With::KeyOfSource(_) | With::Primary => None,
        })
    }

    fn check_keys(&self, keys: &Keyring) -> Result<(), PatternError> {
        keys.all().try_for_each(|key| self.check_key(key))
    }

    fn check_key(&self, key: &EncryptionKey) -> Result<(), PatternError> {
        let kept = [&self.keyring, &self.item_seals]
            .into_iter()
            .flatten()
            .filter_map(|keyring| keyring.find(key.id().as_bytes()));
        for known in self.given().chain(kept) {
            if known.id() == key.id() && known.check_value() != key.check_value() {
                return Err(PatternError::from(Refusal::Key(KeyringError::OtherKey {
                    id: key.id().clone(),
                })));
            }
        }
        Ok(())
    }
}
