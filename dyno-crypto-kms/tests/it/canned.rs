//! Requests and answers, without a server.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dyno_crypto::{CachedKeys, IndexKey, KeyId, KeySourceError, MasterKey};
use dyno_crypto_kms::{KmsError, KmsKeys, WrappedKey, WrappedKeys};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::client::{Answer, client};

const ARN: &str = "arn:aws:kms:us-east-1:1:key/one";

type Requests = Arc<Mutex<Vec<(String, Value)>>>;

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn store(ids: &[&str]) -> WrappedKeys {
    let mut keys = WrappedKeys::new();
    for name in ids {
        let blob = format!("wrapped {name}");
        keys.insert(WrappedKey::new(&id(name), ARN, blob).unwrap())
            .unwrap();
    }
    keys
}

/// Keys whose every request is answered like this, and the requests.
fn keys(
    store: WrappedKeys,
    answer: impl Fn() -> Answer + Send + Sync + 'static,
) -> (KmsKeys<WrappedKeys>, Requests) {
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    let client = client(move |asked| {
        let target = asked.headers.iter();
        let mut target = target.filter(|(name, _)| name.eq_ignore_ascii_case("x-amz-target"));
        let (_, operation) = target.next().unwrap();
        let body = serde_json::from_str(&asked.body).unwrap();
        seen.lock().unwrap().push((operation.clone(), body));
        answer()
    });
    (KmsKeys::new(client, "accounts", store), requests)
}

fn plaintext(bytes: &[u8]) -> (u16, String) {
    let body = json!({"KeyId": ARN, "Plaintext": STANDARD.encode(bytes)});
    (200, body.to_string())
}

fn refused() -> (u16, String) {
    let body = json!({"__type": "AccessDeniedException", "message": "not for you"});
    (400, body.to_string())
}

#[tokio::test]
async fn a_key_is_unwrapped_once_with_its_context() {
    let (keys, requests) = keys(store(&["2026", "2027"]), || Ok(plaintext(&[7; 32])));
    let keys = CachedKeys::new(keys);
    for _ in 0..3 {
        let key = keys.get(&id("2026")).await.unwrap();
        let same = dyno_crypto::EncryptionKey::new("2026", MasterKey::from_bytes([7; 32]));
        assert_eq!(key.check_value(), same.unwrap().check_value());
        assert_eq!(key.id(), "2026");
    }
    let requests = requests.lock().unwrap();
    let [(operation, body)] = &**requests else {
        panic!("one request")
    };
    assert_eq!(operation, "TrentService.Decrypt");
    assert_eq!(
        *body,
        json!({
            "CiphertextBlob": STANDARD.encode("wrapped 2026"),
            "EncryptionContext": {"dyno:context": "accounts", "dyno:key-id": "2026"},
            "KeyId": ARN,
        })
    );
}

#[tokio::test]
async fn a_new_key_is_made_and_wrapped_by_kms() {
    let body = json!({"KeyId": ARN, "CiphertextBlob": STANDARD.encode("wrapped")});
    let (keys, requests) = keys(store(&[]), move || Ok((200, body.to_string())));
    let made = keys.generate(&id("2026"), "alias/dyno").await.unwrap();
    assert_eq!((made.kms_key(), made.blob()), (ARN, &b"wrapped"[..]));
    let (operation, body) = requests.lock().unwrap().pop().unwrap();
    assert_eq!(operation, "TrentService.GenerateDataKeyWithoutPlaintext");
    assert_eq!(
        body,
        json!({
            "EncryptionContext": {"dyno:context": "accounts", "dyno:key-id": "2026"},
            "KeyId": "alias/dyno",
            "KeySpec": "AES_256",
        })
    );
}

#[tokio::test]
async fn a_key_of_before_is_wrapped_with_its_context() {
    let body = json!({"KeyId": ARN, "CiphertextBlob": STANDARD.encode("wrapped")});
    let (keys, requests) = keys(store(&[]), move || Ok((200, body.to_string())));
    let master = Zeroizing::new([7; 32]);
    let made = keys.wrap(&id("2026"), "alias/dyno", &master).await.unwrap();
    assert_eq!(made.id(), "2026");
    assert_eq!((made.kms_key(), made.blob()), (ARN, &b"wrapped"[..]));
    let (operation, body) = requests.lock().unwrap().pop().unwrap();
    assert_eq!(operation, "TrentService.Encrypt");
    assert_eq!(
        body,
        json!({
            "EncryptionContext": {"dyno:context": "accounts", "dyno:key-id": "2026"},
            "KeyId": "alias/dyno",
            "Plaintext": STANDARD.encode([7; 32]),
        })
    );
}

