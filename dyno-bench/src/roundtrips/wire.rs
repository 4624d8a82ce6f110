//! The way to the engine: how many requests went over it, how many of them had to wait for each other, and for how long.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use dyno_testkit::wrap;

/// Turns for the others, so that requests that wait for nothing have all begun before the first of them ends.
const TURNS: usize = 16;

/// A clone is the same way.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What each request waits before it is answered.
    latency: Duration,
    seen: Seen,
}

/// What went over the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: u32,
    /// The longest chain of requests each of which began after the one before it had ended.
    pub(super) phases: u32,
}

impl Wire {
    /// A client like `client` whose requests go this way.
    pub(super) fn attach(&self, client: &Client) -> Client {
        wrap(client, |inner| Wired {
            inner,
            wire: self.clone(),
        })
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.state().latency = latency;
    }

    /// What was seen since the last call.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut self.state().seen)
    }

    fn begin(&self) -> (u32, Duration) {
        let mut state = self.state();
        state.seen.requests += 1;
        (state.seen.phases + 1, state.latency)
    }

    fn end(&self, phase: u32) {
        let seen = &mut self.state().seen;
        seen.phases = seen.phases.max(phase);
    }

    /// A panic elsewhere leaves nothing half counted.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Wired {
    inner: SharedHttpClient,
    wire: Wire,
}

impl HttpClient for Wired {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(WiredConnector {
            inner: self.inner.http_connector(settings, components),
            wire: self.wire.clone(),
        })
    }
}

#[derive(Debug)]
struct WiredConnector {
    inner: SharedHttpConnector,
    wire: Wire,
}

impl HttpConnector for WiredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, wire) = (self.inner.clone(), self.wire.clone());
        HttpConnectorFuture::new(async move {
            let (phase, latency) = wire.begin();
            if latency.is_zero() {
                for _ in 0..TURNS {
                    tokio::task::yield_now().await;
                }
            } else {
                tokio::time::sleep(latency).await;
            }
            let answer = inner.call(request).await;
            wire.end(phase);
            answer
        })
    }
}
