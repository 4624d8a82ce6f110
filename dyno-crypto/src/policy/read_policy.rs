use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Instant, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::exception::{Accepts, Exception};
use super::term::{Now, Term};
use super::{Accepted, ExceptionKind, ExceptionUses, LegacyCodec, UsedException};
use crate::pattern::{Pattern, PatternError, Refusal};

/// Exceptions from the rule that what must be encrypted is not read in clear.
///
/// The rule is strict by default. An exception names the fields (patterns as in [`Rules`](crate::Rules)), a reason for
/// whoever finds it later, and best an end. Each use is counted ([`uses`](Self::uses)). Saving is not touched: what
/// must be encrypted is written encrypted.
///
/// While an exception holds, whoever writes the storage can put a value of their own into such a field, in clear or as
/// an old legacy value, and the program takes it for the field's. So keep exceptions short, and end them when
/// [`uses`](Self::uses) stays at zero after everything was sealed anew.
///
/// # Ends
///
/// An exception ends when the clock of the system reaches its end, or when as much time has passed as there was until
/// then when it was made, by a clock that only goes forward ([`Instant`]); once one of the two was seen, it stays
/// ended in this process. It does not hold while the system's clock shows a time before it was made. So a clock that
/// is set back does not prolong it in a running process. One that was wrong already when the policy was made does, by
/// as much as it was slow; and on some systems the second clock stands still while the machine sleeps.
///
/// Clones share counters and ends.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use dyno_crypto::ReadPolicy;
///
/// let end = SystemTime::now() + Duration::from_secs(30 * 24 * 3600);
/// let policy = ReadPolicy::strict()
///     .allow_plaintext(["email"], "encrypted since 2026-11; reseal runs until December", end)?
///     .allow_plaintext(["nickname"], "nobody knows yet when it is done", None)?;
/// assert_eq!(policy.uses()[0].count(), 0);
///
/// let error = ReadPolicy::strict().allow_plaintext(["email"], "", end).unwrap_err();
/// assert!(error.to_string().starts_with("an exception from encryption needs a reason"));
/// # Ok::<(), dyno_crypto::PatternError>(())
/// ```
#[derive(Clone)]
pub struct ReadPolicy {
    exceptions: Vec<Arc<Exception>>,
    clock: Arc<dyn Fn() -> Now + Send + Sync>,
}

impl ReadPolicy {
    /// No exceptions.
    pub fn strict() -> Self {
        Self::with_clock(|| (SystemTime::now(), Instant::now()))
    }

    /// No exceptions yet; their ends are looked up on another clock than the system's.
    pub fn with_clock(clock: impl Fn() -> (SystemTime, Instant) + Send + Sync + 'static) -> Self {
        Self {
            exceptions: Vec::new(),
            clock: Arc::new(move || {
                let (wall, monotonic) = clock();
                Now { wall, monotonic }
            }),
        }
    }

    /// Accepts values in clear in the fields that fit one of the patterns, until this time; `None` is without end.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or the reason is empty.
    pub fn allow_plaintext<P: AsRef<str>>(
        self,
        patterns: impl IntoIterator<Item = P>,
        reason: impl AsRef<str>,
        until: impl Into<Option<SystemTime>>,
    ) -> Result<Self, PatternError> {
        let patterns = Pattern::parse_all(patterns)?;
        self.allow(Accepts::Plaintext, patterns, reason.as_ref(), until.into())
    }

    /// Accepts values that an older library sealed in the fields that fit one of the patterns, as the codec opens
    /// them, until this time; `None` is without end.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when a text is no pattern, or the reason is empty.
    pub fn allow_legacy<P: AsRef<str>>(
        self,
        patterns: impl IntoIterator<Item = P>,
        codec: impl LegacyCodec,
        reason: impl AsRef<str>,
        until: impl Into<Option<SystemTime>>,
    ) -> Result<Self, PatternError> {
        let patterns = Pattern::parse_all(patterns)?;
        let legacy = Accepts::Legacy(Box::new(codec));
        self.allow(legacy, patterns, reason.as_ref(), until.into())
    }

