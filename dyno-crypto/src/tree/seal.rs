use std::ops::Range;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::walk::{Cursor, Walk};
use super::{Decision, SealPolicy, SealReport};
use crate::binding::write_path;
use crate::cipher::Prepared;
use crate::random::IvPool;
use crate::{Binding, EncryptionKey, Error};

/// As many sealed values as most items have, at most, and bytes of their paths.
const USUAL: usize = 32;
const USUAL_PLACES: usize = 512;

/// Seals the values of an item that the policy chooses.
///
/// `base` is the path of the item itself inside the object that `binding` names: the root's item has the empty path,
/// the item of another part has the path of that part. Values that are not sealed stay where
/// they are.
///
/// # Errors
///
/// * [`Error::AlreadyEncrypted`]: a value chosen for sealing is a sealed value, or one is inside it
/// * [`Error::NotAllowedHere`]: the path of a value chosen for sealing is longer than can be bound
/// * [`Error::Value`]: a value chosen for sealing is one that DynamoDB would refuse, or values nest too deep
/// * [`Error::Rng`]: the random generator of the operating system failed
/// * whatever the policy returns
///
/// With an error, the item is as it was.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::{Binding, Decision, EncryptionKey, Error, FieldPath, Item, SealPolicy, seal_item};
///
/// struct Names(EncryptionKey);
///
/// impl SealPolicy for Names {
///     fn decide(&self, path: &FieldPath, _: &AttributeValue) -> Result<Decision, Error> {
///         Ok(if path == "name" { Decision::Seal(self.0.clone()) } else { Decision::Leave })
///     }
/// }
///
/// let id = AttributeValue::S("42".into());
/// let binding = Binding::new("users", &[("id", &id)])?;
/// let mut item = Item::from([
///     ("id".to_owned(), id),
///     ("name".to_owned(), AttributeValue::S("Naomi".into())),
/// ]);
/// let policy = Names(EncryptionKey::generate("k1")?);
/// let report = seal_item(&mut item, &FieldPath::root(), &binding, &policy)?;
/// assert_eq!(report.sealed(), 1);
/// assert!(item["name"].is_b() && item["id"].is_s());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn seal_item(
    item: &mut Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn SealPolicy,
) -> Result<SealReport, Error> {
    seal_item_with(&mut IvPool::new(), item, base, binding, policy)
}

/// [`seal_item`] with vectors from this pool.
pub(super) fn seal_item_with<F: FnMut(&mut [u8]) -> Result<(), Error>>(
    ivs: &mut IvPool<F>,
    item: &mut Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn SealPolicy,
) -> Result<SealReport, Error> {
    let mut choice = Choice {
        policy,
        cursor: Cursor::new(base),
        chosen: Vec::with_capacity(item.len().min(USUAL)),
        places: Vec::with_capacity(USUAL_PLACES),
    };
    choice.entries(item, 1)?;
    let Choice { chosen, places, .. } = choice;

    let sealed = chosen.len();
    let mut vectors = Vec::with_capacity(sealed);
    for left in (1..=sealed).rev() {
        vectors.push(ivs.next(left)?);
    }
    // From here on nothing fails.
    for (chosen, iv) in chosen.into_iter().zip(&vectors) {
        let place = places.get(chosen.place).unwrap_or_default();
        *chosen.slot = chosen.prepared.seal(iv, binding, place);
    }
    Ok(SealReport { sealed })
}

/// The first of two passes: what is to be sealed, and its encoding. Only then is it known how many vectors to draw.
struct Choice<'a, 'p> {
    policy: &'p dyn SealPolicy,
    cursor: Cursor,
    chosen: Vec<Chosen<'a>>,
    /// The bytes of the paths of all chosen values.
    places: Vec<u8>,
}

struct Chosen<'a> {
    slot: &'a mut AttributeValue,
    prepared: Prepared<EncryptionKey>,
    /// Its part of the places.
    place: Range<usize>,
}

impl<'a> Walk<'a> for Choice<'a, '_> {
    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }

    fn value(&mut self, value: &'a mut AttributeValue, depth: usize) -> Result<(), Error> {
        let path = self.cursor.path();
        match self.policy.decide(path, value)? {
            Decision::Leave => Ok(()),
            Decision::Inspect => self.inside(value, depth),
            Decision::Seal(key) => {
                let start = self.places.len();
                write_path(path, &mut self.places)?;
                self.chosen.push(Chosen {
                    prepared: Prepared::new(value, key, path)?,
                    slot: value,
                    place: start..self.places.len(),
                });
                Ok(())
            }
        }
    }
}
