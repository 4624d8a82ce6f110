//! Where the tests of dyno run.
//!
//! Each test has a database of its own: an engine in the process, or, if `DYNO_TEST_ENDPOINT` names a server, tables of its own
//! there. What a server does otherwise than DynamoDB is listed by test in `gaps/`.

use std::env;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, Region, SharedHttpClient, StalledStreamProtectionConfig,
    retry::RetryConfig,
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use dyno_core::Store;
use dyno_embedded::Engine;
use dyno_testkit::{SharedServer, wrap};
use uuid::Uuid;

/// The variable that names the server for the tests: `http://127.0.0.1:8000`.
pub const ENDPOINT: &str = "DYNO_TEST_ENDPOINT";

/// What answers the requests of one test.
///
/// Clones and clients are the same database.
#[derive(Clone, Debug)]
pub struct Service {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Engine(Engine),
    Server { endpoint: String, prefix: String },
}

impl Service {
    /// An empty database.
    ///
    /// # Panics
    ///
    /// When the engine cannot be started.
    #[expect(clippy::new_without_default, reason = "each one is another database")]
    pub fn new() -> Self {
        let kind = match env::var(ENDPOINT) {
            Ok(endpoint) => Kind::Server {
                endpoint,
                prefix: format!("t{}-", Uuid::now_v7().simple()),
            },
            Err(_) => Kind::Engine(engine()),
        };
        Self { kind }
    }

    /// Answers on the thread that asks, where an engine answers; a server has threads of its own.
    #[must_use]
    pub fn inline(self) -> Self {
        let kind = match self.kind {
            Kind::Engine(engine) => Kind::Engine(engine.inline()),
            server @ Kind::Server { .. } => server,
        };
        Self { kind }
    }

    /// A client of this database, of the region `us-east-1`.
    pub fn client(&self) -> Client {
        match &self.kind {
            Kind::Engine(engine) => engine.client(),
            Kind::Server { endpoint, prefix } => {
                wrap(&network(), |http| SharedServer::new(http, endpoint, prefix))
            }
        }
    }
}

/// A store on a database of its own.
pub fn store() -> Store {
    Store::new(Service::new().client())
}

#[expect(clippy::expect_used, reason = "a test fails by panicking")]
fn engine() -> Engine {
    Engine::in_memory().expect("there is memory for an engine")
}

fn network() -> Client {
    let http: SharedHttpClient = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "dyno-testbed"))
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http);
    Client::from_conf(config.build())
}
