//! Terraform files from outside: what is read, refused, written and compared.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bounds;
mod compiled;
mod damage;
mod drift;
mod read;
mod refuse;
mod strict;
mod write;
mod yaml;
