//! No master key is in any log, though the SDK logs requests and answers with their bodies.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dyno_crypto::{AsyncKeySource, KeyId};
use dyno_crypto_kms::{KmsKeys, WrappedKey, WrappedKeys};
use serde_json::json;
use zeroize::Zeroizing;

use crate::client::client;
use crate::log;

const ARN: &str = "arn:aws:kms:us-east-1:1:key/one";

/// Each is long enough not to appear by chance.
const WRAPPED: [u8; 32] = *b"MARKED-wrapped-key-of-32-bytes-7";
const UNWRAPPED: [u8; 32] = *b"MARKED-unwrapped-key-of-32-bytes";
const SENT: [u8; 32] = *b"MARKED-key-in-a-logged-request-7";
const RECEIVED: [u8; 32] = *b"MARKED-key-in-a-logged-answer-73";

/// Whether a key is in a text, in any of the forms that keys are printed in.
fn shows(text: &str, key: &[u8; 32]) -> bool {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let clear = String::from_utf8_lossy(key).into_owned();
    let forms = [
        format!("{key:?}"),
        STANDARD.encode(key),
        hex.to_uppercase(),
        hex,
        clear,
    ];
    forms.iter().any(|form| text.contains(form.as_str()))
}

/// Logs requests, as versions of the SDK do that leave their bodies in memory until they are sent.
#[derive(Debug)]
struct Logging;

impl Intercept for Logging {
    fn name(&self) -> &'static str {
        "Logging"
    }

    fn read_before_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        tracing::trace!(request = ?context.request(), "transmitting request");
        Ok(())
    }
}

/// A client whose every request is answered like this.
fn answering(status: u16, body: &str) -> Client {
    let answer = (status, body.to_owned());
    let client = client(move |_| Ok(answer.clone()));
    let config = client.config().to_builder();
    Client::from_conf(config.interceptor(Logging).build())
}

fn keys(status: u16, body: &str) -> KmsKeys<WrappedKeys> {
    let mut wrapped = WrappedKeys::new();
    let key = WrappedKey::new(&id(), ARN, "wrapped").unwrap();
    wrapped.insert(key).unwrap();
    KmsKeys::new(answering(status, body), "accounts", wrapped)
}

fn id() -> KeyId {
    KeyId::new("2026").unwrap()
}

fn plaintext(key: &[u8; 32]) -> String {
    json!({"KeyId": ARN, "Plaintext": STANDARD.encode(key)}).to_string()
}

fn ciphertext() -> String {
    json!({"KeyId": ARN, "CiphertextBlob": STANDARD.encode("wrapped")}).to_string()
}

#[tokio::test]
async fn no_master_key_is_logged_at_any_level() {
    let log = log::at_every_level();

    // The same requests without `KmsKeys`: what is searched for would be found.
    let request = answering(200, &ciphertext()).encrypt().key_id(ARN);
    request.plaintext(Blob::new(SENT)).send().await.unwrap();
    assert!(shows(&log.text(), &SENT));
    let request = answering(200, &plaintext(&RECEIVED)).decrypt();
    let request = request.ciphertext_blob(Blob::new("wrapped"));
    request.send().await.unwrap();
    assert!(shows(&log.text(), &RECEIVED));

    // Wrapped, and refused.
    let master = Zeroizing::new(WRAPPED);
    let made = keys(200, &ciphertext()).wrap(&id(), ARN, &master).await;
    made.unwrap();
    let refused = keys(400, "{}").wrap(&id(), ARN, &master).await;
    refused.unwrap_err();

    // Unwrapped, and in an answer that cannot be read.
    let body = plaintext(&UNWRAPPED);
    keys(200, &body).load(&id()).await.unwrap();
    let torn = body.trim_end_matches('}');
    keys(200, torn).load(&id()).await.unwrap_err();

    let text = log.text();
    for key in [WRAPPED, UNWRAPPED] {
        assert!(!shows(&text, &key), "{}", lines(&text, &key));
    }
}

fn lines(text: &str, key: &[u8; 32]) -> String {
    let lines = text.lines().filter(|line| shows(line, key));
    lines.take(3).collect::<Vec<_>>().join("\n")
}
