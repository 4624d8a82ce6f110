//! Seal and open the values inside an item, as a policy decides.

mod open;
mod policy;
mod report;
mod seal;
#[cfg(test)]
mod tests;
mod walk;

pub use open::open_item;
pub use policy::{Decision, Demand, OpenPolicy, SealPolicy};
pub use report::{OpenReport, SealReport, Unopened};
pub use seal::seal_item;
