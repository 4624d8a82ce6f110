//! Guards as `docs/format/unique-v1.md` says, byte by byte.

use dyno::DyObject;
use dyno_testkit::dump;

use crate::fixture::{Shop, shop, text};

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Odd", key = "PK", sort = "SK", tag = "a/b#c")]
struct Odd {
    #[dyno(key)]
    part: String,
    #[dyno(sort)]
    sort: String,
    #[dyno(unique, rename = "na#me")]
    name: String,
    #[dyno(unique)]
    number: f64,
    #[dyno(unique, with = bytes)]
    bytes: Vec<u8>,
}

/// Bytes as a binary.
mod bytes {
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::AttributeValue;
    use dyno::ValueError;

    #[expect(clippy::unnecessary_wraps, reason = "what `with` calls")]
    pub(super) fn to_value(bytes: &[u8]) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::B(Blob::new(bytes)))
    }

    pub(super) fn from_value(value: AttributeValue) -> Result<Vec<u8>, ValueError> {
        match value {
            AttributeValue::B(blob) => Ok(blob.into_inner()),
            _ => Err(ValueError::custom("no binary")),
        }
    }
}

#[tokio::test]
async fn guards_are_stored_in_the_same_way() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Odd>().await.unwrap();
    let odd = Odd {
        part: "p".into(),
        sort: "s".into(),
        name: "x#y%".into(),
        number: 1.5e3,
        bytes: vec![0, 255],
    };
    let mut saved = store.save(odd).await.unwrap();
    let client = store.client::<Odd>().unwrap();
    let keys = async || {
        let items = dump(&client, "Odd").await.unwrap();
        let guards = items.iter().filter(|item| item.contains_key("_dy_owner"));
        let mut keys: Vec<_> = guards.map(|item| text(&item["PK"])).collect();
        keys.sort();
        keys
    };
    assert_eq!(
        keys().await,
        [
            "_dy_unique#a%2Fb%23c#bytes#B#00ff",
            "_dy_unique#a%2Fb%23c#na%23me#S#x#y%",
            "_dy_unique#a%2Fb%23c#number#N#1500",
        ]
    );
    let items = dump(&client, "Odd").await.unwrap();
    let guard = items
        .iter()
        .find(|item| text(&item["PK"]).ends_with("1500"));
    let guard = guard.unwrap();
    assert_eq!(guard.len(), 6);
    assert_eq!(text(&guard["SK"]), "#");
    assert_eq!(text(&guard["_dy_format"]), "11");
    assert_eq!(text(&guard["_dy_type"]), "#unique");
    assert_eq!(text(&guard["_dy_tag"]), "#unique");
    let owner = guard["_dy_owner"].as_l().unwrap();
    let owner: Vec<_> = owner.iter().map(text).collect();
    assert_eq!(owner, ["p", "s"]);

    saved.name = "a".repeat(513);
    saved.save().await.unwrap();
    let hash = "02425c0f5b0dabf3d2b9115f3f7723a02ad8bcfb1534a0d231614fd42b8188f6";
    assert_eq!(
        keys().await[1],
        format!("_dy_unique#a%2Fb%23c#na%23me#s#{hash}")
    );
}

#[tokio::test]
async fn guards_in_their_own_table_name_that_of_the_objects() {
    let (store, _) = crate::fixture::store().await;
    store.save(shop("s1", "a/b")).await.unwrap();
    let items = dump(&store.client::<Shop>().unwrap(), "Uniques").await;
    let items = items.unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        text(&items[0]["value"]),
        "_dy_unique#Shops/Shops#name#S#a/b"
    );
    let owner = items[0]["_dy_owner"].as_l().unwrap();
    let owner: Vec<_> = owner.iter().map(text).collect();
    assert_eq!(owner, ["s1", "1995"]);
}
