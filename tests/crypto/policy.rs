//! What is not encrypted and should be, accepted for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ErrorKind, ExceptionKind, FieldPath, Item, LegacyCodec, ReadPolicy, Rules};

use crate::fixture::{Account, FIELDS, account, clear_account, items, key, key_ids, rules, store};

fn reason() -> &'static str {
    "encrypted since 2026-11"
}

fn accepting() -> ReadPolicy {
    ReadPolicy::strict()
        .allow_plaintext(FIELDS, reason(), None)
        .unwrap()
}

#[tokio::test]
async fn a_value_in_clear_is_refused_unless_the_policy_accepts_it() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(clear_account()).await.unwrap();
    let error = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
    assert!(error.to_string().contains("allow_plaintext"), "{error}");

    let policy = accepting();
    let load = store.load::<Account>(saved.key());
    let loaded = load
        .loader(rules(&key).with_read_policy(policy.clone()))
        .await
        .unwrap();
    assert_eq!(*loaded, account());
    let used: Vec<_> = loaded
        .exceptions()
        .iter()
        .map(|used| used.path().to_string())
        .collect();
    assert_eq!(
        used,
        [
            "address.city",
            "card",
            "name",
            "orders[0].note",
            "orders[1].note"
        ]
    );
    assert!(
        loaded
            .exceptions()
            .iter()
            .all(|used| used.reason() == reason())
    );
    let uses = policy.uses();
    assert_eq!(
        (uses[0].kind(), uses[0].count()),
        (ExceptionKind::Plaintext, 5)
    );
}

#[tokio::test]
async fn an_exception_holds_for_its_own_fields_only() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(clear_account()).await.unwrap();
    let policy = ReadPolicy::strict()
        .allow_plaintext(["name", "card"], reason(), None)
        .unwrap();
    let load = store
        .load::<Account>(saved.key())
        .loader(rules(&key).with_read_policy(policy));
    let error = load.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
    assert_eq!(error.path().unwrap(), "address.city");
}

#[tokio::test]
async fn what_was_accepted_in_clear_is_encrypted_by_the_next_save() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(clear_account()).await.unwrap();
    let load = store.load::<Account>(saved.key());
    let mut loaded = load
        .loader(rules(&key).with_read_policy(accepting()))
        .await
        .unwrap();
    loaded.save().await.unwrap();
    assert_eq!(key_ids(&store).await, vec!["k1"; 5]);
    let loaded = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap();
    assert_eq!(*loaded, account());
    assert!(loaded.exceptions().is_empty());
    let shown = format!("{:?}", items(&store).await);
    assert!(
        !shown.contains("Naomi") && !shown.contains("Osaka"),
        "{shown}"
    );
}

#[tokio::test]
async fn an_exception_that_does_not_help_says_why() {
    let (store, _) = store().await;
    let save = store.save(clear_account()).key("a").loader(Rules::new());
    save.await.unwrap();
    let error = async |policy: ReadPolicy| {
        let rules = rules(&key("k1")).with_read_policy(policy);
        let load = store.load::<Account>("a").loader(rules).await;
        load.unwrap_err().to_string()
    };
    let ended = SystemTime::now() - Duration::from_secs(1);
    let ended = ReadPolicy::strict().allow_plaintext(FIELDS, "until March", ended);
    let text = error(ended.unwrap()).await;
    assert!(text.contains("\"until March\") has ended"), "{text}");
    let legacy = ReadPolicy::strict().allow_legacy(FIELDS, Nothing, "from 0.6", None);
    let text = error(legacy.unwrap()).await;
    assert!(text.contains("(\"from 0.6\") does not open it"), "{text}");
}

/// Opens nothing.
struct Nothing;

impl LegacyCodec for Nothing {
    fn open(&self, _: &AttributeValue, _: &FieldPath, _: &Item) -> Option<AttributeValue> {
        None
    }
}

#[tokio::test]
async fn a_damaged_sealed_value_is_not_taken_for_one_in_clear() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(account()).loader(rules(&key)).await.unwrap();
    let client = store.client::<Account>().unwrap();
    let mut root = dyno_testkit::dump(&client, "Accounts")
        .await
        .unwrap()
        .remove(0);
    let mut bytes = root["card"].as_b().unwrap().as_ref().to_vec();
    bytes.pop();
    root.insert("card".to_owned(), AttributeValue::B(bytes.into()));
    client
        .put_item()
        .table_name("Accounts")
        .set_item(Some(root))
        .send()
        .await
        .unwrap();
    let load = store.load::<Account>(saved.key());
    let error = load
        .loader(rules(&key).with_read_policy(accepting()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert_eq!(error.path().unwrap(), "card");
}

/// A clock that shows so many seconds after the epoch, however many have passed.
#[derive(Clone)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    fn policy(&self, end: u64) -> ReadPolicy {
        let (clock, began) = (self.clone(), Instant::now());
        let now = move || (time(clock.0.load(Ordering::Relaxed)), began);
        ReadPolicy::with_clock(now)
            .allow_plaintext(FIELDS, reason(), time(end))
            .unwrap()
    }
}

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[tokio::test]
async fn an_exception_ends_at_its_time_and_stays_ended_when_the_clock_is_set_back() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(clear_account()).await.unwrap();
    let clock = Clock::at(1000);
    let policy = clock.policy(2000);
    let load = || {
        let load = store.load::<Account>(saved.key());
        load.loader(rules(&key).with_read_policy(policy.clone()))
    };
    let kind = |error: dyno::Error| error.kind();
    clock.set(1999);
    assert!(load().await.is_ok());
    clock.set(2000);
    assert_eq!(
        load().await.map_err(kind).unwrap_err(),
        ErrorKind::NotEncrypted
    );
    clock.set(1500);
    assert_eq!(
        load().await.map_err(kind).unwrap_err(),
        ErrorKind::NotEncrypted
    );
}

