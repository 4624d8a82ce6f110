//! Which object was in the way, and what stood there; the others are as they were.

use dyno::{DyObject as _, ErrorKind, Store};

use crate::fixture::{Account, Note, Order, account, note, order, store, stored};

/// Which part failed, and how.
fn failed<G>(error: &dyno::TransactionError<G>) -> Vec<(usize, ErrorKind)> {
    let failures = error.failures().iter();
    failures
        .map(|failure| (failure.part(), failure.kind()))
        .collect()
}

async fn nothing_new(store: &Store) {
    assert!(
        store
            .load::<Note>("new")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
    let parts = dyno_testkit::dump(&store.client::<Order>().unwrap(), "Parts").await;
    assert_eq!(parts.unwrap().len(), 2);
}

#[tokio::test]
async fn every_reason_is_told_of_its_part() {
    let (store, _) = store().await;
    let mut old = stored(&store).await;
    let mut other = store.load::<Order>("a").await.unwrap();
    other.total = 70;
    other.save().await.unwrap();
    let mut other = store.load::<Account>("a").await.unwrap();
    other.balance = 71;
    other.save().await.unwrap();
    let mut other = store.load::<Note>("a").await.unwrap();
    other.text = "theirs".into();
    other.save().await.unwrap();

    // Each by itself, at each place.
    for place in 0..3 {
        for kind in 0..8 {
            let mut transaction = store.transaction();
            for number in 0..place {
                transaction = transaction.check_missing::<Note>(format!("none{number}"));
            }
            old.order.total = 1;
            old.account.balance = 1;
            old.note.text = "mine".into();
            let (transaction, expected) = match kind {
                0 => (transaction.save(&mut old.order), ErrorKind::Conflict),
                1 => (transaction.save(&mut old.account), ErrorKind::Conflict),
                2 => (transaction.save(&mut old.note), ErrorKind::Conflict),
                3 => (transaction.delete_saved(&old.order), ErrorKind::Conflict),
                4 => {
                    let when = Account::fields().balance().lt(5);
                    (transaction.check("a", when), ErrorKind::ConditionFailed)
                }
                5 => (
                    transaction.check_exists::<Note>("nobody"),
                    ErrorKind::NotFound,
                ),
                6 => (
                    transaction.check_missing::<Note>("a"),
                    ErrorKind::AlreadyExists,
                ),
                _ => {
                    let update = Note::update("a").set(Note::fields().text(), "x");
                    let update = update.when(Note::fields().text().eq("y"));
                    (transaction.update(update), ErrorKind::ConditionFailed)
                }
            };
            let transaction = transaction.check_missing::<Order>("none");
            let error = transaction.insert(note("new")).await.unwrap_err();
            assert_eq!(failed(&error), [(place, expected)], "{kind}: {error:?}");
            assert_eq!(error.kind(), expected);
            let key = error.error().key().unwrap().to_string();
            assert!(key == "a" || key == "nobody", "{error}");
            assert_eq!(error.given(), &(note("new"),));
            nothing_new(&store).await;
        }
    }
}

#[tokio::test]
async fn all_that_were_in_the_way_are_named_with_what_stood_there() {
    let (store, _) = store().await;
    let mut old = stored(&store).await;
    let mut theirs = store.load::<Account>("a").await.unwrap();
    theirs.balance = 50;
    theirs.save().await.unwrap();
    old.account.balance = 1;
    let transaction = store.transaction().save(&mut old.account);
    let transaction = transaction.insert(note("a")).insert(order("a"));
    let error = transaction.insert(note("new")).await.unwrap_err();
    assert_eq!(
        failed(&error),
        [
            (0, ErrorKind::Conflict),
            (1, ErrorKind::AlreadyExists),
            (2, ErrorKind::AlreadyExists)
        ]
    );
    let text = error.to_string();
    assert!(text.contains("`Account` with key `a`"), "{text}");
    assert!(text.contains("2 other parts"), "{text}");
    let [account, a_note, an_order] = error.failures() else {
        panic!("{error:?}")
    };
    assert_eq!(a_note.object(), Some("Note"));

    // What stood there is decrypted, and can be saved at once.
    let mut standing = account.standing::<Account>().await.unwrap().unwrap();
    assert_eq!((standing.balance, &*standing.owner), (50, "owner a"));
    standing.balance = 49;
    standing.save().await.unwrap();
    assert_eq!(
        *a_note.standing::<Note>().await.unwrap().unwrap(),
        note("a")
    );
    let refused = an_order.standing::<Order>().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidShape);
    assert!(an_order.standing_item().unwrap().contains_key("total"));
    let refused = a_note.standing::<Account>().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TypeMismatch);
    assert!(!format!("{error:?} {account:?}").contains("owner a"));

    // What was given comes back, in its order.
    let (first, second, third) = error.into_given();
    assert_eq!((first, second, third), (note("a"), order("a"), note("new")));
    nothing_new(&store).await;
    assert_eq!(old.account.balance, 1, "what was to be saved is as it was");
    old.account.reload().await.unwrap();
    assert_eq!(old.account.balance, 49);
}

