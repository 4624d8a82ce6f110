//! Keys that are asked for while an operation runs.

mod refusals;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use dyno::document::Shape;
use dyno::{
    AsyncKeySource, CachedKeys, DyObject, EncryptionKey, ErrorKind, KeyId, KeySourceError, Lazy,
    MasterKey, ReadOnly, ReadPolicy, Rules, Store, WriteOnly,
};
use dyno_testkit::Recorder;
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};

use crate::fixture::{Account, FIELDS, account, clear_account, items, key_ids, store};

/// A vault that knows the keys it is told to, notes what it is asked for, and answers when it is let.
#[derive(Clone)]
struct Vault(Arc<Inside>);

struct Inside {
    keys: Mutex<BTreeMap<String, Answer>>,
    asked: Mutex<Vec<String>>,
    open: Semaphore,
    together: Option<Barrier>,
}

#[derive(Clone, Copy)]
enum Answer {
    Down,
    Key(u8),
    Retired,
}

impl Vault {
    fn of(keys: &[(&str, Answer)]) -> Self {
        Self::made(keys, Semaphore::MAX_PERMITS, None)
    }

    fn made(keys: &[(&str, Answer)], open: usize, together: Option<usize>) -> Self {
        let keys = keys.iter().map(|(id, answer)| ((*id).to_owned(), *answer));
        Self(Arc::new(Inside {
            keys: Mutex::new(keys.collect()),
            asked: Mutex::default(),
            open: Semaphore::new(open),
            together: together.map(Barrier::new),
        }))
    }

    fn answers(&self, id: &str, answer: Answer) {
        self.0.keys.lock().unwrap().insert(id.to_owned(), answer);
    }

    /// What it was asked for since.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.asked.lock().unwrap())
    }

    /// Rules of a process that has not asked for anything yet.
    fn rules(&self, id: &str) -> Rules {
        Rules::new()
            .with_source(CachedKeys::new(self.clone()))
            .encrypt_with_key_of_source(FIELDS, KeyId::new(id).unwrap())
            .unwrap()
    }
}

impl AsyncKeySource for Vault {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        self.0.asked.lock().unwrap().push(id.to_string());
        drop(self.0.open.acquire().await.unwrap());
        if let Some(together) = &self.0.together {
            together.wait().await;
        }
        let answer = self.0.keys.lock().unwrap().get(&id.to_string()).copied();
        match answer {
            None => Err(KeySourceError::unknown(id)),
            Some(Answer::Down) => Err(KeySourceError::failed(id, "no route to the vault")),
            Some(Answer::Retired) => Err(KeySourceError::retired(id)),
            Some(Answer::Key(byte)) => {
                Ok(EncryptionKey::new(id, MasterKey::from_bytes([byte; 32])).unwrap())
            }
        }
    }
}

async fn saved_with(vault: &Vault, id: &str) -> (Store, Recorder, dyno::Key) {
    let (store, recorder) = store().await;
    let saved = store.save(account()).loader(vault.rules(id)).await.unwrap();
    let key = saved.key().clone();
    vault.asked();
    recorder.take();
    (store, recorder, key)
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Cards", key = "ID")]
struct Card {
    #[dyno(key)]
    id: String,
    front: Option<String>,
    back: Option<String>,
}

#[tokio::test]
async fn a_batch_asks_for_the_keys_of_all_its_objects_at_once() {
    let keys = [("f", Answer::Key(1)), ("b", Answer::Key(2))];
    // Each waits for the other.
    let vault = Vault::made(&keys, Semaphore::MAX_PERMITS, Some(2));
    let rules = Rules::new()
        .with_source(CachedKeys::new(vault.clone()))
        .encrypt_with_key_of_source(["front"], KeyId::new("f").unwrap())
        .unwrap()
        .encrypt_with_key_of_source(["back"], KeyId::new("b").unwrap())
        .unwrap();
    let (store, _) = store().await;
    store.ensure_tables::<Card>().await.unwrap();
    let front = Card {
        id: "1".into(),
        front: Some("x".into()),
        back: None,
    };
    let back = Card {
        id: "2".into(),
        front: None,
        back: Some("y".into()),
    };
    let save = store.save_many([front, back]).loader(rules);
    let saved = tokio::time::timeout(std::time::Duration::from_secs(10), save).await;
    assert_eq!(saved.unwrap().unwrap().len(), 2);
    assert_eq!(BTreeSet::from_iter(vault.asked()).len(), 2);
}

#[tokio::test]
async fn a_key_is_asked_for_once_by_saves_loads_and_paths() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, _) = store().await;
    let store = store.with_loader(vault.rules("2026"));
    let mut saved = store.save(account()).await.unwrap();
    assert_eq!(vault.asked(), ["2026"]);
    assert_eq!(key_ids(&store).await, vec!["2026"; 5]);

    saved.visits += 1;
    saved.save().await.unwrap();
    saved.reload().await.unwrap();
    let key = saved.key().clone();
    let name = store.read_path::<Account, String>(key.clone(), "name");
    assert_eq!(name.await.unwrap(), "Naomi");
    let write = store.write_path::<Account, String>(key.clone(), "name", "Nara");
    write.await.unwrap();
    assert_eq!(
        store.load::<Account>(key.clone()).await.unwrap().name,
        "Nara"
    );
    store.delete::<Account>(key).await.unwrap();
    assert_eq!(vault.asked(), [""; 0]);
}

