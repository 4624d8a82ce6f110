use std::fmt;

/// A stored value does not open: it is not of this format, or was encrypted with another secret, or altered. Which of
/// these is not said, because an attacker could learn from the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it must never say more than that it is one"
)]
pub struct LegacyError;

impl fmt::Display for LegacyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value does not open as one of dynamo-store 0.6; check its secret, and the type it is read as")
    }
}

impl std::error::Error for LegacyError {}

/// Why a value is not written. Nothing of the value is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacySealError {
    /// The text is not a number that DynamoDB accepts.
    NotANumber,
    /// 0.6 would not give the value back.
    Refused {
        /// The type of the value: `binary`, `a list`, ..
        found: &'static str,
    },
    /// The random generator of the operating system failed.
    Rng,
}

impl fmt::Display for LegacySealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("the value is not a number that DynamoDB accepts"),
            Self::Refused { found } => write!(
                f,
                "{found} is not written for dynamo-store 0.6; it takes strings, and numbers, \
                 booleans and nulls where `with_type` and `nullable` say so"
            ),
            Self::Rng => f.write_str(
                "the random generator of the operating system failed; nothing was written",
            ),
        }
    }
}

impl std::error::Error for LegacySealError {}
