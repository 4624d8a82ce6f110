//! Objects with shards are complete, and their shards are read in batches.

use dyno::{DyObject, Lazy, Store};
use dyno_testkit::Recorder;

use crate::fixture::store;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Parts", key = "IDX")]
struct Part {
    text: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Machines", key = "ID")]
struct Machine {
    name: String,
    #[dyno(shard)]
    one: Part,
    #[dyno(shard)]
    two: Part,
    #[dyno(shard)]
    three: Option<Part>,
    #[dyno(shard)]
    rest: Vec<Part>,
}

fn part(text: String) -> Part {
    Part { text }
}

fn machine(number: usize) -> Machine {
    Machine {
        name: format!("m{number:02}"),
        one: part(format!("one of {number}")),
        two: part(format!("two of {number}")),
        three: Some(part(format!("three of {number}"))),
        rest: vec![part(format!("rest of {number}"))],
    }
}

async fn machines(count: usize) -> (Store, Recorder) {
    let (store, recorder) = store().await;
    store.ensure_tables::<Machine>().await.unwrap();
    for number in 0..count {
        let machine = machine(number);
        let key = machine.name.clone();
        store.save(machine).key(key).await.unwrap();
    }
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn thirty_objects_with_four_shards_are_three_requests() {
    let (store, recorder) = machines(30).await;
    let mut found = store.scan::<Machine>().await.unwrap();
    let requests = recorder.take();
    let sent: Vec<_> = requests
        .iter()
        .map(|request| (request.operation().to_owned(), request.actions()))
        .collect();
    assert_eq!(sent.iter().filter(|(name, _)| name == "Scan").count(), 1);
    let mut batches: Vec<_> = sent
        .iter()
        .filter(|(name, _)| name == "BatchGetItem")
        .map(|(_, keys)| *keys)
        .collect();
    batches.sort_unstable();
    assert_eq!((sent.len(), batches), (3, vec![20, 100]));
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(found.len(), 30);
    for (number, found) in found.iter().enumerate() {
        assert_eq!(*found, machine(number));
        assert_eq!(*found, store.load::<Machine>(found.key()).await.unwrap());
    }
}

#[tokio::test]
async fn an_object_of_a_page_writes_what_changed_only() {
    let (store, recorder) = machines(3).await;
    let mut found = store.scan::<Machine>().await.unwrap();
    recorder.take();
    found[1].save().await.unwrap();
    assert!(recorder.take().is_empty());
    found[1].two.text = "changed".into();
    found[1].save().await.unwrap();
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].actions(), 2, "root and shard");
    let loaded = store.load::<Machine>(found[1].key()).await.unwrap();
    assert_eq!(loaded, found[1]);
    let plan = |machine: &mut dyno::Saved<Machine>| machine.save().plan().unwrap().to_string();
    let mut loaded = store.load::<Machine>(found[2].key()).await.unwrap();
    for machine in [&mut loaded, &mut found[2]] {
        machine.one.text.push_str(" and more");
    }
    assert_eq!(plan(&mut loaded), plan(&mut found[2]));
}

#[tokio::test]
async fn only_shards_of_objects_that_are_given_back_are_read() {
    let (store, recorder) = machines(30).await;
    let few = Machine::fields().name().lt("m03".to_owned());
    assert_eq!(store.scan::<Machine>().filter(few).await.unwrap().len(), 3);
    let requests = recorder.take();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].actions(), 12);
    assert_eq!(
        store
            .scan::<Machine>()
            .limit(30)
            .take(2)
            .await
            .unwrap()
            .len(),
        2
    );
    let requests = recorder.take();
    assert_eq!((requests.len(), requests[1].actions()), (2, 8));
    assert_eq!(store.scan::<Machine>().count().await.unwrap(), 30);
    assert_eq!(recorder.operations(), ["Scan"]);
}

