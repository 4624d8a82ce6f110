use std::sync::Arc;

use dyno_core::items::Items;
use dyno_core::table::TableSpec;
use dyno_core::{KeyKind, Store};
use tracing::Instrument as _;

use crate::attribute::{EXPIRES, ID, NAME};
use crate::error::{Error, Result};
use crate::expiry::second_of;
use crate::hook::{Hook, Operation, Request};
use crate::index::{Index, Kind};
use crate::index_partition::IndexPartition;
use crate::partition::Partition;
use crate::pending::Pending;
use crate::place::Place;

/// A key-value store in one table: partitions of records, each with a key, a version, a value, fields, and an expiry if it has one.
///
/// Items are those of dynastore (Go), so old and new programs can work on one table; `docs/format/kv-v1.md` describes them. Cloning is
/// cheap, nothing is sent until a verb is awaited, and no table is looked at that was not asked for. Declared indexes are what the program
/// expects of the table: they are made by [`ensure_table`](Self::ensure_table), and read by name.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable")
///     .local_index("idx_created", "created")
///     .on_request(|request| println!("{} {}", request.operation(), request.partition()));
/// kv.ensure_table().await?;
///
/// let customers = kv.partition("customers");
/// customers.put("ada", "Lovelace").field("created", "2026-01-02").await?;
/// customers.put("ken", "Thompson").field("created", "2026-02-03").ttl(Duration::from_secs(60)).await?;
/// assert_eq!(customers.get("ada").await?.text()?, "Lovelace");
///
/// let january = customers.index("idx_created").list("2026-01").await?;
/// assert_eq!(january[0].key(), "ada");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Kv {
    store: Store,
    settings: Arc<Settings>,
}

#[derive(Clone, Debug)]
struct Settings {
    table: String,
    region: Option<String>,
    indexes: Vec<Index>,
    hook: Option<Hook>,
}

impl Kv {
    /// The store in this table, as the store's namespace knows it. Sends nothing.
    pub fn new(store: &Store, table: impl Into<String>) -> Self {
        Self {
            store: store.clone(),
            settings: Arc::new(Settings {
                table: table.into(),
                region: None,
                indexes: Vec::new(),
                hook: None,
            }),
        }
    }

    /// The same in a region of its own.
    #[must_use]
    pub fn region(self, region: impl Into<String>) -> Self {
        self.with(|settings| settings.region = Some(region.into()))
    }

    /// The same with a local secondary index by this field, of each partition.
    #[must_use]
    pub fn local_index(self, name: impl Into<String>, field: impl Into<String>) -> Self {
        let index = Index {
            name: name.into(),
            kind: Kind::Local,
            sort: Some(field.into()),
        };
        self.with(|settings| settings.indexes.push(index))
    }

