//! Stores of wrapped keys that fail or lie.

use std::error::Error as StdError;

use dyno_crypto::{AsyncKeySource, KeyId, KeySourceError};
use dyno_crypto_kms::{KmsKeys, WrappedKey, WrappedKeyStore};

use crate::client::client;

/// Every question is answered like this.
struct Answering(Result<WrappedKey, &'static str>);

impl WrappedKeyStore for Answering {
    async fn find(&self, _: &KeyId) -> Result<Option<WrappedKey>, Box<dyn StdError + Send + Sync>> {
        Ok(Some(self.0.clone()?))
    }
}

/// What comes of a key when KMS must not be asked.
async fn error_of(store: Answering) -> KeySourceError {
    let client = client(|_| panic!("KMS was asked"));
    let keys = KmsKeys::new(client, "accounts", store);
    keys.load(&id("2026")).await.unwrap_err()
}

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

#[tokio::test]
async fn a_store_that_gives_the_key_of_another_id_is_refused() {
    let other = WrappedKey::new(&id("2027"), "arn", "wrapped").unwrap();
    let error = error_of(Answering(Ok(other))).await;
    let KeySourceError::OtherId { id, given } = error else {
        panic!("another error: {error}")
    };
    assert_eq!((id, *given), (self::id("2026"), self::id("2027")));
}

#[tokio::test]
async fn a_store_that_fails_is_the_cause() {
    let error = error_of(Answering(Err("the disk is full"))).await;
    assert!(matches!(error, KeySourceError::Failed { .. }), "{error}");
    let cause = error.source().unwrap();
    assert_eq!(cause.to_string(), "the store of wrapped keys failed");
    assert_eq!(cause.source().unwrap().to_string(), "the disk is full");
}
