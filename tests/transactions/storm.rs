//! Many writers, and a service that loses, repeats and refuses: what was moved is moved once, in all its parts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dyno::{DyObject as _, ErrorKind, Store};
use dyno_testkit::{Fault, Late};

use crate::fixture::{Account, Album, Note, Order, account, album, faulty, note, order};

const ACCOUNTS: u64 = 4;
const ROUNDS: u64 = 12;

/// What goes wrong with a transaction, by its number.
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

/// Moves 1 from an account to the next, counts it in an order's shard, and notes it under a name of its own.
async fn transfer(store: &Store, worker: u64, round: u64) -> Result<(), ErrorKind> {
    let at = worker + round;
    let mut from = store
        .load::<Account>((at % ACCOUNTS).to_string())
        .await
        .unwrap();
    let mut to = store
        .load::<Account>(((at + 1) % ACCOUNTS).to_string())
        .await
        .unwrap();
    let mut order = store.load::<Order>("moves").await.unwrap();
    tokio::task::yield_now().await;
    from.balance -= 1;
    to.balance += 1;
    order.address.city.push('x');
    let id = format!("{worker}-{round}");
    let count = Note::update("count").add(Note::fields().count(), 1);
    let transaction = store
        .transaction()
        .save(&mut from)
        .save(&mut to)
        .update(count);
    // Whatever stands there has other songs, which only its root tells.
    let songs = usize::try_from(round % 3).unwrap();
    let put = album(&format!("put {worker}"), songs);
    let moved = transaction
        .save(&mut order)
        .insert(note(&id))
        .put(put)
        .delete::<Album>(format!("gone {worker}"))
        .await;
    moved.map(drop).map_err(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn what_is_moved_is_moved_once() {
    let (store, sound, _) = faulty(weather).await;
    for number in 0..ACCOUNTS {
        let mut account = account(&number.to_string());
        account.balance = 1000;
        sound.save(account).await.unwrap();
    }
    sound.save(note("count")).await.unwrap();
    sound.save(order("moves")).await.unwrap();
    for worker in 0..3 {
        let gone = album(&format!("gone {worker}"), 2);
        sound.save(gone).await.unwrap();
    }
    let unknown = Arc::new(AtomicU64::new(0));
    let done = Arc::new(AtomicU64::new(0));
    let worker = |worker: u64| {
        let (store, unknown, done) = (store.clone(), Arc::clone(&unknown), Arc::clone(&done));
        async move {
            for round in 0..ROUNDS {
                let counter = loop {
                    match transfer(&store, worker, round).await {
                        Ok(()) => break &done,
                        Err(ErrorKind::Conflict | ErrorKind::Contended | ErrorKind::Throttled) => {}
                        Err(ErrorKind::OutcomeUnknown) => break &unknown,
                        Err(kind) => panic!("{kind:?}"),
                    }
                };
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    tokio::join!(worker(0), worker(1), worker(2));
    let (done, unknown) = (
        done.load(Ordering::Relaxed),
        unknown.load(Ordering::Relaxed),
    );
    assert_eq!(done + unknown, 3 * ROUNDS);
    assert!(unknown < ROUNDS, "most is learned: {unknown}");

    let moves = sound.load::<Note>("count").await.unwrap().count;
    assert!(
        (done..=done + unknown).contains(&moves),
        "{done} {moves} {unknown}"
    );
    let notes = sound.scan::<Note>().await.unwrap().len();
    assert_eq!(u64::try_from(notes).unwrap(), moves + 1, "each is noted");
    let order = sound.load::<Order>("moves").await.unwrap();
    let crosses = order.address.city.matches('x').count();
    assert_eq!(u64::try_from(crosses).unwrap(), moves);
    // No song is left behind, and none is missing.
    let client = sound.client::<Album>().unwrap();
    let songs = dyno_testkit::dump(&client, "Songs").await.unwrap().len();
    let albums = sound.scan::<Album>().await.unwrap();
    let theirs: usize = albums.iter().map(|album| album.songs.len()).sum();
    assert_eq!((albums.len(), songs), (3, theirs));
    let accounts = sound.scan::<Account>().await.unwrap();
    let total: u64 = accounts.iter().map(|account| account.balance).sum();
    assert_eq!(total, 1000 * ACCOUNTS);
}
