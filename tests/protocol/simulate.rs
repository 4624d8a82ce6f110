//! Histories of three clients, made by seed.

use std::marker::PhantomData;
use std::sync::Arc;

use dyno::{Error, Result, Saved, Store};

use crate::check::check;
use crate::database::{Database, Items};
use crate::history::{Call, History, Operation, Outcome, Stored};
use crate::ledger::{Ledger, Tag};
use crate::mutant::Mutant;
use crate::random::Random;
use crate::turns::Turns;
use crate::work::{Memory, Work};

/// Three clients on one engine, used for one history after the other.
pub(crate) struct World<T> {
    ledger: Ledger,
    turns: Turns,
    clients: Vec<Client>,
    /// An object that some histories begin with.
    prepared: Arc<Items>,
    object: PhantomData<T>,
}

struct Client {
    store: Store,
    tag: Tag,
}

/// What came of some histories.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) histories: usize,
    pub(crate) operations: usize,
    pub(crate) commits: usize,
    /// The first history that breaks a promise.
    pub(crate) bad: Option<String>,
}

const CLIENTS: usize = 3;
const KEY: &str = "b";

impl<T: Work> World<T> {
    pub(crate) async fn new(mutant: Mutant) -> Self {
        let ledger = Ledger::new(Database::new::<T>().await);
        let watched = ledger.watch(&ledger.database.bare_client());
        let turns = Turns::new(CLIENTS);
        let client = |number| {
            let tag = Tag::default();
            let client = tag.mark(&mutant.apply(&turns.direct(&watched, number)));
            Client {
                store: Store::new(client),
                tag,
            }
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        let first = T::by(1, &mut Random::new(4));
        clients[0].store.save(first).key(KEY).await.unwrap();
        let prepared = ledger.items();
        Self {
            ledger,
            turns,
            clients,
            prepared,
            object: PhantomData,
        }
    }

    /// Makes the histories of these seeds, until one is bad.
    pub(crate) async fn run(&self, seeds: impl Iterator<Item = u64>) -> Summary {
        let mut summary = Summary::default();
        for seed in seeds {
            let history = self.history(seed).await;
            summary.histories += 1;
            summary.operations += history.operations.len();
            summary.commits += history.commits.len();
            let mut wrong = check(&history);
            wrong.extend(self.delete().await);
            if !wrong.is_empty() {
                let wrong = wrong.join("\n  ");
                summary.bad = Some(format!("seed {seed}:\n  {wrong}\n{history}"));
                break;
            }
        }
        summary
    }

    /// The history of a seed, which leaves its items behind.
    pub(crate) async fn history(&self, seed: u64) -> History<T> {
        let mut random = Random::new(seed);
        let nothing = Items::new();
        let first = if random.percent(70) {
            &*self.prepared
        } else {
            &nothing
        };
        let mishaps = [0, 10, 25][random.below(3)];
        self.ledger.reset(first);
        self.turns.begin(random.next(), mishaps);
        let [one, two, three] = [0, 1, 2].map(|number| self.live(number, random.next()));
        let (one, two, three, ()) = tokio::join!(one, two, three, self.turns.conduct());
        let mut operations: Vec<_> = [one, two, three].into_iter().flatten().collect();
        operations.sort_by_key(|operation| (operation.began, operation.number));
        let stored = |commit: crate::ledger::Commit| Stored {
            by: commit.tag,
            object: T::of(&commit.items),
            wrong: commit.wrong,
        };
        History {
            first: T::of(first),
            commits: self.ledger.commits().into_iter().map(stored).collect(),
            operations,
        }
    }

    /// A client's operations, from its first to its last.
    async fn live(&self, number: usize, seed: u64) -> Vec<Operation<T>> {
        let mut life = Life {
            world: self,
            number,
            random: Random::new(seed),
            held: None,
            operations: Vec::new(),
        };
        for _ in 0..2 + life.random.below(2) {
            life.act().await;
        }
        self.turns.finish();
        life.operations
    }

    /// Deletes the object, and says what is left.
    async fn delete(&self) -> Option<String> {
        if self.ledger.items().is_empty() {
            return None;
        }
        let deleted = self.clients[0].store.delete::<T>(KEY).await;
        let left: Vec<_> = self.ledger.items().keys().cloned().collect();
        match deleted {
            Err(error) => Some(format!("cannot be deleted at last: {error:?}")),
            Ok(()) if left.is_empty() => None,
            Ok(()) => Some(format!("a delete leaves {left:?}")),
        }
    }
}

/// A client under way.
struct Life<'a, T: Work> {
    world: &'a World<T>,
    number: usize,
    random: Random,
    /// The object as this client loaded or saved it last, with what was stored then.
    held: Option<(Saved<T>, T)>,
    operations: Vec<Operation<T>>,
}

