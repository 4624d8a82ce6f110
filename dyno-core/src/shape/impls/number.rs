//! Integers and floating-point numbers, stored as numbers digit for digit.

use std::num::{NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{ValueCause, ValueError, number};

use crate::shape::{Attribute, Kind};

macro_rules! integers {
    ($($integer:ty),*) => {
        $(impl Attribute for $integer {
            const __DYNO_IS_PLAIN: bool = true;

            #[inline]
            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                Ok(AttributeValue::N(self.to_string()))
            }

            #[inline]
            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                Self::from_ref(&value)
            }

            #[inline]
            fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
                parse_integer(digits_in(value)?, stringify!($integer))
            }

            #[inline]
            fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
                Self::from_ref(value)
            }

            #[inline]
            fn __dyno_is_as_written(value: &AttributeValue) -> bool {
                digits_in(value).is_ok_and(is_written_integer)
            }

            fn kind() -> Kind {
                Kind::Scalar(|value| Self::from_value(value).map(drop))
            }
        })*
    };
}

integers!(
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
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
    NonZeroU128,
    NonZeroUsize
);

macro_rules! floats {
    ($($float:ty),*) => {
        $(impl Attribute for $float {
            const __DYNO_IS_PLAIN: bool = true;

            #[inline]
            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                if self.is_finite() {
                    Ok(AttributeValue::N(self.to_string()))
                } else {
                    Err(ValueError::new(ValueCause::NotFinite))
                }
            }

            #[inline]
            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                Self::from_ref(&value)
            }

            #[inline]
            fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
                let text = digits_in(value)?;
                text.parse().map_err(|_| {
                    let text = text.to_owned();
                    ValueError::new(ValueCause::NotANumber { text })
                })
            }

            #[inline]
            fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
                Self::from_ref(value)
            }

            #[inline]
            fn __dyno_is_as_written(value: &AttributeValue) -> bool {
                digits_in(value).is_ok_and(|text| is_written_decimal(text, <$float>::DIGITS))
            }

            fn kind() -> Kind {
                Kind::Scalar(|value| Self::from_value(value).map(drop))
            }
        })*
    };
}

floats!(f32, f64);

/// Whether an integer of this value is written so.
fn is_written_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.as_bytes() {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Whether a floating-point number that keeps so many digits of any number, read from this, is written so.
fn is_written_decimal(text: &str, digits: u32) -> bool {
    if text.len() > digits as usize {
        return false;
    }
    match text.split_once('.') {
        None => is_written_integer(text),
        Some((whole, part)) => {
            let whole = whole.strip_prefix('-').unwrap_or(whole);
            is_written_integer(whole)
                && part.bytes().all(|digit| digit.is_ascii_digit())
                && !part.is_empty()
                && !part.ends_with('0')
        }
    }
}

fn parse_integer<T: std::str::FromStr>(text: &str, target: &'static str) -> Result<T, ValueError> {
    if let Ok(integer) = text.parse() {
        return Ok(integer);
    }
    let normal = number::normalize(text)?;
    normal.parse().map_err(|_| {
        ValueError::new(ValueCause::NumberDoesNotFit {
            number: text.to_owned(),
            target,
        })
    })
}

fn digits_in(value: &AttributeValue) -> Result<&str, ValueError> {
    match value {
        AttributeValue::N(text) => Ok(text),
        other => Err(ValueError::expected("a number", other)),
    }
}

pub(super) fn text_of(value: AttributeValue) -> Result<String, ValueError> {
    match value {
        AttributeValue::N(text) => Ok(text),
        other => Err(ValueError::expected("a number", &other)),
    }
}
