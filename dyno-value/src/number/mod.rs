//! DynamoDB numbers: exact decimals of up to 38 digits, with one normal form each.
//!
//! DynamoDB stores a number's value, not its text, and gives it back in this normal form. Comparing, hashing or
//! encrypting a number therefore begins with [`normalize`].

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::{ValueCause, ValueError};

/// The most significant digits a number may have.
pub const MAX_DIGITS: usize = 38;

/// With a number written as `0.DIGITS * 10^point`: the largest point, that of 9.99E+125.
const MAX_POINT: i64 = 126;

/// With a number written as `0.DIGITS * 10^point`: the smallest point, that of 1E-130.
const MIN_POINT: i64 = -129;

/// Writes a number the way DynamoDB gives it back: plain decimal, no exponent, no needless zero, `0` for `-0`.
///
/// Accepted is what DynamoDB accepts: a sign, digits with at most one point among or beside them, and an exponent.
///
/// # Errors
///
/// * [`NotANumber`](ValueCause::NotANumber): the text is something else
/// * [`TooManyDigits`](ValueCause::TooManyDigits): more than 38 significant digits
/// * [`NumberOutOfRange`](ValueCause::NumberOutOfRange): the magnitude is outside 1E-130 to
///   9.9999999999999999999999999999999999999E+125. DynamoDB holds a zero to that range as well, as if its last
///   written digit were a 1: `0e126` is refused
///
/// # Examples
///
/// ```
/// use dyno_value::number::normalize;
///
/// assert_eq!(normalize("+0003.1400")?, "3.14");
/// assert_eq!(normalize("1.5E+3")?, "1500");
/// assert_eq!(normalize("-0.0")?, "0");
/// assert!(normalize("NaN").is_err());
/// # Ok::<(), dyno_value::ValueError>(())
/// ```
pub fn normalize(text: &str) -> Result<String, ValueError> {
    normalized(text).map(Cow::into_owned)
}

/// [`normalize`], borrowing a text that already is in normal form.
///
/// # Errors
///
/// As [`normalize`].
pub fn normalized(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if is_short_and_normal(text) {
        return Ok(Cow::Borrowed(text));
    }
    let normal = Decimal::parse(text)?.to_text();
    if normal == text {
        Ok(Cow::Borrowed(text))
    } else {
        Ok(Cow::Owned(normal))
    }
}

/// Whether a text is a number in normal form.
///
/// # Examples
///
/// ```
/// use dyno_value::number::is_normal;
///
/// assert!(is_normal("-12.5"));
/// assert!(!is_normal("12.50"));
/// ```
pub fn is_normal(text: &str) -> bool {
    is_short_and_normal(text) || Decimal::parse(text).is_ok_and(|decimal| decimal.to_text() == text)
}

/// How many bytes DynamoDB counts for a number: two digits to a byte on either side of the point, one more, and one
/// for a minus sign.
///
/// A text that is no number is counted by its length.
pub fn size(text: &str) -> usize {
    let Ok(decimal) = Decimal::parse(text) else {
        return text.len();
    };
    let digits = decimal.digits().len();
    let integer = usize::try_from(decimal.point).unwrap_or(0).min(digits);
    let fraction = digits - integer;
    let sign = usize::from(decimal.negative);
    integer.div_ceil(2) + fraction.div_ceil(2) + 1 + sign
}

/// Which of two numbers is larger, whatever they are written like.
///
/// # Errors
///
/// As [`normalize`].
///
/// # Examples
///
/// ```
/// use std::cmp::Ordering;
/// use dyno_value::number::compare;
///
/// assert_eq!(compare("-10", "9")?, Ordering::Less);
/// assert_eq!(compare("1.50", "15e-1")?, Ordering::Equal);
/// # Ok::<(), dyno_value::ValueError>(())
/// ```
pub fn compare(one: &str, other: &str) -> Result<Ordering, ValueError> {
    let (one, other) = (Decimal::parse(one)?, Decimal::parse(other)?);
    Ok(match (one.sign(), other.sign()) {
        (-1, -1) => other.magnitude().cmp(&one.magnitude()),
        (1, 1) => one.magnitude().cmp(&other.magnitude()),
        (one, other) => one.cmp(&other),
    })
}

