use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::clients::Clients;
use super::clock::Clock;
use super::meter::Meter;
use crate::loader::ConfigLoader;
use crate::plan::Topology;
use crate::shape::Identity;

/// What makes one store another than the next.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) shared: Arc<Shared>,
    pub(super) loader: Option<Arc<dyn ConfigLoader>>,
    /// Adds up what the requests consume, if somebody wants to know.
    pub(super) meter: Option<Arc<Meter>>,
    pub(super) clock: Clock,
}

/// What stores have in common that send their requests in the same way.
pub(super) struct Shared {
    pub(super) clients: Clients,
    pub(super) topologies: RwLock<HashMap<Identity, Arc<Topology>>>,
}

impl Settings {
    pub(super) fn new(clients: Clients) -> Self {
        Self {
            shared: Arc::new(Shared::new(clients)),
            loader: None,
            meter: None,
            clock: Clock::default(),
        }
    }

    /// Other clients, which measure nothing.
    pub(super) fn set_clients(&mut self, clients: Clients) {
        self.shared = Arc::new(Shared::new(clients));
        self.meter = None;
    }
}

impl Shared {
    fn new(clients: Clients) -> Self {
        Self {
            clients,
            topologies: RwLock::default(),
        }
    }
}
