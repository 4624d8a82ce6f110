//! A kit for testing programs that talk to DynamoDB.
//!
//! It works on any [`aws_sdk_dynamodb::Client`] and is at its best on the embedded engine
//! (`dyno-embedded`), where every test has a database of its own and nothing sleeps.
//!
//! | To ... | take |
//! |---|---|
//! | see and count the requests that a program sends | [`Recorder`] |
//! | know what requests cost | [`Capacity`] |
//! | lose, repeat, hold or refuse chosen requests | [`FaultClient`], [`Fault`], [`Gate`] |
//! | let a request arrive after its caller gave up, or a second time | [`Fault::Ghost`], [`Fault::Repeated`], [`Late`] |
//! | let some requests go wrong, by a seed | [`RandomFaults`] |
//! | decide the order in which the requests of several actors arrive: by a seed, a list, or all of them | [`Schedule`] |
//! | let writes fall between the reads of one `BatchGetItem` | [`SplitBatches`] |
//! | let writes fall between the items of one `Query` or `Scan` | [`SplitPages`] |
//! | show old states to reads without `ConsistentRead` | [`StaleReads`] |
//! | let back-off take no time, for the SDK too | [`TestClock`] |
//! | let many tests share a server, each with tables of its own | [`SharedServer`] |
//! | make a table, fill it, look at all of it | [`TableSpec`], [`create_table`], [`table_with_data`], [`dump`] |
//! | test a law with any item | [`any_item`], [`any_attribute_value`], [`any_number`], [`normalize`] |
//!
//! # Layers
//!
//! Each of these is an HTTP client of the SDK around another one, put there by [`wrap`], and they can
//! be combined. From the program to the engine, this order gives each one its meaning:
//!
//! ```text
//! Recorder ─► SplitBatches, SplitPages ─► FaultClient ─► Schedule ─► StaleReads ─► engine, or SharedServer
//! ```
//!
//! Parts of batches then meet faults of their own, late copies wait for the schedule like any other
//! request, and what the stale reads ask for themselves is seen by nobody.
//!
//! # Repeating a run
//!
//! A failure that comes up once in a thousand runs is worth little when it cannot be repeated.
//! Everything random here follows from a seed that it prints, and a run follows from its seeds when
//! the rest is deterministic too:
//!
//! * one thread: `#[tokio::test]`, which is single-threaded unless told otherwise;
//! * an engine without threads: `Engine::inline` of `dyno-embedded`;
//! * a paused clock: `#[tokio::test(start_paused = true)]`, with tokio's feature `test-util`. When
//!   every task waits, the clock jumps to the next timer. The back-off of dyno and of the SDK is
//!   a sleep of tokio, so it takes no time, and no test has to wait for a retry. The SDK's time of
//!   day follows with [`TestClock`].
//!
//! What does not pause is everything outside of tokio: [`std::time`], and the threads on which an
//! engine that is not inline answers. The clock does not jump while such an answer is awaited, but
//! when it arrives is up to the operating system.
//!
//! # Example: how many requests, and what happens when one is lost
//!
//! ```
//! use aws_sdk_dynamodb::types::AttributeValue;
//! use dyno_embedded::Engine;
//! use dyno_testkit::{Fault, FaultClient, Item, Recorder, TableSpec, dump, table_with_data, wrap};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Engine::in_memory()?.client();
//! let ada = Item::from([("ID".to_owned(), AttributeValue::S("ada".into()))]);
//! table_with_data(&client, &TableSpec::new("Users", "ID"), [ada.clone()]).await?;
//!
//! let recorder = Recorder::new();
//! let faulty = recorder.attach(&wrap(&client, |http| {
//!     FaultClient::new(http, |request| match request.operation() {
//!         "DeleteItem" => Fault::AnswerLost,
//!         _ => Fault::Pass,
//!     })
//! }));
//! let delete = faulty.delete_item().table_name("Users").set_key(Some(ada));
//! assert!(delete.send().await.is_err());
//! assert_eq!(recorder.operations(), ["DeleteItem"]);
//! assert!(dump(&client, "Users").await?.is_empty(), "deleted, although the answer was lost");
//! # Ok(())
//! # }
//! ```

mod batch;
mod capacity;
mod clock;
mod fault;
mod gate;
mod late;
mod layer;
mod pages;
mod random;
mod random_faults;
mod recorder;
mod refusal;
mod replica;
mod request;
mod run;
mod schedule;
mod shared_server;
mod split;
mod stale;
mod strategy;
mod table;
mod touched;
mod wire;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

pub use capacity::{Capacity, Consumed};
pub use clock::TestClock;
pub use fault::{Fault, FaultClient};
pub use gate::Gate;
pub use late::Late;
pub use layer::wrap;
pub use pages::SplitPages;
pub use random_faults::RandomFaults;
pub use recorder::Recorder;
pub use request::{Answer, Request};
pub use schedule::{Schedule, ScheduledStep};
pub use shared_server::SharedServer;
pub use split::SplitBatches;
pub use stale::StaleReads;
pub use strategy::{any_attribute_value, any_item, any_number, normalize};
pub use table::{TableError, TableSpec, create_table, dump, table_with_data};

/// An item as the SDK has it: attribute values by name.
pub type Item = HashMap<String, AttributeValue>;
