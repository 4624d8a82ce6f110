//! SDK clients: a few per region, made when first used.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Builder, Intercept, Region, StalledStreamProtectionConfig};

use super::namespace::Prefixed;
use crate::table::Namespace;

/// How long a stream may stall where nobody says otherwise, as the SDK has it for its own clients. A configuration that is made without it has
/// four times as much.
const GRACE_PERIOD: Duration = Duration::from_secs(5);

/// The clients of a store.
#[derive(Debug)]
pub(super) struct Clients {
    base: Client,
    namespace: Option<Namespace>,
    by_region: RwLock<HashMap<Option<&'static str>, Arc<RegionClients>>>,
}

/// Clients of one region, which share their connections if the program's client names its HTTP client, as that of the engine does. What it says of
/// stalled streams holds for all of them.
#[derive(Debug)]
pub(super) struct RegionClients {
    /// For programs, which ask what they like.
    raw: Client,
    /// For reads: the SDK repeats what fails. What is sent is small, and not watched for stalling, as the SDK does with each body.
    pub(super) reads: Client,
    /// The same for one item, of which the answer comes without delay, and is not watched either.
    pub(super) item_reads: Client,
    /// For commits: nothing is repeated behind the commit's back, because whether an answer was lost decides what a
    /// refusal means.
    pub(super) commits: Client,
    /// The same for one item.
    pub(super) item_commits: Client,
}

impl Clients {
    pub(super) fn new(base: Client, namespace: Option<Namespace>) -> Self {
        Self {
            base,
            namespace,
            by_region: RwLock::default(),
        }
    }

    pub(super) fn namespace(&self) -> Option<&Namespace> {
        self.namespace.as_ref()
    }

    pub(super) fn with_namespace(&self, namespace: Namespace) -> Self {
        Self::new(self.base.clone(), Some(namespace))
    }

    pub(super) fn with_interceptor(&self, interceptor: impl Intercept + 'static) -> Self {
        let config = self
            .base
            .config()
            .to_builder()
            .interceptor(interceptor)
            .build();
        Self::new(Client::from_conf(config), self.namespace.clone())
    }

    pub(super) fn of(&self, region: Option<&'static str>) -> Arc<RegionClients> {
        let known = self
            .by_region
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&region)
            .cloned();
        known.unwrap_or_else(|| {
            let made = Arc::new(self.make(region));
            let mut by_region = self
                .by_region
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(by_region.entry(region).or_insert(made))
        })
    }

    /// Whether this is the region of types that name none.
    pub(super) fn is_own(&self, region: &str) -> bool {
        let own = self.base.config().region();
        own.is_some_and(|own| own.as_ref() == region)
    }

    /// A client that knows nothing of a namespace: tables have the names that they have in the service.
    pub(super) fn raw(&self, region: Option<&'static str>) -> Client {
        self.of(region).raw.clone()
    }

    /// The same for a region that no type names.
    pub(super) fn raw_in(&self, region: Option<&str>) -> Client {
        match region {
            Some(_) => Client::from_conf(self.config(region).build()),
            None => self.raw(None),
        }
    }

    fn config(&self, region: Option<&str>) -> Builder {
        let config = self.base.config().to_builder();
        match region {
            Some(region) => config.region(Region::new(region.to_owned())),
            None => config,
        }
    }

    fn make(&self, region: Option<&'static str>) -> RegionClients {
        let mut config = self.config(region);
        let raw = match region {
            Some(_) => Client::from_conf(config.clone().build()),
            None => self.base.clone(),
        };
        if let Some(namespace) = &self.namespace {
            config = config.interceptor(Prefixed(namespace.clone()));
        }
        let commits = config.clone().retry_config(RetryConfig::disabled());
        let is_set_by_program = self.base.config().stalled_stream_protection().is_some();
        let watching = |config: &Builder, watched: StalledStreamProtectionConfig| {
            let config = config.clone();
            Client::from_conf(if is_set_by_program {
                config.build()
            } else {
                config.stalled_stream_protection(watched).build()
            })
        };
        let unwatched = StalledStreamProtectionConfig::disabled();
        let answers_watched = StalledStreamProtectionConfig::enabled()
            .upload_enabled(false)
            .grace_period(GRACE_PERIOD);
        RegionClients {
            raw,
            reads: watching(&config, answers_watched.build()),
            item_reads: watching(&config, unwatched.clone()),
            item_commits: watching(&commits, unwatched),
            commits: Client::from_conf(commits.build()),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Config;
    use aws_sdk_dynamodb::config::BehaviorVersion;

    use super::*;

    fn made(config: Builder) -> Arc<RegionClients> {
        let config = config.behavior_version(BehaviorVersion::latest());
        Clients::new(Client::from_conf(config.build()), None).of(None)
    }

    /// Whether requests are watched, and whether answers are.
    fn watched(client: &Client) -> Option<(bool, bool)> {
        let config = client.config().stalled_stream_protection();
        config.map(|config| (config.upload_enabled(), config.download_enabled()))
    }

    #[test]
    fn answers_of_many_items_are_watched_and_requests_of_reads_are_not() {
        let clients = made(Config::builder());
        assert_eq!(watched(&clients.reads), Some((false, true)));
        let grace = clients.reads.config().stalled_stream_protection();
        assert_eq!(grace.unwrap().grace_period(), Duration::from_secs(5));
        assert_eq!(watched(&clients.item_reads), Some((false, false)));
        assert_eq!(watched(&clients.item_commits), Some((false, false)));
        for as_the_sdk_has_it in [&clients.raw, &clients.commits] {
            assert_eq!(watched(as_the_sdk_has_it), None);
        }
    }

    #[test]
    fn what_a_program_says_of_stalled_streams_holds_for_all() {
        let said = StalledStreamProtectionConfig::enabled().download_enabled(false);
        let clients = made(Config::builder().stalled_stream_protection(said.build()));
        let RegionClients {
            raw,
            reads,
            item_reads,
            commits,
            item_commits,
        } = &*clients;
        for client in [raw, reads, item_reads, commits, item_commits] {
            assert_eq!(watched(client), Some((true, false)));
        }
    }
}
