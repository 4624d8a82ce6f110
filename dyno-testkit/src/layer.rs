//! HTTP clients around other HTTP clients.

use std::{fmt, sync::Arc};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};

/// What stands between the SDK and a connection.
pub(crate) trait Layer: fmt::Debug + Send + Sync + 'static {
    /// Answers a request, by way of `inner` or on its own.
    fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, ConnectorError>> + Send + 'static;
}

/// The connection of `inner`, behind `layer`.
pub(crate) fn connect<L: Layer>(layer: &Arc<L>, inner: SharedHttpConnector) -> SharedHttpConnector {
    SharedHttpConnector::new(Layered {
        layer: Arc::clone(layer),
        inner,
    })
}

#[derive(Debug)]
struct Layered<L> {
    layer: Arc<L>,
    inner: SharedHttpConnector,
}

impl<L: Layer> HttpConnector for Layered<L> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let layer = Arc::clone(&self.layer);
        HttpConnectorFuture::new(layer.answer(self.inner.clone(), request))
    }
}

/// Makes a type an HTTP client whose connections are those of its field `inner`, behind the layer in the other field.
macro_rules! stacked {
    ([$($of:tt)*] $type:ty, $layer:ident) => {
        impl<$($of)*> aws_smithy_runtime_api::client::http::HttpClient for $type {
            fn http_connector(
                &self,
                settings: &aws_smithy_runtime_api::client::http::HttpConnectorSettings,
                components: &aws_smithy_runtime_api::client::runtime_components::RuntimeComponents,
            ) -> aws_smithy_runtime_api::client::http::SharedHttpConnector {
                let inner = self.inner.http_connector(settings, components);
                $crate::layer::connect(&self.$layer, inner)
            }

            fn connector_metadata(
                &self,
            ) -> Option<aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata> {
                self.inner.connector_metadata()
            }
        }
    };
    ($type:ty, $layer:ident) => {
        $crate::layer::stacked!([] $type, $layer);
    };
}
pub(crate) use stacked;

stacked!([L: Layer] Stacked<L>, layer);

/// An HTTP client whose connections are those of another one, behind a layer.
#[derive(Debug)]
pub(crate) struct Stacked<L> {
    inner: SharedHttpClient,
    layer: Arc<L>,
}

impl<L: Layer> Stacked<L> {
    pub(crate) fn new(inner: SharedHttpClient, layer: Arc<L>) -> Self {
        Self { inner, layer }
    }
}

/// Returns a client like `client` whose HTTP client is wrapped.
///
/// The other settings of the client stay as they are. A client that was configured without an HTTP
/// client has nothing to wrap, and every request of the new client fails with an error that says
/// so.
///
/// # Examples
///
/// ```
/// use dyno_testkit::{SplitBatches, wrap};
///
/// let client = dyno_embedded::Engine::in_memory()?.client();
/// let torn = wrap(&client, |http| SplitBatches::new(http, 42));
/// # Ok::<(), dyno_embedded::OpenError>(())
/// ```
pub fn wrap<H: HttpClient + 'static>(
    client: &Client,
    layer: impl FnOnce(SharedHttpClient) -> H,
) -> Client {
    let inner = client.config().http_client();
    let inner = inner.unwrap_or_else(|| SharedHttpClient::new(Nothing));
    Client::from_conf(
        client
            .config()
            .to_builder()
            .http_client(layer(inner))
            .build(),
    )
}

/// The HTTP client of a client that has none.
#[derive(Clone, Debug)]
struct Nothing;

impl HttpClient for Nothing {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Self)
    }
}

impl HttpConnector for Nothing {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::user(
            "the client to be wrapped has no HTTP client; set one in its configuration".into(),
        )))
    }
}
