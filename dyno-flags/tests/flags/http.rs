//! The Rust server SDK's store over a network, where connections need somebody to drive them.

use std::net::Ipv4Addr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dyno_core::Store;
use dyno_embedded::dynoxide::{Database, server};
use dyno_flags::launchdarkly::DynoDataStoreFactory;
use dyno_flags::{FeatureStore, Kind};
use launchdarkly_server_sdk::PersistentDataStoreFactory;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::fixture::{TABLE, item};

/// An engine behind HTTP, on a thread of its own, as a service is.
struct Server {
    endpoint: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start() -> Self {
        let (stop, stopped) = oneshot::channel();
        let (endpoint, at) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            one_thread().block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                let address = listener.local_addr().unwrap();
                endpoint.send(format!("http://{address}")).unwrap();
                let database = Database::memory().unwrap();
                let ended = async { drop(stopped.await) };
                server::serve_with_shutdown(listener, database, ended)
                    .await
                    .unwrap();
            });
        });
        Self {
            endpoint: at.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    async fn flags(&self) -> FeatureStore {
        flags(self.endpoint.clone()).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop = None;
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(ended.is_some_and(|ended| ended.is_ok()) || thread::panicking());
    }
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn flags(endpoint: String) -> dyno_core::Result<FeatureStore> {
    Ok(FeatureStore::new(&Store::at(endpoint).await?, TABLE))
}

/// A program whose runtime has opened a connection, and whose only thread then waits for what a factory makes.
async fn warm(flags: &FeatureStore) {
    flags.ensure_table().await.unwrap();
    flags.upsert(Kind::Flag, "f", item("f", 1)).await.unwrap();
    assert!(flags.get(Kind::Flag, "f").await.unwrap().is_some());
}

#[test]
fn a_store_that_connects_itself_answers_a_runtime_whose_only_thread_waits() {
    let server = Server::start();
    let runtime = one_thread();
    runtime.block_on(async {
        warm(&server.flags().await).await;
        let endpoint = server.endpoint.clone();
        let factory = DynoDataStoreFactory::connect(move || flags(endpoint.clone()));
        let store = factory.create_persistent_data_store().unwrap();
        assert_eq!(store.flag("f").unwrap().unwrap().version, 1);
        assert!(!store.is_initialized());
    });
    drop(runtime);
}

#[test]
fn a_store_whose_connections_nobody_drives_is_an_error_and_not_a_hang() {
    let server = Server::start();
    let runtime = one_thread();
    runtime.block_on(async {
        let flags = server.flags().await;
        warm(&flags).await;
        let factory = DynoDataStoreFactory::new(flags).timeout(Duration::from_millis(500));
        let store = factory.create_persistent_data_store().unwrap();
        let error = store.flag("f").map(drop).unwrap_err().to_string();
        assert!(
            error.contains("no answer within 500ms") && error.contains("connect"),
            "{error}"
        );
        assert!(!store.is_initialized());
    });
    drop(runtime);
}
