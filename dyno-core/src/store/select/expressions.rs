use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::validate;

use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// What a request says as text, and what the placeholders in it stand for.
#[derive(Clone, Debug)]
pub(super) struct Expressions {
    pub(super) key_condition: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Expressions {
    /// # Errors
    ///
    /// A text is longer than the service takes.
    pub(super) fn check_lengths(&self) -> Result<()> {
        let mut texts = self.key_condition.iter().chain(&self.filter);
        texts.try_for_each(|text| check_length(text))
    }

    /// # Errors
    ///
    /// A value is none that the service knows: the same one each time, if there are several.
    pub(super) fn check_values(&self) -> Result<()> {
        let mut values: Vec<_> = self.values.iter().collect();
        values.sort_unstable_by_key(|(placeholder, _)| *placeholder);
        values
            .into_iter()
            .try_for_each(|(_, value)| validate(value))?;
        Ok(())
    }

    /// Whether a value has others in it.
    pub(super) fn is_deep(&self) -> bool {
        let mut values = self.values.values();
        values.any(|value| value.is_l() || value.is_m())
    }
}

/// What a request says beside its expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestOptions {
    pub(super) consistent: bool,
    /// Items that it looks at.
    pub(super) limit: Option<u32>,
    /// Whether it only counts.
    pub(super) counts: bool,
}

fn check_length(text: &str) -> Result<()> {
    if text.len() <= limits::EXPRESSION_BYTES {
        return Ok(());
    }
    let why = format!(
        "the condition has {} bytes as text, and the service takes {}; ask for less at once, or compare after loading",
        text.len(),
        limits::EXPRESSION_BYTES
    );
    Err(Error::new(ErrorKind::InvalidExpression, why))
}
