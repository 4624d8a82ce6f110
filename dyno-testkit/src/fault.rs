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
    connector_metadata::ConnectorMetadata,
    http::{HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use serde_json::{Value, json};

use crate::{
    batch::{Batch, merge},
    gate::Gate,
    layer::{Layer, connect},
    request::Request,
    wire,
};

/// What happens to one request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing: it is delivered, and the answer comes back.
    Pass,
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
            }),
        }
    }
}

impl HttpClient for FaultClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        connect(
            &self.faults,
            self.inner.http_connector(settings, components),
        )
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

struct Faults {
    script: Box<dyn Fn(&Request) -> Fault + Send + Sync>,
    requests: AtomicU64,
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
        match (self.script)(&seen) {
            Fault::Pass => inner.call(request).await,
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
            Fault::TransactionConflict => conflict(&seen),
            Fault::UnprocessedKeys(count) => hold_back(count, &inner, request).await,
        }
    }
}

fn broken(what: &'static str) -> ConnectorError {
    ConnectorError::io(format!("connection reset by the fault client: {what}").into())
}

fn server_error() -> Result<HttpResponse, ConnectorError> {
    wire::refuse(
        500,
        "InternalServerError",
        "internal server error (injected)",
    )
}

fn throttled() -> Result<HttpResponse, ConnectorError> {
    wire::refuse(
        400,
        "ProvisionedThroughputExceededException",
        "the provisioned throughput of the table was exceeded (injected)",
    )
}

const CONFLICT: &str = "Transaction is ongoing for the item";

fn conflict(request: &Request) -> Result<HttpResponse, ConnectorError> {
    let actions = ["TransactItems", "TransactStatements"]
        .iter()
        .find_map(|list| request.body().get(list)?.as_array())
        .map(Vec::len);
    let Some(actions) = actions else {
        return wire::refuse(400, "TransactionConflictException", CONFLICT);
    };
    let codes = std::iter::once("TransactionConflict").chain(std::iter::repeat("None"));
    let codes: Vec<_> = codes.take(actions).collect();
    let reasons: Vec<_> = codes
        .iter()
        .map(|code| match *code {
            "None" => json!({"Code": code}),
            code => json!({"Code": code, "Message": CONFLICT}),
        })
        .collect();
    wire::respond(
        400,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!(
                "Transaction cancelled, please refer cancellation reasons \
                 for specific reasons [{}]",
                codes.join(", "),
            ),
            "CancellationReasons": reasons,
        }),
    )
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
