//! What is refused before the first request; everything comes back.

use dyno::{DyObject, ErrorKind};

use crate::fixture::{Account, Note, Order, account, note, order, store, stored};

#[tokio::test]
async fn an_item_that_is_touched_twice_is_refused_with_both_names() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    recorder.take();
    old.order.total = 1;
    let transaction = store.transaction().save(&mut old.order).insert(note("new"));
    let error = transaction.delete::<Order>("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_eq!(error.failures()[0].part(), 2);
    let text = error.to_string();
    assert_eq!(text.matches("`Order` with key `a`").count(), 2, "{text}");
    assert_eq!(error.into_given(), (note("new"),));

    let transaction = store.transaction().check_exists::<Note>("a");
    let error = transaction.put(note("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let update = || Note::update("a").set(Note::fields().text(), "x");
    let transaction = store.transaction().update(update()).update(update());
    assert_eq!(transaction.await.unwrap_err().kind(), ErrorKind::InvalidKey);
    assert_eq!(recorder.take().len(), 0);
}

#[tokio::test]
async fn more_than_a_transaction_holds_is_refused() {
    let (store, recorder) = store().await;
    let notes = |count: usize| (0..count).map(|number| note(&number.to_string()));
    store.transaction().insert_all(notes(100)).await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    let error = store.transaction().put_all(notes(101)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("101 actions"), "{error}");
    assert_eq!(error.into_given().0.len(), 101);

    let large = (0..11).map(|number| Note {
        text: "x".repeat(390_000),
        ..note(&number.to_string())
    });
    let error = store.transaction().put_all(large).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let too_large = Note {
        text: "x".repeat(500_000),
        ..note("large")
    };
    let transaction = store.transaction().put(note("small")).put(too_large);
    let error = transaction.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(error.failures()[0].part(), 1);
    assert_eq!(recorder.take().len(), 0);
}

#[tokio::test]
async fn wrong_parts_are_all_named() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    recorder.take();
    old.note.id = "b".into();
    let transaction = store.transaction().save(&mut old.note).insert(note("new"));
    let transaction = transaction.delete::<Order>("");
    let secret = Account::fields().owner().eq("x");
    let error = transaction.check("a", secret).await.unwrap_err();
    let kinds: Vec<_> = error
        .failures()
        .iter()
        .map(|failure| (failure.part(), failure.kind()))
        .collect();
    assert_eq!(
        kinds,
        [
            (0, ErrorKind::InvalidKey),
            (2, ErrorKind::InvalidKey),
            (3, ErrorKind::InvalidExpression)
        ]
    );
    assert_eq!(recorder.take().len(), 0);
}

#[tokio::test]
async fn one_store_and_one_region() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Far", key = "ID", region = "eu-west-1")]
    struct Far {
        name: String,
    }
    let (store, recorder) = store().await;
    let far = store.save(Far { name: "x".into() }).key("far");
    let transaction = store.transaction().insert(account("a"));
    let error = transaction.insert(far).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    let text = error.to_string();
    assert!(
        text.contains("`Far`") && text.contains("`Account` with key `a`"),
        "{text}"
    );

    let other = dyno_testbed::store();
    other.ensure_tables::<Order>().await.unwrap();
    let mut foreign = other.save(order("a")).await.unwrap();
    foreign.total = 1;
    let transaction = store.transaction().insert(note("a"));
    let error = transaction.save(&mut foreign).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSetting);
    assert_eq!(recorder.take().len(), 0);
    foreign.save().await.unwrap();
}

#[tokio::test]
async fn everything_that_is_sent_counts_for_its_size() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Notes", key = "ID")]
    struct Pair {
        one: String,
        two: String,
    }
    let (store, recorder) = store().await;
    let text = |letter: &str| letter.repeat(190_000);
    let mut pairs = Vec::new();
    for number in 0..12 {
        let (one, two) = (text("a"), text("b"));
        let pair = store.save(Pair { one, two }).key(number.to_string());
        pairs.push(pair.await.unwrap());
    }
    recorder.take();
    let mut checks = store.transaction();
    for pair in &pairs {
        checks = checks.check_unchanged(pair);
    }
    assert_eq!(checks.await.unwrap_err().kind(), ErrorKind::TooLarge);
    let fields = Pair::fields();
    let mut updates = store.transaction();
    for pair in &pairs {
        let update = Pair::update(pair.key()).set(fields.one(), text("c"));
        updates = updates.update(update.set(fields.two(), text("d")));
    }
    assert_eq!(updates.await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(recorder.take().len(), 0);
    // Of a save of an item without a version, the old values are sent, too.
    let (few, _) = pairs.split_at_mut(10);
    let mut saves = store.transaction();
    for pair in few {
        pair.one = text("c");
        pair.two = text("d");
        saves = saves.save(pair);
    }
    assert_eq!(saves.await.unwrap_err().kind(), ErrorKind::TooLarge);
    assert_eq!(recorder.take().len(), 0);
    let mut saves = store.transaction();
    for pair in &mut pairs[..5] {
        saves = saves.save(pair);
    }
    saves.await.unwrap();
}
