//! What is accepted in place of a sealed value, for the time of a migration.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

use crate::envelope::{MAGIC, VERSION};
use crate::pattern::{Pattern, PatternError, Refusal, fits};

/// Exceptions from the rule that what must be encrypted is not read in clear.
///
/// The rule is strict by default. An exception names the fields (patterns as in [`Rules`](crate::Rules)), a reason for whoever
/// finds it later, and best an [expiry](Self::until). Each use is counted ([`uses`](Self::uses)). Saving is not touched:
/// what must be encrypted is written encrypted.
///
/// While an exception holds, whoever writes the storage can put a value of their own into such a field, in clear or as an
/// old legacy value, and the program takes it for the field's. So keep exceptions short, and end them when
/// [`uses`](Self::uses) stays at zero after everything was sealed anew.
///
/// Clones share their counters.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use dyno_crypto::ReadPolicy;
///
/// let policy = ReadPolicy::strict()
///     .allow_plaintext(["email"], "encrypted since 2026-11; reseal runs until December")?
///     .until(SystemTime::now() + Duration::from_secs(30 * 24 * 3600));
/// assert_eq!(policy.uses()[0].count(), 0);
///
/// let error = ReadPolicy::strict().allow_plaintext(["email"], "").unwrap_err();
/// assert!(error.to_string().starts_with("an exception from encryption needs a reason"));
/// # Ok::<(), dyno_crypto::PatternError>(())
/// ```
#[derive(Clone)]
pub struct ReadPolicy {
    exceptions: Vec<Arc<Exception>>,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

struct Exception {
    patterns: Vec<Pattern>,
    accepts: Accepts,
    reason: Arc<str>,
    made: SystemTime,
    until: Option<SystemTime>,
    /// Stays true, whatever the clock says later.
    expired: AtomicBool,
    uses: AtomicU64,
}

enum Accepts {
    Plaintext,
    Legacy(Arc<dyn LegacyCodec>),
    Unsealed,
}

/// Opens values that an older library sealed.
pub trait LegacyCodec: Send + Sync + 'static {
    /// The value in clear; `None` if this is no such value, or does not open.
    fn open(&self, value: &AttributeValue) -> Option<AttributeValue>;
}

/// Which kind of value an exception accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// A value that an older library sealed.
    Legacy,
    /// A value in clear.
    Plaintext,
    /// An object without an item seal.
    Unsealed,
}

