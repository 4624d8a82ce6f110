//! Text that sorts, byte by byte, as what it stands for: `docs/format/key-template-v1.md`.

use dyno_value::ValueError;

use crate::epoch::NANOSECONDS;

const SECONDS_OF_DAY: i64 = 86_400;
/// The last character that is escaped. It begins every escape, so that all that stands in an escaped text comes after the `#`
/// behind it.
const ESCAPE: char = '$';

/// A number of at most this many digits.
pub(super) fn signed<const DIGITS: usize>(number: i128) -> String {
    let digits = format!("{:0DIGITS$}", number.unsigned_abs());
    if number < 0 {
        let from_nine = digits.bytes().map(|digit| char::from(b'0' + b'9' - digit));
        return std::iter::once('-').chain(from_nine).collect();
    }
    format!("0{digits}")
}

macro_rules! floats {
    ($($name:ident: $float:ty as $bits:ty, $digits:literal;)*) => {
        $(
            /// The bits of a number, turned so that they sort; zero has one sign.
            ///
            /// # Errors
            ///
            /// It is NaN, which has no place among numbers.
            pub(super) fn $name(number: $float) -> Result<String, ValueError> {
                const SIGN: $bits = 1 << (<$bits>::BITS - 1);
                if number.is_nan() {
                    return Err(ValueError::custom("NaN cannot be a part of a key"));
                }
                let bits = (number + 0.0).to_bits();
                let turned = if bits & SIGN == 0 { bits | SIGN } else { !bits };
                Ok(format!("{turned:0width$x}", width = $digits))
            }
        )*
    };
}

floats! {
    float32: f32 as u32, 8;
    float64: f64 as u64, 16;
}

/// The text with everything up to `$` escaped: `a#b` is `a$23b`.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter <= ESCAPE {
            escaped.extend(format!("{ESCAPE}{:02X}", u32::from(letter)).chars());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// The least text that comes after every text that begins with this one.
pub(super) fn after_all_of(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    while let Some(last) = text.pop() {
        let next = (last..=char::MAX).nth(1);
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

/// A moment of the years 0 to 9999.
pub(super) fn utc(seconds: i64, nanoseconds: u32) -> Option<String> {
    if nanoseconds >= NANOSECONDS {
        return None;
    }
    let (year, month, day) = date(seconds.div_euclid(SECONDS_OF_DAY))?;
    if !(0..=9999).contains(&year) {
        return None;
    }
    let second = seconds.rem_euclid(SECONDS_OF_DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanoseconds:09}Z"
    ))
}

/// Year, month and day of a day since 1970-01-01, in the Gregorian calendar: `civil_from_days` of
/// <https://howardhinnant.github.io/date_algorithms.html>, with years that begin in March.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    const DAYS_OF_ERA: i64 = 146_097;
    const MARCH_OF_YEAR_0: i64 = 719_468;
    let days = days.checked_add(MARCH_OF_YEAR_0)?;
    let (era, day_of_era) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = (months_since_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some((year, month, day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (-719_528, (0, 1, 1)),
            (2_932_896, (9999, 12, 31)),
        ] {
            assert_eq!(date(days), Some(expected), "{days}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let all: Vec<_> = (-719_528..=2_932_896).filter_map(date).collect();
        for pair in all.windows(2) {
            let [(y, m, d), next] = pair else { continue };
            let is_leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
            let length = match m {
                2 => 28 + i64::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            let expected = match (*d == length, *m == 12) {
                (false, _) => (*y, *m, d + 1),
                (true, false) => (*y, m + 1, 1),
                (true, true) => (y + 1, 1, 1),
            };
            assert_eq!(*next, expected);
        }
        assert_eq!(all.len(), 3_652_425);
    }

    #[test]
    fn what_comes_after_a_text_skips_what_is_no_character() {
        assert_eq!(after_all_of("a#").as_deref(), Some("a$"));
        assert_eq!(after_all_of("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_all_of("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_all_of("\u{10ffff}"), None);
    }

    proptest! {
        #[test]
        fn escapes_sort_with_what_ends_them(a in any::<String>(), b in any::<String>(), c in any::<u8>(), d in any::<u8>()) {
            let text = |text: &str, rest: u8| format!("{}#{rest:03}", escaped(text));
            let order = (a.as_bytes(), c).cmp(&(b.as_bytes(), d));
            prop_assert_eq!(text(&a, c).cmp(&text(&b, d)), order);
        }

        #[test]
        fn nothing_lies_between_a_text_and_what_comes_after_all_of_it(a in ".{1,4}", b in any::<String>()) {
            if let Some(after) = after_all_of(&a) {
                prop_assert_eq!(b >= a && b < after, b.starts_with(&a));
            }
        }
    }
}