/// Recognises the usual normal numbers by their bytes. A text of up to 38 characters can neither have too many
/// digits nor, without an exponent, be out of range.
pub(crate) fn is_short_and_normal(text: &str) -> bool {
    if text.len() > MAX_DIGITS {
        return false;
    }
    let magnitude = text.strip_prefix('-').unwrap_or(text);
    let (integer, fraction) = match magnitude.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (magnitude, None),
    };
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let integer_is_normal = all_digits(integer) && (integer == "0" || !integer.starts_with('0'));
    let fraction_is_normal =
        fraction.is_none_or(|fraction| all_digits(fraction) && !fraction.ends_with('0'));
    integer_is_normal && fraction_is_normal && text != "-0"
}

/// A number as `0.DIGITS * 10^point`, without leading and trailing zeros; zero has no digits.
struct Decimal {
    negative: bool,
    /// ASCII; only the first `length` are meant.
    digits: [u8; MAX_DIGITS],
    length: usize,
    point: i64,
}

impl Decimal {
    fn sign(&self) -> i8 {
        match (self.digits().is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// Orders numbers other than zero by how far they are from it: a number without leading zeros is larger if its point
    /// is further right, and else if its digits are.
    fn magnitude(&self) -> (i64, &[u8]) {
        (self.point, self.digits())
    }

    fn parse(text: &str) -> Result<Self, ValueError> {
        let not_a_number = || {
            ValueError::new(ValueCause::NotANumber {
                text: text.to_owned(),
            })
        };
        let (negative, magnitude) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let mut halves = magnitude.splitn(2, |byte| matches!(byte, b'e' | b'E'));
        let coefficient = halves.next().unwrap_or_default();
        let exponent = match halves.next() {
            Some(written) => parse_exponent(written).ok_or_else(not_a_number)?,
            None => 0,
        };
        let scanned = Coefficient::scan(coefficient).ok_or_else(not_a_number)?;
        scanned.into_decimal(text, negative, exponent)
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    fn to_text(&self) -> String {
        let digits = self.digits();
        if digits.is_empty() {
            return "0".to_owned();
        }
        let mut text = String::with_capacity(digits.len() + 4);
        if self.negative {
            text.push('-');
        }
        if self.point <= 0 {
            text.push_str("0.");
            text.extend((self.point..0).map(|_| '0'));
        }
        for (place, digit) in (0_i64..).zip(digits) {
            if place == self.point && place > 0 {
                text.push('.');
            }
            text.push(char::from(*digit));
        }
        let written = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        text.extend((written..self.point).map(|_| '0'));
        text
    }
}

/// What one pass over the digits of a number finds.
struct Coefficient {
    digits: [u8; MAX_DIGITS],
    /// Digits from the first to the last that is not zero.
    significant: usize,
    leading_zeros: i64,
    integer_digits: i64,
    fraction_digits: i64,
}

impl Coefficient {
    fn scan(coefficient: &[u8]) -> Option<Self> {
        let mut found = Self {
            digits: [0; MAX_DIGITS],
            significant: 0,
            leading_zeros: 0,
            integer_digits: 0,
            fraction_digits: 0,
        };
        let mut since_first = 0;
        let mut after_point = false;
        for byte in coefficient {
            match byte {
                b'.' if !after_point => {
                    after_point = true;
                    continue;
                }
                b'0' if since_first == 0 => found.leading_zeros += 1,
                b'0'..=b'9' => {
                    if let Some(slot) = found.digits.get_mut(since_first) {
                        *slot = *byte;
                    }
                    since_first += 1;
                    if *byte != b'0' {
                        found.significant = since_first;
                    }
                }
                _ => return None,
            }
            if after_point {
                found.fraction_digits += 1;
            } else {
                found.integer_digits += 1;
            }
        }
        (found.integer_digits + found.fraction_digits > 0).then_some(found)
    }

    fn into_decimal(
        self,
        text: &str,
        negative: bool,
        exponent: i64,
    ) -> Result<Decimal, ValueError> {
        if self.significant > MAX_DIGITS {
            return Err(ValueError::new(ValueCause::TooManyDigits {
                digits: self.significant,
            }));
        }
        let is_zero = self.significant == 0;
        let point = if is_zero {
            exponent
                .saturating_sub(self.fraction_digits)
                .saturating_add(1)
        } else {
            (self.integer_digits - self.leading_zeros).saturating_add(exponent)
        };
        if !(MIN_POINT..=MAX_POINT).contains(&point) {
            return Err(ValueError::new(ValueCause::NumberOutOfRange {
                number: text.to_owned(),
            }));
        }
        Ok(Decimal {
            negative: negative && !is_zero,
            digits: self.digits,
            length: self.significant,
            point,
        })
    }
}

/// DynamoDB reads the exponent as a 64-bit integer; one that does not fit makes the whole no number.
fn parse_exponent(written: &[u8]) -> Option<i64> {
    std::str::from_utf8(written).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
