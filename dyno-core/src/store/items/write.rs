use std::fmt;
use std::marker::PhantomData;

use dyno_value::{FieldPath, Item};

use super::draft::{Draft, Names, What};
use super::handle::Items;
use crate::commit::bare::BareEnd;
use crate::error::Result;
use crate::expr::{Bounds, Condition, Edit, Sign, Value, Verb};
use crate::key::Key;
use crate::store::operation::Pending;

/// What came of a write with a condition.
#[derive(Clone, PartialEq)]
#[must_use = "a write whose condition does not hold writes nothing, and is no error"]
#[expect(
    clippy::exhaustive_enums,
    reason = "a condition holds or does not; both are handled"
)]
pub enum Written {
    /// It was applied. Of an [`Update`] the item as it is now; of a [`Put`] or [`Delete`] what stood there before, if that was
    /// [asked for](Put::returning_old) and there was anything.
    Applied(Option<Item>),
    /// The condition did not hold, and nothing was written; what stands there, if anything does.
    Refused(Option<Item>),
}

impl Written {
    /// Whether it was applied.
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied(_))
    }

    /// The item that came with the answer.
    pub fn item(&self) -> Option<&Item> {
        let (Self::Applied(item) | Self::Refused(item)) = self;
        item.as_ref()
    }

    /// The item that came with the answer.
    pub fn into_item(self) -> Option<Item> {
        let (Self::Applied(item) | Self::Refused(item)) = self;
        item
    }
}

/// Shows no value.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, item) = match self {
            Self::Applied(item) => ("Applied", item),
            Self::Refused(item) => ("Refused", item),
        };
        f.debug_tuple(name)
            .field(&item.as_ref().map(Names))
            .finish()
    }
}

/// Stores one item in place of what stands there.
///
/// `.await` gives nothing, or the old item if it was [asked for](Self::returning_old); with [`when`](Self::when), [`Written`].
///
/// One `PutItem`, 1 write unit for each 1 KB of the larger of the new and the old item. It is applied as a whole or not at all, also if
/// the program ends in the middle. Where the answer was lost it is sent again, after what another program wrote meanwhile, perhaps; with a
/// condition, or if it brings the old item, it is not, since nobody could tell its own item from that of another program:
/// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
///
/// # Errors
///
/// Before anything is sent: [`InvalidKey`](crate::ErrorKind::InvalidKey), [`InvalidExpression`](crate::ErrorKind::InvalidExpression),
/// [`InvalidValue`](crate::ErrorKind::InvalidValue), [`TooLarge`](crate::ErrorKind::TooLarge). [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown),
/// [`Throttled`](crate::ErrorKind::Throttled), [`TableMissing`](crate::ErrorKind::TableMissing), and those of the service. A condition that does not
/// hold is no error: [`Written::Refused`].
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::items::attr;
/// use dyno::table::TableSpec;
/// use dyno::{AttributeValue, KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Hosts", "name", KeyKind::S)]).await?;
/// let hosts = store.items("Hosts", "name");
///
/// let host = [("name".to_owned(), AttributeValue::S("db".into()))];
/// let first = hosts.put(host.clone().into()).when(attr("name").missing()).await?;
/// assert!(first.is_applied());
/// let second = hosts.put(host.into()).when(attr("name").missing()).await?;
/// assert!(!second.is_applied());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Put(pub(super) Draft);

/// Changes attributes of one item, and leaves the others as they are; makes the item if there is none.
///
/// `.await` gives the item as it is now; with [`when`](Self::when), [`Written`].
///
/// One `UpdateItem`, 1 write unit for each 1 KB of the larger of the item before and after, whatever part of it changes. Applied as a whole
/// or not at all. With a condition, or one that [adds](Self::add), it is not sent again where the answer was lost:
/// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
///
/// # Errors
///
/// Those of [`Put`]; [`InvalidExpression`](crate::ErrorKind::InvalidExpression) also if it changes nothing, an attribute twice, or one of the
/// key; [`TypeMismatch`](crate::ErrorKind::TypeMismatch) if it adds to what is no number.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::items::attr;
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Jobs", "id", KeyKind::S)]).await?;
/// let jobs = store.items("Jobs", "id");
///
/// jobs.update("j1").set("state", "new").add("version", 1).await?;
/// let taken = jobs.update("j1").set("state", "taken").add("version", 1).when(attr("version").eq(1)).await?;
/// assert!(taken.is_applied());
/// let late = jobs.update("j1").remove("state").when(attr("version").eq(1)).await?;
/// assert!(!late.is_applied());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Update(pub(super) Draft);

