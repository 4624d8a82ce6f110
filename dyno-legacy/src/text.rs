//! What Python's `str()` makes of values, and back where the program says what they were.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::number;

/// What the text of a value stands for. Nothing in a stored value tells; so nothing is guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacyType {
    /// `True` or `False`.
    Bool,
    /// A number, as `int`, `float` or `Decimal` print it.
    Number,
    /// The text itself.
    #[default]
    Text,
}

const TRUE: &str = "True";
const FALSE: &str = "False";
pub(crate) const NONE: &str = "None";

impl LegacyType {
    /// The value that a text stands for; `None` if it stands for none of this type.
    pub(crate) fn read(self, text: String) -> Option<AttributeValue> {
        match self {
            Self::Text => Some(AttributeValue::S(text)),
            Self::Number => number::normalize(&text).ok().map(AttributeValue::N),
            Self::Bool if text == TRUE => Some(AttributeValue::Bool(true)),
            Self::Bool if text == FALSE => Some(AttributeValue::Bool(false)),
            Self::Bool => None,
        }
    }
}

pub(crate) fn of_bool(value: bool) -> &'static str {
    if value { TRUE } else { FALSE }
}

/// How a `Decimal` prints that was made of a number of DynamoDB; `None` if the text is no number.
///
/// A plain decimal fraction below 10^-6 is printed with an exponent: `1.2E-7`.
pub(crate) fn of_number(text: &str) -> Option<String> {
    let plain = number::normalize(text).ok()?;
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let Some(fraction) = digits.strip_prefix("0.") else {
        return Some(plain);
    };
    let coefficient = fraction.trim_start_matches('0');
    let zeros = fraction.len() - coefficient.len();
    if zeros < PLAIN_ZEROS {
        return Some(plain);
    }
    let exponent = zeros + 1;
    let mut rest = coefficient.chars();
    let first = rest.next()?;
    let rest = rest.as_str();
    let point = if rest.is_empty() { "" } else { "." };
    Some(format!("{sign}{first}{point}{rest}E-{exponent}"))
}

/// From so many zeros after the point on, Python prints an exponent.
const PLAIN_ZEROS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every expected text is what `CPython` 3.11 prints for `str(Decimal(..))` of the number's normal form.
    #[test]
    fn numbers_are_printed_as_python_prints_them() {
        for (number, printed) in [
            ("0", "0"),
            ("-7", "-7"),
            ("1.50", "1.5"),
            ("100", "100"),
            ("0.000001", "0.000001"),
            ("0.0000010", "0.000001"),
            ("0.0000001", "1E-7"),
            ("-0.00000012", "-1.2E-7"),
            ("0.00001234", "0.00001234"),
            ("0.000000123456789", "1.23456789E-7"),
            ("1.0000000000001", "1.0000000000001"),
            ("1e3", "1000"),
        ] {
            assert_eq!(of_number(number).as_deref(), Some(printed), "{number}");
        }
        assert_eq!(of_number("abc"), None);
    }

    #[test]
    fn a_text_that_is_not_of_the_type_stands_for_nothing() {
        for text in ["", "None", "NaN", "Infinity", "1 ", "0x10", "true"] {
            assert_eq!(LegacyType::Number.read(text.into()), None, "{text}");
            assert_eq!(LegacyType::Bool.read(text.into()), None, "{text}");
        }
    }
}
