//! An embedded engine that answers over loopback HTTP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use dyno_embedded::Engine;
use dyno_embedded::dynoxide::server;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::relay::Relay;

/// Ends when it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> io::Result<Self> {
        let engine = Engine::in_memory().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(server::serve_on(listener, engine.database().clone()));
        Ok(Self { address, serving })
    }

    /// Starts this one, too, which hands on to this server.
    pub(super) async fn behind(&self, relay: Relay) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(relay.serve(listener, self.address));
        Ok(Self { address, serving })
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
