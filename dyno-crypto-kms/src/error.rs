use std::error::Error as StdError;
use std::fmt;

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use dyno_crypto::KeyId;

/// Why a key was not wrapped or unwrapped. Nothing of an answer of KMS is in it but the code and message of an error.
#[derive(Debug)]
#[non_exhaustive]
pub enum KmsError {
    /// KMS answered with something that an answer is not.
    Answer {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The id is not text, and so cannot be in an encryption context.
    IdNotText {
        /// The id.
        id: KeyId,
    },
    /// The id stands for another wrapped key already.
    Known {
        /// The id.
        id: KeyId,
    },
    /// KMS refused.
    Refused {
        /// The code of the error: `InvalidCiphertextException`, `AccessDeniedException`, ..
        code: String,
        /// What KMS says besides.
        message: String,
    },
    /// The store of wrapped keys failed.
    Store(Box<dyn StdError + Send + Sync>),
    /// No wrapped key has the id.
    Unknown {
        /// The id.
        id: KeyId,
    },
    /// KMS could not be asked.
    Unreachable {
        /// What happened.
        why: String,
    },
}

impl KmsError {
    /// Without the answer that the error of the SDK keeps: it may hold a key.
    pub(crate) fn of_sdk<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        match error {
            SdkError::ServiceError(context) if context.raw().status().is_success() => {
                Self::Answer {
                    why: "it cannot be read",
                }
            }
            SdkError::ServiceError(context) => {
                let error = context.err();
                Self::Refused {
                    code: error.code().unwrap_or("an unknown error").to_owned(),
                    message: error.message().unwrap_or_default().to_owned(),
                }
            }
            SdkError::ResponseError(_) => Self::Answer {
                why: "it cannot be read",
            },
            SdkError::TimeoutError(_) => Self::Unreachable {
                why: "no answer in time".to_owned(),
            },
            SdkError::DispatchFailure(failure) => Self::Unreachable {
                why: failure
                    .as_connector_error()
                    .map_or_else(|| "no connection".to_owned(), ToString::to_string),
            },
            _ => Self::Unreachable {
                why: "the request could not be made; check region and credentials".to_owned(),
            },
        }
    }
}

impl fmt::Display for KmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { why } => write!(f, "the answer of KMS is of no use: {why}"),
            Self::IdNotText { id } => {
                write!(f, "key id `{id}` is not text; KMS takes text only")
            }
            Self::Known { id } => write!(
                f,
                "the id `{id}` stands for another wrapped key; an id is one key for ever, so give a new key a new id, or \
                 `replace` the same key as KMS wrapped it anew"
            ),
            Self::Refused { code, message } => write!(f, "KMS refused: {code}: {message}"),
            Self::Store(_) => f.write_str("the store of wrapped keys failed"),
            Self::Unknown { id } => write!(
                f,
                "no wrapped key has the id `{id}` that one is to replace; `insert` adds a new key"
            ),
            Self::Unreachable { why } => write!(f, "KMS could not be asked: {why}"),
        }
    }
}

impl StdError for KmsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Store(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
