#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use dyno_core::{
    ActionKind, AsyncKeySource, Attribute, AttributeValue, Blob, CachedKeys, CapacityUnits,
    ConfigLoader, Delete, DeleteSaved, Document, Documents, DyObject, EncryptionKey, EnsureTables,
    Error, ErrorKind, ExceptionKind, ExceptionUses, FieldPath, IntoPath, Item, Key, KeyAttribute,
    KeyError, KeyId, KeyKind, KeyProvider, KeySourceError, KeyState, KeyValue, Keyring,
    KeyringError, Lazy, LazyGet, LazyGetMut, LegacyCodec, Load, LoadOptional, LoaderFault,
    MasterKey, Object, ParsePathError, Path, PatternError, PendingKey, Plan, PlannedAction,
    PlannedRequest, ReadOnly, ReadPath, ReadPolicy, Reload, Result, Rules, Save, SaveError,
    SaveSaved, Saved, Segment, Shards, Store, Stored, TypeTag, TypedPath, UsedException,
    ValueCause, ValueError, WriteOnly, WritePath, check_loader, document, shape,
};
pub use dyno_derive::DyObject;
#[cfg(feature = "legacy")]
pub use dyno_legacy as legacy;

#[doc(hidden)]
pub use dyno_core::__private;
