//! Which fields are sealed with which key, as patterns.

mod pattern;

use std::fmt;

use dyno_value::FieldPath;

use self::pattern::Pattern;
use crate::{EncryptionKey, Error, KeyId, Keyring, KeyringError};

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
}

#[derive(Clone, Debug)]
struct Encrypted {
    patterns: Vec<Pattern>,
    key: EncryptionKey,
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
        let patterns = parse_all(patterns)?;
        self.encrypted.push(Encrypted { patterns, key });
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
        self.left.extend(parse_all(patterns)?);
        Ok(self)
    }

    /// Also opens values that were sealed with the keys of a keyring, wherever they stand. If both know an id, the key
    /// given with a pattern is taken.
    #[must_use]
    pub fn with_keyring(mut self, keyring: Keyring) -> Self {
        self.keyring = Some(keyring);
        self
    }

    /// The key to seal the value at `path` with; None when it is left in clear.
    pub fn encryption_key(&self, path: &FieldPath) -> Option<&EncryptionKey> {
        if fits(&self.left, path) {
            return None;
        }
        self.encrypted
            .iter()
            .find(|group| fits(&group.patterns, path))
            .map(|group| &group.key)
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
        if let Some(group) = self.encrypted.iter().find(|group| group.key.id() == id) {
            return Ok(Some(&group.key));
        }
        match &self.keyring {
            Some(keyring) => keyring.decryption_key(id, path),
            None => Ok(None),
        }
    }

    fn check_key(&self, key: &EncryptionKey) -> Result<(), PatternError> {
        let given = self.encrypted.iter().map(|group| &group.key);
        let kept = self
            .keyring
            .iter()
            .filter_map(|keyring| keyring.find(key.id().as_bytes()));
        for known in given.chain(kept) {
            if known.id() == key.id() && known.check_value() != key.check_value() {
                return Err(PatternError(Refusal::Key(KeyringError::OtherKey {
                    id: key.id().clone(),
                })));
            }
        }
        Ok(())
    }
}

fn parse_all<P: AsRef<str>>(
    patterns: impl IntoIterator<Item = P>,
) -> Result<Vec<Pattern>, PatternError> {
    patterns
        .into_iter()
        .map(|pattern| Pattern::parse(pattern.as_ref()))
        .collect()
}

fn fits(patterns: &[Pattern], path: &FieldPath) -> bool {
    patterns.iter().any(|pattern| pattern.matches(path))
}

/// A pattern, or the key given with it, that [`Rules`] cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(Refusal);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    Syntax {
        pattern: String,
        found: String,
        expected: &'static str,
    },
    Key(KeyringError),
}

impl PatternError {
    fn syntax(pattern: &str, found: &str, expected: &'static str) -> Self {
        Self(Refusal::Syntax {
            pattern: pattern.to_owned(),
            found: found.to_owned(),
            expected,
        })
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Refusal::Syntax {
                pattern,
                found,
                expected,
            } => write!(
                f,
                "pattern `{pattern}`: expected {expected}, found `{found}`"
            ),
            Refusal::Key(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl std::error::Error for PatternError {}
