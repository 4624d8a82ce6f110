use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::{Decision, SealPolicy, SealReport, check_depth, list_index};
use crate::binding::write_path;
use crate::cipher::seal_with;
use crate::random::{IvSource, SystemIvs};
use crate::{Binding, Error, is_envelope};

/// Seals the values of an item that the policy chooses.
///
/// `base` is the path of the item itself inside the object that `binding` names: the root's item has the empty path,
/// the item of another part has the path of that part. Values that are not sealed are moved, not copied.
///
/// # Errors
///
/// * [`Error::AlreadyEncrypted`]: a value chosen for sealing is a sealed value
/// * [`Error::NotAllowedHere`]: the path of a value chosen for sealing is longer than can be bound
/// * [`Error::Value`]: a value chosen for sealing is one that DynamoDB would refuse, or values nest too deep
/// * [`Error::Rng`]: the random generator of the operating system failed
/// * whatever the policy returns
///
/// The item is taken and does not come back with an error; a caller who needs it then keeps a copy.
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
/// let item = Item::from([
///     ("id".to_owned(), id),
///     ("name".to_owned(), AttributeValue::S("Naomi".into())),
/// ]);
/// let policy = Names(EncryptionKey::generate("k1")?);
/// let (sealed, report) = seal_item(item, &FieldPath::root(), &binding, &policy)?;
/// assert_eq!(report.sealed(), 1);
/// assert!(sealed["name"].is_b() && sealed["id"].is_s());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn seal_item(
    mut item: Item,
    base: &FieldPath,
    binding: &Binding,
    policy: &dyn SealPolicy,
) -> Result<(Item, SealReport), Error> {
    let mut walk = Walk {
        binding,
        policy,
        ivs: SystemIvs::new(),
        path: base.clone(),
        place: Vec::new(),
        report: SealReport::default(),
    };
    walk.entries(&mut item, 1)?;
    Ok((item, walk.report))
}

struct Walk<'a, I> {
    binding: &'a Binding,
    policy: &'a dyn SealPolicy,
    ivs: I,
    /// The path of the value at hand.
    path: FieldPath,
    /// Reused for the bytes of the path.
    place: Vec<u8>,
    report: SealReport,
}

impl<I: IvSource> Walk<'_, I> {
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
        match self.policy.decide(&self.path, value)? {
            Decision::Leave => Ok(()),
            Decision::Inspect => match value {
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
            Decision::Seal(key) => {
                if matches!(value, AttributeValue::B(bytes) if is_envelope(bytes.as_ref())) {
                    return Err(Error::AlreadyEncrypted {
                        path: self.path.clone(),
                    });
                }
                write_path(&self.path, &mut self.place)?;
                let iv = self.ivs.next()?;
                *value = seal_with(&iv, value, &key, self.binding, &self.place, &self.path)?;
                self.report.sealed += 1;
                Ok(())
            }
        }
    }
}
