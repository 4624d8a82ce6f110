use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::LegacyCodec;
use dyno_value::{FieldPath, Item, type_name};
use zeroize::Zeroizing;

use crate::cipher::{Iv, decrypt, encrypt, random_iv};
use crate::text::{NONE, of_bool, of_number};
use crate::{LegacyError, LegacySealError, LegacySecret, LegacyType};

/// Reads and writes values as dynamo-store 0.6 does, with one secret, as one type.
pub struct DynamoStore06 {
    secret: LegacySecret,
    kind: LegacyType,
    nullable: bool,
}

impl DynamoStore06 {
    /// Values are text.
    pub fn new(secret: LegacySecret) -> Self {
        Self {
            secret,
            kind: LegacyType::Text,
            nullable: false,
        }
    }

    /// What the values were before they became text. A text that is not of this type does not open.
    #[must_use]
    pub fn with_type(mut self, kind: LegacyType) -> Self {
        self.kind = kind;
        self
    }

    /// The text `None` stands for null, whatever the type is. A text field that really said so becomes null, too.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Opens a stored value. An empty string, empty binary value or null is what it is: 0.6 never decrypts these.
    ///
    /// # Errors
    ///
    /// [`LegacyError`], one and the same for whatever is wrong: another type, base64 that is not canonical, a length that
    /// is no multiple of 16, padding that is not 1 to 32 bytes of the same number, bytes that are not UTF-8, text that
    /// is not of the type.
    pub fn open(&self, value: &AttributeValue) -> Result<AttributeValue, LegacyError> {
        if is_left_in_clear(value) {
            return Ok(value.clone());
        }
        let stored = match value {
            AttributeValue::B(bytes) => bytes.as_ref(),
            AttributeValue::S(text) => text.as_bytes(),
            _ => return Err(LegacyError),
        };
        let text = decrypt(&self.secret, stored)?;
        if self.nullable && text == NONE {
            return Ok(AttributeValue::Null(true));
        }
        self.kind.read(text).ok_or(LegacyError)
    }

    /// The bytes that 0.6 would store for a value, with an initialization vector of the operating system; 0.6 reads
    /// them, also those of text that it fails to write itself.
    ///
    /// Strings are always written. Numbers and booleans are where [`with_type`](Self::with_type) names the type, nulls
    /// where [`nullable`](Self::nullable) was called: in the form of Python's `str()`.
    ///
    /// # Errors
    ///
    /// * [`LegacySealError::Refused`]: binary values, sets, lists and maps; other types than those asked for
    /// * [`LegacySealError::NotANumber`]: a number that is none
    /// * [`LegacySealError::Rng`]: the generator failed
    pub fn seal(&self, value: &AttributeValue) -> Result<AttributeValue, LegacySealError> {
        self.seal_with(value, &random_iv()?)
    }

    pub(crate) fn seal_with(
        &self,
        value: &AttributeValue,
        iv: &Iv,
    ) -> Result<AttributeValue, LegacySealError> {
        let stored = match value {
            AttributeValue::S(text) => encrypt(&self.secret, text, iv),
            AttributeValue::N(text) if self.kind == LegacyType::Number => {
                let text = of_number(text).ok_or(LegacySealError::NotANumber)?;
                encrypt(&self.secret, &Zeroizing::new(text), iv)
            }
            AttributeValue::Bool(value) if self.kind == LegacyType::Bool => {
                encrypt(&self.secret, of_bool(*value), iv)
            }
            AttributeValue::Null(_) if self.nullable => encrypt(&self.secret, NONE, iv),
            other => {
                let found = type_name(other);
                return Err(LegacySealError::Refused { found });
            }
        };
        Ok(AttributeValue::B(Blob::new(stored)))
    }
}

impl LegacyCodec for DynamoStore06 {
    /// Opens encrypted values only. Empty ones and nulls, which 0.6 leaves in clear, are values in clear, and counted as such:
    /// `ReadPolicy::allow_plaintext` accepts them.
    fn open(&self, value: &AttributeValue, _: &FieldPath, _: &Item) -> Option<AttributeValue> {
        if is_left_in_clear(value) {
            return None;
        }
        Self::open(self, value).ok()
    }
}

fn is_left_in_clear(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::B(bytes) => bytes.as_ref().is_empty(),
        AttributeValue::Null(_) => true,
        AttributeValue::S(text) => text.is_empty(),
        _ => false,
    }
}

impl fmt::Debug for DynamoStore06 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoStore06")
            .field("type", &self.kind)
            .field("nullable", &self.nullable)
            .finish_non_exhaustive()
    }
}
