//! Every envelope, changed in every way: none opens, and none says more than another.

use super::*;
use crate::error::Error;

/// What a changed envelope gives, through the public function.
fn refused(case: &Case, envelope: &[u8]) {
    let path: FieldPath = "field".parse().unwrap();
    assert_eq!(case.open(envelope), None, "{}", case.name);
    let error = open(envelope, &case.key, &case.binding, &path).unwrap_err();
    assert_eq!(error, Error::Open { path });
}

fn any_key(id: &[u8], byte: u8) -> EncryptionKey {
    EncryptionKey::new(id, MasterKey::from_bytes([byte; 32])).unwrap()
}

#[test]
fn every_flipped_bit_is_refused() {
    let mut flips = 0;
    for case in Case::all() {
        for at in 0..case.envelope.len() {
            for bit in 0..8 {
                let mut envelope = case.envelope.clone();
                envelope[at] ^= 1 << bit;
                refused(&case, &envelope);
                flips += 1;
            }
        }
    }
    assert!(
        flips > 11_488,
        "the drafts alone have 11488 bits, found {flips}"
    );
    println!("{flips} flipped bits of envelopes: all refused");
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let (mut truncations, mut extensions) = (0, 0);
    for case in Case::all() {
        for length in 0..case.envelope.len() {
            refused(&case, &case.envelope[..length]);
            refused(&case, &case.envelope[length + 1..]);
            truncations += 2;
        }
        for more in 1..=64 {
            for byte in [0, 16, 255] {
                let mut envelope = case.envelope.clone();
                envelope.resize(envelope.len() + more, byte);
                refused(&case, &envelope);
                envelope.rotate_right(more);
                refused(&case, &envelope);
                extensions += 2;
            }
        }
    }
    assert!(truncations > 2 * 1_436 && extensions > 18 * 64 * 3);
    println!("{truncations} truncations and {extensions} extensions: all refused");
}

#[test]
fn one_message_stands_for_all_causes() {
    let case = &Case::all()[0];
    let path: FieldPath = "name".parse().unwrap();
    let other_key = any_key(case.key.id().as_bytes(), 9);
    let other_id = any_key(b"k9", 9);
    let length = case.envelope.len();
    let wrong_tag = {
        let mut envelope = case.envelope.clone();
        envelope[length - 1] ^= 1;
        envelope
    };
    let messages = [
        open(b"", &case.key, &case.binding, &path),
        open(b"\xdc\x02\x01\x01k", &case.key, &case.binding, &path),
        open(
            &case.envelope[..length - 1],
            &case.key,
            &case.binding,
            &path,
        ),
        open(&wrong_tag, &case.key, &case.binding, &path),
        open(&case.envelope, &other_key, &case.binding, &path),
        open(&case.envelope, &other_id, &case.binding, &path),
    ]
    .map(|result| {
        let error = result.unwrap_err();
        assert!(std::error::Error::source(&error).is_none());
        (error.to_string(), format!("{error:?}"))
    });
    assert!(
        messages.iter().all(|message| *message == messages[0]),
        "{messages:?}"
    );
}

#[test]
fn every_flipped_bit_of_the_associated_data_is_refused() {
    let (mut flips, mut lengths) = (0, 0);
    for case in Case::all() {
        let envelope = Parts::parse(&case.envelope).unwrap();
        let cipher = case.key.cipher();
        let opens = |associated: &[&[u8]]| {
            let (ciphertext, tag) = (envelope.ciphertext(), envelope.tag());
            cipher
                .open(envelope.iv(), associated, ciphertext, tag)
                .is_ok()
        };
        assert!(opens(&[&case.associated]));
        for at in 0..case.associated.len() {
            for bit in 0..8 {
                let mut associated = case.associated.clone();
                associated[at] ^= 1 << bit;
                assert!(!opens(&[&associated]), "{}", case.name);
                flips += 1;
            }
            assert!(!opens(&[&case.associated[..at]]), "{}", case.name);
            lengths += 1;
        }
        assert!(!opens(&[&case.associated, b"\0"]), "{}", case.name);
        lengths += 1;
    }
    assert!(flips > 5_216, "{flips}");
    println!("{flips} flipped bits and {lengths} other lengths of associated data: all refused");
}

#[test]
fn an_envelope_opens_in_no_other_place() {
    let cases = Case::all();
    let mut swaps = 0;
    for case in &cases {
        for other in &cases {
            let there = Parts::parse(&case.envelope)
                .ok()
                .and_then(|envelope| open_at(&envelope, &case.key, &other.binding, &other.place));
            let same_place = (&case.binding, &case.place) == (&other.binding, &other.place);
            assert_eq!(
                there.is_some(),
                same_place,
                "{} in {}",
                case.name,
                other.name
            );
            swaps += usize::from(!same_place);
        }
    }
    assert!(swaps > 270, "{swaps}");
    println!("{swaps} places of other values: all refused");
}

#[test]
fn parts_of_two_envelopes_do_not_mix() {
    let mut mixed = 0;
    let cases = Case::all();
    for case in &cases {
        for other in &cases {
            let header = 4 + case.key.id().as_bytes().len();
            let (tag, other_tag) = (case.envelope.len() - 32, other.envelope.len() - 32);
            if case.name == other.name || case.key.id() != other.key.id() {
                continue;
            }
            let mut envelope = case.envelope.clone();
            envelope[header..header + 16].copy_from_slice(&other.iv);
            assert_eq!(case.open(&envelope), None);
            let mut envelope = case.envelope.clone();
            envelope[tag..].copy_from_slice(&other.envelope[other_tag..]);
            assert_eq!(case.open(&envelope), None);
            mixed += 2;
        }
    }
    println!("{mixed} envelopes with the vector or tag of another: all refused");
}

#[test]
fn exchanged_blocks_are_refused() {
    for case in Case::all() {
        let start = 20 + case.key.id().as_bytes().len();
        let blocks = (case.envelope.len() - 32 - start) / 16;
        for one in 0..blocks {
            for other in one + 1..blocks {
                let mut envelope = case.envelope.clone();
                for at in 0..16 {
                    envelope.swap(start + 16 * one + at, start + 16 * other + at);
                }
                refused(&case, &envelope);
            }
        }
    }
}

#[test]
fn another_key_id_is_refused_even_for_the_same_key() {
    for case in Case::all() {
        let id = case.key.id().as_bytes();
        let mut relabelled = id.to_vec();
        relabelled[0] ^= 1;
        let mut envelope = case.envelope.clone();
        envelope[4..4 + id.len()].copy_from_slice(&relabelled);
        // Both files use the bytes 00 to 1f as their master key.
        let master = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let same_bytes = EncryptionKey::new(&relabelled, MasterKey::from_bytes(master)).unwrap();
        assert_eq!(same_bytes.check_value(), case.key.check_value());
        let parsed = Parts::parse(&envelope).unwrap();
        assert_eq!(
            open_at(&parsed, &same_bytes, &case.binding, &case.place),
            None
        );
    }
}

#[test]
fn a_genuine_tag_over_what_is_no_value_is_refused() {
    let case = &Case::all()[0];
    for encoded in [
        &b""[..],
        b"\x0b",
        b"\x041.0",
        b"\x80",
        b"\x83\x01a\x01",
        b"\x06\x00",
    ] {
        let encode = |output: &mut Vec<u8>| {
            output.extend_from_slice(encoded);
            Ok(())
        };
        let envelope = case.seal_encoded(16, encode);
        refused(case, &envelope);
    }
}
