//! The mapper of dyno: shapes, planner, commit protocols and store.
//!
//! Use it through the crate `dyno-store`, which adds the derive. The layers, each using only those before it:
//!
//! | module | holds |
//! |---|---|
//! | `limits`, `reserved`, `units` | limits of the service; names of the mapper's attributes; capacity |
//! | `key` | keys as values, and as text made of fields |
//! | `error` | what can go wrong |
//! | `loader` | the callbacks of a program |
//! | `shape` | what a type looks like when it is stored |
//! | `expr` | pure: conditions over fields, and their text |
//! | `untyped` | the same for objects without a type; JSON and JSONPath |
//! | `compat` | pure: forms of other mappers, for `#[dyno(with = ..)]` |
//! | `plan` | pure: from a tree to items and back |
//! | `table` | pure: what a table is; how it differs from another; names with a prefix |
//! | `commit` | pure: the protocols, as machines |
//! | `forecast` | pure: what an operation would send, and what it would cost |
//! | `store` | everything that sends requests |
//! | `object` | the verbs of a stored type |

mod commit;
pub mod compat;
mod epoch;
mod error;
mod expr;
mod forecast;
mod key;
mod limits;
mod loader;
mod object;
mod plan;
mod reserved;
pub mod shape;
mod store;
pub mod table;
mod units;
mod untyped;

pub use aws_sdk_dynamodb::types::AttributeValue;
pub use aws_smithy_types::Blob;
pub use dyno_crypto::{
    AsyncKeySource, BlindIndex, CachedKeys, EncryptionKey, ExceptionKind, ExceptionUses,
    IndexError, IndexKey, IndexKeys, KeyError, KeyId, KeyProvider, KeySourceError, KeyState,
    Keyring, KeyringError, LegacyCodec, MasterKey, Normalizer, PatternError, PendingKey,
    ReadPolicy, Rules, UsedException,
};
pub use dyno_value::{FieldPath, Item, ParsePathError, Segment, ValueCause, ValueError};
pub use error::{Error, ErrorKind, Result, SaveError};
pub use expr::Condition;
pub use forecast::{ActionKind, Plan, PlannedAction, PlannedRequest};
pub use key::{Key, KeyKind, KeyValue};
pub use loader::{ConfigLoader, ReadOnly, TypeTag, WriteOnly};
pub use object::DyObject;
pub use shape::{
    Attribute, IntoPath, KeyAttribute, Lazy, LazyGet, LazyGetMut, Moment, Object, Path, Searchable,
    Stored, TypedPath, VersionNumber,
};
#[cfg(feature = "aws")]
pub use store::StoreBuilder;
pub use store::{
    AnySort, Audit, AuditReport, BatchError, CheckSpecs, CheckTables, Collection, CollectionPage,
    CollectionPages, Count, Cursor, Delete, DeleteMany, DeleteSaved, DeleteTables, Document,
    Documents, Duplicate, EnsureSpecs, EnsureTables, Failure, Find, FindKeys, GuardReport,
    GuardValues, Load, LoadMany, LoadOptional, LoaderFault, MigrateTables, Objects, OneSort, Page,
    Pages, ParallelScan, Params, Query, ReadPath, Reload, Reseal, ResealReport, Save, SaveMany,
    SaveSaved, Saved, Scan, Shards, SortKey, Store, Transaction, TransactionError,
    TransactionFailure, Update, UpdateParams, UpdateReturning, WritePath, check_loader,
};
pub use table::Namespace;
pub use units::CapacityUnits;

/// Objects of several types with the same requests: [`Store::load_together`], [`Store::write_together`].
pub mod batch {
    #[doc(hidden)]
    pub use crate::store::{LoadAsked, Reads, WriteAsked};
    pub use crate::store::{
        LoadPart, LoadParts, LoadTogether, WritePart, WriteParts, WriteTogether,
    };
}

/// Reads at one moment, and what [`Transaction`] keeps of the objects that are given to it, until they are stored or come back.
pub mod transaction {
    #[doc(hidden)]
    pub use crate::store::Lefts;
    pub use crate::store::{
        ActionParams, Given, Inserts, InsertsAnd, LoadTransaction, Many, One, Slot,
        TransactionParams,
    };
}

/// Keys that are made of fields, `#[dyno(key = "USER#{tenant}")]`: implement [`KeyPart`](template::KeyPart) for types of your own.
pub mod template {
    pub use crate::key::{
        FieldsOf, IndexKeyPart, KeyFields, KeyPart, NoTemplate, Part, PrefixOf, SelfDelimiting,
        Templated, utc_text,
    };
    #[doc(hidden)]
    pub use crate::store::{Asking, FoundOf, Member};
    pub use crate::store::{Members, OfIndex, OfTable, QueriedBy};
}

/// What fields can do in a [`Condition`]: implement these for types of your own.
pub mod expression {
    #[doc(hidden)]
    pub use crate::expr::{Added, Compared};
    pub use crate::expr::{
        Addend, Assign, Container, KeywordValue, ListField, Measured, Numeric, Operand, Ordered,
        SetField, Size, Subtrahend, Text,
    };
}

/// Items as they are stored, by key and without a type: [`Store::items`], [`Store::write_items`].
pub mod items {
    pub use crate::expr::{Attr, Value, attr};
    pub use crate::store::{
        Change, Check, DeleteItem as Delete, Get, GetMany, Index, ItemPage, ItemStream,
        ItemWrite as WritePart, Items, Put, Refusal, Select, Transacted, UpdateItem as Update,
        When, WriteItems, WriteMany, WriteManyError, Written,
    };

    /// What must hold of an item, for a write to be applied or an item to be found.
    pub type Condition = crate::expr::Condition<dyno_value::Item>;
}

/// Objects without a Rust type: `Store::documents`.
pub mod document {
    pub use crate::store::{
        DeleteByKey as Delete, DeleteDocument, Document, Documents, EnsureDocumentTables, Read,
        ReadDocumentPath as ReadPath, ReadOptional, ReloadDocument as Reload, SaveDocument, Write,
        WriteDocumentPath as WritePath,
    };
    pub use crate::untyped::{
        Content, Difference, DocumentPath, DocumentValue, Match, Place, Shape,
    };
}

#[doc(hidden)]
pub mod __private;
