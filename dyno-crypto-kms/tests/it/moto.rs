//! The KMS of the moto server, which the test installs from `PyPI` into the target directory.
//!
//! Skipped, with the reason printed, where it cannot be installed, unless `DYNO_REQUIRE_MOTO` is set. Known to differ from
//! the service: a disabled key still decrypts, and blobs are shorter.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_sdk_kms::Client;
use dyno_crypto::{AsyncKeySource, CachedKeys, EncryptionKey, KeyId, KeySourceError, MasterKey};
use dyno_crypto_kms::{KmsKeys, WrappedKey, WrappedKeys};
use zeroize::Zeroizing;

use crate::client::{Answer, Asked, client};

/// What is installed: moto with its KMS, and what its server needs besides.
const PACKAGES: [&str; 3] = ["moto[kms]==5.2.5", "flask", "flask-cors"];

/// Runs the server on a port until its input ends, which it does when this process ends, however that comes.
const SERVE: &str = "
import os, sys, threading
from moto.server import main
def wait():
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=wait, daemon=True).start()
main(['-H', '127.0.0.1', '-p', sys.argv[1]])
";

struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a server; the reason, if that cannot be.
    async fn start() -> Result<Self, String> {
        let python = tokio::task::spawn_blocking(installed).await.unwrap()?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let process = Command::new(python)
            .args(["-c", SERVE])
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the server does not start: {error}"))?;
        let mut server = Self { process, port };
        for _ in 0..600 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait().unwrap() {
                return Err(format!("the server ended at once: {status}"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the server did not answer within a minute".to_owned())
    }

    fn client(&self) -> Client {
        let port = self.port;
        client(move |asked| post(port, &asked))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python of a virtual environment that has the packages. Nothing is left outside of it.
fn installed() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto-5.2.5");
    let python = home.join("bin").join("python");
    let complete = home.join("complete");
    if complete.exists() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&home))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-cache-dir",
            "--disable-pip-version-check",
        ])
        .args(PACKAGES))?;
    std::fs::write(complete, "").map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{shown}: {}: {}", output.status, said.trim()))
}

/// A request over a connection of its own.
fn post(port: u16, asked: &Asked) -> Answer {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let mut request =
        "POST / HTTP/1.1\r\nhost: kms.us-east-1.amazonaws.com\r\nconnection: close\r\n".to_owned();
    for (name, value) in &asked.headers {
        if !["host", "connection", "content-length"].contains(&name.as_str()) {
            request = request + name + ": " + value + "\r\n";
        }
    }
    request =
        request + "content-length: " + &asked.body.len().to_string() + "\r\n\r\n" + &asked.body;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let torn = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(torn)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok((status.ok_or_else(torn)?, body.to_owned()))
}

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn cause(error: &KeySourceError) -> String {
    std::error::Error::source(error).unwrap().to_string()
}

/// Says so past the capture of the test runner, which shows nothing of a test that passes.
fn skip(reason: &str) {
    let required = std::env::var_os("DYNO_REQUIRE_MOTO").is_some_and(|value| value == "1");
    assert!(!required, "the moto server is not to be had: {reason}");
    let said = writeln!(
        io::stderr(),
        "skipped, the moto server is not to be had: {reason}"
    );
    said.unwrap();
}

/// One test, so that one server is started.
#[tokio::test]
async fn keys_are_made_wrapped_and_unwrapped_by_kms() {
    let server = match Server::start().await {
        Ok(server) => server,
        Err(reason) => return skip(&reason),
    };
    let client = server.client();
    let made = client.create_key().send().await.unwrap();
    let arn = made.key_metadata.unwrap().arn.unwrap();
    let keys = |context: &str, wrapped: &[WrappedKey]| {
        let mut store = WrappedKeys::new();
        for key in wrapped {
            store.insert(key.clone()).unwrap();
        }
        KmsKeys::new(client.clone(), context, store)
    };

    // A new key: every process that unwraps it has the same one.
    let wrapped = keys("accounts", &[])
        .generate(&id("2026"), &arn)
        .await
        .unwrap();
    assert_eq!(wrapped.kms_key(), arn);
    let stored = serde_json::to_string(&wrapped).unwrap();
    let wrapped: WrappedKey = serde_json::from_str(&stored).unwrap();
    let here = CachedKeys::new(keys("accounts", std::slice::from_ref(&wrapped)));
    let there = CachedKeys::new(keys("accounts", std::slice::from_ref(&wrapped)));
    let check = here.get(&id("2026")).await.unwrap().check_value();
    assert_eq!(there.get(&id("2026")).await.unwrap().check_value(), check);
    let other = keys("accounts", &[])
        .generate(&id("2027"), &arn)
        .await
        .unwrap();
    let other = keys("accounts", &[other]).load(&id("2027")).await.unwrap();
    assert_ne!(other.check_value(), check);

    // A key that was there before.
    let master = Zeroizing::new([9; 32]);
    let old = keys("accounts", &[])
        .wrap(&id("old"), &arn, &master)
        .await
        .unwrap();
    let unwrapped = keys("accounts", &[old]).load(&id("old")).await.unwrap();
    let same = EncryptionKey::new("old", MasterKey::from_bytes([9; 32])).unwrap();
    assert_eq!(unwrapped.check_value(), same.check_value());

    // The same key, wrapped by another key of KMS.
    let made = client.create_key().send().await.unwrap();
    let second = made.key_metadata.unwrap().arn.unwrap();
    let mut list = keys("accounts", std::slice::from_ref(&wrapped));
    let rewrapped = list.rewrap(&wrapped, &second).await.unwrap();
    assert_eq!(rewrapped.kms_key(), second);
    assert_ne!(rewrapped.blob(), wrapped.blob());
    list = keys("accounts", &[rewrapped]);
    let same = list.load(&id("2026")).await.unwrap();
    assert_eq!(same.check_value(), check);

    // Another context, or another id, than it was wrapped under.
    let elsewhere = keys("orders", std::slice::from_ref(&wrapped))
        .load(&id("2026"))
        .await;
    let error = cause(&elsewhere.unwrap_err());
    assert!(error.contains("InvalidCiphertext"), "{error}");
    let renamed = WrappedKey::new(&id("2028"), &arn, wrapped.blob()).unwrap();
    let renamed = keys("accounts", &[renamed]).load(&id("2028")).await;
    let error = cause(&renamed.unwrap_err());
    assert!(error.contains("InvalidCiphertext"), "{error}");

    // A damaged blob, and a KMS key that is not there.
    let mut blob = wrapped.blob().to_vec();
    *blob.last_mut().unwrap() ^= 1;
    let damaged = WrappedKey::new(&id("2026"), &arn, blob).unwrap();
    let damaged = keys("accounts", &[damaged]).load(&id("2026")).await;
    assert!(cause(&damaged.unwrap_err()).starts_with("KMS refused: "));
    let missing = keys("accounts", &[])
        .generate(&id("2029"), "alias/missing")
        .await;
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .starts_with("KMS refused: NotFound")
    );
}
