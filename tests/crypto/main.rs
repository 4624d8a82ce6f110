//! Encryption over years: keys that are replaced, fields that become secret and cease to be.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod file;
mod migration;
mod reseal;
mod reseal_faults;
mod reseal_race;
