use std::marker::PhantomData;

use dyno_crypto::KeyId;
use dyno_value::{FieldPath, Item};

use super::counts::AuditReport;
use super::object;
use super::walk::{self, Listener, Root, Settings, Visitor, walk_options};
use super::walked::Walked;
use crate::error::Result;
use crate::plan::{self, Decisions};
use crate::shape::Stored;
use crate::store::operation::{Operation, Options, Pending, common_options, debug_of};

/// Counts the sealed values of every stored object of a type by field and key id, the seals over its items, and the values in
/// clear that must be sealed. No key is needed: nothing is opened, and no seal is verified.
///
/// Sends a `Scan` of the root's table with strong consistency, a page of 100 items at a time, and for each object with
/// shards what a load of it sends besides the root. Costs 1 RCU per 4 KB of all that. Writes nothing. Shards beside
/// the root are read twice.
///
/// Every object is counted as it was at one moment, and each at its own. What is saved behind the walk is not
/// seen: stop sealing with a key in every program before it is counted. What no root names is not counted either, such as
/// shards whose object was restored without them. A sealed value of a field marked `#[dyno(plain)]` is counted, though a
/// [reseal](crate::Reseal) does not look at it.
///
/// # Cancel safety
///
/// Nothing is left by one that is dropped.
///
/// # Errors
///
/// [`ErrorKind::InvalidCursor`](crate::ErrorKind::InvalidCursor), [`ErrorKind::InvalidShape`](crate::ErrorKind::InvalidShape),
/// and those of the service. An object that cannot be read is in the [report](AuditReport::failures).
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, EncryptionKey, Rules, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     #[dyno(encrypt)]
///     email: String,
/// }
///
/// let rules = Rules::new().encrypt(["email"], EncryptionKey::generate("2026")?)?;
/// let store = Store::embedded()?.with_loader(rules);
/// store.ensure_tables::<User>().await?;
/// store.save(User { email: "ada@example.com".into() }).await?;
///
/// let report = store.audit::<User>().await?;
/// assert_eq!((report.count("2026"), report.count("2025")), (1, 0));
/// assert!(report.is_complete());
/// println!("{report}");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is counted until it is awaited"]
pub struct Audit<T> {
    options: Options,
    settings: Settings,
    listener: Listener<AuditReport>,
    object: PhantomData<fn() -> T>,
}

debug_of!(Audit<T>: settings);

impl<T: Stored> Audit<T> {
    pub(in crate::store) fn new() -> Self {
        Self {
            options: Options::default(),
            settings: Settings::default(),
            listener: Listener(None),
            object: PhantomData,
        }
    }

    common_options!();

    walk_options!(AuditReport);

    async fn run(self) -> Result<AuditReport> {
        let operation = Operation::new::<T>("audit", self.options)?;
        let mut counting = Counting {
            report: AuditReport::default(),
            listener: self.listener,
        };
        Box::pin(walk::walk(&operation, self.settings, &mut counting))
            .await
            .map_err(operation.explain(None))?;
        Ok(counting.report)
    }
}

impl<T: Stored> IntoFuture for Audit<T> {
    type Output = Result<AuditReport>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Counts, object after object.
struct Counting {
    report: AuditReport,
    listener: Listener<AuditReport>,
}

impl Visitor for Counting {
    async fn visit(&mut self, operation: &Operation, root: Root) -> Result<()> {
        let Some(snapshot) = object::read_rest_as_it_is(operation, &root).await? else {
            return Ok(());
        };
        let topology = &operation.topology;
        let shape = topology.root;
        let entries = snapshot.entries();
        self.count_item(shape, &FieldPath::root(), &snapshot.root);
        for (field, item) in snapshot.shards.values() {
            self.count_item(shape, &field.path, item);
        }
        let (root, shards) = (snapshot.root, snapshot.shards);
        let tree = plan::join_sealed(topology, root, &entries, shards, operation.loader())?;
        plan::shown_whole(&tree, topology, &entries)?;
        let found = Decisions::for_audit(&tree, &entries, shape)?;
        for (path, key) in found.envelopes() {
            let field = plan::pattern_of(shape, path);
            let keys = self.report.envelopes.entry(field).or_default();
            *keys.entry(key.clone()).or_default() += 1;
        }
        for path in found.in_clear() {
            let field = plan::pattern_of(shape, path);
            *self.report.clear.entry(field).or_default() += 1;
        }
        object::check_known(operation, snapshot.state.as_ref())
    }

    fn walked(&mut self) -> &mut Walked {
        &mut self.report.walked
    }

    fn tell(&mut self) {
        self.listener.call(&self.report);
    }
}

impl Counting {
    /// Counts what belongs to an item as a whole, or stands beside its fields.
    fn count_item(&mut self, shape: &'static crate::shape::Shape, base: &FieldPath, item: &Item) {
        if let Some(key) = plan::seal_key_id(item).and_then(|id| KeyId::new(id).ok()) {
            *self.report.seals.entry(key).or_default() += 1;
        }
        let mut columns: Vec<_> = item
            .iter()
            .filter(|(name, value)| value.is_b() && plan::is_column(name))
            .map(|(name, _)| name)
            .collect();
        columns.sort_unstable();
        for name in columns {
            let column = plan::pattern_of(shape, &base.key(name.clone()));
            *self.report.indexes.entry(column).or_default() += 1;
        }
    }
}
