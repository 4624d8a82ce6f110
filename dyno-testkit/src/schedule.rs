//! The order in which the requests of several actors reach the table.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use tokio::sync::oneshot;

use crate::{
    layer::{Layer, Stacked, wrap},
    random::Random,
    refusal::broken,
    request::Request,
};

/// Decides which of several waiting requests is next, so that a race can be repeated.
///
/// Every request of a client that is attached waits until each actor of [`Schedule::run`] waits for
/// one. Then a single one is released, and no other before it is answered. Which one is decided by
/// a seed ([`Schedule::seeded`]), by a list ([`Schedule::chosen`]), or by going through all
/// orders that there are ([`Schedule::every`]). Since DynamoDB applies one request after the other
/// as well, nothing is lost by that: any interleaving of requests is one of these orders.
///
/// Put it next to the engine. What is wrapped around the attached client comes before the choice:
/// each part of a batch that [`SplitBatches`](crate::SplitBatches) has split waits on its own, and
/// so does each copy that [`FaultClient`](crate::FaultClient) sends with
/// [`Late::Anytime`](crate::Late::Anytime).
///
/// Outside of [`Schedule::run`] requests pass at once, so the same client can be used to prepare
/// and to look.
///
/// A clone is the same schedule. It prints as its seed and its choices so far; when a test panics,
/// it prints that to standard error.
///
/// # Reproducing a run
///
/// A run follows from the seed when the rest is deterministic too: a single-threaded runtime with
/// a paused clock (`#[tokio::test(start_paused = true)]`), and an engine that runs inline
/// (`Engine::inline`). Time passes before choices are made: an actor that sleeps, for a back-off
/// say, is awake again before the next request is released. How long it sleeps, which is usually
/// random, then does not matter. For the same reason a timeout that an actor sets always elapses.
///
/// An actor that waits for another one, for a lock say, while that one waits to be released, is
/// given a minute of the runtime's clock. When the clock is paused, that minute takes no time.
///
/// # Example: a lost update, found by trying all orders
///
/// ```
/// use aws_sdk_dynamodb::{Client, types::AttributeValue};
/// use dyno_embedded::Engine;
/// use dyno_testkit::{Schedule, create_table, dump};
///
/// /// Reads the counter and writes one more, without a condition.
/// async fn increment(client: &Client) {
///     let id = AttributeValue::S("1".into());
///     let get = client.get_item().table_name("Counters").key("ID", id.clone());
///     let item = get.send().await.unwrap().item.unwrap_or_default();
///     let count = item.get("Count").and_then(|count| count.as_n().ok()?.parse().ok());
///     let count = AttributeValue::N((count.unwrap_or(0) + 1).to_string());
///     let put = client.put_item().table_name("Counters");
///     put.item("ID", id).item("Count", count).send().await.unwrap();
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut lost = Vec::new();
/// let orders = Schedule::every(async |schedule| {
///     let engine = Engine::in_memory().unwrap().inline();
///     create_table(&engine.client(), "Counters", "ID", None).await.unwrap();
///     let client = schedule.attach(&engine.client());
///     schedule.run([increment(&client), increment(&client)]).await;
///     if dump(&client, "Counters").await.unwrap()[0]["Count"] != AttributeValue::N("2".into()) {
///         lost.push(schedule.to_string());
///     }
/// });
/// assert_eq!(orders.await, 6);
/// // Only the two orders in which one actor ends before the other begins are good.
/// assert_eq!(lost.len(), 4);
/// assert_eq!(lost[0], "a schedule of the choices [0, 1, 0]");
/// # }
/// ```
///
/// # Example: many random orders
///
/// ```
/// # use dyno_embedded::Engine;
/// # use dyno_testkit::Schedule;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// for seed in 0..10 {
///     let schedule = Schedule::seeded(seed);
///     let client = schedule.attach(&Engine::in_memory().unwrap().inline().client());
///     let actors = (0..3).map(|_| client.list_tables().send());
///     let answers = schedule.run(actors).await;
///     assert!(answers.iter().all(Result::is_ok), "{schedule}");
///     assert_eq!(schedule.steps().len(), 3);
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Schedule {
    pub(crate) state: Arc<State>,
}

