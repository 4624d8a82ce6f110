use std::fmt;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, ProvideCredentials, SharedCredentialsProvider};

use super::Store;
use super::operation::Pending;
use crate::error::{Error, ErrorKind, Result};
use crate::table::Namespace;

/// A store over the network, with what is set here, and everything else as every AWS tool finds it: from the environment
/// (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, ..), the files in `~/.aws`, and the machine's role.
///
/// Made by [`Store::from_env`] and [`Store::at`]. Awaiting it sends nothing to DynamoDB; for a region that nothing else
/// says, the metadata service of the machine may be asked.
///
/// # Errors
///
/// [`ErrorKind::InvalidSetting`] if a setting makes no sense. That there are no credentials is an error of the first
/// operation.
///
/// # Examples
///
/// ```no_run
/// # extern crate dyno_core as dyno;
/// # async fn example() -> dyno::Result<()> {
/// use std::time::Duration;
///
/// use dyno::{Namespace, Store};
///
/// let store = Store::from_env()
///     .region("eu-central-1")
///     .namespace(Namespace::new("staging_")?)
///     .max_attempts(5)
///     .attempt_timeout(Duration::from_secs(2))
///     .await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[must_use = "a store is made when it is awaited"]
#[derive(Clone, Default)]
pub struct StoreBuilder {
    endpoint: Option<String>,
    region: Option<String>,
    credentials: Option<SharedCredentialsProvider>,
    profile: Option<String>,
    namespace: Option<Namespace>,
    max_attempts: Option<u32>,
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    timeout: Option<Duration>,
}

impl StoreBuilder {
    /// For a server that does not care who asks, nor in which region.
    pub(super) fn at(endpoint: impl Into<String>) -> Self {
        Self::default()
            .endpoint(endpoint)
            .region("us-east-1")
            .credentials("local", "local")
    }

    /// The server to ask, `http://..` or `https://..`, in place of the region's.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The region of the tables whose types name none.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// An access key and its secret. Programs that run on AWS have a role, and need none.
    pub fn credentials(self, access_key: impl Into<String>, secret: impl Into<String>) -> Self {
        let credentials = Credentials::new(access_key, secret, None, None, "dyno");
        self.credentials_provider(credentials)
    }

    /// Where credentials come from: anything that the SDK takes.
    pub fn credentials_provider(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(SharedCredentialsProvider::new(provider));
        self
    }

    /// The profile of the files in `~/.aws`, in place of `AWS_PROFILE`.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// The namespace of the tables; see [`Store::with_namespace`].
    pub fn namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// How often the SDK sends a request that reads, with growing waits between; 3 if it is not said. Writes are repeated by
    /// rules of their own, which do not depend on this: what a lost answer means has to be found out first.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// How long a connection may take to be made.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = Some(time);
        self
    }

    /// How long one attempt of a request may take.
    pub fn attempt_timeout(mut self, time: Duration) -> Self {
        self.attempt_timeout = Some(time);
        self
    }

    /// How long a request may take with all its attempts. An operation that sends several requests may take longer.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    fn check(&self) -> Result<()> {
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidSetting, why));
        if let Some(endpoint) = &self.endpoint
            && !has_scheme(endpoint)
        {
            return refuse(format!(
                "the endpoint `{endpoint}` does not say how to reach it; write `http://{endpoint}`, or `https://..`"
            ));
        }
        if self.region.as_deref() == Some("") {
            return refuse(
                "the region has no name; write it as AWS does, like `us-east-2`".to_owned(),
            );
        }
        if self.max_attempts == Some(0) {
            return refuse(
                "a request is sent once at least; `max_attempts` counts the first attempt"
                    .to_owned(),
            );
        }
        let times = [
            ("connect_timeout", self.connect_timeout),
            ("attempt_timeout", self.attempt_timeout),
            ("timeout", self.timeout),
        ];
        match times
            .into_iter()
            .find(|(_, time)| *time == Some(Duration::ZERO))
        {
            Some((name, _)) => refuse(format!(
                "a `{name}` of nothing fails every request; leave it out to wait as long as the SDK does"
            )),
            None => Ok(()),
        }
    }

    async fn connect(self) -> Result<Store> {
        self.check()?;
        let Self {
            endpoint,
            region,
            credentials,
            profile,
            namespace,
            max_attempts,
            connect_timeout,
            attempt_timeout,
            timeout,
        } = self;
        let mut times = TimeoutConfig::builder();
        times
            .set_connect_timeout(connect_timeout)
            .set_operation_attempt_timeout(attempt_timeout)
            .set_operation_timeout(timeout);
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).timeout_config(times.build());
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        if let Some(credentials) = credentials {
            loader = loader.credentials_provider(credentials);
        }
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        if let Some(attempts) = max_attempts {
            loader = loader.retry_config(RetryConfig::standard().with_max_attempts(attempts));
        }
        let store = Store::new(Client::new(&loader.load().await));
        Ok(match namespace {
            Some(namespace) => store.with_namespace(namespace),
            None => store,
        })
    }
}

fn has_scheme(endpoint: &str) -> bool {
    let rest = endpoint
        .strip_prefix("http://")
        .or_else(|| endpoint.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty())
}

/// Shows no credentials.
impl fmt::Debug for StoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreBuilder")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for StoreBuilder {
    type Output = Result<Store>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.connect())
    }
}
