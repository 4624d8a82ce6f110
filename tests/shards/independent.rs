use dyno::{DyObject as _, ErrorKind};

use super::fixture::{Counter, Page, note, setup};

fn page() -> Page {
    Page {
        title: "t".into(),
        body: note("b"),
        counter: Counter {
            visits: 0,
            last: Some("x".into()),
        },
    }
}

#[tokio::test]
async fn a_write_is_one_update_and_the_root_stays() {
    let setup = setup::<Page>().await;
    let mut saved = setup.saved(page()).await;
    let root = setup.dump("Pages").await;
    saved.counter.visits = 1;
    saved.counter.last = None;
    saved.save().await.unwrap();
    assert_eq!(setup.sent(), ["UpdateItem"]);
    let visits = Page::paths().counter().visits();
    setup.store.write_path("k", &visits, 5_u64).await.unwrap();
    assert_eq!(setup.sent(), ["UpdateItem"]);
    assert_eq!(setup.dump("Pages").await, root);
    let loaded = setup.store.load::<Page>("k").await.unwrap();
    assert_eq!(
        loaded.counter,
        Counter {
            visits: 5,
            last: None
        }
    );
    assert_eq!(setup.sent(), ["BatchGetItem"]);
}

#[tokio::test]
async fn it_does_not_meet_writers_of_the_object() {
    let setup = setup::<Page>().await;
    setup.saved(page()).await;
    let mut first = setup.store.load::<Page>("k").await.unwrap();
    let mut second = setup.store.load::<Page>("k").await.unwrap();
    first.title = "first".into();
    first.save().await.unwrap();
    second.counter.visits = 9;
    second.save().await.unwrap();
    let mut loaded = setup.store.load::<Page>("k").await.unwrap();
    assert_eq!((loaded.title.as_str(), loaded.counter.visits), ("first", 9));
    first.counter.visits = 10;
    assert_eq!(first.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    first.title = "and the root".into();
    assert_eq!(first.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    loaded.counter.visits = 10;
    loaded.title = "both".into();
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
    loaded.counter.visits = 11;
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["UpdateItem"]);
    assert_eq!(*setup.store.load::<Page>("k").await.unwrap(), *loaded);
}

#[tokio::test]
async fn it_goes_with_its_object_and_not_into_the_next_one() {
    let setup = setup::<Page>().await;
    let mut stale = setup.saved(page()).await;
    setup.store.delete::<Page>("k").await.unwrap();
    assert!(setup.dump("Counters").await.is_empty());
    stale.counter.visits = 1;
    assert_eq!(stale.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    setup.saved(page()).await;
    assert_eq!(stale.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    let loaded = setup.store.load::<Page>("k").await.unwrap();
    assert_eq!(*loaded, page());
}

#[tokio::test]
async fn a_condition_is_asked_of_the_root_which_is_written_with_it() {
    let setup = setup::<Page>().await;
    let mut saved = setup.saved(page()).await;
    saved.counter.visits = 1;
    let title = Page::fields().title();
    let refused = saved.save().when(title.eq("x")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    saved.save().when(title.eq("t")).await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"; 2]);
    saved.counter.visits = 2;
    saved.save().await.unwrap();
    assert_eq!(setup.sent(), ["UpdateItem"]);
    let loaded = setup.store.load::<Page>("k").await.unwrap();
    assert_eq!(loaded.counter.visits, 2);
}
