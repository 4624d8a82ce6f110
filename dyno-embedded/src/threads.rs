//! Where the engine's blocking calls run.
//!
//! A `GetItem` takes less time than the hand-over to another thread, but a scan or a large batch
//! takes milliseconds, any call may wait for the lock of the database, and a slow disk may
//! take as long as it likes. None of that may happen on a thread that polls futures, and how long a
//! call takes is not known before it is made, so every call is handed over unless the engine is
//! inline. `docs/design/embedded.md` has the figures.
//!
//! * Inside a tokio runtime the call runs on the runtime's blocking pool. That works on every
//!   flavour (`block_in_place` does not), and tokio does not let a paused test clock run ahead of
//!   it, which it would for a thread of our own.
//! * The engine serves one call at a time behind a lock, so more threads than a few only wait. A
//!   fair semaphore keeps the others in a queue of futures: a hundred concurrent requests take two
//!   threads of the pool, are served in their order, and one that is dropped in the queue never
//!   runs.
//! * Outside tokio each call gets a thread. It costs more and needs nothing.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, oneshot},
    task::{JoinError, JoinHandle},
};

/// One call decodes or encodes while the other one holds the database.
const CONCURRENT_CALLS: usize = 2;

/// The threads on which blocking calls run.
#[derive(Clone, Debug)]
pub(crate) enum Threads {
    /// The thread that polls the request.
    Polling,
    /// Another thread, for a limited number of calls at a time.
    Background(Arc<Semaphore>),
}

impl Threads {
    pub(crate) fn background() -> Self {
        Self::Background(Arc::new(Semaphore::new(CONCURRENT_CALLS)))
    }

    /// Runs `call` and returns what it returns.
    ///
    /// # Errors
    ///
    /// When no thread can be had, when `call` panics, or when the runtime shuts down first.
    ///
    /// # Cancel safety
    ///
    /// Dropped before `call` has begun, it never runs; dropped later, it runs to its end.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ConnectorError> {
        let Self::Background(calls) = self else {
            // Without this turn for the others, tasks on one thread would run one after another
            // from beginning to end, and no test would ever see their requests interleaved.
            tokio::task::yield_now().await;
            return Ok(call());
        };
        let permit = Arc::clone(calls)
            .acquire_owned()
            .await
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        // The permit goes along: a call that nobody waits for still occupies the database.
        let call = move || {
            let _permit = permit;
            call()
        };
        match Handle::try_current() {
            Ok(runtime) => Withdrawn(runtime.spawn_blocking(call))
                .await
                .map_err(|error| lost(&error)),
            Err(_) => on_own_thread(call).await,
        }
    }
}

async fn on_own_thread<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ConnectorError> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("dyno-embedded".to_owned())
        .spawn(move || {
            if !sender.is_closed() {
                // Nobody is left to tell when the receiver is gone.
                let _ = sender.send(call());
            }
        })
        .map_err(|error| ConnectorError::io(error.into()))?;
    receiver.await.map_err(|_| panicked())
}

/// A call on the blocking pool, withdrawn when this is dropped and it has not begun.
struct Withdrawn<T>(JoinHandle<T>);

impl<T> Future for Withdrawn<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Withdrawn<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn lost(error: &JoinError) -> ConnectorError {
    if error.is_panic() {
        panicked()
    } else {
        ConnectorError::io(
            "the runtime shut down before the embedded engine ran this request; it was not applied"
                .into(),
        )
    }
}

fn panicked() -> ConnectorError {
    ConnectorError::other(
        "the embedded engine panicked on this request; open the engine again".into(),
        None,
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_connector_error() {
        let error = Threads::background()
            .run(|| panic!("on purpose"))
            .await
            .map(|(): ()| ())
            .unwrap_err();
        assert!(error.is_other());
    }

    #[tokio::test]
    async fn a_call_withdrawn_in_the_queue_never_runs() {
        let threads = Threads::Background(Arc::new(Semaphore::new(1)));
        let ran = Arc::new(AtomicUsize::new(0));
        let (release, held) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let threads = threads.clone();
            async move { threads.run(move || held.recv()).await }
        });
        // The first call holds the only permit once it has been polled.
        tokio::task::yield_now().await;
        let second = tokio::spawn({
            let (threads, ran) = (threads.clone(), Arc::clone(&ran));
            async move {
                threads
                    .run(move || ran.fetch_add(1, Ordering::SeqCst))
                    .await
            }
        });
        tokio::task::yield_now().await;
        second.abort();
        assert!(second.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        assert!(first.await.unwrap().unwrap().is_ok());
        let third = threads.run(|| 3).await.unwrap();
        assert_eq!((third, ran.load(Ordering::SeqCst)), (3, 0));
    }

    #[tokio::test]
    async fn a_call_dropped_while_it_runs_gives_its_place_back() {
        let threads = Threads::Background(Arc::new(Semaphore::new(1)));
        let (started, starts) = oneshot::channel();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let call = tokio::spawn({
            let threads = threads.clone();
            async move {
                threads
                    .run(move || {
                        let _ = started.send(());
                        held.recv()
                    })
                    .await
            }
        });
        starts.await.unwrap();
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        assert_eq!(threads.run(|| 2).await.unwrap(), 2);
    }
}
