//! Which bytes have the form of a sealed value.

use dyno_crypto::{Envelope, EnvelopeError, is_envelope};

/// An envelope with a key id, vector, ciphertext and tag of these lengths, as the header claims or not.
fn envelope(claimed: u8, id: usize, rest: usize) -> Vec<u8> {
    let mut bytes = vec![0xdc, 1, 1, claimed];
    bytes.resize(4 + id + rest, b'k');
    bytes
}

#[test]
fn lengths_add_up_exactly() {
    for (id, blocks) in [(1, 1), (64, 1), (2, 1000)] {
        let claimed = u8::try_from(id).unwrap();
        let bytes = envelope(claimed, id, 16 + 16 * blocks + 32);
        assert!(is_envelope(&bytes));
        assert_eq!(
            Envelope::parse(&bytes).unwrap().key_id().as_bytes(),
            vec![b'k'; id]
        );
        let shorter = &bytes[..bytes.len() - 1];
        assert_eq!(Envelope::parse(shorter), Err(EnvelopeError::Malformed));
    }
}

#[test]
fn refuses_key_ids_of_other_lengths_and_empty_ciphertexts() {
    for (claimed, id, rest) in [
        (0, 0, 64),
        (65, 65, 64),
        (255, 255, 64),
        (1, 1, 48),
        (1, 1, 0),
        (9, 1, 0),
    ] {
        let bytes = envelope(claimed, id, rest);
        assert_eq!(Envelope::parse(&bytes), Err(EnvelopeError::Malformed));
        assert!(!is_envelope(&bytes));
    }
}

#[test]
fn tells_other_data_from_other_versions() {
    for bytes in [
        &b""[..],
        b"\xdc",
        b"\xdc\x01\x01",
        b"3AE=",
        b"\xdd\x01\x01\x01",
    ] {
        assert_eq!(Envelope::parse(bytes), Err(EnvelopeError::NotAnEnvelope));
    }
    for (version, suite) in [(0, 1), (2, 1), (1, 0), (1, 2), (1, 0x41)] {
        let mut bytes = envelope(1, 1, 64);
        bytes[1] = version;
        bytes[2] = suite;
        let unsupported = EnvelopeError::Unsupported { version, suite };
        let said = unsupported.to_string();
        assert!(said.contains(&format!("version {version} and suite {suite}")));
        assert_eq!(Envelope::parse(&bytes), Err(unsupported));
    }
}
