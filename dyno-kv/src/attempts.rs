use dyno_core::items::{When, Written};
use dyno_core::{ErrorKind, Item};

use crate::error::{Error, Result};
use crate::hook::Operation;
use crate::partition::Spot;
use crate::patience::Patience;
use crate::record::Record;

/// A write on a condition that is sent until an answer comes, and what may be said of it: once an answer was lost, no later error
/// means that it was not applied.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    spot: &'a Spot,
    operation: Operation,
    patience: Patience,
    /// Why the last answer that was lost was lost.
    lost: Option<dyno_core::Error>,
    is_lost: bool,
}

/// What came of one try.
#[derive(Debug)]
pub(crate) enum Answer {
    Applied(Option<Item>),
    Refused(Option<Item>),
    /// The answer was lost, and the pause before the next request is over.
    Lost,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(spot: &'a Spot, operation: Operation) -> Self {
        Self {
            spot,
            operation,
            patience: Patience::default(),
            lost: None,
            is_lost: false,
        }
    }

    /// Sends the write once.
    ///
    /// # Errors
    ///
    /// It was not applied, and why is known; [`Error::OutcomeUnknown`] if an answer was lost, of this or of an earlier try.
    pub(crate) async fn send<W>(&mut self, write: When<W>) -> Result<Answer>
    where
        When<W>: IntoFuture<Output = dyno_core::Result<Written>>,
    {
        match self.spot.ask(self.operation, write).await {
            Ok(Written::Applied(item)) => Ok(Answer::Applied(item)),
            Ok(Written::Refused(item)) => Ok(Answer::Refused(item)),
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                self.is_lost = true;
                if !self.patience.pause().await {
                    return Err(self.spot.unknown(None, error));
                }
                self.lost = Some(error);
                Ok(Answer::Lost)
            }
            Err(error) => Err(self.failed(self.spot.error(error), None)),
        }
    }

    /// Reads what stands there after an answer was lost.
    ///
    /// # Errors
    ///
    /// [`Error::OutcomeUnknown`]: it cannot be read.
    pub(crate) async fn look(&mut self) -> Result<Option<Item>> {
        let found = self.spot.read(self.operation).await;
        self.sure(found)
    }

    /// The record that stands there.
    ///
    /// # Errors
    ///
    /// It is none; as [`failed`](Self::failed).
    pub(crate) fn standing(&mut self, item: Option<Item>) -> Result<Option<Record>> {
        let record = self.spot.standing(item);
        self.sure(record)
    }

    /// # Errors
    ///
    /// As [`failed`](Self::failed).
    pub(crate) fn sure<T>(&mut self, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| self.failed(error, None))
    }

    /// This error, which says that nothing was written; after a lost answer, that nobody knows.
    pub(crate) fn failed(&mut self, error: Error, present: Option<&Record>) -> Error {
        match self.lost.take() {
            Some(lost) => self.spot.unknown(present.cloned(), lost),
            None => error,
        }
    }

    /// Whether an answer was lost.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// The service answers: lost answers are counted from now on.
    pub(crate) fn begin_anew(&mut self) {
        self.patience = Patience::default();
    }
}
