use std::fmt;

/// Why a key cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The derivation refused its lengths. They are fixed, so this is never seen; it stands here because the library
    /// does not panic.
    Derivation,
    /// A key id is not 1 to 64 bytes long.
    IdLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// A master key is not 32 bytes long.
    MasterLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The random generator of the operating system failed.
    Rng,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Derivation => f.write_str("the key derivation refused its lengths"),
            Self::IdLength { bytes } => {
                write!(f, "a key id has 1 to 64 bytes, this one has {bytes}")
            }
            Self::MasterLength { bytes } => {
                write!(f, "a master key has 32 bytes, this one has {bytes}")
            }
            Self::Rng => f.write_str("the random generator of the operating system failed"),
        }
    }
}

impl std::error::Error for KeyError {}
