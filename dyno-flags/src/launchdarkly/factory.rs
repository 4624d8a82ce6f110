//! What makes the store when the SDK wants it.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use launchdarkly_server_sdk::{PersistentDataStore, PersistentDataStoreFactory};

use super::data_store::DynoDataStore;
use super::worker::{Connecting, Worker};
use crate::store::FeatureStore;

/// Makes persistent stores for clients of LaunchDarkly's SDK: give it to `PersistentDataStoreBuilder::new`.
///
/// Each client gets a store with a thread of its own. Reads and writes are those of [`FeatureStore`]; an error is a `PersistentStoreError`
/// with all that is known, which the SDK logs.
///
/// The SDK waits for its store on the threads of the program's runtime. Connections are driven by the runtime on which they were opened,
/// so that a store that the program uses as well may wait for those very threads: let [`connect`](Self::connect) make one for the
/// client. An answer that does not come within [`timeout`](Self::timeout) is an error.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use dyno_core::Store;
/// use dyno_flags::FeatureStore;
/// use dyno_flags::launchdarkly::DynoDataStoreFactory;
/// use launchdarkly_server_sdk::{PersistentDataStoreBuilder, PersistentDataStoreFactory};
///
/// let factory = DynoDataStoreFactory::connect(|| async {
///     let flags = FeatureStore::new(&Store::embedded()?, "launchdarkly");
///     flags.ensure_table().await?;
///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(flags)
/// });
/// assert!(!factory.create_persistent_data_store()?.is_initialized());
/// let builder = PersistentDataStoreBuilder::new(Arc::new(factory));
/// # drop(builder);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct DynoDataStoreFactory {
    connect: Arc<dyn Fn() -> Connecting + Send + Sync>,
    timeout: Duration,
}

/// An `init` of some thousand flags takes less.
const TIMEOUT: Duration = Duration::from_mins(1);

impl DynoDataStoreFactory {
    /// Stores of these flags and segments, on the connections that they have.
    ///
    /// Over a network this is for programs that use them nowhere else. On any runtime whose threads can all wait for the SDK at the
    /// same time, be it one or many, nobody would be left to drive connections that were opened there: calls would fail after
    /// [`timeout`](Self::timeout). [`connect`](Self::connect) has no such limit.
    pub fn new(flags: FeatureStore) -> Self {
        let connect = move || -> Connecting {
            let flags = flags.clone();
            Box::pin(async move { Ok(flags) })
        };
        Self {
            connect: Arc::new(connect),
            timeout: TIMEOUT,
        }
    }

    /// Stores that are made on the thread on which they are used, with connections of their own: make the `dyno_core::Store` in there.
    pub fn connect<F, C, E>(connect: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<FeatureStore, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let connect = move || -> Connecting {
            let connecting = connect();
            Box::pin(async move { connecting.await.map_err(Into::into) })
        };
        Self {
            connect: Arc::new(connect),
            timeout: TIMEOUT,
        }
    }

    /// How long the SDK waits for a store to be made, and for each answer: one minute unless it is said. What takes longer is an error;
    /// it is not called off, and may still be done.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl PersistentDataStoreFactory for DynoDataStoreFactory {
    fn create_persistent_data_store(&self) -> io::Result<Box<dyn PersistentDataStore>> {
        let connecting = (self.connect)();
        let checked: Connecting = Box::pin(async move {
            let flags = connecting.await?;
            flags.check()?;
            Ok(flags)
        });
        Ok(Box::new(DynoDataStore::new(Worker::start(
            checked,
            self.timeout,
        )?)))
    }
}

impl fmt::Debug for DynoDataStoreFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynoDataStoreFactory")
            .finish_non_exhaustive()
    }
}
