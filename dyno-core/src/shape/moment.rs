//! Field types that say when.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use super::{Attribute, Codec, Kind};
#[cfg(feature = "time")]
use crate::epoch::NANOSECONDS;
use crate::epoch::{does_not_fit, since_epoch, time_at};

/// A field type that says when: of `#[dyno(ttl)]`, `#[dyno(created)]` and `#[dyno(updated)]`.
///
/// Implemented for [`SystemTime`], for integers of 32 bits and more, which count seconds since 1970, and behind features for
/// `chrono::DateTime<Utc>` (`chrono`), `jiff::Timestamp` (`jiff`) and `time::OffsetDateTime` (`time`); and for `Option` of each, where
/// `None` is never.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use std::time::SystemTime;
///
/// use dyno::{Moment, ValueError};
///
/// struct Day(i64);
///
/// impl Moment for Day {
///     fn at(time: SystemTime) -> Result<Self, ValueError> {
///         Self::from_epoch_seconds(i64::at(time)?)
///     }
///     fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
///         Ok(Some(self.0 * 86_400))
///     }
///     fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
///         Ok(Self(seconds.div_euclid(86_400)))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say when",
    label = "no type of a time",
    note = "use `SystemTime`, an integer of seconds since 1970, or with the feature of that name a type of `chrono`, `jiff` or `time`; or an `Option` of one",
    note = "implement `Moment` for a type of your own that says when"
)]
pub trait Moment: Sized {
    /// Whether the type's own form as an attribute is a number of seconds since 1970.
    const IS_EPOCH_SECONDS: bool = false;

    /// This time, as exactly as the type holds it.
    ///
    /// # Errors
    ///
    /// The type does not reach so far.
    fn at(time: SystemTime) -> Result<Self, ValueError>;

    /// Seconds since 1970, rounded down; `None` is never.
    ///
    /// # Errors
    ///
    /// It is further away than can be counted.
    fn epoch_seconds(&self) -> Result<Option<i64>, ValueError>;

    /// The time so many seconds after 1970.
    ///
    /// # Errors
    ///
    /// The type does not reach so far.
    fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError>;

    /// What says never, if anything does.
    fn never() -> Option<Self> {
        None
    }
}

impl<T: Moment> Moment for Option<T> {
    const IS_EPOCH_SECONDS: bool = T::IS_EPOCH_SECONDS;

    fn at(time: SystemTime) -> Result<Self, ValueError> {
        T::at(time).map(Some)
    }

    fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
        self.as_ref().map_or(Ok(None), T::epoch_seconds)
    }

    fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
        T::from_epoch_seconds(seconds).map(Some)
    }

    fn never() -> Option<Self> {
        Some(None)
    }
}

impl Moment for SystemTime {
    const IS_EPOCH_SECONDS: bool = true;

    fn at(time: SystemTime) -> Result<Self, ValueError> {
        Ok(time)
    }

    fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
        seconds_of(*self).map(Some)
    }

    fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
        time_at(seconds)
    }
}

/// Seconds since 1970, rounded down.
pub(crate) fn seconds_of(time: SystemTime) -> Result<i64, ValueError> {
    since_epoch(time).map(|(seconds, _)| seconds)
}

macro_rules! epoch_seconds {
    ($($integer:ty),*) => {
        $(impl Moment for $integer {
            const IS_EPOCH_SECONDS: bool = true;

            fn at(time: SystemTime) -> Result<Self, ValueError> {
                Self::from_epoch_seconds(seconds_of(time)?)
            }

            fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
                let seconds = i64::try_from(*self);
                seconds.map(Some).map_err(|_| does_not_fit(self, "seconds since 1970"))
            }

            fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
                Self::try_from(seconds).map_err(|_| does_not_fit(&seconds, stringify!($integer)))
            }
        })*
    };
}

epoch_seconds!(u32, u64, u128, usize, i32, i64, i128, isize);

#[cfg(feature = "chrono")]
impl Moment for chrono::DateTime<chrono::Utc> {
    fn at(time: SystemTime) -> Result<Self, ValueError> {
        let (seconds, nanos) = since_epoch(time)?;
        Self::from_timestamp(seconds, nanos).ok_or_else(|| does_not_fit(&seconds, "DateTime<Utc>"))
    }

    fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
        Ok(Some(self.timestamp()))
    }

    fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
        Self::from_timestamp(seconds, 0).ok_or_else(|| does_not_fit(&seconds, "DateTime<Utc>"))
    }
}

#[cfg(feature = "jiff")]
impl Moment for jiff::Timestamp {
    fn at(time: SystemTime) -> Result<Self, ValueError> {
        Self::try_from(time).map_err(ValueError::custom)
    }

    fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
        // Rounded towards zero by jiff.
        let begun = i64::from(self.subsec_nanosecond() < 0);
        Ok(Some(self.as_second() - begun))
    }

    fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
        Self::from_second(seconds).map_err(|_| does_not_fit(&seconds, "Timestamp"))
    }
}

#[cfg(feature = "time")]
impl Moment for time::OffsetDateTime {
    fn at(time: SystemTime) -> Result<Self, ValueError> {
        let (seconds, nanos) = since_epoch(time)?;
        let nanos = i128::from(seconds) * i128::from(NANOSECONDS) + i128::from(nanos);
        let at = Self::from_unix_timestamp_nanos(nanos);
        at.map_err(|_| does_not_fit(&seconds, "OffsetDateTime"))
    }