impl ReadPolicy {
    /// No exceptions.
    pub fn strict() -> Self {
        Self {
            exceptions: Vec::new(),
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Accepts values in clear in the fields that fit one of the patterns.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or the reason is empty.
    pub fn allow_plaintext<P: AsRef<str>>(
        self,
        patterns: impl IntoIterator<Item = P>,
        reason: impl AsRef<str>,
    ) -> Result<Self, PatternError> {
        self.allow(Accepts::Plaintext, patterns, reason.as_ref())
    }

    /// Accepts values that an older library sealed in the fields that fit one of the patterns, as the codec opens them.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or the reason is empty.
    pub fn allow_legacy<P: AsRef<str>>(
        self,
        patterns: impl IntoIterator<Item = P>,
        codec: impl LegacyCodec,
        reason: impl AsRef<str>,
    ) -> Result<Self, PatternError> {
        self.allow(Accepts::Legacy(Arc::new(codec)), patterns, reason.as_ref())
    }

    /// Accepts objects without item seals where their type demands them (`#[dyno(seal)]`), and lets types that demand none
    /// save over sealed objects: to turn seals on or off for objects that are there already.
    ///
    /// While it holds, whoever writes the storage can take the seals off an object and change what is in clear.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when the reason is empty.
    pub fn allow_unsealed(self, reason: impl AsRef<str>) -> Result<Self, PatternError> {
        let no_pattern: [&str; 0] = [];
        self.allow(Accepts::Unsealed, no_pattern, reason.as_ref())
    }

    /// Ends the exception given last at this time. Once it has ended, it stays so in this process, even if the clock is
    /// set back; and it does not hold while the clock shows a time before the exception was made.
    #[must_use]
    pub fn until(mut self, end: SystemTime) -> Self {
        if let Some(last) = self.exceptions.last_mut() {
            *last = Arc::new(Exception {
                patterns: last.patterns.clone(),
                accepts: last.accepts.clone(),
                reason: Arc::clone(&last.reason),
                made: last.made,
                until: Some(end),
                expired: AtomicBool::new(false),
                uses: AtomicU64::new(0),
            });
        }
        self
    }

    /// Reads the time from another clock than the system's. To be given before the exceptions.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Whether there are no exceptions.
    pub fn is_strict(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// How often each exception was used, in the order in which they were given.
    pub fn uses(&self) -> Vec<ExceptionUses> {
        let uses = |exception: &Arc<Exception>| ExceptionUses {
            kind: exception.accepts.kind(),
            reason: Arc::clone(&exception.reason),
            until: exception.until,
            count: exception.uses.load(Ordering::Relaxed),
        };
        self.exceptions.iter().map(uses).collect()
    }

    /// Whether this value, which is not sealed, is accepted at `path`. Counts as a use of the exception.
    ///
    /// What begins like a sealed value is never accepted as one in clear: it is a sealed value that was damaged.
    pub fn accept(&self, path: &FieldPath, value: &AttributeValue) -> Option<Accepted> {
        let now = (self.clock)();
        let holding = || {
            let fitting = self.exceptions.iter();
            fitting.filter(|exception| fits(&exception.patterns, path) && exception.holds(now))
        };
        let legacy = holding().find_map(|exception| match &exception.accepts {
            Accepts::Legacy(codec) => codec.open(value).map(|opened| (exception, Some(opened))),
            Accepts::Plaintext | Accepts::Unsealed => None,
        });
        let plaintext = || {
            let plain = holding().find(|exception| matches!(exception.accepts, Accepts::Plaintext));
            plain
                .filter(|_| !begins_like_sealed(value))
                .map(|exception| (exception, None))
        };
        let (exception, opened) = legacy.or_else(plaintext)?;
        exception.uses.fetch_add(1, Ordering::Relaxed);
        Some(Accepted {
            used: UsedException {
                path: path.clone(),
                kind: exception.accepts.kind(),
                reason: Arc::clone(&exception.reason),
            },
            opened,
        })
    }

    /// Whether an object without item seals is accepted. Does not count as a use.
    pub fn allows_unsealed(&self) -> bool {
        self.unsealed().is_some()
    }

    /// Whether this object, whose item has no seal, is accepted. Counts as a use of the exception.
    pub fn accept_unsealed(&self) -> Option<UsedException> {
        let exception = self.unsealed()?;
        exception.uses.fetch_add(1, Ordering::Relaxed);
        Some(UsedException {
            path: FieldPath::root(),
            kind: ExceptionKind::Unsealed,
            reason: Arc::clone(&exception.reason),
        })
    }

    fn unsealed(&self) -> Option<&Exception> {
        let now = (self.clock)();
        let mut all = self.exceptions.iter().map(|exception| &**exception);
        all.find(|exception| matches!(exception.accepts, Accepts::Unsealed) && exception.holds(now))
    }

    fn allow<P: AsRef<str>>(
        mut self,
        accepts: Accepts,
        patterns: impl IntoIterator<Item = P>,
        reason: &str,
    ) -> Result<Self, PatternError> {
        if reason.trim().is_empty() {
            return Err(PatternError::from(Refusal::NoReason));
        }
        self.exceptions.push(Arc::new(Exception {
            patterns: Pattern::parse_all(patterns)?,
            accepts,
            reason: reason.into(),
            made: (self.clock)(),
            until: None,
            expired: AtomicBool::new(false),
            uses: AtomicU64::new(0),
        }));
        Ok(self)
    }
}

impl Exception {
    fn holds(&self, now: SystemTime) -> bool {
        let Some(end) = self.until else { return true };
        if now >= end {
            self.expired.store(true, Ordering::Relaxed);
        }
        !self.expired.load(Ordering::Relaxed) && now >= self.made
    }
}

impl Accepts {
    fn kind(&self) -> ExceptionKind {
        match self {
            Self::Legacy(_) => ExceptionKind::Legacy,
            Self::Plaintext => ExceptionKind::Plaintext,
            Self::Unsealed => ExceptionKind::Unsealed,
        }
    }
}

impl Clone for Accepts {
    fn clone(&self) -> Self {
        match self {
            Self::Legacy(codec) => Self::Legacy(Arc::clone(codec)),
            Self::Plaintext => Self::Plaintext,
            Self::Unsealed => Self::Unsealed,
        }
    }
}

/// Whether this is a sealed value that was damaged: one in clear begins so once in 2^16.
fn begins_like_sealed(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::B(bytes) if bytes.as_ref().starts_with(&[MAGIC, VERSION]))
}

impl Default for ReadPolicy {
    fn default() -> Self {
        Self::strict()
    }
}

impl fmt::Debug for ReadPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadPolicy")
            .field("exceptions", &self.uses())
            .finish_non_exhaustive()
    }
}

/// A value that is not sealed, and is accepted all the same.
pub struct Accepted {
    used: UsedException,
    opened: Option<AttributeValue>,
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

impl Accepted {
    /// The exception, and the value in clear if it is not the one that is stored.
    pub fn into_parts(self) -> (UsedException, Option<AttributeValue>) {
        (self.used, self.opened)
    }
}

/// That an exception was used, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedException {
    path: FieldPath,
    kind: ExceptionKind,
    reason: Arc<str>,
}

impl UsedException {
    /// Where the value stands.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// Which kind of value was accepted.
    pub fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// The reason given with the exception.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// An exception, and how often it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionUses {
    kind: ExceptionKind,
    reason: Arc<str>,
    until: Option<SystemTime>,
    count: u64,
}

impl ExceptionUses {
    /// Which kind of value is accepted.
    pub fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// The reason given with the exception.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// When it ends, if it does.
    pub fn until(&self) -> Option<SystemTime> {
        self.until
    }

    /// How many values were accepted.
    pub fn count(&self) -> u64 {
        self.count
    }
}
