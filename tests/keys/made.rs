//! Keys of fields that are stored in a form that keeps less, and keys that cannot be.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::template::KeyPart;
use dyno::{Attribute, DyObject, ErrorKind, ValueError};

use crate::fixture::{Order, order, store};

mod whole_seconds {
    use super::{Attribute, AttributeValue, Duration, SystemTime, UNIX_EPOCH, ValueError};

    pub(super) fn to_value(time: &SystemTime) -> Result<AttributeValue, ValueError> {
        let since = time
            .duration_since(UNIX_EPOCH)
            .map_err(ValueError::custom)?;
        since.as_secs().to_value()
    }

    pub(super) fn from_value(value: AttributeValue) -> Result<SystemTime, ValueError> {
        u64::from_value(value).map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
    }
}

/// A name that is stored without spaces around it.
#[derive(Clone, Debug, PartialEq)]
struct Trimmed(String);

impl KeyPart for Trimmed {
    fn key_text(&self) -> Result<Cow<'_, str>, ValueError> {
        Ok(self.0.as_str().into())
    }
}

impl Attribute for Trimmed {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::S(self.0.trim().to_owned()))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        String::from_value(value).map(Self)
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "VISIT#{at}",
    tag = "Visit"
)]
struct Visit {
    tenant: Trimmed,
    #[dyno(with = whole_seconds)]
    at: SystemTime,
    note: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "App", key = "TENANT#{tenant}", sort = "ANY#{at}", tag = "Any")]
enum Any {
    First {
        #[dyno(with = whole_seconds)]
        at: SystemTime,
        tenant: Trimmed,
    },
    Second {
        tenant: Trimmed,
        #[dyno(with = whole_seconds)]
        at: SystemTime,
    },
}

#[tokio::test]
async fn a_key_is_made_of_what_a_load_will_see() {
    let (store, _) = store().await;
    let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
    let visit = Visit {
        tenant: Trimmed(" acme ".into()),
        at: at(12_500),
        note: "first".into(),
    };
    let mut saved = store.save(visit).await.unwrap();
    let key = Visit::key_of((Trimmed("acme".into()), at(12_000)));
    assert_eq!(*saved.key(), key);
    saved.note = "second".into();
    saved.save().await.unwrap();

    let loaded = store.load::<Visit>(key.clone()).await.unwrap();
    assert_eq!(
        (loaded.tenant.0.as_str(), loaded.at, loaded.note.as_str()),
        ("acme", at(12_000), "second")
    );
    assert_eq!(store.scan::<Visit>().await.unwrap().len(), 1);

    for any in [
        Any::First {
            at: at(1_500),
            tenant: Trimmed(" acme".into()),
        },
        Any::Second {
            at: at(2_500),
            tenant: Trimmed("acme ".into()),
        },
    ] {
        let key = store.save(any).await.unwrap().key().clone();
        store.load::<Any>(key).await.unwrap();
    }
    assert_eq!(
        store
            .query::<Any>()
            .of((Trimmed("acme".into()),))
            .await
            .unwrap()
            .len(),
        2
    );
}

/// The program's own part of keys, without a text of its own.
#[derive(Clone, Debug, PartialEq)]
struct Silent(String);

impl KeyPart for Silent {
    fn key_text(&self) -> Result<Cow<'_, str>, ValueError> {
        Ok(Cow::Borrowed(&self.0))
    }
}

impl Attribute for Silent {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        self.0.to_value()
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        String::from_value(value).map(Self)
    }
}

#[tokio::test]
async fn no_part_of_a_key_is_empty() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "App", key = "P{number}", sort = "{number}{own}")]
    struct Own {
        number: u8,
        own: Silent,
    }
    let (store, recorder) = store().await;
    let own = Own {
        number: 6,
        own: Silent(String::new()),
    };
    let error = store.save(own.clone()).await.unwrap_err().into_parts().1;
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let words = error.to_string();
    for part in [
        "`own`",
        "`{number}{own}`",
        "a part of a key cannot be empty",
    ] {
        assert!(words.contains(part), "{words}");
    }
    let key = Own::key_of((6, own.own));
    assert_eq!(
        store.load::<Own>(key).await.unwrap_err().kind(),
        ErrorKind::InvalidKey
    );
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn the_parts_of_a_key_that_cannot_be_are_refused_too() {
    let (store, recorder) = store().await;
    let key = Order::key_of(("", 1, 2));
    assert_eq!(key.to_string(), "TENANT#{tenant} / ORDER#{day}#{number}");
    let query = store.query::<Order>().key(key.partition().clone());
    let error = query.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
    let parts = (key.partition().clone(), key.sort().unwrap().clone());
    let error = store.load::<Order>(parts).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
    let asked = store.save(order("acme", 1, 2)).key(key);
    let error = asked.await.unwrap_err().into_parts().1;
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(
        error
            .to_string()
            .contains("a part of a key cannot be empty"),
        "{error}"
    );
    assert!(recorder.take().is_empty());
}
