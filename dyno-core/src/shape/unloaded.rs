//! What stands in a tree for a shard that was not loaded.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::Item;

/// The only attribute of the map that stands for the shard; never stored.
const UNLOADED: &str = "_dy_unloaded";

/// Stands for the shard with this id, of an object of this incarnation.
pub(crate) fn unloaded(life: [u8; 8], id: &str) -> AttributeValue {
    let parts = vec![
        AttributeValue::B(Blob::new(life)),
        AttributeValue::S(id.to_owned()),
    ];
    AttributeValue::M(Item::from([(
        UNLOADED.to_owned(),
        AttributeValue::L(parts),
    )]))
}

/// The incarnation and id of the shard that the value stands for, if it does.
pub(crate) fn as_unloaded(value: &AttributeValue) -> Option<([u8; 8], &str)> {
    match value.as_m().ok()?.get(UNLOADED)?.as_l().ok()?.as_slice() {
        [AttributeValue::B(life), AttributeValue::S(id)] => {
            Some((life.as_ref().try_into().ok()?, id))
        }
        _ => None,
    }
}

/// Whether the map stands for a shard that was not loaded.
pub(crate) fn is_unloaded(map: &Item) -> bool {
    map.contains_key(UNLOADED)
}
