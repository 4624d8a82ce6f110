//! Queries and scans that are not atomic.

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
    batch::add,
    layer::{Layer, stacked},
    random::Random,
    split::MAXIMUM_TURNS,
    wire,
};

/// One part of a page reads up to so many items.
const MAXIMUM_ITEMS: usize = 3;

/// A page ends when its parts are this long together; DynamoDB ends it after a megabyte of items.
const MAXIMUM_BYTES: usize = 1 << 20;

/// An HTTP client that reads a page of a `Query` or a `Scan` as several smaller pages.
///
/// DynamoDB does not promise that a page shows one moment, and the embedded engine always does.
/// With this client a page is read in parts of one to three items. Between them the other tasks
/// run for a random number of turns ([`tokio::task::yield_now`]; nothing sleeps), and what they
/// write is seen by the later parts. The caller gets one page: `Limit`, order, filters, projections,
/// counts and the consumed capacity are those of the whole.
///
/// Everything follows from the seed. The parts carry the headers of the request, so their
/// signatures are wrong: use it on engines that do not check them, such as the embedded one.
///
/// # Examples
///
/// ```
/// use dyno_testkit::{SplitBatches, SplitPages, wrap};
///
/// let client = dyno_embedded::Engine::in_memory()?.inline().client();
/// let torn = wrap(&client, |http| SplitPages::new(http, 42));
/// let torn = wrap(&torn, |http| SplitBatches::new(http, 42));
/// # Ok::<(), dyno_embedded::OpenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SplitPages {
    inner: SharedHttpClient,
    pager: Arc<Pager>,
}

impl SplitPages {
    /// Splits the pages that are read from an HTTP client.
    pub fn new(inner: SharedHttpClient, seed: u64) -> Self {
        Self {
            inner,
            pager: Arc::new(Pager {
                seed,
                random: Mutex::new(Random::new(seed)),
            }),
        }
    }

    /// Returns the seed from which the parts and pauses follow.
    pub fn seed(&self) -> u64 {
        self.pager.seed
    }
}

impl fmt::Display for SplitPages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "pages split by seed {}", self.seed())
    }
}

stacked!(SplitPages, pager);

#[derive(Debug)]
struct Pager {
    seed: u64,
    random: Mutex<Random>,
}

impl Pager {
    /// Random numbers for one page, so that pages under way do not disturb each other.
    fn fork(&self) -> Random {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        Random::new(random.next())
    }
}

impl Layer for Pager {
    async fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let body = wire::body(&request);
        let limit = match body.get("Limit") {
            None => Some(usize::MAX),
            Some(limit) => limit.as_u64().and_then(|limit| usize::try_from(limit).ok()),
        };
        match (wire::operation(&request), limit) {
            // What is no number, or none that is allowed, is for the engine to refuse.
            ("Query" | "Scan", Some(limit @ 1..)) if body.is_object() => {
                in_parts(self.fork(), &inner, &request, body, limit).await
            }
            _ => inner.call(request).await,
        }
    }
}

async fn in_parts(
    mut random: Random,
    inner: &SharedHttpConnector,
    request: &HttpRequest,
    mut body: Value,
    limit: usize,
) -> Result<HttpResponse, ConnectorError> {
    let mut total: Option<Value> = None;
    let mut left = limit;
    let mut bytes = 0;
    loop {
        let part = (random.below(MAXIMUM_ITEMS) + 1).min(left);
        wire::set(&mut body, "Limit", json!(part));
        let part = wire::with_body(request, &body)?;
        let (response, answer) = wire::read(inner.call(part).await?).await?;
        if !response.status().is_success() {
            return Ok(response);
        }
        bytes += response.body().bytes().map_or(0, <[u8]>::len);
        let read = answer.get("ScannedCount").and_then(Value::as_u64);
        let read = read.and_then(|read| usize::try_from(read).ok());
        left = left.saturating_sub(read.unwrap_or_default());
        let last = answer.get("LastEvaluatedKey").cloned();
        total = Some(match total.take() {
            Some(total) => append(total, answer),
            None => answer,
        });
        match last {
            Some(last) if left > 0 && bytes < MAXIMUM_BYTES => {
                wire::set(&mut body, "ExclusiveStartKey", last);
            }
            _ => return wire::respond(200, &total.unwrap_or_default()),
        }
        for _ in 0..random.below(MAXIMUM_TURNS + 1) {
            tokio::task::yield_now().await;
        }
    }
}

/// Adds a later part to the parts before it.
fn append(mut total: Value, mut part: Value) -> Value {
    let last = part
        .as_object_mut()
        .and_then(|part| part.remove("LastEvaluatedKey"));
    let items = part.get_mut("Items").map(Value::take);
    if let Some(total) = total.as_object_mut() {
        total.remove("LastEvaluatedKey");
    }
    add(&mut total, &part);
    if let (Some(Value::Array(total)), Some(Value::Array(items))) = (total.get_mut("Items"), items)
    {
        total.extend(items);
    }
    if let (Some(last), Some(total)) = (last, total.as_object_mut()) {
        total.insert("LastEvaluatedKey".to_owned(), last);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_one_page() {
        let first = json!({
            "Items": [1], "Count": 1, "ScannedCount": 2, "LastEvaluatedKey": {"ID": 2},
            "ConsumedCapacity": {"TableName": "A", "CapacityUnits": 0.5},
        });
        let middle = json!({
            "Items": [], "Count": 0, "ScannedCount": 1, "LastEvaluatedKey": {"ID": 3},
            "ConsumedCapacity": {"TableName": "A", "CapacityUnits": 0.5},
        });
        let last = json!({
            "Items": [4], "Count": 1, "ScannedCount": 1,
            "ConsumedCapacity": {"TableName": "A", "CapacityUnits": 0.5},
        });
        let both = append(first, middle);
        assert_eq!(both["LastEvaluatedKey"], json!({"ID": 3}));
        assert_eq!(
            append(both, last),
            json!({
                "Items": [1, 4], "Count": 2, "ScannedCount": 4,
                "ConsumedCapacity": {"TableName": "A", "CapacityUnits": 1.5},
            })
        );
    }
}
