use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::{Demand, OpenPolicy, OpenReport, Unopened, check_depth, list_index};
use crate::binding::write_path;
use crate::cipher::open_at;
use crate::envelope::{Envelope, EnvelopeError};
use crate::{Binding, Error};

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
/// The item is taken and does not come back with an error; a caller who needs it then keeps a copy.
pub fn open_item(
    mut item: Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn OpenPolicy,
) -> Result<(Item, OpenReport), Error> {
    let mut walk = Walk {
        binding,
        policy,
        path: base.clone(),
        place: Vec::new(),
        report: OpenReport::default(),
    };
    walk.entries(&mut item, 1)?;
    Ok((item, walk.report))
}

struct Walk<'a> {
    binding: &'a Binding,
    policy: &'a dyn OpenPolicy,
    /// The path of the value at hand.
    path: FieldPath,
    /// Reused for the bytes of the path.
    place: Vec<u8>,
    report: OpenReport,
}

impl Walk<'_> {
    fn entries(&mut self, entries: &mut Item, depth: usize) -> Result<(), Error> {
        entries
            .iter_mut()
            .try_for_each(|(name, value)| self.step(Segment::Key(name.clone()), value, depth))
    }

    fn step(
        &mut self,
        segment: Segment,
        value: &mut AttributeValue,
        depth: usize,
    ) -> Result<(), Error> {
        self.path.push(segment);
        self.value(value, depth)?;
        self.path.pop();
        Ok(())
    }

    fn value(&mut self, value: &mut AttributeValue, depth: usize) -> Result<(), Error> {
        check_depth(depth, &self.path)?;
        let envelope = match &*value {
            AttributeValue::B(bytes) => Envelope::parse(bytes.as_ref()),
            _ => Err(EnvelopeError::NotAnEnvelope),
        };
        match envelope {
            Ok(envelope) => {
                if let Some(opened) = self.open(&envelope)? {
                    *value = opened;
                    self.report.opened += 1;
                }
                Ok(())
            }
            Err(reason) => self.clear(value, reason, depth),
        }
    }

    fn open(&mut self, envelope: &Envelope<'_>) -> Result<Option<AttributeValue>, Error> {
        let id = envelope.key_id();
        let Some(key) = self.policy.key(id, &self.path)? else {
            self.report.unopened.push(Unopened {
                path: self.path.clone(),
                key_id: id.clone(),
            });
            return Ok(None);
        };
        if key.id() != id {
            return Err(Error::KeyUnavailable {
                id: id.clone(),
                path: self.path.clone(),
            });
        }
        write_path(&self.path, &mut self.place)?;
        match open_at(envelope, &key, self.binding, &self.place) {
            Some(value) => Ok(Some(value)),
            None => Err(Error::Open {
                path: self.path.clone(),
            }),
        }
    }

    /// A value that is no envelope, for the reason given.
    fn clear(
        &mut self,
        value: &mut AttributeValue,
        reason: EnvelopeError,
        depth: usize,
    ) -> Result<(), Error> {
        match self.policy.demand(&self.path, value)? {
            Demand::Skip => Ok(()),
            Demand::Sealed => Err(self.not_sealed(reason)),
            Demand::Inspect => match value {
                AttributeValue::L(elements) => {
                    elements
                        .iter_mut()
                        .enumerate()
                        .try_for_each(|(index, element)| {
                            self.step(Segment::Index(list_index(index)), element, depth + 1)
                        })
                }
                AttributeValue::M(entries) => self.entries(entries, depth + 1),
                _ => Ok(()),
            },
        }
    }

    fn not_sealed(&self, reason: EnvelopeError) -> Error {
        let path = self.path.clone();
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