impl Schedule {
    /// Makes a schedule whose choices follow from a seed.
    pub fn seeded(seed: u64) -> Self {
        Self::new(Order::Seeded(seed))
    }

    /// Makes a schedule with these choices, such as another schedule has printed.
    ///
    /// A choice is a place in the list of requests that wait, which is sorted by actor and then by
    /// arrival; late copies of requests come last. A single request is no choice. When the choices
    /// run out, the first request is taken.
    pub fn chosen(choices: impl IntoIterator<Item = usize>) -> Self {
        Self::new(Order::Chosen(choices.into_iter().collect()))
    }

    fn new(order: Order) -> Self {
        let random = Random::new(match order {
            Order::Seeded(seed) => seed,
            Order::Chosen(_) => 0,
        });
        Self {
            state: Arc::new(State {
                order,
                queue: Mutex::new(Queue {
                    random,
                    ..Queue::default()
                }),
            }),
        }
    }

    /// Runs a test once for every order that the requests of its actors can come in.
    ///
    /// The test is given a schedule, which it has to use in the same way each time. Returns the
    /// number of orders. It grows quickly: two actors with four requests each have 70 orders,
    /// three have 34 650.
    pub async fn every(mut test: impl AsyncFnMut(Self)) -> usize {
        let mut schedule = Self::chosen([]);
        let mut orders = 0;
        loop {
            test(schedule.clone()).await;
            orders += 1;
            match schedule.following() {
                Some(following) => schedule = following,
                None => return orders,
            }
        }
    }

    /// Returns the schedule that differs from this one, which has run, in the latest choice
    /// possible; `None` when this was the last one.
    ///
    /// It is the step from one order to the next in [`Schedule::every`], for a test that limits
    /// their number.
    pub fn following(&self) -> Option<Self> {
        let mut choices = self.state.queue().choices.clone();
        while let Some(Choice { taken, of }) = choices.pop() {
            if taken + 1 < of {
                let before = choices.iter().map(|choice| choice.taken);
                return Some(Self::chosen(before.chain([taken + 1])));
            }
        }
        None
    }

    /// Returns a client like `client` whose requests wait for this schedule.
    pub fn attach(&self, client: &Client) -> Client {
        wrap(client, |http| Stacked::new(http, Arc::clone(&self.state)))
    }

    /// Returns the choices that were made so far.
    pub fn choices(&self) -> Vec<usize> {
        let queue = self.state.queue();
        queue.choices.iter().map(|choice| choice.taken).collect()
    }

    /// Returns the requests that were released so far, in this order.
    pub fn steps(&self) -> Vec<ScheduledStep> {
        self.state.queue().steps.clone()
    }

    /// Returns how many requests wait; after a run these are late copies.
    pub fn waiting(&self) -> usize {
        let queue = self.state.queue();
        let waiting = queue.waiting.iter();
        waiting
            .filter(|waiting| !waiting.release.is_closed())
            .count()
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(formatter)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(formatter)
    }
}

/// A request that a [`Schedule`] has released.
///
/// It prints as the number of its actor and the request.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledStep {
    actor: Option<usize>,
    request: Request,
}

impl ScheduledStep {
    /// Returns the place of the actor in the list of [`Schedule::run`], or `None` for a request
    /// that was sent by no actor itself: a late copy, or a task that an actor has spawned.
    pub fn actor(&self) -> Option<usize> {
        self.actor
    }

    /// Returns the request, without its answer.
    pub fn request(&self) -> &Request {
        &self.request
    }
}

impl fmt::Display for ScheduledStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.actor {
            Some(actor) => write!(formatter, "{actor}: ")?,
            None => formatter.write_str("-: ")?,
        }
        formatter.write_str(self.request.operation())?;
        for (table, actions) in self.request.tables() {
            write!(formatter, " {table}*{actions}")?;
        }
        Ok(())
    }
}

/// How choices are made.
#[derive(Debug)]
enum Order {
    Seeded(u64),
    Chosen(Vec<usize>),
}

/// What the clients and the run share.
pub(crate) struct State {
    order: Order,
    queue: Mutex<Queue>,
}

