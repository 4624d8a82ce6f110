//! The requests of one client, each with what happens to it.

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use dyno_testkit::{Fault, FaultClient, wrap};
use tokio::sync::Notify;

use crate::mishap::{Mishap, When};
use crate::wire::{self, Answer};

/// What happens to which request of an operation, and after which one the process dies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) mishaps: Vec<(usize, Mishap)>,
    pub(crate) dies_after: Option<usize>,
}

impl Plan {
    /// Whether a request arrives only then.
    pub(crate) fn has_late(&self, when: When) -> bool {
        let mut mishaps = self.mishaps.iter();
        mishaps.any(|(_, mishap)| mishap.late() == Some(when))
    }
}

/// A plan under way. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    run: Arc<Mutex<Run>>,
    died: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Run {
    plan: Plan,
    /// The operations of the requests sent.
    sent: Vec<String>,
    /// The fault of the request that is with the fault client now.
    fault: Option<Fault>,
    late: Vec<(When, SharedHttpConnector, HttpRequest)>,
}

impl Script {
    /// Begins a plan.
    pub(crate) fn play(&self, plan: Plan) {
        *self.run.lock().unwrap() = Run {
            plan,
            ..Run::default()
        };
    }

    /// The operations of the requests sent since the plan began.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.run.lock().unwrap().sent.clone()
    }

    /// Runs an operation until it ends, or until the process dies: `None`.
    pub(crate) async fn live<T>(&self, operation: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.died.notified() => None,
            outcome = operation => Some(outcome),
        }
    }

    /// A client that follows the plan.
    pub(crate) fn direct(&self, client: &Client) -> Client {
        let run = Arc::clone(&self.run);
        let client = wrap(client, |http| {
            FaultClient::new(http, move |_| {
                run.lock().unwrap().fault.take().unwrap_or(Fault::Pass)
            })
        });
        let script = self.clone();
        wire::through(&client, move |inner, request| {
            let script = script.clone();
            Box::pin(async move { script.pass(inner, request).await })
        })
    }

    async fn pass(&self, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let (number, mishap) = self.begin(wire::operation(&request));
        let earlier = self.due(When::TheNext);
        let answer = match mishap {
            Mishap::Kit(fault) => {
                self.run.lock().unwrap().fault = Some(fault);
                inner.call(request).await
            }
            Mishap::Late(when) => {
                self.run.lock().unwrap().late.push((when, inner, request));
                wire::broken()
            }
            Mishap::Repeated(when) => {
                let copy = wire::copy(&request);
                let answer = inner.call(request).await;
                self.run.lock().unwrap().late.push((when, inner, copy));
                answer
            }
        };
        arrive(earlier).await;
        if self.run.lock().unwrap().plan.dies_after == Some(number) {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        answer
    }

    fn begin(&self, operation: &str) -> (usize, Mishap) {
        let mut run = self.run.lock().unwrap();
        let number = run.sent.len();
        run.sent.push(operation.to_owned());
        let found = run.plan.mishaps.iter().find(|(at, _)| *at == number);
        let mishap = found.map_or(Mishap::NONE, |(_, mishap)| mishap.clone());
        (number, mishap)
    }

    /// Lets the requests arrive that are late until now.
    pub(crate) async fn arrive(&self, when: When) {
        arrive(self.due(when)).await;
    }

    fn due(&self, when: When) -> Vec<(SharedHttpConnector, HttpRequest)> {
        let mut run = self.run.lock().unwrap();
        let late = std::mem::take(&mut run.late);
        let (due, rest) = late.into_iter().partition(|(at, _, _)| *at == when);
        run.late = rest;
        let due: Vec<_> = due;
        due.into_iter()
            .map(|(_, inner, request)| (inner, request))
            .collect()
    }
}

/// Delivers requests whose answers nobody waits for any more.
async fn arrive(late: Vec<(SharedHttpConnector, HttpRequest)>) {
    for (inner, request) in late {
        drop(inner.call(request).await);
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mishaps = self.mishaps.iter();
        let mishaps: Vec<_> = mishaps
            .map(|(at, mishap)| format!("request {at}: {mishap}"))
            .collect();
        write!(formatter, "{}", mishaps.join(", "))?;
        match self.dies_after {
            Some(at) => write!(formatter, ", dies after request {at}"),
            None => Ok(()),
        }
    }
}
