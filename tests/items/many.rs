//! Many items by their keys.

use dyno::items::Change;

use crate::fixture::{count, item, store, visits};

fn put(number: u64) -> Change {
    Change::Put(item("a", &format!("/{number}"), number))
}

fn delete(number: u64) -> Change {
    Change::Delete(("a", format!("/{number}")).into())
}

#[tokio::test]
async fn twenty_five_writes_and_a_hundred_reads_are_one_request() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    visits.write_many((0..60).map(put)).await.unwrap();
    let sizes = || {
        let requests = recorder.take();
        let mut sizes: Vec<_> = requests
            .iter()
            .map(dyno_testkit::Request::actions)
            .collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes(), [10, 25, 25]);
    let keys = (0..101).rev().map(|number| ("a", format!("/{number}")));
    let found = visits
        .get_many(keys)
        .consistent()
        .only(["count"])
        .await
        .unwrap();
    assert_eq!(sizes(), [1, 100]);
    assert!(found[..41].iter().all(Option::is_none));
    let counts: Vec<_> = found.iter().flatten().map(count).collect();
    assert_eq!(counts, (0..60).rev().collect::<Vec<_>>());
    visits.write_many((0..60).map(delete)).await.unwrap();
    assert!(visits.scan().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_may_be_asked_for_twice() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    visits.write_many([put(1)]).await.unwrap();
    let found = visits.get_many([("a", "/1"), ("a", "/2"), ("a", "/1")]);
    let found = found.await.unwrap();
    assert!(found[0].is_some() && found[1].is_none() && found[2] == found[0]);
    recorder.take();
    assert!(visits.get_many([("a", "/1")]).await.unwrap()[0].is_some());
    assert_eq!(recorder.operations(), ["GetItem"]);
    recorder.take();
    assert!(
        visits
            .get_many::<(&str, &str)>([])
            .await
            .unwrap()
            .is_empty()
    );
    visits.write_many([]).await.unwrap();
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn changes_of_one_key_are_made_in_their_order() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let changes = [put(1), delete(1), put(2), Change::Put(item("a", "/1", 7))];
    visits.write_many(changes).await.unwrap();
    let batches: Vec<_> = recorder
        .take()
        .iter()
        .map(dyno_testkit::Request::actions)
        .collect();
    assert_eq!(batches, [1, 2, 1]);
    let found = visits.get(("a", "/1")).await.unwrap().unwrap();
    assert_eq!(count(&found), 7);
}
