//! Runs the actors of a schedule, and releases their requests one at a time.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

use crate::schedule::{Schedule, State};

/// How long an actor may neither run nor wait for a request while others wait.
const PATIENCE: Duration = Duration::from_mins(1);

/// Turns of the runtime that pass before a timer is used to find out that nothing happens; most
/// answers take one or two.
const IDLE_TURNS: u32 = 32;

impl Schedule {
    /// Runs actors until each has ended, and returns what they return, in the order of the list.
    ///
    /// Requests that still wait then, late copies, stay where they are: they never arrive, unless
    /// there is another run.
    ///
    /// Actors of different types are boxed: `[Box::pin(one) as Pin<Box<dyn Future<Output = ()>>>,
    /// Box::pin(other)]`.
    ///
    /// # Cancel safety
    ///
    /// When it is dropped, so are the actors; requests that wait are not delivered.
    pub async fn run<F: Future>(&self, actors: impl IntoIterator<Item = F>) -> Vec<F::Output> {
        let actors = actors.into_iter().map(Actor::new);
        let mut run = Run {
            state: Arc::clone(&self.state),
            actors: actors.collect(),
            events: 0,
            idle: 0,
            patience: None,
        };
        run.state.queue().running = true;
        std::future::poll_fn(|context| run.poll(context)).await;
        let actors = std::mem::take(&mut run.actors);
        actors
            .into_iter()
            .filter_map(|actor| actor.output)
            .collect()
    }
}

struct Run<F: Future> {
    state: Arc<State>,
    actors: Vec<Actor<F>>,
    /// What has happened when the last poll ended.
    events: u64,
    /// Polls without an event.
    idle: u32,
    patience: Option<Pin<Box<Sleep>>>,
}

impl<F: Future> Run<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.state.queue().waker = Some(context.waker().clone());
        let polled = self.poll_woken(context.waker());
        if self.actors.iter().all(Actor::has_ended) {
            return Poll::Ready(());
        }
        let events = self.state.queue().events;
        if polled || events != self.events {
            self.events = events;
            self.idle = 0;
            self.patience = None;
            return Self::go_round(context);
        }
        if self.all_wait() && self.state.release() {
            return Self::go_round(context);
        }
        if self.idle < IDLE_TURNS {
            self.idle += 1;
            return Self::go_round(context);
        }
        let patience = self
            .patience
            .get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        if patience.as_mut().poll(context).is_ready() {
            self.patience = None;
            if self.state.release() {
                return Self::go_round(context);
            }
        }
        Poll::Pending
    }

    /// Lets the other tasks have a turn, then polls again.
    fn go_round(context: &Context<'_>) -> Poll<()> {
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Polls the actors that were woken; `false` when none was.
    fn poll_woken(&mut self, run: &Waker) -> bool {
        let mut polled = false;
        for (number, actor) in self.actors.iter_mut().enumerate() {
            if actor.has_ended() || !actor.alarm.woken.swap(false, Ordering::AcqRel) {
                continue;
            }
            polled = true;
            self.state.queue().polling = Some(number);
            actor.poll(run);
            self.state.queue().polling = None;
        }
        polled
    }

    /// Whether nothing is under way and each actor waits for a request.
    fn all_wait(&self) -> bool {
        let queue = self.state.queue();
        let mut actors = self.actors.iter().enumerate();
        !queue.busy && actors.all(|(number, actor)| actor.has_ended() || queue.holds(number))
    }
}

impl<F: Future> Drop for Run<F> {
    fn drop(&mut self) {
        // They give back their turns, and leave the queue.
        self.actors.clear();
        let mut queue = self.state.queue();
        queue.running = false;
        queue.polling = None;
        queue.waker = None;
        queue.forget_dropped();
    }
}

struct Actor<F: Future> {
    future: Option<Pin<Box<F>>>,
    output: Option<F::Output>,
    alarm: Arc<Alarm>,
}

impl<F: Future> Actor<F> {
    fn new(future: F) -> Self {
        Self {
            future: Some(Box::pin(future)),
            output: None,
            alarm: Arc::new(Alarm {
                woken: AtomicBool::new(true),
                run: Mutex::new(Waker::noop().clone()),
            }),
        }
    }

    fn has_ended(&self) -> bool {
        self.future.is_none()
    }

    fn poll(&mut self, run: &Waker) {
        self.alarm.run().clone_from(run);
        let Some(future) = &mut self.future else {
            return;
        };
        let waker = Waker::from(Arc::clone(&self.alarm));
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.output = Some(output);
            self.future = None;
        }
    }
}

/// Remembers that an actor is to be polled.
struct Alarm {
    woken: AtomicBool,
    run: Mutex<Waker>,
}

impl Alarm {
    fn run(&self) -> MutexGuard<'_, Waker> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.run().wake_by_ref();
    }
}
