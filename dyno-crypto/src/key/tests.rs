use zeroize::ZeroizeOnDrop;

use super::*;
use crate::testdata::{bytes, read, to_hex};

/// Secrets are wiped when dropped. This compiles only while they say so.
#[test]
fn secrets_are_wiped_when_dropped() {
    fn wiped<T: ZeroizeOnDrop>() {}
    wiped::<MasterKey>();
    wiped::<Aes256>();
    wiped::<cbc::Encryptor<Aes256>>();
    wiped::<cbc::Decryptor<Aes256>>();
    // What HMAC keeps of its key is two states of this type; it does not say so itself.
    wiped::<<Sha512 as hmac::EagerHash>::Core>();
    wiped::<Zeroizing<Vec<u8>>>();
}

#[test]
fn keys_are_derived_as_in_the_draft() {
    let draft = read("draft/draft_envelope_v1.json");
    let prk = PseudorandomKey::<Sha512>::extract(SALT, &bytes(&draft, "master_key"));
    let mut keys = [0; 64];
    prk.expand(&[b"field\0\x01\x02k1"], &mut keys).unwrap();
    assert_eq!(keys[..32], bytes(&draft["derived"], "mac_key"));
    assert_eq!(keys[32..], bytes(&draft["derived"], "enc_key"));
}

#[test]
fn the_check_value_tells_keys_apart_and_not_ids() {
    let key = |id: &str, byte| EncryptionKey::new(id, MasterKey::from_bytes([byte; 32])).unwrap();
    assert_eq!(key("a", 1).check_value(), key("a", 1).check_value());
    assert_eq!(key("a", 1).check_value(), key("b", 1).check_value());
    assert_ne!(key("a", 1).check_value(), key("a", 2).check_value());
}

#[test]
fn generated_keys_differ() {
    let one = EncryptionKey::generate("k1").unwrap();
    let other = EncryptionKey::generate("k1").unwrap();
    assert_ne!(one.check_value(), other.check_value());
}

#[test]
fn a_legacy_secret_is_hashed() {
    let master = MasterKey::from_legacy_secret("abc");
    assert_eq!(
        to_hex(master.as_bytes()),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn ids_have_1_to_64_bytes() {
    assert_eq!(KeyId::new(""), Err(KeyError::IdLength { bytes: 0 }));
    assert!(KeyId::new("k".repeat(64)).is_ok());
    assert_eq!(
        KeyId::new("k".repeat(65)),
        Err(KeyError::IdLength { bytes: 65 })
    );
    assert!(EncryptionKey::generate("").is_err());
}

#[test]
fn an_id_that_cannot_be_seen_is_shown_as_digits() {
    for (bytes, shown) in [
        (&b"acme/3"[..], "acme/3"),
        ("clé".as_bytes(), "clé"),
        (b"a b", "0x612062"),
        (b"a\n", "0x610a"),
        (b"\xff", "0xff"),
        ("a\u{202e}b".as_bytes(), "0x61e280ae62"),
    ] {
        assert_eq!(KeyId::new(bytes).unwrap().to_string(), shown);
    }
}

#[test]
fn ids_of_all_lengths_keep_their_bytes_and_order() {
    let ids: Vec<KeyId> = (1..=64)
        .map(|length| KeyId::new(vec![b'k'; length]).unwrap())
        .collect();
    assert!(ids.is_sorted());
    for (id, length) in ids.iter().zip(1..) {
        assert_eq!(id.as_bytes(), vec![b'k'; length]);
        assert_eq!(usize::from(id.length()), length);
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1);
    }
    for length in [0, 65, 256, 257, 320] {
        let refused = KeyId::new(vec![b'k'; length]);
        assert_eq!(refused, Err(KeyError::IdLength { bytes: length }));
    }
}
