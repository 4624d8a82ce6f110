//! What changes, as a stream.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{BoxStream, Stream, StreamExt as _};
use tokio::sync::watch;

use super::snapshot::{Changes, Snapshot};
use super::task::Published;

/// What changes from one snapshot to the next; made by [`Watch::changes`](super::Watch::changes).
///
/// It does not keep the watch: it ends when the last [`Watch`](super::Watch) is dropped.
#[must_use = "a stream does nothing until it is polled"]
pub struct ChangesStream(BoxStream<'static, Changes>);

struct Reader {
    published: Arc<Published>,
    ticks: watch::Receiver<u64>,
    seen: Arc<Snapshot>,
}

impl ChangesStream {
    pub(super) fn new(published: &Arc<Published>) -> Self {
        let mut ticks = published.ticks();
        ticks.mark_unchanged();
        let reader = Reader {
            seen: published.snapshot(),
            published: Arc::clone(published),
            ticks,
        };
        Self(
            futures_util::stream::unfold(reader, |mut reader| async {
                let changes = reader.next().await?;
                Some((changes, reader))
            })
            .boxed(),
        )
    }

    /// The next changes; `None` when the watch is gone. The same as `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Changes> {
        self.0.next().await
    }
}

impl Reader {
    async fn next(&mut self) -> Option<Changes> {
        loop {
            self.ticks.changed().await.ok()?;
            let newest = self.published.snapshot();
            let changes = Changes::between(&self.seen, &newest);
            self.seen = newest;
            if !changes.is_empty() {
                return Some(changes);
            }
        }
    }
}

impl Stream for ChangesStream {
    type Item = Changes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Changes>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for ChangesStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangesStream").finish_non_exhaustive()
    }
}
