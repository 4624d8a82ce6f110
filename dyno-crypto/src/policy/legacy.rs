use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

/// Opens values that an older library sealed.
///
/// Path and object are those with which a loader is asked for keys, so a codec may choose a secret for each field or
/// object: names are those under which values are stored, and encrypted values of the object are still sealed. Where
/// a program reads a single path, the object has its key attributes only, unless the loader needs more.
pub trait LegacyCodec: Send + Sync + 'static {
    /// The value at `path` in clear; `None` if this is no such value, or does not open.
    fn open(
        &self,
        value: &AttributeValue,
        path: &FieldPath,
        object: &Item,
    ) -> Option<AttributeValue>;
}