    /// The same with a global secondary index, which has partitions by one field and, unless `None` is given, an order by another:
    /// `.global_index("by_user", "user", "created")`.
    #[must_use]
    #[expect(single_use_lifetimes, reason = "an anonymous one cannot stand here")]
    pub fn global_index<'a>(
        self,
        name: impl Into<String>,
        key: impl Into<String>,
        sort: impl Into<Option<&'a str>>,
    ) -> Self {
        let index = Index {
            name: name.into(),
            kind: Kind::Global(key.into()),
            sort: sort.into().map(str::to_owned),
        };
        self.with(|settings| settings.indexes.push(index))
    }

    /// The same with a function that is told of every request before it is sent.
    ///
    /// What the core sends again, because the service throttled it or nobody answered, is not told again. The function runs where the
    /// request is sent, so it should be quick. There is a `tracing` span with the same in it, `dyno_kv`, at the level of debugging.
    #[must_use]
    pub fn on_request(self, hook: impl Fn(&Request<'_>) + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.hook = Some(Hook::new(hook)))
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// The records of one partition. Sends nothing.
    pub fn partition(&self, name: impl Into<String>) -> Partition {
        Partition::new(self.clone(), name.into())
    }

    /// The records that a global index has under this value of its partition key. Sends nothing; what is wrong with it is said when it is
    /// read.
    pub fn global(&self, index: impl Into<String>, key: impl Into<String>) -> IndexPartition {
        IndexPartition::global(self.clone(), index.into(), key.into())
    }

    /// The table as this store needs it: keys `id` and `name`, TTL by `expires`, and the declared indexes; on demand.
    ///
    /// For [`Store::check_specs`], or for [`Store::ensure_specs`] with settings of your own.
    pub fn table_spec(&self) -> TableSpec {
        let settings = &*self.settings;
        let mut spec = TableSpec::new(&settings.table, ID, KeyKind::S)
            .with_sort(NAME, KeyKind::S)
            .with_ttl(EXPIRES);
        if let Some(region) = &settings.region {
            spec = spec.with_region(region);
        }
        for index in &settings.indexes {
            spec = if index.is_global() {
                spec.with_global_index(index.spec())
            } else {
                spec.with_local_index(index.spec())
            };
        }
        spec
    }

    /// Makes the table, if there is none, and waits until it can be used; see [`EnsureTable`].
    pub fn ensure_table(&self) -> EnsureTable {
        EnsureTable { kv: self.clone() }
    }

    pub(crate) fn table(&self) -> &str {
        &self.settings.table
    }

    pub(crate) fn place(&self) -> Place {
        Place::table_named(&self.settings.table)
    }

    pub(crate) fn items(&self) -> Items {
        let items = self.store.items(&self.settings.table, ID).sort(NAME);
        match &self.settings.region {
            Some(region) => items.region(region),
            None => items,
        }
    }

    /// The second that it is.
    pub(crate) fn second(&self) -> i64 {
        second_of(self.store.now())
    }

    pub(crate) fn now(&self) -> std::time::SystemTime {
        self.store.now()
    }

    /// The declared index of this name.
    ///
    /// # Errors
    ///
    /// There is none, or there are two, or it can be none.
    pub(crate) fn index(&self, name: &str) -> Result<&Index> {
        let place = || self.place().in_index(name);
        let indexes = &self.settings.indexes;
        let mut same = indexes.iter().filter(|index| index.name == name);
        let Some(index) = same.next() else {
            return Err(Error::UnknownIndex {
                place: place(),
                known: indexes.iter().map(|index| index.name.clone()).collect(),
            });
        };
        let twice = || same.next().map(|_| "is declared twice".to_owned());
        match index.fault().or_else(twice) {
            Some(why) => Err(Error::InvalidInput {
                place: place(),
                why,
            }),
            None => Ok(index),
        }
    }

    /// Whether an index that is declared finds records by this field.
    pub(crate) fn indexes_field(&self, field: &str) -> bool {
        let mut indexes = self.settings.indexes.iter();
        indexes.any(|index| index.has_key(field))
    }

    /// Tells of a request, and sends it.
    pub(crate) async fn send<F: IntoFuture>(
        &self,
        operation: Operation,
        partition: &str,
        key: Option<&str>,
        request: F,
    ) -> F::Output {
        let table = self.table();
        if let Some(hook) = &self.settings.hook {
            hook.tell(&Request::new(operation, table, partition, key));
        }
        let span = tracing::debug_span!("dyno_kv", %operation, table, partition, key);
        request.into_future().instrument(span).await
    }
}

/// Makes the table of a key-value store, if there is none, and waits until it can be used.
///
/// Sends one `CreateTable`, `DescribeTable` until the table is active, and `UpdateTimeToLive`; of a table that stands, keys, indexes and TTL
/// are checked, and TTL is turned on. All are free of charge. If it is cut off, call it again.
///
/// # Errors
///
/// [`Error::Store`], with [`TableMismatch`](dyno_core::ErrorKind::TableMismatch) if a table stands that has other keys or lacks an index,
/// [`InvalidShape`](dyno_core::ErrorKind::InvalidShape) if there can be no such table, and those of the service.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable").global_index("by_user", "user", "created");
/// kv.ensure_table().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is made until it is awaited"]
pub struct EnsureTable {
    kv: Kv,
}

impl IntoFuture for EnsureTable {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { kv } = self;
            for index in &kv.settings.indexes {
                kv.index(&index.name)?;
            }
            let made = kv.store.ensure_specs([kv.table_spec()]).await;
            made.map_err(|error| Error::of_core(kv.place(), error))
        })
    }
}