impl<T: Work> Life<'_, T> {
    /// One operation; two, if an object must be loaded before it is saved.
    async fn act(&mut self) {
        match self.random.below(100) {
            0..20 => self.load().await,
            20..52 => {
                if self.held.is_none() {
                    self.load().await;
                }
                self.save().await;
            }
            52..74 => self.write_path().await,
            74..82 => self.delete().await,
            82..88 => self.delete_as_loaded().await,
            88..94 => self.create(true).await,
            _ => self.create(false).await,
        }
    }

    async fn load(&mut self) {
        let load = self.store().load::<T>(KEY);
        let operation = self.perform(Call::Load, load.into_future()).await;
        self.held = operation.map(|saved| (saved.clone(), saved.into_object()));
    }

    async fn save(&mut self) {
        let Some((mut saved, base)) = self.held.take() else {
            return;
        };
        let number = self.next();
        saved.change(number, &mut self.random);
        let wanted = (*saved).clone();
        let call = Call::Save {
            base,
            wanted: wanted.clone(),
        };
        let done = self.perform(call, async { saved.save().await }).await;
        if done.is_some() {
            self.held = Some((saved, wanted));
        }
    }

    async fn write_path(&mut self) {
        let place = T::place(&mut self.random);
        let (path, value) = (T::path(place), self.next());
        let write = self.store().write_path::<T, u64>(KEY, &*path, value);
        let call = Call::WritePath { place, value };
        let turns = &self.world.turns;
        turns.remember(self.number, T::memory(place));
        self.perform(call, write.into_future()).await;
        turns.remember(self.number, Memory::Token);
    }

    async fn delete(&mut self) {
        let delete = self.store().delete::<T>(KEY);
        self.perform(Call::Delete, delete.into_future()).await;
    }

    async fn delete_as_loaded(&mut self) {
        if let Some((saved, base)) = self.held.take() {
            let call = Call::DeleteAsLoaded { base };
            self.perform(call, saved.delete().into_future()).await;
        }
    }

    async fn create(&mut self, only_inserts: bool) {
        let wanted = T::by(self.next(), &mut self.random);
        let save = self.store().save(wanted.clone()).key(KEY);
        let (call, save) = if only_inserts {
            let call = Call::Insert {
                wanted: wanted.clone(),
            };
            (call, save.if_absent())
        } else {
            let call = Call::Put {
                wanted: wanted.clone(),
            };
            (call, save)
        };
        let create = async { save.await.map_err(Error::from) };
        let created = self.perform(call, create).await;
        if let Some(saved) = created {
            self.held = Some((saved, wanted));
        }
    }

    /// Performs an operation and enters it into the history.
    async fn perform<B: Brought<T>>(
        &mut self,
        call: Call<T>,
        running: impl Future<Output = Result<B>>,
    ) -> Option<B> {
        let number = self.next();
        let ledger = &self.world.ledger;
        self.world.clients[self.number].tag.set(number);
        let began = ledger.length();
        let outcome = self.world.turns.live(self.number, running).await;
        let ended = ledger.length();
        let (outcome, brought) = match outcome {
            None => (Outcome::Died, None),
            Some(Ok(brought)) => (brought.outcome(&call), Some(brought)),
            Some(Err(error)) => (Outcome::Failed(error.kind(), error.to_string()), None),
        };
        self.operations.push(Operation {
            number,
            call,
            began,
            ended,
            outcome,
        });
        brought
    }

    /// The number of the next operation.
    fn next(&self) -> u64 {
        let own = 100 * (self.number + 1) + self.operations.len() + 1;
        u64::try_from(own).unwrap()
    }

    fn store(&self) -> &Store {
        &self.world.clients[self.number].store
    }
}

/// What an operation brings, as the history has it.
trait Brought<T: Work> {
    fn outcome(&self, call: &Call<T>) -> Outcome<T>;
}

impl<T: Work> Brought<T> for () {
    fn outcome(&self, _: &Call<T>) -> Outcome<T> {
        Outcome::Done
    }
}

impl<T: Work> Brought<T> for Saved<T> {
    fn outcome(&self, call: &Call<T>) -> Outcome<T> {
        match call {
            Call::Load => Outcome::Loaded((**self).clone()),
            _ => Outcome::Done,
        }
    }
}