#[derive(Default)]
pub(crate) struct Queue {
    random: Random,
    /// Whether requests wait at all.
    pub(crate) running: bool,
    /// The actor that is being polled.
    pub(crate) polling: Option<usize>,
    /// Whether a released request is not answered yet.
    pub(crate) busy: bool,
    /// Counts what arrives and what is answered, so that the run notices that something happened.
    pub(crate) events: u64,
    /// Wakes the run.
    pub(crate) waker: Option<Waker>,
    arrivals: u64,
    waiting: Vec<Waiting>,
    choices: Vec<Choice>,
    steps: Vec<ScheduledStep>,
}

struct Waiting {
    step: ScheduledStep,
    release: oneshot::Sender<Released>,
}

#[derive(Clone, Copy)]
struct Choice {
    taken: usize,
    of: usize,
}

impl State {
    /// A panic elsewhere cannot leave the queue half changed, so a poisoned lock is taken all the
    /// same.
    pub(crate) fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrive(&self, request: &HttpRequest) -> Option<oneshot::Receiver<Released>> {
        let mut queue = self.queue();
        if !queue.running {
            return None;
        }
        queue.events += 1;
        let (release, released) = oneshot::channel();
        let step = ScheduledStep {
            actor: queue.polling,
            request: Request::read(queue.arrivals, request),
        };
        queue.arrivals += 1;
        queue.waiting.push(Waiting { step, release });
        queue.wake();
        Some(released)
    }

    /// Releases one request; `false` when none waits.
    pub(crate) fn release(self: &Arc<Self>) -> bool {
        let waiting = {
            let mut queue = self.queue();
            queue.forget_dropped();
            // Requests of no actor come last; the sort keeps the order of arrival.
            queue
                .waiting
                .sort_by_key(|waiting| waiting.step.actor.unwrap_or(usize::MAX));
            let of = queue.waiting.len();
            let taken = match &self.order {
                _ if of < 2 => 0,
                Order::Seeded(_) => queue.random.below(of),
                Order::Chosen(choices) => {
                    let chosen = choices.get(queue.choices.len()).copied();
                    chosen.unwrap_or_default().min(of - 1)
                }
            };
            if of == 0 {
                return false;
            }
            let waiting = queue.waiting.remove(taken);
            if of > 1 {
                queue.choices.push(Choice { taken, of });
            }
            queue.steps.push(waiting.step.clone());
            queue.busy = true;
            waiting
        };
        // One that is dropped right now gives its turn back by dropping `Released`.
        let _ = waiting.release.send(Released(Arc::clone(self)));
        true
    }
}

impl Queue {
    /// Whether a request of this actor waits.
    pub(crate) fn holds(&self, actor: usize) -> bool {
        let mut waiting = self.waiting.iter();
        waiting.any(|waiting| waiting.step.actor == Some(actor) && !waiting.release.is_closed())
    }

    pub(crate) fn forget_dropped(&mut self) {
        self.waiting.retain(|waiting| !waiting.release.is_closed());
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

/// The turn of one request, until it is answered or dropped.
struct Released(Arc<State>);

impl Drop for Released {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.busy = false;
        queue.events += 1;
        queue.wake();
    }
}

impl Layer for State {
    async fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let Some(released) = self.arrive(&request) else {
            return inner.call(request).await;
        };
        let gone = |_| broken("the schedule is gone");
        let turn = released.await.map_err(gone)?;
        let answer = inner.call(request).await;
        drop(turn);
        answer
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a schedule of ")?;
        if let Order::Seeded(seed) = self.order {
            write!(formatter, "seed {seed}, ")?;
        }
        let queue = self.queue();
        let choices = queue.choices.iter().map(|choice| choice.taken);
        write!(formatter, "the choices {:?}", choices.collect::<Vec<_>>())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.queue().steps.clone();
        let steps = steps.iter().map(ScheduledStep::to_string);
        formatter
            .debug_struct("Schedule")
            .field("is", &format_args!("{self}"))
            .field("steps", &steps.collect::<Vec<_>>())
            .finish()
    }
}

impl Drop for State {
    #[expect(clippy::print_stderr, reason = "a failed test shows how to repeat it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("it failed in {self}");
        }
    }
}
