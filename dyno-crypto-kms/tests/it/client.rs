//! An SDK client whose requests are answered by a function.

use std::fmt;
use std::sync::Arc;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// A request of KMS: the operation and its input.
pub(crate) struct Asked {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Status and body; an error is a connection that fails.
pub(crate) type Answer = Result<(u16, String), std::io::Error>;

type Answers = Arc<dyn Fn(Asked) -> Answer + Send + Sync>;

#[derive(Clone)]
struct Connector(Answers);

/// The client; each answer is given on a thread of its own, so it may wait.
pub(crate) fn client(answers: impl Fn(Asked) -> Answer + Send + Sync + 'static) -> Client {
    let connector = Connector(Arc::new(answers));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url("http://127.0.0.1")
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(SharedHttpClient::new(connector));
    Client::from_conf(config.build())
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter();
        let asked = Asked {
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap(),
        };
        let answers = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let answer = tokio::task::spawn_blocking(move || answers(asked)).await;
            match answer.unwrap() {
                Ok((status, body)) => Ok(HttpResponse::new(
                    http::StatusCode::from_u16(status).unwrap().into(),
                    SdkBody::from(body),
                )),
                Err(error) => Err(ConnectorError::io(error.into())),
            }
        })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}
