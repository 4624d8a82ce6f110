//! The published vectors (`testdata/wycheproof`), through the code that seals and opens.

use aes::{Aes128, Aes192, Aes256};
use serde_json::Value;
use sha2::{Sha256, Sha384, Sha512};

use super::cbc::{self, BlockCipher};
use super::kdf::PseudorandomKey;
use super::mac::Authenticator;
use super::*;
use crate::testdata::{bytes, from_hex, list, read};

/// Runs all cases of a file, and checks that it holds as many valid and invalid ones as it should.
fn run(file: &str, counts: (usize, usize), case: impl Fn(&Value, &Value) -> bool) {
    let file = read(&format!("wycheproof/{file}"));
    let mut found = (0, 0);
    for group in list(&file, "testGroups") {
        for test in list(group, "tests") {
            let valid = test["result"] == "valid";
            if valid {
                found.0 += 1;
            } else {
                found.1 += 1;
            }
            assert_eq!(
                case(group, test),
                valid,
                "case {}: {}",
                test["tcId"],
                test["comment"]
            );
        }
    }
    assert_eq!(found, counts);
}

fn iv(test: &Value) -> [u8; BLOCK] {
    bytes(test, "iv").try_into().expect("16 bytes")
}

/// Opens, and for valid cases also seals. The key holds the two keys in the order of RFC 7518.
fn aead_case<C: BlockCipher, H: EagerHash, const TAG: usize>(test: &Value) -> bool
where
    Hmac<H>: Mac + KeyInit + Clone,
{
    let key = bytes(test, "key");
    let (mac_key, encryption_key) = key.split_at(TAG);
    let cipher = CbcHmac::<C, H, TAG>::new(mac_key, encryption_key).expect("fitting keys");
    let associated = bytes(test, "aad");
    let (ciphertext, tag) = (bytes(test, "ct"), bytes(test, "tag"));
    let opened = cipher.open(&iv(test), &[&associated], &ciphertext, &tag);

    let mut sealed = b"before".to_vec();
    sealed.extend(bytes(test, "msg"));
    let (one, other) = associated.split_at(associated.len() / 2);
    cipher.seal(&iv(test), &[one, other], &mut sealed, 6);
    let same = sealed == [b"before", &*ciphertext, &*tag].concat();

    let valid = opened.is_ok_and(|message| *message == bytes(test, "msg"));
    assert!(!valid || same, "case {} seals differently", test["tcId"]);
    valid
}

#[test]
fn a128cbc_hs256() {
    run("a128cbc_hs256_test.json", (67, 27), |_, test| {
        aead_case::<Aes128, Sha256, 16>(test)
    });
}

#[test]
fn a192cbc_hs384() {
    run("a192cbc_hs384_test.json", (67, 27), |_, test| {
        aead_case::<Aes192, Sha384, 24>(test)
    });
}

#[test]
fn a256cbc_hs512() {
    run("a256cbc_hs512_test.json", (67, 27), |_, test| {
        aead_case::<Aes256, Sha512, 32>(test)
    });
}

#[test]
fn aes_cbc_pkcs5() {
    run(
        "aes_cbc_pkcs5_test.json",
        (72, 144),
        |group, test| match group["keySize"].as_u64() {
            Some(128) => cbc_case::<Aes128>(test),
            Some(192) => cbc_case::<Aes192>(test),
            Some(256) => cbc_case::<Aes256>(test),
            other => panic!("key size {other:?}"),
        },
    );
}

fn cbc_case<C: BlockCipher>(test: &Value) -> bool {
    let cipher = C::new_from_slice(&bytes(test, "key")).expect("a fitting key");
    let ciphertext = bytes(test, "ct");
    let valid = cbc::decrypt(&cipher, &iv(test), &ciphertext)
        .is_ok_and(|message| *message == bytes(test, "msg"));
    let mut encrypted = bytes(test, "msg");
    cbc::encrypt(&cipher, &iv(test), &mut encrypted, 0);
    assert!(
        !valid || encrypted == ciphertext,
        "case {} encrypts differently",
        test["tcId"]
    );
    valid
}

