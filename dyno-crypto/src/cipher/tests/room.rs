//! How much memory is taken for a sealed value.

use super::*;

fn prepared(value: &AttributeValue) -> (usize, AttributeValue) {
    let key = EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap();
    let binding = Binding::new("users", &[("id", &AttributeValue::S("1".into()))]).unwrap();
    let prepared = Prepared::new(value, &key, &FieldPath::root().key("a")).unwrap();
    let room = prepared.output.capacity();
    let sealed = prepared.seal(&Iv::default(), &binding, b"\x01$\0\x01a");
    (room, sealed)
}

#[test]
fn a_scalar_fills_its_buffer_exactly() {
    let texts = (0..70).map(|length| AttributeValue::S("x".repeat(length)));
    let others = [
        AttributeValue::N("-12.5".into()),
        AttributeValue::Bool(true),
        AttributeValue::Null(true),
        AttributeValue::B(Blob::new([0; 33])),
    ];
    for value in texts.chain(others) {
        let (room, sealed) = prepared(&value);
        assert_eq!(sealed.as_b().unwrap().as_ref().len(), room, "{value:?}");
    }
}

#[test]
fn other_values_have_room_enough() {
    let texts: Vec<String> = (0..300).map(|text| text.to_string()).collect();
    for value in [
        AttributeValue::N("1e-30".into()),
        AttributeValue::Ss(texts.clone()),
        AttributeValue::Ns(texts),
    ] {
        let (room, sealed) = prepared(&value);
        assert!(sealed.as_b().unwrap().as_ref().len() <= room, "{value:?}");
    }
}
