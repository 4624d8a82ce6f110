//! Servers on the loopback interface, and what their clients are set to.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use aws_sdk_dynamodb::config::Builder;
use dyno_embedded::Engine;
use dyno_embedded::dynoxide::server;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::client;

/// Ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Server {
    /// Answers as this engine does.
    pub(crate) async fn of(engine: &Engine) -> io::Result<Self> {
        let database = engine.database().clone();
        Self::start(|listener| server::serve_on(listener, database)).await
    }

    /// Does this with those who connect, at a port that the system chooses.
    pub(crate) async fn start<S>(serve: impl FnOnce(TcpListener) -> S) -> io::Result<Self>
    where
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener));
        Ok(Self { address, serving })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// For a client of the server at this endpoint, with the SDK's own HTTP client.
pub(crate) fn config(endpoint: &str) -> Builder {
    client::config(aws_smithy_http_client::Builder::new().build_http()).endpoint_url(endpoint)
}