    /// Accepts objects without item seals where their type demands them (`#[dyno(seal)]`), and lets types that demand
    /// none save over sealed objects, until this time: to turn seals on or off for objects that are there already.
    /// `None` is without end.
    ///
    /// While it holds, whoever writes the storage can take the seals off an object and change what is in clear.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when the reason is empty.
    pub fn allow_unsealed(
        self,
        reason: impl AsRef<str>,
        until: impl Into<Option<SystemTime>>,
    ) -> Result<Self, PatternError> {
        self.allow(Accepts::Unsealed, Vec::new(), reason.as_ref(), until.into())
    }

    /// Whether there are no exceptions.
    pub fn is_strict(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// How often each exception was used, in the order in which they were given.
    pub fn uses(&self) -> Vec<ExceptionUses> {
        let exceptions = self.exceptions.iter();
        exceptions.map(|exception| exception.uses()).collect()
    }

    /// Whether this value, which is not sealed, is accepted at `path` of the object that a loader is shown. Whoever takes
    /// it [counts](UsedException::count) that.
    ///
    /// What begins like a sealed value is never accepted as one in clear: it is a sealed value that was damaged.
    pub fn accept(
        &self,
        path: &FieldPath,
        value: &AttributeValue,
        object: &Item,
    ) -> Option<Accepted> {
        let holding = || self.holding().filter(|exception| exception.is_for(path));
        let legacy = holding().find_map(|exception| {
            let opened = exception.open_legacy(value, path, object)?;
            Some((exception, Some(opened)))
        });
        let plaintext = || {
            let exception = holding().find(|exception| exception.takes_plaintext(value))?;
            Some((exception, None))
        };
        let (exception, opened) = legacy.or_else(plaintext)?;
        Some(Accepted {
            used: UsedException::new(path.clone(), Arc::clone(exception)),
            opened,
        })
    }

    /// Whether an object without item seals is accepted. Whoever takes it [counts](UsedException::count) that.
    pub fn accept_unsealed(&self) -> Option<UsedException> {
        let exception = self
            .holding()
            .find(|exception| matches!(exception.accepts, Accepts::Unsealed))?;
        Some(UsedException::new(FieldPath::root(), Arc::clone(exception)))
    }

    /// Why the exceptions for `path` do not accept a value there, if there are any.
    pub fn refusal(&self, path: &FieldPath) -> Option<String> {
        let now = (self.clock)();
        let for_path = |exception: &&Arc<Exception>| exception.is_for(path);
        let mut exceptions = self.exceptions.iter().filter(for_path);
        exceptions.find_map(|exception| {
            let reason = &exception.reason;
            match (exception.holds(now), exception.kind()) {
                (false, _) => Some(format!(
                    "the exception for it (\"{reason}\") has ended; encrypt what is stored, or make a new one"
                )),
                (true, ExceptionKind::Legacy) => Some(format!(
                    "the exception for values of an older library (\"{reason}\") does not open it; check the secret that \
                     its codec was given, and whether the value is a whole one"
                )),
                (true, _) => None,
            }
        })
    }

    fn holding(&self) -> impl Iterator<Item = &Arc<Exception>> {
        let now = (self.clock)();
        let exceptions = self.exceptions.iter();
        exceptions.filter(move |exception| exception.holds(now))
    }

    fn allow(
        mut self,
        accepts: Accepts,
        patterns: Vec<Pattern>,
        reason: &str,
        until: Option<SystemTime>,
    ) -> Result<Self, PatternError> {
        if reason.trim().is_empty() {
            return Err(PatternError::from(Refusal::NoReason));
        }
        self.exceptions.push(Arc::new(Exception {
            patterns,
            accepts,
            reason: reason.into(),
            term: until.map(|end| Term::new((self.clock)(), end)),
            uses: AtomicU64::new(0),
        }));
        Ok(self)
    }
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
