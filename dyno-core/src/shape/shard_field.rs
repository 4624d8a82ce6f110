use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

use super::{Codec, Stored};

/// A type that `#[dyno(shard)]` can put into items of its own.
///
/// It is no [`Attribute`](super::Attribute) of necessity: a [`Lazy`](super::Lazy) can stand in a shard's field only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a shard",
    label = "not a shard type",
    note = "a shard is a `T`, `Vec<T>`, `BTreeMap<String, T>` or `HashMap<String, T>`, or a `Box`, `Arc`, `Option` or `Lazy` of one",
    note = "`T` derives `DyObject` and names its table: `#[dyno(table = \"..\", key = \"..\")]`; it is not an `Option`: leave an element out instead"
)]
pub trait ShardField: Sized + Send + Sync + 'static {
    /// How the field becomes a value of the object's tree and back.
    #[doc(hidden)]
    const CODEC: Codec<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Stored> ShardField for T {
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: Stored> ShardField for Vec<T> {
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: Stored> ShardField for Box<Vec<T>> {
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: Stored> ShardField for BTreeMap<String, T> {
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: Stored> ShardField for Box<BTreeMap<String, T>> {
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: Stored, S: BuildHasher + Default + Send + Sync + 'static> ShardField
    for HashMap<String, T, S>
{
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: Stored, S: BuildHasher + Default + Send + Sync + 'static> ShardField
    for Box<HashMap<String, T, S>>
{
    const CODEC: Codec<Self> = Codec::DIRECT;
}

impl<T: ShardField> ShardField for Option<T> {
    const CODEC: Codec<Self> = Codec {
        write: |value| {
            value
                .as_ref()
                .map_or(Ok(None), |value| T::CODEC.write(value))
        },
        read: |value| {
            if value.is_null() {
                Ok(None)
            } else {
                T::CODEC.read(value).map(Some)
            }
        },
        absent: || Some(None),
        kind: || T::CODEC.kind(),
        is_foreign: false,
        fills_in: false,
        direct: None,
    };
}

impl<T: ShardField> ShardField for Arc<T> {
    const CODEC: Codec<Self> = Codec {
        write: |value| T::CODEC.write(value),
        read: |value| T::CODEC.read(value).map(Self::new),
        absent: || T::CODEC.absent().map(Self::new),
        kind: || T::CODEC.kind(),
        is_foreign: false,
        fills_in: false,
        direct: None,
    };
}
