//! Clear values that nobody is given are wiped from memory.

use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use zeroize::Zeroize;

/// A value that is wiped when it is dropped.
pub(crate) struct Wiped(pub(crate) AttributeValue);

impl Wiped {
    /// Takes the value out, to give it to somebody.
    pub(crate) fn into_value(mut self) -> AttributeValue {
        mem::replace(&mut self.0, AttributeValue::Null(true))
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Overwrites texts, binaries and the names of maps; lengths and shape stay visible in freed memory.
fn wipe(value: &mut AttributeValue) {
    match value {
        AttributeValue::B(bytes) => wipe_bytes(bytes),
        AttributeValue::Bs(elements) => elements.iter_mut().for_each(wipe_bytes),
        AttributeValue::L(elements) => elements.iter_mut().for_each(wipe),
        AttributeValue::M(entries) => entries.drain().for_each(|(mut name, mut value)| {
            name.zeroize();
            wipe(&mut value);
        }),
        AttributeValue::N(text) | AttributeValue::S(text) => text.zeroize(),
        AttributeValue::Ns(elements) | AttributeValue::Ss(elements) => {
            elements.iter_mut().for_each(Zeroize::zeroize);
        }
        AttributeValue::Bool(value) => value.zeroize(),
        _ => {}
    }
}

fn wipe_bytes(bytes: &mut Blob) {
    mem::replace(bytes, Blob::new([])).into_inner().zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_wiped_value_is_left() {
        let text = || "secret".to_owned();
        let binary = || Blob::new("secret");
        let all = [
            AttributeValue::B(binary()),
            AttributeValue::Bs(vec![binary()]),
            AttributeValue::N(text()),
            AttributeValue::Ns(vec![text()]),
            AttributeValue::S(text()),
            AttributeValue::Ss(vec![text()]),
            AttributeValue::Bool(true),
        ];
        let inside = AttributeValue::M([(text(), AttributeValue::L(all.to_vec()))].into());
        for mut value in all.into_iter().chain([inside]) {
            wipe(&mut value);
            let shown = format!("{value:?}");
            assert!(!shown.contains("secret"), "{shown}");
            assert!(
                !shown.contains("115, 101") && !shown.contains("true"),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_list_keeps_no_element() {
        let mut list = AttributeValue::L(vec![AttributeValue::S("secret".into())]);
        wipe(&mut list);
        assert_eq!(
            list,
            AttributeValue::L(vec![AttributeValue::S(String::new())])
        );
    }

    #[test]
    fn what_is_taken_out_is_as_it_was() {
        let value = AttributeValue::S("secret".into());
        assert_eq!(Wiped(value.clone()).into_value(), value);
    }
}
