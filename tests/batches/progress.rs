//! Batches that go on while something is done, wait in between, and end when nothing can be done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use dyno::{ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, Gate, Recorder, Request};
use serde_json::json;
use tokio::time::{Duration, Instant};

use crate::fixture::{Note, Tag, faulty, note_keys, notes, sent, wholes};

const MANY: u64 = 18;

/// All but one of each batch is left over.
fn one_by_one(request: &Request) -> Fault {
    match (request.operation(), request.actions()) {
        ("BatchGetItem" | "BatchWriteItem", actions @ 2..) => Fault::UnprocessedKeys(actions - 1),
        _ => Fault::Pass,
    }
}

#[tokio::test(start_paused = true)]
async fn tries_that_do_something_are_not_counted() {
    let (store, sound, recorder) = faulty(one_by_one).await;
    let saved = store.save_many(notes(MANY)).unconditional().await.unwrap();
    assert_eq!(saved.len(), 18);
    assert_eq!(recorder.take().len(), 18);
    let found = store.load_many::<Note>(note_keys(MANY)).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 18);
    assert_eq!(recorder.take().len(), 18);
    let gone = store.delete_many::<Note>(note_keys(MANY)).unconditional();
    gone.await.unwrap();
    assert_eq!(recorder.take().len(), 18);
    assert_eq!(sound.scan::<Note>().count().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_nothing_could_be_read_is_asked_for_again() {
    // More often than an SDK repeats it by itself.
    let script = |request: &Request| match request.number() {
        0..6 => Fault::Throttled,
        _ => Fault::Pass,
    };
    let (store, sound, _) = faulty(script).await;
    sound.save_many(notes(5)).await.unwrap();
    let found = store.load_many::<Note>(note_keys(5)).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_asked_for_as_before() {
    // A server that gives the keys back, and nothing of how they were to be read.
    let script = |request: &Request| {
        let left = json!({"Notes": {"Keys": [{"OWNER": {"S": "ada"}, "NUMBER": {"N": "1"}}]}});
        match request.number() {
            0 => Fault::Answered(200, json!({"Responses": {}, "UnprocessedKeys": left})),
            _ => Fault::Pass,
        }
    };
    let (store, _, recorder) = faulty(script).await;
    store.load_many::<Note>(note_keys(2)).await.unwrap();
    let requests = recorder.take();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(
            request.body()["RequestItems"]["Notes"]["ConsistentRead"],
            true
        );
    }
}

/// The time between a request and the one before, for each number of tries.
#[derive(Clone, Default)]
struct Pauses(Arc<Mutex<(Option<Instant>, Vec<Duration>)>>);

impl Pauses {
    fn note(&self) {
        let mut noted = self.0.lock().unwrap();
        let now = Instant::now();
        if let Some(before) = noted.0.replace(now) {
            noted.1.push(now - before);
        }
    }

    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.0.lock().unwrap()).1
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_are_random_and_grow() {
    const RUNS: u32 = 40;
    let pauses = Pauses::default();
    let noted = pauses.clone();
    let left = json!({"Notes": [
        {"DeleteRequest": {"Key": {"OWNER": {"S": "ada"}, "NUMBER": {"N": "0"}}}}
    ]});
    let script = move |_: &Request| {
        noted.note();
        Fault::Answered(200, json!({"UnprocessedItems": left}))
    };
    let (store, _, _) = faulty(script).await;
    let mut by_try: BTreeMap<usize, Vec<Duration>> = BTreeMap::new();
    for _ in 0..RUNS {
        let gone = store.delete_many::<Note>(note_keys(1)).unconditional();
        assert_eq!(gone.await.unwrap_err().kind(), ErrorKind::Throttled);
        let run = pauses.take();
        // After the last try there is nothing to wait for.
        assert_eq!(run.len(), 9);
        for (number, pause) in run.into_iter().enumerate() {
            by_try.entry(number).or_default().push(pause);
        }
    }
    let rounding = Duration::from_millis(2);
    for (number, pauses) in &by_try {
        let bound = Duration::from_millis((40 << number).min(1000));
        assert!(
            pauses.iter().all(|pause| *pause <= bound + rounding),
            "{number}"
        );
        // Half of the bound is expected.
        let mean = pauses.iter().sum::<Duration>() / RUNS;
        assert!(mean > bound / 5, "{number}: {mean:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}

#[tokio::test]
async fn no_more_is_sent_to_a_table_that_is_missing() {
    let recorder = Recorder::new();
    let client = Engine::in_memory().unwrap().client();
    let store = Store::new(client).with_interceptor(recorder.clone());
    store.ensure_tables::<Tag>().await.unwrap();
    recorder.take();
    let error = store.save_many(notes(40)).at_once(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    assert_eq!(error.left().count(), 40);
    let whose = |error: &dyno::Error| (error.object().map(str::to_owned), error.key().is_some());
    let note = (Some("Note".to_owned()), true);
    assert!(error.left().all(|left| whose(left.error()) == note));
    assert_eq!(recorder.take().len(), 1);
    let error = store.save_many(notes(60)).unconditional().at_once(1).await;
    assert_eq!(error.unwrap_err().left().count(), 60);
    assert_eq!(recorder.take().len(), 1);
    let error = store.load_many::<Note>(note_keys(350)).at_once(1).await;
    assert_eq!(error.unwrap_err().left().count(), 350);
    assert_eq!(recorder.take().len(), 1);

    // Parts that do not need the table are written.
    let tag = |number: u64| Tag {
        name: number.to_string(),
    };
    for fast in [false, true] {
        let (mut a, mut b) = (
            store.save_many(notes(30)),
            store.save_many((0..30).map(tag)),
        );
        if fast {
            (a, b) = (a.unconditional(), b.unconditional());
        }
        let (notes, tags) = store.write_together((a, b)).at_once(1).await;
        assert_eq!(notes.unwrap_err().into_left().len(), 30);
        assert_eq!(tags.unwrap().len(), 30);
    }
}

#[tokio::test]
async fn so_many_requests_are_sent_at_once() {
    for at_once in [1, 3] {
        let gate = Gate::new();
        let held = gate.clone();
        let (store, sound, recorder) = faulty(move |_| Fault::Held(held.clone())).await;
        sound.save_many(wholes(1)).await.unwrap();
        let saving = tokio::spawn({
            let save = store.save_many(notes(9)).at_once(at_once);
            async move { save.await.map(|saved| saved.len()) }
        });
        for _ in 0..at_once {
            gate.reached().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(recorder.requests().len(), at_once);
        gate.open();
        assert_eq!(saving.await.unwrap().unwrap(), 9);
        assert_eq!(sent(&recorder), ["PutItem 1"; 9]);
    }
}
