//! Faults picked by chance, the same ones for the same seed.

use std::fmt;

use crate::{fault::Fault, late::Late, random::Random, request::Request};

/// A late copy arrives after up to this many other requests.
const LATEST: usize = 8;

/// A script that picks a fault for some requests, by a seed.
///
/// Which request is hit and how follows from the seed and the request's number alone, so a run can
/// be repeated, and a program that sends one more request at the end meets the same faults before.
/// Only what DynamoDB could answer is picked: a read is never refused by `TransactionConflict`.
///
/// Unless [`RandomFaults::of`] says otherwise it picks from those faults that end by themselves:
/// [`Fault::NotDelivered`], [`Fault::AnswerLost`], [`Fault::AppliedTwice`], [`Fault::Ghost`] and
/// [`Fault::Repeated`] with [`Late::Past`] of 1 to 8, [`Fault::ServerErrorBefore`],
/// [`Fault::ServerErrorAfter`], [`Fault::Throttled`], [`Fault::TransactionConflict`],
/// [`Fault::TransactionInProgress`] and [`Fault::UnprocessedKeys`].
///
/// # Example: one request in five goes wrong
///
/// ```
/// use dyno_testkit::{FaultClient, RandomFaults, wrap};
///
/// let client = dyno_embedded::Engine::in_memory()?.inline().client();
/// let faults = RandomFaults::seeded(7).one_in(5);
/// assert_eq!(faults.to_string(), "faults of seed 7, one request in 5");
/// let client = wrap(&client, |http| {
///     FaultClient::new(http, move |request| faults.pick(request))
/// });
/// # Ok::<(), dyno_embedded::OpenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomFaults {
    seed: u64,
    one_in: u64,
    faults: Option<Vec<Fault>>,
}

impl RandomFaults {
    /// Picks a fault for one request in ten.
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            one_in: 10,
            faults: None,
        }
    }

    /// Picks a fault for one request in `requests`, on average; never, when it is zero.
    #[must_use]
    pub fn one_in(mut self, requests: u64) -> Self {
        self.one_in = requests;
        self
    }

    /// Picks from these faults, each as often as it is listed.
    #[must_use]
    pub fn of(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = Some(faults.into_iter().collect());
        self
    }

    /// Returns the seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns what happens to a request, for the script of a [`FaultClient`](crate::FaultClient).
    pub fn pick(&self, request: &Request) -> Fault {
        // Numbers that follow each other give unrelated generators only when they are mixed first.
        let number = Random::new(request.number()).next();
        let mut random = Random::new(self.seed ^ number);
        if self.one_in == 0 || !random.next().is_multiple_of(self.one_in) {
            return Fault::Pass;
        }
        let mut faults = match &self.faults {
            Some(faults) => faults.clone(),
            None => usual(&mut random),
        };
        faults.retain(|fault| is_possible(fault, request));
        if faults.is_empty() {
            return Fault::Pass;
        }
        faults.swap_remove(random.below(faults.len()))
    }
}

impl fmt::Display for RandomFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, one_in, .. } = self;
        write!(formatter, "faults of seed {seed}, one request in {one_in}")
    }
}

fn usual(random: &mut Random) -> Vec<Fault> {
    let mut some = || random.below(LATEST) + 1;
    let mut late = || Late::Past(u64::try_from(some()).unwrap_or(1));
    vec![
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::AppliedTwice,
        Fault::Ghost(late()),
        Fault::Repeated(late()),
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::Throttled,
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
        Fault::UnprocessedKeys(some()),
    ]
}

/// Whether DynamoDB may treat this request so.
fn is_possible(fault: &Fault, request: &Request) -> bool {
    let operation = request.operation();
    match fault {
        Fault::TransactionConflict => matches!(
            operation,
            "DeleteItem"
                | "ExecuteTransaction"
                | "PutItem"
                | "TransactGetItems"
                | "TransactWriteItems"
                | "UpdateItem"
        ),
        Fault::TransactionInProgress => {
            matches!(operation, "ExecuteTransaction" | "TransactWriteItems")
        }
        Fault::UnprocessedKeys(_) => matches!(operation, "BatchGetItem" | "BatchWriteItem"),
        _ => true,
    }
}
