//! The settings of SDK clients that are measured.

use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::HttpClient;

/// The SDK's own settings, for a client whose requests go this way.
pub(crate) fn config(http: impl HttpClient + 'static) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "dyno-bench"))
        .http_client(http)
}
