//! Rules of encryption that change, or must not.

use std::sync::Arc;

use dyno_config::{ConfigStore, Error, StoredRules, Watch};
use dyno_core::{
    AsyncKeySource, AttributeValue, CachedKeys, ConfigLoader, EncryptionKey, FieldPath, Item,
    KeyId, KeySourceError, Keyring, MasterKey, Rules,
};
use dyno_derive::DyObject;
use serde_json::{Value, json};

use crate::bed::{Bed, item};

fn key(id: &str, byte: u8) -> EncryptionKey {
    EncryptionKey::new(id, MasterKey::from_bytes([byte; 32])).unwrap()
}

fn base() -> Rules {
    Rules::new()
        .with_keyring(Keyring::new(key("2026", 6)))
        .unwrap()
        .with_source(CachedKeys::new(Vault))
}

struct Vault;

impl AsyncKeySource for Vault {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        if id == "kms" {
            Ok(key("kms", 9))
        } else {
            Err(KeySourceError::unknown(id))
        }
    }
}

struct World {
    bed: Bed,
    config: ConfigStore,
    watch: Watch,
    rules: StoredRules,
}

impl World {
    async fn new(option: Value, base: Rules) -> Self {
        let bed = Bed::new();
        let config = bed.config().await;
        config.set("encryption", &option).await.unwrap();
        let watch = config.watch().await.unwrap();
        let rules = StoredRules::watch(&watch, "encryption", base).unwrap();
        Self {
            bed,
            config,
            watch,
            rules,
        }
    }

    async fn change(&self, option: Value) {
        self.config.set("encryption", &option).await.unwrap();
        self.watch.reload().await.unwrap();
    }

    fn seals(&self, path: &str) -> bool {
        seals(&self.rules, path)
    }

    fn error(&self) -> Option<String> {
        let status = self.rules.status();
        status.error().map(ToString::to_string)
    }
}

fn seals(rules: &dyn ConfigLoader, path: &str) -> bool {
    let path: FieldPath = path.parse().unwrap();
    rules.encryption_key_id(&path, &Item::new()).is_some()
        || rules.encryption_key(&path, &Item::new()).is_some()
}

/// Rules that change when they are asked about a path, after the first of two questions about it.
#[derive(Clone)]
struct Between {
    rules: Arc<dyn ConfigLoader>,
    at: &'static str,
    change: Arc<dyn Fn() + Send + Sync>,
}

impl ConfigLoader for Between {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&self.rules)
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        let rules = self.rules.pinned()?;
        Some(Arc::new(Self {
            rules,
            ..self.clone()
        }))
    }

    fn encryption_key_id(&self, path: &FieldPath, object: &Item) -> Option<KeyId> {
        let id = self.rules.encryption_key_id(path, object);
        if *path == *self.at {
            (self.change)();
        }
        id
    }

    fn needs_keys(&self) -> bool {
        false
    }

    fn needs_indexes(&self) -> bool {
        false
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(crate = dyno_core, table = "People", key = "id")]
struct Person {
    #[dyno(key)]
    id: String,
    name: String,
    birth: Birth,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(crate = dyno_core)]
struct Birth {
    day: String,
}

/// A save that the rules change in, of which both encrypt the field: what is stored.
async fn saved_between(before: Value, after: Value, at: &'static str) -> Vec<Item> {
    let world = World::new(before, base()).await;
    let handle = tokio::runtime::Handle::current();
    let (config, watch) = (world.config.clone(), world.watch.clone());
    let change = move || {
        tokio::task::block_in_place(|| {
            handle.block_on(async {
                config.set("encryption", &after).await.unwrap();
                watch.reload().await.unwrap();
            });
        });
    };
    let loader = Between {
        rules: Arc::new(world.rules.clone()),
        at,
        change: Arc::new(change),
    };
    let people = world.bed.store.clone().with_loader(loader);
    people.ensure_tables::<Person>().await.unwrap();
    let ada = Person {
        id: "ada".into(),
        name: "SECRET".into(),
        birth: Birth {
            day: "SECRET".into(),
        },
    };
    people.save(ada).await.unwrap();
    assert!(world.watch.snapshot().number() > 0, "they changed");
    world.bed.items("People").await
}

