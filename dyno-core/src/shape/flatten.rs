use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use dyno_value::ValueError;

use super::{Attribute, Object, ObjectReader, ObjectWriter};

/// A type whose attributes can stand beside those of the object around it.
///
/// Objects are flattened by their fields; a map with string keys takes every attribute that no field claims.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened",
    label = "not a flatten type",
    note = "flatten a type that derives `DyObject`, or a map with `String` keys",
    note = "a newtype variant is flattened too; to hold a single value, name its field: `Variant {{ value: {Self} }}`"
)]
pub trait Flatten: Attribute {
    /// Adds the attributes to those of the object around.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB, or a name is taken.
    fn write_beside(&self, outer: &mut ObjectWriter) -> Result<(), ValueError>;

    /// Takes the attributes from those of the object around.
    ///
    /// # Errors
    ///
    /// An attribute is missing or does not fit.
    fn read_beside(outer: &mut ObjectReader<'_>) -> Result<Self, ValueError>;
}

#[diagnostic::do_not_recommend]
impl<T: Object> Flatten for T {
    fn write_beside(&self, outer: &mut ObjectWriter) -> Result<(), ValueError> {
        super::validity::check(self)?;
        outer.with_shape(T::SHAPE, |inner| self.write(inner))
    }

    fn read_beside(outer: &mut ObjectReader<'_>) -> Result<Self, ValueError> {
        outer.with_shape(T::SHAPE, T::read)
    }
}

impl<V: Attribute, S: BuildHasher + Default> Flatten for HashMap<String, V, S> {
    fn write_beside(&self, outer: &mut ObjectWriter) -> Result<(), ValueError> {
        let mut names: Vec<_> = self.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names
            .into_iter()
            .try_for_each(|(name, value)| outer.extra(name, value))
    }

    fn read_beside(outer: &mut ObjectReader<'_>) -> Result<Self, ValueError> {
        outer.extras()
    }
}

impl<V: Attribute> Flatten for BTreeMap<String, V> {
    fn write_beside(&self, outer: &mut ObjectWriter) -> Result<(), ValueError> {
        self.iter()
            .try_for_each(|(name, value)| outer.extra(name, value))
    }

    fn read_beside(outer: &mut ObjectReader<'_>) -> Result<Self, ValueError> {
        outer.extras()
    }
}
