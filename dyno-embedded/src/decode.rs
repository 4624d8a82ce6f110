//! What a request that cannot be decoded is answered with.
//!
//! The engine's request types do part of DynamoDB's validation while they are decoded, and mark
//! the resulting errors with a prefix. The rules here are those of the engine's own HTTP server,
//! which is not compiled in.

use dynoxide::DynoxideError;
use serde_json::error::Category;

const NESTED_TOO_DEEP: &str = "Nesting Levels have exceeded supported limits: \
     Attributes in the item have nested levels beyond supported limit";

const EMPTY_VALUE: &str =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";

/// The error that DynamoDB answers a body with when it cannot be decoded.
pub(crate) fn decode_error(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    if error.classify() != Category::Data {
        // An attribute value reaches the parser's limit long after DynamoDB's limit of 32 levels.
        return if message.starts_with("recursion limit exceeded") {
            DynoxideError::ValidationException(NESTED_TOO_DEEP.to_owned())
        } else {
            DynoxideError::SerializationException(String::new())
        };
    }
    marked(&message).unwrap_or_else(|| unmarked(&message))
}

fn marked(message: &str) -> Option<DynoxideError> {
    if let Some(text) = message.strip_prefix("SERIALIZATION_AS_READ:") {
        return Some(DynoxideError::SerializationException(text.to_owned()));
    }
    if let Some(text) = message.strip_prefix("VALIDATION_AS_READ:") {
        return Some(DynoxideError::ValidationException(text.to_owned()));
    }
    let message = without_position(message);
    if let Some(text) = message.strip_prefix("SERIALIZATION:") {
        return Some(DynoxideError::SerializationException(text.to_owned()));
    }
    if let Some(text) = message.strip_prefix("VALIDATION_REQUEST:") {
        return Some(DynoxideError::EnvelopedValidation(text.to_owned()));
    }
    if let Some(text) = message.strip_prefix("VALIDATION:") {
        return Some(DynoxideError::ValidationException(text.to_owned()));
    }
    None
}

fn unmarked(message: &str) -> DynoxideError {
    let absent = ["missing field", "unknown variant", "invalid type: null"];
    if absent.iter().any(|text| message.contains(text)) {
        DynoxideError::ValidationException(message.to_owned())
    } else if message.contains("empty AttributeValue") {
        DynoxideError::ValidationException(EMPTY_VALUE.to_owned())
    } else if message.contains("Supplied AttributeValue") {
        DynoxideError::ValidationException(without_position(message).to_owned())
    } else {
        DynoxideError::SerializationException(message.to_owned())
    }
}

/// Drops the position that `serde_json` adds to the end of its messages.
fn without_position(message: &str) -> &str {
    match message.rsplit_once(" at line ") {
        Some((text, position)) if position.contains("column") => text,
        _ => message,
    }
}

/// Gives an error the form that it has in answers to `operation`.
pub(crate) fn for_operation(operation: &str, error: DynoxideError) -> DynoxideError {
    match (operation, error) {
        ("PutItem" | "UpdateItem" | "DeleteItem", DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        (_, DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(message)
        }
        (
            "ExecuteStatement",
            DynoxideError::ConditionalCheckFailedException(message, Some(item)),
        ) => DynoxideError::StatementConditionalCheckFailed(message, item),
        (_, error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded<T: serde::de::DeserializeOwned + std::fmt::Debug>(body: &str) -> DynoxideError {
        decode_error(&serde_json::from_str::<T>(body).unwrap_err())
    }

    #[test]
    fn broken_json_is_a_serialization_exception_without_a_message() {
        let error = decoded::<serde_json::Value>("{\"TableName\": ");
        assert_eq!(
            error.to_json(),
            r#"{"__type":"com.amazon.coral.service#SerializationException"}"#
        );
    }

    #[test]
    fn a_body_nested_past_the_parser_is_a_validation_exception() {
        let body = "[".repeat(500) + &"]".repeat(500);
        let error = decoded::<serde_json::Value>(&body);
        assert!(
            matches!(error, DynoxideError::ValidationException(text) if text == NESTED_TOO_DEEP)
        );
    }

    #[test]
    fn a_wrong_type_is_a_serialization_exception() {
        let error = decoded::<String>("23");
        assert!(matches!(error, DynoxideError::SerializationException(_)));
    }

    #[test]
    fn a_marked_error_loses_mark_and_position() {
        let error = marked("VALIDATION:bad value at line 1 column 7").unwrap();
        assert!(matches!(error, DynoxideError::ValidationException(text) if text == "bad value"));
    }

    #[test]
    fn a_marked_request_error_is_wrapped_for_single_writes_alone() {
        let tagged = || marked("VALIDATION_REQUEST:bad value at line 1 column 7").unwrap();
        assert_eq!(
            for_operation("PutItem", tagged()).to_string(),
            "1 validation error detected: bad value"
        );
        assert_eq!(for_operation("GetItem", tagged()).to_string(), "bad value");
    }
}
