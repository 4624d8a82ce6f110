//! Values as parts of a key template, in text that sorts as they do.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use dyno_value::ValueError;
use uuid::Uuid;

use super::sortable;
#[cfg(any(feature = "jiff", feature = "time"))]
use crate::epoch::NANOSECONDS;
use crate::epoch::since_epoch;

/// A type of fields that can stand in a key template, such as `#[dyno(key = "USER#{tenant}")]`.
///
/// | type | text | of one width |
/// |---|---|---|
/// | `u8` to `u128`, `usize` | decimal, with zeros before it | yes |
/// | `i8` to `i128`, `isize` | `0` and the digits; of negative ones `-` and each digit taken from 9 | yes |
/// | `f32`, `f64` | hexadecimal; NaN has none | yes |
/// | `bool` | `0`, `1` | yes |
/// | `char` | itself | yes |
/// | `Uuid` | lowercase, with hyphens | yes |
/// | `SystemTime`, and with the feature of that name `chrono::DateTime<Utc>`, `jiff::Timestamp`, `time::OffsetDateTime` | `2026-11-21T22:08:00.000000000Z`, of the years 0000 to 9999 | yes |
/// | `String`, `Box<str>`, `Arc<str>` | itself; not empty | no |
///
/// Implement it for a type of your own. Of any two values, the one that comes first must have the text that comes first, byte by
/// byte, and equal values must have the same one; an empty text is refused where the key is used. If no value's text begins with that of another, implement [`SelfDelimiting`],
/// too.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use std::borrow::Cow;
///
/// use dyno::template::KeyPart;
/// use dyno::ValueError;
///
/// struct Sku(String);
///
/// impl KeyPart for Sku {
///     fn key_text(&self) -> Result<Cow<'_, str>, ValueError> {
///         self.0.key_text()
///     }
/// }
///
/// assert_eq!(7_u16.key_text()?, "00007");
/// assert_eq!((-7_i16).key_text()?, "-99992");
/// # Ok::<(), ValueError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a key template",
    label = "not a part of a key",
    note = "a part of a key is a number, a string, a `bool`, a `char`, a `Uuid` or a time, and never absent; implement `KeyPart` for a type of your own"
)]
pub trait KeyPart {
    /// The text of the value.
    ///
    /// # Errors
    ///
    /// It has none: an empty string, NaN, a year before 0 or after 9999.
    fn key_text(&self) -> Result<Cow<'_, str>, ValueError>;
}

/// A [`KeyPart`] of which no text begins with that of another value, as when all have one width. Only such a part can be followed
/// by another part, or by a text that does not begin with `#`.
#[diagnostic::on_unimplemented(
    message = "the text of `{Self}` in a key does not show where it ends",
    label = "needs `#` behind it",
    note = "put `#` behind it in the template, or let it be the last part: any other text behind it would not sort as the values do"
)]
pub trait SelfDelimiting: KeyPart {}

/// A value that stands for one of type `T` in a key: `&str` for `String`, `&T` for `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `{T}`, as which the field is declared that it stands for in the key",
    label = "not a `{T}`"
)]
pub trait Part<T> {
    /// The text of the value.
    ///
    /// # Errors
    ///
    /// It has none.
    #[doc(hidden)]
    fn __dyno_text(&self) -> Result<String, ValueError>;
}

impl<T: KeyPart> Part<T> for T {
    fn __dyno_text(&self) -> Result<String, ValueError> {
        self.key_text().map(Cow::into_owned)
    }
}

/// What stands for an optional field in the key of an index is what stands for its value.
#[diagnostic::do_not_recommend]
impl<T: KeyPart, V: Part<T>> Part<Option<T>> for V {
    fn __dyno_text(&self) -> Result<String, ValueError> {
        Part::<T>::__dyno_text(self)
    }
}

impl<T: KeyPart> Part<T> for &T {
    fn __dyno_text(&self) -> Result<String, ValueError> {
        self.key_text().map(Cow::into_owned)
    }
}

/// A type of fields that can stand in the key template of a secondary index: a [`KeyPart`], or an `Option` of one, whose objects are
/// not in the index while it is `None`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in the key template of an index",
    label = "not a part of a key",
    note = "a part of a key is a number, a string, a `bool`, a `char`, a `Uuid` or a time, or an `Option` of one; implement `KeyPart` for a type of your own"
)]
pub trait IndexKeyPart {
    /// The type of the value that is there.
    type Value: KeyPart;

