//! Fields of many types in one key, one of them the program's own.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::template::{KeyPart, SelfDelimiting};
use dyno::{Attribute, DyObject, KeyValue, ValueError};
use uuid::Uuid;

use crate::fixture::store;

/// A text of its own that sorts as its numbers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u16,
    minor: u16,
}

impl KeyPart for Version {
    fn key_text(&self) -> Result<Cow<'_, str>, ValueError> {
        Ok(format!("{:05}.{:05}", self.major, self.minor).into())
    }
}

impl SelfDelimiting for Version {}

impl Attribute for Version {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        format!("{}.{}", self.major, self.minor).to_value()
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        let text = String::from_value(value)?;
        let parsed = text.split_once('.').and_then(|(major, minor)| {
            let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
            Some(Self { major, minor })
        });
        parsed.ok_or_else(|| ValueError::custom("no version"))
    }
}

/// A type with a parameter, of a time, an id and a type of the program's own.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Builds",
    key = "{r#type}#{version}/{id}",
    sort = "{at}{flag}#{owner}"
)]
struct Build<T: Attribute + Send + Sync + 'static> {
    r#type: String,
    version: Version,
    id: Uuid,
    at: SystemTime,
    flag: bool,
    #[dyno(index(name = "by-owner", key))]
    owner: Arc<str>,
    #[dyno(index(name = "by-owner", key))]
    place: u32,
    #[dyno(index(name = "by-owner", sort))]
    size: u64,
    content: T,
}

#[tokio::test]
async fn parts_are_of_all_types_and_indexes_of_several_attributes_stand_beside() {
    let (store, _) = store().await;
    store.ensure_tables::<Build<u8>>().await.unwrap();
    let build = Build {
        r#type: "nightly".into(),
        version: Version {
            major: 1,
            minor: 12,
        },
        id: Uuid::from_u128(5),
        at: UNIX_EPOCH + Duration::from_millis(1_500),
        flag: true,
        owner: "ada".into(),
        place: 3,
        size: 70,
        content: 9_u8,
    };
    let saved = store.save(build.clone()).await.unwrap();
    assert_eq!(
        saved.key().to_string(),
        "nightly#00001.00012/00000000-0000-0000-0000-000000000005 / 1970-01-01T00:00:01.500000000Z1#ada"
    );
    let key = Build::<u8>::key_of((
        "nightly",
        Version {
            major: 1,
            minor: 12,
        },
        Uuid::from_u128(5),
        build.at,
        true,
        "ada",
    ));
    assert_eq!(*store.load::<Build<u8>>(key).await.unwrap(), build);

    let indexes = Build::<u8>::indexes();
    let found = store
        .query::<Build<u8>>()
        .index(indexes.by_owner())
        .key_parts([KeyValue::from("ada"), KeyValue::from(3_u32)])
        .sort()
        .ge(70_u64)
        .await
        .unwrap();
    assert_eq!(*found[0], build);
    let wanted = Build::<u8>::query()
        .on(&store)
        .of((
            "nightly",
            Version {
                major: 1,
                minor: 12,
            },
            Uuid::from_u128(5),
        ))
        .sort()
        .fields_from(UNIX_EPOCH);
    assert_eq!(wanted.await.unwrap().len(), 1);
}
