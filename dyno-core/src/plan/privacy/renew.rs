//! Which stored values a save today would store in another way, as far as encryption goes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, EncryptionKey, KeyId};
use dyno_value::{FieldPath, Item, Segment};

use super::decisions::{Decisions, Sealing};
use super::refusal::no_key_to_open;
use super::seal::crypto_error;
use crate::error::Result;
use crate::plan::place::value_at;

/// One value that is to be stored in another way.
///
/// Not printable: it may hold a value in clear.
pub(crate) struct Rewrite {
    /// Where it stands, by stored names from the object's root.
    pub(crate) place: FieldPath,
    pub(crate) new: AttributeValue,
    pub(crate) how: How,
}

/// What happens to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is the column of an index.
    Indexed,
    /// It was sealed, and nobody encrypts it any more.
    Opened,
    /// An older library sealed it.
    SealedLegacy,
    /// It was in clear.
    SealedPlaintext,
    /// It was sealed with another key.
    Rotated { from: KeyId, to: KeyId },
}

/// What is to be changed in an object, and what is not.
#[derive(Default)]
pub(crate) struct Renewal {
    pub(crate) rewrites: Vec<Rewrite>,
    /// The keys of values that stay sealed though nobody encrypts them any more, one for each.
    pub(crate) left: Vec<KeyId>,
    /// The keys with which such values can be sealed again, by the path that the program knows.
    pub(crate) kept: BTreeMap<FieldPath, EncryptionKey>,
}

impl Decisions {
    /// Compares what a load found with what a save would write: `self` is of the load, `save` of the save; `clear` is
    /// the keyed tree. With `open`, what nobody encrypts any more is opened.
    ///
    /// # Errors
    ///
    /// A sealed value was not opened and should be sealed with another key; or one cannot be sealed.
    pub(crate) fn renewal(
        &self,
        save: &Self,
        clear: &Item,
        binding: &Binding,
        open: bool,
    ) -> Result<Renewal> {
        let found: BTreeMap<&FieldPath, &Sealing> = self.keys.iter().collect();
        let wanted: BTreeMap<&FieldPath, &Sealing> = save.keys.iter().collect();
        let mut made = Renewal::default();
        self.unopened(save, &mut made)?;
        for (path, sealing) in &wanted {
            if is_inside(path, &found) {
                continue;
            }
            let before = found.get(path).map(|before| before.key.id());
            let to = sealing.key.id();
            let how = match before {
                Some(from) if from == to => continue,
                Some(from) => How::Rotated {
                    from: from.clone(),
                    to: to.clone(),
                },
                None if self.legacy.contains_key(*path) => How::SealedLegacy,
                None => How::SealedPlaintext,
            };
            made.rewrite(path, how, clear, |value| save.renewed(value, path, binding))?;
        }
        for (path, sealing) in &found {
            if wanted.contains_key(path) || is_inside(path, &wanted) {
                continue;
            }
            if open {
                made.rewrite(path, How::Opened, clear, |value| {
                    save.renewed(value, path, binding)
                })?;
            } else {
                made.left.push(sealing.key.id().clone());
                made.kept
                    .insert(sealing.known_as.clone(), sealing.key.clone());
            }
        }
        Ok(made)
    }

    /// The values that no key was given for can stay as they are, but not where a key is given to seal with.
    fn unopened(&self, save: &Self, made: &mut Renewal) -> Result<()> {
        let unopened: BTreeMap<_, _> = self.unopened.iter().collect();
        for (path, id) in unopened {
            let mut wanted = save.keys.values();
            if wanted.any(|sealing| path.starts_with(&sealing.known_as)) {
                return Err(no_key_to_open(id).at_path(path.clone()));
            }
            made.left.push(id.clone());
        }
        Ok(())
    }

    /// A value as a save would store it: sealed, or with what is inside it sealed.
    fn renewed(
        &self,
        value: &AttributeValue,
        path: &FieldPath,
        binding: &Binding,
    ) -> Result<AttributeValue> {
        if let Some(Sealing { key, .. }) = self.keys.get(path) {
            return dyno_crypto::seal(value, key, binding, path)
                .map_err(|error| crypto_error(&error));
        }
        match value {
            AttributeValue::M(inner) => {
                let renewed = inner.iter().map(|(name, value)| {
                    let value = self.renewed(value, &path.key(name.clone()), binding)?;
                    Ok((name.clone(), value))
                });
                renewed.collect::<Result<_>>().map(AttributeValue::M)
            }
            AttributeValue::L(elements) => {
                let renewed = elements.iter().zip(0..).map(|(value, index)| {
                    self.renewed(value, &path.with(Segment::Index(index)), binding)
                });
                renewed.collect::<Result<_>>().map(AttributeValue::L)
            }
            other => Ok(other.clone()),
        }
    }
}

impl Renewal {
    fn rewrite(
        &mut self,
        place: &FieldPath,
        how: How,
        clear: &Item,
        renewed: impl FnOnce(&AttributeValue) -> Result<AttributeValue>,
    ) -> Result<()> {
        if let Some(value) = value_at(clear, place) {
            self.rewrites.push(Rewrite {
                place: place.clone(),
                new: renewed(value)?,
                how,
            });
        }
        Ok(())
    }
}

/// Whether a path lies inside one of these, and is not one of them.
fn is_inside(path: &FieldPath, of: &BTreeMap<&FieldPath, &Sealing>) -> bool {
    let mut around = path.clone();
    while around.pop().is_some() {
        if of.contains_key(&around) {
            return true;
        }
    }
    false
}
