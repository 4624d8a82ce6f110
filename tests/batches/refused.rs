//! What is refused, alone, and what is said of the others.

use dyno::{DyObject, ErrorKind, Store};
use dyno_testkit::{Fault, Request};
use serde_json::json;

use crate::fixture::{Note, Tag, Whole, faulty, note, note_keys, notes, store};

/// The service refuses what has this text.
fn refuses_bad(request: &Request) -> Fault {
    if request.body().to_string().contains("note 13\"") {
        let why = "One or more parameter values are not valid. A value specified for a secondary index key is not supported.";
        let body =
            json!({"__type": "com.amazon.coral.validate#ValidationException", "message": why});
        return Fault::Answered(400, body);
    }
    Fault::Pass
}

#[tokio::test(start_paused = true)]
async fn one_that_the_service_refuses_leaves_the_others_alone() {
    for fast in [false, true] {
        let (store, sound, recorder) = faulty(refuses_bad).await;
        let save = store.save_many(notes(25));
        let save = if fast { save.unconditional() } else { save };
        let error = save.await.unwrap_err();
        let (done, left) = error.into_parts();
        assert_eq!(done.len(), 24);
        assert_eq!(left[0].object(), &note(13));
        assert_eq!(left[0].kind(), ErrorKind::Service);
        assert_eq!(left[0].key().unwrap().to_string(), "ada / 13");
        assert_eq!(sound.scan::<Note>().count().await.unwrap(), 24);
        // Halves: 25, 12, 13, 6, 7, ..
        assert!(!fast || recorder.requests().len() < 12);
    }
}

#[tokio::test]
async fn refusals_name_operation_object_and_key() {
    let (store, recorder) = store().await;
    let mut objects = notes(2);
    objects[1].owner = String::new();
    let error = store.save_many(objects).await.unwrap_err();
    let left = error.into_left();
    assert_eq!(left[0].kind(), ErrorKind::BatchRefused);
    assert_eq!(left[0].key().unwrap().to_string(), "ada / 0");
    assert!(
        left[0]
            .to_string()
            .starts_with("save `Note` with key `ada / 0`: nothing was sent")
    );
    for error in [
        store
            .load_many::<Whole>(["a", ""])
            .await
            .unwrap_err()
            .into_left()
            .remove(0)
            .into_error(),
        store
            .delete_many::<Whole>(["a", ""])
            .await
            .unwrap_err()
            .into_left()
            .remove(0)
            .into_error(),
    ] {
        assert_eq!(error.kind(), ErrorKind::BatchRefused);
        assert_eq!(
            (error.object(), error.key().is_some()),
            (Some("Whole"), true)
        );
    }
    assert!(recorder.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_made_up_is_not_lost_with_the_answer() {
    for fast in [false, true] {
        let (store, sound, _) = faulty(|_| Fault::AnswerLost).await;
        let tag = Tag { name: "red".into() };
        let save = store.save_many([tag.clone()]);
        let save = if fast { save.unconditional() } else { save };
        let left = save.await.unwrap_err().into_left().remove(0);
        assert_eq!(left.kind(), ErrorKind::OutcomeUnknown);
        let key = left.key().unwrap().clone();
        sound
            .save_many([left.into_object()])
            .keys([key])
            .await
            .unwrap();
        assert_eq!(sound.scan::<Tag>().await.unwrap(), [tag]);
    }
}

#[tokio::test]
async fn a_part_that_asks_for_nothing_may_be_wrong_too() {
    let (store, recorder) = store().await;
    let error = store.save_many(Vec::<Tag>::new()).keys(["a"]).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(
        error
            .to_string()
            .contains("1 keys were given for 0 objects"),
        "{error}"
    );
    assert!(error.results().is_empty());

    let parts = (
        Tag::save_many(Vec::<Tag>::new()).keys(["a"]),
        Note::save_many(notes(2)),
    );
    let (tags, notes) = store.write_together(parts).await;
    assert_eq!(tags.unwrap_err().kind(), ErrorKind::InvalidKey);
    assert_eq!(notes.unwrap_err().kind(), ErrorKind::BatchRefused);

    let whole = Whole::load_many([""; 0]).shards(dyno::Shards::None);
    let (wholes, notes) = store
        .load_together((whole, Note::load_many(note_keys(2))))
        .await;
    assert_eq!(wholes.unwrap_err().kind(), ErrorKind::InvalidShape);
    assert_eq!(notes.unwrap_err().kind(), ErrorKind::BatchRefused);
    assert!(recorder.requests().is_empty());
}

/// A note, by the region's name.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "OWNER", sort = "NUMBER", region = "us-east-1")]
struct Placed {
    #[dyno(key)]
    owner: String,
    #[dyno(sort)]
    number: u64,
}

#[tokio::test]
async fn one_object_is_not_written_under_two_names_of_its_region() {
    let (_, sound, _) = faulty(|_| Fault::Pass).await;
    let region = sound.client::<Note>().unwrap().config().region().cloned();
    assert_eq!(region.unwrap().as_ref(), "us-east-1");
    let parts = (Note::save_many(notes(1)), Placed::delete_many(note_keys(1)));
    let (saved, deleted) = sound.write_together(parts).await;
    assert_eq!(saved.unwrap_err().kind(), ErrorKind::BatchRefused);
    assert_eq!(deleted.unwrap_err().kind(), ErrorKind::InvalidKey);
}

#[tokio::test]
async fn deletions_of_two_parts_are_made_once() {
    let (store, recorder) = store().await;
    let parts = (
        Note::delete_many(note_keys(2)),
        Note::delete_many(note_keys(1)),
    );
    let (a, b) = store.write_together(parts).await;
    a.unwrap();
    b.unwrap();
    assert_eq!(recorder.take().len(), 2);
    // Not if one is on a condition that the other has not.
    let parts = (
        Note::delete_many(note_keys(2)).unconditional(),
        Note::delete_many(note_keys(1)),
    );
    let (a, b) = store.write_together(parts).await;
    assert_eq!(a.unwrap_err().kind(), ErrorKind::BatchRefused);
    assert_eq!(b.unwrap_err().kind(), ErrorKind::InvalidKey);
}

#[tokio::test]
async fn clones_of_a_store_are_the_same_store() {
    let (store, _) = store().await;
    let other: Store = store.clone();
    let parts = (
        Note::save_many(notes(1)).on(&store),
        Note::save_many(notes(1)).on(&other),
    );
    let (_, again) = store.write_together(parts).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::InvalidKey);
}
