//! The embedded engine over HTTP, for the AWS command line, other tools and other programs: `serve [PORT]`.
//!
//! ```sh
//! cargo run --example serve -- 8000
//! aws dynamodb list-tables --endpoint-url http://127.0.0.1:8000
//! ```
//!
//! Prints its endpoint as the first line, and ends with its standard input, so that it never outlives who started it. The data
//! is in memory, and gone then. A program of one's own needs the feature `http-server` of `dynoxide-rs`.

use std::io::Write as _;
use std::net::Ipv4Addr;

use dyno_embedded::dynoxide::{Database, server};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let mut out = std::io::stdout();
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    server::serve_with_shutdown(listener, Database::memory()?, input_ended()).await?;
    Ok(())
}

async fn input_ended() {
    let mut input = tokio::io::stdin();
    let mut ignored = [0; 64];
    while matches!(input.read(&mut ignored).await, Ok(1..)) {}
}
