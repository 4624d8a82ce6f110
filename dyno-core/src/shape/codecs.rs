//! The codecs of several fields, used by one call.
//!
//! What the compiler has to do for a type is mostly by the call, and by the way out of a function: one call for all fields takes it
//! half the time of one for each.

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
}

/// The codec of one field.
pub trait FieldCodec: AsRef<Codec<Self::Value>> {
    /// The type of the field.
    type Value: 'static;
}

impl<T: 'static> FieldCodec for &'static Codec<T> {
    type Value = T;
}

/// One that is made for its field.
impl<T: 'static> FieldCodec for Codec<T> {
    type Value = T;
}

impl<T> AsRef<Self> for Codec<T> {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Several codecs, of any fields.
pub trait Kinds {
    /// What the values of the one in this slot look like inside; anything, if there are not so many.
    fn kind(&self, slot: usize) -> Kind;
}

/// The codec of any field.
pub trait HasKind {
    /// What its values look like inside.
    fn kind(&self) -> Kind;
}

impl<T> HasKind for &'static Codec<T> {
    fn kind(&self) -> Kind {
        Codec::kind(self)
    }
}

impl<T> HasKind for Codec<T> {
    fn kind(&self) -> Kind {
        self.kind()
    }
}

impl<T> HasKind for Beside<T> {
    fn kind(&self) -> Kind {
        self.kind()
    }
}

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

/// See [`Kinds::kind`].
#[expect(clippy::needless_pass_by_value, reason = "it is made for the call")]
pub fn kind_of(codecs: impl Kinds, slot: usize) -> Kind {
    codecs.kind(slot)
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
                $(to.field($place, $value, $codec.as_ref());)*
            }

            #[inline]
            fn read(
                self,
                [$($place),*]: Self::Places,
                from: &mut ObjectReader<'_>,
            ) -> Result<Self::Values, ValueError> {
                let ($($codec,)*) = self;
                Ok(($(from.field($place, $codec.as_ref())?,)*))
            }
        }

        #[expect(non_snake_case, reason = "a codec is named after its type")]
        impl<$($codec: HasKind),*> Kinds for ($($codec,)*) {
            fn kind(&self, slot: usize) -> Kind {
                let ($($codec,)*) = self;
                let codecs: [&dyn HasKind; _] = [$($codec),*];
                let known = codecs.get(slot).map(|codec| codec.kind());
                known.unwrap_or(Kind::Opaque(|_| Ok(())))
            }
        }
    };
}

tuples!(; A a u B b v C c w D d x E e y F f z G g ua H h va I i wa J j xa K k ya L l za);
