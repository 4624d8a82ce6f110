//! What must hold for any bytes whatever, as functions that panic where it does not.
//!
//! Each is a fuzz target (`fuzz/`, outside the workspace) and a property test (here).
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a broken law is found by the panic"
)]

mod encoding;
mod envelope;
mod item_seal;
mod legacy;
mod open;
mod path;

pub use encoding::encoding;
pub use envelope::envelope;
pub use item_seal::item_seal;
pub use legacy::legacy;
pub use open::open;
pub use path::path;

#[cfg(test)]
mod tests;
