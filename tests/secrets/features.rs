//! What is printed by searches, item seals, walks over a table, key sources and values of an older library.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{
    AsyncKeySource, CachedKeys, DyObject, EncryptionKey, IndexKey, IndexKeys, KeyId,
    KeySourceError, Keyring, MasterKey, Rules, Store,
};

use crate::{KEY, NAME, NEW, Seen, key};

#[derive(DyObject, Clone)]
#[dyno(table = "Members", key = "ID", seal)]
struct Member {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    #[dyno(encrypt)]
    pin: u64,
    title: String,
}

fn member() -> Member {
    Member {
        email: NAME.into(),
        pin: crate::NUMBER,
        title: "t".into(),
    }
}

fn index_key() -> IndexKey {
    IndexKey::new("search", MasterKey::from_bytes(KEY)).unwrap()
}

fn ring() -> Keyring {
    Keyring::new(key("k1", KEY))
}

fn rules(fields: &Keyring) -> Rules {
    Rules::new()
        .with_keyring(fields.clone())
        .unwrap()
        .encrypt_with_primary(["email", "pin"])
        .unwrap()
        .index_with(IndexKeys::new(index_key()))
        .seal_items(Keyring::new(key("s1", KEY)))
        .unwrap()
}

pub(crate) async fn are_searched(store: &Store, seen: &Seen) {
    let store = store.clone().with_loader(rules(&ring()));
    store.ensure_tables::<Member>().await.unwrap();
    store.save(member()).key("m").await.unwrap();
    seen.debug((index_key(), IndexKeys::new(index_key()), rules(&ring())));
    let find = || store.find(Member::paths().email(), NAME);
    seen.debug(find());
    seen.debug(find().keys_only());
    assert_eq!(find().await.unwrap().len(), 1);
    seen.debug(find().keys_only().await.unwrap());
    let email = Member::paths().email();
    seen.debug(Member::index_value(email, NAME, &rules(&ring())).unwrap());
    seen.error(find().loader(Rules::new()).await.err().unwrap());
    let save = store.save(member()).key("m").loader(Rules::new());
    seen.error(save.await.err().unwrap());
}

/// Somebody changes an attribute and a column of an object whose items are sealed.
pub(crate) async fn are_changed(store: &Store, seen: &Seen) {
    let store = store.clone().with_loader(rules(&ring()));
    let client = store.client::<Member>().unwrap();
    let dumped = dyno_testkit::dump(&client, "Members").await.unwrap();
    let whole = dumped.first().unwrap();
    for name in ["title", "email__idx", "_dy_seal"] {
        let mut changed = whole.clone();
        changed.insert(
            name.to_owned(),
            AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new("x")),
        );
        let put = client.put_item().table_name("Members");
        put.set_item(Some(changed)).send().await.unwrap();
        seen.error(store.load::<Member>("m").await.err().unwrap());
        let write = store.write_path::<Member, String>("m", "email", NEW);
        seen.error(write.await.err().unwrap());
        seen.all(store.reseal::<Member>().await.unwrap());
        seen.all(store.audit::<Member>().await.unwrap());
    }
    let put = client.put_item().table_name("Members");
    let put = put.set_item(Some(whole.clone()));
    put.send().await.unwrap();
}

pub(crate) async fn are_resealed(store: &Store, seen: &Seen) {
    let mut keys = ring();
    keys.insert(key("k2", KEY.map(|byte| byte ^ 1))).unwrap();
    keys.promote("k2").unwrap();
    let watch = seen.clone();
    let reseal = store.reseal::<Member>().loader(rules(&keys));
    seen.debug(&reseal);
    let report = reseal.progress(move |report| watch.all(report)).await;
    seen.all(report.unwrap());
    keys.retire("k1").unwrap();
    let reseal = store.reseal::<Member>().loader(rules(&keys));
    seen.debug(reseal.await.unwrap());
    seen.debug(store.audit::<Member>());
    seen.all(store.audit::<Member>().await.unwrap());
}

/// A source that tells more in its errors than a log may hold is not the mapper's to mend; this one tells nothing.
struct Vault;

impl AsyncKeySource for Vault {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        match id.to_string().as_str() {
            "k1" => Ok(key("k1", KEY)),
            "other" => Ok(key("not the one", KEY)),
            "retired" => Err(KeySourceError::retired(id)),
            "down" => Err(KeySourceError::failed(id, "no route")),
            _ => Err(KeySourceError::unknown(id)),
        }
    }
}

#[derive(DyObject, Clone)]
#[dyno(table = "Members", key = "ID", tag = "Guest")]
struct Guest {
    #[dyno(encrypt)]
    pin: String,
}

pub(crate) async fn ask_a_source(store: &Store, seen: &Seen) {
    let cached = CachedKeys::new(Vault);
    for id in ["k1", "other", "retired", "down", "unknown"] {
        let rules = Rules::new()
            .with_source(cached.clone())
            .encrypt_with_key_of_source(["pin"], KeyId::new(id).unwrap())
            .unwrap();
        seen.debug(&rules);
        let guest = Guest { pin: NAME.into() };
        let save = store.save(guest).key("g").loader(rules.clone());
        match save.await {
            Ok(_) => assert_eq!(id, "k1"),
            Err(error) => seen.error(error),
        }
        seen.debug(store.load::<Guest>("g").loader(rules).await.err());
        seen.debug(&cached);
    }
    store.delete::<Guest>("g").await.unwrap();
}
