//! Operations under test, each in one short declaration.

use std::env;
use std::pin::Pin;

use dyno::{Attribute, Error, Result, Store};

use crate::mishap::{Mishap, When};
use crate::subject::{Secret, Subject, Trip};

/// An object, and what a client does to it.
pub(crate) struct Scenario<T> {
    pub(crate) name: String,
    /// The object that is there at first.
    pub(crate) before: Option<T>,
    pub(crate) steps: Vec<Step<T>>,
    /// What does not happen to it in the main run, because of a defect that a test of its own shows.
    pub(crate) spared: fn(&Mishap) -> bool,
    /// One lost answer may leave its outcome unknown.
    pub(crate) may_be_unknown: bool,
    /// Pairs of mishaps are tried on it too.
    pub(crate) is_paired: bool,
    /// It has hundreds of kilobytes, so only a few mishaps are tried.
    pub(crate) is_large: bool,
}

/// One call of a client.
pub(crate) struct Step<T> {
    run: Box<dyn Fn(Store) -> Running>,
    /// The object that is there after it.
    pub(crate) after: Option<T>,
}

type Running = Pin<Box<dyn Future<Output = Result<()>>>>;

impl<T> Step<T> {
    pub(crate) fn new<F: Future<Output = Result<()>> + 'static>(
        after: Option<T>,
        run: impl Fn(Store) -> F + 'static,
    ) -> Self {
        Self {
            run: Box::new(move |store| Box::pin(run(store))),
            after,
        }
    }

    pub(crate) fn run(&self, store: &Store) -> Running {
        (self.run)(store.clone())
    }
}

impl<T: Subject> Scenario<T> {
    /// The operation is several calls.
    pub(crate) fn new(name: &str, before: Option<T>, steps: Vec<Step<T>>) -> Self {
        Self {
            name: format!(
                "{} {name}",
                std::any::type_name::<T>().rsplit("::").next().unwrap()
            ),
            before,
            steps,
            spared: |_| false,
            may_be_unknown: false,
            is_paired: env::var_os("DYNO_PAIRS").is_some(),
            is_large: false,
        }
    }

    /// The object is inserted where nothing is.
    pub(crate) fn inserts(name: &str, object: T) -> Self {
        Self::new(name, None, vec![Self::insert(object)])
    }

    /// The object is saved without a load, whatever is there.
    pub(crate) fn puts(name: &str, before: Option<T>, object: T) -> Self {
        let saved = object.clone();
        let put = Step::new(Some(object), move |store| {
            let put = store.save(saved.clone()).key(T::key());
            async move { put.await.map(drop).map_err(Error::from) }
        });
        let replaces = before.is_some();
        let mut scenario = Self::new(name, before, vec![put]);
        // The refusal of a repeated insert does not tell whose object is there.
        scenario.may_be_unknown = replaces;
        if replaces {
            // A copy of the refused insert creates the object again after its deletion.
            scenario.spared = |mishap| matches!(mishap, Mishap::Repeated(When::TheDelete));
        }
        scenario
    }

    /// The object is loaded, changed, and saved.
    pub(crate) fn changes(
        name: &str,
        before: T,
        change: impl Fn(&mut T) + Clone + 'static,
    ) -> Self {
        let mut after = before.clone();
        change(&mut after);
        let save = Step::new(Some(after), move |store| {
            let change = change.clone();
            async move {
                let mut saved = store.load::<T>(T::key()).await?;
                change(&mut saved);
                saved.save().await
            }
        });
        Self::new(name, Some(before), vec![save])
    }

    /// One value is written by its path; `change` is what that does to the object.
    pub(crate) fn writes_path<V: Attribute + Clone + Send + 'static>(
        before: T,
        path: &'static str,
        value: V,
        change: impl Fn(&mut T, V),
    ) -> Self {
        let name = format!("writes the path `{path}`");
        let mut after = before.clone();
        change(&mut after, value.clone());
        let write = Step::new(Some(after), move |store| {
            let write = store.write_path::<T, V>(T::key(), path, value.clone());
            write.into_future()
        });
        Self::new(&name, Some(before), vec![write])
    }

    /// The object is deleted without a load.
    pub(crate) fn deletes(name: &str, before: Option<T>) -> Self {
        Self::new(name, before, vec![Self::delete()])
    }

    /// The object is deleted as it was loaded.
    pub(crate) fn deletes_as_loaded(before: T) -> Self {
        let delete = Step::new(None, |store| async move {
            store.load::<T>(T::key()).await?.delete().await
        });
        Self::new("is loaded and deleted", Some(before), vec![delete])
    }

    /// The object is deleted, and another one created in its place.
    pub(crate) fn recreates(before: T, object: T) -> Self {
        let steps = vec![Self::delete(), Self::insert(object)];
        Self::new("is deleted and created again", Some(before), steps)
    }

    fn insert(object: T) -> Step<T> {
        let saved = object.clone();
        Step::new(Some(object), move |store| {
            let insert = store.save(saved.clone()).key(T::key()).if_absent();
            async move { insert.await.map(drop).map_err(Error::from) }
        })
    }

    fn delete() -> Step<T> {
        Step::new(None, |store| store.delete::<T>(T::key()).into_future())
    }

    /// One call of any kind.
    pub(crate) fn does<F: Future<Output = Result<()>> + 'static>(
        name: &str,
        before: T,
        after: T,
        run: impl Fn(Store) -> F + 'static,
    ) -> Self {
        Self::new(name, Some(before), vec![Step::new(Some(after), run)])
    }

    /// What can be done to any object: it comes, is replaced, goes, and comes again.
    pub(crate) fn basics(object: &T, other: &T) -> Vec<Self> {
        vec![
            Self::inserts("is inserted", object.clone()),
            Self::puts("is put where nothing is", None, object.clone()),
            Self::puts("replaces", Some(object.clone()), other.clone()),
            Self::deletes("is deleted", Some(object.clone())),
            Self::deletes("is deleted where nothing is", None),
            Self::deletes_as_loaded(object.clone()),
            Self::recreates(object.clone(), other.clone()),
        ]
    }

    /// The same scenario without some mishaps.
    pub(crate) fn spared(mut self, spared: fn(&Mishap) -> bool) -> Self {
        self.spared = spared;
        self
    }

    /// The same scenario with everything that can happen.
    pub(crate) fn unspared(self) -> Self {
        self.spared(|_| false)
    }

    /// The same scenario, in pairs of mishaps too.
    pub(crate) fn paired(mut self) -> Self {
        self.is_paired = true;
        self
    }

    /// The same scenario, whose outcome may be unknown after one mishap.
    pub(crate) fn perhaps_unknown(mut self) -> Self {
        self.may_be_unknown = true;
        self
    }

    /// The same scenario with few mishaps.
    pub(crate) fn large(mut self) -> Self {
        self.is_large = true;
        self.is_paired = false;
        self
    }
}

