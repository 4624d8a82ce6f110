//! A table of its own for each test, on an engine without threads: with a clock, faults and a recorder.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::config::SharedHttpClient;
use dyno_core::{AttributeValue, Item, Store};
use dyno_kv::{Kv, Partition};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, dump, wrap};

pub(crate) const TABLE: &str = "CRMTable";
pub(crate) const NOW: u64 = 1_795_000_000;

/// A table, and what happens around it.
pub(crate) struct Bench {
    service: Service,
    pub(crate) recorder: Recorder,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    seconds: Arc<AtomicU64>,
}

impl Bench {
    /// The table of dynastore's own tests.
    pub(crate) async fn new() -> Self {
        let bench = Self {
            service: Service::new().inline(),
            recorder: Recorder::new(),
            faults: Arc::default(),
            seconds: Arc::new(AtomicU64::new(NOW)),
        };
        bench.kv().ensure_table().await.unwrap();
        bench.recorder.take();
        bench
    }

    /// A store that is recorded, and meets the faults.
    pub(crate) fn kv(&self) -> Kv {
        let faults = Arc::clone(&self.faults);
        let client = wrap(&self.service.client(), |http| {
            FaultClient::new(http, move |_| {
                faults.lock().unwrap().pop_front().unwrap_or(Fault::Pass)
            })
        });
        let store = Store::new(client).with_interceptor(self.recorder.clone());
        self.kv_on(store)
    }

    /// A store of somebody else, who meets no faults and is not recorded.
    pub(crate) fn other(&self) -> Kv {
        self.kv_on(self.store())
    }

    /// What answers, for a layer of faults.
    pub(crate) fn http(&self) -> SharedHttpClient {
        let client = self.service.client();
        client.config().http_client().unwrap()
    }

    /// A store whose requests go through this.
    pub(crate) fn on(&self, http: FaultClient) -> Kv {
        self.kv_on(Store::new(wrap(&self.service.client(), |_| http)))
    }

    /// A store that meets no faults, with the clock of the system.
    pub(crate) fn store(&self) -> Store {
        Store::new(self.service.client())
    }

    /// A store whose requests are all met by this script.
    pub(crate) fn scripted(
        &self,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Kv {
        let client = wrap(&self.service.client(), |http| {
            FaultClient::new(http, script)
        });
        self.kv_on(Store::new(client))
    }

    fn kv_on(&self, store: Store) -> Kv {
        let seconds = Arc::clone(&self.seconds);
        let clock = move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed));
        Kv::new(&store.with_clock(clock), TABLE)
            .local_index("idx_created", "created")
            .global_index("idx_global_1", "pk1", "sk1")
    }

    pub(crate) fn partition(&self) -> Partition {
        self.kv().partition("customers")
    }

    pub(crate) fn others(&self) -> Partition {
        self.other().partition("customers")
    }

    /// The next requests of [`kv`](Self::kv) meet these.
    pub(crate) fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults);
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// What stands in the table.
    pub(crate) async fn items(&self) -> Vec<Item> {
        dump(&self.service.client(), TABLE).await.unwrap()
    }

    pub(crate) async fn item(&self, key: &str) -> Item {
        let items = self.items().await.into_iter();
        let mut found = items.filter(|item| item["name"] == text(key));
        found.next().unwrap()
    }

    /// Puts an item as another program would.
    pub(crate) async fn put_item(&self, item: Item) {
        let client = self.service.client();
        let put = client.put_item().table_name(TABLE).set_item(Some(item));
        put.send().await.unwrap();
    }

    /// The operations that were sent, one word each.
    pub(crate) fn sent(&self) -> String {
        let requests = self.recorder.take();
        let names: Vec<_> = requests.iter().map(Request::operation).collect();
        names.join(" ")
    }
}

pub(crate) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The names of an item's attributes, in order.
pub(crate) fn names(item: &Item) -> Vec<&str> {
    let mut names: Vec<_> = item.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
