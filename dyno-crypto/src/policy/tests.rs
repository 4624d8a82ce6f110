use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, Item};

use super::*;

/// Two clocks that are moved by hand.
#[derive(Clone)]
struct Clock(Arc<Mutex<(SystemTime, Instant)>>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new((time(1000), Instant::now()))))
    }

    /// Time passes, and both clocks show it.
    fn passes(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        now.0 += Duration::from_secs(seconds);
        now.1 += Duration::from_secs(seconds);
    }

    /// Somebody sets the clock.
    fn set(&self, seconds: u64) {
        self.0.lock().unwrap().0 = time(seconds);
    }

    fn policy(&self) -> ReadPolicy {
        let now = Arc::clone(&self.0);
        ReadPolicy::with_clock(move || *now.lock().unwrap())
    }

    /// Accepts `a` in clear from 1000 on until this second.
    fn until(&self, end: u64) -> ReadPolicy {
        let policy = self.policy();
        policy.allow_plaintext(["a"], "a test", time(end)).unwrap()
    }
}

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn accepts(policy: &ReadPolicy, value: &AttributeValue) -> bool {
    let path = FieldPath::root().key("a");
    let accepted = policy.accept(&path, value, &Item::new());
    accepted
        .map(|accepted| accepted.into_parts().0.count())
        .is_some()
}

fn holds(policy: &ReadPolicy) -> bool {
    accepts(policy, &AttributeValue::S("x".into()))
}

#[test]
fn an_exception_holds_until_its_end() {
    let clock = Clock::new();
    let policy = clock.until(2000);
    assert!(holds(&policy));
    clock.passes(999);
    assert!(holds(&policy));
    clock.passes(1);
    assert!(!holds(&policy));
    let uses = policy.uses();
    assert_eq!((uses[0].count(), uses[0].until()), (2, Some(time(2000))));
}

#[test]
fn an_exception_without_end_holds_whatever_the_clocks_say() {
    let clock = Clock::new();
    let policy = clock.policy().allow_plaintext(["a"], "a test", None);
    let policy = policy.unwrap();
    clock.passes(1_000_000);
    assert!(holds(&policy));
    clock.set(1);
    assert!(holds(&policy));
}

#[test]
fn an_exception_that_was_seen_to_have_ended_stays_so() {
    let clock = Clock::new();
    let policy = clock.until(2000);
    let clone = policy.clone();
    clock.set(2000);
    assert!(!holds(&clone));
    clock.set(1500);
    assert!(!holds(&policy), "clones share it");
}

#[test]
fn a_clock_that_is_set_back_does_not_prolong_an_exception() {
    let clock = Clock::new();
    let policy = clock.until(2000);
    clock.passes(900);
    clock.set(1000);
    assert!(holds(&policy));
    clock.passes(99);
    assert!(holds(&policy));
    clock.passes(1);
    assert!(!holds(&policy), "1000 seconds have passed");
}

#[test]
fn an_exception_does_not_hold_before_it_was_made() {
    let clock = Clock::new();
    let policy = clock.until(2000);
    clock.set(999);
    assert!(!holds(&policy));
    clock.set(1000);
    assert!(holds(&policy));
}

#[test]
fn an_exception_whose_end_had_passed_when_it_was_made_never_holds() {
    let clock = Clock::new();
    for end in [0, 999, 1000] {
        let policy = clock.until(end);
        assert!(!holds(&policy), "{end}");
    }
}

#[test]
fn each_exception_has_its_own_end() {
    let clock = Clock::new();
    let both = clock.until(1500);
    let both = both.allow_unsealed("sealed since November", time(1100));
    let both = both.unwrap();
    assert!(holds(&both) && both.accept_unsealed().is_some());
    clock.passes(100);
    assert!(holds(&both) && both.accept_unsealed().is_none());
    assert!(both.accept_unsealed().is_none());
    clock.passes(400);
    assert!(!holds(&both));
}

#[test]
fn an_exception_has_a_reason_that_can_be_read() {
    for reason in ["", " ", "\t\n"] {
        assert!(ReadPolicy::strict().allow_unsealed(reason, None).is_err());
        let plaintext = ReadPolicy::strict().allow_plaintext(["a"], reason, None);
        assert!(plaintext.is_err());
    }
}

#[test]
fn only_what_does_not_begin_like_a_sealed_value_is_taken_for_one_in_clear() {
    let policy = Clock::new().until(2000);
    for (bytes, accepted) in [
        (&[0xdc, 0x01][..], false),
        (&[0xdc, 0x01, 0x01, 0x02], false),
        (&[0xdc, 0x02, 0x01, 0x02], true),
        (&[0xdc], true),
        (&[0x01, 0xdc], true),
        (&[], true),
    ] {
        let value = AttributeValue::B(Blob::new(bytes));
        assert_eq!(accepts(&policy, &value), accepted, "{bytes:?}");
    }
}

#[test]
fn an_exception_is_for_its_own_fields_and_kind() {
    let policy = Clock::new().until(2000);
    let elsewhere = FieldPath::root().key("b");
    let clear = AttributeValue::S("x".into());
    assert!(policy.accept(&elsewhere, &clear, &Item::new()).is_none());
    assert!(policy.accept_unsealed().is_none());
    let unsealed = ReadPolicy::strict().allow_unsealed("a test", None).unwrap();
    assert!(!holds(&unsealed));
    assert_eq!(unsealed.uses()[0].count(), 0);
    let used = unsealed.accept_unsealed().unwrap();
    assert_eq!(
        (used.kind(), used.reason()),
        (ExceptionKind::Unsealed, "a test")
    );
    assert_eq!(unsealed.uses()[0].count(), 0, "nobody took the object yet");
    used.count();
    assert_eq!(unsealed.uses()[0].count(), 1);
}

/// Opens texts that begin with the tenant of their object and their own path.
struct ByTenant;

impl LegacyCodec for ByTenant {
    fn open(
        &self,
        value: &AttributeValue,
        path: &FieldPath,
        object: &Item,
    ) -> Option<AttributeValue> {
        let tenant = object.get("tenant")?.as_s().ok()?;
        let text = value.as_s().ok()?;
        let opened = text.strip_prefix(&format!("{tenant}/{path}:"))?;
        Some(AttributeValue::S(opened.to_owned()))
    }
}

#[test]
fn a_legacy_codec_may_choose_its_secret_by_path_and_object() {
    let policy = ReadPolicy::strict()
        .allow_legacy(["*"], ByTenant, "from the old library", None)
        .unwrap();
    let stored = AttributeValue::S("acme/a:x".into());
    let of =
        |tenant: &str| Item::from([("tenant".to_owned(), AttributeValue::S(tenant.to_owned()))]);
    let path = |name: &str| FieldPath::root().key(name);
    let accepted = policy.accept(&path("a"), &stored, &of("acme")).unwrap();
    let (used, opened) = accepted.into_parts();
    used.count();
    assert_eq!(used.kind(), ExceptionKind::Legacy);
    assert_eq!(opened, Some(AttributeValue::S("x".into())));
    assert!(policy.accept(&path("b"), &stored, &of("acme")).is_none());
    assert!(policy.accept(&path("a"), &stored, &of("other")).is_none());
    assert_eq!(policy.uses()[0].count(), 1);
}