fn group(path: &str, key: &str) -> Value {
    json!({ "paths": [path], "key": key })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_save_during_a_change_from_a_key_to_one_of_a_source_stores_nothing_in_clear() {
    let birth = group("birth", "2026");
    let items = saved_between(
        json!({ "encrypt": [birth, group("name", "2026")] }),
        json!({ "encrypt": [birth, group("name", "kms")] }),
        "name",
    )
    .await;
    assert!(
        matches!(items[0]["name"], AttributeValue::B(_)),
        "{items:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_save_during_a_change_from_a_field_to_what_it_is_in_stores_nothing_in_clear() {
    let name = group("name", "2026");
    let items = saved_between(
        json!({ "encrypt": [name, group("birth.*", "2026")] }),
        json!({ "encrypt": [name, group("birth", "2026")] }),
        "birth.day",
    )
    .await;
    assert!(!format!("{items:?}").contains("SECRET"), "{items:?}");
}

#[tokio::test(start_paused = true)]
async fn only_an_explicit_empty_list_turns_encryption_off() {
    let on = json!({ "encrypt": [{ "paths": ["name"] }] });
    let world = World::new(on.clone(), base()).await;
    for off in [
        json!({}),
        json!({ "encrypt": null }),
        json!({ "leave": ["name"] }),
        json!({ "encrypt": [{ "paths": [] }] }),
        json!({ "encrypt": [{ "paths": ["name"] }, { "paths": [] }] }),
    ] {
        world.change(off.clone()).await;
        assert!(world.seals("name"), "{off}");
        let error = world.error().expect("it is seen");
        assert!(error.contains("encrypt"), "{error}");
        world.change(on.clone()).await;
        assert_eq!(world.error(), None);
    }
    world
        .config
        .remove_keys("encryption", ["encrypt"])
        .await
        .unwrap();
    world.watch.reload().await.unwrap();
    assert!(world.seals("name"));
    let null = json!({ "_store": { "S": "prod" }, "_option": { "S": "encryption" }, "encrypt": { "NULL": true } });
    world.bed.put(item(&null)).await;
    world.watch.reload().await.unwrap();
    assert!(world.seals("name") && world.error().is_some());

    let open = ConfigStore::open(&world.bed.store, "Config", "prod").compatible();
    let off = json!({ "encrypt": [] });
    open.await.unwrap().set("encryption", &off).await.unwrap();
    world.watch.reload().await.unwrap();
    assert!(world.seals("name"), "compatible form drops the empty list");
    world.change(off).await;
    assert!(!world.seals("name") && world.error().is_none());
}

/// Nobody looks while they are good.
#[tokio::test(start_paused = true)]
async fn the_last_good_rules_go_on_also_if_nobody_looked_at_them() {
    let world = World::new(json!({ "encrypt": [{ "paths": ["name"] }] }), base()).await;
    world
        .change(json!({ "encrypt": [{ "paths": ["name", "number"] }] }))
        .await;
    world.config.delete("encryption").await.unwrap();
    world.watch.reload().await.unwrap();
    assert!(world.seals("number"));
    let status = world.rules.status();
    assert!(matches!(**status.error().unwrap(), Error::NotFound { .. }));
    assert_eq!(status.snapshot(), 2);
}

#[tokio::test(start_paused = true)]
async fn rules_do_not_keep_a_watch_from_its_end() {
    let world = World::new(json!({ "encrypt": [] }), base()).await;
    let World { watch, rules, .. } = world;
    let tasks = || {
        let metrics = tokio::runtime::Handle::current().metrics();
        metrics.num_alive_tasks()
    };
    let before = tasks();
    drop(watch);
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    assert_eq!(tasks(), before, "the rules are a handle of it");
    drop(rules);
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    assert_eq!(tasks(), before - 1);
}

#[tokio::test(start_paused = true)]
async fn an_option_leaves_only_what_it_encrypts_itself() {
    let floor = base().encrypt_with_primary(["floor", "deep.*"]).unwrap();
    let option = json!({ "encrypt": [{ "paths": ["name", "more.*"] }], "leave": ["floor", "deep.*", "more.left", "name"] });
    let world = World::new(option, floor).await;
    for (path, is_sealed) in [
        ("floor", true),
        ("deep.a", true),
        ("more.a", true),
        ("more.left", false),
        ("name", false),
    ] {
        assert_eq!(world.seals(path), is_sealed, "{path}");
        assert_eq!(seals(&world.rules.rules(), path), is_sealed, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_program_leaves_is_left() {
    let base = base().leave(["birth.country"]).unwrap();
    let world = World::new(json!({ "encrypt": [{ "paths": ["birth.*"] }] }), base).await;
    assert!(world.seals("birth.day"));
    assert!(!world.seals("birth.country"));
}
