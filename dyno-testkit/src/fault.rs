//! Requests that go wrong, on purpose.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use serde_json::Value;

use crate::{
    batch::{Batch, merge},
    gate::Gate,
    late::{Late, SharedTraffic, Traffic},
    layer::{Layer, stacked},
    refusal::{broken, conflict, in_progress, server_error, throttled},
    request::Request,
    wire,
};

/// What happens to one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing: it is delivered, and the answer comes back.
    Pass,
    /// It is not delivered; the caller sees an answer with this HTTP status and this body.
    ///
    /// For what an engine cannot do. The body of an error has a `__type` and a `message`.
    Answered(u16, Value),
    /// It never arrives; the caller sees an I/O error.
    NotDelivered,
    /// It is applied, the answer is lost; the caller sees an I/O error, the same as for
    /// [`Fault::NotDelivered`].
    AnswerLost,
    /// It is applied, and applied again, as when a lost answer is retried below the caller, who
    /// sees the second answer.
    AppliedTwice,
    /// It is delivered after this number of turns of the other tasks
    /// ([`tokio::task::yield_now`]).
    Delayed(u32),
    /// It is delivered when so many later requests of this fault client have been answered,
    /// exactly between that one and the next.
    ///
    /// With [`u64::MAX`] it is delayed for ever: the caller waits until it gives up, and a request
    /// that was given up is never delivered.
    DelayedPast(u64),
    /// The caller sees an I/O error at once, and the request arrives later all the same, when the
    /// caller has given up or tried again.
    ///
    /// This is the hardest fault: a program that has concluded from a read that its write did not
    /// happen is wrong a moment later.
    Ghost(Late),
    /// It is applied and answered, and a copy of it arrives later.
    ///
    /// Something between caller and table has sent it twice, and one copy was slow.
    Repeated(Late),
    /// It is delivered when the gate is open.
    Held(Gate),
    /// It is applied at once, the answer comes back when the gate is open.
    AnswerHeld(Gate),
    /// It is not applied; the caller sees HTTP status 500.
    ServerErrorBefore,
    /// It is applied; the caller sees HTTP status 500.
    ServerErrorAfter,
    /// It is not applied; the caller sees `ProvisionedThroughputExceededException`.
    Throttled,
    /// It is not applied, because another transaction holds an item.
    ///
    /// A transaction is refused by `TransactionCanceledException`, whose first reason is
    /// `TransactionConflict` and whose others are `None`. Any other request is refused by
    /// `TransactionConflictException`.
    TransactionConflict,
    /// It is not applied, because an earlier copy with the same `ClientRequestToken` is still being
    /// applied: the caller sees `TransactionInProgressException`.
    ///
    /// There is no earlier copy unless another fault has left one. Requests other than
    /// `TransactWriteItems` and `ExecuteTransaction` pass.
    TransactionInProgress,
    /// The last so many keys of a `BatchGetItem`, or writes of a `BatchWriteItem`, are returned
    /// as unprocessed, the others are delivered.
    ///
    /// When none would be left, the request is throttled, which is what DynamoDB does. Requests
    /// that are not batches pass.
    UnprocessedKeys(usize),
}

/// An HTTP client that asks a script what to do with each request.
///
/// The script sees the [`Request`] with its number, so it may choose by operation, by table, by
/// body or by position. It runs on the thread that sends the request and should be quick.
///
/// Batches whose keys are partly held back are sent with another body than the one that was
/// signed: use it on engines that do not check signatures, such as the embedded one.
///
/// # Example: interrupt a program at each of its requests
///
/// ```
/// use dyno_embedded::Engine;
/// use dyno_testkit::{Fault, FaultClient, create_table, wrap};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for fatal in 0.. {
///     let client = wrap(&Engine::in_memory()?.client(), |http| {
///         FaultClient::new(http, move |request| match request.number() {
///             number if number == fatal => Fault::NotDelivered,
///             _ => Fault::Pass,
///         })
///     });
///     if create_table(&client, "Users", "ID", None).await.is_ok() {
///         assert_eq!(fatal, 2, "creating a table takes two requests");
///         break;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FaultClient {
    inner: SharedHttpClient,
    faults: Arc<Faults>,
}

