//! When a record expires: whole seconds, everywhere.
//!
//! A record is expired when its `expires` is not later than the second that it is now, in reads and in conditions alike.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno_core::items::{Condition, attr};
use dyno_core::{AttributeValue, Item};

use crate::attribute::EXPIRES;

/// The second that it is.
pub(crate) fn second_of(now: SystemTime) -> i64 {
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let begun = u64::from(before.subsec_nanos() > 0);
            i64::try_from(before.as_secs().saturating_add(begun)).map_or(i64::MIN, |before| -before)
        }
    }
}

/// The second by which `ttl` is over: a part of a second counts as one, so that a record lives as long as it is told to.
///
/// # Errors
///
/// It is zero, or ends after all time.
pub(crate) fn expires_at(now: SystemTime, ttl: Duration) -> Result<i64, &'static str> {
    if ttl.is_zero() {
        return Err("a time to live of zero; delete the record instead");
    }
    let beyond = "the time to live ends after all time; leave it out, or say `no_expiry`";
    let end = now.checked_add(ttl).ok_or(beyond)?;
    let begun = match end.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::from(since.subsec_nanos() > 0),
        Err(before) => i64::from(before.duration().subsec_nanos() > 0),
    };
    second_of(end).checked_add(begun).ok_or(beyond)
}

/// The first second by which it is over, as conditions find it: of a fraction the next one, of no number none.
pub(crate) fn second_in(item: &Item) -> Option<i64> {
    let Some(AttributeValue::N(digits)) = item.get(EXPIRES) else {
        return None;
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_negative = whole.starts_with('-');
    let begun = !is_negative && fraction.bytes().any(|digit| digit != b'0');
    let beyond = if is_negative { i64::MIN } else { i64::MAX };
    let second = whole.parse::<i64>().unwrap_or(beyond);
    Some(second.saturating_add(i64::from(begun)))
}

/// Holds where a record stands that has expired.
pub(crate) fn is_expired(now: i64) -> Condition {
    attr(EXPIRES).le(now)
}

/// Holds where none does: also where nothing stands, and where `expires` is no number, which no TTL looks at either.
pub(crate) fn is_not_expired(now: i64) -> Condition {
    !is_expired(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn a_record_lives_as_long_as_it_is_told_to() {
        assert_eq!(expires_at(at(1_000_000), Duration::from_secs(5)), Ok(1_005));
        assert_eq!(expires_at(at(1_000_001), Duration::from_secs(5)), Ok(1_006));
        assert_eq!(
            expires_at(at(1_000_400), Duration::from_millis(1)),
            Ok(1_001)
        );
        assert_eq!(
            expires_at(at(1_000_900), Duration::from_millis(100)),
            Ok(1_001)
        );
    }

    #[test]
    fn no_time_and_more_than_all_time_are_refused() {
        assert!(expires_at(at(0), Duration::ZERO).is_err());
        assert!(expires_at(at(0), Duration::MAX).is_err());
        assert!(expires_at(at(1), Duration::from_secs(i64::MAX.unsigned_abs())).is_err());
    }

    #[test]
    fn a_fraction_ends_with_the_next_second() {
        let second = |digits: &str| {
            let value = AttributeValue::N(digits.to_owned());
            second_in(&Item::from([(EXPIRES.to_owned(), value)]))
        };
        assert_eq!(second("17"), Some(17));
        assert_eq!(second("17.0"), Some(17));
        assert_eq!(second("17.01"), Some(18));
        assert_eq!(second("-17.5"), Some(-17));
        assert_eq!(second(&"9".repeat(30)), Some(i64::MAX));
        assert_eq!(second(&format!("-{}", "9".repeat(30))), Some(i64::MIN));
    }

    #[test]
    fn seconds_before_1970_are_rounded_down_too() {
        assert_eq!(second_of(UNIX_EPOCH - Duration::from_millis(1)), -1);
        assert_eq!(second_of(UNIX_EPOCH - Duration::from_secs(2)), -2);
        assert_eq!(second_of(at(999)), 0);
    }
}
