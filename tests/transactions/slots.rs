//! Objects that are added in a loop, and keys that were made up.

use dyno::transaction::Slot;
use dyno::{DyObject, ErrorKind};
use dyno_testkit::Fault;

use crate::fixture::{Note, account, faulty, sent, store, stored};

/// A key that nobody gives.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Event {
    text: String,
}

fn event(text: &str) -> Event {
    Event { text: text.into() }
}

#[tokio::test]
async fn a_loop_finds_what_it_stored() {
    let (store, recorder) = store().await;
    stored(&store).await;
    recorder.take();
    let mut slots: Vec<_> = ["x", "y", "z"].map(|text| Slot::new(event(text))).into();
    let mut given = Slot::new(event("given").save().key("k"));
    let mut transaction = store.transaction();
    for slot in &mut slots {
        assert!(slot.key().is_none() && slot.saved().is_none());
        transaction = transaction.insert_into(slot);
    }
    let update = Note::update("a").add(Note::fields().count(), 1);
    transaction
        .put_into(&mut given)
        .update(update)
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 5"]);
    assert_eq!(given.key().unwrap().to_string(), "k");
    for (slot, text) in slots.iter_mut().zip(["x", "y", "z"]) {
        let key = slot.key().unwrap().clone();
        assert_eq!(store.load::<Event>(&key).await.unwrap().text, text);
        let saved = slot.saved().unwrap();
        saved.text.push('!');
        saved.save().await.unwrap();
        assert_eq!(slot.object().text, format!("{text}!"));
    }
    let again = store.transaction().insert_into(&mut slots[0]);
    assert_eq!(again.await.unwrap_err().kind(), ErrorKind::InvalidSetting);
    assert_eq!(slots.remove(0).into_saved().unwrap().text, "x!");
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_stored_once_whatever_was_lost() {
    // Ten answers are lost, and then none.
    let (store, sound, _) = faulty(|number| match number {
        0..10 => Fault::AnswerLost,
        _ => Fault::Pass,
    })
    .await;
    let mut slot = Slot::new(event("once"));
    let transaction = store.transaction().insert_into(&mut slot);
    let error = transaction.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(slot.saved().is_none());
    let key = slot.key().unwrap().clone();
    assert_eq!(error.keys(), [Some(key.clone())]);
    // The next try meets the first.
    let transaction = store.transaction().insert_into(&mut slot);
    let error = transaction.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let transaction = store.transaction().put_into(&mut slot);
    let error = transaction.await;
    assert!(error.is_ok(), "{error:?}");
    assert_eq!(slot.into_saved().unwrap().key(), &key);
    assert_eq!(sound.scan::<Event>().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn keys_that_were_made_up_come_back_with_the_objects() {
    let (store, sound, _) = faulty(|number| match number {
        0..10 => Fault::AnswerLost,
        _ => Fault::Pass,
    })
    .await;
    stored(&sound).await;
    let transaction = store.transaction().check_exists::<Note>("a");
    let transaction = transaction.insert_all([event("x"), event("y")]);
    let error = transaction.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    let [Some(check), Some(x), Some(y)] = error.keys() else {
        panic!("{:?}", error.keys())
    };
    assert_eq!(check.to_string(), "a");
    let keys = [x.clone(), y.clone()];
    let (objects,) = error.into_given();
    let again = objects.into_iter().zip(keys);
    let again = again.map(|(object, key)| object.save().key(key));
    let (saved,) = store.transaction().put_all(again).await.unwrap();
    assert_eq!(sound.scan::<Event>().await.unwrap().len(), 2 + 1);
    assert_eq!(saved[0].key().to_string().len(), 36);
    let error = store.transaction().insert(account("")).await.unwrap_err();
    assert_eq!(error.failures()[0].kind(), ErrorKind::InvalidKey);
    assert_eq!(error.keys(), [Some("".into())]);
}

#[tokio::test]
async fn an_object_that_was_refused_is_mended_in_its_slot_or_taken_out() {
    let (store, _) = store().await;
    let mut slot = Slot::new(account(""));
    let transaction = store.transaction().insert_into(&mut slot);
    assert_eq!(transaction.await.unwrap_err().kind(), ErrorKind::InvalidKey);
    assert!(slot.saved().is_none());
    slot.object_mut().id = "c".into();
    store.transaction().insert_into(&mut slot).await.unwrap();
    let stored = store.load::<crate::fixture::Account>("c").await.unwrap();
    assert_eq!(*stored, slot.into_object());

    let refused = Slot::new(account(""));
    assert_eq!(refused.into_object(), account(""));
}

#[tokio::test]
async fn the_condition_of_a_save_is_asked_though_nothing_changed() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    let fields = crate::fixture::Account::fields();
    recorder.take();
    for (balance, kind) in [(10, None), (11, Some(ErrorKind::ConditionFailed))] {
        let save = old.account.save().when(fields.balance().eq(balance));
        let done = store.transaction().save(save).await;
        assert_eq!(done.err().map(|error| error.kind()), kind);
        let save = old
            .note
            .save()
            .when(Note::fields().count().eq(balance - 10));
        let done = store.transaction().save(save).await;
        assert_eq!(done.err().map(|error| error.kind()), kind);
        assert_eq!(sent(&recorder), ["TransactWriteItems 1"; 2]);
    }
    let mut theirs = store.load::<crate::fixture::Account>("a").await.unwrap();
    theirs.balance = 20;
    theirs.save().await.unwrap();
    let save = old.account.save().when(fields.balance().eq(20));
    let error = store.transaction().save(save).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let stood = error.failures()[0].standing::<crate::fixture::Account>();
    assert_eq!(stood.await.unwrap().unwrap().balance, 20);
    // Afterwards it is saved as before.
    old.note.text = "y".into();
    store.transaction().save(&mut old.note).await.unwrap();
    let gone = old.note.save().when(Note::fields().count().eq(0));
    store.delete::<Note>("a").await.unwrap();
    let error = store.transaction().save(gone).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}
