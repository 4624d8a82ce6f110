#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use dyno_core::{
    ActionKind, Attribute, AttributeValue, Audit, AuditReport, Blob, CapacityUnits, ConfigLoader,
    Cursor, Delete, DeleteSaved, Document, Documents, DyObject, EncryptionKey, EnsureTables, Error,
    ErrorKind, ExceptionKind, ExceptionUses, Failure, FieldPath, IntoPath, Item, Key, KeyAttribute,
    KeyError, KeyId, KeyKind, KeyState, KeyValue, Keyring, KeyringError, Lazy, LazyGet, LazyGetMut,
    LegacyCodec, Load, LoadOptional, LoaderFault, MasterKey, Object, ParsePathError, Path,
    PatternError, Plan, PlannedAction, PlannedRequest, ReadOnly, ReadPath, ReadPolicy, Reload,
    Reseal, ResealReport, Result, Rules, Save, SaveError, SaveSaved, Saved, Segment, Shards, Store,
    Stored, TypeTag, TypedPath, UsedException, ValueCause, ValueError, WriteOnly, WritePath,
    check_loader, document, shape,
};
pub use dyno_derive::DyObject;

#[doc(hidden)]
pub use dyno_core::__private;
