//! Several writers of one value: exactly one has it.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Mutex;

use dyno::{ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, Late, Schedule};

use crate::fixture::{Shop, User, assert_guarded, faulty, made, shop, user};

type Writer<'a> = Pin<Box<dyn Future<Output = Result<(), ErrorKind>> + 'a>>;

#[tokio::test]
async fn of_two_writers_of_one_value_one_wins_in_every_order() {
    let orders = Schedule::every(async |schedule| {
        let client = Engine::in_memory().unwrap().inline().client();
        let sound = made(client.clone()).await;
        let mut old = sound.save(user("u3", "c@x")).await.unwrap();
        let scheduled = Store::new(schedule.attach(&client));
        let first: Writer<'_> = Box::pin(async {
            let saved = scheduled.save(user("u1", "a@x")).await;
            saved.map(drop).map_err(|error| error.kind())
        });
        old.email = Some("a@x".into());
        let second: Writer<'_> = Box::pin(async {
            let saved = scheduled.save(old.into_object()).await;
            saved.map(drop).map_err(|error| error.kind())
        });
        let mut outcomes = schedule.run([first, second]).await;
        outcomes.sort_by_key(Result::is_err);
        assert_eq!(outcomes, [Ok(()), Err(ErrorKind::NotUnique)]);
        assert_guarded(&sound).await;
    });
    assert!(orders.await > 1);
}

