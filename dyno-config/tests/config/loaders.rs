//! Rules of encryption that stand in an option.

use std::time::Duration;

use dyno_config::{ConfigStore, Error, StoredRules, Watch};
use dyno_core::{
    AsyncKeySource, AttributeValue, CachedKeys, ConfigLoader, EncryptionKey, ErrorKind, FieldPath,
    Item, KeyId, KeySourceError, Keyring, MasterKey, ReadPolicy, Rules, Store,
};
use dyno_derive::DyObject;
use serde_json::{Value, json};

use crate::bed::{Bed, map};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(crate = dyno_core, table = "People", key = "id")]
struct Person {
    #[dyno(key)]
    id: String,
    name: String,
    nickname: String,
}

fn person(id: &str) -> Person {
    Person {
        id: id.into(),
        name: "Ada".into(),
        nickname: "Countess".into(),
    }
}

fn key(id: &str, byte: u8) -> EncryptionKey {
    EncryptionKey::new(id, MasterKey::from_bytes([byte; 32])).unwrap()
}

fn keys() -> Keyring {
    let mut keys = Keyring::new(key("2026", 6));
    keys.insert(key("2027", 7)).unwrap();
    keys
}

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

struct World {
    bed: Bed,
    config: ConfigStore,
    watch: Watch,
    rules: StoredRules,
    store: Store,
}

impl World {
    async fn new(option: Value, base: Rules) -> Self {
        let bed = Bed::new();
        let config = bed.config().await;
        config.set("encryption", &option).await.unwrap();
        let watch = config.watch().await.unwrap();
        let rules = StoredRules::watch(&watch, "encryption", base).unwrap();
        let store = bed.store.clone().with_loader(rules.clone());
        store.ensure_tables::<Person>().await.unwrap();
        Self {
            bed,
            config,
            watch,
            rules,
            store,
        }
    }

    async fn change(&self, option: Value) {
        self.config.set("encryption", &option).await.unwrap();
        self.watch.reload().await.unwrap();
    }

