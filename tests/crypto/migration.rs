//! Fields that become secret, and cease to be: the steps of `docs/design/encryption-migration.md`.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, FieldPath, Item, LegacyCodec, ReadPolicy, Rules};
use dyno_testkit::dump;

use crate::file::{File, SECRETS, file, key, keys, promoted, rules, setup};

mod before {
    use dyno::DyObject;

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Users", key = "ID")]
    pub(crate) struct User {
        pub(crate) name: String,
        pub(crate) emails: Vec<String>,
    }
}

mod after {
    use dyno::DyObject;

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Users", key = "ID")]
    pub(crate) struct User {
        pub(crate) name: String,
        #[dyno(encrypt)]
        pub(crate) emails: Vec<String>,
    }
}

fn emails() -> Vec<String> {
    vec!["a@example.com".into(), "b@example.com".into()]
}

#[tokio::test]
async fn a_field_becomes_secret_and_ceases_to_be_in_the_documented_steps() {
    let setup = setup::<before::User>().await;
    let store = &setup.store;
    for number in 0..5 {
        let user = before::User {
            name: format!("user {number}"),
            emails: emails(),
        };
        store.save(user).key(format!("u{number}")).await.unwrap();
    }
    let encrypting = Rules::new().encrypt(["emails"], key("2026")).unwrap();

    // Without a policy nothing of what is stored can be read, and nothing is changed.
    let load = || store.load::<after::User>("u0");
    let error = load().loader(encrypting.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
    let reseal = || store.reseal::<after::User>();
    let report = reseal().loader(encrypting.clone()).await.unwrap();
    assert_eq!((report.failed(), report.values()), (5, 0));
    assert_eq!(report.failures()[0].error().kind(), ErrorKind::NotEncrypted);

    // On, step 1: every program reads both, and seals what it saves.
    let soon = SystemTime::now() + Duration::from_hours(24);
    let both = ReadPolicy::strict()
        .allow_plaintext(["emails"], "encryption is being turned on", soon)
        .unwrap();
    let turning_on = encrypting.clone().with_read_policy(both.clone());
    let mut user = load().loader(turning_on.clone()).await.unwrap();
    assert_eq!(user.emails, emails());
    user.name = "saved on the way".into();
    user.save().await.unwrap();
    // On, step 2: what nobody saves is sealed by a reseal.
    let planned = reseal().loader(turning_on.clone()).dry_run();
    assert_eq!(planned.await.unwrap().plaintext_sealed(), 4);
    assert_eq!(both.uses()[0].count(), 1, "the one that was loaded");
    let audit = store.audit::<after::User>().await.unwrap();
    assert_eq!(audit.in_clear().collect::<Vec<_>>(), [("emails", 4)]);
    let report = reseal().loader(turning_on).await.unwrap();
    assert!(report.is_complete());
    assert_eq!((report.plaintext_sealed(), report.changed()), (4, 4));
    assert_eq!(both.uses()[0].count(), 5);
    // On, step 3: nothing is in clear, and the policy goes.
    let audit = store.audit::<after::User>().await.unwrap();
    assert_eq!((audit.count("2026"), audit.in_clear().count()), (5, 0));
    for number in 0..5 {
        let load = store.load::<after::User>(format!("u{number}"));
        let user = load.loader(encrypting.clone()).await.unwrap();
        assert_eq!(user.emails, emails());
    }
    let items = format!("{:?}", dump(&setup.client, "Users").await.unwrap());
    assert!(!items.contains("example.com"));

    // Off, step 1: every program has the key, and no rule or mark any more.
    let key = encrypting.encryption_key(&"emails".parse().unwrap());
    let keys = dyno::Keyring::new(key.unwrap().clone());
    let turning_off = Rules::new().with_keyring(keys).unwrap();
    let load = store.load::<before::User>("u0").loader(turning_off.clone());
    assert_eq!(load.await.unwrap().emails, emails());
    // Off, step 2: only when it is asked for.
    let reseal = || store.reseal::<before::User>().loader(turning_off.clone());
    let report = reseal().await.unwrap();
    let left: Vec<_> = report
        .left()
        .map(|(key, count)| (key.to_string(), count))
        .collect();
    assert_eq!((report.values(), left), (0, vec![("2026".to_owned(), 5)]));
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!((report.opened(), report.left().count()), (5, 0));
    // Off, step 3: the key is not needed any more.
    let audit = store.audit::<before::User>().await.unwrap();
    assert!(audit.is_complete());
    assert_eq!(audit.keys().count(), 0);
    for number in 1..5 {
        let user = store
            .load::<before::User>(format!("u{number}"))
            .await
            .unwrap();
        assert_eq!(user.emails, emails());
        assert_eq!(user.name, format!("user {number}"));
    }
}

#[tokio::test]
async fn every_part_of_an_object_can_be_turned_on_and_off() {
    let setup = setup::<File>().await;
    let keys = keys();
    // The marked field is sealed from the beginning.
    let little = Rules::new().with_keyring(keys.clone()).unwrap();
    let little = little.encrypt_with_primary(["owner"]).unwrap();
    let save = setup.store.save(file()).key("f").loader(little.clone());
    save.await.unwrap();
    let all = [
        "tags[*].text",
        "labels.*",
        "*.text",
        "lines[*].text",
        "notes.*.text",
        "counter.secret",
    ];
    let policy = ReadPolicy::strict()
        .allow_plaintext(all, "turned on", None)
        .unwrap();
    let on = rules(&promoted(&keys)).with_read_policy(policy);
    let report = setup.store.reseal::<File>().loader(on).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.plaintext_sealed(), SECRETS - 1);
    assert_eq!(report.resealed_from("2026", "2027"), 1);
    let load = setup.load_file("f", &promoted(&keys)).await;
    assert_eq!(load.unwrap(), file());

    let reseal = || setup.store.reseal::<File>().loader(little.clone());
    let report = reseal().await.unwrap();
    assert_eq!(report.resealed_from("2027", "2026"), 1);
    assert_eq!(
        report.left().map(|(_, count)| count).sum::<u64>(),
        SECRETS - 1
    );
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!(report.opened(), SECRETS - 1);
    let load = setup.store.load::<File>("f").shards(dyno::Shards::All);
    assert_eq!(*load.loader(little).await.unwrap(), file());
    assert_eq!(setup.store.audit::<File>().await.unwrap().keys().count(), 1);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Texts", key = "IDX")]
struct Text {
    kept: String,
    turned: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books", key = "ID")]
struct Book {
    #[dyno(shard, chunked)]
    text: Text,
}

#[tokio::test]
async fn a_save_of_pieces_does_not_open_what_is_left_sealed() {
    let setup = setup::<Book>().await;
    let keys = keys();
    let both = Rules::new().with_keyring(keys.clone()).unwrap();
    let both = both
        .encrypt_with_primary(["text.kept", "text.turned"])
        .unwrap();
    let book = Book {
        text: Text {
            kept: "k".into(),
            turned: "t".into(),
        },
    };
    let save = setup.store.save(book.clone()).key("b").loader(both);
    save.await.unwrap();
    let one = Rules::new().with_keyring(promoted(&keys)).unwrap();
    let one = one.encrypt_with_primary(["text.turned"]).unwrap();
    let report = setup
        .store
        .reseal::<Book>()
        .loader(one.clone())
        .await
        .unwrap();
    assert_eq!((report.values(), report.left().count()), (1, 1));
    let audit = setup.store.audit::<Book>().await.unwrap();
    assert_eq!((audit.count("2026"), audit.count("2027")), (1, 1));
    let load = setup.store.load::<Book>("b").loader(one);
    assert_eq!(*load.await.unwrap(), book);
}

#[tokio::test]
async fn a_value_sealed_as_a_whole_can_be_sealed_in_parts_and_back() {
    let setup = setup::<before::User>().await;
    let keys = keys();
    let rules = |pattern| {
        let rules = Rules::new().with_keyring(keys.clone()).unwrap();
        rules.encrypt_with_primary([pattern]).unwrap()
    };
    let user = before::User {
        name: "n".into(),
        emails: emails(),
    };
    let save = setup
        .store
        .save(user.clone())
        .key("u")
        .loader(rules("emails"));
    save.await.unwrap();
    let reseal = |pattern| setup.store.reseal::<before::User>().loader(rules(pattern));
    // The list itself would be in clear, which is to be asked for.
    let report = reseal("emails[*]").await.unwrap();
    assert_eq!((report.values(), report.left().count()), (0, 1));
    let report = reseal("emails[*]").open_unclaimed().await.unwrap();
    assert_eq!(report.opened(), 1);
    assert_eq!(
        setup
            .store
            .audit::<before::User>()
            .await
            .unwrap()
            .count("2026"),
        2
    );
    let policy = ReadPolicy::strict()
        .allow_plaintext(["emails"], "whole", None)
        .unwrap();
    let whole = rules("emails").with_read_policy(policy);
    let report = setup
        .store
        .reseal::<before::User>()
        .loader(whole)
        .await
        .unwrap();
    assert_eq!(report.plaintext_sealed(), 1);
    assert_eq!(
        setup
            .store
            .audit::<before::User>()
            .await
            .unwrap()
            .count("2026"),
        1
    );
    let load = setup
        .store
        .load::<before::User>("u")
        .loader(rules("emails"));
    assert_eq!(*load.await.unwrap(), user);
}

/// Values of a library of before: text behind a mark.
struct Marked;

impl LegacyCodec for Marked {
    fn open(&self, value: &AttributeValue, _: &FieldPath, _: &Item) -> Option<AttributeValue> {
        let text = value.as_s().ok()?.strip_prefix("old:")?;
        Some(AttributeValue::L(
            text.split(',')
                .map(|one| AttributeValue::S(one.into()))
                .collect(),
        ))
    }
}

#[tokio::test]
async fn legacy_values_are_sealed_and_told_apart_from_plaintext() {
    let setup = setup::<before::User>().await;
    for (id, emails) in [
        (
            "old",
            AttributeValue::S("old:a@example.com,b@example.com".into()),
        ),
        (
            "clear",
            AttributeValue::L(vec![AttributeValue::S("c".into())]),
        ),
    ] {
        let put = setup.client.put_item().table_name("Users");
        put.item("ID", AttributeValue::S(id.into()))
            .item("name", AttributeValue::S("n".into()))
            .item("emails", emails)
            .send()
            .await
            .unwrap();
    }
    let strict = Rules::new().encrypt(["emails"], key("2026")).unwrap();
    let policy = ReadPolicy::strict()
        .allow_legacy(["emails"], Marked, "from the old library", None)
        .unwrap()
        .allow_plaintext(["emails"], "which left some in clear", None)
        .unwrap();
    let lenient = strict.clone().with_read_policy(policy);
    let reseal = setup.store.reseal::<after::User>();
    let report = reseal.loader(lenient).await.unwrap();
    assert_eq!((report.legacy_sealed(), report.plaintext_sealed()), (1, 1));
    let load = setup
        .store
        .load::<after::User>("old")
        .loader(strict.clone());
    assert_eq!(load.await.unwrap().emails, emails());
    let load = setup.store.load::<after::User>("clear").loader(strict);
    assert_eq!(load.await.unwrap().emails, ["c"]);
}
