//! A DynamoDB engine in the process, as an HTTP client of the AWS SDK.
//!
//! [`Engine`] holds a database, in memory or in a file, and answers the requests of an ordinary
//! [`aws_sdk_dynamodb::Client`]. There is no server, no port and no network: the SDK's last
//! step, sending an HTTP request, is replaced by a call into [`dynoxide`], a DynamoDB engine on
//! `SQLite`.
//!
//! ```
//! use aws_sdk_dynamodb::types::{
//!     AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
//!     ScalarAttributeType,
//! };
//! use dyno_embedded::Engine;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Engine::in_memory()?.client();
//! client
//!     .create_table()
//!     .table_name("Users")
//!     .attribute_definitions(
//!         AttributeDefinition::builder()
//!             .attribute_name("ID")
//!             .attribute_type(ScalarAttributeType::S)
//!             .build()?,
//!     )
//!     .key_schema(
//!         KeySchemaElement::builder().attribute_name("ID").key_type(KeyType::Hash).build()?,
//!     )
//!     .billing_mode(BillingMode::PayPerRequest)
//!     .send()
//!     .await?;
//!
//! let ada = AttributeValue::S("ada".into());
//! client.put_item().table_name("Users").item("ID", ada.clone()).send().await?;
//! let answer = client.get_item().table_name("Users").key("ID", ada).send().await?;
//! assert!(answer.item().is_some());
//! # Ok(())
//! # }
//! ```
//!
//! # What it answers
//!
//! [`OPERATIONS`] lists the operations. Any region, endpoint and credentials reach the same
//! database. Errors carry the type, message, HTTP status and data that DynamoDB sends, so the
//! SDK's typed errors are complete, down to the `Item` of a failed condition.
//!
//! # Where a request runs
//!
//! `SQLite` is synchronous, so by default each request runs on another thread: the blocking pool
//! of the tokio runtime that polls it, or a thread of its own where there is no tokio runtime. The
//! async runtime never stalls, and no flavour of it is required. [`Engine::inline`] runs
//! requests on the polling thread instead: no hand-over, and a deterministic order on a
//! single-threaded runtime.
//!
//! A request whose future is dropped is applied as a whole or not at all: one that still waits
//! for its turn is withdrawn, one that has begun runs to its end.
//!
//! # Where it differs from DynamoDB
//!
//! * `BatchGetItem` reads all its keys at one point in time. DynamoDB reads each key on its own,
//!   and writes may fall between.
//! * Every read is strongly consistent, also one that asks for eventual consistency, and
//!   indexes are never behind their table.
//! * Requests run one after another, so a `TransactionConflict` never occurs, and neither
//!   throttling nor partial batches do (`UnprocessedKeys` is returned past 16 MB only).
//! * Tables are active as soon as they are created, and gone as soon as they are deleted.
//! * Expired items stay until [`dynoxide::Database::sweep_ttl`] is called on
//!   [`Engine::database`].
//! * Remembered `ClientRequestToken`s live in memory, for ten minutes: opening a file again
//!   forgets them.
//! * Nothing but the operations in [`OPERATIONS`] exists: no backups, exports, global tables or
//!   resource policies. Those answer `UnknownOperationException`.
//! * Credentials and signatures are not looked at.
//! * Engines that share a file do not notice when another one deletes or changes a table, see
//!   [`Engine::open`].
//! * Some refusals of malformed values in batch writes and transactions are worded as `PutItem`
//!   words them; DynamoDB words the same refusal in two ways, depending on the operation.
//!
//! The test kit of dyno (`dyno-testkit`) brings torn batches, conflicts, throttling and lost
//! answers back, on demand.

mod answer;
mod connector;
mod decode;
mod engine;
mod open;
mod operation;
mod threads;

/// The engine underneath, for what the DynamoDB API does not offer.
pub use dynoxide;

pub use engine::Engine;
pub use open::{OpenError, OpenErrorKind};
pub use operation::OPERATIONS;
