//! Times as seconds since 1970, and durations as seconds, exactly.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno_value::{ValueCause, ValueError, number};

/// Nanoseconds of a second.
pub(crate) const NANOSECONDS: u32 = 1_000_000_000;

/// Whole seconds since 1970, rounded down, and the nanoseconds behind them.
///
/// # Errors
///
/// It is further away than can be counted.
pub(crate) fn since_epoch(time: SystemTime) -> Result<(i64, u32), ValueError> {
    let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs()).ok(), after.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            let begun = before.subsec_nanos() > 0;
            let seconds = before.as_secs().checked_add(begun.into());
            let nanoseconds = if begun {
                NANOSECONDS - before.subsec_nanos()
            } else {
                0
            };
            (
                seconds.and_then(|seconds| 0_i64.checked_sub_unsigned(seconds)),
                nanoseconds,
            )
        }
    };
    let seconds = seconds.ok_or_else(|| does_not_fit(&i64::MAX, "seconds since 1970"))?;
    Ok((seconds, nanoseconds))
}

/// The time so many seconds after 1970.
///
/// # Errors
///
/// `SystemTime` does not reach so far.
pub(crate) fn time_at(seconds: i64) -> Result<SystemTime, ValueError> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = moved(seconds < 0, distance);
    time.ok_or_else(|| does_not_fit(&seconds, "SystemTime"))
}

/// Seconds since 1970 in decimal, with as many decimals as there are, up to nine; negative before 1970.
pub(crate) fn time_text(time: SystemTime) -> String {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => duration_text(after),
        Err(before) => format!("-{}", duration_text(before.duration())),
    }
}

/// The time that has this text.
///
/// # Errors
///
/// The text is no number, has more than nine decimals, or is further away than a `SystemTime` reaches.
pub(crate) fn time_of(text: &str) -> Result<SystemTime, ValueError> {
    let normal = number::normalized(text)?;
    let (is_before, distance) = match normal.strip_prefix('-') {
        Some(distance) => (true, distance),
        None => (false, normal.as_ref()),
    };
    let time = seconds_of(distance).and_then(|distance| moved(is_before, distance));
    time.ok_or_else(|| does_not_fit(&text, "SystemTime"))
}

/// Seconds in decimal, with as many decimals as there are, up to nine.
pub(crate) fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match duration.subsec_nanos() {
        0 => seconds.to_string(),
        nanoseconds => {
            let text = format!("{seconds}.{nanoseconds:09}");
            text.trim_end_matches('0').to_owned()
        }
    }
}

/// The duration that has this text.
///
/// # Errors
///
/// The text is no number, is below zero, has more than nine decimals, or is more than a `Duration` holds.
pub(crate) fn duration_of(text: &str) -> Result<Duration, ValueError> {
    let normal = number::normalized(text)?;
    seconds_of(&normal).ok_or_else(|| does_not_fit(&text, "Duration"))
}

pub(crate) fn does_not_fit(number: &impl ToString, target: &'static str) -> ValueError {
    ValueError::new(ValueCause::NumberDoesNotFit {
        number: number.to_string(),
        target,
    })
}

fn moved(is_before: bool, distance: Duration) -> Option<SystemTime> {
    if is_before {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    }
}

/// Of a number in normal form.
fn seconds_of(normal: &str) -> Option<Duration> {
    let (seconds, decimals) = normal.split_once('.').unwrap_or((normal, ""));
    let missing = u32::try_from(decimals.len()).ok()?;
    let missing = NANOSECONDS.ilog10().checked_sub(missing)?;
    let decimals: u32 = if decimals.is_empty() {
        0
    } else {
        decimals.parse().ok()?
    };
    Some(Duration::new(
        seconds.parse().ok()?,
        decimals * 10_u32.pow(missing),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn times() -> impl Strategy<Value = SystemTime> {
        let seconds = prop_oneof![-2_i64..2, -300_000_000_000_i64..300_000_000_000];
        let nanoseconds = prop_oneof![Just(0), Just(500_000_000), 0..NANOSECONDS];
        (seconds, nanoseconds).prop_map(|(seconds, nanoseconds)| {
            time_at(seconds).unwrap() + Duration::from_nanos(nanoseconds.into())
        })
    }

    proptest! {
        #[test]
        fn texts_hold_times_exactly(time in times()) {
            let text = time_text(time);
            prop_assert!(number::is_normal(&text), "{}", text);
            prop_assert_eq!(time_of(&text).unwrap(), time);
        }

        #[test]
        fn texts_have_the_order_of_time(one in times(), other in times()) {
            let order = number::compare(&time_text(one), &time_text(other)).unwrap();
            prop_assert_eq!(order, one.cmp(&other));
        }

        #[test]
        fn texts_hold_durations_exactly(seconds: u64, nanoseconds in 0..NANOSECONDS) {
            let duration = Duration::new(seconds, nanoseconds);
            let text = duration_text(duration);
            prop_assert!(number::is_normal(&text), "{}", text);
            prop_assert_eq!(duration_of(&text).unwrap(), duration);
        }

        #[test]
        fn seconds_are_rounded_down(time in times()) {
            let (seconds, nanoseconds) = since_epoch(time).unwrap();
            prop_assert!(nanoseconds < NANOSECONDS);
            let again = time_at(seconds).unwrap() + Duration::from_nanos(nanoseconds.into());
            prop_assert_eq!(again, time);
        }
    }

    #[test]
    fn other_forms_of_a_number_are_read_and_what_does_not_fit_is_refused() {
        assert_eq!(
            time_of("1.50E+1").unwrap(),
            UNIX_EPOCH + Duration::from_secs(15)
        );
        assert_eq!(time_of("-0").unwrap(), UNIX_EPOCH);
        for text in ["0.0000000001", "1e100", "-1e30", "NaN", "", "1970-01-01"] {
            assert!(time_of(text).is_err(), "{text}");
            assert!(duration_of(text).is_err(), "{text}");
        }
        assert!(duration_of("-1").is_err());
        let error = time_of("0.1234567891").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the number 0.1234567891 does not fit `SystemTime`"
        );
    }
}
