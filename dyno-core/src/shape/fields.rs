//! Several fields read by one call.

use dyno_value::ValueError;

use super::{Codec, ObjectReader};

/// The codecs of fields that stand one behind the other in a shape.
///
/// One call for all, because each that can fail is a way out of the function that makes the object, and those are most of
/// what the compiler has to do for it.
pub trait Codecs {
    /// The values of the fields.
    type Values;

    /// Takes the fields from the one at `first` on.
    ///
    /// # Errors
    ///
    /// Those of [`ObjectReader::field`], for the first of them that has one.
    fn read(self, first: usize, from: &mut ObjectReader<'_>) -> Result<Self::Values, ValueError>;
}

/// See [`Codecs::read`].
///
/// # Errors
///
/// The same.
pub fn fields<C: Codecs>(
    from: &mut ObjectReader<'_>,
    first: usize,
    codecs: C,
) -> Result<C::Values, ValueError> {
    codecs.read(first, from)
}

macro_rules! tuples {
    ($($name:ident $index:tt),*;) => {};
    ($($name:ident $index:tt),*; $next:ident $next_index:tt $($rest:tt)*) => {
        impl<$($name,)* $next> Codecs for ($(Codec<$name>,)* Codec<$next>,) {
            type Values = ($($name,)* $next,);

            fn read(
                self,
                first: usize,
                from: &mut ObjectReader<'_>,
            ) -> Result<Self::Values, ValueError> {
                Ok((
                    $(from.field(first + $index, self.$index)?,)*
                    from.field(first + $next_index, self.$next_index)?,
                ))
            }
        }

        tuples!($($name $index,)* $next $next_index; $($rest)*);
    };
}

tuples!(; A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);