/// What is done to an object with shards.
pub(crate) fn trips() -> Vec<Scenario<Trip>> {
    let full = Trip::sample();
    let mut bare = Trip::sample();
    bare.diary = None;
    let mut other = Trip::sample();
    other.name = "Kanto".into();
    other.touch();
    let mut other_bare = other.clone();
    other_bare.diary = None;
    let diary = full.diary.clone();
    let trips = vec![
        Scenario::inserts("is inserted", full.clone()),
        Scenario::inserts("is inserted without its optional shard", bare.clone()),
        Scenario::puts("is put where nothing is", None, full.clone()),
        Scenario::puts("replaces", Some(full.clone()), other.clone()),
        Scenario::puts(
            "replaces one with more shards",
            Some(full.clone()),
            other_bare,
        ),
        Scenario::puts(
            "replaces one with fewer shards",
            Some(bare.clone()),
            other.clone(),
        ),
        Scenario::changes("changes its root", full.clone(), |trip| trip.tags.clear()),
        Scenario::changes("changes one shard", full.clone(), |trip| {
            trip.place.visits += 1;
        }),
        Scenario::changes("changes a nested shard", full.clone(), |trip| {
            trip.place.map.scale = 7;
        }),
        Scenario::changes("changes two shards", full.clone(), |trip| {
            trip.place.city = "Nara".into();
            trip.diary.as_mut().unwrap().pages.push("left".into());
        }),
        Scenario::changes("changes everything", full.clone(), |trip| {
            trip.touch();
            trip.tags.clear();
            trip.diary.as_mut().unwrap().pages.clear();
        }),
        Scenario::changes("gains a shard", bare.clone(), move |trip| {
            trip.diary.clone_from(&diary);
        }),
        Scenario::changes("loses a shard", full.clone(), |trip| trip.diary = None),
        Scenario::writes_path(full.clone(), "tags[1]", "c".to_owned(), |trip, tag| {
            trip.tags[1] = tag;
        }),
        Scenario::writes_path(full.clone(), "name", "Kinki".to_owned(), |trip, name| {
            trip.name = name;
        }),
        Scenario::writes_path(full.clone(), "place.visits", 9, |trip, visits| {
            trip.place.visits = visits;
        }),
        Scenario::writes_path(full.clone(), "place.map.scale", 9, |trip, scale| {
            trip.place.map.scale = scale;
        }),
        Scenario::writes_path(full.clone(), "place", other.place.clone(), |trip, place| {
            trip.place = place;
        }),
        Scenario::writes_path(full.clone(), "diary", None, |trip, diary| {
            trip.diary = diary;
        }),
        path_and_saves(3),
        Scenario::deletes("is deleted", Some(full.clone())),
        Scenario::deletes("is deleted without its optional shard", Some(bare)),
        Scenario::deletes("is deleted where nothing is", None),
        Scenario::deletes_as_loaded(full.clone()),
        Scenario::recreates(full, other),
    ];
    trips.into_iter().map(Scenario::paired).collect()
}

/// One path is written, and then the object is saved so many times.
pub(crate) fn path_and_saves(saves: u64) -> Scenario<Trip> {
    let name = format!("writes a path and is saved {saves} times");
    let mut scenario =
        Scenario::writes_path(Trip::sample(), "name", "Kinki".to_owned(), |trip, name| {
            trip.name = name;
        });
    let mut trip = Trip::sample();
    trip.name = "Kinki".into();
    for touched in 1..=saves {
        let save = Scenario::changes("", trip.clone(), move |trip| trip.touched = touched);
        trip.touched = touched;
        scenario.steps.extend(save.steps);
    }
    Scenario::new(&name, scenario.before, scenario.steps)
}

/// What is done to a managed object in one item.
pub(crate) fn secrets() -> Vec<Scenario<Secret>> {
    let secret = Secret::sample();
    let mut other = Secret::sample();
    other.text = "friend".into();
    let secrets = vec![
        Scenario::inserts("is inserted", secret.clone()),
        Scenario::puts("is put where nothing is", None, secret.clone()),
        Scenario::puts("replaces", Some(secret.clone()), other.clone()),
        Scenario::changes("changes", secret.clone(), |secret| secret.uses += 1),
        Scenario::writes_path(secret.clone(), "uses", 5, |secret, uses| secret.uses = uses),
        Scenario::deletes("is deleted", Some(secret.clone())),
        Scenario::deletes_as_loaded(secret.clone()),
        Scenario::recreates(secret, other),
    ];
    secrets.into_iter().map(Scenario::paired).collect()
}
