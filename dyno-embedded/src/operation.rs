//! The operations of the engine: one row each, from the name on the wire to the method.

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};

use crate::decode::{decode_error, for_operation};

macro_rules! operations {
    ($($name:ident => $method:ident,)+) => {
        /// The operations that an [`Engine`](crate::Engine) answers, as the DynamoDB API names
        /// them.
        ///
        /// ```
        /// assert!(dyno_embedded::OPERATIONS.contains(&"TransactWriteItems"));
        /// ```
        pub const OPERATIONS: &[&str] = &[$(stringify!($name)),+];

        /// Runs one request; `None` means that the engine has no such operation.
        pub(crate) fn run(
            database: &Database,
            operation: &str,
            body: &[u8],
        ) -> Option<Result<Vec<u8>, DynoxideError>> {
            let answer = match operation {
                $(stringify!($name) => call(database, body, Database::$method),)+
                _ => return None,
            };
            Some(answer.map_err(|error| for_operation(operation, error)))
        }
    };
}

operations! {
    GetItem => get_item,
    PutItem => put_item,
    UpdateItem => update_item,
    DeleteItem => delete_item,
    BatchGetItem => batch_get_item,
    BatchWriteItem => batch_write_item,
    TransactGetItems => transact_get_items,
    TransactWriteItems => transact_write_items,
    Query => query,
    Scan => scan,
    SearchVectors => search_vectors,
    CreateTable => create_table,
    DescribeTable => describe_table,
    ListTables => list_tables,
    UpdateTable => update_table,
    DeleteTable => delete_table,
    UpdateTimeToLive => update_time_to_live,
    DescribeTimeToLive => describe_time_to_live,
    TagResource => tag_resource,
    UntagResource => untag_resource,
    ListTagsOfResource => list_tags_of_resource,
    ListStreams => list_streams,
    DescribeStream => describe_stream,
    GetShardIterator => get_shard_iterator,
    GetRecords => get_records,
    ExecuteStatement => execute_statement,
    BatchExecuteStatement => batch_execute_statement,
    ExecuteTransaction => execute_transaction,
}

fn call<Request, Answer>(
    database: &Database,
    body: &[u8],
    method: impl FnOnce(&Database, Request) -> dynoxide::Result<Answer>,
) -> Result<Vec<u8>, DynoxideError>
where
    Request: DeserializeOwned,
    Answer: Serialize,
{
    let request = serde_json::from_slice(body).map_err(|error| decode_error(&error))?;
    let answer = method(database, request)?;
    serde_json::to_vec(&answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