#[tokio::test]
async fn each_operation_asks_for_the_key_if_it_is_the_first() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, _, key) = saved_with(&vault, "2026").await;
    let new = || vault.rules("2026");

    let loaded = store
        .load::<Account>(key.clone())
        .loader(new())
        .await
        .unwrap();
    assert_eq!((*loaded).clone(), account());
    assert_eq!(vault.asked(), ["2026"]);

    let path = store.read_path::<Account, String>(key.clone(), "address.city");
    assert_eq!(path.loader(new()).await.unwrap(), "Osaka");
    assert_eq!(vault.asked(), ["2026"]);

    let path = store.write_path::<Account, String>(key.clone(), "address.city", "Nara");
    path.loader(new()).await.unwrap();
    assert_eq!(vault.asked(), ["2026"]);

    store.delete::<Account>(key).loader(new()).await.unwrap();
    assert_eq!(vault.asked(), [""; 0], "nothing is opened to be deleted");
}

#[tokio::test]
async fn loads_at_the_same_time_ask_once() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, _, key) = saved_with(&vault, "2026").await;
    let slow = Vault::made(&[("2026", Answer::Key(1))], 0, None);
    let store = store.with_loader(slow.rules("2026"));
    let loads: Vec<_> = (0..8)
        .map(|_| tokio::spawn(store.load::<Account>(key.clone()).into_future()))
        .collect();
    let cancelled = tokio::spawn(store.load::<Account>(key.clone()).into_future());
    while slow.0.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    cancelled.abort();
    slow.0.open.add_permits(1);
    for load in join_all(loads).await {
        assert_eq!(*load.unwrap().unwrap(), account());
    }
    assert_eq!(slow.asked(), ["2026"]);
}

#[tokio::test]
async fn all_keys_that_an_object_needs_are_asked_for_at_the_same_time() {
    let keys = [("a", Answer::Key(1)), ("b", Answer::Key(2))];
    // It answers when both are asked for, and never otherwise.
    let vault = Vault::made(&keys, Semaphore::MAX_PERMITS, Some(2));
    let rules = |capacity| {
        Rules::new()
            .with_source(CachedKeys::new(vault.clone()).with_capacity(capacity))
            .encrypt_with_key_of_source(["name", "card"], KeyId::new("a").unwrap())
            .unwrap()
            .encrypt_with_key_of_source(
                ["address.city", "orders[*].note"],
                KeyId::new("b").unwrap(),
            )
            .unwrap()
    };
    let (store, _) = store().await;
    // A cache with room for one key lets the other go while both are needed.
    for capacity in [2, 1] {
        let saved = store.save(account()).loader(rules(capacity)).await.unwrap();
        let load = store.load::<Account>(saved.key()).loader(rules(capacity));
        assert_eq!(*load.await.unwrap(), account());
        let asked: BTreeSet<String> = vault.asked().into_iter().collect();
        assert_eq!(asked.len(), 2);
    }
}

#[tokio::test]
async fn a_rotation_seals_anew_with_the_key_that_the_rules_name() {
    let vault = Vault::of(&[("2026", Answer::Key(1)), ("2027", Answer::Key(2))]);
    let (store, _, key) = saved_with(&vault, "2026").await;
    let load = store.load::<Account>(key).loader(vault.rules("2027"));
    let mut loaded = load.await.unwrap();
    loaded.save().await.unwrap();
    assert_eq!(key_ids(&store).await, vec!["2027"; 5]);
    assert_eq!(vault.asked(), ["2026", "2027"]);
}

#[tokio::test]
async fn a_program_that_may_only_read_or_write_asks_for_what_it_may_use() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, recorder, key) = saved_with(&vault, "2026").await;
    let load = store.load::<Account>(key.clone());
    let error = load
        .loader(WriteOnly::new(vault.rules("2026")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert_eq!(vault.asked(), [""; 0]);

    recorder.take();
    let save = store.save(account());
    let error = save
        .loader(ReadOnly::new(vault.rules("2026")))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert_eq!(vault.asked(), [""; 0]);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_exception_is_counted_once_however_often_keys_are_asked_for() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, _) = store().await;
    let clear = FIELDS.into_iter().filter(|field| *field != "name");
    let some = Rules::new()
        .with_source(CachedKeys::new(vault.clone()))
        .encrypt_with_key_of_source(clear, KeyId::new("2026").unwrap())
        .unwrap();
    let save = store.save(clear_account()).key("a").loader(some);
    save.await.unwrap();
    let policy = ReadPolicy::strict().allow_plaintext(["name"], "until March", None);
    let policy = policy.unwrap();
    let rules = vault.rules("2026").with_read_policy(policy.clone());
    let loaded = store.load::<Account>("a").loader(rules).await.unwrap();
    assert_eq!(*loaded, account());
    assert_eq!(vault.asked(), ["2026", "2026"], "once by each process");
    assert_eq!(
        (policy.uses()[0].count(), loaded.exceptions().len()),
        (1, 1)
    );
}

