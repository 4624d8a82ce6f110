//! The codecs of several fields, used by one call.
//!
//! What the compiler has to do for a type is mostly by the call, and by the way out of a function: one call for all fields takes it
//! half the time of one for each.

use std::any::Any;

use dyno_value::ValueError;

use super::{Beside, Codec, Kind, ObjectReader, ObjectWriter};

/// The codecs of several fields.
pub trait Codecs {
    /// The index of each field in the shape.
    type Places;

    /// The values of the fields.
    type Values;

    /// The same, lent.
    type Lent<'a>;

    /// Hands the fields to the writer, in this order.
    fn write(self, places: Self::Places, values: Self::Lent<'_>, to: &mut ObjectWriter);

    /// Reads the fields, in this order.
    ///
    /// # Errors
    ///
    /// Those of [`ObjectReader::field`], for the first of them that has one.
    fn read(
        self,
        places: Self::Places,
        from: &mut ObjectReader<'_>,
    ) -> Result<Self::Values, ValueError>;

    /// Shows the one in this slot, if there are so many.
    fn show(&self, slot: usize, to: Viewer<'_>);
}

/// The codec of one field.
pub trait FieldCodec {
    /// The type of the field.
    type Value: 'static;

    /// How a value is carried as a whole.
    fn codec(&self) -> &Codec<Self::Value>;

    /// The codec, whatever its type.
    fn any(&self) -> &dyn AnyCodec;
}

impl<T: 'static> FieldCodec for &'static Codec<T> {
    type Value = T;

    #[inline]
    fn codec(&self) -> &Codec<T> {
        self
    }

    fn any(&self) -> &dyn AnyCodec {
        *self
    }
}

/// One that is made for its field.
impl<T: 'static> FieldCodec for Codec<T> {
    type Value = T;

    #[inline]
    fn codec(&self) -> &Self {
        self
    }

    fn any(&self) -> &dyn AnyCodec {
        self
    }
}

impl<T: 'static> FieldCodec for Beside<T> {
    type Value = T;

    fn codec(&self) -> &Codec<T> {
        &self.whole
    }

    fn any(&self) -> &dyn AnyCodec {
        self
    }
}

/// The codec of a field, whatever its type: a [`Codec`] or a [`Beside`].
pub trait AnyCodec: Any {
    /// What the values look like inside.
    fn kind(&self) -> Kind;
}

impl<T: 'static> AnyCodec for Codec<T> {
    fn kind(&self) -> Kind {
        self.kind()
    }
}

impl<T: 'static> AnyCodec for Beside<T> {
    fn kind(&self) -> Kind {
        self.whole.kind()
    }
}

/// What is shown a codec.
pub type Viewer<'a> = &'a mut dyn FnMut(&dyn AnyCodec);

/// See [`Codecs::read`].
///
/// # Errors
///
/// The same.
#[inline]
pub fn read_fields<C: Codecs>(
    from: &mut ObjectReader<'_>,
    places: C::Places,
    codecs: C,
) -> Result<C::Values, ValueError> {
    codecs.read(places, from)
}

/// See [`Codecs::write`].
#[inline]
pub fn write_fields<C: Codecs>(
    to: &mut ObjectWriter,
    places: C::Places,
    values: C::Lent<'_>,
    codecs: C,
) {
    codecs.write(places, values, to);
}

/// The same of all fields of an object.
///
/// # Errors
///
/// Those of [`ObjectWriter::done`].
#[inline]
pub fn write_all<C: Codecs>(
    to: &mut ObjectWriter,
    places: C::Places,
    values: C::Lent<'_>,
    codecs: C,
) -> Result<(), ValueError> {
    codecs.write(places, values, to);
    to.done()
}

/// See [`Codecs::show`].
#[expect(clippy::needless_pass_by_value, reason = "it is made for the call")]
pub fn show_codec<C: Codecs>(codecs: C, slot: usize, to: Viewer<'_>) {
    codecs.show(slot, to);
}

macro_rules! tuples {
    ($($codec:ident $place:ident $value:ident),*;) => {};
    ($($codec:ident $place:ident $value:ident),*; $next:ident $next_place:ident $next_value:ident $($rest:tt)*) => {
        tuples!(@one $($codec $place $value,)* $next $next_place $next_value);
        tuples!($($codec $place $value,)* $next $next_place $next_value; $($rest)*);
    };
    (@one $($codec:ident $place:ident $value:ident),*) => {
        #[expect(non_snake_case, reason = "a codec is named after its type")]
        impl<$($codec: FieldCodec),*> Codecs for ($($codec,)*) {
            type Places = [usize; [$(stringify!($place)),*].len()];
            type Values = ($($codec::Value,)*);
            type Lent<'a> = ($(&'a $codec::Value,)*);

            #[inline]
            fn write(
                self,
                [$($place),*]: Self::Places,
                ($($value,)*): Self::Lent<'_>,
                to: &mut ObjectWriter,
            ) {
                let ($($codec,)*) = self;
                $(to.field($place, $value, $codec.codec());)*
            }

            #[inline]
            fn read(
                self,
                [$($place),*]: Self::Places,
                from: &mut ObjectReader<'_>,
            ) -> Result<Self::Values, ValueError> {
                let ($($codec,)*) = self;
                Ok(($(from.field($place, $codec.codec())?,)*))
            }

            fn show(&self, slot: usize, to: Viewer<'_>) {
                let ($($codec,)*) = self;
                let codecs = [$($codec.any()),*];
                if let Some(codec) = codecs.get(slot) {
                    to(*codec);
                }
            }
        }
    };
}

tuples!(; A a u B b v C c w D d x E e y F f z G g ua H h va I i wa J j xa K k ya L l za);