#[test]
fn aes_256_cbc_of_nist_sp_800_38a() {
    let key = from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let cipher = Aes256::new_from_slice(&key).unwrap();
    let iv = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let mut message = from_hex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    );
    cbc::encrypt(&cipher, &iv, &mut message, 0);
    let expected = from_hex(
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
         39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    );
    assert_eq!(&message[..64], expected);
    assert_eq!(message.len(), 80);
}

#[test]
fn hmac_sha256() {
    run(
        "hmac_sha256_test.json",
        (66, 108),
        |group, test| match tag_size(group) {
            128 => mac_case::<Sha256, 16>(test),
            _ => mac_case::<Sha256, 32>(test),
        },
    );
}

#[test]
fn hmac_sha384() {
    run(
        "hmac_sha384_test.json",
        (66, 108),
        |group, test| match tag_size(group) {
            192 => mac_case::<Sha384, 24>(test),
            _ => mac_case::<Sha384, 48>(test),
        },
    );
}

#[test]
fn hmac_sha512() {
    run(
        "hmac_sha512_test.json",
        (66, 108),
        |group, test| match tag_size(group) {
            256 => mac_case::<Sha512, 32>(test),
            _ => mac_case::<Sha512, 64>(test),
        },
    );
}

fn tag_size(group: &Value) -> u64 {
    group["tagSize"].as_u64().expect("a size")
}

fn mac_case<H: EagerHash, const TAG: usize>(test: &Value) -> bool
where
    Hmac<H>: Mac + KeyInit + Clone,
{
    let mac = Authenticator::<H, TAG>::new(&bytes(test, "key")).expect("any key");
    let (message, tag) = (bytes(test, "msg"), bytes(test, "tag"));
    let valid = mac.verify_bare(&message, &tag).is_ok();
    assert_eq!(valid, mac.bare_tag(&message)[..] == tag[..]);
    valid
}

#[test]
fn hkdf_sha256() {
    run("hkdf_sha256_test.json", (83, 3), |_, test| {
        kdf_case::<Sha256>(test)
    });
}

#[test]
fn hkdf_sha512() {
    run("hkdf_sha512_test.json", (80, 3), |_, test| {
        kdf_case::<Sha512>(test)
    });
}

fn kdf_case<H: EagerHash>(test: &Value) -> bool
where
    Hmac<H>: hkdf::HmacImpl,
{
    let key = PseudorandomKey::<H>::extract(&bytes(test, "salt"), &bytes(test, "ikm"));
    let size = usize::try_from(test["size"].as_u64().expect("a size")).unwrap();
    let mut output = vec![0; size];
    let info = bytes(test, "info");
    let (one, other) = info.split_at(info.len() / 2);
    key.expand(&[one, other], &mut output).is_ok() && output == bytes(test, "okm")
}

#[test]
fn a_tag_of_another_length_is_refused() {
    let cipher = CbcHmac::<Aes256, Sha512, 32>::new(&[1; 32], &[2; 32]).unwrap();
    let mut sealed = b"message".to_vec();
    cipher.seal(&[0; BLOCK], &[], &mut sealed, 0);
    let (ciphertext, tag) = sealed.split_at(16);
    assert!(cipher.open(&[0; BLOCK], &[], ciphertext, tag).is_ok());
    for length in 0..tag.len() {
        let short = cipher.open(&[0; BLOCK], &[], ciphertext, &tag[..length]);
        assert_eq!(short.unwrap_err(), Rejected);
    }
}

#[test]
fn keys_of_another_length_are_refused() {
    assert!(CbcHmac::<Aes256, Sha512, 32>::new(&[1; 32], &[2; 31]).is_none());
}
