use std::collections::BTreeMap;
use std::time::Duration;

use dyno_core::AttributeValue;
use dyno_core::items::{Condition, Update, attr};

use crate::attribute::{EXPIRES, FENCE, PAYLOAD, VERSION, is_reserved};
use crate::error::{Error, Result};
use crate::expiry::{expires_at, second_of};
use crate::lock::Hold;
use crate::lock::LockGuard;
use crate::partition::Spot;
use crate::record::Record;
use crate::value::Value;

/// What a program says of a write, beside the value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    expiry: Expiry,
    fields: BTreeMap<String, String>,
    fence: Option<Fence>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// The record has none afterwards.
    #[default]
    Never,
    /// It stays as it is.
    Keep,
    /// So long from now.
    After(Duration),
}

#[derive(Clone, Debug)]
struct Fence {
    token: u64,
    /// The lock, if it is one of this process.
    hold: Option<Hold>,
}

impl Options {
    pub(crate) fn expire(&mut self, expiry: Expiry) {
        self.expiry = expiry;
    }

    pub(crate) fn add_field(&mut self, name: String, value: String) {
        self.fields.insert(name, value);
    }

    pub(crate) fn fence(&mut self, token: u64) {
        self.fence = Some(Fence { token, hold: None });
    }

    pub(crate) fn fence_by(&mut self, guard: &LockGuard) {
        self.fence = Some(Fence {
            token: guard.token(),
            hold: Some(guard.hold()),
        });
    }

    /// What is to be written, at this time.
    ///
    /// # Errors
    ///
    /// It cannot be written; nothing was sent.
    pub(crate) fn ready(self, spot: &Spot, value: Option<Value>) -> Result<Ready> {
        let place = || spot.place.clone();
        let Self {
            expiry,
            fields,
            fence,
        } = self;
        for (name, value) in &fields {
            if is_reserved(name) {
                let field = name.clone();
                return Err(Error::ReservedField {
                    place: place(),
                    field,
                });
            }
            let why = if name.is_empty() {
                "a field has no name".to_owned()
            } else if value.is_empty() && spot.kv().indexes_field(name) {
                format!(
                    "field `{name}` is empty, and an index finds records by it; leave the field out"
                )
            } else {
                continue;
            };
            return Err(Error::InvalidInput {
                place: place(),
                why,
            });
        }
        let payload = value.map(Value::into_stored).transpose();
        let payload = payload.map_err(|source| Error::InvalidValue {
            place: place(),
            source,
        })?;
        let now = spot.kv().now();
        let expires = match expiry {
            Expiry::Never => Expires::Removed,
            Expiry::Keep => Expires::Kept,
            Expiry::After(ttl) => {
                let place = place();
                let at = expires_at(now, ttl);
                Expires::At(at.map_err(|why| Error::InvalidTtl { place, why })?)
            }
        };
        Ok(Ready {
            now: second_of(now),
            payload,
            expires,
            fields,
            fence,
        })
    }
}

/// A write that was looked over.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// The second that it is.
    pub(crate) now: i64,
    pub(crate) payload: Option<AttributeValue>,
    pub(crate) expires: Expires,
    fields: BTreeMap<String, String>,
    fence: Option<Fence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expires {
    At(i64),
    Kept,
    Removed,
}

impl Ready {
    /// Changes the record; the version counts.
    pub(crate) fn applied_to(&self, mut update: Update) -> Update {
        for (name, value) in self.attributes() {
            update = update.set(name, value);
        }
        update = match self.expires {
            Expires::At(_) | Expires::Kept => update,
            Expires::Removed => update.remove(EXPIRES),
        };
        update.add(VERSION, 1)
    }

    /// What is set, by name.
    pub(crate) fn attributes(&self) -> Vec<(&str, AttributeValue)> {
        let mut all: Vec<_> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), AttributeValue::S(value.clone())))
            .collect();
        if let Some(payload) = &self.payload {
            all.push((PAYLOAD, payload.clone()));
        }
        if let Expires::At(second) = self.expires {
            all.push((EXPIRES, AttributeValue::N(second.to_string())));
        }
        if let Some(Fence { token, .. }) = self.fence {
            all.push((FENCE, AttributeValue::N(token.to_string())));
        }
        all
    }

    /// The condition, and that no later holder of the lock wrote.
    pub(crate) fn and_unfenced(&self, condition: Condition) -> Condition {
        match &self.fence {
            Some(Fence { token, .. }) => condition & !attr(FENCE).gt(*token),
            None => condition,
        }
    }

    /// # Errors
    ///
    /// The lock is held no more.
    pub(crate) fn check_held(&self) -> Result<()> {
        match self.fence.as_ref().and_then(|fence| fence.hold.as_ref()) {
            Some(hold) => hold.check(),
            None => Ok(()),
        }
    }

    /// # Errors
    ///
    /// What stands there is a lock, or a later holder of the lock wrote it.
    pub(crate) fn check_standing(&self, spot: &Spot, present: Option<&Record>) -> Result<()> {
        let place = || spot.place.clone();
        let Some(present) = present else {
            return Ok(());
        };
        if present.is_lock() {
            return Err(Error::IsLock { place: place() });
        }
        match (&self.fence, present.fence()) {
            (Some(Fence { token, .. }), Some(present)) if present > *token => Err(Error::Fenced {
                place: place(),
                token: *token,
                present,
            }),
            _ => Ok(()),
        }
    }
}

/// The methods of builders that have options.
macro_rules! write_options {
    (expiry) => {
        /// The record expires so long from now; a part of a second counts as one.
        ///
        /// Zero, and a time after all time, are refused ([`InvalidTtl`](crate::Error::InvalidTtl)).
        pub fn ttl(mut self, ttl: std::time::Duration) -> Self {
            self.options
                .expire($crate::write::options::Expiry::After(ttl));
            self
        }

        /// The record does not expire: an expiry that stands there is removed.
        pub fn no_expiry(mut self) -> Self {
            self.options.expire($crate::write::options::Expiry::Never);
            self
        }
    };
    (keep) => {
        /// An expiry that stands there stays, if it has not passed.
        pub fn keep_expiry(mut self) -> Self {
            self.options.expire($crate::write::options::Expiry::Keep);
            self
        }
    };
    (fields) => {
        /// A field beside the value, a text; indexes find records by it. Others that stand there stay.
        ///
        /// The store's own names are refused ([`ReservedField`](crate::Error::ReservedField)).
        pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.options.add_field(name.into(), value.into());
            self
        }

        /// Several fields.
        pub fn fields<N: Into<String>, V: Into<String>>(
            mut self,
            fields: impl IntoIterator<Item = (N, V)>,
        ) -> Self {
            for (name, value) in fields {
                self.options.add_field(name.into(), value.into());
            }
            self
        }

        /// Writes as the holder of a lock: refused if the lock is held no more ([`LockLost`](crate::Error::LockLost), nothing is
        /// sent), or if a later holder wrote this record before ([`Fenced`](crate::Error::Fenced)).
        pub fn fenced(mut self, guard: &$crate::LockGuard) -> Self {
            self.options.fence_by(guard);
            self
        }

        /// Writes under a fencing token that came from elsewhere: refused if a higher one wrote this record before
        /// ([`Fenced`](crate::Error::Fenced)).
        pub fn fence(mut self, token: u64) -> Self {
            self.options.fence(token);
            self
        }
    };
}

pub(super) use write_options;
