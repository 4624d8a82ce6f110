use std::fmt;

use dyno_value::Item;

use super::draft::{Draft, Names};
use super::write::{Check, Delete, Put, Update, When};
use crate::commit::Request;
use crate::commit::bare::{Bare, BareEnd};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::plan::Address;
use crate::store::operation::Pending;
use crate::store::{Store, drive};

/// Writes several items, of any tables of one region, all or none; made by [`Store::write_items`].
///
/// One `TransactWriteItems` of at most 100 items and 4 MB; 2 write units for each 1 KB of each item. The request has a token: where its answer is
/// lost it is sent again, and applied once. Readers of single items may see some of the writes before others.
///
/// # Errors
///
/// Before anything is sent: [`InvalidKey`](ErrorKind::InvalidKey), also for one item twice; [`InvalidExpression`](ErrorKind::InvalidExpression),
/// [`TooLarge`](ErrorKind::TooLarge), [`InvalidSetting`](ErrorKind::InvalidSetting) for tables of other stores or regions.
/// [`Contended`](ErrorKind::Contended), [`OutcomeUnknown`](ErrorKind::OutcomeUnknown), [`Throttled`](ErrorKind::Throttled), and those of
/// the service. Conditions that do not hold are no error: [`Transacted::Refused`].
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::items::{Transacted, attr};
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Accounts", "id", KeyKind::S)]).await?;
/// let accounts = store.items("Accounts", "id");
/// accounts.update("ada").set("balance", 10).await?;
///
/// let pay = || {
///     store.write_items([
///         accounts.update("ada").add("balance", -7).when(attr("balance").ge(7)).into(),
///         accounts.update("ben").add("balance", 7).into(),
///     ])
/// };
/// assert!(pay().await?.is_applied());
/// let Transacted::Refused(refusals) = pay().await? else { panic!("it would go below 0") };
/// assert_eq!(refusals[0].index(), 0);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct WriteItems {
    store: Store,
    parts: Vec<WritePart>,
}

/// One write of a transaction: made of a [`Put`], [`Update`], [`Delete`], [`When`] or [`Check`] with `into()`.
#[derive(Clone, Debug)]
pub struct WritePart(Draft);

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a transaction of which a condition does not hold writes nothing, and is no error"]
#[expect(
    clippy::exhaustive_enums,
    reason = "conditions hold or do not; both are handled"
)]
pub enum Transacted {
    /// Everything was written.
    Applied,
    /// Nothing was written: these conditions did not hold.
    Refused(Vec<Refusal>),
}

impl Transacted {
    /// Whether everything was written.
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied)
    }
}

/// A write of a transaction whose condition did not hold.
#[derive(Clone, PartialEq)]
pub struct Refusal {
    index: usize,
    standing: Option<Item>,
}

/// Shows no value.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("index", &self.index)
            .field("standing", &self.standing.as_ref().map(Names))
            .finish()
    }
}

impl Refusal {
    /// Which write it was, counted from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// What stands there, if anything does.
    pub fn standing(&self) -> Option<&Item> {
        self.standing.as_ref()
    }
}

impl WriteItems {
    pub(in crate::store) fn new(store: Store, parts: Vec<WritePart>) -> Self {
        Self { store, parts }
    }

    async fn run(self) -> Result<Transacted> {
        if self.parts.len() > limits::TRANSACTION_ACTIONS {
            let why = format!(
                "a transaction of {} writes was asked for, DynamoDB allows {}; nothing was written. Write fewer items in one transaction",
                self.parts.len(),
                limits::TRANSACTION_ACTIONS
            );
            return Err(Error::new(ErrorKind::TooLarge, why));
        }
        let mut actions = Vec::with_capacity(self.parts.len());
        let mut places: Vec<Address> = Vec::with_capacity(self.parts.len());
        for WritePart(draft) in self.parts {
            let explain = draft.items.explain(draft.operation(), draft.key().as_ref());
            let address = draft.address().map_err(&explain)?;
            if draft.items.store.identity() != self.store.identity() {
                let why = "a transaction is of one store, and this item is of another";
                return Err(explain(Error::new(ErrorKind::InvalidSetting, why)));
            }
            if places
                .first()
                .is_some_and(|first| first.region != address.region)
            {
                let why = "a transaction is of one region, and this item is of another, or one of them names none; name the same";
                return Err(explain(Error::new(ErrorKind::InvalidSetting, why)));
            }
            if draft.returns_old {
                let why = "a transaction brings no old items; leave out `returning_old`, or read them before";
                return Err(explain(Error::new(ErrorKind::InvalidExpression, why)));
            }
            if places.contains(&address) {
                let why = "a transaction names each item once, and this one twice";
                return Err(explain(Error::new(ErrorKind::InvalidKey, why)));
            }
            places.push(address);
            actions.push(draft.into_action(false).map_err(explain)?);
        }
        if actions.is_empty() {
            return Ok(Transacted::Applied);
        }
        let request = Request::Transact {
            token: String::new(),
            actions,
        };
        Ok(
            match drive::run(&self.store, Bare::new(request, true)).await? {
                BareEnd::Applied(_) => Transacted::Applied,
                BareEnd::Refused(refused) => {
                    let refused = refused.into_iter();
                    let refusal = |(index, standing)| Refusal { index, standing };
                    Transacted::Refused(refused.map(refusal).collect())
                }
            },
        )
    }
}

impl IntoFuture for WriteItems {
    type Output = Result<Transacted>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            self.run()
                .await
                .map_err(|error| error.during("write_items"))
        })
    }
}

macro_rules! parts {
    ($($write:ident),*) => {
        $(impl From<$write> for WritePart {
            fn from(write: $write) -> Self {
                Self(write.0)
            }
        })*
    };
}

parts!(Put, Update, Delete, Check);

impl<W> From<When<W>> for WritePart {
    fn from(write: When<W>) -> Self {
        Self(write.draft)
    }
}
