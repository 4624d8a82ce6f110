//! An index key is replaced while searches go on.

use std::collections::BTreeSet;

use dyno::{DyObject, ErrorKind, IndexKeys, Rules, Store};

use super::{User, emails, index_key, items, operations, rules, store, user};

async fn finds_both(store: &Store) {
    let found = store.find(User::paths().email(), "same@example.com").await;
    assert_eq!(found.unwrap().len(), 2);
    let found = store.find(User::paths().email(), "other@example.com").await;
    assert_eq!(
        emails(&found.unwrap()),
        BTreeSet::from(["other@example.com"])
    );
}

/// What a walk over the table does to each object.
async fn save_all(store: &Store) {
    for item in items(store).await {
        let id = item["ID"].as_s().unwrap().clone();
        store.load::<User>(id).await.unwrap().save().await.unwrap();
    }
}

async fn columns(store: &Store) -> BTreeSet<String> {
    let all = items(store).await;
    let names = all.iter().flat_map(|item| item.keys().cloned());
    names.filter(|name| name.contains("__idx")).collect()
}

#[tokio::test]
async fn a_new_index_key_loses_no_object_at_any_step() {
    let (store, recorder) = store().await;
    let (a, b) = (index_key("a"), index_key("b"));
    let old = rules(IndexKeys::new(a.clone()));
    let with = |keys: IndexKeys| store.clone().with_loader(old.clone().index_with(keys));
    let first = with(IndexKeys::new(a.clone()));
    let both = with(IndexKeys::new(a.clone()).with_second(b.clone()).unwrap());
    let second = with(IndexKeys::only_second(b.clone()));

    first.save(user("same@example.com")).await.unwrap();
    first.save(user("other@example.com")).await.unwrap();
    // Some programs have the new key, some not yet.
    both.save(user("same@example.com")).await.unwrap();
    finds_both(&first).await;
    finds_both(&both).await;

    save_all(&both).await;
    assert_eq!(
        columns(&both).await,
        ["email__idx", "email__idx2"].map(String::from).into()
    );
    finds_both(&first).await;
    finds_both(&both).await;
    finds_both(&second).await;
    recorder.take();
    save_all(&both).await;
    assert!(
        !operations(&recorder).contains(&"PutItem".to_owned()),
        "the second walk changes nothing"
    );

    save_all(&second).await;
    assert_eq!(columns(&second).await, [String::from("email__idx2")].into());
    finds_both(&second).await;

    // And back again, the next time.
    let c = index_key("c");
    let both = with(IndexKeys::only_second(b).with_first(c.clone()).unwrap());
    finds_both(&both).await;
    save_all(&both).await;
    let third = with(IndexKeys::new(c));
    finds_both(&third).await;
    save_all(&third).await;
    assert_eq!(columns(&third).await, [String::from("email__idx")].into());
    finds_both(&third).await;
}

#[tokio::test]
async fn a_reseal_fills_and_empties_columns_and_leaves_values_alone() {
    let (store, _) = store().await;
    let (a, b) = (index_key("a"), index_key("b"));
    let old = rules(IndexKeys::new(a.clone()));
    let with = |keys: IndexKeys| store.clone().with_loader(old.clone().index_with(keys));
    let first = with(IndexKeys::new(a.clone()));
    for email in ["same@example.com", "same@example.com", "other@example.com"] {
        first.save(user(email)).await.unwrap();
    }
    let emails = |items: Vec<dyno::Item>| -> Vec<_> {
        items
            .into_iter()
            .map(|mut item| item.remove("email"))
            .collect()
    };
    let before = emails(items(&store).await);

    let both = with(IndexKeys::new(a).with_second(b.clone()).unwrap());
    let report = both.reseal::<User>().await.unwrap();
    assert_eq!(
        (report.columns(), report.changed(), report.values()),
        (3, 3, 0)
    );
    let second = with(IndexKeys::only_second(b));
    finds_both(&second).await;
    let report = second.reseal::<User>().await.unwrap();
    assert_eq!(
        (report.columns(), report.is_complete()),
        (3, true),
        "{report}"
    );
    assert_eq!(columns(&second).await, [String::from("email__idx2")].into());
    finds_both(&second).await;
    assert_eq!(emails(items(&store).await), before);
    assert_eq!(second.reseal::<User>().await.unwrap().changed(), 0);
}

#[tokio::test]
async fn a_reseal_without_an_index_key_is_refused_before_the_first_request() {
    let (store, recorder) = store().await;
    let rules = rules(IndexKeys::new(index_key("a")));
    let save = store.save(user("a@example.com")).loader(rules);
    save.await.unwrap();
    recorder.take();
    let reseal = store.reseal::<User>().loader(Rules::new());
    let error = reseal.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("`Rules::index_with`"), "{error}");
    assert_eq!(error.path().unwrap().to_string(), "email");
    assert!(operations(&recorder).is_empty());
}

/// Users as a program sees them that knows nothing of indexes.
#[derive(DyObject, Clone)]
#[dyno(table = "Users", key = "ID")]
struct Unindexed {
    #[dyno(encrypt)]
    email: String,
    #[dyno(encrypt)]
    note: String,
    visits: u32,
}

#[tokio::test]
async fn a_reseal_gives_columns_to_what_was_stored_before_its_index() {
    let (store, _) = store().await;
    let store = store.with_loader(rules(IndexKeys::new(index_key("a"))));
    let unindexed = Unindexed {
        email: "other@example.com".into(),
        note: "n".into(),
        visits: 0,
    };
    store.save(unindexed).await.unwrap();
    assert!(columns(&store).await.is_empty());
    assert_eq!(store.reseal::<User>().await.unwrap().columns(), 1);
    let found = store.find(User::paths().email(), "other@example.com").await;
    assert_eq!(found.unwrap().len(), 1);
}

#[tokio::test]
async fn an_index_that_is_given_up_leaves_columns_until_a_reseal_may_remove_them() {
    let (store, _) = store().await;
    store.save(user("a@example.com")).await.unwrap();
    let left = || async {
        let audit = store.audit::<Unindexed>().await.unwrap();
        audit.index_columns().map(|(_, count)| count).sum::<u64>()
    };
    let reseal = || store.reseal::<Unindexed>();
    assert_eq!(reseal().await.unwrap().changed(), 0);
    assert_eq!(left().await, 1);
    let planned = reseal().open_unclaimed().dry_run().await.unwrap();
    assert_eq!((planned.columns(), planned.is_complete()), (1, false));
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!((report.columns(), report.is_complete()), (1, true));
    assert_eq!((report.values(), left().await), (0, 0));
}

#[tokio::test]
async fn an_object_with_both_columns_is_loaded_once() {
    let (store, recorder) = store().await;
    let keys = IndexKeys::new(index_key("a"))
        .with_second(index_key("b"))
        .unwrap();
    let store = store.with_loader(rules(keys));
    store.save(user("a@example.com")).await.unwrap();
    recorder.take();
    let found = store
        .find(User::paths().email(), "a@example.com")
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(operations(&recorder), ["Query", "GetItem", "Query"]);
}
