//! What is sent, and what it leaves.

use dyno::{DyObject as _, Namespace};

use crate::fixture::{
    Account, Album, Note, Order, account, album, make_tables, note, order, sent, store, stored,
};

#[tokio::test]
async fn objects_of_all_forms_are_written_by_one_request() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    let gone = store.save(note("gone")).await.unwrap();
    store.save(order("deleted")).await.unwrap();
    store.save(account("checked")).await.unwrap();
    recorder.take();

    old.note.text = "changed".into();
    old.order.address.city = "Kyoto".into();
    old.account.balance = 3;
    let update = Note::update("b").set(Note::fields().text(), "updated");
    let fields = Account::fields();
    store.save(note("b")).await.unwrap();
    recorder.take();
    let inserted = store
        .transaction()
        .save(&mut old.note)
        .save(&mut old.order)
        .insert(order("new"))
        .save(old.account.save().when(fields.balance().eq(10)))
        .put(note("put"))
        .delete_saved(&gone)
        .delete::<Order>("deleted")
        .check("checked", fields.balance().gt(5))
        .check_missing::<Account>("nobody")
        .update(update)
        .insert_all([account("x"), account("y")])
        .await;
    let (new, put, accounts) = inserted.unwrap();
    // note 1, order: root and address 2, new order 3, account 1, put 1, gone 1, deleted order 3, checks 2, update 1, accounts 2
    assert_eq!(sent(&recorder), ["TransactWriteItems 17"]);
    assert_eq!((&*new, &*put), (&order("new"), &note("put")));
    assert_eq!(*accounts[1], account("y"));

    assert_eq!(*store.load::<Note>("a").await.unwrap(), *old.note);
    assert_eq!(*store.load::<Order>("a").await.unwrap(), *old.order);
    assert_eq!(*store.load::<Account>("a").await.unwrap(), *old.account);
    assert_eq!(store.load::<Note>("b").await.unwrap().text, "updated");
    assert_eq!(*store.load::<Account>("y").await.unwrap(), account("y"));
    assert!(
        store
            .load::<Note>("gone")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .load::<Order>("deleted")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn what_was_written_is_up_to_date() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    old.order.total = 1;
    old.note.count = 1;
    let given = store.transaction().save(&mut old.order).save(&mut old.note);
    let (mut new,) = given.insert(order("new")).await.unwrap();
    recorder.take();
    old.order.save().await.unwrap();
    old.note.save().await.unwrap();
    new.save().await.unwrap();
    assert_eq!(sent(&recorder), [""; 0], "nothing has changed since");
    old.order.log.lines = 2;
    old.order.save().await.unwrap();
    new.address.city = "Nagoya".into();
    new.log.lines = 1;
    new.save().await.unwrap();
    assert_eq!(*store.load::<Order>("new").await.unwrap(), *new);
    new.delete().await.unwrap();
    assert!(
        store
            .load::<Order>("new")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn nothing_is_sent_for_what_has_not_changed() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    recorder.take();
    store.transaction().await.unwrap();
    let transaction = store.transaction().save(&mut old.note).save(&mut old.order);
    transaction.save(&mut old.account).await.unwrap();
    assert_eq!(sent(&recorder), [""; 0]);
    let transaction = store.transaction().check_unchanged(&old.note);
    let transaction = transaction.check_unchanged(&old.order);
    transaction.check_exists::<Account>("a").await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 3"]);
}

#[tokio::test]
async fn an_independent_shard_alone_is_one_action() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    let mut other = store.load::<Order>("a").await.unwrap();
    other.total = 9;
    other.save().await.unwrap();
    recorder.take();
    old.order.log.lines = 7;
    let transaction = store.transaction().save(&mut old.order);
    transaction.check_exists::<Note>("a").await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 2"]);
    old.order.log.lines = 8;
    old.order.save().await.unwrap();
    let now = store.load::<Order>("a").await.unwrap();
    assert_eq!((now.total, now.log.lines), (9, 8));
}

#[tokio::test]
async fn a_put_over_another_object_needs_a_second_request() {
    let (store, recorder) = store().await;
    let old = stored(&store).await;
    recorder.take();
    let mut changed = order("a");
    changed.total = 5;
    let transaction = store.transaction().put(changed.clone()).put(order("b"));
    let (mut a, _, _) = transaction.put(note("a")).await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 7", "TransactWriteItems 7"]
    );
    drop(old);
    assert_eq!(*store.load::<Order>("a").await.unwrap(), changed);
    a.total = 6;
    a.save().await.unwrap();
}

#[tokio::test]
async fn what_only_the_root_tells_is_deleted_with_it() {
    let (store, recorder) = store().await;
    store.save(album("a", 5)).await.unwrap();
    recorder.take();
    let transaction = store.transaction().delete::<Album>("a");
    transaction.delete::<Album>("none").await.unwrap();
    let sent = sent(&recorder);
    assert_eq!(sent, ["GetItem 1", "GetItem 1", "TransactWriteItems 7"]);
    let songs = dyno_testkit::dump(&store.client::<Album>().unwrap(), "Songs").await;
    assert!(songs.unwrap().is_empty());
}

#[tokio::test]
async fn objects_can_be_added_in_a_loop() {
    let (store, recorder) = store().await;
    let accounts = (0..20).map(|number| account(&number.to_string()));
    let (mut accounts,) = store.transaction().insert_all(accounts).await.unwrap();
    let mut transaction = store.transaction();
    for account in &mut accounts {
        account.balance += 1;
        transaction = transaction.save(account);
    }
    transaction.await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 20", "TransactWriteItems 20"]
    );
    let keys = (0..20).map(|number| number.to_string());
    let found = store.load_many::<Account>(keys).await.unwrap();
    assert!(found.iter().flatten().all(|account| account.balance == 11));
}

#[tokio::test]
async fn tables_have_the_prefix_of_their_namespace() {
    let recorder = dyno_testkit::Recorder::new();
    let store = dyno_testbed::store()
        .with_namespace(Namespace::new("dev_").unwrap())
        .with_interceptor(recorder.clone());
    make_tables(&store).await;
    recorder.take();
    let transaction = store.transaction().check_missing::<Note>("b");
    let transaction = transaction.delete::<Note>("c");
    let transaction = transaction.insert(note("a")).insert(order("a"));
    transaction.await.unwrap();
    for request in recorder.requests() {
        let tables = request.tables();
        assert!(
            tables.keys().all(|name| name.starts_with("dev_")),
            "{request}"
        );
    }
    let error = store.transaction().insert(note("a")).await.unwrap_err();
    let failure = &error.failures()[0];
    assert_eq!(failure.standing::<Note>().await.unwrap().unwrap().id, "a");
}
