//! An SDK client whose every request gets an answer that was made beforehand, so that only the client's work is measured.

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
    let http = Canned {
        connector: SharedHttpConnector::new(CannedConnector { body: body.into() }),
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
}

impl HttpConnector for CannedConnector {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let body = SdkBody::from(self.body.clone());
        let status = StatusCode::try_from(200).expect("200 is a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}
