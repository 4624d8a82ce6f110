//! Reading and making HTTP messages.

use aws_smithy_runtime_api::{
    client::{
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};

/// The operation in `X-Amz-Target`; empty when there is none.
pub(crate) fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, name)| name)
}

/// The host in a URI.
pub(crate) fn host(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split_once('/').map_or(rest, |(host, _)| host)
}

pub(crate) fn body(request: &HttpRequest) -> Value {
    let bytes = request.body().bytes().unwrap_or_default();
    serde_json::from_slice(bytes).unwrap_or_default()
}

/// The same request with another body.
pub(crate) fn with_body(
    request: &HttpRequest,
    body: &Value,
) -> Result<HttpRequest, ConnectorError> {
    let mut request = copy(request)?;
    let text = body.to_string();
    let length = text.len().to_string();
    request.headers_mut().insert("content-length", length);
    *request.body_mut() = SdkBody::from(text);
    Ok(request)
}

/// Sets a field of a body; what is not a map stays as it is.
pub(crate) fn set(body: &mut Value, field: &str, value: Value) {
    if let Some(body) = body.as_object_mut() {
        body.insert(field.to_owned(), value);
    }
}

/// The same request for another operation.
pub(crate) fn with_operation(
    request: &HttpRequest,
    operation: &str,
    body: &Value,
) -> Result<HttpRequest, ConnectorError> {
    let mut request = with_body(request, body)?;
    let target = format!("DynamoDB_20120810.{operation}");
    request.headers_mut().insert("x-amz-target", target);
    Ok(request)
}

pub(crate) fn copy(request: &HttpRequest) -> Result<HttpRequest, ConnectorError> {
    request.try_clone().ok_or_else(|| {
        ConnectorError::user("the body of this request streams and cannot be copied".into())
    })
}

/// Reads the whole answer, and gives it back with its body in memory.
pub(crate) async fn read(response: HttpResponse) -> Result<(HttpResponse, Value), ConnectorError> {
    let status = response.status();
    let headers = response.headers().clone();
    let bytes = ByteStream::new(response.into_body())
        .collect()
        .await
        .map_err(|error| ConnectorError::io(error.into()))?
        .to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut response = HttpResponse::new(status, SdkBody::from(bytes));
    *response.headers_mut() = headers;
    Ok((response, json))
}

/// Makes an answer; the headers are those that the SDK looks at.
pub(crate) fn respond(status: u16, body: &Value) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert("content-type", "application/x-amz-json-1.0");
    headers.insert("x-amzn-requestid", "DYNOTESTKIT");
    Ok(response)
}

/// Makes the answer that DynamoDB refuses a request with.
pub(crate) fn refuse(
    status: u16,
    error: &str,
    message: &str,
) -> Result<HttpResponse, ConnectorError> {
    let name = format!("com.amazonaws.dynamodb.v20120810#{error}");
    respond(status, &json!({"__type": name, "message": message}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_found() {
        for uri in ["https://a.b:1/", "https://a.b:1", "a.b:1/x", "a.b:1"] {
            assert_eq!(host(uri), "a.b:1");
        }
    }
}