#[tokio::test]
async fn an_exception_does_not_hold_while_the_clock_shows_a_time_before_it_was_made() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(clear_account()).await.unwrap();
    let clock = Clock::at(1000);
    let policy = clock.policy(2000);
    clock.set(999);
    let load = store
        .load::<Account>(saved.key())
        .loader(rules(&key).with_read_policy(policy));
    assert_eq!(load.await.unwrap_err().kind(), ErrorKind::NotEncrypted);
}

/// Texts that begin with `old:` are sealed, by an older library of little skill.
struct Old;

impl LegacyCodec for Old {
    fn open(&self, value: &AttributeValue, _: &FieldPath, _: &Item) -> Option<AttributeValue> {
        let text = value.as_s().ok()?.strip_prefix("old:")?;
        Some(AttributeValue::S(text.chars().rev().collect()))
    }
}

/// Texts behind the id of their object and their own path.
struct OfItsPlace;

impl LegacyCodec for OfItsPlace {
    fn open(
        &self,
        value: &AttributeValue,
        path: &FieldPath,
        object: &Item,
    ) -> Option<AttributeValue> {
        let id = object.get("ID")?.as_s().ok()?;
        let text = value.as_s().ok()?.strip_prefix(&format!("{id}/{path}:"))?;
        Some(AttributeValue::S(text.to_owned()))
    }
}

#[tokio::test]
async fn a_codec_is_shown_the_path_and_the_object_of_a_value() {
    let (store, _) = store().await;
    let key = key("k1");
    for (id, accepted) in [("a1", true), ("a2", false)] {
        let mut old = clear_account();
        old.name = "a1/name:Naomi".into();
        old.address.city = "a1/address.city:Osaka".into();
        let saved = store.save(old).key(id).await.unwrap();
        let policy = ReadPolicy::strict()
            .allow_legacy(["name", "address.city"], OfItsPlace, reason(), None)
            .unwrap()
            .allow_plaintext(["card", "orders[*].note"], reason(), None)
            .unwrap();
        let rules = rules(&key).with_read_policy(policy);
        let loaded = store.load::<Account>(saved.key()).loader(rules.clone());
        let city = store.read_path::<Account, String>(saved.key(), "address.city");
        if accepted {
            assert_eq!(*loaded.await.unwrap(), account());
            assert_eq!(city.loader(rules).await.unwrap(), "Osaka");
        } else {
            assert_eq!(loaded.await.unwrap_err().kind(), ErrorKind::NotEncrypted);
            let error = city.loader(rules).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotEncrypted);
        }
    }
}

#[tokio::test]
async fn values_of_an_older_library_are_read_where_the_policy_says_so_and_sealed_by_the_next_save()
{
    let (store, _) = store().await;
    let key = key("k1");
    let mut old = clear_account();
    old.name = "old:imoaN".into();
    old.address.city = "old:akasO".into();
    let saved = store.save(old).await.unwrap();
    let strict = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap_err();
    assert_eq!(strict.kind(), ErrorKind::NotEncrypted);

    let policy = ReadPolicy::strict()
        .allow_legacy(["name", "address.city"], Old, "until all is resealed", None)
        .unwrap()
        .allow_plaintext(FIELDS, reason(), None)
        .unwrap();
    let load = store.load::<Account>(saved.key());
    let mut loaded = load
        .loader(rules(&key).with_read_policy(policy.clone()))
        .await
        .unwrap();
    assert_eq!(*loaded, account());
    let counts: Vec<_> = policy
        .uses()
        .iter()
        .map(|uses| (uses.kind(), uses.count()))
        .collect();
    assert_eq!(
        counts,
        [(ExceptionKind::Legacy, 2), (ExceptionKind::Plaintext, 3)]
    );
    let city = store.read_path::<Account, String>(saved.key(), "address.city");
    let city = city
        .loader(rules(&key).with_read_policy(policy))
        .await
        .unwrap();
    assert_eq!(city, "Osaka");

    loaded.save().await.unwrap();
    assert_eq!(key_ids(&store).await, vec!["k1"; 5]);
    assert_eq!(
        *store
            .load::<Account>(saved.key())
            .loader(rules(&key))
            .await
            .unwrap(),
        account()
    );
}
