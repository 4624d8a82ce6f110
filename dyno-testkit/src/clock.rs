//! The time of the SDK in tests whose clock is paused.

use std::time::SystemTime;

use aws_smithy_async::time::TimeSource;
use tokio::time::Instant;

/// A time source for the SDK that follows the clock of tokio, paused or not.
///
/// Under `#[tokio::test(start_paused = true)]` the sleeps of the SDK and of dyno take no time, but
/// the SDK still asks the system for the time of day. What compares the two, such as adaptive
/// retries or the expiry of credentials, sees no time pass. With this source it sees the time that
/// the sleeps were meant to take.
///
/// # Example: three attempts with a back-off, at once
///
/// ```
/// use std::time::Duration;
///
/// use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
/// use dyno_embedded::Engine;
/// use dyno_testkit::{Fault, FaultClient, TestClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// tokio::time::pause(); // what `start_paused` does
/// let engine = Engine::in_memory()?.inline();
/// let faults = FaultClient::new(engine.http_client(), |request| match request.number() {
///     0 | 1 => Fault::Throttled,
///     _ => Fault::Pass,
/// });
/// let config = engine
///     .config_builder()
///     .http_client(faults)
///     .time_source(TestClock::new())
///     .retry_config(RetryConfig::adaptive().with_initial_backoff(Duration::from_secs(60)));
/// let client = Client::from_conf(config.build());
/// assert!(client.list_tables().send().await.is_ok());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    start: Instant,
    began: SystemTime,
}

impl TestClock {
    /// Begins at the time of day.
    #[expect(
        clippy::new_without_default,
        reason = "two clocks made so are not equal"
    )]
    pub fn new() -> Self {
        Self::at(SystemTime::now())
    }

    /// Begins at the given time, so that a run does not depend on when it is made.
    pub fn at(time: SystemTime) -> Self {
        Self {
            start: Instant::now(),
            began: time,
        }
    }
}

impl TimeSource for TestClock {
    fn now(&self) -> SystemTime {
        self.began + self.start.elapsed()
    }
}
