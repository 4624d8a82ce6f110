//! What the placeholders of a request stand for, as lines for people.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::render::shown;

/// Writes a line of parts; none, if there are no parts.
pub(crate) fn write_line(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    parts: impl IntoIterator<Item = String>,
) -> fmt::Result {
    let parts: Vec<_> = parts.into_iter().collect();
    if parts.is_empty() {
        return Ok(());
    }
    write!(f, "\n  {word}: {}", parts.join(", "))
}

/// Writes attributes with their values, by their names.
pub(crate) fn write_attributes<'a>(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    attributes: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>,
) -> fmt::Result {
    let sorted: BTreeMap<_, _> = attributes.into_iter().collect();
    let shown = |(name, value): (&String, &AttributeValue)| format!("{name} = {}", shown(value));
    write_line(f, word, sorted.into_iter().map(shown))
}

/// Writes the names and values that stand behind placeholders.
pub(crate) fn write_placeholders(
    f: &mut fmt::Formatter<'_>,
    names: &BTreeMap<String, String>,
    values: &BTreeMap<String, AttributeValue>,
) -> fmt::Result {
    let names = names.iter().map(|(name, of)| format!("{name} = {of}"));
    write_line(f, "names", names)?;
    write_attributes(f, "values", values)
}
