//! What an update of a root in place has in it: that it is an object of the type, and the object's next version.

use aws_sdk_dynamodb::types::AttributeValue;

use super::step::Expressions;
use crate::plan::{Etag, Format, PAST_ETAGS, tag_attribute};
use crate::reserved;
use crate::shape::Shape;

/// The root is a live object of the type, in a format that this version writes.
pub(super) const OURS: &str =
    "attribute_exists(#k) AND #f = :f AND #y = :y AND attribute_not_exists(#s)";

/// This commit is none of the last five.
pub(super) const NOT_YET: &str = "#t <> :t AND NOT contains(#h, :t)";

/// What [`OURS`], [`NOT_YET`] and [`commit_sets`] name.
pub(super) fn commit(shape: &'static Shape, key_name: &str, etag: Etag) -> Expressions {
    Expressions::default()
        .name("#k", key_name)
        .name("#f", reserved::FORMAT)
        .name("#y", tag_attribute(shape))
        .name("#s", reserved::STATE)
        .name("#t", reserved::ETAG)
        .name("#n", reserved::SEQUENCE)
        .name("#h", reserved::PAST)
        .value(":f", Format::PRESENT.to_value())
        .value(":y", AttributeValue::S(shape.type_tag().to_owned()))
        .value(":t", etag.to_value())
        .value(":1", AttributeValue::N("1".to_owned()))
}

/// The right-hand sides see the old item, so the history shifts in place.
pub(super) fn commit_sets() -> Vec<String> {
    let mut sets = vec![
        "#t=:t".to_owned(),
        "#n=#n+:1".to_owned(),
        "#h[0]=#t".to_owned(),
    ];
    sets.extend((1..PAST_ETAGS).map(|index| format!("#h[{index}]=#h[{}]", index - 1)));
    sets
}
