use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::walk::{Cursor, Walk};
use super::{Demand, OpenPolicy, OpenReport, Unopened};
use crate::binding::Place;
use crate::cipher::open_at;
use crate::envelope::{EnvelopeError, Parts};
use crate::wipe::Wiped;
use crate::{Binding, Error, KeyId};

/// As many sealed values as most items have, at most.
const USUAL: usize = 32;

/// Opens the sealed values of an item, wherever they stand, and refuses clear values where the policy demands sealed
/// ones.
///
/// `base` and `binding` are those the item was sealed with. A binary value that only begins like a sealed one is
/// taken for plain data, unless a sealed value is demanded there.
///
/// # Errors
///
/// * [`Error::Open`]: a sealed value does not open with the key that the policy gave
/// * [`Error::KeyUnavailable`]: the policy gave a key with another id than the one asked for
/// * [`Error::NotEncrypted`]: a value in clear where a sealed one is demanded
/// * [`Error::Unsupported`]: a value of a newer format where a sealed one is demanded
/// * [`Error::Value`]: values nest deeper than an item can hold them
/// * whatever the policy returns
///
/// With an error, the item is as it was.
pub fn open_item(
    item: &mut Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn OpenPolicy,
) -> Result<OpenReport, Error> {
    let mut opening = Opening {
        binding,
        policy,
        cursor: Cursor::new(base),
        opened: Vec::with_capacity(item.len().min(USUAL)),
        unopened: Vec::new(),
    };
    opening.entries(item, 1)?;
    // From here on nothing fails.
    let report = OpenReport {
        opened: opening.opened.len(),
        unopened: opening.unopened,
    };
    for (slot, value) in opening.opened {
        *slot = value.into_value();
    }
    Ok(report)
}

struct Opening<'a, 'p> {
    binding: &'p Binding,
    policy: &'p dyn OpenPolicy,
    cursor: Cursor,
    /// Sealed values, and what is to stand in their places.
    opened: Vec<(&'a mut AttributeValue, Wiped)>,
    unopened: Vec<Unopened>,
}

impl<'a> Walk<'a> for Opening<'a, '_> {
    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }

    fn value(&mut self, value: &'a mut AttributeValue, depth: usize) -> Result<(), Error> {
        let envelope = match &*value {
            AttributeValue::B(bytes) => Parts::parse(bytes.as_ref()),
            _ => Err(EnvelopeError::NotAnEnvelope),
        };
        match envelope {
            Ok(envelope) => {
                if let Some(opened) = self.open(&envelope)? {
                    self.opened.push((value, Wiped(opened)));
                }
                Ok(())
            }
            Err(reason) => match self.policy.demand(self.cursor.path(), value)? {
                Demand::Skip => Ok(()),
                Demand::Sealed => Err(self.not_sealed(reason)),
                Demand::Inspect => self.inside(value, depth),
            },
        }
    }
}

impl Opening<'_, '_> {
    fn open(&mut self, envelope: &Parts<'_>) -> Result<Option<AttributeValue>, Error> {
        let path = self.cursor.path();
        let Ok(id) = KeyId::new(envelope.key_id()) else {
            return Err(Error::Open { path: path.clone() });
        };
        let Some(key) = self.policy.key(&id, path)? else {
            self.unopened.push(Unopened {
                path: path.clone(),
                key_id: id,
            });
            return Ok(None);
        };
        if *key.id() != id {
            return Err(Error::KeyUnavailable {
                id,
                path: path.clone(),
            });
        }
        let place = Place::of(path)?;
        match open_at(envelope, &key, self.binding, place.as_bytes()) {
            Some(value) => Ok(Some(value)),
            None => Err(Error::Open { path: path.clone() }),
        }
    }

    /// A value that is no envelope, for the reason given, where one is demanded.
    fn not_sealed(&self, reason: EnvelopeError) -> Error {
        let path = self.cursor.path().clone();
        match reason {
            EnvelopeError::NotAnEnvelope => Error::NotEncrypted { path },
            EnvelopeError::Unsupported { version, suite } => Error::Unsupported {
                version,
                suite,
                path,
            },
            EnvelopeError::Malformed => Error::Open { path },
        }
    }
}
