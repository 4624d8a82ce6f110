use dyno_value::encoding::{
    decode, decode_item, decode_padded, decode_taking, encode, encode_item, encode_padded_into,
    is_padded, size_bound,
};

/// Bytes decode only when they are what encoding gives, in each of the three forms, and the bound holds.
pub fn encoding(bytes: &[u8]) {
    let plain = decode(bytes);
    let padded = decode_padded(bytes);
    assert!(
        plain.is_err() || padded.is_err(),
        "two forms of the same bytes"
    );
    if let Ok(value) = &plain {
        assert_eq!(
            encode(value).expect("a decoded value has an encoding"),
            bytes
        );
        assert!(size_bound(value) >= bytes.len());
        dyno_value::measure_value(value).expect("DynamoDB accepts a decoded value");
    }
    if let Ok(value) = &padded {
        let mut again = Vec::new();
        // The bytes are a multiple of their own length, whatever the bucket was.
        encode_padded_into(value, bytes.len(), &mut again).expect("as above");
        assert_eq!(again, bytes);
    }
    if let Ok(item) = decode_item(bytes) {
        assert_eq!(encode_item(&item).expect("as above"), bytes);
    } else {
        let is_map = plain.as_ref().is_ok_and(|value| value.as_m().is_ok());
        assert!(!is_map, "a map is an item too");
    }
    let mut buffer = bytes.to_vec();
    let expected = if is_padded(bytes) { padded } else { plain };
    assert_eq!(decode_taking(&mut buffer), expected);
}
