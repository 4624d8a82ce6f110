//! Plans that depend on what happened before.

use dyno::{ErrorKind, Lazy, Shards};

use super::fixture::Expected::{AtLeast, Exact};
use super::fixture::{Album, Counter, File, Page, line, note, setup, text};

#[tokio::test]
async fn several_independent_shards_are_one_request_together() {
    let setup = setup::<Page>().await;
    let counter = || Counter {
        visits: 0,
        last: None,
    };
    let mut saved = setup
        .saved(Page {
            title: "t".into(),
            body: note(10),
            counter: counter(),
            likes: counter(),
        })
        .await;
    saved.counter.visits = 1;
    saved.likes.visits = 1;
    let save = saved.save();
    let plan = save.plan().unwrap();
    assert_eq!((plan.requests().len(), plan.round_trips()), (1, 1));
    setup
        .assert_plan_is_kept("both", Exact, save.plan(), save)
        .await;
}

#[tokio::test]
async fn what_a_lazy_shard_was_loaded_with_is_known() {
    let setup = setup::<Album>().await;
    setup
        .saved(Album {
            title: "Nara".into(),
            cover: Lazy::new(note(3000)),
            photos: Lazy::new(vec![line(10), line(2000)]),
        })
        .await;
    let mut loaded = setup.store.load::<Album>("k").await.unwrap();
    loaded.cover.set(note(10));
    setup.forget();
    let save = loaded.save();
    setup
        .assert_plan_is_kept("never loaded", AtLeast, save.plan(), save)
        .await;
    loaded.photos.get_mut().await.unwrap()[1].product = text(10);
    setup.forget();
    let save = loaded.save();
    setup
        .assert_plan_is_kept("loaded later", Exact, save.plan(), save)
        .await;
    let delete = loaded.delete();
    setup
        .assert_plan_is_kept("delete", Exact, delete.plan(), delete)
        .await;
}

#[tokio::test]
async fn loads_of_all_shards_and_of_none() {
    let setup = setup::<Album>().await;
    setup
        .saved(Album {
            title: "Nara".into(),
            cover: Lazy::new(note(3000)),
            photos: Lazy::new(vec![line(10), line(2000)]),
        })
        .await;
    for shards in [Shards::None, Shards::All] {
        let load = setup.store.load::<Album>("k").shards(shards);
        setup
            .assert_plan_is_kept(&format!("{shards:?}"), AtLeast, load.plan(), load)
            .await;
    }
    let load = setup.store.load::<File>("k").shards(Shards::None);
    assert_eq!(load.plan().unwrap_err().kind(), ErrorKind::InvalidShape);
}

/// A save that is not of a loaded object is planned as an insert; that there is an object already, the first request
/// finds out. The engine names no units for a refused request.
#[tokio::test]
async fn what_is_replaced_is_not_foreseen() {
    let setup = setup::<File>().await;
    let file = File {
        name: "f".into(),
        content: None,
        summary: note(3000),
    };
    setup.saved(file.clone()).await;
    let save = setup.store.save(file).key("k");
    let plan = save.plan().unwrap();
    assert_eq!(plan.requests().len(), 1);
    let mut saved = save.await.unwrap();
    setup.forget();
    saved.summary = note(10);
    let save = saved.save();
    setup
        .assert_plan_is_kept("after a replacement", Exact, save.plan(), save)
        .await;
}

#[tokio::test]
async fn a_plan_leaves_the_object_and_refuses_what_the_operation_refuses() {
    let setup = setup::<File>().await;
    let file = File {
        name: text(500_000),
        content: None,
        summary: note(10),
    };
    let mut save = setup.store.save(file).key("k");
    assert_eq!(save.plan().unwrap_err().kind(), ErrorKind::TooLarge);
    save = save.key("");
    assert_eq!(save.plan().unwrap_err().kind(), ErrorKind::InvalidKey);
    let object = save.await.unwrap_err().into_object();
    assert_eq!(object.name.len(), 500_000);
}