    async fn sealed(&self, id: &str) -> Vec<String> {
        let items = self.bed.items("People").await;
        let item = items
            .into_iter()
            .find(|item| item["id"].as_s().is_ok_and(|found| found == id));
        let mut sealed: Vec<_> = item
            .unwrap()
            .into_iter()
            .filter_map(|(name, value)| matches!(value, AttributeValue::B(_)).then_some(name))
            .filter(|name| !name.starts_with("_dy_"))
            .collect();
        sealed.sort();
        sealed
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_is_encrypted_after_a_reload_and_old_objects_stay_readable() {
    let plain = ReadPolicy::strict().allow_plaintext(
        ["nickname"],
        "it was stored in clear until now",
        None,
    );
    let base = Rules::new()
        .with_keyring(keys())
        .unwrap()
        .with_read_policy(plain.unwrap());
    let world = World::new(json!({ "encrypt": [{ "paths": ["name"] }] }), base).await;
    let store = &world.store;

    store.save(person("old")).await.unwrap();
    assert_eq!(world.sealed("old").await, ["name"]);

    let both = json!({ "encrypt": [{ "paths": ["name", "nickname"], "key": "2027" }] });
    world.config.set("encryption", &both).await.unwrap();
    store.save(person("between")).await.unwrap();
    assert_eq!(
        world.sealed("between").await,
        ["name"],
        "not before it is fetched"
    );

    world.watch.reload().await.unwrap();
    store.save(person("new")).await.unwrap();
    assert_eq!(world.sealed("new").await, ["name", "nickname"]);
    for id in ["old", "between", "new"] {
        assert_eq!(*store.load::<Person>(id).await.unwrap(), person(id));
    }

    world.change(json!({ "encrypt": [] })).await;
    store.save(person("clear")).await.unwrap();
    assert!(world.sealed("clear").await.is_empty());
    for id in ["old", "between", "new", "clear"] {
        assert_eq!(
            *store.load::<Person>(id).await.unwrap(),
            person(id),
            "what was sealed opens"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn plaintext_is_refused_where_a_path_is_encrypted_now() {
    let base = Rules::new().with_keyring(keys()).unwrap();
    let world = World::new(json!({ "encrypt": [] }), base).await;
    world.store.save(person("old")).await.unwrap();
    world
        .change(json!({ "encrypt": [{ "paths": ["name"] }] }))
        .await;
    let error = world.store.load::<Person>("old").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
}

#[tokio::test(start_paused = true)]
async fn rules_change_at_the_interval_too() {
    let world = World::new(
        json!({ "encrypt": [{ "paths": ["a"] }] }),
        Rules::new().with_keyring(keys()).unwrap(),
    )
    .await;
    let rules = &world.rules;
    let id = |text: &str| {
        rules
            .encryption_key(&path(text), &Item::new())
            .map(|key| key.id().to_string())
    };
    assert_eq!(id("a").as_deref(), Some("2026"), "the primary");
    let next = json!({ "encrypt": [{ "paths": ["a.*"], "key": "2027" }, { "paths": ["b"] }], "leave": ["a.c"] });
    world.config.set("encryption", &next).await.unwrap();
    tokio::time::sleep(Duration::from_secs(301)).await;
    assert_eq!(
        [id("a"), id("a.b"), id("a.c"), id("b")].map(Option::unwrap_or_default),
        ["", "2027", "", "2026"]
    );
    assert_eq!(rules.status().snapshot(), 1);
    let held = rules.rules();
    world.change(json!({ "encrypt": [] })).await;
    assert_eq!(id("b"), None);
    assert!(
        held.encryption_key(&path("b"), &Item::new()).is_some(),
        "what is held does not change"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broken_option_keeps_the_rules_and_is_seen() {
    let mut keys = keys();
    keys.insert(key("2025", 5)).unwrap();
    keys.retire("2025").unwrap();
    let base = Rules::new().with_keyring(keys).unwrap();
    let world = World::new(json!({ "encrypt": [{ "paths": ["name"] }] }), base).await;
    for (broken, why) in [
        (
            json!({ "encrypt": [{ "paths": ["a..b"] }] }),
            "pattern `a..b`",
        ),
        (
            json!({ "encrypt": [{ "paths": ["a"], "key": "none" }] }),
            "no key `none`",
        ),
        (
            json!({ "encrypt": [{ "paths": ["a"], "key": "2025" }] }),
            "key `2025` is retired",
        ),
        (json!({ "encrypt": [{ "paths": ["a"], "key": "" }] }), "key"),
        (json!({ "encrypted": [] }), "unknown field `encrypted`"),
        (json!({ "encrypt": "name" }), "key `encrypt`"),
        (json!({ "encrypt": [], "leave": ["["] }), "pattern `[`"),
    ] {
        world.change(broken).await;
        let status = world.rules.status();
        let error = status.error().expect(why);
        assert!(error.to_string().contains(why), "{error}");
        assert!(
            world
                .rules
                .encryption_key(&path("name"), &Item::new())
                .is_some(),
            "{why}"
        );
    }
    world.config.delete("encryption").await.unwrap();
    world.watch.reload().await.unwrap();
    assert!(matches!(
        **world.rules.status().error().unwrap(),
        Error::NotFound { .. }
    ));
    assert!(
        world
            .rules
            .encryption_key(&path("name"), &Item::new())
            .is_some()
    );

    world
        .change(json!({ "encrypt": [{ "paths": ["nickname"] }] }))
        .await;
    assert!(world.rules.status().error().is_none());
    assert!(
        world
            .rules
            .encryption_key(&path("name"), &Item::new())
            .is_none()
    );
    assert!(
        world
            .rules
            .encryption_key(&path("nickname"), &Item::new())
            .is_some()
    );
}

#[tokio::test(start_paused = true)]
async fn rules_that_make_no_sense_do_not_start() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("broken", &map([("encrypt", "name")]))
        .await
        .unwrap();
    config
        .set("keyless", &json!({ "encrypt": [{ "paths": ["a"] }] }))
        .await
        .unwrap();
    let watch = config.watch().await.unwrap();
    let start = |option: &str| StoredRules::watch(&watch, option, Rules::new()).unwrap_err();
    assert!(matches!(start("none"), Error::NotFound { .. }));
    assert!(matches!(start("broken"), Error::DoesNotFit { .. }));
    assert!(matches!(start("keyless"), Error::InvalidRules { .. }));
}

struct Vault;

impl AsyncKeySource for Vault {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        match id.to_string().as_str() {
            "2026" => Ok(key("2026", 6)),
            _ => Err(KeySourceError::unknown(id)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ids_are_looked_up_in_a_source() {
    let base = Rules::new().with_source(CachedKeys::new(Vault));
    let option = json!({ "encrypt": [{ "paths": ["name"], "key": "2026" }] });
    let world = World::new(option, base).await;
    world.store.save(person("ada")).await.unwrap();
    assert_eq!(world.sealed("ada").await, ["name"]);
    assert_eq!(
        *world.store.load::<Person>("ada").await.unwrap(),
        person("ada")
    );
    world
        .change(json!({ "encrypt": [{ "paths": ["name"], "key": "none" }] }))
        .await;
    let error = world.store.save(person("bob")).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::KeyRefused | ErrorKind::KeySource),
        "{error:?}"
    );
    assert_eq!(
        *world.store.load::<Person>("ada").await.unwrap(),
        person("ada")
    );
}