impl FaultClient {
    /// Puts a script in front of an HTTP client.
    pub fn new(
        inner: SharedHttpClient,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            faults: Arc::new(Faults {
                script: Box::new(script),
                requests: AtomicU64::new(0),
                traffic: SharedTraffic::default(),
            }),
        }
    }

    /// Puts another script in front of the same HTTP client, for another actor of the test.
    ///
    /// Each of the two numbers its own requests. Both count for [`Fault::DelayedPast`] and
    /// [`Late::Past`], so a request of one can be overtaken by requests of the other.
    ///
    /// # Example: a lost write arrives after the write of someone else
    ///
    /// ```
    /// use aws_sdk_dynamodb::types::AttributeValue;
    /// use dyno_embedded::Engine;
    /// use dyno_testkit::{Fault, FaultClient, Late, create_table, dump, wrap};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Engine::in_memory()?.client();
    /// create_table(&client, "Users", "ID", None).await?;
    /// let ghost = |http| FaultClient::new(http, |_| Fault::Ghost(Late::Past(1)));
    /// let faults = ghost(client.config().http_client().ok_or("it has one")?);
    /// let (ann, bob) = (
    ///     wrap(&client, |_| faults.clone()),
    ///     wrap(&client, |_| faults.beside(|_| Fault::Pass)),
    /// );
    /// let name = |client: &aws_sdk_dynamodb::Client, name: &str| {
    ///     let put = client.put_item().table_name("Users");
    ///     let put = put.item("ID", AttributeValue::S("1".into()));
    ///     put.item("Name", AttributeValue::S(name.into())).send()
    /// };
    /// assert!(name(&ann, "Ann").await.is_err());
    /// assert!(dump(&client, "Users").await?.is_empty(), "nothing has arrived");
    /// name(&bob, "Bob").await?;
    /// let users = dump(&client, "Users").await?;
    /// assert_eq!(users[0]["Name"], AttributeValue::S("Ann".into()), "it overwrote Bob");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn beside(&self, script: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Self {
        Self {
            inner: self.inner.clone(),
            faults: Arc::new(Faults {
                script: Box::new(script),
                requests: AtomicU64::new(0),
                traffic: Arc::clone(&self.faults.traffic),
            }),
        }
    }
}

stacked!(FaultClient, faults);

struct Faults {
    script: Box<dyn Fn(&Request) -> Fault + Send + Sync>,
    requests: AtomicU64,
    traffic: SharedTraffic,
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Faults")
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

impl Layer for Faults {
    async fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let seen = Request::read(number, &request);
        let fault = (self.script)(&seen);
        let answer = apply(fault, &seen, &self.traffic, inner, request).await;
        self.traffic.count_answer().await;
        answer
    }
}

async fn apply(
    fault: Fault,
    seen: &Request,
    traffic: &Traffic,
    inner: SharedHttpConnector,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::Pass => inner.call(request).await,
        Fault::Answered(status, body) => wire::respond(status, &body),
        Fault::NotDelivered => Err(broken("the request was not delivered")),
        Fault::AnswerLost => {
            // Whatever the answer was, the caller does not learn it.
            let _ = inner.call(request).await;
            Err(broken("the answer was lost"))
        }
        Fault::AppliedTwice => {
            let again = wire::copy(&request)?;
            let _ = inner.call(request).await;
            inner.call(again).await
        }
        Fault::Delayed(turns) => {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            inner.call(request).await
        }
        Fault::DelayedPast(others) => traffic.overtaken(others, inner, request).await,
        Fault::Ghost(late) => {
            traffic.copy(late, inner, request)?;
            // As for a request that was not delivered: nothing tells them apart.
            Err(broken("the request was not delivered"))
        }
        Fault::Repeated(late) => {
            let again = wire::copy(&request)?;
            let answer = inner.call(request).await;
            traffic.copy(late, inner, again)?;
            answer
        }
        Fault::Held(gate) => {
            gate.pass().await;
            inner.call(request).await
        }
        Fault::AnswerHeld(gate) => {
            let answer = inner.call(request).await;
            gate.pass().await;
            answer
        }
        Fault::ServerErrorBefore => server_error(),
        Fault::ServerErrorAfter => {
            let _ = inner.call(request).await;
            server_error()
        }
        Fault::Throttled => throttled(),
        Fault::TransactionConflict => conflict(seen),
        Fault::TransactionInProgress => match seen.operation() {
            "TransactWriteItems" | "ExecuteTransaction" => in_progress(),
            _ => inner.call(request).await,
        },
        Fault::UnprocessedKeys(count) => hold_back(count, &inner, request).await,
    }
}

async fn hold_back(
    count: usize,
    inner: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let field = match wire::operation(&request) {
        "BatchGetItem" => "UnprocessedKeys",
        "BatchWriteItem" => "UnprocessedItems",
        _ => return inner.call(request).await,
    };
    let Some(batch) = Batch::read(wire::body(&request)) else {
        return inner.call(request).await;
    };
    let split = batch.entries.len().saturating_sub(count);
    let Some((delivered, held)) = batch.entries.split_at_checked(split) else {
        return inner.call(request).await;
    };
    if held.is_empty() {
        return inner.call(request).await;
    }
    if delivered.is_empty() {
        return throttled();
    }
    let part = wire::with_body(&request, &batch.body(delivered))?;
    let (response, mut answer) = wire::read(inner.call(part).await?).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    let mut unprocessed = serde_json::Map::new();
    unprocessed.insert(field.to_owned(), batch.items(held));
    merge(&mut answer, Value::Object(unprocessed));
    wire::respond(200, &answer)
}
