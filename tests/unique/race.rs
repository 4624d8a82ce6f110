//! Several writers of one value: exactly one has it.

use std::pin::Pin;

use dyno::{ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, Late, Schedule};

use crate::fixture::{User, assert_guarded, faulty, made, user};

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

/// Puts, changes and deletes users, whose addresses are few.
async fn work(store: &Store, worker: u64) {
    for round in 0..30 {
        let dice = (worker * 31 + round).wrapping_mul(0x9e37_79b9) >> 3;
        let id = format!("u{}", dice % 3);
        let email = format!("{}@x", dice / 3 % 4);
        let done = match dice / 12 % 4 {
            0 => store.delete::<User>(id).await.map_err(|error| error.kind()),
            1 => {
                let saved = store.save(user(&id, &email)).if_absent().await;
                saved.map(drop).map_err(|error| error.kind())
            }
            2 => {
                let saved = store.save(user(&id, &email)).await;
                saved.map(drop).map_err(|error| error.kind())
            }
            _ => match store.load::<User>(id).optional().await.unwrap() {
                None => Ok(()),
                Some(mut loaded) => {
                    tokio::task::yield_now().await;
                    loaded.email = Some(email);
                    loaded.save().await.map_err(|error| error.kind())
                }
            },
        };
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
    tokio::join!(work(&store, 0), work(&store, 1), work(&store, 2));
    assert_guarded(&sound).await;
    let users = sound.scan::<User>().await.unwrap();
    let mut emails: Vec<_> = users.iter().map(|user| user.email.clone()).collect();
    emails.sort();
    emails.dedup();
    assert_eq!(emails.len(), users.len());
}
