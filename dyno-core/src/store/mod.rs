//! The store: everything that sends requests.

mod alone;
mod batch;
#[cfg(feature = "aws")]
mod builder;
mod check;
mod clients;
mod clock;
mod condition;
mod copies;
mod cursor;
mod delete;
mod document;
mod drive;
mod fetch;
mod fetch_at_once;
mod fetch_batch;
mod find;
mod guard_values;
mod held;
mod items;
mod keys;
mod lazy;
mod load;
mod made_key;
mod meter;
mod namespace;
mod operation;
mod passes;
mod prepared;
mod read_path;
mod request;
mod reseal;
mod save;
mod saved;
mod select;
mod service;
mod settings;
mod shards;
mod snapshot;
mod table;
mod transaction;
mod tree;
mod update;
mod verbatim;
mod verbs;
mod when;
mod write_path;

use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::SystemTime;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Intercept;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

pub use self::batch::{
    BatchError, DeleteMany, LoadAsked, LoadMany, LoadPart, LoadParts, LoadTogether, Reads,
    SaveMany, WriteAsked, WritePart, WriteParts, WriteTogether,
};
#[cfg(feature = "aws")]
pub use self::builder::StoreBuilder;
pub use self::check::{LoaderFault, check_loader};
use self::clients::Clients;
use self::clock::Clock;
pub use self::cursor::Cursor;
pub use self::delete::Delete;
pub use self::document::{
    Delete as DeleteByKey, DeleteDocument, Document, Documents, EnsureDocumentTables, Read,
    ReadOptional, ReadPath as ReadDocumentPath, Reload as ReloadDocument, SaveDocument, Write,
    WritePath as WriteDocumentPath,
};
pub(crate) use self::find::index_value;
pub use self::find::{Find, FindKeys};
pub use self::guard_values::{Duplicate, GuardReport, GuardValues};
pub use self::items::{
    Change, Check, Delete as DeleteItem, Get, GetMany, Index, ItemPage, ItemStream, Items, Put,
    Refusal, Select, Transacted, Update as UpdateItem, When, WriteItems, WriteMany, WriteManyError,
    WritePart as ItemWrite, Written,
};
pub use self::load::{Load, LoadOptional};
pub use self::read_path::ReadPath;
pub use self::reseal::{Audit, AuditReport, Failure, Reseal, ResealReport};
pub use self::save::Save;
pub use self::saved::{DeleteSaved, Reload, SaveSaved, Saved};
pub use self::select::{
    AnySort, Asking, Collection, CollectionPage, CollectionPages, Count, FoundOf, Member, Members,
    Objects, OfIndex, OfTable, OneSort, Page, Pages, ParallelScan, Params, QueriedBy, Query, Scan,
    SortKey,
};
use self::settings::Settings;
pub use self::shards::Shards;
pub use self::table::{
    CheckSpecs, CheckTables, DeleteTables, EnsureSpecs, EnsureTables, MigrateTables,
};
pub use self::transaction::{
    ActionParams, Given, Inserts, InsertsAnd, Lefts, LoadTransaction, Many, One, Slot, Transaction,
    TransactionError, TransactionFailure, TransactionParams,
};
pub use self::update::{Update, UpdateParams, UpdateReturning};
pub use self::write_path::WritePath;
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::plan::Topology;
use crate::shape::{Shape, Stored};
use crate::table::Namespace;

/// A place where objects are stored: DynamoDB, a server that speaks its protocol, or the embedded engine.
///
/// Cloning is cheap and shares everything. Nothing is sent until an operation is awaited.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # async fn example() -> dyno::Result<()> {
/// use dyno::Store;
///
/// let store = Store::embedded()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store {
    settings: Arc<Settings>,
}

static INSTALLED: OnceLock<Store> = OnceLock::new();

impl Store {
    /// A store behind any SDK client: DynamoDB, ScyllaDB Alternator, DynamoDB Local, or a test double.
    ///
    /// Tables in other regions than the client's are reached with the same settings and the other region.
    pub fn new(client: Client) -> Self {
        Self {
            settings: Arc::new(Settings::new(Clients::new(client, None))),
        }
    }