#[tokio::test]
async fn a_filter_on_a_shard_is_refused() {
    let (store, recorder) = machines(1).await;
    let filter = Machine::fields().one().text().eq("x".to_owned());
    let error = store.scan::<Machine>().filter(filter).await.unwrap_err();
    assert_eq!(error.kind(), dyno::ErrorKind::InvalidExpression);
    assert!(error.to_string().contains("lies in a shard"), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn keys_that_are_left_unprocessed_are_asked_for_again() {
    use dyno_testkit::{Fault, FaultClient, wrap};
    use std::sync::atomic::{AtomicUsize, Ordering};

    let (store, _) = machines(30).await;
    let batches = AtomicUsize::new(0);
    let client = wrap(&store.client::<Machine>().unwrap(), |http| {
        FaultClient::new(http, move |request| match request.operation() {
            "BatchGetItem" if batches.fetch_add(1, Ordering::Relaxed) < 2 => {
                Fault::UnprocessedKeys(7)
            }
            _ => Fault::Pass,
        })
    });
    let found = Store::new(client).scan::<Machine>().await.unwrap();
    assert_eq!(found.len(), 30);
}

#[derive(DyObject, Debug)]
#[dyno(table = "Files", key = "ID")]
struct File {
    name: String,
    #[dyno(shard)]
    body: Lazy<Part>,
}

#[tokio::test]
async fn lazy_shards_are_left_for_later() {
    let (store, recorder) = store().await;
    store.ensure_tables::<File>().await.unwrap();
    let body = Lazy::new(part("text".into()));
    let file = File {
        name: "f".into(),
        body,
    };
    store.save(file).key("f").await.unwrap();
    recorder.take();
    let found = store.scan::<File>().await.unwrap();
    assert_eq!(recorder.operations(), ["Scan"]);
    assert_eq!(found[0].name, "f");
    assert_eq!(found[0].body.get().await.unwrap().text, "text");
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Threads", key = "FORUM", sort = "AT")]
struct Thread {
    #[dyno(key)]
    forum: String,
    #[dyno(sort)]
    at: String,
    title: String,
    #[dyno(shard(table = "Threads"))]
    posts: Vec<Post>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Posts", key = "IDX", sort = "PART")]
struct Post {
    text: String,
}

fn thread(number: usize) -> Thread {
    let post = |post| Post {
        text: format!("post {post} of {number}"),
    };
    Thread {
        forum: "f".into(),
        at: format!("2026-{number:02}"),
        title: format!("t{number}"),
        posts: (0..3).map(post).collect(),
    }
}

#[tokio::test]
async fn shards_beside_their_roots_come_with_the_page() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Thread>().await.unwrap();
    for number in 0..10 {
        store.save(thread(number)).await.unwrap();
    }
    recorder.take();
    let query = || store.query::<Thread>().key("f");
    let check = |found: &[dyno::Saved<Thread>], numbers: &[usize]| {
        assert_eq!(found.len(), numbers.len());
        for (found, number) in found.iter().zip(numbers) {
            assert_eq!(*found, thread(*number));
        }
    };
    check(&query().await.unwrap(), &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(recorder.operations(), ["Query"]);
    recorder.take();
    check(
        &query().descending().limit(40).take(2).await.unwrap(),
        &[9, 8],
    );
    assert_eq!(recorder.operations(), ["Query"]);
    recorder.take();
    for limit in 1..9 {
        let found = query().limit(limit).await.unwrap();
        check(&found, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    recorder.take();
    let late = query().sort().ge("2026-08");
    check(&late.await.unwrap(), &[8, 9]);
    assert_eq!(recorder.operations(), ["Query"]);
    assert_eq!(query().count().await.unwrap(), 10);
    let not = !Thread::fields().title().eq("t4".to_owned());
    let found = query().filter(not).await.unwrap();
    check(&found, &[0, 1, 2, 3, 5, 6, 7, 8, 9]);
}
