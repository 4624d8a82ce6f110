use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dyno_core::AttributeValue;
use serde::Serialize;

/// What a record holds, as it is stored.
///
/// | given | stored | as |
/// |---|---|---|
/// | `&str`, `String` | S | `WriteWithString` of dynastore does |
/// | `&[u8]`, `Vec<u8>`, `&[u8; N]` | S, in standard Base64 | `WriteWithBytes` does |
/// | an empty one of these | NULL | both do |
/// | [`Serde(&value)`](Serde) | M, L, N, S, BOOL or NULL, what serde makes of it | `MarshalStruct` does |
/// | `AttributeValue` | itself | |
///
/// Nothing stored tells text from bytes: read a record as what it was written.
///
/// # Examples
///
/// ```
/// use dyno_kv::{Serde, Value};
///
/// let text: Value = "hello".into();
/// let bytes: Value = [1, 2, 255].into();
/// let number: Value = Serde(&7).into();
/// # let _ = (text, bytes, number);
/// ```
#[derive(Debug)]
pub struct Value(Result<AttributeValue, serde_dynamo::Error>);

/// Any value that serde can serialize, as a [`Value`]: `put("ada", Serde(&user))`.
///
/// It is read with [`Record::get`](crate::Record::get).
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by its name, as a wrapper is"
)]
pub struct Serde<'a, T: ?Sized>(pub &'a T);

impl Value {
    /// # Errors
    ///
    /// It has no form in DynamoDB.
    pub(crate) fn into_stored(self) -> Result<AttributeValue, serde_dynamo::Error> {
        self.0
    }

    fn text(text: String) -> Self {
        Self(Ok(if text.is_empty() {
            AttributeValue::Null(true)
        } else {
            AttributeValue::S(text)
        }))
    }
}

impl<T: Serialize + ?Sized> From<Serde<'_, T>> for Value {
    fn from(Serde(value): Serde<'_, T>) -> Self {
        Self(serde_dynamo::to_attribute_value(value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::text(text.clone())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::text(STANDARD.encode(bytes))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<AttributeValue> for Value {
    fn from(value: AttributeValue) -> Self {
        Self(Ok(value))
    }
}

/// What an attribute is, without its value.
pub(crate) fn form_of(value: Option<&AttributeValue>) -> &'static str {
    match value {
        None => "absent",
        Some(AttributeValue::B(_)) => "binary",
        Some(AttributeValue::Bool(_)) => "a boolean",
        Some(AttributeValue::Bs(_) | AttributeValue::Ns(_) | AttributeValue::Ss(_)) => "a set",
        Some(AttributeValue::L(_)) => "a list",
        Some(AttributeValue::M(_)) => "a map",
        Some(AttributeValue::N(_)) => "a number",
        Some(AttributeValue::Null(_)) => "null",
        Some(AttributeValue::S(_)) => "a text",
        Some(_) => "of a type that is not known",
    }
}

/// The bytes that `WriteWithBytes` stored as this text.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
