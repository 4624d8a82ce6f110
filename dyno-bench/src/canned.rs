//! An SDK client whose every request gets an answer that was made beforehand, so that only the client's work is measured.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use crate::client;

/// A client to which every request is answered by this body, with status 200.
pub(crate) fn client(body: impl Into<Bytes>) -> Client {
    answering(CannedConnector {
        body: body.into(),
        of: HashMap::new(),
    })
}

/// A client to which each of these operations is answered by its bodies in turn, over and over, and any other by `{}`.
pub(crate) fn client_of(of: impl IntoIterator<Item = (&'static str, Vec<Bytes>)>) -> Client {
    let of = of.into_iter().map(|(operation, bodies)| {
        let given = AtomicUsize::new(0);
        (operation, Cycle { bodies, given })
    });
    answering(CannedConnector {
        body: Bytes::from_static(b"{}"),
        of: of.collect(),
    })
}

fn answering(connector: CannedConnector) -> Client {
    let http = Canned {
        connector: SharedHttpConnector::new(connector),
    };
    Client::from_conf(client::config(http).build())
}

#[derive(Debug)]
struct Canned {
    connector: SharedHttpConnector,
}

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector.clone()
    }
}

#[derive(Debug)]
struct CannedConnector {
    body: Bytes,
    /// What is answered to operations that have an answer of their own.
    of: HashMap<&'static str, Cycle>,
}

/// Bodies that are given in turn.
#[derive(Debug)]
struct Cycle {
    bodies: Vec<Bytes>,
    given: AtomicUsize,
}

impl Cycle {
    fn next(&self) -> Option<&Bytes> {
        let given = self.given.fetch_add(1, Ordering::Relaxed);
        self.bodies.get(given.checked_rem(self.bodies.len())?)
    }
}

impl CannedConnector {
    fn body(&self, request: &HttpRequest) -> Bytes {
        let target = request.headers().get("x-amz-target");
        let operation = target.and_then(|target| target.rsplit('.').next());
        let body = operation.and_then(|operation| self.of.get(operation)?.next());
        body.unwrap_or(&self.body).clone()
    }
}

impl HttpConnector for CannedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = SdkBody::from(self.body(&request));
        let status = StatusCode::try_from(200).expect("200 is a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}
