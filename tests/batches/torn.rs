//! Others write while a batch reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dyno::{ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Recorder, SplitBatches, wrap};

use crate::fixture::{Whole, whole};

const OBJECTS: usize = 6;

#[tokio::test]
async fn no_object_of_a_batch_is_torn() {
    let engine = Engine::in_memory().unwrap().inline();
    let writer = Store::new(engine.client());
    writer.ensure_tables::<Whole>().await.unwrap();
    let recorder = Recorder::new();
    let split = wrap(&engine.client(), |http| SplitBatches::new(http, 20_26));
    let reader = Store::new(split).with_interceptor(recorder.clone());
    let keys: Vec<_> = (0..OBJECTS).map(|object| object.to_string()).collect();
    let mut saved = Vec::new();
    for key in &keys {
        saved.push(writer.save(whole(key, 0)).await.unwrap());
    }
    let done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                for saved in &mut saved {
                    **saved = whole(&saved.id.clone(), number);
                    saved.save().await.unwrap();
                    for _ in 0..number % 30 {
                        tokio::task::yield_now().await;
                    }
                }
            }
        }
    });
    let (mut loads, mut again, mut contended) = (0, 0, 0);
    while loads < 200 {
        let found = reader.load_many::<Whole>(keys.clone()).await;
        again += usize::from(recorder.take().len() > 2);
        let results = match found {
            Ok(found) => found.into_iter().map(Ok).collect(),
            Err(error) => error.into_results(),
        };
        assert_eq!(results.len(), OBJECTS);
        for (key, result) in keys.iter().zip(results) {
            match result {
                Ok(found) => {
                    let found = found.unwrap();
                    assert_eq!(*found, whole(key, found.number), "torn");
                }
                Err(failure) if failure.error().kind() == ErrorKind::Contended => contended += 1,
                Err(failure) => panic!("{failure:?}"),
            }
        }
        loads += 1;
    }
    done.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    assert!(contended < loads / 10, "{contended} of {loads}");
    assert!(again > 0, "nobody wrote in between");
}
