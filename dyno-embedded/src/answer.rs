//! From one HTTP request to its answer.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::{
    client::{
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};

use crate::operation;

const UNKNOWN_OPERATION: &str =
    r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// Answers one request; blocks until the engine has finished.
///
/// # Errors
///
/// A request that is not a DynamoDB request at all (a streaming body) is a connector error. What
/// the engine refuses is an answer, as it is on the wire.
pub(crate) fn answer(
    database: &Database,
    request: &HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let Some(body) = request.body().bytes() else {
        return Err(ConnectorError::user(
            "the embedded engine answers requests whose body is in memory, this one streams".into(),
        ));
    };
    // `DynamoDB_20120810.GetItem`, `DynamoDBStreams_20120810.GetRecords`
    let operation = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.strip_prefix("DynamoDB"))
        .and_then(|target| target.rsplit_once('.'))
        .map_or("", |(_, operation)| operation);
    match operation::run(database, operation, body) {
        Some(Ok(json)) => respond(200, json),
        Some(Err(error)) => refuse(&error),
        None => respond(400, UNKNOWN_OPERATION.into()),
    }
}

fn refuse(error: &DynoxideError) -> Result<HttpResponse, ConnectorError> {
    respond(error.status_code(), error.to_json().into_bytes())
}

fn respond(status: u16, json: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(json));
    let headers = response.headers_mut();
    headers.insert("content-type", "application/x-amz-json-1.0");
    headers.insert("x-amzn-requestid", request_id());
    Ok(response)
}

/// A request id has 52 characters, `[0-9A-Z]`; here they count the requests of the process.
fn request_id() -> String {
    static REQUESTS: AtomicU64 = AtomicU64::new(1);
    format!("{:052}", REQUESTS.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn post(target: &str, body: &str) -> (u16, String) {
        post_to(&Database::memory().unwrap(), target, body)
    }

    fn post_to(database: &Database, target: &str, body: &str) -> (u16, String) {
        let mut request = HttpRequest::new(SdkBody::from(body));
        if !target.is_empty() {
            request
                .headers_mut()
                .insert("x-amz-target", target.to_owned());
        }
        let response = answer(database, &request).unwrap();
        assert_eq!(
            response.headers().get("x-amzn-requestid").unwrap().len(),
            52
        );
        let text = String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap();
        (response.status().as_u16(), text)
    }

    #[test]
    fn a_known_operation_is_answered() {
        let (status, body) = post("DynamoDB_20120810.ListTables", "{}");
        assert_eq!((status, body.as_str()), (200, r#"{"TableNames":[]}"#));
    }

    #[test]
    fn an_operation_that_does_not_exist_is_refused() {
        for target in [
            "",
            "ListTables",
            "DynamoDB_20120810.Fly",
            "Kinesis.ListTables",
        ] {
            assert_eq!(post(target, "{}"), (400, UNKNOWN_OPERATION.to_owned()));
        }
    }

    #[test]
    fn bodies_that_are_not_requests_are_refused() {
        for body in ["", "{", "[]", "null", "23", "{\"TableName\":23}", "\u{0}"] {
            let (status, text) = post("DynamoDB_20120810.GetItem", body);
            assert_eq!(status, 400, "{body:?} is answered with {text}");
            assert!(
                text.contains("Exception"),
                "{body:?} is answered with {text}"
            );
        }
    }

    #[test]
    fn every_operation_is_known() {
        for name in operation::OPERATIONS {
            let (_, body) = post_to(
                &Database::memory().unwrap(),
                &format!("DynamoDB_20120810.{name}"),
                "{}",
            );
            assert!(
                !body.contains("UnknownOperation"),
                "{name} is answered with {body}"
            );
            assert!(
                !body.contains("VALIDATION:"),
                "{name} is answered with {body}"
            );
        }
    }

    /// Streams belong to an SDK crate of their own, so this test speaks the protocol itself.
    #[test]
    fn a_stream_tells_what_was_written() {
        let database = Database::memory().unwrap();
        let table = |name: &str, body: &str| {
            let (status, text) = post_to(&database, &format!("DynamoDB_20120810.{name}"), body);
            assert_eq!(status, 200, "{text}");
        };
        let stream = |name: &str, body: &serde_json::Value| {
            let target = format!("DynamoDBStreams_20120810.{name}");
            let (status, text) = post_to(&database, &target, &body.to_string());
            assert_eq!(status, 200, "{text}");
            serde_json::from_str::<serde_json::Value>(&text).unwrap()
        };
        table(
            "CreateTable",
            r#"{"TableName": "Users", "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "ID", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "ID", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}}"#,
        );
        table(
            "PutItem",
            r#"{"TableName": "Users", "Item": {"ID": {"S": "ada"}}}"#,
        );

        let listed = stream("ListStreams", &json!({"TableName": "Users"}));
        let arn = &listed["Streams"][0]["StreamArn"];
        let described = stream("DescribeStream", &json!({"StreamArn": arn}));
        let iterator = stream(
            "GetShardIterator",
            &json!({
                "StreamArn": arn,
                "ShardId": described["StreamDescription"]["Shards"][0]["ShardId"],
                "ShardIteratorType": "TRIM_HORIZON",
            }),
        );
        let iterator = &iterator["ShardIterator"];
        let records = stream("GetRecords", &json!({"ShardIterator": iterator}));
        assert_eq!(records["Records"][0]["eventName"], "INSERT");
        assert_eq!(
            records["Records"][0]["dynamodb"]["NewImage"]["ID"]["S"],
            "ada"
        );
    }

    #[test]
    fn request_ids_differ() {
        assert_ne!(request_id(), request_id());
    }
}
