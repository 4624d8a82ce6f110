//! Requests that arrive when others have overtaken them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use tokio::{runtime::Handle, sync::oneshot};

use crate::{gate::Gate, refusal::broken};

/// When a copy of a request arrives that nobody waits for.
///
/// It is used in [`Fault::Ghost`](crate::Fault::Ghost) and
/// [`Fault::Repeated`](crate::Fault::Repeated).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Late {
    /// In a task of its own, whenever that task has its turn.
    ///
    /// Behind a [`Schedule`](crate::Schedule) that is any moment that the schedule picks, and never
    /// when the run ends first.
    Anytime,
    /// In a task of its own, when the gate is open: never, when it stays closed.
    Held(Gate),
    /// When so many later requests of the fault client have been answered, exactly between that
    /// one and the next; never, when fewer come.
    Past(u64),
}

/// Counts the answers of fault clients, and keeps what is to be delivered after some of them.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answered: u64,
    waiting: Vec<Waiting>,
}

type Answered = Result<HttpResponse, ConnectorError>;

#[derive(Debug)]
struct Waiting {
    /// It is delivered when this number of requests has been answered.
    due: u64,
    inner: SharedHttpConnector,
    request: HttpRequest,
    /// Who waits for the answer; nobody, when it is a copy.
    caller: Option<oneshot::Sender<Answered>>,
}

impl Traffic {
    /// Delivers a request after the answers to `others`, and returns its own.
    pub(crate) async fn overtaken(
        &self,
        others: u64,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Answered {
        if others == 0 {
            return inner.call(request).await;
        }
        let (caller, answer) = oneshot::channel();
        self.enqueue(others, inner, request, Some(caller));
        // Whoever delivers it was dropped while doing so.
        let dropped = |_| Err(broken("the delayed request was cut off"));
        answer.await.unwrap_or_else(dropped)
    }

    /// Delivers a copy of a request that is under way and not yet counted.
    pub(crate) fn copy(
        &self,
        late: Late,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<(), ConnectorError> {
        match late {
            // One more, for the request that this is a copy of.
            Late::Past(others) => {
                self.enqueue(others.saturating_add(1), inner, request, None);
                Ok(())
            }
            Late::Anytime => detach(async move { drop(inner.call(request).await) }),
            Late::Held(gate) => detach(async move {
                gate.pass().await;
                let _ = inner.call(request).await;
            }),
        }
    }

    /// Counts one answer, and delivers what is due.
    pub(crate) async fn count_answer(&self) {
        for waiting in self.due() {
            match waiting.caller {
                // The caller gave up, so the request never left.
                Some(caller) if caller.is_closed() => {}
                Some(caller) => {
                    let answer = waiting.inner.call(waiting.request).await;
                    let _ = caller.send(answer);
                }
                None => drop(waiting.inner.call(waiting.request).await),
            }
        }
    }

    fn due(&self) -> Vec<Waiting> {
        let mut state = self.state();
        state.answered += 1;
        let answered = state.answered;
        state
            .waiting
            .extract_if(.., |waiting| waiting.due <= answered)
            .collect()
    }

    fn enqueue(
        &self,
        others: u64,
        inner: SharedHttpConnector,
        request: HttpRequest,
        caller: Option<oneshot::Sender<Answered>>,
    ) {
        let mut state = self.state();
        let due = state.answered.saturating_add(others);
        state.waiting.push(Waiting {
            due,
            inner,
            request,
            caller,
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two fault clients share the count when they share this.
pub(crate) type SharedTraffic = Arc<Traffic>;

fn detach(delivery: impl Future<Output = ()> + Send + 'static) -> Result<(), ConnectorError> {
    let runtime = Handle::try_current().map_err(|error| ConnectorError::user(error.into()))?;
    runtime.spawn(delivery);
    Ok(())
}
