//! The objects that were given to a transaction: what they become, or that they come back.

use super::send::{AllLeft, Left};
use crate::shape::Stored;
use crate::store::saved::Saved;

/// An object, or several of a type, given to a transaction.
pub trait Given: Send {
    /// What it is once it is stored.
    type Saved;
    /// What was given.
    type Objects;

    #[doc(hidden)]
    fn __dyno_saved(self, left: &mut Lefts) -> Self::Saved;

    #[doc(hidden)]
    fn __dyno_back(self) -> Self::Objects;
}

/// What the parts of a transaction leave.
#[doc(hidden)]
pub struct Lefts(pub(super) AllLeft);

impl std::fmt::Debug for Lefts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lefts").finish_non_exhaustive()
    }
}

/// One object: it becomes a [`Saved`](crate::Saved).
#[derive(Debug)]
pub struct One<T> {
    pub(super) object: T,
    pub(super) part: usize,
}

/// Several objects of a type: they become a vector of [`Saved`](crate::Saved).
#[derive(Debug)]
pub struct Many<T>(pub(super) Vec<One<T>>);

impl<T: Stored> Given for One<T> {
    type Saved = Saved<T>;
    type Objects = T;

    fn __dyno_saved(self, left: &mut Lefts) -> Saved<T> {
        let Left {
            key,
            options,
            baseline,
        } = left.0.remove(&self.part).unwrap_or_else(Left::nothing);
        Saved::new(self.object, key, options, baseline)
    }

    fn __dyno_back(self) -> T {
        self.object
    }
}

impl<T: Stored> Given for Many<T> {
    type Saved = Vec<Saved<T>>;
    type Objects = Vec<T>;

    fn __dyno_saved(self, left: &mut Lefts) -> Vec<Saved<T>> {
        let saved = self.0.into_iter().map(|one| one.__dyno_saved(left));
        saved.collect()
    }

    fn __dyno_back(self) -> Vec<T> {
        self.0.into_iter().map(One::__dyno_back).collect()
    }
}

/// All that was given to a transaction, a tuple of up to eight.
pub trait Inserts: Send {
    /// What they are once they are stored, a tuple, too.
    type Saved;
    /// What was given, as it was.
    type Objects;

    #[doc(hidden)]
    fn __dyno_all_saved(self, left: Lefts) -> Self::Saved;

    #[doc(hidden)]
    fn __dyno_all_back(self) -> Self::Objects;
}

/// One more: implemented where there is room for it.
pub trait InsertsAnd<N>: Inserts {
    /// With it.
    type Next: Inserts;

    #[doc(hidden)]
    fn __dyno_and(self, next: N) -> Self::Next;
}

impl Inserts for () {
    type Saved = ();
    type Objects = ();

    fn __dyno_all_saved(self, _: Lefts) {}

    fn __dyno_all_back(self) {}
}

impl<N: Given> InsertsAnd<N> for () {
    type Next = (N,);

    fn __dyno_and(self, next: N) -> (N,) {
        (next,)
    }
}

macro_rules! tuples {
    ($($($given:ident)+),+) => {
        $(impl<$($given: Given),+> Inserts for ($($given,)+) {
            type Saved = ($($given::Saved,)+);
            type Objects = ($($given::Objects,)+);

            #[expect(non_snake_case, reason = "each is called as its type")]
            fn __dyno_all_saved(self, mut left: Lefts) -> Self::Saved {
                let ($($given,)+) = self;
                ($($given.__dyno_saved(&mut left),)+)
            }

            #[expect(non_snake_case, reason = "each is called as its type")]
            fn __dyno_all_back(self) -> Self::Objects {
                let ($($given,)+) = self;
                ($($given.__dyno_back(),)+)
            }
        })+
    };
}

macro_rules! longer {
    ($($($given:ident)+),+) => {
        $(impl<Next: Given, $($given: Given),+> InsertsAnd<Next> for ($($given,)+) {
            type Next = ($($given,)+ Next,);

            #[expect(non_snake_case, reason = "each is called as its type")]
            fn __dyno_and(self, next: Next) -> Self::Next {
                let ($($given,)+) = self;
                ($($given,)+ next,)
            }
        })+
    };
}

tuples!(A, A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G, A B C D E F G H);
longer!(A, A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G);