    /// A store on DynamoDB, with region and credentials from the environment, as every AWS tool finds them, unless they are
    /// set: `Store::from_env().region("us-east-2").await?`.
    #[cfg(feature = "aws")]
    pub fn from_env() -> StoreBuilder {
        StoreBuilder::default()
    }

    /// A store on a server that speaks DynamoDB's protocol and does not look at credentials, such as DynamoDB Local or
    /// ScyllaDB Alternator: `Store::at("http://localhost:8000").await?`. Nothing is taken from the environment that is said
    /// here: the endpoint, a region (`us-east-1`), credentials (`local`).
    #[cfg(feature = "aws")]
    pub fn at(endpoint: impl Into<String>) -> StoreBuilder {
        StoreBuilder::at(endpoint)
    }

    /// A store in the memory of this process, empty and its own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Engine`]: the engine could not be started.
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Result<Self> {
        dyno_embedded::Engine::in_memory()
            .map(|engine| Self::new(engine.client()))
            .map_err(engine_error)
    }

    /// A store in a file, made if it does not exist.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Engine`]: the file cannot be opened, or holds something else.
    #[cfg(feature = "embedded")]
    pub fn embedded_at(path: impl AsRef<std::path::Path>) -> Result<Self> {
        dyno_embedded::Engine::open(path.as_ref())
            .map(|engine| Self::new(engine.client()))
            .map_err(engine_error)
    }

    /// The same store with a loader, used where neither the call nor the type names one.
    #[must_use]
    pub fn with_loader(mut self, loader: impl ConfigLoader) -> Self {
        Arc::make_mut(&mut self.settings).loader = Some(Arc::new(loader));
        self
    }

    /// The same store with an interceptor of the SDK on every request, such as `dyno_testkit::Recorder`.
    #[must_use]
    pub fn with_interceptor(mut self, interceptor: impl Intercept + 'static) -> Self {
        let clients = self.clients().with_interceptor(interceptor);
        Arc::make_mut(&mut self.settings).set_clients(clients);
        self
    }

