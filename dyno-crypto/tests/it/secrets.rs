//! Neither keys nor values appear in what is printed.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{
    Decision, EncryptionKey, Envelope, Error, KeyId, Keyring, MasterKey, Rules, seal,
    seal_attributes,
};

use crate::items::item_of;
use crate::{binding, key, path, string};

const SECRET: [u8; 32] = [0xab; 32];

/// No run of secret bytes, in any of the usual notations.
fn hides(shown: &str) {
    for notation in ["abab", "ABAB", "171, 171", "0xab"] {
        assert!(!shown.contains(notation), "{shown}");
    }
}

#[test]
fn nothing_that_holds_a_key_prints_it() {
    let master = || MasterKey::from_bytes(SECRET);
    let key = EncryptionKey::new("k1", master()).unwrap();
    assert_eq!(format!("{:?}", master()), "MasterKey(secret)");
    let keyring = Keyring::new(key.clone());
    let rules = Rules::new()
        .encrypt(["a"], key.clone())
        .unwrap()
        .with_keyring(keyring.clone())
        .unwrap();
    for shown in [
        format!("{key:?} {key:#?}"),
        format!("{keyring:?}"),
        format!("{rules:?}"),
        format!("{:?}", Decision::Seal(key.clone())),
    ] {
        hides(&shown);
        assert!(shown.contains("k1"), "{shown}");
    }
    let check = u64::from_be_bytes(key.check_value());
    assert_eq!(
        format!("{key:?}"),
        format!("EncryptionKey {{ id: k1, check: {check:016x} }}")
    );
}

#[test]
fn errors_about_secret_numbers_do_not_quote_them() {
    for secret in ["4242 4242", "4242e424242"] {
        let number = AttributeValue::N(secret.into());
        for value in [number.clone(), AttributeValue::L(vec![number])] {
            let error = seal(&value, &key("k1"), &binding("1"), &path("card")).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("4242"), "{shown}");
            assert!(shown.starts_with("field `card"), "{shown}");
        }
    }
}

#[test]
fn errors_about_a_value_sealed_as_a_whole_do_not_name_what_is_inside() {
    let empty = || AttributeValue::Ss(vec![]);
    let list = AttributeValue::L(vec![empty()]);
    for inner in [empty(), list, AttributeValue::N("x".into())] {
        let card = AttributeValue::M(item_of(&[("MARKED", inner)]));
        let error = seal(&card, &key("k1"), &binding("1"), &path("card")).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("MARKED"), "{shown}");
        assert_eq!(error.path(), Some(&path("card")));
    }
}

#[test]
fn errors_about_an_item_that_is_to_have_a_seal_name_the_attribute() {
    let item = item_of(&[("tags", AttributeValue::Ss(vec![]))]);
    let error = seal_attributes(&item, &key("k1"), &binding("1"), &path("part"), 1).unwrap_err();
    assert_eq!(error.path(), Some(&path("part.tags")));
}

#[test]
fn an_envelope_prints_its_key_id_and_length() {
    let sealed = seal(&string("x"), &key("k1"), &binding("1"), &path("a")).unwrap();
    let bytes = sealed.as_b().unwrap().as_ref();
    assert_eq!(
        format!("{:?}", Envelope::parse(bytes).unwrap()),
        "Envelope { key_id: k1, ciphertext: 16 bytes, .. }"
    );
}

#[test]
fn errors_say_where_and_what_to_do_next() {
    let id = KeyId::new("k9").unwrap();
    let path = path("birth.day");
    let errors = [
        Error::AlreadyEncrypted { path: path.clone() },
        Error::KeyMissing { path: path.clone() },
        Error::KeyRetired {
            id: id.clone(),
            path: path.clone(),
        },
        Error::KeyUnavailable {
            id,
            path: path.clone(),
        },
        Error::NotAllowedHere {
            path: path.clone(),
            why: "it is a key",
        },
        Error::NotEncrypted { path: path.clone() },
        Error::Open { path: path.clone() },
        Error::Unsupported {
            version: 2,
            suite: 1,
            path: path.clone(),
        },
    ];
    for error in errors {
        let shown = error.to_string();
        assert!(shown.contains("`birth.day`"), "{shown}");
        assert!(
            !shown.ends_with('.') && !shown.starts_with(char::is_uppercase),
            "{shown}"
        );
        assert_eq!(error.path(), Some(&path));
    }
}
