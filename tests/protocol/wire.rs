//! Layers between the SDK and the engine: functions that are given each request, and what is behind them.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use dyno_testkit::wrap;
use serde_json::{Value, json};

/// What comes back for a request.
pub(crate) type Answer = Result<HttpResponse, ConnectorError>;

/// What a layer does with a request, and with the connection behind it.
pub(crate) type Pending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A client like `client` whose requests go through `layer` first.
pub(crate) fn through(
    client: &Client,
    layer: impl Fn(SharedHttpConnector, HttpRequest) -> Pending + Send + Sync + 'static,
) -> Client {
    wrap(client, |inner| Layered {
        inner,
        layer: Arc::new(layer),
    })
}

type Layer = dyn Fn(SharedHttpConnector, HttpRequest) -> Pending + Send + Sync;

#[derive(Clone)]
struct Layered<I> {
    inner: I,
    layer: Arc<Layer>,
}

impl HttpClient for Layered<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Layered {
            inner: self.inner.http_connector(settings, components),
            layer: Arc::clone(&self.layer),
        })
    }
}

impl HttpConnector for Layered<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new((self.layer)(self.inner.clone(), request))
    }
}

impl<I> fmt::Debug for Layered<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Layered").finish_non_exhaustive()
    }
}

/// The operation that a request is for.
pub(crate) fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, name)| name)
}

/// Whether a request may change an item.
pub(crate) fn writes(request: &HttpRequest) -> bool {
    matches!(
        operation(request),
        "DeleteItem" | "PutItem" | "TransactWriteItems" | "UpdateItem"
    )
}

/// The header that carries which operation of a run a request belongs to.
pub(crate) const TAG: &str = "x-operation-of-run";

/// Which operation of a run a request belongs to; zero for those that nobody asks about.
pub(crate) fn tag(request: &HttpRequest) -> u64 {
    let tag = request.headers().get(TAG);
    tag.and_then(|tag| tag.parse().ok()).unwrap_or_default()
}

pub(crate) fn copy(request: &HttpRequest) -> HttpRequest {
    request.try_clone().unwrap()
}

pub(crate) fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body().bytes().unwrap()).unwrap()
}

/// The same request with another body.
pub(crate) fn with_body(request: &HttpRequest, body: &Value) -> HttpRequest {
    let mut request = copy(request);
    let text = body.to_string();
    let length = text.len().to_string();
    request.headers_mut().insert("content-length", length);
    *request.body_mut() = SdkBody::from(text);
    request
}

/// The status and the body of an answer.
pub(crate) async fn read(response: HttpResponse) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = ByteStream::new(response.into_body()).collect().await;
    let body = serde_json::from_slice(&bytes.unwrap().to_vec()).unwrap_or_default();
    (status, body)
}

/// An answer of the service.
pub(crate) fn respond(status: u16, body: &Value) -> HttpResponse {
    let body = SdkBody::from(body.to_string());
    let mut response = HttpResponse::new(status.try_into().unwrap(), body);
    let headers = response.headers_mut();
    headers.insert("content-type", "application/x-amz-json-1.0");
    response
}

/// The service's refusal of a request.
pub(crate) fn refuse(status: u16, error: &str) -> HttpResponse {
    let name = format!("com.amazonaws.dynamodb.v20120810#{error}");
    respond(status, &json!({"__type": name, "message": "injected"}))
}

/// A connection that broke before the answer came.
pub(crate) fn broken() -> Answer {
    Err(ConnectorError::io("the connection broke (injected)".into()))
}
