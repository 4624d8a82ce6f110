//! What the engine applied, in order, and which operation asked for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::HttpConnector as _;

use crate::audit::audit;
use crate::database::{Database, Items};
use crate::wire;

/// One change of the items.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    /// The operation that asked for it.
    pub(crate) tag: u64,
    /// Every item after it.
    pub(crate) items: Arc<Items>,
    /// What the format does not allow.
    pub(crate) wrong: Vec<String>,
}

/// A database and the list of its changes. Clones share both.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    pub(crate) database: Arc<Database>,
    changes: Arc<Mutex<Changes>>,
}

#[derive(Debug, Default)]
struct Changes {
    now: Arc<Items>,
    commits: Vec<Commit>,
}

impl Ledger {
    pub(crate) fn new(database: Database) -> Self {
        Self {
            database: Arc::new(database),
            changes: Arc::default(),
        }
    }

    /// Begins anew with these items.
    pub(crate) fn reset(&self, items: &Items) {
        self.database.set(items);
        *self.changes.lock().unwrap() = Changes {
            now: Arc::new(items.clone()),
            commits: Vec::new(),
        };
    }

    /// The changes since the last [`reset`](Self::reset).
    pub(crate) fn commits(&self) -> Vec<Commit> {
        self.changes.lock().unwrap().commits.clone()
    }

    /// How often the items were changed.
    pub(crate) fn length(&self) -> usize {
        self.changes.lock().unwrap().commits.len()
    }

    /// How often an operation changed the items.
    pub(crate) fn count(&self, tag: u64) -> usize {
        let changes = self.changes.lock().unwrap();
        changes.commits.iter().filter(|one| one.tag == tag).count()
    }

    /// The items as they are now.
    pub(crate) fn items(&self) -> Arc<Items> {
        Arc::clone(&self.changes.lock().unwrap().now)
    }

    /// A client whose writes are entered here, under the [`tag`](wire::tag) of the request.
    pub(crate) fn watch(&self, client: &Client) -> Client {
        let ledger = self.clone();
        wire::through(client, move |inner, request| {
            let ledger = ledger.clone();
            Box::pin(async move {
                let tag = wire::writes(&request).then(|| wire::tag(&request));
                let response = inner.call(request).await?;
                if let Some(tag) = tag
                    && response.status().is_success()
                {
                    ledger.enter(tag);
                }
                Ok(response)
            })
        })
    }

    fn enter(&self, tag: u64) {
        let items = Arc::new(self.database.items());
        let mut changes = self.changes.lock().unwrap();
        if items != changes.now {
            changes.now = Arc::clone(&items);
            let wrong = audit(&items);
            changes.commits.push(Commit { tag, items, wrong });
        }
    }
}

/// The operation that a client is at. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tag(Arc<AtomicU64>);

impl Tag {
    pub(crate) fn set(&self, tag: u64) {
        self.0.store(tag, Ordering::Relaxed);
    }

    /// A client that writes on each request which operation it is at.
    pub(crate) fn mark(&self, client: &Client) -> Client {
        let at = Arc::clone(&self.0);
        wire::through(client, move |inner, mut request| {
            let tag = at.load(Ordering::Relaxed).to_string();
            request.headers_mut().insert(wire::TAG, tag);
            Box::pin(async move { inner.call(request).await })
        })
    }
}
