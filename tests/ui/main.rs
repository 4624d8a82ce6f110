//! What the derive refuses, and what strange code it accepts.
//!
//! `fail/<theme>/*.rs` must not compile, each with exactly the errors in the file beside it. All of them are binaries
//! of one crate, so that one `cargo check` answers for all; `TRYBUILD=overwrite` writes what it says. Files that must
//! compile are modules of this test: they cost no build of their own, and their tests run.

#[path = "pass/mod.rs"]
mod pass;

#[test]
fn wrong_uses_give_their_errors() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*/*.rs");
}