#[tokio::test]
async fn what_somebody_else_deleted_is_a_conflict() {
    let (store, _) = store().await;
    let mut old = stored(&store).await;
    store.delete::<Account>("a").await.unwrap();
    old.account.balance = 1;
    let transaction = store.transaction().save(&mut old.account);
    let error = transaction.insert(note("new")).await.unwrap_err();
    assert_eq!(failed(&error), [(0, ErrorKind::Conflict)]);
    assert!(
        error.failures()[0]
            .standing::<Account>()
            .await
            .unwrap()
            .is_none()
    );
    nothing_new(&store).await;
    // Deleting what is gone succeeds.
    let transaction = store.transaction().delete_saved(&old.account);
    transaction.insert(note("newer")).await.unwrap();
    assert!(store.load::<Note>("newer").await.is_ok());
}

#[tokio::test]
async fn two_writers_of_the_same_objects_do_not_mix() {
    let (store, _) = store().await;
    stored(&store).await;
    store.save(account("b")).await.unwrap();
    let transfer = async |amount: u64| loop {
        let mut from = store.load::<Account>("a").await.unwrap();
        let mut to = store.load::<Account>("b").await.unwrap();
        let mut note = store.load::<Note>("a").await.unwrap();
        tokio::task::yield_now().await;
        from.balance -= amount;
        to.balance += amount;
        note.count += 1;
        let transaction = store.transaction().save(&mut from).save(&mut to);
        match transaction.save(&mut note).await {
            Ok(()) => return,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}"),
        }
    };
    tokio::join!(transfer(1), transfer(2), transfer(3), transfer(1));
    let [a, b] = [
        store.load::<Account>("a").await.unwrap(),
        store.load::<Account>("b").await.unwrap(),
    ];
    assert_eq!((a.balance, b.balance), (3, 17));
    assert_eq!(store.load::<Note>("a").await.unwrap().count, 4);
}

#[tokio::test]
async fn what_the_program_demands_is_told_before_the_range_of_a_number() {
    let (store, _) = store().await;
    let stored = stored(&store).await;
    let (note, account) = (Note::fields().count(), Account::fields().balance());
    let standing = (stored.note.count, stored.account.balance);
    let spend = |enough: (u64, u64)| {
        let note_of = Note::update("a").subtract(note.clone(), standing.0 + 1);
        let account_of = Account::update("a").subtract(account.clone(), standing.1 + 1);
        store
            .transaction()
            .update(note_of.when(note.ge(enough.0)))
            .update(account_of.when(account.ge(enough.1)))
    };
    for (enough, kind) in [
        ((standing.0 + 1, standing.1 + 1), ErrorKind::ConditionFailed),
        ((0, 0), ErrorKind::InvalidValue),
    ] {
        let error = spend(enough).await.unwrap_err();
        assert_eq!(failed(&error), [(0, kind), (1, kind)]);
    }
}