    fn epoch_seconds(&self) -> Result<Option<i64>, ValueError> {
        Ok(Some(self.unix_timestamp_nanos().div_euclid(1_000_000_000)))
            .and_then(|seconds: Option<i128>| seconds.map(i64::try_from).transpose())
            .map_err(ValueError::custom)
    }

    fn from_epoch_seconds(seconds: i64) -> Result<Self, ValueError> {
        Self::from_unix_timestamp(seconds).map_err(|_| does_not_fit(&seconds, "OffsetDateTime"))
    }
}

/// The codec of a `#[dyno(ttl)]` field: a number of seconds since 1970, whatever the type's own form.
pub fn expiry<T: Moment>() -> Codec<T> {
    Codec {
        write: |value| {
            let seconds = value.epoch_seconds()?;
            Ok(seconds.map(|seconds| AttributeValue::N(seconds.to_string())))
        },
        read: read_expiry::<T>,
        absent: T::never,
        kind: || Kind::Scalar(|value| read_expiry::<T>(value).map(drop)),
        is_foreign: !T::IS_EPOCH_SECONDS,
        fills_in: false,
        direct: None,
    }
}

fn read_expiry<T: Moment>(value: AttributeValue) -> Result<T, ValueError> {
    match (value, T::never()) {
        (AttributeValue::Null(_), Some(never)) => Ok(never),
        (value, _) => T::from_epoch_seconds(i64::from_value(value)?),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn keeps_whole_seconds<T: Moment>(seconds: i64) {
        let value = T::from_epoch_seconds(seconds).unwrap();
        assert_eq!(value.epoch_seconds().unwrap(), Some(seconds));
        let stored = (expiry::<T>().write)(&value).unwrap().unwrap();
        assert_eq!(stored, AttributeValue::N(seconds.to_string()));
        let read = (expiry::<T>().read)(stored).unwrap();
        assert_eq!(read.epoch_seconds().unwrap(), Some(seconds));
    }

    fn rounds_down<T: Moment>(time: SystemTime) {
        let expected = seconds_of(time).unwrap();
        let value = T::at(time).unwrap();
        assert_eq!(value.epoch_seconds().unwrap(), Some(expected));
    }

    macro_rules! each_type {
        ($law:ident($argument:expr)) => {{
            $law::<SystemTime>($argument);
            $law::<i64>($argument);
            $law::<i128>($argument);
            $law::<Option<SystemTime>>($argument);
            #[cfg(feature = "chrono")]
            $law::<chrono::DateTime<chrono::Utc>>($argument);
            #[cfg(feature = "jiff")]
            $law::<jiff::Timestamp>($argument);
            #[cfg(feature = "time")]
            $law::<time::OffsetDateTime>($argument);
        }};
    }

    proptest! {
        /// From the year 1 to 9999, which every type reaches.
        #[test]
        fn seconds_are_kept(seconds in -62_000_000_000_i64..253_000_000_000) {
            each_type!(keeps_whole_seconds(seconds));
        }

        #[test]
        fn fractions_are_rounded_down(seconds in -62_000_000_000_i64..253_000_000_000, nanos in 0_u32..1_000_000_000) {
            let whole = SystemTime::from_epoch_seconds(seconds).unwrap();
            each_type!(rounds_down(whole + Duration::from_nanos(nanos.into())));
        }
    }

    #[test]
    fn what_a_type_does_not_hold_is_an_error() {
        assert!(u64::from_epoch_seconds(-1).is_err());
        assert!(i32::from_epoch_seconds(1 << 31).is_err());
        assert!(u128::MAX.epoch_seconds().is_err());
        let read = expiry::<Option<u64>>().read;
        assert_eq!(read(AttributeValue::Null(true)).unwrap(), None);
        assert_eq!(
            read(AttributeValue::N("12.0".to_owned())).unwrap(),
            Some(12)
        );
        assert!(read(AttributeValue::N("12.5".to_owned())).is_err());
        assert!(read(AttributeValue::S("12".to_owned())).is_err());
    }

    #[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
    proptest! {
        #[test]
        fn a_moment_has_one_text_in_a_key_whatever_its_type(
            seconds in -62_000_000_000_i64..253_000_000_000,
            nanoseconds in 0_u64..1_000_000_000,
        ) {
            use std::borrow::Cow;

            use crate::key::KeyPart;

            let time = SystemTime::from_epoch_seconds(seconds).unwrap();
            let time = time + Duration::from_nanos(nanoseconds);
            let expected = time.key_text().unwrap().into_owned();
            let same = |text: Result<Cow<'_, str>, ValueError>| assert_eq!(text.unwrap(), expected);
            #[cfg(feature = "chrono")]
            same(chrono::DateTime::<chrono::Utc>::at(time).unwrap().key_text());
            #[cfg(feature = "jiff")]
            same(jiff::Timestamp::at(time).unwrap().key_text());
            #[cfg(feature = "time")]
            same(time::OffsetDateTime::at(time).unwrap().key_text());
        }
    }
}
