use proptest::collection::vec;
use proptest::prelude::*;

/// Random bytes of the kind that gets far: each from a few that mean something.
fn of(meaning: &'static [u8], length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![4 => prop::sample::select(meaning), 1 => any::<u8>()],
        0..length,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn envelopes_have_one_form(version in 0_u8..3, id in 0_u8..70, length in 0_usize..200) {
        let mut bytes = vec![0xdc, version, 1, id];
        bytes.resize(4 + length, b'k');
        crate::envelope(&bytes);
        bytes.resize(4 + usize::from(id) + 16 + 16 + 32, b'k');
        crate::envelope(&bytes);
    }

    #[test]
    fn any_bytes_are_an_envelope_or_not(bytes: Vec<u8>) {
        crate::envelope(&bytes);
    }

    #[test]
    fn values_have_one_encoding(bytes in of(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, b'1', b'a', 0x80, 0x83, 0x89], 40)) {
        crate::encoding(&bytes);
    }

    #[test]
    fn paths_have_one_text(bytes in of(b"ab_0.[]\"\\$-*", 12)) {
        crate::path(&bytes);
    }

    #[test]
    fn any_text_is_a_path_or_not(text: String) {
        crate::path(text.as_bytes());
    }

    #[test]
    fn legacy_values_open_or_are_refused(bytes in of(b"ABab01+/=", 200)) {
        crate::legacy(&bytes);
    }

    #[test]
    fn any_text_is_a_legacy_value(text: String) {
        crate::legacy(text.as_bytes());
    }

    #[test]
    fn hostile_bytes_do_not_open(bytes in vec(any::<u8>(), 0..150)) {
        crate::open(&bytes);
    }

    #[test]
    fn decoded_values_come_back(bytes in of(&[0, 1, 2, 3, 4, 5, 9, 10, b'1', b'a'], 12)) {
        crate::open(&bytes);
    }

    #[test]
    fn item_seals_have_one_form(version in 0_u8..3, suite in 0x40_u8..0x43, id in 0_u8..70, length in 0_usize..150) {
        let mut bytes = vec![0xdc, version, suite, id];
        bytes.resize(4 + length, b'k');
        crate::item_seal(&bytes);
        bytes.resize(4 + usize::from(id) + 8 + 32, b'k');
        crate::item_seal(&bytes);
    }

    #[test]
    fn hostile_bytes_seal_nothing(bytes in vec(prop_oneof![Just(0), any::<u8>()], 0..90)) {
        crate::item_seal(&bytes);
    }

    #[test]
    fn a_seal_fits_one_item(bytes in of(&[0, 1, 2, 3, 4, 5, 9, 10, b'1', b'a'], 12)) {
        crate::item_seal(&[&[10][..], &bytes].concat());
    }
}

/// What random bytes hardly meet: the item of the genuine seal, with and without a seal of its own.
#[test]
fn the_genuine_item_is_told_from_others() {
    let clear = b"\x02\x02id\x03\x0242\x05limit\x04\x03";
    crate::item_seal(&[&[10][..], clear, b"100"].concat());
    crate::item_seal(&[&[10][..], clear, b"101"].concat());
    crate::item_seal(&[b"\x0a\x03\x08_dy_seal\x05\x01x", &clear[1..], b"100"].concat());
}