    /// The same store, whose tables' names in the service begin with a prefix; see [`Namespace`].
    ///
    /// A store that has a namespace gets this one instead. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// # #[cfg(feature = "embedded")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> dyno::Result<()> {
    /// # use dyno_derive::DyObject;
    /// use dyno::{DyObject, Namespace, Store};
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "Users", key = "ID")]
    /// struct User { name: String }
    ///
    /// let store = Store::embedded()?;
    /// let dev = store.clone().with_namespace(Namespace::new("dev_")?);
    /// dev.ensure_tables::<User>().await?;
    /// assert_eq!(dev.table_name::<User>()?, "dev_Users");
    ///
    /// let saved = dev.save(User { name: "Ada".into() }).await?;
    /// assert_eq!(dev.load::<User>(saved.key()).await?.name, "Ada");
    /// assert!(store.load::<User>(saved.key()).await.is_err());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "embedded"))]
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn with_namespace(mut self, namespace: Namespace) -> Self {
        let clients = self.clients().with_namespace(namespace);
        Arc::make_mut(&mut self.settings).set_clients(clients);
        self
    }

    /// The same store with another clock than the system's, for what has expired, and for fields marked `created` or `updated`: tests need
    /// not wait.
    ///
    /// It tells the time of fields, not that of the mapper's own marks.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// # #[cfg(feature = "embedded")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> dyno::Result<()> {
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// # use dyno_derive::DyObject;
    /// use dyno::{DyObject, Store};
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "Sessions", key = "ID")]
    /// struct Session {
    ///     user: String,
    ///     #[dyno(ttl)]
    ///     expires: u64,
    /// }
    ///
    /// let store = Store::embedded()?;
    /// store.ensure_tables::<Session>().await?;
    /// let at = |seconds| store.clone().with_clock(move || UNIX_EPOCH + Duration::from_secs(seconds));
    ///
    /// store.save(Session { user: "ada".into(), expires: 1_000 }).await?;
    /// assert_eq!(at(999).scan::<Session>().await?.len(), 1);
    /// assert_eq!(at(1_000).scan::<Session>().await?.len(), 0);
    /// assert_eq!(at(1_000).scan::<Session>().with_expired().await?.len(), 1);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "embedded"))]
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Arc::make_mut(&mut self.settings).clock = Clock::new(now);
        self
    }

    /// What time it is for this store: the system's, or that of [`with_clock`](Self::with_clock).
    pub fn now(&self) -> SystemTime {
        self.settings.clock.now()
    }

    /// The namespace of its tables, if it has one.
    pub fn namespace(&self) -> Option<&Namespace> {
        self.clients().namespace()
    }

    /// The name in the service of the table of `T`: what the type declares, after the prefix of the namespace.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`]: `T` cannot be stored as it is declared, or not in this namespace.
    pub fn table_name<T: Stored>(&self) -> Result<String> {
        let topology = self.topology(T::SHAPE)?;
        Ok(self.physical_name(topology.table.name()))
    }

    /// Makes this the store of the process, which `T::load(key)`, `object.save()` and the like use.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AlreadyInstalled`]: another one is installed.
    pub fn install(self) -> Result<()> {
        INSTALLED.set(self).map_err(|_| {
            let why = "a store is installed already; name another one with `.on(&store)`";
            Error::new(ErrorKind::AlreadyInstalled, why)
        })
    }

    /// The installed store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotInstalled`]: there is none.
    pub fn installed() -> Result<Self> {
        INSTALLED.get().cloned().ok_or_else(|| {
            let why = "no store is installed; call `store.install()` once, or name a store with `.on(&store)`";
            Error::new(ErrorKind::NotInstalled, why)
        })
    }

    /// The SDK client for the table of `T`, for everything that this crate does not do.
    ///
    /// It names tables as the service does, so give it [`table_name`](Self::table_name).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`]: `T` cannot be stored as it is declared.
    pub fn client<T: Stored>(&self) -> Result<Client> {
        let topology = self.topology(T::SHAPE)?;
        Ok(self.clients().raw(topology.table.region_name()))
    }

    fn clients(&self) -> &Clients {
        &self.settings.shared.clients
    }

    /// What tells it from stores that share nothing with it.
    fn identity(&self) -> usize {
        Arc::as_ptr(&self.settings.shared) as usize
    }

    /// What the service calls the table that a type calls so.
    fn physical_name(&self, logical: &str) -> String {
        match self.namespace() {
            Some(namespace) => namespace.physical_name(logical),
            None => logical.to_owned(),
        }
    }

    /// The error of a read of these tables, named as types do.
    fn failure<E>(&self, error: SdkError<E, HttpResponse>, tables: &[&str]) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let physical: Vec<_> = tables.iter().map(|name| self.physical_name(name)).collect();
        let physical: Vec<_> = physical.iter().map(String::as_str).collect();
        service::failure(error, &physical)
    }

    /// The topology of a shape, walked once.
    fn topology(&self, shape: &'static Shape) -> Result<Arc<Topology>> {
        let identity = shape.identity();
        let topologies = &self.settings.shared.topologies;
        if let Some(known) = topologies
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&identity)
        {
            return Ok(Arc::clone(known));
        }
        let walked = Topology::of(shape)?;
        if let Some(namespace) = self.namespace() {
            let shards = walked.patterns().map(|field| field.table.name());
            let mut names = shards.chain([walked.table.name()]);
            names.try_for_each(|name| namespace.check_name(name))?;
        }
        let walked = Arc::new(walked);
        let mut known = topologies.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(known.entry(identity).or_insert(walked)))
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("has_loader", &self.settings.loader.is_some())
            .field("namespace", &self.namespace())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "embedded")]
fn engine_error(error: dyno_embedded::OpenError) -> Error {
    Error::new(ErrorKind::Engine, error.to_string()).with_source(error)
}
