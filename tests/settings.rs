//! Settings of stores over the network.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "aws")]

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use dyno::{DyObject, ErrorKind, Namespace, Store, StoreBuilder};

#[derive(DyObject, Debug)]
#[dyno(table = "Users", key = "ID")]
struct User {
    name: String,
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let at = || Store::at("http://127.0.0.1:1");
    let cases: [(StoreBuilder, &str); 6] = [
        (Store::at("127.0.0.1:8000"), "write `http://127.0.0.1:8000`"),
        (Store::at("http://"), "does not say how to reach it"),
        (at().region(""), "the region has no name"),
        (at().max_attempts(0), "counts the first attempt"),
        (at().timeout(Duration::ZERO), "a `timeout` of nothing"),
        (
            at().connect_timeout(Duration::ZERO),
            "a `connect_timeout` of nothing",
        ),
    ];
    for (builder, why) in cases {
        let error = builder.await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidSetting, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn credentials_are_not_shown() {
    let builder = Store::from_env()
        .credentials("AKIDEXAMPLE", "SECRET")
        .endpoint("http://x");
    let shown = format!("{builder:?}");
    assert!(shown.contains("http://x"), "{shown}");
    assert!(
        !shown.contains("SECRET") && !shown.contains("AKIDEXAMPLE"),
        "{shown}"
    );
}

/// Reads one request as far as its headers, and hangs up.
fn first_request(listener: &TcpListener) -> String {
    let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

#[tokio::test]
async fn endpoint_region_credentials_attempts_and_namespace_are_those_given() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let store = Store::at(endpoint)
        .region("eu-central-1")
        .credentials("AKIDEXAMPLE", "secret")
        .namespace(Namespace::new("dev_").unwrap())
        .max_attempts(1)
        .await
        .unwrap();
    assert_eq!(store.table_name::<User>().unwrap(), "dev_Users");
    let server = std::thread::spawn(move || {
        let head = first_request(&listener);
        listener.set_nonblocking(true).unwrap();
        (head, listener)
    });
    let error = store.load::<User>("u1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    let (head, listener) = server.join().unwrap();
    assert!(
        head.contains("akidexample") && head.contains("/eu-central-1/dynamodb/"),
        "{head}"
    );
    assert!(
        head.contains("x-amz-target: dynamodb_20120810.getitem"),
        "{head}"
    );
    assert!(listener.accept().is_err(), "one attempt");
}
