//! 18 envelopes by an independent implementation of the format.

use super::*;
use crate::testdata::read;

pub(super) fn cases() -> Vec<Case> {
    let file = read("draft/draft_envelope_v1.json");
    list(&file, "fields")
        .iter()
        .map(|case| {
            let keys = keys_of(&case["keys"]);
            let mut binding = Binding::new(text(&file, "context"), &borrowed(&keys)).unwrap();
            if let Some(owner) = case["owner"].as_array() {
                let keys = keys_of(&owner[1]);
                let context = owner[0].as_str().unwrap();
                binding = binding.with_owner(context, &borrowed(&keys)).unwrap();
            }
            case_of(&file, case, binding)
        })
        .collect()
}

#[test]
fn drafts_open_and_seal_to_the_same_bytes() {
    let cases = cases();
    assert_eq!(cases.len(), 18);
    cases.iter().for_each(Case::check);
}
