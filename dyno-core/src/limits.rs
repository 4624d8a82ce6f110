//! Limits of the service, each from "Quotas in Amazon DynamoDB" or the API reference of its operation.

/// Largest item, in bytes as DynamoDB counts them.
pub(crate) const ITEM_BYTES: usize = 400 * 1024;
/// Longest partition key, in bytes.
pub(crate) const PARTITION_KEY_BYTES: usize = 2048;
/// Longest sort key, in bytes.
pub(crate) const SORT_KEY_BYTES: usize = 1024;
/// Most actions in one `TransactWriteItems`, and most items in one `TransactGetItems`.
pub(crate) const TRANSACTION_ACTIONS: usize = 100;
/// Most bytes of items in one transaction.
pub(crate) const TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
/// Most keys in one `BatchGetItem`.
pub(crate) const BATCH_GET_KEYS: usize = 100;
/// Most puts and deletes in one `BatchWriteItem`.
pub(crate) const BATCH_WRITES: usize = 25;
/// Most bytes of items in one `BatchWriteItem`.
const BATCH_WRITE_BYTES: usize = 16 * 1024 * 1024;
const _: () = assert!(
    BATCH_WRITES * ITEM_BYTES <= BATCH_WRITE_BYTES,
    "a batch is cut by its number of writes alone"
);
/// What a page of a `Query` ends beyond, in bytes of items.
pub(crate) const QUERY_BYTES: usize = 1024 * 1024;
/// Deepest nesting of lists and maps, and most steps of a path.
pub(crate) const NESTING: usize = 32;
/// Most global secondary indexes of a table, unless AWS raised it for the account.
pub(crate) const SECONDARY_INDEXES: usize = 20;
/// Most values that `IN` compares with.
pub(crate) const IN_VALUES: usize = 100;
/// Longest expression, in bytes.
pub(crate) const EXPRESSION_BYTES: usize = 4096;
/// Most local secondary indexes of a table.
pub(crate) const LOCAL_INDEXES: usize = 5;
/// Most attributes of a partition key, and of a sort key, of a global secondary index.
pub(crate) const INDEX_KEY_PARTS: usize = 4;
/// Length of the name of a table or an index.
pub(crate) const TABLE_NAME_BYTES: std::ops::RangeInclusive<usize> = 3..=255;
