use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_legacy::{DynamoStore06, LegacySecret, LegacyType};

/// A value that opens can be sealed and opens again; no other bytes do more than be refused.
pub fn legacy(bytes: &[u8]) {
    let codec = || DynamoStore06::new(LegacySecret::new("123kgk132l"));
    let stored = [
        Some(AttributeValue::B(Blob::new(bytes))),
        std::str::from_utf8(bytes)
            .ok()
            .map(|text| AttributeValue::S(text.to_owned())),
    ];
    for stored in stored.into_iter().flatten() {
        let opened = codec().open(&stored);
        if bytes.is_empty() {
            assert_eq!(opened, Ok(stored), "0.6 stored empty values as they are");
            continue;
        }
        if let Ok(opened) = opened {
            let sealed = codec().seal(&opened).expect("a text can be sealed");
            assert_eq!(codec().open(&sealed).as_ref(), Ok(&opened));
        }
        for kind in [LegacyType::Bool, LegacyType::Number] {
            let _ = codec().with_type(kind).open(&stored);
            let _ = codec().with_type(kind).nullable().open(&stored);
        }
    }
    // Any text there and back.
    if let Ok(text) = std::str::from_utf8(bytes) {
        let value = AttributeValue::S(text.to_owned());
        if let Ok(sealed) = codec().seal(&value) {
            assert_eq!(codec().open(&sealed), Ok(value));
        }
    }
}
