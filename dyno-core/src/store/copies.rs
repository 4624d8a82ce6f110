//! How long a transaction may be sent again with its token.

use std::time::{Duration, SystemTime};

use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};

use super::Store;
use crate::commit::{Answer, Request};
use crate::error::{Error, ErrorKind, Result};

/// The copies of one transaction that were sent so far.
#[derive(Debug, Default)]
pub(super) struct Copies {
    token: String,
    first: Option<SystemTime>,
    /// Whether one of them may have been applied, or may be still.
    lost: bool,
}

/// The service forgets a token after ten minutes; a request takes a while to get there.
const LONGEST: Duration = Duration::from_mins(9);

impl Copies {
    /// Notes the next request.
    ///
    /// # Errors
    ///
    /// It is a copy of one that may have been applied, and nothing keeps it from being applied again.
    pub(super) fn next(&mut self, store: &Store, request: &Request) -> Result<()> {
        let Request::Transact { token, actions } = request else {
            return Ok(());
        };
        let region = actions.first().and_then(|action| action.address().region);
        let now = now(store, region);
        if *token != self.token {
            *self = Self {
                token: token.clone(),
                first: Some(now),
                lost: false,
            };
            return Ok(());
        }
        let first = self.first.unwrap_or(now);
        let is_late = now.duration_since(first).unwrap_or_default() > LONGEST;
        if self.lost && is_late && !request.is_over_a_version() {
            return Err(Error::new(
                ErrorKind::OutcomeUnknown,
                "no answer came for nine minutes, and the service forgets the token that keeps a transaction from being applied twice: \
                 whether the write was applied is not known; load the object to see",
            ));
        }
        Ok(())
    }

    /// Notes what came of it.
    pub(super) fn note(&mut self, answer: &Answer) {
        self.lost |= matches!(answer, Answer::InProgress | Answer::Lost(_));
    }
}

/// On the client's clock.
fn now(store: &Store, region: Option<&'static str>) -> SystemTime {
    let client = store.clients().of(region).commits.clone();
    let time = client.config().time_source();
    let time = time.unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new()));
    time.now()
}
