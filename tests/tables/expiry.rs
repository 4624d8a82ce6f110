//! Attributes by which objects cannot expire.

use std::time::{Duration, SystemTime};

use dyno::{DyObject, EncryptionKey, ErrorKind, Rules};

use crate::fixture::{Place, sent, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Offers", key = "ID")]
struct Offer {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(encrypt)]
    secret: u64,
    guarded: u64,
    list: Vec<u64>,
    byte: u8,
    #[dyno(shard)]
    place: Place,
    until: Option<i64>,
    lasts: Duration,
    at: SystemTime,
}

#[tokio::test]
async fn what_holds_no_time_is_refused_before_the_first_request() {
    let (store, recorder) = store();
    let rules = Rules::new().encrypt(["guarded"], EncryptionKey::generate("k").unwrap());
    let store = store.with_loader(rules.unwrap());
    for (attribute, why) in [
        ("ID", "a number of seconds since 1970"),
        ("text", "a number of seconds since 1970"),
        ("list", "a number of seconds since 1970"),
        ("byte", "a number of seconds since 1970"),
        ("lasts", "parts of a second"),
        ("at", "parts of a second"),
        ("secret", "encrypts that field"),
        ("guarded", "encrypts that field"),
        ("place", "in an item of its own"),
        ("nothing", "no field of that name"),
    ] {
        let refused = [
            store.ensure_tables::<Offer>().ttl(attribute).await,
            store.check_tables::<Offer>().ttl(attribute).await,
            store
                .migrate_tables::<Offer>()
                .ttl(attribute)
                .await
                .map(drop),
        ];
        for refused in refused {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidShape);
            assert!(error.to_string().contains(why), "{error}");
        }
    }
    assert!(sent(&recorder).is_empty());
    store.ensure_tables::<Offer>().ttl("until").await.unwrap();
}
