//! What the derive says of a struct, of which its shape is made.

use super::{FieldList, FieldShape, Object, Shape};

/// A struct: its fields, and the rest of its shape.
#[derive(Debug)]
pub struct Outline<const COUNT: usize> {
    rest: Shape,
    fields: FieldList<COUNT>,
}

impl<const COUNT: usize> Outline<COUNT> {
    /// An outline of a shape without fields, and of the fields.
    pub const fn new(rest: Shape, fields: FieldList<COUNT>) -> Self {
        Self { rest, fields }
    }
}

/// What the shape of a `T` is made of.
///
/// The compiler evaluates every constant that it checks. One that depends on `T` is evaluated where it is used only.
pub trait ShapeSource<T> {
    /// The shape.
    const SHAPE: &'static Shape;
}

impl<T: Object<Outline = Self>, const COUNT: usize> ShapeSource<T> for Outline<COUNT> {
    const SHAPE: &'static Shape = &T::OUTLINE.rest.of::<T>().fields(Fields::<T, COUNT>::SHAPES);
}

struct Fields<T, const COUNT: usize>(T);

impl<T: Object<Outline = Outline<COUNT>>, const COUNT: usize> Fields<T, COUNT> {
    const SHAPES: &'static [FieldShape] = &T::OUTLINE.fields.shapes::<T>();
}

/// A shape that is ready: an enum's, or one of a type that is stored as another.
impl<T: Object<Outline = Self>> ShapeSource<T> for &'static Shape {
    const SHAPE: Self = T::OUTLINE;
}
