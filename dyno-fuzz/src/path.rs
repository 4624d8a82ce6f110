use dyno_crypto::Rules;
use dyno_value::FieldPath;

/// A text that is a path is the text of no other path, and of itself after printing; as a pattern it fits its path.
pub fn path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let pattern = Rules::new().leave([text]);
    let Ok(path) = text.parse::<FieldPath>() else {
        return;
    };
    let printed = path.to_string();
    assert_eq!(printed.parse::<FieldPath>().as_ref(), Ok(&path));
    assert!(path == *printed.as_str());
    assert_eq!(path == *text, printed == text);
    let again: FieldPath = path.segments().iter().cloned().collect();
    assert_eq!(again, path);
    // The object itself is no field, so no pattern fits it.
    assert_eq!(pattern.is_ok(), !path.is_root());
}
