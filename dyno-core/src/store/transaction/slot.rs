use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::key::Key;
use crate::shape::{Role, Shape, Stored};
use crate::store::Store;
use crate::store::operation::Operation;
use crate::store::prepared::{SavePart, Then};
use crate::store::save::{Save, SaveParts, keyed_tree};
use crate::store::saved::Saved;
use crate::store::tree::{Baseline, Expecting};

/// An object to be stored by a transaction, and the place where it is found afterwards as [`Saved`].
///
/// It is for loops, in which [`insert`](crate::Transaction::insert) cannot be called, since each call changes the type of the
/// transaction. A transaction that fails leaves it as it was given, with its key: one that was made up is kept, so that the next try
/// cannot store the object twice.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::transaction::Slot;
/// use dyno::{DyObject, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Stock", key = "ID")]
/// struct Article { left: u64 }
///
/// #[derive(DyObject)]
/// #[dyno(table = "Lines", key = "ID")]
/// struct Line { article: String, count: u64 }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Article>().await?;
/// store.ensure_tables::<Line>().await?;
/// store.save(Article { left: 9 }).key("pen").await?;
/// store.save(Article { left: 9 }).key("ink").await?;
///
/// let lines = [("pen", 2), ("ink", 1)].map(|(article, count)| Line { article: article.into(), count });
/// let mut lines = lines.map(Slot::new);
/// let mut order = store.transaction();
/// for line in &mut lines {
///     let (article, count) = (line.object().article.clone(), line.object().count);
///     let left = Article::fields().left();
///     order = order.update(Article::update(article).subtract(left, count)).insert_into(line);
/// }
/// order.await?;
/// for line in lines {
///     let line = line.into_saved().expect("it is stored");
///     assert_eq!(store.load::<Line>(line.key()).await?.count, line.count);
/// }
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
pub struct Slot<T> {
    /// Stored or not.
    saved: Saved<T>,
    /// What it was given with; `None` once it is stored.
    given: Option<Given<T>>,
}

/// How an object is to be stored.
struct Given<T> {
    /// What the program said, or what was made up for it.
    key: Option<Key>,
    /// That of the last try.
    last: Option<Key>,
    expecting: Expecting,
    when: Option<Condition<T>>,
}

impl<T: Stored> Slot<T> {
    /// Of an object, or of a save with a key or a condition.
    pub fn new(object: impl Into<Save<T>>) -> Self {
        let SaveParts {
            object,
            key,
            expecting,
            when,
            options,
        } = object.into().into_parts();
        let unknown = key.clone().unwrap_or_else(|| Key::from(""));
        Self {
            saved: Saved::new(object, unknown, options, Baseline::default()),
            given: Some(Given {
                key,
                last: None,
                expecting,
                when,
            }),
        }
    }

    /// The object.
    pub fn object(&self) -> &T {
        &self.saved
    }

    /// The object, to be mended before the next try.
    pub fn object_mut(&mut self) -> &mut T {
        &mut self.saved
    }

    /// The object, stored or not.
    pub fn into_object(self) -> T {
        self.saved.into_object()
    }

    /// Its key, if it was given, or a transaction made it up.
    pub fn key(&self) -> Option<&Key> {
        match &self.given {
            Some(given) => given.last.as_ref().or(given.key.as_ref()),
            None => Some(self.saved.key()),
        }
    }

    /// The object as it is stored; `None` before.
    pub fn saved(&mut self) -> Option<&mut Saved<T>> {
        self.given.is_none().then_some(&mut self.saved)
    }

    /// The object as it is stored; `None` if no transaction stored it.
    pub fn into_saved(self) -> Option<Saved<T>> {
        self.given.is_none().then_some(self.saved)
    }

    /// What is to be saved, in this store if no other is named, and where its version goes.
    pub(super) fn part(
        &mut self,
        store: &Store,
        if_absent: bool,
    ) -> (Result<(Operation, Key, SavePart)>, Option<Then<'_>>) {
        match self.asked(store, if_absent) {
            Ok((operation, key, part)) => {
                let (of, options) = (key.clone(), operation.options());
                let then: Then<'_> = Box::new(move |baseline| {
                    self.saved.become_stored(of, options, baseline);
                    self.given = None;
                });
                (Ok((operation, key, part)), Some(then))
            }
            Err(error) => (Err(error), None),
        }
    }

    fn asked(&mut self, store: &Store, if_absent: bool) -> Result<(Operation, Key, SavePart)> {
        let mut options = self.saved.options().clone();
        options.store.get_or_insert_with(|| store.clone());
        let operation = Operation::new::<T>("save", options)?;
        let Some(given) = &mut self.given else {
            let why = "the object of the slot is stored already; save what `Slot::saved` gives";
            let error = Error::new(ErrorKind::InvalidSetting, why);
            return Err(operation.explain(Some(self.saved.key()))(error));
        };
        let (tree, key) = keyed_tree(&operation, &*self.saved, given.key.as_ref())?;
        if !makes_its_key(T::SHAPE) {
            given.key = Some(key.clone());
        }
        given.last = Some(key.clone());
        let expecting = match given.expecting {
            Expecting::Anything if !if_absent => Expecting::Anything,
            _ => Expecting::Nothing,
        };
        let part = SavePart::new(&operation, &key, tree, expecting, given.when.clone())?;
        Ok((operation, key, part))
    }
}

/// Whether objects have their keys in them, so that another try may have another one.
fn makes_its_key(shape: &'static Shape) -> bool {
    let mut fields = shape.all_fields();
    shape.key_templates().is_some() || fields.any(|field| field.field_role() == Role::PartitionKey)
}

/// Without the value, which may be one that is encrypted.
impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("is_stored", &self.given.is_none())
            .finish_non_exhaustive()
    }
}
