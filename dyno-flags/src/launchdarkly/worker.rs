//! The thread that does what the SDK waits for.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::mpsc::{self as answers, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc as jobs;

use crate::store::FeatureStore;

pub(super) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;
pub(super) type Connecting = Pending<Result<FeatureStore, Box<dyn StdError + Send + Sync>>>;

type Job = Box<dyn FnOnce(FeatureStore) -> Pending<()> + Send>;

/// A thread with a runtime of its own. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    /// Present until it is dropped: the thread ends when there is nobody left to send.
    jobs: Option<jobs::UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
    /// How long an answer may take.
    limit: Duration,
}

/// Why the worker gave no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    #[error(
        "the feature store gave no answer within {0:?}; if the program uses the same store elsewhere, let \
         `DynoDataStoreFactory::connect` make one for the client, else raise `DynoDataStoreFactory::timeout`"
    )]
    Late(Duration),
    #[error("the feature store panicked; that is a defect, and the next call is another one")]
    Panicked,
    #[error("the thread of the feature store has ended; make a new client")]
    Stopped,
}

impl Worker {
    /// Starts the thread, and waits until it has its store.
    pub(super) fn start(connecting: Connecting, limit: Duration) -> io::Result<Self> {
        let (jobs, asked) = jobs::unbounded_channel();
        let (ready, is_ready) = answers::sync_channel(1);
        let thread = thread::Builder::new().name("dyno-flags".to_owned());
        let thread = thread.spawn(move || work(connecting, asked, &ready))?;
        let worker = Self {
            jobs: Some(jobs),
            thread: Some(thread),
            limit,
        };
        match is_ready.recv_timeout(limit) {
            Ok(ready) => ready?,
            Err(RecvTimeoutError::Timeout) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    Silence::Late(limit),
                ));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other(Silence::Panicked)),
        }
        Ok(worker)
    }

    /// Runs a job on the thread, and waits for it: inside a task as well, since nothing of the caller's runtime is needed. A job that is
    /// late goes on.
    pub(super) fn run<T, F>(
        &self,
        job: impl FnOnce(FeatureStore) -> F + Send + 'static,
    ) -> Result<T, Silence>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send,
    {
        let (answer, answered) = answers::sync_channel(1);
        let job: Job = Box::new(move |flags| {
            Box::pin(async move {
                // Nobody listens if the caller is gone.
                let _ = answer.send(job(flags).await);
            })
        });
        let jobs = self.jobs.as_ref().ok_or(Silence::Stopped)?;
        jobs.send(job).map_err(|_| Silence::Stopped)?;
        answered
            .recv_timeout(self.limit)
            .map_err(|error| match error {
                RecvTimeoutError::Timeout => Silence::Late(self.limit),
                RecvTimeoutError::Disconnected if jobs.is_closed() => Silence::Stopped,
                RecvTimeoutError::Disconnected => Silence::Panicked,
            })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It panicked if this fails; whoever waited for it was told.
            let _ = thread.join();
        }
    }
}

fn work(
    connecting: Connecting,
    asked: jobs::UnboundedReceiver<Job>,
    ready: &answers::SyncSender<io::Result<()>>,
) {
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => serve(runtime, connecting, asked, ready),
        // Nobody listens if the caller is gone.
        Err(error) => drop(ready.send(Err(error))),
    }
}

fn serve(
    runtime: Runtime,
    connecting: Connecting,
    mut asked: jobs::UnboundedReceiver<Job>,
    ready: &answers::SyncSender<io::Result<()>>,
) {
    runtime.block_on(async {
        let connected = match select(connecting, Box::pin(asked.recv())).await {
            Either::Left((connected, _)) => connected,
            // Nothing is asked before there is a store: whoever waited for it has gone.
            Either::Right(_) => return,
        };
        let flags = match connected {
            Ok(flags) => flags,
            Err(error) => return drop(ready.send(Err(io::Error::other(error)))),
        };
        drop(ready.send(Ok(())));
        while let Some(job) = asked.recv().await {
            tokio::spawn(job(flags.clone()));
        }
    });
    runtime.shutdown_background();
}

#[cfg(test)]
mod tests {
    use super::*;
    use dyno_core::Store;

    const LIMIT: Duration = Duration::from_mins(1);

    fn worker_within(limit: Duration) -> Worker {
        let flags = FeatureStore::new(&Store::embedded().unwrap(), "flags");
        Worker::start(Box::pin(async { Ok(flags) }), limit).unwrap()
    }

    fn worker() -> Worker {
        worker_within(LIMIT)
    }

    #[test]
    fn a_job_that_panics_is_an_error_and_the_next_one_runs() {
        let worker = worker();
        let lost: Result<(), _> = worker.run(|_| async { panic!("on purpose") });
        assert_eq!(lost, Err(Silence::Panicked));
        assert_eq!(
            worker
                .run(|flags| async move { flags.table().len() })
                .unwrap(),
            5
        );
    }

    #[test]
    fn a_worker_whose_thread_has_ended_is_an_error() {
        let (jobs, _) = jobs::unbounded_channel();
        let worker = Worker {
            jobs: Some(jobs),
            thread: None,
            limit: LIMIT,
        };
        assert_eq!(worker.run(|_| async {}), Err(Silence::Stopped));
    }

    #[test]
    fn a_store_that_cannot_be_had_is_told() {
        let error = Worker::start(Box::pin(async { Err("no region".into()) }), LIMIT).unwrap_err();
        assert_eq!(error.to_string(), "no region");
        let panicking: Connecting = Box::pin(async { panic!("on purpose") });
        let error = Worker::start(panicking, LIMIT).unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
    }

    #[test]
    fn what_never_ends_is_an_error_after_the_limit_and_the_next_job_runs() {
        let worker = worker_within(Duration::from_millis(300));
        let late = worker.run(|_| std::future::pending::<()>());
        assert_eq!(late, Err(Silence::Late(Duration::from_millis(300))));
        assert_eq!(worker.run(|_| async { 7 }), Ok(7));
    }

    #[test]
    fn a_store_that_never_comes_is_an_error_after_the_limit() {
        let never: Connecting = Box::pin(std::future::pending());
        let error = Worker::start(never, Duration::from_millis(10)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().contains("10ms"), "{error}");
    }

    #[test]
    fn the_thread_ends_with_its_worker() {
        let worker = worker();
        let (alive, ended) = answers::channel::<()>();
        worker
            .run(|_| async move {
                tokio::spawn(async move {
                    let _alive = alive;
                    std::future::pending::<()>().await;
                });
            })
            .unwrap();
        drop(worker);
        assert!(ended.recv().is_err());
    }
}
