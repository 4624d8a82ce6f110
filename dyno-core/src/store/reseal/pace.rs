//! Not more units per second than agreed.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, default_async_sleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};

use crate::error::{Error, ErrorKind, Result};

/// A bucket of units that fills at a rate. It is asked after what was consumed is known, so it may be overdrawn; then the
/// walk rests until it is not.
#[derive(Debug)]
pub(super) struct Pace {
    rate: f64,
    /// Units that may be consumed at once: those of a second at most.
    saved: f64,
    /// The time up to which the bucket was filled.
    filled: SystemTime,
    /// What was taken out so far.
    taken: f64,
    sleep: SharedAsyncSleep,
    time: SharedTimeSource,
}

impl Pace {
    /// On the client's clock.
    pub(super) fn new(units_per_second: u32, client: &Client) -> Result<Self> {
        let sleep = client.config().sleep_impl().or_else(default_async_sleep);
        let Some(sleep) = sleep else {
            let why = "no timer is available to keep the rate with; give the client a `sleep_impl`";
            return Err(Error::new(ErrorKind::Service, why));
        };
        let time = client.config().time_source();
        let time = time.unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new()));
        let rate = f64::from(units_per_second.max(1));
        Ok(Self {
            rate,
            saved: rate,
            filled: time.now(),
            taken: 0.0,
            sleep,
            time,
        })
    }

    /// Takes out what was consumed since the last call, and rests while more was taken than there was.
    pub(super) async fn settle(&mut self, consumed: f64) {
        let now = self.time.now();
        let passed = now.duration_since(self.filled).unwrap_or_default();
        self.filled = self.filled.max(now);
        let saved = self.rate.min(self.saved + self.rate * passed.as_secs_f64());
        self.saved = saved - (consumed - self.taken);
        self.taken = consumed;
        if self.saved < 0.0 {
            let rest = rest(-self.saved / self.rate);
            self.sleep.sleep(rest).await;
            // Also where the time of day stands still.
            self.saved = 0.0;
            self.filled = self.filled.checked_add(rest).unwrap_or(self.filled);
        }
    }
}

/// A pause of so many seconds, and of a day at most: no request consumes what takes longer to fill.
fn rest(seconds: f64) -> Duration {
    let rest = Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_REST);
    rest.min(LONGEST_REST)
}

const LONGEST_REST: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_is_as_long_as_the_bucket_takes_to_fill_and_a_day_at_most() {
        assert_eq!(rest(0.25), Duration::from_millis(250));
        for seconds in [1e9, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(rest(seconds), LONGEST_REST, "{seconds}");
        }
    }
}
