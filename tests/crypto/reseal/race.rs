//! A reseal among programs that save: nothing that was saved is lost, and nothing is left unreadable.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dyno::{DyObject, ErrorKind, Keyring, Rules, Saved, Shards, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Recorder, Schedule, SplitBatches, wrap};

use crate::file::{File, file, keys, load_file, part, promoted, retired, rules};

pub(super) type Actor<'a> = Pin<Box<dyn Future<Output = Option<String>> + 'a>>;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Cards", key = "ID")]
struct Card {
    #[dyno(encrypt)]
    number: String,
    holder: String,
}

/// Without reserved attributes: a rule encrypts, not the type.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Plain", key = "ID")]
struct Plain {
    number: String,
    holder: String,
}

fn card_rules(keys: &Keyring) -> Rules {
    let rules = Rules::new().with_keyring(keys.clone()).unwrap();
    rules.encrypt_with_primary(["number"]).unwrap()
}

/// Runs a reseal and a save in every order; returns how many orders there are, and how many saves were refused.
macro_rules! every_order {
    ($type:ident, $keys:ident, $writer:expr) => {{
        let (mut refused, mut left_over) = (0, 0);
        let orders = Schedule::every(async |schedule| {
            let $keys = keys();
            let engine = Engine::in_memory().unwrap().inline();
            let store = Store::new(engine.client());
            store.ensure_tables::<$type>().await.unwrap();
            let object = $type {
                number: "1".into(),
                holder: "Ada".into(),
            };
            let save = store.save(object).key("k").loader(card_rules(&$keys));
            save.await.unwrap();
            let scheduled = Store::new(schedule.attach(&engine.client()));
            let writer = $writer;
            let reseal: Actor<'_> = Box::pin(async {
                let reseal = scheduled.reseal::<$type>();
                let report = reseal.loader(card_rules(&promoted(&$keys))).await.unwrap();
                assert_eq!(report.failed(), 0, "{report:?}");
                None
            });
            let write: Actor<'_> = Box::pin(async {
                let load = scheduled.load::<$type>("k").loader(card_rules(&writer));
                let mut loaded = load.await.unwrap();
                loaded.number = "2".into();
                match loaded.save().await {
                    Ok(()) => Some("2".to_owned()),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
                        None
                    }
                }
            });
            let outcomes = schedule.run([reseal, write]).await;
            let saved = outcomes.into_iter().flatten().next();
            refused += u32::from(saved.is_none());
            let load = store.load::<$type>("k");
            let loaded = load.loader(card_rules(&promoted(&$keys))).await.unwrap();
            assert_eq!(loaded.number, saved.as_deref().unwrap_or("1"), "{schedule}");
            assert_eq!(loaded.holder, "Ada");
            let load = store.load::<$type>("k");
            let load = load.loader(card_rules(&retired(&$keys)));
            left_over += u32::from(load.await.is_err());
        })
        .await;
        (orders, refused, left_over)
    }};
}

#[tokio::test(start_paused = true)]
async fn a_save_between_the_read_and_the_write_wins_in_every_order() {
    let (orders, refused, left_over) = every_order!(Card, keys, promoted(&keys));
    assert!(orders >= 6, "{orders}");
    assert_eq!(refused, 0, "an object with an etag is not changed");
    assert_eq!(left_over, 0, "both seal with the new key");
}

#[tokio::test(start_paused = true)]
async fn a_program_without_the_new_primary_loses_nothing_and_leaves_the_old_key_in_use() {
    let (orders, refused, left_over) = every_order!(Card, keys, keys.clone());
    assert!(orders >= 6, "{orders}");
    assert_eq!(refused, 0);
    assert!(left_over > 0, "which the next audit counts");
}

#[tokio::test(start_paused = true)]
async fn a_save_of_a_plain_object_wins_or_is_told_in_every_order() {
    let (orders, refused, left_over) = every_order!(Plain, keys, promoted(&keys));
    assert!(orders >= 6, "{orders}");
    assert!(
        refused > 0,
        "the attribute has other bytes than were loaded"
    );
    assert_eq!(left_over, 0);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_came_too_late_is_metered_by_the_size_of_its_item() {
    let mut too_late = 0;
    Schedule::every(async |schedule| {
        let keys = keys();
        let engine = Engine::in_memory().unwrap().inline();
        let store = Store::new(engine.client());
        store.ensure_tables::<Card>().await.unwrap();
        let card = Card {
            number: "1".into(),
            holder: "x".repeat(5000),
        };
        let save = store.save(card).key("k").loader(card_rules(&keys));
        save.await.unwrap();
        let scheduled = Store::new(schedule.attach(&engine.client()));
        let recorder = Recorder::new();
        let reseal: Actor<'_> = Box::pin(async {
            let store = scheduled.clone().with_interceptor(recorder.clone());
            let reseal = store.reseal::<Card>().loader(card_rules(&promoted(&keys)));
            Some(reseal.await.unwrap().write_units().to_string())
        });
        let write: Actor<'_> = Box::pin(async {
            let load = scheduled.load::<Card>("k").loader(card_rules(&keys));
            let mut loaded = load.await.unwrap();
            loaded.number = "2".into();
            loaded.save().await.unwrap();
            None
        });
        let outcomes = schedule.run([reseal, write]).await;
        let metered: f64 = outcomes[0].as_deref().unwrap().parse().unwrap();
        let updates = recorder.count("UpdateItem");
        let forecast: f64 = std::iter::repeat_n(6.0, updates).sum();
        assert!(metered >= forecast, "{metered} of {updates}: {schedule}");
        too_late += updates.saturating_sub(1);
    })
    .await;
    assert!(too_late > 0);
}

