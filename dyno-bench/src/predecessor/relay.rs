//! A server before a server, which counts the requests that go through it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What went through.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Traffic {
    pub(super) requests: u32,
    /// How often a request was sent while no other one waited for its answer: the round trips that cannot be at once.
    pub(super) phases: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Relay {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    traffic: Traffic,
    waiting: u32,
}

impl Relay {
    /// What went through since the last call.
    pub(super) fn take(&self) -> Traffic {
        self.with(|state| std::mem::take(&mut state.traffic))
    }

    /// Hands every connection on to this address.
    pub(super) async fn serve(self, listener: TcpListener, to: std::net::SocketAddr) {
        while let Ok((client, _)) = listener.accept().await {
            let relay = self.clone();
            tokio::spawn(async move {
                // A torn connection is an error for those at its ends.
                if let Ok(server) = TcpStream::connect(to).await {
                    relay.connect(client, server).await;
                }
            });
        }
    }

    /// In HTTP/1.1 one request after the other has the connection: the first bytes of the client after those of the server
    /// are a new one.
    async fn connect(&self, client: TcpStream, server: TcpStream) {
        let waits = Mutex::new(false);
        let turn = |to: bool| {
            let mut waits = waits.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *waits, to) != to
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let asked = copy(from_client, to_server, || {
            if turn(true) {
                self.with(State::request);
            }
        });
        let answered = copy(from_server, to_client, || {
            if turn(false) {
                self.with(State::answer);
            }
        });
        tokio::join!(asked, answered);
        if turn(false) {
            self.with(State::answer);
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn request(&mut self) {
        self.traffic.requests += 1;
        if self.waiting == 0 {
            self.traffic.phases += 1;
        }
        self.waiting += 1;
    }

    fn answer(&mut self) {
        self.waiting -= 1;
    }
}

/// Copies until one of them ends, and says before each part that it comes.
async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, comes: impl Fn()) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        comes();
        let part = buffer.get(..length).unwrap_or_default();
        if to.write_all(part).await.is_err() {
            break;
        }
    }
    // The other end may be gone already.
    let _ = to.shutdown().await;
}
