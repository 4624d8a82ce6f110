//! Typed handles of fields: `Root::paths().location().city()`.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, ParsePathError, ValueError};

use super::{Attribute, Codec, FieldShape, Lazy, Object, Role};

/// The place of a field of type `T` inside an object of type `R`, known to the compiler.
///
/// It derefs to the handles of the fields inside, if `T` is an object (or an `Option`, `Box`, `Arc` or `Lazy` of one),
/// so that paths are written as they are spoken: `Root::paths().location().city()`.
pub struct Path<R, T> {
    place: FieldPath,
    codec: Codec<T>,
    /// Whether the field has no attribute of its own: what is in it stands beside the others.
    is_flattened: bool,
    /// Whether it is an element of a list or an entry of a map.
    is_entry: bool,
    inside: OnceLock<Box<dyn Any + Send + Sync>>,
    root: PhantomData<fn() -> R>,
}

impl<R, T> Path<R, T> {
    fn new(place: FieldPath, codec: Codec<T>) -> Self {
        Self {
            place,
            codec,
            is_flattened: false,
            is_entry: false,
            inside: OnceLock::new(),
            root: PhantomData,
        }
    }

    #[cfg(test)]
    pub(crate) fn at(place: FieldPath, codec: Codec<T>) -> Self {
        Self::new(place, codec)
    }

    /// How values at the place are stored.
    pub(crate) fn codec(&self) -> &Codec<T> {
        &self.codec
    }

    /// Whether it is an element of a list or an entry of a map, where `None` is stored as null.
    pub(crate) fn is_entry(&self) -> bool {
        self.is_entry
    }

    /// Whether the field has no attribute of its own.
    pub(crate) fn is_flattened(&self) -> bool {
        self.is_flattened
    }

    /// The path without its types.
    pub fn as_field_path(&self) -> &FieldPath {
        &self.place
    }
}

impl<R, V: Attribute> Path<R, V> {
    fn entry(place: FieldPath) -> Self {
        Self {
            is_entry: true,
            ..Self::new(place, Codec::DIRECT)
        }
    }
}

impl<R, C: ListLike> Path<R, C> {
    /// The element at `index`.
    pub fn index(&self, index: u32) -> Path<R, C::Element> {
        Path::entry(self.place.index(index))
    }
}

impl<R, C: MapLike> Path<R, C> {
    /// The value under `name`.
    pub fn key(&self, name: impl Into<String>) -> Path<R, C::Value> {
        Path::entry(self.place.key(name))
    }
}

impl<R, T> Clone for Path<R, T> {
    fn clone(&self) -> Self {
        Self {
            place: self.place.clone(),
            codec: self.codec,
            is_flattened: self.is_flattened,
            is_entry: self.is_entry,
            inside: OnceLock::new(),
            root: PhantomData,
        }
    }
}

impl<R, T> fmt::Debug for Path<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.place)
    }
}

impl<R, T> fmt::Display for Path<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

impl<R: 'static, T: Navigate> Deref for Path<R, T> {
    type Target = T::Paths<R>;

    #[expect(
        clippy::expect_used,
        reason = "the cell is filled here only, with this type"
    )]
    fn deref(&self) -> &T::Paths<R> {
        let inside = self
            .inside
            .get_or_init(|| Box::new(T::handles_at::<R>(self.place.clone())));
        inside
            .downcast_ref()
            .expect("filled with the handles of `T`")
    }
}

/// A type whose fields have handles: an object, or an `Option`, `Box`, `Arc` or `Lazy` of one.
pub trait Navigate {
    /// Handles of the fields, seen from an object of type `R`.
    type Paths<R: 'static>: Send + Sync + 'static;

    /// Those of the object that stands at this place.
    fn handles_at<R: 'static>(place: FieldPath) -> Self::Paths<R>;
}

impl<T: Object> Navigate for T {
    type Paths<R: 'static> = <T as Object>::Paths<R>;

    fn handles_at<R: 'static>(place: FieldPath) -> Self::Paths<R> {
        <T as Object>::handles_at(PathBase::new(place))
    }
}

macro_rules! navigated_through {
    ($($around:ident),*) => {
        $(impl<T: Navigate> Navigate for $around<T> {
            type Paths<R: 'static> = T::Paths<R>;

            fn handles_at<R: 'static>(place: FieldPath) -> Self::Paths<R> {
                T::handles_at(place)
            }
        })*
    };
}

navigated_through!(Arc, Lazy, Option);

/// A list whose elements have handles: a `Vec`, or an `Option`, `Box`, `Arc` or `Lazy` of one.
pub trait ListLike {
    /// What the list holds.
    type Element: Attribute + 'static;
}

impl<T: Attribute + 'static> ListLike for Vec<T> {
    type Element = T;
}

