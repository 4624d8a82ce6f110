//! The thread that does what the SDK waits for.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::mpsc as answers;
use std::thread::{self, JoinHandle};

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
}

/// The worker gave no answer: its thread has ended, or the job panicked.
#[derive(Debug, thiserror::Error)]
#[error("the thread of the feature store has ended or failed; make a new client")]
pub(super) struct Stopped;

impl Worker {
    /// Starts the thread, and waits until it has its store.
    pub(super) fn start(connecting: Connecting) -> io::Result<Self> {
        let (jobs, asked) = jobs::unbounded_channel();
        let (ready, is_ready) = answers::sync_channel(1);
        let thread = thread::Builder::new().name("dyno-flags".to_owned());
        let thread = thread.spawn(move || work(connecting, asked, &ready))?;
        let worker = Self {
            jobs: Some(jobs),
            thread: Some(thread),
        };
        is_ready
            .recv()
            .unwrap_or_else(|_| Err(io::Error::other(Stopped)))?;
        Ok(worker)
    }

    /// Runs a job on the thread, and waits for it: inside a task as well, since nothing of the caller's runtime is needed.
    pub(super) fn run<T, F>(
        &self,
        job: impl FnOnce(FeatureStore) -> F + Send + 'static,
    ) -> Result<T, Stopped>
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
        let jobs = self.jobs.as_ref().ok_or(Stopped)?;
        jobs.send(job).map_err(|_| Stopped)?;
        answered.recv().map_err(|_| Stopped)
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
        let connected = connecting.await.map_err(io::Error::other);
        let flags = match connected {
            Ok(flags) => flags,
            Err(error) => return drop(ready.send(Err(error))),
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

    fn worker() -> Worker {
        let flags = FeatureStore::new(&Store::embedded().unwrap(), "flags");
        Worker::start(Box::pin(async { Ok(flags) })).unwrap()
    }

    #[test]
    fn a_job_that_panics_is_an_error_and_the_next_one_runs() {
        let worker = worker();
        let lost: Result<(), _> = worker.run(|_| async { panic!("on purpose") });
        assert!(lost.is_err());
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
        };
        assert!(worker.run(|_| async {}).is_err());
    }

    #[test]
    fn a_store_that_cannot_be_had_is_told() {
        let error = Worker::start(Box::pin(async { Err("no region".into()) })).unwrap_err();
        assert_eq!(error.to_string(), "no region");
        let panicking: Connecting = Box::pin(async { panic!("on purpose") });
        assert!(Worker::start(panicking).is_err());
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
