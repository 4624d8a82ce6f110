//! The fields of key templates, as types.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::SystemTime;

use uuid::Uuid;

use super::part::Part;
use super::template::PartText;

/// The types of the fields of a type's key templates, each list as `(first, (second, ()))`.
pub trait KeyFields {
    /// Those of the partition key.
    type Partition;
    /// Those of the sort key.
    type Sort;
    /// Those of both, each once.
    type All;
}

/// The [`KeyFields`] of a type with key templates.
pub struct Templated<Partition, Sort, All> {
    partition: PhantomData<fn() -> Partition>,
    sort: PhantomData<fn() -> Sort>,
    all: PhantomData<fn() -> All>,
}

impl<Partition, Sort, All> fmt::Debug for Templated<Partition, Sort, All> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templated")
    }
}

impl<Partition, Sort, All> KeyFields for Templated<Partition, Sort, All> {
    type Partition = Partition;
    type Sort = Sort;
    type All = All;
}

/// The [`KeyFields`] of a type without key templates, and its lists of fields.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NoTemplate;

impl KeyFields for NoTemplate {
    type Partition = Self;
    type Sort = Self;
    type All = Self;
}

/// The [`KeyFields`] of a type with mistakes: any values are its fields, so that nothing complains of them, too.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AnyFields;

impl KeyFields for AnyFields {
    type Partition = Self;
    type Sort = Self;
    type All = Self;
}

impl<V> PrefixOf<AnyFields> for V {
    type Rest = ();

    fn __dyno_texts(self) -> Vec<PartText> {
        Vec::new()
    }
}

/// Values of the first fields of a list of [`KeyFields`]: a tuple, or one value alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no values of the first fields of the key template, which are `{List}`",
    label = "not the first fields of the key",
    note = "give a tuple of values in the order of the template; `NoTemplate` says that the type has none: `#[dyno(key = \"USER#{{tenant}}\", ..)]`",
    note = "one value of a type of your own stands in a tuple, too: `(value,)`"
)]
pub trait PrefixOf<List> {
    /// The list of the fields behind them.
    type Rest;

    /// The texts of the values.
    #[doc(hidden)]
    fn __dyno_texts(self) -> Vec<PartText>;
}

/// Values of all fields of a list of [`KeyFields`]: a tuple, or one value alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not the values of the fields of the key, which are `{List}`",
    label = "not the fields of the key",
    note = "give a tuple of values in the order of the templates, each field once; `NoTemplate` says that the type has none: `#[dyno(key = \"USER#{{tenant}}\", ..)]`",
    note = "one value of a type of your own stands in a tuple, too: `(value,)`"
)]
pub trait FieldsOf<List> {
    /// The texts of the values.
    #[doc(hidden)]
    fn __dyno_texts(self) -> Vec<PartText>;
}

#[diagnostic::do_not_recommend]
impl<List, V: PrefixOf<List, Rest = ()>> FieldsOf<List> for V {
    fn __dyno_texts(self) -> Vec<PartText> {
        PrefixOf::__dyno_texts(self)
    }
}

impl PrefixOf<()> for () {
    type Rest = ();

    fn __dyno_texts(self) -> Vec<PartText> {
        Vec::new()
    }
}

macro_rules! list {
    ($rest:ident) => { $rest };
    ($rest:ident $first:ident $($more:ident)*) => { ($first, list!($rest $($more)*)) };
}

macro_rules! tuples {
    ($($value:ident of $type:ident),+) => {
        impl<$($value: Part<$type>, $type,)+ Rest> PrefixOf<list!(Rest $($type)+)> for ($($value,)+) {
            type Rest = Rest;

            fn __dyno_texts(self) -> Vec<PartText> {
                #[expect(non_snake_case, reason = "named after their types")]
                let ($($value,)+) = self;
                vec![$($value.__dyno_text()),+]
            }
        }
    };
}

tuples!(A of TA);
tuples!(A of TA, B of TB);
tuples!(A of TA, B of TB, C of TC);
tuples!(A of TA, B of TB, C of TC, D of TD);
tuples!(A of TA, B of TB, C of TC, D of TD, E of TE);
tuples!(A of TA, B of TB, C of TC, D of TD, E of TE, F of TF);
tuples!(A of TA, B of TB, C of TC, D of TD, E of TE, F of TF, G of TG);
tuples!(A of TA, B of TB, C of TC, D of TD, E of TE, F of TF, G of TG, H of TH);

macro_rules! alone {
    ($($value:ty => $type:ty),* $(,)?) => {
        $(impl<Rest> PrefixOf<($type, Rest)> for $value {
            type Rest = Rest;

            fn __dyno_texts(self) -> Vec<PartText> {
                vec![Part::<$type>::__dyno_text(&self)]
            }
        })*
    };
}

macro_rules! alone_or_borrowed {
    ($($type:ty),*) => {
        alone! { $($type => $type, &$type => $type, $type => Option<$type>, &$type => Option<$type>),* }
    };
}

alone_or_borrowed!(
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    bool,
    char,
    Uuid,
    SystemTime,
    String,
    Box<str>,
    Arc<str>
);
alone! {
    &str => String, &str => Box<str>, &str => Arc<str>,
    &str => Option<String>, &str => Option<Box<str>>, &str => Option<Arc<str>>,
}
