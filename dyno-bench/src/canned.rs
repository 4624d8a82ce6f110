//! An SDK client whose every request gets an answer that was made beforehand, so that only the client's work is measured.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

/// A client to which every request is answered by this body, with status 200.
pub(crate) fn client(body: impl Into<Bytes>) -> Client {
    answering(CannedConnector {
        body: body.into(),
        of: HashMap::new(),
    })
}

/// A client to which each of these operations is answered by its body, and any other by `{}`.
pub(crate) fn client_of(of: impl IntoIterator<Item = (&'static str, Bytes)>) -> Client {
    answering(CannedConnector {
        body: Bytes::from_static(b"{}"),
        of: of.into_iter().collect(),
    })
}

fn answering(connector: CannedConnector) -> Client {
    let http = Canned {
        connector: SharedHttpConnector::new(connector),
    };
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "dyno-bench"))
        .http_client(http)
        .build();
    Client::from_conf(config)
}

#[derive(Debug)]
struct Canned {
    connector: SharedHttpConnector,
}

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector.clone()
    }
}

#[derive(Debug)]
struct CannedConnector {
    body: Bytes,
    /// What is answered to operations that have an answer of their own.
    of: HashMap<&'static str, Bytes>,
}

impl CannedConnector {
    fn body(&self, request: &HttpRequest) -> Bytes {
        let target = request.headers().get("x-amz-target");
        let operation = target.and_then(|target| target.rsplit('.').next());
        let body = operation.and_then(|operation| self.of.get(operation));
        body.unwrap_or(&self.body).clone()
    }
}

impl HttpConnector for CannedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = SdkBody::from(self.body(&request));
        let status = StatusCode::try_from(200).expect("200 is a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}
