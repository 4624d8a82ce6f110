//! An exhaustive model of dyno's storage protocols.
//!
//! A few clients save, write paths, load and delete one object of a few items. Every order of their steps is tried,
//! with requests that are lost, late or repeated, answers that are lost, clients that stop anywhere, and batches whose
//! items are read at different moments. In each state the invariants of `docs/design/model.md` must hold. That page
//! says what is modelled and what is not; the tests run everything, and so does
//! `cargo run -p dyno-model --release` with a table, with `larger` as argument for larger systems.
//!
//! | module | holds |
//! |---|---|
//! | `state` | items, with what only the model knows of them |
//! | `service` | conditions, transactions, tokens |
//! | `network` | requests on their way |
//! | `client` | the machines that write, and how they judge an answer |
//! | `reader` | the rounds of a load |
//! | `model` | the steps |
//! | `properties` | what must hold, and what must happen |
//! | `config`, `suite` | what is explored |
//! | `mutant` | rules that are broken on purpose |
//!
//! Nothing here is shared with the code: the model is a second account of `docs/format/object-v1.md`.
#![expect(
    clippy::indexing_slicing,
    reason = "arrays of fixed size are indexed by numbers of shards, pieces and clients"
)]

mod check;
mod client;
mod config;
mod model;
mod mutant;
mod network;
mod properties;
mod reader;
mod service;
mod state;
mod suite;

pub use check::Report;
pub use config::Configuration;
pub use model::Step;
pub use mutant::Mutant;
pub use state::State;
pub use suite::{Caught, configurations, findings, larger, mutants};
