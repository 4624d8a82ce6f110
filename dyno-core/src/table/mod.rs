//! What a table is: its keys, its indexes, and how it is kept. Pure: no I/O.
//!
//! ```text
//! spec          a table as it should be, or as it is      index      a secondary index of one
//! setting       how a table is billed and kept            of_type    the tables of a type
//! check         what no table can be                      describe   a specification for people
//! description   what the service says of a table          compare    where two differ, in words
//! namespace     names of tables with a prefix             settings   what a program asks for beyond its types
//! migration     from what is there to what is wanted
//! ```

mod check;
mod compare;
mod describe;
mod description;
mod index;
mod migration;
mod namespace;
mod of_type;
mod setting;
mod settings;
mod spec;

pub use self::compare::{Difference, DifferenceKind};
pub(crate) use self::description::{Described, is_ready};
pub use self::index::{IndexSpec, Projection};
pub(crate) use self::migration::Change;
pub use self::migration::{Migration, Step};
pub use self::namespace::Namespace;
pub(crate) use self::of_type::specs_of;
pub use self::setting::{Billing, KeyPart, StreamView, Throughput};
pub(crate) use self::settings::Settings;
pub use self::spec::TableSpec;
