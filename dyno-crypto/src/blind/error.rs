use std::fmt;

use super::Normalizer;

/// Why there is no index value. It names the index, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexError {
    /// An index value does not have 1 to 256 bits.
    Bits {
        /// How many bits it would have.
        bits: u16,
    },
    /// A context is not 1 to 255 bytes long.
    Context {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The derivation refused its lengths. They are fixed, so this is never seen; it stands here because the library
    /// does not panic.
    Derivation,
    /// A value holds nothing but null, true and false.
    LowEntropy {
        /// The full name of the index.
        index: String,
    },
    /// The name of an index is empty, or its full name longer than 255 bytes.
    Name {
        /// How many bytes the full name has.
        bytes: usize,
    },
    /// No normalizer has this name and version.
    Normalizer {
        /// What was asked for.
        name: String,
    },
    /// A normalizer for text was given another value.
    NotText {
        /// The full name of the index.
        index: String,
        /// The normalizer.
        normalizer: Normalizer,
        /// The type of the value.
        found: &'static str,
    },
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bits { bits } => {
                write!(f, "an index value has 1 to 256 bits, this one has {bits}")
            }
            Self::Context { bytes } => write!(
                f,
                "an encryption context has 1 to 255 bytes, this one has {bytes}"
            ),
            Self::Derivation => f.write_str("the key derivation refused its lengths"),
            Self::LowEntropy { index } => write!(
                f,
                "index `{index}` does not take null, true or false: with so few values, whoever reads the table tells \
                 them apart by counting; index a map that holds another field too, or say `allow_low_entropy`"
            ),
            Self::Name { bytes } => write!(
                f,
                "an index has a name before the first colon, and a full name of 1 to 255 bytes; this one has {bytes}"
            ),
            Self::Normalizer { name } => {
                write!(f, "no normalizer is called `{name}`; there are")?;
                let mut before = " ";
                Normalizer::ALL.iter().try_for_each(|known| {
                    write!(f, "{before}`{known}`")?;
                    before = ", ";
                    Ok(())
                })
            }
            Self::NotText {
                index,
                normalizer,
                found,
            } => write!(
                f,
                "index `{index}` normalizes with `{normalizer}`, which is for strings: expected a string, found \
                 {found}; use `exact:v1`"
            ),
        }
    }
}

impl std::error::Error for IndexError {}
