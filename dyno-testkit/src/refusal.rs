//! The answers with which DynamoDB refuses a request, made here.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::ConnectorError};
use serde_json::json;

use crate::{request::Request, wire};

/// What the SDK reports when a connection breaks.
pub(crate) fn broken(what: &'static str) -> ConnectorError {
    ConnectorError::io(format!("connection reset by the fault client: {what}").into())
}

pub(crate) fn server_error() -> Result<HttpResponse, ConnectorError> {
    wire::refuse(
        500,
        "InternalServerError",
        "internal server error (injected)",
    )
}

pub(crate) fn throttled() -> Result<HttpResponse, ConnectorError> {
    wire::refuse(
        400,
        "ProvisionedThroughputExceededException",
        "the provisioned throughput of the table was exceeded (injected)",
    )
}

pub(crate) fn in_progress() -> Result<HttpResponse, ConnectorError> {
    wire::refuse(
        400,
        "TransactionInProgressException",
        "the transaction with the given request token is already in progress (injected)",
    )
}

const CONFLICT: &str = "Transaction is ongoing for the item";

/// Refuses a transaction by its reasons, and any other request by an error of its own.
pub(crate) fn conflict(request: &Request) -> Result<HttpResponse, ConnectorError> {
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