/// Deletes one item, if there is one.
///
/// `.await` gives nothing, or the old item if it was [asked for](Self::returning_old); with [`when`](Self::when), [`Written`].
///
/// One `DeleteItem`, 1 write unit for each 1 KB of the item, 1 at least. Where the answer was lost it is sent again, unless it has a
/// condition or brings the old item: [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
///
/// # Errors
///
/// Those of [`Put`].
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::items::{Written, attr};
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Jobs", "id", KeyKind::S)]).await?;
/// let jobs = store.items("Jobs", "id");
/// jobs.update("j1").set("state", "done").await?;
///
/// let gone = jobs.delete("j1").returning_old().when(attr("state").eq("done")).await?;
/// assert!(matches!(gone, Written::Applied(Some(_))));
/// jobs.delete("j1").await?; // nothing is there, which is no error
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Delete(pub(super) Draft);

/// Demands something of one item, in a transaction that writes others: [`Store::write_items`](crate::Store::write_items).
#[derive(Clone, Debug)]
#[must_use = "it is part of a transaction"]
pub struct Check(pub(super) Draft);

impl Put {
    pub(super) fn new(items: Items, item: Item) -> Self {
        Self(Draft::new(items, What::Put(item)))
    }
}

impl Update {
    pub(super) fn new(items: Items, key: Key) -> Self {
        Self(Draft::new(items, What::Update(key, Vec::new())))
    }

    /// Sets an attribute.
    pub fn set(self, attribute: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let verb = Verb::Set(value.into().into_inner());
        self.edit(attribute, verb)
    }

    /// Sets an attribute if there is none.
    pub fn set_if_absent(self, attribute: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let verb = Verb::SetIfAbsent(value.into().into_inner());
        self.edit(attribute, verb)
    }

    /// Removes an attribute.
    pub fn remove(self, attribute: impl AsRef<str>) -> Self {
        self.edit(attribute, Verb::Remove { optional: true })
    }

    /// Adds to a number; an absent one is 0 before.
    pub fn add(self, attribute: impl AsRef<str>, amount: impl Into<Value>) -> Self {
        let verb = Verb::Count {
            amount: amount.into().into_inner(),
            sign: Sign::Plus,
            before: Bounds::default(),
        };
        self.edit(attribute, verb)
    }

    fn edit(mut self, attribute: impl AsRef<str>, verb: Verb) -> Self {
        if let What::Update(_, edits) = &mut self.0.what {
            let path = FieldPath::root().key(attribute.as_ref());
            edits.push(Edit { path, verb });
        }
        self
    }
}

impl Delete {
    pub(super) fn new(items: Items, key: Key) -> Self {
        Self(Draft::new(items, What::Delete(key)))
    }
}

impl Check {
    pub(super) fn new(items: Items, key: Key, condition: Condition<Item>) -> Self {
        let mut draft = Draft::new(items, What::Check(key));
        draft.demand(condition);
        Self(draft)
    }
}

/// A write with a condition; made by [`Put::when`], [`Update::when`] and [`Delete::when`].
///
/// Sends what the write would, and costs the same, also if it is refused. It is never sent again where the answer was lost.
///
/// # Errors
///
/// Those of [`Put`]. A condition that does not hold is no error: [`Written::Refused`].
#[must_use = "nothing is written until it is awaited"]
pub struct When<W> {
    pub(super) draft: Draft,
    write: PhantomData<fn() -> W>,
}

impl<W> When<W> {
    /// Another condition, which must hold, too.
    pub fn when(mut self, condition: Condition<Item>) -> Self {
        self.draft.demand(condition);
        self
    }
}

impl<W> fmt::Debug for When<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("When").field(&self.draft).finish()
    }
}

impl<W> IntoFuture for When<W> {
    type Output = Result<Written>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let ended = self.draft.send();
        Box::pin(async move {
            Ok(match ended.await? {
                BareEnd::Applied(item) => Written::Applied(item),
                BareEnd::Refused(refused) => {
                    let standing = refused.into_iter().next();
                    Written::Refused(standing.and_then(|(_, standing)| standing))
                }
            })
        })
    }
}

macro_rules! conditional {
    ($($write:ident),*) => {
        $(impl $write {
            /// Writes only if this holds of what stands there.
            pub fn when(mut self, condition: Condition<Item>) -> When<Self> {
                self.0.demand(condition);
                When {
                    draft: self.0,
                    write: PhantomData,
                }
            }
        })*
    };
}

conditional!(Put, Update, Delete);

macro_rules! replacing {
    ($($write:ident),*) => {
        $(impl $write {
            /// Brings what stood there before; a write that does is not sent again where its answer was lost.
            pub fn returning_old(mut self) -> Self {
                self.0.returns_old = true;
                self
            }
        }

        impl IntoFuture for $write {
            type Output = Result<Option<Item>>;
            type IntoFuture = Pending<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let ended = self.0.send();
                Box::pin(async move { Ok(applied(ended.await?)) })
            }
        })*
    };
}

replacing!(Put, Delete);

impl IntoFuture for Update {
    type Output = Result<Item>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let ended = self.0.send();
        Box::pin(async move { Ok(applied(ended.await?).unwrap_or_default()) })
    }
}

/// What a write without a condition brings.
fn applied(ended: BareEnd) -> Option<Item> {
    match ended {
        BareEnd::Applied(item) => item,
        BareEnd::Refused(_) => None,
    }
}
