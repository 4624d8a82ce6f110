//! Batches of tables with a prefix, whose leftovers come back under the names that types know.

use dyno::{Namespace, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};

use crate::fixture::{Note, Whole, note_keys, notes, wholes};

fn half(request: &Request) -> Fault {
    match (request.operation(), request.actions()) {
        ("BatchGetItem" | "BatchWriteItem", actions @ 2..) => Fault::UnprocessedKeys(actions / 2),
        _ => Fault::Pass,
    }
}

#[tokio::test(start_paused = true)]
async fn leftovers_are_found_again_under_a_prefix() {
    let recorder = Recorder::new();
    let client = wrap(&Engine::in_memory().unwrap().client(), |http| {
        FaultClient::new(http, half)
    });
    let store = Store::new(client)
        .with_namespace(Namespace::new("dev_").unwrap())
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Note>().await.unwrap();
    store.ensure_tables::<Whole>().await.unwrap();
    recorder.take();
    store.save_many(notes(40)).unconditional().await.unwrap();
    store.save_many(wholes(4)).await.unwrap();
    let found = store.load_many::<Note>(note_keys(41)).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 40);
    let keys = ["w0", "w1", "w2", "w3"];
    let found = store.load_many::<Whole>(keys).await.unwrap();
    assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), wholes(4));
    store
        .delete_many::<Note>(note_keys(41))
        .unconditional()
        .await
        .unwrap();
    assert_eq!(store.scan::<Note>().count().await.unwrap(), 0);
    for request in recorder.requests() {
        let body = request.body();
        let names = body["RequestItems"].as_object();
        let mut names = names.into_iter().flatten().map(|(name, _)| name);
        assert!(names.all(|name| name.starts_with("dev_")), "{request}");
    }
}
