//! Objects after objects: all of a type, or those of one partition.
//!
//! ```text
//! scan, query  what a program asks for     sort      on which sort keys       count    without the objects
//! selection    what both have              asked     the same, checked        page     what is given back
//! keyword      what is asked by names      expressions  the same, as text     params   the request, for people
//! walk         page after page             complete  from items to objects    found    which items are roots
//! collection   objects of several types in a partition
//! parallel     parts of a table at the same time
//! ```

mod asked;
mod collection;
mod complete;
mod count;
mod expressions;
mod found;
mod hydrate;
mod key_condition;
mod keys;
mod keyword;
mod page;
mod parallel;
mod params;
mod partition;
mod query;
mod scan;
mod selection;
mod sort;
mod verbatim;
mod walk;

pub use self::collection::{
    Asking, Collection, CollectionPage, CollectionPages, FoundOf, Member, Members,
};
pub(super) use self::complete::{BATCHES_AT_ONCE, opened};
pub use self::count::Count;
pub(super) use self::found::{Root, first_places};
pub use self::page::{Objects, Page, Pages};
pub use self::parallel::ParallelScan;
pub use self::params::Params;
pub use self::query::{AnySort, OfIndex, OfTable, OneSort, QueriedBy, Query};
pub use self::scan::Scan;
pub use self::sort::SortKey;
