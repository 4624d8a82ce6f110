//! Reads the files in `testdata`.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use serde_json::Value;

pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

pub(crate) fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(path(name)).expect("the file is in the repository");
    serde_json::from_str(&text).expect("the file is JSON")
}

/// Writes a golden file where there is none.
pub(crate) fn write_new(name: &str, document: &Value) {
    let mut file = File::create_new(path(name)).expect("the file is frozen");
    let text = serde_json::to_string_pretty(document).unwrap();
    writeln!(file, "{text}").unwrap();
}

pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).expect("a hexadecimal digit");
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::try_from(digit(pair[0]) << 4 | digit(pair[1])).expect("eight bits"))
        .collect()
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).expect("four bits");
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The bytes written in hexadecimal digits under a name.
pub(crate) fn bytes(object: &Value, name: &str) -> Vec<u8> {
    from_hex(text(object, name))
}

pub(crate) fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().expect("a text")
}

pub(crate) fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object[name].as_array().expect("a list")
}

/// A value in the notation of DynamoDB, but with binary in hexadecimal digits.
pub(crate) fn value(json: &Value) -> AttributeValue {
    let (kind, inner) = json.as_object().unwrap().iter().next().expect("one type");
    let texts = || -> Vec<String> {
        let elements = inner.as_array().unwrap().iter();
        elements
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    match kind.as_str() {
        "B" => AttributeValue::B(Blob::new(from_hex(inner.as_str().unwrap()))),
        "BOOL" => AttributeValue::Bool(inner.as_bool().unwrap()),
        "BS" => AttributeValue::Bs(texts().iter().map(|hex| Blob::new(from_hex(hex))).collect()),
        "L" => AttributeValue::L(inner.as_array().unwrap().iter().map(value).collect()),
        "M" => AttributeValue::M(
            inner
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, inner)| (name.clone(), value(inner)))
                .collect(),
        ),
        "N" => AttributeValue::N(inner.as_str().unwrap().to_owned()),
        "NS" => AttributeValue::Ns(texts()),
        "NULL" => AttributeValue::Null(true),
        "S" => AttributeValue::S(inner.as_str().unwrap().to_owned()),
        "SS" => AttributeValue::Ss(texts()),
        other => panic!("no type `{other}`"),
    }
}