#[tokio::test]
async fn a_key_is_wrapped_anew_by_another_key_of_kms() {
    let body = json!({"KeyId": "arn:two", "CiphertextBlob": STANDARD.encode("again")});
    let (keys, requests) = keys(store(&["2026"]), move || Ok((200, body.to_string())));
    let mut list = keys.store().clone();
    let known = list.get(&id("2026")).unwrap().clone().with_retired(true);
    let made = keys.rewrap(&known, "alias/two").await.unwrap();
    assert_eq!((made.kms_key(), made.blob()), ("arn:two", &b"again"[..]));
    assert!(made.is_retired());
    let (operation, body) = requests.lock().unwrap().pop().unwrap();
    assert_eq!(operation, "TrentService.ReEncrypt");
    let context = json!({"dyno:context": "accounts", "dyno:key-id": "2026"});
    assert_eq!(
        body,
        json!({
            "CiphertextBlob": STANDARD.encode("wrapped 2026"),
            "SourceEncryptionContext": context,
            "SourceKeyId": ARN,
            "DestinationEncryptionContext": context,
            "DestinationKeyId": "alias/two",
        })
    );
    assert_eq!(list.replace(made.clone()).unwrap().kms_key(), ARN);
    assert_eq!(list.get(&id("2026")), Some(&made));
}

#[tokio::test]
async fn keys_of_indexes_and_seals_are_unwrapped_for_the_start_of_a_program() {
    let (keys, requests) = keys(store(&["search", "seal"]), || Ok(plaintext(&[7; 32])));
    let index_key = keys.index_key(&id("search")).await.unwrap();
    let same = IndexKey::new("search", MasterKey::from_bytes([7; 32])).unwrap();
    assert_eq!(index_key.id(), "search");
    assert_eq!(index_key.check_value(), same.check_value());
    let seal_key = keys.encryption_key(&id("seal")).await.unwrap();
    assert_eq!(seal_key.id(), "seal");
    assert_eq!(requests.lock().unwrap().len(), 2);
    let error = keys.index_key(&id("other")).await.unwrap_err();
    assert!(matches!(error, KeySourceError::Unknown { .. }), "{error}");
}

#[tokio::test]
async fn unknown_and_retired_keys_are_not_asked_for() {
    let mut store = store(&["2026"]);
    let retired = store.get(&id("2026")).unwrap().clone().with_retired(true);
    store.insert(retired).unwrap();
    let (keys, requests) = keys(store, || Ok(plaintext(&[7; 32])));
    let keys = CachedKeys::new(keys);
    let error = keys.get(&id("2026")).await.unwrap_err();
    assert!(matches!(error, KeySourceError::Retired { .. }), "{error}");
    let error = keys.get(&id("2027")).await.unwrap_err();
    assert!(matches!(error, KeySourceError::Unknown { .. }), "{error}");
    assert!(requests.lock().unwrap().is_empty());
}

async fn cause(answer: impl Fn() -> Answer + Send + Sync + 'static) -> String {
    let (keys, _) = keys(store(&["2026"]), answer);
    let error = CachedKeys::new(keys).get(&id("2026")).await.unwrap_err();
    assert!(matches!(error, KeySourceError::Failed { .. }), "{error}");
    let shown = format!("{error:?}");
    assert!(
        !shown.contains("BwcHBw") && !shown.contains("7, 7"),
        "{shown}"
    );
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn failures_say_what_failed_and_never_show_an_answer() {
    assert_eq!(
        cause(|| Ok(refused())).await,
        "KMS refused: AccessDeniedException: not for you"
    );
    assert_eq!(
        cause(|| Ok(plaintext(&[7; 16]))).await,
        "the answer of KMS is of no use: a master key has 32 bytes, and this one has not"
    );
    assert_eq!(
        cause(|| Ok((200, "{}".to_owned()))).await,
        "the answer of KMS is of no use: it has no key"
    );
    let torn = STANDARD.encode([7; 32]);
    assert_eq!(
        cause(move || Ok((200, format!("{{\"Plaintext\": \"{torn}\"")))).await,
        "the answer of KMS is of no use: it cannot be read"
    );
    let reset = || Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
    let text = cause(reset).await;
    assert!(text.starts_with("KMS could not be asked: "), "{text}");
}

#[tokio::test]
async fn a_key_id_that_is_not_text_is_refused() {
    let (keys, requests) = keys(store(&[]), || Ok(refused()));
    let error = keys.generate(&KeyId::new([0xff]).unwrap(), ARN).await;
    assert!(matches!(error, Err(KmsError::IdNotText { .. })));
    assert!(requests.lock().unwrap().is_empty());
}