    /// The value, if there is one.
    fn in_key(&self) -> Option<&Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: KeyPart> IndexKeyPart for T {
    type Value = T;

    fn in_key(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: KeyPart> IndexKeyPart for Option<T> {
    type Value = T;

    fn in_key(&self) -> Option<&T> {
        self.as_ref()
    }
}

macro_rules! strings {
    ($($string:ty),*) => {
        $(
            impl KeyPart for $string {
                fn key_text(&self) -> Result<Cow<'_, str>, ValueError> {
                    not_empty(self)
                }
            }

            impl Part<$string> for &str {
                fn __dyno_text(&self) -> Result<String, ValueError> {
                    not_empty(self).map(Cow::into_owned)
                }
            }
        )*
    };
}

strings!(String, Box<str>, Arc<str>);

fn not_empty(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if text.is_empty() {
        return Err(empty_part());
    }
    Ok(Cow::Borrowed(text))
}

pub(super) fn empty_part() -> ValueError {
    ValueError::custom("a part of a key cannot be empty")
}

macro_rules! delimited {
    ($($type:ty: $value:ident => $text:expr),* $(,)?) => {
        $(
            impl KeyPart for $type {
                fn key_text(&self) -> Result<Cow<'_, str>, ValueError> {
                    let $value = *self;
                    let text: Result<String, ValueError> = $text;
                    text.map(Cow::Owned)
                }
            }

            impl SelfDelimiting for $type {}
        )*
    };
}

delimited! {
    u8: number => Ok(format!("{number:03}")),
    u16: number => Ok(format!("{number:05}")),
    u32: number => Ok(format!("{number:010}")),
    u64: number => Ok(format!("{number:020}")),
    u128: number => Ok(format!("{number:039}")),
    // As wide on every machine.
    usize: number => Ok(format!("{number:020}")),
    i8: number => Ok(sortable::signed::<3>(number.into())),
    i16: number => Ok(sortable::signed::<5>(number.into())),
    i32: number => Ok(sortable::signed::<10>(number.into())),
    i64: number => Ok(sortable::signed::<19>(number.into())),
    i128: number => Ok(sortable::signed::<39>(number)),
    isize: number => i128::try_from(number).map(sortable::signed::<19>).map_err(ValueError::custom),
    f32: number => sortable::float32(number),
    f64: number => sortable::float64(number),
    bool: value => Ok(u8::from(value).to_string()),
    char: letter => Ok(letter.to_string()),
    Uuid: uuid => Ok(uuid.to_string()),
    SystemTime: time => since_epoch(time).and_then(|(seconds, nanoseconds)| utc_text(seconds, nanoseconds)),
}

#[cfg(feature = "chrono")]
delimited! {
    chrono::DateTime<chrono::Utc>: time => utc_text(time.timestamp(), time.timestamp_subsec_nanos()),
}

#[cfg(feature = "jiff")]
delimited! {
    jiff::Timestamp: time => nanoseconds_text(time.as_nanosecond()),
}

#[cfg(feature = "time")]
delimited! {
    time::OffsetDateTime: time => nanoseconds_text(time.unix_timestamp_nanos()),
}

/// The text of a time so many nanoseconds after the beginning of 1970.
#[cfg(any(feature = "jiff", feature = "time"))]
fn nanoseconds_text(nanoseconds: i128) -> Result<String, ValueError> {
    let second = i128::from(NANOSECONDS);
    let seconds = i64::try_from(nanoseconds.div_euclid(second)).map_err(ValueError::custom)?;
    let rest = u32::try_from(nanoseconds.rem_euclid(second)).map_err(ValueError::custom)?;
    utc_text(seconds, rest)
}

/// A moment as text of one width that sorts as time goes: `2026-11-21T22:08:00.000000000Z`. For a [`KeyPart`] of your own.
///
/// `seconds` and `nanoseconds` are those since 1970-01-01T00:00:00Z, without leap seconds; a moment before has negative seconds and
/// the nanoseconds after them.
///
/// # Errors
///
/// The year is before 0 or after 9999, or there are more nanoseconds than in a second, as in a leap second of `chrono`.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::template::utc_text;
///
/// assert_eq!(utc_text(-1, 500_000_000)?, "1969-12-31T23:59:59.500000000Z");
/// # Ok::<(), dyno::ValueError>(())
/// ```
pub fn utc_text(seconds: i64, nanoseconds: u32) -> Result<String, ValueError> {
    sortable::utc(seconds, nanoseconds).ok_or_else(|| {
        ValueError::custom(
            "a time in a key is one of the years 0000 to 9999, and in no leap second",
        )
    })
}
