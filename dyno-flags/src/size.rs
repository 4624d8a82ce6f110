//! How large the SDKs of LaunchDarkly take an item to be.

use dyno_core::{AttributeValue, Item};

/// What is larger than this is not stored as one item: the official limit, a little below that of DynamoDB.
pub(crate) const LIMIT: usize = 400_000;

const OVERHEAD: usize = 100;

/// The official rule: names and values of all attributes, numbers by their text.
pub(crate) fn official(item: &Item) -> usize {
    let attributes = item.iter().map(|(name, value)| name.len() + length(value));
    OVERHEAD + attributes.sum::<usize>()
}

fn length(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_count_and_a_hundred_more() {
        let item = Item::from([
            ("namespace".to_owned(), AttributeValue::S("features".into())),
            ("key".to_owned(), AttributeValue::S("é".into())),
            ("version".to_owned(), AttributeValue::N("12".into())),
            ("item".to_owned(), AttributeValue::S("{}".into())),
        ]);
        assert_eq!(official(&item), 100 + (9 + 8) + (3 + 2) + (7 + 2) + (4 + 2));
    }
}
