//! A writer between the reads of a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dyno::{DyObject, ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Recorder, SplitBatches, SplitPages, wrap};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Halves", key = "IDX")]
struct Half {
    number: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Wholes", key = "ID")]
struct Whole {
    number: u64,
    #[dyno(shard)]
    left: Half,
    #[dyno(shard)]
    right: Half,
}

fn whole(number: u64) -> Whole {
    Whole {
        number,
        left: Half { number },
        right: Half { number },
    }
}

const OBJECTS: usize = 6;

/// The same with its shards beside it.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Pairs", key = "ID", sort = "AT")]
struct Pair {
    #[dyno(key)]
    id: String,
    #[dyno(sort)]
    at: String,
    number: u64,
    #[dyno(shard(table = "Pairs"))]
    left: Half,
    #[dyno(shard(table = "Pairs"))]
    right: Half,
}

fn pair(object: usize, number: u64) -> Pair {
    Pair {
        id: "p".into(),
        at: object.to_string(),
        number,
        left: Half { number },
        right: Half { number },
    }
}

#[tokio::test]
async fn shards_that_come_with_a_torn_page_are_not_taken_for_those_of_another_commit() {
    let engine = Engine::in_memory().unwrap().inline();
    let writer = Store::new(engine.client());
    writer.ensure_tables::<Pair>().await.unwrap();
    let recorder = Recorder::new();
    let split = wrap(&engine.client(), |http| SplitPages::new(http, 20_26));
    let reader = Store::new(split).with_interceptor(recorder.clone());
    let mut saved = Vec::new();
    for object in 0..OBJECTS {
        saved.push(writer.save(pair(object, 0)).await.unwrap());
    }
    let done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                for (object, saved) in saved.iter_mut().enumerate() {
                    **saved = pair(object, number);
                    saved.save().await.unwrap();
                    for _ in 0..number % 60 {
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
    });
    let (mut queries, mut contended, mut again) = (0, 0, 0);
    while queries < 200 {
        let query = reader.query::<Pair>().key("p");
        let found = query.await;
        again += usize::from(recorder.take().len() > 1);
        match found {
            Ok(found) => {
                assert_eq!(found.len(), OBJECTS);
                for (object, found) in found.into_iter().enumerate() {
                    assert_eq!(*found, pair(object, found.number), "torn");
                }
                queries += 1;
            }
            Err(error) if error.kind() == ErrorKind::Contended => contended += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    done.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    assert!(contended < queries / 10, "{contended} of {queries}");
    assert!(again > 0, "nobody wrote in between");
}

#[tokio::test]
async fn no_object_of_a_page_is_torn() {
    let engine = Engine::in_memory().unwrap().inline();
    let writer = Store::new(engine.client());
    writer.ensure_tables::<Whole>().await.unwrap();
    let recorder = Recorder::new();
    let split = wrap(&engine.client(), |http| SplitBatches::new(http, 20_26));
    let reader = Store::new(split).with_interceptor(recorder.clone());
    let mut saved = Vec::new();
    for object in 0..OBJECTS {
        saved.push(writer.save(whole(0)).key(object.to_string()).await.unwrap());
    }
    let done = Arc::new(AtomicBool::new(false));
    let writes = Arc::new(AtomicUsize::new(0));
    let writing = tokio::spawn({
        let (done, writes) = (Arc::clone(&done), Arc::clone(&writes));
        async move {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                for saved in &mut saved {
                    **saved = whole(number);
                    saved.save().await.unwrap();
                    writes.fetch_add(1, Ordering::Relaxed);
                    for _ in 0..number % 30 {
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
    });
    let (mut scans, mut contended, mut again) = (0, 0, 0);
    while scans < 300 {
        let found = reader.scan::<Whole>().await;
        let requests = recorder.take();
        let batches = requests
            .iter()
            .filter(|request| request.operation() == "BatchGetItem");
        again += usize::from(batches.count() > 1);
        match found {
            Ok(found) => {
                assert_eq!(found.len(), OBJECTS);
                for object in found {
                    assert_eq!(*object, whole(object.number), "torn");
                }
                scans += 1;
            }
            Err(error) if error.kind() == ErrorKind::Contended => contended += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    done.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    assert!(contended < scans / 10, "{contended} of {scans}");
    assert!(
        again > 0 && writes.load(Ordering::Relaxed) > 0,
        "nobody wrote in between"
    );
}

#[tokio::test]
async fn an_object_that_is_deleted_in_between_is_left_out() {
    use dyno_testkit::{Fault, FaultClient};
    use std::sync::Mutex;

    let engine = Engine::in_memory().unwrap();
    let writer = Store::new(engine.client());
    writer.ensure_tables::<Whole>().await.unwrap();
    for object in 0..3 {
        writer
            .save(whole(object))
            .key(object.to_string())
            .await
            .unwrap();
    }
    let gate = dyno_testkit::Gate::new();
    let held = Mutex::new(Some(gate.clone()));
    let client = wrap(&engine.client(), |http| {
        FaultClient::new(http, move |request| match request.operation() {
            "BatchGetItem" => match held.lock().unwrap().take() {
                Some(gate) => Fault::Held(gate),
                None => Fault::Pass,
            },
            _ => Fault::Pass,
        })
    });
    let scan = tokio::spawn(async move { Store::new(client).scan::<Whole>().await });
    gate.reached().await;
    writer.delete::<Whole>("1").await.unwrap();
    gate.open();
    let found = scan.await.unwrap().unwrap();
    let mut numbers: Vec<_> = found.iter().map(|whole| whole.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 2]);
}
