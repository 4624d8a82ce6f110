use std::sync::Arc;

use dyno_value::ValueError;

use super::{Invalid, ObjectReader, ObjectWriter, PathBase, Refresh, Shape, ShapeSource, Viewer};
use crate::key::{KeyFields, PartText};
use crate::loader::ConfigLoader;

/// A struct or enum that is stored as a map; implemented by `#[derive(DyObject)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an object that dyno can store",
    label = "not a dyno object",
    note = "add `#[derive(DyObject)]` to `{Self}`"
)]
pub trait Object: Sized + Send + Sync + 'static {
    /// The type of what the shape is made of.
    type Outline: ShapeSource<Self>;

    /// What the shape is made of.
    const OUTLINE: Self::Outline;

    /// The static description of the type, made of the outline; not to be defined by a type.
    const SHAPE: &'static Shape = <Self::Outline as ShapeSource<Self>>::SHAPE;

    /// Handles of the type's fields, seen from an object of type `R`.
    type Paths<R: 'static>: Send + Sync + 'static;

    /// Those of the object at this place.
    fn handles_at<R: 'static>(place: PathBase<R, Self>) -> Self::Paths<R>;

    /// Shows how the fields in this slot are carried; fields of one type may share a slot. Answers for each slot that the shape names.
    ///
    /// To be defined by a type that has fields which are not all read by one call. Without a definition that call is asked, and a type
    /// without fields has nothing to show.
    fn show_codec(slot: usize, to: Viewer<'_>) {
        ObjectReader::ask::<Self>(slot, to);
    }

    /// Hands every field to the writer, by its index in the shape.
    ///
    /// # Errors
    ///
    /// The first value that has no form in DynamoDB, with its path.
    fn write(&self, fields: &mut ObjectWriter) -> Result<(), ValueError>;

    /// Takes every field from the reader, by its index in the shape.
    ///
    /// # Errors
    ///
    /// The first attribute that is missing or does not fit its field, with its path.
    fn read(fields: &mut ObjectReader<'_>) -> Result<Self, ValueError>;

    /// Takes into the object what a write put into the fields that the mapper writes.
    fn refresh(&mut self, written: &Refresh<'_>) {
        let _ = written;
    }

    /// Whether the type accepts the object, by the function that it names with `#[dyno(validate = path)]`.
    ///
    /// # Errors
    ///
    /// What the function says.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }

    /// The loader that the type names with `#[dyno(loader = path)]`.
    fn loader() -> Option<Arc<dyn ConfigLoader>> {
        None
    }
}

/// An object with a table of its own; implemented by `#[derive(DyObject)]` on types that name one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no table of its own",
    label = "no table",
    note = "derive `DyObject` on `{Self}`, and name its table and key: `#[dyno(table = \"..\", key = \"..\")]`"
)]
pub trait Stored: Object {
    /// Handles of the secondary indexes.
    type Indexes: Default;

    /// The types of the fields of its key templates.
    type Keys: KeyFields;

    /// The texts of the fields of its key templates, each once, those of the partition key first.
    fn key_parts(&self) -> Vec<PartText> {
        Vec::new()
    }
}

/// A boxed object is stored as the object; recursive types need it.
impl<T: Object> Object for Box<T> {
    type Outline = &'static Shape;

    const OUTLINE: &'static Shape = T::SHAPE;

    type Paths<R: 'static> = T::Paths<R>;

    fn handles_at<R: 'static>(place: PathBase<R, Self>) -> Self::Paths<R> {
        T::handles_at(place.of())
    }

    fn show_codec(slot: usize, to: Viewer<'_>) {
        T::show_codec(slot, to);
    }

    fn write(&self, fields: &mut ObjectWriter) -> Result<(), ValueError> {
        T::write(self, fields)
    }

    fn read(fields: &mut ObjectReader<'_>) -> Result<Self, ValueError> {
        T::read(fields).map(Self::new)
    }

    fn refresh(&mut self, written: &Refresh<'_>) {
        T::refresh(self, written);
    }

    fn validate(&self) -> Result<(), Invalid> {
        T::validate(self)
    }

    fn loader() -> Option<Arc<dyn ConfigLoader>> {
        T::loader()
    }
}

impl<T: Stored> Stored for Box<T> {
    type Indexes = T::Indexes;
    type Keys = T::Keys;

    fn key_parts(&self) -> Vec<PartText> {
        T::key_parts(self)
    }
}
