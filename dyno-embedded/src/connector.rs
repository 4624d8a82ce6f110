//! The engine as the SDK sees it: an HTTP client.

use std::borrow::Cow;

use aws_smithy_runtime_api::client::{
    connector_metadata::ConnectorMetadata,
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use dynoxide::Database;

use crate::{answer::answer, threads::Threads};

/// An HTTP client whose every connection ends in one database.
#[derive(Debug)]
pub(crate) struct EmbeddedClient {
    connector: SharedHttpConnector,
}

impl EmbeddedClient {
    pub(crate) fn new(database: Database, threads: Threads) -> Self {
        Self {
            connector: SharedHttpConnector::new(EmbeddedConnector { database, threads }),
        }
    }
}

impl HttpClient for EmbeddedClient {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector.clone()
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        let version = Cow::Borrowed(env!("CARGO_PKG_VERSION"));
        Some(ConnectorMetadata::new("dyno-embedded", Some(version)))
    }
}

struct EmbeddedConnector {
    database: Database,
    threads: Threads,
}

impl std::fmt::Debug for EmbeddedConnector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EmbeddedConnector")
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl HttpConnector for EmbeddedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.database.clone();
        let threads = self.threads.clone();
        HttpConnectorFuture::new(
            async move { threads.run(move || answer(&database, &request)).await? },
        )
    }
}
