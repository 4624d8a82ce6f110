//! A database and the SDK clients on it.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion, Builder, Config, Credentials, IdentityCache, Region, SharedHttpClient,
        StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
    },
};
use aws_smithy_runtime_api::client::auth::AuthSchemeId;
use dynoxide::Database;

use crate::{
    connector::EmbeddedClient,
    open::{self, OpenError},
    threads::Threads,
};

/// A DynamoDB engine in the process.
///
/// A clone is cheap and is the same database. Each [`Engine::in_memory`] is a database of its own
/// that disappears with the last clone and the last client.
///
/// # Examples
///
/// ```
/// use dyno_embedded::Engine;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::in_memory()?;
/// let tables = engine.client().list_tables().send().await?;
/// assert!(tables.table_names().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    database: Database,
    threads: Threads,
    path: Option<Arc<Path>>,
}

impl Engine {
    /// Makes an empty database in memory.
    ///
    /// # Errors
    ///
    /// When `SQLite` cannot be initialised, which means that memory has run out.
    pub fn in_memory() -> Result<Self, OpenError> {
        open::in_memory().map(Self::from)
    }

    /// Opens the database in the file at `path`, and makes it when there is none.
    ///
    /// `SQLite` keeps two more files beside it while it is open, with the suffixes `-wal` and
    /// `-shm`. The file is closed when the last clone, client and running request are gone.
    ///
    /// Several engines, also in several processes, may have the same file open, and a request
    /// waits up to five seconds for the others. They share items. They do not share remembered
    /// `ClientRequestToken`s, and an engine that has used a table does not notice when another one
    /// deletes or changes that table: open the file again after such a change.
    ///
    /// A `SQLite` database of another program is taken for an empty one, and gets this engine's
    /// tables next to its own.
    ///
    /// This blocks on the disk, and up to thirty seconds on another process that is creating the
    /// same database.
    ///
    /// # Errors
    ///
    /// [`OpenError::kind`] says why the file cannot be used: a directory, a directory that is
    /// missing, a file that is not a database, a file that must not be written, and so on.
    ///
    /// # Example: data outlives the engine
    ///
    /// ```
    /// use dyno_embedded::{Engine, OpenErrorKind};
    ///
    /// let directory = std::env::temp_dir().join(format!("dyno-{}", std::process::id()));
    /// std::fs::create_dir_all(&directory)?;
    /// let engine = Engine::open(directory.join("shop.db"))?;
    /// assert_eq!(engine.path(), Some(directory.join("shop.db").as_path()));
    ///
    /// let error = Engine::open(&directory).unwrap_err();
    /// assert_eq!(error.kind(), OpenErrorKind::Directory);
    /// # drop(engine);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let path = path.into();
        let database = open::file(&path)?;
        Ok(Self {
            path: Some(path.into()),
            ..Self::from(database)
        })
    }

    /// Runs requests on the thread that polls them, instead of handing them to another one.
    ///
    /// A small request takes less than half the time, because the hand-over costs more than the
    /// request; and on a single-threaded runtime the order of requests is decided by the order
    /// in which tasks are polled, so that a test can be repeated exactly. Each request lets the
    /// other tasks have a turn before it runs, so concurrent tasks still interleave.
    ///
    /// The price: nothing else runs on that thread during a request, and a large scan takes
    /// milliseconds. Choose it for tests and for programs with nothing else to do, not for servers.
    ///
    /// The setting belongs to this value and the clients made from it; other clones keep theirs.
    ///
    /// ```
    /// let client = dyno_embedded::Engine::in_memory()?.inline().client();
    /// # Ok::<(), dyno_embedded::OpenError>(())
    /// ```
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.threads = Threads::Polling;
        self
    }

    /// Makes a complete SDK client on this database.
    ///
    /// It is [`Engine::config_builder`], built. Clone the client rather than making several: a
    /// client is expensive to make and cheap to clone.
    pub fn client(&self) -> Client {
        Client::from_conf(self.config_builder().build())
    }

    /// Returns an SDK configuration that needs nothing more to be built.
    ///
    /// Region `us-east-1`, fixed credentials, newest behaviour. Retries, timeouts and the
    /// protection against stalled streams are off, since there is no network that could need them.
    /// Requests are not signed, which nobody would check and which takes a quarter of the time of
    /// a `GetItem`.
    ///
    /// # Example: a client in another region, on the same database
    ///
    /// ```
    /// use aws_sdk_dynamodb::{Client, config::Region};
    ///
    /// let engine = dyno_embedded::Engine::in_memory()?;
    /// let config = engine.config_builder().region(Region::new("eu-central-1")).build();
    /// let client = Client::from_conf(config);
    /// # Ok::<(), dyno_embedded::OpenError>(())
    /// ```
    pub fn config_builder(&self) -> Builder {
        Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(
                "embedded",
                "embedded",
                None,
                None,
                "dyno-embedded",
            ))
            .identity_cache(IdentityCache::no_cache())
            .allow_no_auth()
            .auth_scheme_preference([AuthSchemeId::from("noAuth")])
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.http_client())
    }

    /// Returns the HTTP client that answers from this database, for a configuration of one's own.
    ///
    /// ```
    /// use aws_sdk_dynamodb::config::Config;
    ///
    /// let engine = dyno_embedded::Engine::in_memory()?;
    /// let builder = Config::builder().http_client(engine.http_client());
    /// # Ok::<(), dyno_embedded::OpenError>(())
    /// ```
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(EmbeddedClient::new(
            self.database.clone(),
            self.threads.clone(),
        ))
    }

    /// Returns the file of this database, or `None` when it is in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns the database itself, for what the DynamoDB API does not offer.
    ///
    /// Sweeping expired items, snapshots, statistics; with the engine's own feature for it also
    /// serving it over HTTP. Its methods block.
    ///
    /// ```
    /// let engine = dyno_embedded::Engine::in_memory()?;
    /// assert_eq!(engine.database().table_count()?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn database(&self) -> &Database {
        &self.database
    }
}

/// Takes over a database that was opened elsewhere, with a clock of its own for instance.
impl From<Database> for Engine {
    fn from(database: Database) -> Self {
        Self {
            database,
            threads: Threads::background(),
            path: None,
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("path", &self.path)
            .field("inline", &matches!(self.threads, Threads::Polling))
            .finish_non_exhaustive()
    }
}
