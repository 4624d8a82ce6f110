use std::marker::PhantomData;

use super::change::Changing;
use super::report::ResealReport;
use super::walk::{self, Listener, Settings, walk_options};
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::shape::{Stored, read_object};
use crate::store::operation::{Operation, Options, Pending, common_options, debug_of};

/// Brings every stored object of a type to what a save today would encrypt, and how, without changing what the
/// objects say.
///
/// * A value that is sealed with another key than the loader gives now is sealed with that one: to replace a key.
/// * A value in clear, or sealed by an older library, that the [read policy](crate::ReadPolicy) accepts, is sealed: to
///   turn encryption on.
/// * A value that is sealed though nobody encrypts it any more is left as it is and counted, or opened with
///   [`open_unclaimed`](Self::open_unclaimed): to turn encryption off. One that is marked `#[dyno(plain)]` is not looked
///   at, sealed or not.
/// * The columns of [indexes](crate::Find) are filled, changed and emptied as the keys of `Rules::index_with` say.
/// * The items of a type marked `#[dyno(seal)]` are sealed with the key of `Rules::seal_items`, where they have no seal and the
///   read policy accepts that, or one of another key. Of a type without the mark an object loses its seals if the policy
///   accepts that, and is [skipped](ResealReport::skipped) otherwise; what its shards kept when its root lost its own
///   is taken away.
///
/// Sends a `Scan` of the root's table with strong consistency, a page of 100 items at a time; for each object with shards
/// what a load of it sends besides the root; and one `UpdateItem` for each item with a value to change, on the condition
/// that the item is there and each such value is still, to the byte, what was read; for a column of an index, that the
/// value it is of is. Nothing else of the item is touched, neither etag nor stamp, so
/// neither loads nor saves of others notice: a save that comes in between wins, and the object is read again. What is
/// stored in pieces, would not fit its item any more, or belongs to an object with seals to make or to take away, is
/// written by a save of the object, over its etag: whoever loaded the object before gets a conflict when it saves, as it does
/// for a plain object when it changes the same attribute. Costs 1 RCU per 4 KB read, and 1 WCU per KB of each item that is
/// written, 2 in a transaction. Shards beside the root are read twice, and so is the root of a sealed type.
///
/// A crash leaves every object readable, some of its values as they were. A second walk does what is left; it begins
/// again, or [goes on](Self::from) from the cursor of the last [progress](Self::progress) event. Only one from the beginning
/// can say that [all is done](ResealReport::is_complete).
///
/// Objects that are saved behind the walk are sealed as the saving program's loader says: give the new key to all of
/// them first. `docs/design/encryption-migration.md` has the steps.
///
/// # Cancel safety
///
/// As a crash.
///
/// # Errors
///
/// [`ErrorKind::KeyRefused`] if the loader may not seal and open, or gives no key for indexes or for items that must be
/// sealed; [`ErrorKind::KeySource`] if the source of a key fails; [`ErrorKind::InvalidCursor`],
/// [`ErrorKind::InvalidShape`], and those of the service. What was done until then is told to
/// [`progress`](Self::progress). Any other error is one of an object and does not end the walk: the object's key and the
/// error are in the [report](ResealReport::failures), with [`ErrorKind::KeyRetired`], [`ErrorKind::NotDecrypted`],
/// [`ErrorKind::NotEncrypted`], [`ErrorKind::SealBroken`], [`ErrorKind::Corrupt`], [`ErrorKind::TooLarge`],
/// [`ErrorKind::DoesNotFit`] for an item that no object of a sealed type can be made of, [`ErrorKind::TypeMismatch`] for a
/// shard that the type does not know, or [`ErrorKind::Contended`].
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, EncryptionKey, Keyring, Rules, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     #[dyno(encrypt)]
///     email: String,
/// }
///
/// fn rules(keys: &Keyring) -> Result<Rules, dyno::PatternError> {
///     Rules::new().with_keyring(keys.clone())?.encrypt_with_primary(["email"])
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// let mut keys = Keyring::new(EncryptionKey::generate("2026")?);
/// let user = User { email: "ada@example.com".into() };
/// store.save(user).key("u1").loader(rules(&keys)?).await?;
///
/// keys.insert(EncryptionKey::generate("2027")?)?; // in every program
/// keys.promote("2027")?; // then, in every program
/// let report = store
///     .reseal::<User>()
///     .loader(rules(&keys)?)
///     .rate(500)
///     .progress(|so_far| println!("{so_far}"))
///     .await?;
/// assert_eq!(report.resealed_from("2026", "2027"), 1);
/// assert!(report.is_complete());
///
/// assert_eq!(store.audit::<User>().await?.count("2026"), 0);
/// keys.retire("2026")?;
/// let user = store.load::<User>("u1").loader(rules(&keys)?).await?;
/// assert_eq!(user.email, "ada@example.com");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is sealed until it is awaited"]
pub struct Reseal<T> {
    options: Options,
    settings: Settings,
    listener: Listener<ResealReport>,
    open: bool,
    dry_run: bool,
    object: PhantomData<fn() -> T>,
}

debug_of!(Reseal<T>: settings, open, dry_run);

impl<T: Stored> Reseal<T> {
    pub(in crate::store) fn new() -> Self {
        Self {
            options: Options::default(),
            settings: Settings::default(),
            listener: Listener(None),
            open: false,
            dry_run: false,
            object: PhantomData,
        }
    }

    common_options!();

    walk_options!(ResealReport);

    /// Stores in clear what is sealed and nobody encrypts any more. A rule that was forgotten or misspelt is such a
    /// one: look at [`ResealReport::left`] of a [`dry_run`](Self::dry_run) first.
    ///
    /// Removes also the columns of indexes that fields of the type do not have any more: binary attributes called `<field>__idx` or
    /// `<field>__idx2`, of 1 to 32 bytes, in which no field of the type is stored.
    pub fn open_unclaimed(mut self) -> Self {
        self.open = true;
        self
    }

    /// Reads and counts, and writes nothing: the report says what would be changed.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    async fn run(self) -> Result<ResealReport> {
        let operation = Operation::new::<T>("reseal", self.options)?;
        check_may(operation.loader())
            .and_then(|()| operation.topology.indexes.check_keys(operation.loader()))
            .map_err(operation.explain(None))?;
        let mut changing = Changing {
            report: ResealReport {
                dry_run: self.dry_run,
                ..ResealReport::default()
            },
            listener: self.listener,
            open: self.open,
            reads: |tree| read_object::<T>(tree).map(drop),
        };
        Box::pin(walk::walk(&operation, self.settings, &mut changing))
            .await
            .map_err(operation.explain(None))?;
        Ok(changing.report)
    }
}

fn check_may(loader: Option<&dyn ConfigLoader>) -> Result<()> {
    let may = loader.is_none_or(|loader| loader.may_open() && loader.may_seal());
    if may {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::KeyRefused,
        "values are opened and sealed again, and the loader may not do both; give one that may with `.loader(..)`",
    ))
}

impl<T: Stored> IntoFuture for Reseal<T> {
    type Output = Result<ResealReport>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
