use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item, or any map value: attribute names with their values.
pub type Item = HashMap<String, AttributeValue>;

/// Names the type of a value the way an error message says it: "a string", "a number set".
pub fn type_name(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::B(_) => "binary",
        AttributeValue::Bool(_) => "a boolean",
        AttributeValue::Bs(_) => "a binary set",
        AttributeValue::L(_) => "a list",
        AttributeValue::M(_) => "a map",
        AttributeValue::N(_) => "a number",
        AttributeValue::Ns(_) => "a number set",
        AttributeValue::Null(_) => "null",
        AttributeValue::S(_) => "a string",
        AttributeValue::Ss(_) => "a string set",
        _ => "a type unknown to this version of the SDK",
    }
}
