//! Batch reads that are not atomic.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use serde_json::{Value, json};

use crate::{
    batch::{Batch, add, merge},
    layer::{Layer, stacked},
    random::Random,
    wire,
};

/// DynamoDB refuses larger batches, so they are left to the engine to refuse.
const MAXIMUM_KEYS: usize = 100;

/// Between two reads, up to this many turns of other tasks.
pub(crate) const MAXIMUM_TURNS: usize = 8;

/// An HTTP client that reads the keys of a `BatchGetItem` one at a time, in a random order.
///
/// DynamoDB does not promise that a batch shows one moment, and the embedded engine always does: a
/// program that relies on it passes its tests and fails in production. With this client a batch of
/// ten keys becomes ten batches of one key. Between them the other tasks run for a random number
/// of turns ([`tokio::task::yield_now`]; nothing sleeps), and what they write is seen by the later
/// reads. The caller gets one answer, its items in the order of the reads.
///
/// Other requests pass unchanged. So do batches that DynamoDB refuses (a key twice, no key, more
/// than 100).
///
/// # Reproducing a run
///
/// Order and pauses follow from the seed, which the `Display` and `Debug` forms show. A whole
/// run can be repeated when the rest of it is deterministic too: a single-threaded runtime, and
/// an engine that runs inline (`Engine::inline`).
///
/// # Signatures
///
/// The reads carry the headers of the batch, so their signatures are wrong: use it on engines that
/// do not check them, such as the embedded one.
///
/// # Examples
///
/// ```
/// use dyno_testkit::{SplitBatches, wrap};
///
/// let client = dyno_embedded::Engine::in_memory()?.inline().client();
/// let torn = wrap(&client, |http| {
///     let split = SplitBatches::new(http, 42);
///     assert_eq!(split.to_string(), "batches split by seed 42");
///     split
/// });
/// # Ok::<(), dyno_embedded::OpenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SplitBatches {
    inner: SharedHttpClient,
    splitter: Arc<Splitter>,
}

impl SplitBatches {
    /// Splits the batches that go to an HTTP client.
    pub fn new(inner: SharedHttpClient, seed: u64) -> Self {
        Self {
            inner,
            splitter: Arc::new(Splitter {
                seed,
                random: Mutex::new(Random::new(seed)),
            }),
        }
    }

    /// Returns the seed from which orders and pauses follow.
    pub fn seed(&self) -> u64 {
        self.splitter.seed
    }
}

impl fmt::Display for SplitBatches {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "batches split by seed {}", self.seed())
    }
}

stacked!(SplitBatches, splitter);

#[derive(Debug)]
struct Splitter {
    seed: u64,
    random: Mutex<Random>,
}

impl Splitter {
    /// Random numbers for one batch, so that batches under way do not disturb each other.
    fn fork(&self) -> Random {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        Random::new(random.next())
    }
}

impl Layer for Splitter {
    async fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        if wire::operation(&request) != "BatchGetItem" {
            return inner.call(request).await;
        }
        match Batch::read(wire::body(&request)) {
            Some(batch) if divisible(&batch) => {
                one_by_one(self.fork(), &inner, &request, batch).await
            }
            _ => inner.call(request).await,
        }
    }
}

fn divisible(batch: &Batch) -> bool {
    (2..=MAXIMUM_KEYS).contains(&batch.entries.len()) && !batch.repeats()
}

async fn one_by_one(
    mut random: Random,
    inner: &SharedHttpConnector,
    request: &HttpRequest,
    mut batch: Batch,
) -> Result<HttpResponse, ConnectorError> {
    let mut entries = std::mem::take(&mut batch.entries);
    random.shuffle(&mut entries);
    let mut total = json!({"Responses": {}, "UnprocessedKeys": {}});
    for entry in entries {
        for _ in 0..random.below(MAXIMUM_TURNS + 1) {
            tokio::task::yield_now().await;
        }
        let single = wire::with_body(request, &batch.body(&[entry]))?;
        let (response, answer) = wire::read(inner.call(single).await?).await?;
        if !response.status().is_success() {
            return Ok(response);
        }
        merge(&mut total, answer);
    }
    add_up_capacity(&mut total);
    wire::respond(200, &total)
}

/// Turns the consumed capacities, one per read, into one per table.
fn add_up_capacity(total: &mut Value) {
    let Some(Value::Array(list)) = total.get_mut("ConsumedCapacity") else {
        return;
    };
    let mut tables: Vec<Value> = Vec::new();
    for read in list.drain(..) {
        let same = |table: &&mut Value| table.get("TableName") == read.get("TableName");
        match tables.iter_mut().find(same) {
            Some(table) => add(table, &read),
            None => tables.push(read),
        }
    }
    *list = tables;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_are_added_up_by_table() {
        let one = |name: &str, units: f64| {
            let table = json!({"CapacityUnits": units});
            json!({"TableName": name, "CapacityUnits": units, "Table": table})
        };
        let mut total = json!({"ConsumedCapacity": [one("A", 1.0), one("B", 0.5), one("A", 2.5)]});
        add_up_capacity(&mut total);
        assert_eq!(
            total,
            json!({"ConsumedCapacity": [one("A", 3.5), one("B", 0.5)]})
        );
    }
}
