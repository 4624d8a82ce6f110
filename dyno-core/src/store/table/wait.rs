//! Waiting until a table can be used.

use std::time::Duration;

use super::tables::Tables;
use crate::error::{Error, ErrorKind, Result};
use crate::store::drive;
use crate::table::{Described, Difference, TableSpec};

/// How long tables may take that have no items to put into indexes.
pub(super) const SHORT: Duration = Duration::from_mins(1);

/// Longest pause between two requests, in milliseconds, for tables that are made, and for indexes that are filled.
const LONGEST_PAUSE: u64 = 5_000;

/// What is left of the time that an operation may wait. Only the pauses are counted, so it needs no clock.
#[derive(Debug)]
pub(super) struct Patience {
    left: Duration,
    attempt: u32,
}

impl Patience {
    pub(super) fn new(time: Duration) -> Self {
        Self {
            left: time,
            attempt: 0,
        }
    }

    /// Pauses before the next request; false if the time is over.
    pub(super) async fn pause(&mut self) -> Result<bool> {
        if self.left.is_zero() {
            return Ok(false);
        }
        self.attempt += 1;
        let waited = drive::pause_up_to(self.attempt, LONGEST_PAUSE).await?;
        // A pause of no length at all would be no progress.
        let counted = waited.max(Duration::from_millis(1));
        self.left = self.left.saturating_sub(counted);
        Ok(true)
    }
}

impl Tables {
    /// Asks until the table and all its indexes can be used; `look` is shown every answer.
    pub(super) async fn until_ready(
        &self,
        wanted: &TableSpec,
        time: Duration,
        look: impl Fn(&Described) -> Result<()>,
    ) -> Result<Described> {
        self.until(wanted, time, |found| {
            look(found)?;
            Ok(found.unfinished.first().cloned())
        })
        .await
    }

    /// Asks until the table takes the next change.
    pub(super) async fn until_settled(
        &self,
        wanted: &TableSpec,
        time: Duration,
    ) -> Result<Described> {
        self.until(wanted, time, |found| {
            let mut busy = found.unfinished.iter().chain(&found.changing);
            Ok(busy.next().cloned())
        })
        .await
    }

    async fn until(
        &self,
        wanted: &TableSpec,
        time: Duration,
        busy: impl Fn(&Described) -> Result<Option<Difference>>,
    ) -> Result<Described> {
        let mut patience = Patience::new(time);
        loop {
            let why = match self.describe(wanted).await? {
                None => "the service does not show it yet".to_owned(),
                Some(found) => match busy(&found)? {
                    None => return Ok(found),
                    Some(difference) => difference.to_string(),
                },
            };
            if !patience.pause().await? {
                return Err(still(wanted, &why));
            }
        }
    }
}

fn still(wanted: &TableSpec, why: &str) -> Error {
    let why = format!(
        "table `{}` was not ready in time: {why}; call again in a while",
        wanted.name()
    );
    Error::new(ErrorKind::Service, why).in_table(wanted.name())
}