#[test]
fn a_loader_is_checked_without_asking_its_source() {
    let vault = Vault::of(&[]);
    dyno::check_loader(&vault.rules("2026"), &account()).unwrap();
    assert_eq!(vault.asked(), [""; 0]);
}

#[tokio::test]
async fn a_plan_asks_nobody_and_says_so() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, _) = store().await;
    let store = store.with_loader(vault.rules("2026"));
    let error = store.save(account()).plan().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    assert!(
        error
            .to_string()
            .contains("asked only when an operation is awaited"),
        "{error}"
    );
    assert_eq!(vault.asked(), [""; 0]);
    store.save(account()).await.unwrap();
    assert!(store.save(account()).plan().is_ok());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books", key = "ID", context = "books")]
struct Book {
    #[dyno(shard, chunked)]
    content: Content,
    #[dyno(shard)]
    note: Lazy<Note>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Contents", key = "IDX")]
struct Content {
    #[dyno(encrypt)]
    text: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "IDX")]
struct Note {
    #[dyno(encrypt)]
    text: String,
}

#[tokio::test]
async fn ids_are_learned_inside_bodies_in_pieces_and_lazy_shards() {
    let vault = Vault::of(&[("content", Answer::Key(1)), ("note", Answer::Key(2))]);
    let rules = || {
        let rules = Rules::new().with_source(CachedKeys::new(vault.clone()));
        let content = KeyId::new("content").unwrap();
        let rules = rules
            .encrypt_with_key_of_source(["content.text"], content)
            .unwrap();
        let note = KeyId::new("note").unwrap();
        rules
            .encrypt_with_key_of_source(["note.text"], note)
            .unwrap()
    };
    let store = Store::embedded().unwrap();
    store.ensure_tables::<Book>().await.unwrap();
    let book = Book {
        content: Content {
            text: "x".repeat(900_000),
        },
        note: Lazy::new(Note { text: "n".into() }),
    };
    let saved = store.save(book.clone()).loader(rules()).await.unwrap();
    assert_eq!(vault.asked(), ["content", "note"]);

    let load = store.load::<Book>(saved.key()).loader(rules());
    let mut loaded = load.await.unwrap();
    assert_eq!(loaded.content, book.content);
    assert_eq!(vault.asked(), ["content"]);
    assert_eq!(loaded.note.get().await.unwrap().text, "n");
    assert_eq!(vault.asked(), ["note"]);
    loaded.note.get_mut().await.unwrap().text = "m".into();
    loaded.save().await.unwrap();
    assert_eq!(vault.asked(), [""; 0]);
}

#[tokio::test]
async fn documents_ask_for_keys_too_and_keep_what_was_sealed_so() {
    let vault = Vault::of(&[("2026", Answer::Key(1)), ("2027", Answer::Key(2))]);
    let (store, _, key) = saved_with(&vault, "2026").await;
    let shape = Shape::root("Accounts", "ID").context("accounts");
    let rules = || Rules::new().with_source(CachedKeys::new(vault.clone()));

    let documents = store.documents(shape.clone());
    let mut document = documents.read(key.clone()).loader(rules()).await.unwrap();
    assert_eq!(vault.asked(), ["2026"]);
    assert_eq!(document.value()["address"]["city"], json!("Osaka"));
    document.set("$.name", json!("Nara")).unwrap();
    document.save().await.unwrap();
    assert_eq!(
        key_ids(&store).await,
        vec!["2026"; 5],
        "no rule names a key, and it stays sealed"
    );

    let mut document = documents
        .read(key.clone())
        .loader(vault.rules("2027"))
        .await
        .unwrap();
    document.save().await.unwrap();
    assert_eq!(key_ids(&store).await, vec!["2027"; 5]);

    vault.answers("2027", Answer::Down);
    let read = documents.read(key).loader(rules());
    assert_eq!(read.await.unwrap_err().kind(), ErrorKind::KeySource);
}

#[tokio::test]
async fn a_reseal_asks_for_the_keys_of_what_is_stored_and_for_the_new_one() {
    let (store, _) = store().await;
    let vault = Vault::of(&[("2026", Answer::Key(1)), ("2027", Answer::Key(2))]);
    for id in ["a", "b", "c"] {
        store
            .save(account())
            .key(id)
            .loader(vault.rules("2026"))
            .await
            .unwrap();
    }
    vault.asked();
    let report = store
        .reseal::<Account>()
        .loader(vault.rules("2027"))
        .await
        .unwrap();
    assert_eq!(report.resealed_from("2026", "2027"), 15, "{report}");
    let mut asked = vault.asked();
    asked.sort_unstable();
    assert_eq!(asked, ["2026", "2027"], "each once, for all objects");
    assert_eq!(key_ids(&store).await, vec!["2027"; 15]);
}
