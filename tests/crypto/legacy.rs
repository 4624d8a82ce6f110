//! An item of dynamo-store 0.6 under the mapper: what 0.6 encrypted, and what it left in clear.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, ExceptionKind, ReadPolicy, Rules};
use dyno_legacy::{DynamoStore06, LegacySecret, LegacyType};
use dyno_testkit::dump;

use crate::file::{Setup, key, setup};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(encrypt)]
    name: String,
    #[dyno(encrypt)]
    visits: u64,
    #[dyno(encrypt)]
    active: bool,
    #[dyno(encrypt)]
    nickname: Option<String>,
    #[dyno(encrypt)]
    note: String,
    city: String,
}

const ENCRYPTED: [&str; 5] = ["name", "visits", "active", "nickname", "note"];

fn user() -> User {
    User {
        name: "john".into(),
        visits: 100,
        active: true,
        nickname: None,
        note: String::new(),
        city: "Osaka".into(),
    }
}

/// What 0.6 wrote itself: `john` under one secret, `100`, `True` and `None` under another. An empty `note` it leaves as it
/// finds it.
async fn put_item(setup: &Setup) {
    let text = |text: &str| AttributeValue::S(text.into());
    let sealed = |text: &str| AttributeValue::B(Blob::new(text));
    let put = setup.client.put_item().table_name("Users");
    put.item("ID", text("u"))
        .item(
            "name",
            sealed("AAECAwQFBgcICQoLDA0ODyZkQiV2f10sAdf4pNREAqEf131lqTUbfhHii62z66sB"),
        )
        .item(
            "visits",
            sealed("AAECAwQFBgcICQoLDA0OD63ozkpqpPW1ZhaBLuYCpmEf0rjbGDaVXBcxc710ZONY"),
        )
        .item(
            "active",
            sealed("AAECAwQFBgcICQoLDA0OD2Rw3/OHkEjyEQ1Hm0JdEABKgRdiDD2XQm/WDMpm76EB"),
        )
        .item(
            "nickname",
            sealed("AAECAwQFBgcICQoLDA0OD1g0s0vx8W5X76wrKFi56LWWPXpqOCEixImbX+HXLfjH"),
        )
        .item("note", text(""))
        .item("city", text("Osaka"))
        .send()
        .await
        .unwrap();
}

/// Each field as the type that it had, with the secret that the loader of 0.6 returned for it.
fn legacy() -> ReadPolicy {
    let of = |secret| DynamoStore06::new(LegacySecret::new(secret));
    let fields = [
        ("name", of("123kgk132l")),
        ("visits", of("hello").with_type(LegacyType::Number)),
        ("active", of("hello").with_type(LegacyType::Bool)),
        ("nickname", of("hello").nullable()),
        ("note", of("hello")),
    ];
    fields
        .into_iter()
        .fold(ReadPolicy::strict(), |policy, (field, codec)| {
            policy.allow_legacy([field], codec, "of 0.6", None).unwrap()
        })
}

/// 0.6 left empty values in clear.
fn legacy_or_clear() -> ReadPolicy {
    let left = "0.6 left empty values in clear";
    legacy().allow_plaintext(["note"], left, None).unwrap()
}

fn rules() -> Rules {
    Rules::new().encrypt(ENCRYPTED, key("2026")).unwrap()
}

#[tokio::test]
async fn an_item_of_0_6_is_loaded_and_sealed_when_it_is_saved() {
    let setup = setup::<User>().await;
    put_item(&setup).await;
    let rules = rules();
    let load = || setup.store.load::<User>("u");
    let error = load().loader(rules.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);

    let lenient = rules.clone().with_read_policy(legacy_or_clear());
    let mut loaded = load().loader(lenient).await.unwrap();
    assert_eq!(*loaded, user());
    let used: Vec<_> = loaded
        .exceptions()
        .iter()
        .map(|used| (used.path().to_string(), used.kind()))
        .collect();
    let legacy = |field: &str| (field.to_owned(), ExceptionKind::Legacy);
    assert_eq!(
        used,
        [
            legacy("active"),
            legacy("name"),
            legacy("nickname"),
            ("note".to_owned(), ExceptionKind::Plaintext),
            legacy("visits"),
        ]
    );

    loaded.save().await.unwrap();
    let items = dump(&setup.client, "Users").await.unwrap();
    assert!(!items[0].contains_key("nickname"), "it is `None`");
    for field in ["name", "visits", "active", "note"] {
        let stored = items[0][field].as_b().unwrap();
        assert!(
            stored.as_ref().starts_with(b"\xdc\x01\x01\x042026"),
            "{field}"
        );
    }
    assert_eq!(*load().loader(rules).await.unwrap(), user());
}

#[tokio::test]
async fn what_0_6_left_in_clear_is_no_legacy_value() {
    let setup = setup::<User>().await;
    put_item(&setup).await;
    let load = setup.store.load::<User>("u");
    let strict = load.loader(rules().with_read_policy(legacy()));
    let error = strict.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
    assert_eq!(error.path().unwrap(), "note");

    let lenient = rules().with_read_policy(legacy_or_clear());
    let reseal = setup.store.reseal::<User>().loader(lenient);
    let report = reseal.await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!((report.legacy_sealed(), report.plaintext_sealed()), (4, 1));
}
