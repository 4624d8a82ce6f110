//! The item seal of the draft, by an independent implementation. The draft has no path; everything else is the same.

use super::*;
use crate::testdata::{list, read};

#[test]
fn the_draft_gives_the_same_seal_without_a_path() {
    let file = read("draft/draft_envelope_v1.json");
    let cases = list(&file, "item_seal");
    assert_eq!(cases.len(), 1);
    for case in cases {
        let binding = binding_of(text(&file, "context"), &case["keys"]);
        let item = item_of(&case["attrs"]);
        let sequence = case["seq"].as_u64().unwrap();
        let key = key_of(&file);
        let sealed = seal_with(&item, &key, &binding, b"", sequence).unwrap();
        assert_eq!(sealed, bytes(case, "seal"));
        let verified = verify_with(&item, &sealed, &key, &binding, b"");
        assert_eq!(verified, Some(sequence));

        let root = FieldPath::root();
        assert!(verify_attributes(&item, &sealed, &key, &binding, &root).is_err());
    }
}
