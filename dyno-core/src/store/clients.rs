//! SDK clients: one pair per region, made when first used.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Builder, Intercept, Region, StalledStreamProtectionConfig};

use super::namespace::Prefixed;
use crate::table::Namespace;

/// The clients of a store.
#[derive(Debug)]
pub(super) struct Clients {
    base: Client,
    namespace: Option<Namespace>,
    by_region: RwLock<HashMap<Option<&'static str>, RegionClients>>,
}

/// Two clients of one region that share their connections.
#[derive(Clone, Debug)]
pub(super) struct RegionClients {
    /// For reads: the SDK repeats what fails.
    pub(super) reads: Client,
    /// The same for one item. What an answer brings without delay is not watched for stalling, which the SDK does for each body.
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

    pub(super) fn of(&self, region: Option<&'static str>) -> RegionClients {
        let known = self
            .by_region
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&region)
            .cloned();
        known.unwrap_or_else(|| {
            let made = self.make(region);
            let mut by_region = self
                .by_region
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            by_region.entry(region).or_insert(made).clone()
        })
    }

    /// Whether this is the region of types that name none.
    pub(super) fn is_own(&self, region: &str) -> bool {
        let own = self.base.config().region();
        own.is_some_and(|own| own.as_ref() == region)
    }

    /// A client that knows nothing of a namespace: tables have the names that they have in the service.
    pub(super) fn raw(&self, region: Option<&'static str>) -> Client {
        if self.namespace.is_none() {
            return self.of(region).reads;
        }
        Client::from_conf(self.config(region).build())
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
        if let Some(namespace) = &self.namespace {
            config = config.interceptor(Prefixed(namespace.clone()));
        }
        let commits = config.clone().retry_config(RetryConfig::disabled());
        let for_items = |config: &Builder| {
            let unwatched = StalledStreamProtectionConfig::disabled();
            Client::from_conf(config.clone().stalled_stream_protection(unwatched).build())
        };
        RegionClients {
            item_reads: for_items(&config),
            item_commits: for_items(&commits),
            reads: Client::from_conf(config.build()),
            commits: Client::from_conf(commits.build()),
        }
    }
}