/// Both writers, in every order of their requests; what came of each, the first one's first.
async fn in_every_order(
    prepare: impl AsyncFn(&Store),
    first: impl AsyncFn(&Store) -> Result<(), ErrorKind>,
    second: impl AsyncFn(&Store) -> Result<(), ErrorKind>,
) -> Vec<[Result<(), ErrorKind>; 2]> {
    let outcomes = Mutex::new(Vec::new());
    let orders = Schedule::every(async |schedule| {
        let client = Engine::in_memory().unwrap().inline().client();
        let sound = made(client.clone()).await;
        prepare(&sound).await;
        let scheduled = Store::new(schedule.attach(&client));
        let writers: [Writer<'_>; 2] = [Box::pin(first(&scheduled)), Box::pin(second(&scheduled))];
        let ended = schedule.run(writers).await;
        assert_guarded(&sound).await;
        outcomes.lock().unwrap().push([ended[0], ended[1]]);
    });
    assert!(orders.await > 1);
    outcomes.into_inner().unwrap()
}

fn kind<T, E: Into<dyno::Error>>(result: Result<T, E>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(|error| error.into().kind())
}

#[tokio::test]
async fn a_value_is_free_once_its_object_is_deleted_in_every_order() {
    let outcomes = in_every_order(
        async |sound| drop(sound.save(user("u1", "a@x")).await.unwrap()),
        async |store| kind(store.delete::<User>("u1").await),
        async |store| kind(store.save(user("u2", "a@x")).if_absent().await),
    );
    let outcomes = outcomes.await;
    assert!(outcomes.iter().all(|[deleted, _]| deleted.is_ok()));
    let claims: BTreeSet<_> = outcomes
        .iter()
        .map(|[_, claimed]| claimed.is_ok())
        .collect();
    assert_eq!(claims, BTreeSet::from([false, true]));
    let refused = outcomes.iter().filter_map(|[_, claimed]| claimed.err());
    assert!(refused.into_iter().all(|kind| kind == ErrorKind::NotUnique));
}

#[tokio::test]
async fn of_an_insert_and_a_change_one_wins_in_every_order() {
    let outcomes = in_every_order(
        async |sound| drop(sound.save(shop("s1", "Tea")).await.unwrap()),
        async |store| {
            let mut loaded = store.load::<Shop>(("s1", 1995_u32)).await.unwrap();
            loaded.name = "Ink".into();
            kind(loaded.save().await)
        },
        async |store| kind(store.save(shop("s2", "Ink")).if_absent().await),
    );
    let outcomes = outcomes.await;
    for mut ended in outcomes.clone() {
        ended.sort_by_key(Result::is_err);
        assert_eq!(ended, [Ok(()), Err(ErrorKind::NotUnique)]);
    }
    let winners: BTreeSet<_> = outcomes
        .iter()
        .map(|[changed, _]| changed.is_ok())
        .collect();
    assert_eq!(winners.len(), 2);
}

fn weather(number: u64) -> Fault {
    match number.wrapping_mul(2_654_435_761) >> 5 & 15 {
        0 => Fault::NotDelivered,
        1 => Fault::AnswerLost,
        2 => Fault::ServerErrorAfter,
        3 => Fault::Throttled,
        4 => Fault::TransactionConflict,
        5 => Fault::Ghost(Late::Past(3)),
        6 => Fault::Repeated(Late::Past(2)),
        7 => Fault::AppliedTwice,
        8 => Fault::Delayed(4),
        _ => Fault::Pass,
    }
}

/// How often each kind of write was done, and how often it was refused.
type Tally = Mutex<BTreeMap<(&'static str, bool), u32>>;

/// So many that each kind of write is done at least once, however the waits between attempts fall.
const ROUNDS: u64 = 120;

/// Puts, changes and deletes users and shops, whose values are few.
async fn work(store: &Store, worker: u64, tally: &Tally) {
    for round in 0..ROUNDS {
        let dice = (worker * 31 + round).wrapping_mul(0x9e37_79b9) >> 3;
        let id = format!("u{}", dice % 3);
        let value = format!("{}@x", dice / 3 % 4);
        let (what, done) = match dice / 12 % 7 {
            0 => ("delete", kind(store.delete::<User>(id).await)),
            1 => {
                let save = store.save(user(&id, &value)).if_absent();
                ("insert", kind(save.await))
            }
            2 => ("put", kind(store.save(user(&id, &value)).await)),
            3 => ("put of a shop", kind(store.save(shop(&id, &value)).await)),
            4 => {
                let transaction = store.transaction().put(user(&id, &value));
                ("both", kind(transaction.put(shop(&id, &value)).await))
            }
            5 => match store.load::<Shop>((id, 1995_u32)).optional().await.unwrap() {
                None => continue,
                Some(mut loaded) => {
                    tokio::task::yield_now().await;
                    loaded.name = value;
                    ("change of a shop", kind(loaded.save().await))
                }
            },
            _ => match store.load::<User>(id).optional().await.unwrap() {
                None => continue,
                Some(mut loaded) => {
                    tokio::task::yield_now().await;
                    loaded.email = Some(value);
                    ("change", kind(loaded.save().await))
                }
            },
        };
        *tally
            .lock()
            .unwrap()
            .entry((what, done.is_ok()))
            .or_default() += 1;
        match done {
            Ok(())
            | Err(
                ErrorKind::AlreadyExists
                | ErrorKind::Conflict
                | ErrorKind::Contended
                | ErrorKind::NotUnique
                | ErrorKind::OutcomeUnknown
                | ErrorKind::Throttled,
            ) => {}
            Err(kind) => panic!("{kind:?}"),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_storm_every_value_has_one_owner() {
    let (store, sound, _) = faulty(weather).await;
    let tally = Tally::default();
    tokio::join!(
        work(&store, 0, &tally),
        work(&store, 1, &tally),
        work(&store, 2, &tally)
    );
    assert_guarded(&sound).await;
    let users = sound.scan::<User>().await.unwrap();
    let mut emails: Vec<_> = users.iter().map(|user| user.email.clone()).collect();
    emails.sort();
    emails.dedup();
    assert_eq!(emails.len(), users.len());
    let tally = tally.into_inner().unwrap();
    let done = tally.keys().filter(|(_, done)| *done).count();
    assert_eq!(done, 7, "{tally:?}");
    assert!(tally.keys().any(|(_, done)| !done), "{tally:?}");
}
