//! The runtime that requests are made in.

use tokio::runtime::{Builder, Runtime};

/// Works on the thread that waits, so that its allocations are counted.
pub(crate) fn current_thread() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made")
}
