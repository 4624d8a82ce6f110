#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "config")]
pub use dyno_config as config;
#[cfg(feature = "aws")]
pub use dyno_core::StoreBuilder;
pub use dyno_core::{
    ActionKind, AnySort, AsyncKeySource, Attribute, AttributeValue, Audit, AuditReport, BatchError,
    BlindIndex, Blob, CachedKeys, CapacityUnits, CheckSpecs, CheckTables, Condition, ConfigLoader,
    Count, Cursor, Delete, DeleteMany, DeleteSaved, DeleteTables, Document, Documents, Duplicate,
    DyObject, EncryptionKey, EnsureSpecs, EnsureTables, Error, ErrorKind, ExceptionKind,
    ExceptionUses, Failure, FieldPath, Find, FindKeys, GuardReport, GuardValues, IndexError,
    IndexKey, IndexKeys, IntoPath, Item, Key, KeyAttribute, KeyError, KeyId, KeyKind, KeyProvider,
    KeySourceError, KeyState, KeyValue, Keyring, KeyringError, Lazy, LazyGet, LazyGetMut,
    LegacyCodec, Load, LoadMany, LoadOptional, LoaderFault, MasterKey, MigrateTables, Moment,
    Namespace, Normalizer, Object, Objects, OneSort, Page, Pages, ParallelScan, Params,
    ParsePathError, Path, PatternError, PendingKey, Plan, PlannedAction, PlannedRequest, Query,
    ReadOnly, ReadPath, ReadPolicy, Reload, Reseal, ResealReport, Result, Rules, Save, SaveError,
    SaveMany, SaveSaved, Saved, Scan, Searchable, Segment, Shards, SortKey, Store, Stored,
    Transaction, TransactionError, TransactionFailure, TypeTag, TypedPath, Update, UpdateParams,
    UpdateReturning, UsedException, ValueCause, ValueError, WriteOnly, WritePath, batch,
    check_loader, compat, document, expression, items, shape, table, template, transaction,
};
pub use dyno_derive::DyObject;
#[cfg(feature = "flags")]
pub use dyno_flags as flags;
#[cfg(feature = "kv")]
pub use dyno_kv as kv;
#[cfg(feature = "legacy")]
pub use dyno_legacy as legacy;
#[cfg(feature = "terraform")]
pub use dyno_terraform as terraform;

#[doc(hidden)]
pub use dyno_core::__private;
