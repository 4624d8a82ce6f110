//! Why a value is neither sealed nor opened, said for people.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Envelope, EnvelopeError, KeyId, KeySourceError};

use crate::error::{Error, ErrorKind};

/// Why a value that is read must be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clear {
    /// The loader gives a key for it.
    OfLoadersChoice,
    /// Its field is marked.
    OfMarkedField,
}

/// The error of a value that must be sealed, and does not have the form of one that is.
pub(super) fn not_sealed(value: &AttributeValue, clear: Clear, refusal: Option<String>) -> Error {
    let parsed = value
        .as_b()
        .ok()
        .map(|bytes| Envelope::parse(bytes.as_ref()));
    match parsed.and_then(Result::err) {
        None | Some(EnvelopeError::NotAnEnvelope) => in_clear(clear, refusal),
        Some(error) => Error::new(
            ErrorKind::NotDecrypted,
            format!(
                "begins like a sealed value, but {error}: it was damaged, or a newer version wrote it; restore it from a \
                 backup, or read it with that version"
            ),
        )
        .with_source(error),
    }
}

fn in_clear(clear: Clear, refusal: Option<String>) -> Error {
    let (demands, before) = match clear {
        Clear::OfLoadersChoice => ("the loader", "the loader did"),
        Clear::OfMarkedField => ("`#[dyno(encrypt)]`", "the field was marked"),
    };
    let next = refusal.unwrap_or_else(|| {
        format!(
            "it was stored before {before}, or something else wrote it; to read it for a while, accept it with \
             `ReadPolicy::allow_plaintext`, or with `allow_legacy` if an older library encrypted it"
        )
    });
    Error::new(
        ErrorKind::NotEncrypted,
        format!("found in clear where {demands} demands encryption: {next}"),
    )
}

/// The error of a pass that needs a key which nobody asked for yet.
pub(super) fn key_awaited(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::KeySource,
        format!(
            "key `{id}` is at its source, which is asked only when an operation is awaited; await one that needs it first"
        ),
    )
}

pub(super) fn key_missing() -> Error {
    Error::new(
        ErrorKind::KeyRefused,
        "must be encrypted, and the loader gives no key; name its path in `Rules::encrypt` and not in `Rules::leave`, or \
         answer `ConfigLoader::encryption_key` for it",
    )
}

/// The error of a value that is saved in clear and that a load would take for a sealed one.
pub(super) fn looks_sealed(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::KeyRefused,
        format!(
            "has the form of a value sealed with key `{id}`, so a load would try to open it; mark the field \
             `#[dyno(plain)]` if it holds bytes from elsewhere, or load the object again if it was loaded before the key \
             was known"
        ),
    )
}

pub(super) fn may_not_open() -> Error {
    Error::new(
        ErrorKind::NotDecrypted,
        "sealed, and the loader is write-only; read it with a loader that may open",
    )
}

pub(super) fn may_not_seal() -> Error {
    Error::new(
        ErrorKind::KeyRefused,
        "must be encrypted, and the loader is read-only; save with a loader that may seal",
    )
}

/// The error of a sealed value whose key the loader does not give.
pub(super) fn no_key_to_open(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::NotDecrypted,
        format!(
            "sealed with key `{id}`, which the loader does not give; give it with `Rules::with_keyring`, or answer \
             `ConfigLoader::decryption_key`"
        ),
    )
}

/// The error of a sealed value whose key neither the loader nor its source knows.
pub(super) fn no_key_at_source(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::NotDecrypted,
        format!(
            "sealed with key `{id}`, which neither the loader nor its key source has; add it to the source, or give it \
             with `Rules::with_keyring`"
        ),
    )
}

/// The error of a key that its source does not give, for opening or for sealing.
pub(super) fn not_given(error: KeySourceError) -> Error {
    match error {
        KeySourceError::Retired { id } => Error::new(
            ErrorKind::KeyRetired,
            format!(
                "key `{id}` is retired at its source; seal with another one, or restore it there to open what it still \
                 seals"
            ),
        ),
        KeySourceError::Failed { id, cause } => Error::new(
            ErrorKind::KeySource,
            format!("the key source failed to give key `{id}`, for the reason that is the source of this error; try again when it answers"),
        )
        .with_source(cause),
        KeySourceError::Unknown { id } => Error::new(
            ErrorKind::KeySource,
            format!("the key source has no key `{id}`; add it there, or seal with one that it has"),
        ),
        error => Error::new(ErrorKind::KeySource, error.to_string()),
    }
}

/// The error of a value that would be sealed with a retired key.
pub(super) fn seals_retired(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::KeyRetired,
        format!(
            "to be sealed with key `{id}`, which is retired; promote another key (`Keyring::promote`)"
        ),
    )
}

/// The error of a value that is sealed with a retired key.
pub(super) fn retired(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::KeyRetired,
        format!(
            "sealed with key `{id}`, which is retired; activate it (`Keyring::activate`), reseal what it still seals \
             (`Store::reseal`), and retire it again"
        ),
    )
}

/// The error of a loader that gives two keys under one id.
pub(super) fn two_keys(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::KeyRefused,
        format!(
            "the loader gives two different keys with the id `{id}`; give each key an id of its own"
        ),
    )
}
