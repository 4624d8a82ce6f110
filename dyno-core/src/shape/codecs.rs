//! The codecs of several fields, used by one call.
//!
//! What the compiler has to do for a type is mostly by the call, and by the way out of a function: one call for all fields takes it
//! half the time of one for each.

use dyno_value::{ValueCause, ValueError};

use super::{AnyCodec, Beside, Codec, ObjectReader, ObjectWriter, SlotQuestion, Viewer};

/// The codecs of several fields.
pub trait Codecs {
    /// The values of the fields.
    type Values;

    /// The same, lent.
    type Lent<'a>;

    /// How many.
    const COUNT: usize;

    /// Hands the fields to the writer, in these turns.
    fn write(self, turns: Turns, values: Self::Lent<'_>, to: &mut ObjectWriter);

    /// Reads the fields, in these turns.
    ///
    /// # Errors
    ///
    /// Those of [`ObjectReader::field`], for the first of them that has one.
    fn read(self, turns: Turns, from: &mut ObjectReader<'_>) -> Result<Self::Values, ValueError>;

    /// Shows the one in this slot, if there are so many.
    fn show(&self, slot: usize, to: Viewer<'_>);
}

/// Where fields stand in the shape that are written or read one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    first: usize,
    /// How many fields the shape has, if the first of all comes behind the last.
    wraps_at: Option<usize>,
}

impl Turns {
    const fn from(first: usize) -> Self {
        let wraps_at = None;
        Self { first, wraps_at }
    }

    const fn all<C: Codecs>(first: usize) -> Self {
        let wraps_at = Some(C::COUNT);
        Self { first, wraps_at }
    }

    #[inline]
    const fn at(self, turn: usize) -> usize {
        let place = self.first + turn;
        match self.wraps_at {
            Some(count) if place >= count => place - count,
            _ => place,
        }
    }
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

/// See [`Codecs::read`].
///
/// # Errors
///
/// The same.
#[inline]
pub fn read_fields<C: Codecs>(
    from: &mut ObjectReader<'_>,
    first: usize,
    codecs: C,
) -> Result<C::Values, ValueError> {
    codecs.read(Turns::from(first), from)
}

/// The same of all fields of an object: from this place on, and then those before it. A reader that asks for a codec is shown it.
///
/// # Errors
///
/// The same, or [`ValueCause::Missing`] of a reader that asks.
#[inline]
pub fn read_all<C: Codecs>(
    from: &mut ObjectReader<'_>,
    first: usize,
    codecs: C,
) -> Result<C::Values, ValueError> {
    if let Some(question) = from.question() {
        return Err(answer(question, &codecs));
    }
    codecs.read(Turns::all::<C>(first), from)
}

#[cold]
fn answer<C: Codecs>(question: &mut SlotQuestion<'_>, codecs: &C) -> ValueError {
    codecs.show(question.slot, question.to);
    ValueError::new(ValueCause::Missing)
}

/// See [`Codecs::write`].
#[inline]
pub fn write_fields<C: Codecs>(
    to: &mut ObjectWriter,
    first: usize,
    values: C::Lent<'_>,
    codecs: C,
) {
    codecs.write(Turns::from(first), values, to);
}

/// The same of all fields of an object, in the order of [`read_all`].
///
/// # Errors
///
/// Those of [`ObjectWriter::done`].
#[inline]
pub fn write_all<C: Codecs>(
    to: &mut ObjectWriter,
    first: usize,
    values: C::Lent<'_>,
    codecs: C,
) -> Result<(), ValueError> {
    codecs.write(Turns::all::<C>(first), values, to);
    to.done()
}

/// See [`Codecs::show`].
#[expect(clippy::needless_pass_by_value, reason = "it is made for the call")]
pub fn show_codec<C: Codecs>(codecs: C, slot: usize, to: Viewer<'_>) {
    codecs.show(slot, to);
}

macro_rules! tuples {
    ($($codec:ident $place:literal $value:ident),*;) => {};
    ($($codec:ident $place:literal $value:ident),*; $next:ident $next_place:literal $next_value:ident $($rest:tt)*) => {
        tuples!(@one $($codec $place $value,)* $next $next_place $next_value);
        tuples!($($codec $place $value,)* $next $next_place $next_value; $($rest)*);
    };
    (@one $($codec:ident $place:literal $value:ident),*) => {
        #[expect(non_snake_case, reason = "a codec is named after its type")]
        impl<$($codec: FieldCodec),*> Codecs for ($($codec,)*) {
            type Values = ($($codec::Value,)*);
            type Lent<'a> = ($(&'a $codec::Value,)*);

            const COUNT: usize = [$($place),*].len();

            #[inline]
            fn write(
                self,
                turns: Turns,
                ($($value,)*): Self::Lent<'_>,
                to: &mut ObjectWriter,
            ) {
                let ($($codec,)*) = self;
                $(to.field(turns.at($place), $value, $codec.codec());)*
            }

            #[inline]
            fn read(
                self,
                turns: Turns,
                from: &mut ObjectReader<'_>,
            ) -> Result<Self::Values, ValueError> {
                let ($($codec,)*) = self;
                Ok(($(from.field(turns.at($place), $codec.codec())?,)*))
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

tuples!(; A 0 a B 1 b C 2 c D 3 d E 4 e F 5 f G 6 g H 7 h I 8 i J 9 j K 10 k L 11 l);
