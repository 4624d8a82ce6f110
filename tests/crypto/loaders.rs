//! Loaders built on others, and loaders that cannot be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{
    AttributeValue, ConfigLoader, DyObject, EncryptionKey, FieldPath, Item, KeyId, KeyValue,
    ReadOnly, Rules, WriteOnly, check_loader,
};
use dyno_testkit::dump;

use crate::fixture::{Account, account, key, key_ids, rules, store};

struct Numbered(Rules);

impl ConfigLoader for Numbered {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&self.0)
    }

    fn primary_key(&self, _: &Item) -> Option<KeyValue> {
        Some(KeyValue::from("number 1"))
    }
}

#[tokio::test]
async fn a_loader_answers_what_it_overrides_and_leaves_the_rest_to_the_inner_one() {
    let (store, _) = store().await;
    let store = store.with_loader(Arc::new(Numbered(rules(&key("k1")))));
    let saved = store.save(account()).await.unwrap();
    assert_eq!(saved.key().to_string(), "number 1");
    assert_eq!(key_ids(&store).await, vec!["k1"; 5]);
    assert_eq!(*store.load::<Account>("number 1").await.unwrap(), account());
}

/// Looks at a field before it decides about others.
struct Depends {
    on: &'static str,
    key: EncryptionKey,
    needs_object: bool,
}

impl ConfigLoader for Depends {
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let secret = object.get(self.on).is_some_and(AttributeValue::is_s);
        (secret && (path == "name" || path == "card")).then(|| self.key.clone())
    }

    fn needs_object(&self) -> bool {
        self.needs_object
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct User {
    name: String,
    card: String,
    kind: String,
}

#[test]
fn a_loader_that_depends_on_an_encrypted_field_is_found() {
    let user = || User {
        name: "Naomi".into(),
        card: "4242".into(),
        kind: "vip".into(),
    };
    let key = key("k1");
    let on = |on| Depends {
        on,
        key: key.clone(),
        needs_object: true,
    };
    check_loader(&on("kind"), &user()).unwrap();
    let fault = check_loader(&on("name"), &user()).unwrap_err();
    assert_eq!(
        fault
            .paths()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["card", "name"]
    );
    assert!(
        fault
            .to_string()
            .contains("decide on attributes that are never encrypted"),
        "{fault}"
    );
}

#[test]
fn a_loader_that_would_store_in_clear_what_is_written_by_path_is_found() {
    let loader = |needs_object| Depends {
        on: "kind",
        key: key("k1"),
        needs_object,
    };
    let user = User {
        name: "Naomi".into(),
        card: "4242".into(),
        kind: "vip".into(),
    };
    check_loader(&loader(true), &user).unwrap();
    let fault = check_loader(&loader(false), &user).unwrap_err();
    let paths: Vec<_> = fault.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["card", "name"]);
    assert!(fault.to_string().contains("needs_object"), "{fault}");
    let sealed = SealedUser {
        name: "Naomi".into(),
        kind: "vip".into(),
    };
    check_loader(&loader(false), &sealed).unwrap();
}

/// No value of it is written by path alone.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "SealedUsers", key = "ID", seal)]
struct SealedUser {
    name: String,
    kind: String,
}

#[test]
fn a_loader_without_a_key_for_a_marked_field_is_found() {
    let fault = check_loader(&Rules::new(), &account()).unwrap_err();
    assert!(fault.paths().is_empty());
    assert!(fault.to_string().contains("gives no key"), "{fault}");
    check_loader(&rules(&key("k1")), &account()).unwrap();
}

/// Gives a new key under the same id whenever it is asked.
struct Careless;

impl ConfigLoader for Careless {
    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        path.segments().last()?;
        EncryptionKey::generate("k1").ok()
    }
}

#[tokio::test]
async fn two_keys_of_one_id_are_refused() {
    let (store, recorder) = store().await;
    let error = store.save(account()).loader(Careless).await.unwrap_err();
    assert_eq!(error.kind(), dyno::ErrorKind::KeyRefused);
    assert!(
        error
            .to_string()
            .contains("two different keys with the id `k1`"),
        "{error}"
    );
    assert!(recorder.take().is_empty());
}

/// Rules that change while an operation asks: each answer is that of other rules, unless it is pinned.
struct Restless {
    rules: [Arc<Rules>; 2],
    asked: Arc<AtomicUsize>,
    pinned: Arc<AtomicUsize>,
}

impl Restless {
    /// Both encrypt `owner.name`: one by the whole, one by the part.
    fn new() -> (Self, Arc<AtomicUsize>) {
        let rules = |path: &str| Arc::new(Rules::new().encrypt([path], key("k1")).unwrap());
        let pinned = Arc::<AtomicUsize>::default();
        let loader = Self {
            rules: [rules("owner.name"), rules("owner")],
            asked: Arc::default(),
            pinned: Arc::clone(&pinned),
        };
        (loader, pinned)
    }
}

impl ConfigLoader for Restless {
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed) % 2;
        self.rules[turn].encryption_key(path, object)
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.rules[1].decryption_key(id, path, object)
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        let turn = self.pinned.fetch_add(1, Ordering::Relaxed) % 2;
        Some(Arc::clone(&self.rules[turn]) as _)
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Deeds", key = "ID")]
struct Deed {
    owner: Owner,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Owner {
    name: String,
}

#[tokio::test]
async fn an_operation_asks_one_set_of_rules_though_they_change_meanwhile() {
    let deed = || Deed {
        owner: Owner {
            name: "the secret".into(),
        },
    };
    let (plain, _) = store().await;
    plain.ensure_tables::<Deed>().await.unwrap();
    for turn in 0..4 {
        let (restless, pinned) = Restless::new();
        pinned.store(turn, Ordering::Relaxed);
        let store = plain
            .clone()
            .with_loader(Arc::new(WriteOnly::new(Arc::new(restless))));
        let mut saved = store.save(deed()).await.unwrap();
        assert_eq!(pinned.load(Ordering::Relaxed), turn + 1, "once for a save");
        saved.owner.name = "the secret again".into();
        saved.save().await.unwrap();
        assert_eq!(
            pinned.load(Ordering::Relaxed),
            turn + 2,
            "and for each that follows"
        );
        let items = dump(&plain.client::<Deed>().unwrap(), "Deeds")
            .await
            .unwrap();
        assert!(!format!("{items:?}").contains("the secret"));
    }
}

#[tokio::test]
async fn what_a_wrapper_forbids_is_forbidden_to_what_it_pins() {
    let (store, _) = store().await;
    store.ensure_tables::<Deed>().await.unwrap();
    let (restless, _) = Restless::new();
    let store = store.with_loader(ReadOnly::new(restless));
    let deed = Deed {
        owner: Owner {
            name: "the secret".into(),
        },
    };
    let error = store.save(deed).await.unwrap_err();
    assert_eq!(error.kind(), dyno::ErrorKind::KeyRefused);
}
