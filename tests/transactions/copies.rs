//! Copies that are sent so late that the service has forgotten the token of the first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_smithy_async::time::TimeSource;
use dyno::{DyObject as _, ErrorKind, Store};
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};

use crate::fixture::{Account, Note, on, rules, sent, stored};

/// A clock that the test moves on.
#[derive(Clone, Debug, Default)]
struct Minutes(Arc<AtomicU64>);

impl TimeSource for Minutes {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_mins(30_000_000 + self.0.load(Ordering::Relaxed))
    }
}

/// A store that loses the answer of each transaction, which takes so many minutes, until this many were sent, and a sound one.
async fn slow(minutes: u64, lost: u64) -> (Store, Store, Recorder) {
    let client = dyno_testbed::Service::new().inline().client();
    let (sound, _) = on(client.clone()).await;
    stored(&sound).await;
    let clock = Minutes::default();
    let config = client.config().to_builder().time_source(clock.clone());
    let client = Client::from_conf(config.build());
    let seen = AtomicU64::new(0);
    let of = move |request: &Request| {
        if request.operation() != "TransactWriteItems" {
            return Fault::Pass;
        }
        clock.0.fetch_add(minutes, Ordering::Relaxed);
        match seen.fetch_add(1, Ordering::Relaxed) {
            number if number < lost => Fault::AnswerLost,
            _ => Fault::Pass,
        }
    };
    let recorder = Recorder::new();
    let faulty = Store::new(wrap(&client, |http| FaultClient::new(http, of))).with_loader(rules());
    (faulty.with_interceptor(recorder.clone()), sound, recorder)
}

#[tokio::test(start_paused = true)]
async fn what_nothing_but_the_token_keeps_from_coming_twice_is_not_sent_after_it() {
    let (store, sound, recorder) = slow(5, 9).await;
    let count = || Note::update("a").add(Note::fields().count(), 1);
    let error = store.transaction().update(count()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(error.to_string().contains("token"), "{error}");
    assert_eq!(sent(&recorder).len(), 2);
    assert_eq!(sound.load::<Note>("a").await.unwrap().count, 1);

    let (store, sound, recorder) = slow(4, 2).await;
    store.transaction().update(count()).await.unwrap();
    assert_eq!(sent(&recorder).len(), 3);
    assert_eq!(sound.load::<Note>("a").await.unwrap().count, 1);
}

#[tokio::test(start_paused = true)]
async fn a_version_keeps_a_copy_from_coming_twice_at_any_time() {
    let (store, sound, recorder) = slow(15, 2).await;
    let mut account = store.load::<Account>("a").await.unwrap();
    recorder.take();
    account.balance += 1;
    store.transaction().save(&mut account).await.unwrap();
    assert_eq!(sent(&recorder).len(), 3);
    assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 11);
}

#[tokio::test(start_paused = true)]
async fn a_root_that_has_forgotten_a_commit_keeps_no_copy_from_coming_twice() {
    let (store, sound, recorder) = slow(15, 1).await;
    let update = Account::update("a").add(Account::fields().balance(), 1);
    let others = async {
        while sound.load::<Account>("a").await.unwrap().balance == 10 {
            tokio::task::yield_now().await;
        }
        for _ in 0..6 {
            let mut account = sound.load::<Account>("a").await.unwrap();
            account.balance += 10;
            account.save().await.unwrap();
        }
    };
    let (updated, ()) = tokio::join!(store.transaction().update(update), others);
    let error = updated.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(sent(&recorder).len(), 1);
    assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 71);
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_keeps_no_copy_from_coming_twice() {
    let (store, sound, recorder) = slow(15, 1).await;
    let account = store.load::<Account>("a").await.unwrap();
    recorder.take();
    let count = Note::update("a").add(Note::fields().count(), 1);
    let transaction = store.transaction().delete_saved(&account).update(count);
    let error = transaction.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(sent(&recorder).len(), 1);
    assert_eq!(sound.load::<Note>("a").await.unwrap().count, 1);
}
