use std::time::Duration;

use dyno_core::{AttributeValue, Item};
use tokio::time::Instant;

use crate::attribute::{HOLDER, LEASE, VERSION};
use crate::mark::Nonce;
use crate::value::form_of;

/// What stands in the item of a lock.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Counts with every write.
    pub(super) version: u64,
    /// For how long it is held from this version on.
    pub(super) lease: Duration,
    pub(super) holder: Option<AttributeValue>,
}

impl Held {
    /// # Errors
    ///
    /// The item is no lock; what it is.
    pub(super) fn of_item(item: &Item) -> Result<Self, String> {
        let number = |name: &str| match item.get(name) {
            Some(AttributeValue::N(digits)) => digits
                .parse::<u64>()
                .map_err(|_| format!("`{name}` is {digits}")),
            other => Err(format!("`{name}` is {}", form_of(other))),
        };
        Ok(Self {
            lease: Duration::from_millis(number(LEASE)?),
            version: number(VERSION)?,
            holder: item.get(HOLDER).cloned(),
        })
    }

    pub(super) fn is_free(&self) -> bool {
        self.holder.is_none()
    }

    /// Whether nothing was written between the two.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.version == other.version && self.holder == other.holder
    }

    pub(super) fn is_held_by(&self, nonce: Nonce) -> bool {
        nonce.is_value(self.holder.as_ref())
    }
}

/// How long a lock is held without a sign of life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    time: Duration,
    millis: u64,
}

/// What clocks may differ in their rates: a holder gives up by this part of its lease before others may take the lock.
const MARGIN: u32 = 16;

impl Lease {
    /// # Errors
    ///
    /// Nobody can hold a lock for so long.
    pub(super) fn new(time: Duration) -> Result<Self, &'static str> {
        let long = "a lease that ends after all time; a lock is renewed while its holder lives, so a few seconds are enough";
        let millis = u64::try_from(time.as_millis()).map_err(|_| long)?;
        if millis == 0 {
            return Err("a lease of less than a millisecond; take longer than a request takes");
        }
        let after = Instant::now().checked_add(time);
        if after.is_none() || i64::try_from(millis).is_err() {
            return Err(long);
        }
        let time = Duration::from_millis(millis);
        Ok(Self { time, millis })
    }

    pub(super) fn value(self) -> AttributeValue {
        AttributeValue::N(self.millis.to_string())
    }

    /// Until when the one who sent the write at this time holds the lock.
    pub(super) fn end(self, sent: Instant) -> Instant {
        sent + self.time.saturating_sub(self.time / MARGIN)
    }

    /// How long after a renewal the next one is sent.
    pub(super) fn beat(self) -> Duration {
        self.time / 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_and_more_than_all_time_are_refused() {
        for time in [
            Duration::ZERO,
            Duration::from_micros(999),
            Duration::MAX,
            Duration::from_millis(u64::MAX),
        ] {
            assert!(Lease::new(time).is_err(), "{time:?}");
        }
        assert!(Lease::new(Duration::from_millis(1)).is_ok());
    }

    #[test]
    fn a_holder_gives_up_before_others_may_take_over() {
        let lease = Lease::new(Duration::from_secs(16)).unwrap();
        let sent = Instant::now();
        assert_eq!(lease.end(sent), sent + Duration::from_secs(15));
    }
}