/// A map whose values have handles: a `BTreeMap` or `HashMap` with `String` keys, or an `Option`, `Box`, `Arc` or
/// `Lazy` of one.
pub trait MapLike {
    /// What the map holds.
    type Value: Attribute + 'static;
}

impl<V: Attribute + 'static> MapLike for BTreeMap<String, V> {
    type Value = V;
}

impl<V: Attribute + 'static, S> MapLike for HashMap<String, V, S> {
    type Value = V;
}

macro_rules! passed_through {
    ($($around:ident),*) => {
        $(impl<C: ListLike> ListLike for $around<C> {
            type Element = C::Element;
        }

        impl<C: MapLike> MapLike for $around<C> {
            type Value = C::Value;
        })*
    };
}

passed_through!(Arc, Box, Lazy, Option);

/// The place of an object of type `O` whose fields have handles.
pub struct PathBase<R, O> {
    path: FieldPath,
    root: PhantomData<fn() -> (R, O)>,
}

impl<R, O: Object> PathBase<R, O> {
    pub(crate) fn new(path: FieldPath) -> Self {
        Self {
            path,
            root: PhantomData,
        }
    }

    /// The same place, of an object that has the same fields.
    pub(crate) fn of<T: Object>(self) -> PathBase<R, T> {
        PathBase::new(self.path)
    }

    /// The handle of the field at this place among all fields of the shape, as [`Shape::all_fields`](super::Shape::all_fields) has them.
    pub fn field<T: 'static>(&self, place: usize) -> Path<R, T> {
        let (field, codec) = field_and_codec::<O, T>(place);
        let is_flattened = field.field_role() == Role::Flatten;
        let path = if is_flattened {
            self.path.clone()
        } else {
            self.path.key(field.name())
        };
        Path {
            is_flattened,
            ..Path::new(path, codec)
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the derive counts the fields, of which each has a codec of its type"
)]
fn field_and_codec<O: Object, T: 'static>(place: usize) -> (&'static FieldShape, Codec<T>) {
    let field = O::SHAPE.all_fields().nth(place);
    let field = field.expect("a field of the object");
    let slot = field.slot().expect("a field of a derived type");
    let mut codec = None;
    O::show_codec(slot, &mut |shown| {
        codec = shown.whole().downcast_ref::<Codec<T>>().copied();
    });
    (field, codec.expect("a codec of the field's type"))
}

impl<R, O> fmt::Debug for PathBase<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PathBase({})", self.path)
    }
}

/// The handle of the object itself, where every path starts.
pub(crate) fn root<T: Object>() -> Path<T, T> {
    Path::new(FieldPath::root(), Codec::DIRECT)
}

/// What [`DyObject::read_path`](crate::DyObject::read_path) and
/// [`DyObject::write_path`](crate::DyObject::write_path) accept as the place of a `V` inside an `R`: a handle, a
/// [`FieldPath`], or its text.
pub trait IntoPath<R, V> {
    /// The path, with the conversions of its value.
    ///
    /// # Errors
    ///
    /// The text is not a path.
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError>;
}

impl<R, V> IntoPath<R, V> for Path<R, V> {
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError> {
        Ok(TypedPath {
            path: self.place,
            codec: self.codec,
        })
    }
}

impl<R, V> IntoPath<R, V> for &Path<R, V> {
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError> {
        IntoPath::<R, V>::into_path(self.clone())
    }
}

impl<R, V: Attribute + 'static> IntoPath<R, V> for FieldPath {
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError> {
        Ok(TypedPath {
            path: self,
            codec: Codec::DIRECT,
        })
    }
}

impl<R, V: Attribute + 'static> IntoPath<R, V> for &FieldPath {
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError> {
        IntoPath::<R, V>::into_path(self.clone())
    }
}

impl<R, V: Attribute + 'static> IntoPath<R, V> for String {
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError> {
        IntoPath::<R, V>::into_path(self.as_str())
    }
}

impl<R, V: Attribute + 'static> IntoPath<R, V> for &str {
    fn into_path(self) -> Result<TypedPath<V>, ParsePathError> {
        IntoPath::<R, V>::into_path(self.parse::<FieldPath>()?)
    }
}

/// A path with the conversions of the value that stands there.
pub struct TypedPath<V> {
    pub(crate) path: FieldPath,
    codec: Codec<V>,
}

impl<V> TypedPath<V> {
    pub(crate) fn write(&self, value: &V) -> Result<Option<AttributeValue>, ValueError> {
        self.codec.write(value)
    }

    pub(crate) fn read(&self, value: AttributeValue) -> Result<V, ValueError> {
        self.codec.read(value)
    }

    pub(crate) fn absent(&self) -> Option<V> {
        self.codec.absent()
    }
}

impl<V> fmt::Debug for TypedPath<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypedPath({})", self.path)
    }
}
