use dyno_crypto::{Envelope, EnvelopeError, KeyId, is_envelope};

/// Bytes have the form of a sealed value exactly when their lengths add up, and the error says how far they do.
pub fn envelope(bytes: &[u8]) {
    let parsed = Envelope::parse(bytes);
    assert_eq!(is_envelope(bytes), parsed.is_ok());
    match parsed {
        Ok(envelope) => {
            let id = envelope.key_id().as_bytes();
            let header = [&[0xdc, 1, 1, u8::try_from(id.len()).unwrap()], id].concat();
            assert!((1..=KeyId::MAX_LENGTH).contains(&id.len()));
            let ciphertext = bytes
                .strip_prefix(header.as_slice())
                .and_then(|rest| rest.len().checked_sub(16 + 32))
                .expect("an envelope has header, vector and tag");
            assert!(ciphertext >= 16 && ciphertext.is_multiple_of(16));
            // No shorter and no longer bytes have the form too.
            assert!(!is_envelope(bytes.split_last().unwrap().1));
            assert!(!is_envelope(&[bytes, &[0]].concat()));
        }
        Err(EnvelopeError::NotAnEnvelope) => {
            assert!(bytes.len() < 4 || bytes.first() != Some(&0xdc));
        }
        Err(EnvelopeError::Unsupported { version, suite }) => {
            assert!(bytes.starts_with(&[0xdc, version, suite]) && (version, suite) != (1, 1));
        }
        Err(_) => assert!(bytes.starts_with(&[0xdc, 1, 1])),
    }
}
