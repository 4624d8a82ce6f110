//! The same work on every core, each with a runtime and a paused clock of its own.

use std::num::NonZero;
use std::thread;

use tokio::runtime::Builder;

/// One part of the work, of so many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) number: usize,
    pub(crate) of: usize,
}

impl Share {
    /// The part of a list.
    pub(crate) fn take<T>(self, list: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        list.into_iter().skip(self.number).step_by(self.of)
    }
}

/// Does the work in as many parts as there are cores.
pub(crate) fn in_parallel<T: Send, F: Future<Output = T>>(
    work: impl Fn(Share) -> F + Sync,
) -> Vec<T> {
    let of = thread::available_parallelism().map_or(1, NonZero::get);
    let part = |number| {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(work(Share { number, of }))
    };
    thread::scope(|scope| {
        let part = &part;
        let threads: Vec<_> = (0..of)
            .map(|number| scope.spawn(move || part(number)))
            .collect();
        let mut done = Vec::new();
        for thread in threads {
            let part = thread.join();
            done.push(part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}
