use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::term::{Now, Term};
use super::{ExceptionKind, ExceptionUses, LegacyCodec};
use crate::envelope::{MAGIC, VERSION};
use crate::pattern::{Pattern, fits};

/// One exception of a policy, with its counter.
pub(super) struct Exception {
    pub(super) patterns: Vec<Pattern>,
    pub(super) accepts: Accepts,
    pub(super) reason: Arc<str>,
    pub(super) term: Option<Term>,
    pub(super) uses: AtomicU64,
}

pub(super) enum Accepts {
    Legacy(Box<dyn LegacyCodec>),
    Plaintext,
    Unsealed,
}

impl Exception {
    pub(super) fn kind(&self) -> ExceptionKind {
        match self.accepts {
            Accepts::Legacy(_) => ExceptionKind::Legacy,
            Accepts::Plaintext => ExceptionKind::Plaintext,
            Accepts::Unsealed => ExceptionKind::Unsealed,
        }
    }

    pub(super) fn holds(&self, now: Now) -> bool {
        self.term.as_ref().is_none_or(|term| term.is_running(now))
    }

    pub(super) fn is_for(&self, path: &FieldPath) -> bool {
        fits(&self.patterns, path)
    }

    /// The value in clear, if it is one of an older library.
    pub(super) fn open_legacy(
        &self,
        value: &AttributeValue,
        path: &FieldPath,
        object: &Item,
    ) -> Option<AttributeValue> {
        match &self.accepts {
            Accepts::Legacy(codec) => codec.open(value, path, object),
            Accepts::Plaintext | Accepts::Unsealed => None,
        }
    }

    pub(super) fn takes_plaintext(&self, value: &AttributeValue) -> bool {
        matches!(self.accepts, Accepts::Plaintext) && !begins_like_sealed(value)
    }

    pub(super) fn uses(&self) -> ExceptionUses {
        ExceptionUses {
            kind: self.kind(),
            reason: Arc::clone(&self.reason),
            until: self.term.as_ref().map(Term::end),
            count: self.uses.load(Ordering::Relaxed),
        }
    }
}

/// Whether this is a sealed value that was damaged: one in clear begins so once in 2^16.
fn begins_like_sealed(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::B(bytes) if bytes.as_ref().starts_with(&[MAGIC, VERSION]))
}