/// Changes a part of each kind, so that a mixture of two saves would show.
fn version(number: u64) -> File {
    let mut file = file();
    let text = format!("version {number}");
    file.title.clone_from(&text);
    file.owner.clone_from(&text);
    file.body = part(&text);
    file.lines = (0..=number % 4).map(|_| part(&text)).collect();
    file.scan = part(&text);
    file.counter.secret.clone_from(&text);
    file.counter.visits = number;
    file
}

async fn write(store: &Store, keys: &Keyring, saves: u64) -> u64 {
    let mut last = 0;
    for number in 1..=saves {
        loop {
            let load = store.load::<File>("k").shards(Shards::All);
            let loaded: dyno::Result<Saved<File>> = load.loader(rules(keys)).await;
            let mut loaded = match loaded {
                Ok(loaded) => loaded,
                Err(error) if error.kind() == ErrorKind::Contended => continue,
                Err(error) => panic!("{error:?}"),
            };
            assert_eq!(*loaded, version(last), "a mixture, or a lost save");
            *loaded = version(number);
            match loaded.save().await {
                Ok(()) => break,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}"),
            }
        }
        last = number;
    }
    last
}

#[tokio::test(start_paused = true)]
async fn no_save_is_lost_in_many_orders() {
    let mut conflicts = 0;
    for seed in 0..60 {
        let keys = keys();
        let engine = Engine::in_memory().unwrap().inline();
        let store = Store::new(engine.client());
        store.ensure_tables::<File>().await.unwrap();
        let save = store.save(version(0)).key("k").loader(rules(&keys));
        save.await.unwrap();
        let schedule = Schedule::seeded(seed);
        let client = schedule.attach(&engine.client());
        let client = wrap(&client, |http| SplitBatches::new(http, seed));
        let scheduled = Store::new(client);
        let new = promoted(&keys);
        let reseal: Actor<'_> = Box::pin(async {
            let reseal = scheduled.reseal::<File>().loader(rules(&new));
            let report = reseal.await.unwrap();
            Some(report.contended().to_string())
        });
        let writer: Actor<'_> = Box::pin(async {
            write(&scheduled, &new, 3).await;
            None
        });
        let outcomes = schedule.run([reseal, writer]).await;
        conflicts += outcomes[0].as_deref().unwrap().parse::<u32>().unwrap();
        let loaded = load_file(&store, "k", &new).await.unwrap();
        assert_eq!(loaded, version(3), "{schedule}");
        let rest = store.reseal::<File>().loader(rules(&new)).await.unwrap();
        assert!(rest.is_complete(), "{schedule}");
        let loaded = load_file(&store, "k", &retired(&keys)).await.unwrap();
        assert_eq!(loaded, version(3), "{schedule}");
    }
    assert!(conflicts < 20, "{conflicts}");
}

#[tokio::test]
async fn a_writer_that_never_rests_loses_nothing() {
    let keys = keys();
    let store = Store::new(Engine::in_memory().unwrap().client());
    store.ensure_tables::<File>().await.unwrap();
    let save = store.save(version(0)).key("k").loader(rules(&keys));
    save.await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let resealing = tokio::spawn({
        let (store, done) = (store.clone(), Arc::clone(&done));
        let (old, new) = (keys.clone(), promoted(&keys));
        async move {
            let mut values = 0;
            // There and back, so that there is always something to do.
            while !done.load(Ordering::Relaxed) {
                for keys in [&new, &old] {
                    let reseal = store.reseal::<File>().loader(rules(keys));
                    values += reseal.await.unwrap().values();
                }
            }
            values
        }
    });
    let last = write(&store, &promoted(&keys), 60).await;
    done.store(true, Ordering::Relaxed);
    let values = resealing.await.unwrap();
    assert!(values > 0, "{values}");
    let loaded = load_file(&store, "k", &promoted(&keys)).await.unwrap();
    assert_eq!(loaded, version(last));
    let report = store
        .reseal::<File>()
        .loader(rules(&promoted(&keys)))
        .await
        .unwrap();
    assert!(report.is_complete());
    let loaded = load_file(&store, "k", &retired(&keys)).await.unwrap();
    assert_eq!(loaded, version(last));
}
