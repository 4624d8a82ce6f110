use std::fmt;

use super::error::LeftToLoad;
use super::open::open_all;
use super::read::{Answered, Asked, read};
use super::read_at_once::read_at_once;
use super::{AT_ONCE, at_once_option};
use crate::error::{Result, not_found};
use crate::shape::Stored;
use crate::store::load::{Load, LoadOptional};
use crate::store::operation::{Pending, debug_of};
use crate::store::saved::Saved;
use crate::store::{LoadMany, Store};

/// Loads objects of several types with the same requests; see
/// [`Store::load_together`](crate::Store::load_together).
///
/// Its parts are [`Load`](crate::Load), [`Load::optional`](crate::Load::optional) and [`LoadMany`](crate::LoadMany), each with
/// options of its own but [`at_once`](Self::at_once), up to eight of them. Each gives what it gives alone, as an element of a tuple.
///
/// Sends one `BatchGetItem` for each 100 roots, whatever their types and tables, and then one for each 100 shards of the objects
/// that are there (a single item is read by `GetItem`); parts that are [`eventual`](crate::LoadMany::eventual), in another region or
/// of another store have requests of their own. What two parts ask for is read once. Costs as much as the parts cost alone.
///
/// Each object is one committed state, but all of them together are not one moment: others may save between two of them.
///
/// # Errors
///
/// Each part has its own. Nothing is sent if one is refused; the others have
/// [`BatchRefused`](crate::ErrorKind::BatchRefused) then. Parts share requests, so that a table that is missing may be the error
/// of a part that does not use it.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User { name: String }
///
/// #[derive(DyObject)]
/// #[dyno(table = "Orders", key = "ID")]
/// struct Order { total: u64 }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// store.ensure_tables::<Order>().await?;
/// store.save(User { name: "Ada".into() }).key("ada").await?;
/// store.save(Order { total: 7 }).key("o1").await?;
///
/// let parts = (User::load("ada"), Order::load_many(["o1", "o2"]));
/// let (user, orders) = store.load_together(parts).await;
/// assert_eq!(user?.name, "Ada");
/// let orders = orders?;
/// assert_eq!(orders[0].as_ref().map(|order| order.total), Some(7));
/// assert!(orders[1].is_none());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is loaded until it is awaited"]
pub struct LoadTogether<P> {
    parts: P,
    store: Store,
    at_once: usize,
}

debug_of!(LoadTogether<P>: store, at_once);

impl<P: LoadParts> LoadTogether<P> {
    pub(in crate::store) fn new(store: Store, parts: P) -> Self {
        Self {
            parts,
            store,
            at_once: AT_ONCE,
        }
    }

    at_once_option!();
}

impl<P: LoadParts> IntoFuture for LoadTogether<P> {
    type Output = P::Output;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.parts
            .__dyno_load(self.store, Reads::InBatches(self.at_once))
    }
}

/// What can be a part of [`LoadTogether`]: [`Load`](crate::Load), [`LoadOptional`](crate::LoadOptional) and
/// [`LoadMany`](crate::LoadMany).
pub trait LoadPart: Send + 'static {
    /// What it gives.
    type Output: Send;

    #[doc(hidden)]
    fn __dyno_ask(self, store: &Store) -> LoadAsked<Self::Output>;
}

/// What a part asks for, and what it makes of the answer.
#[doc(hidden)]
pub struct LoadAsked<O> {
    asked: Asked,
    finish: Box<dyn FnOnce(Answered, usize) -> Pending<O> + Send>,
}

impl<O> fmt::Debug for LoadAsked<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadAsked").finish_non_exhaustive()
    }
}

impl<T: Stored> LoadPart for LoadMany<T> {
    type Output = Result<Vec<Option<Saved<T>>>, LeftToLoad<T>>;

    fn __dyno_ask(self, store: &Store) -> LoadAsked<Self::Output> {
        LoadAsked {
            asked: self.or_on(store).into_asked(),
            finish: Box::new(|answered, at_once| Box::pin(open_all(answered, at_once))),
        }
    }
}

impl<T: Stored> LoadPart for LoadOptional<T> {
    type Output = Result<Option<Saved<T>>>;

    fn __dyno_ask(self, store: &Store) -> LoadAsked<Self::Output> {
        LoadAsked {
            asked: self.into_many().or_on(store).into_asked(),
            finish: Box::new(|answered, at_once| Box::pin(one(answered, at_once))),
        }
    }
}

impl<T: Stored> LoadPart for Load<T> {
    type Output = Result<Saved<T>>;

    fn __dyno_ask(self, store: &Store) -> LoadAsked<Self::Output> {
        let key = self.key().clone();
        let found = async move |answered, at_once| {
            let missing = || not_found().of("load", T::SHAPE.name(), Some(&key));
            one(answered, at_once).await?.ok_or_else(missing)
        };
        LoadAsked {
            asked: self.into_many().or_on(store).into_asked(),
            finish: Box::new(|answered, at_once| {
                Box::pin(async move { found(answered, at_once).await })
            }),
        }
    }
}

/// The only object that was asked for.
async fn one<T: Stored>(answered: Answered, at_once: usize) -> Result<Option<Saved<T>>> {
    Ok(open_all(answered, at_once).await?.pop().flatten())
}

/// How parts are read.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Reads {
    /// All items in one request, at one moment.
    AtOnce,
    /// In batches, so many requests at the same time.
    InBatches(usize),
}

/// The parts of [`LoadTogether`] and [`LoadTransaction`](crate::transaction::LoadTransaction): a tuple of up to eight.
pub trait LoadParts {
    /// What they give: a tuple, too.
    type Output;

    #[doc(hidden)]
    fn __dyno_load(self, store: Store, reads: Reads) -> Pending<Self::Output>;
}

macro_rules! tuples {
    ($($($part:ident)+),+) => {
        $(impl<$($part: LoadPart),+> LoadParts for ($($part,)+) {
            type Output = ($($part::Output,)+);

            #[expect(non_snake_case, reason = "each part is called as its type")]
            fn __dyno_load(self, store: Store, reads: Reads) -> Pending<Self::Output> {
                Box::pin(async move {
                    let ($($part,)+) = self;
                    $(let $part = $part.__dyno_ask(&store);)+
                    let mut asked = Vec::new();
                    $(let $part = {
                        asked.push($part.asked);
                        $part.finish
                    };)+
                    let (answered, at_once) = match reads {
                        Reads::AtOnce => (read_at_once(asked).await, AT_ONCE),
                        Reads::InBatches(at_once) => (read(asked, at_once).await, at_once),
                    };
                    let mut answered = answered.into_iter();
                    ($($part(answered.next().unwrap_or_default(), at_once).await,)+)
                })
            }
        })+
    };
}

tuples!(A, A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G, A B C D E F G H);
