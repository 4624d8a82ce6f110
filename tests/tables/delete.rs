//! Tables that are deleted.

use dyno::ErrorKind;
use serde_json::json;

use crate::fixture::{Note, User, in_use, notes, scripted, sent, store};

#[tokio::test]
async fn tables_are_deleted_by_their_names_only() {
    let (store, recorder) = store();
    store.ensure_tables::<User>().await.unwrap();
    recorder.take();
    let refused = [
        vec![],
        vec!["Users"],
        vec!["Users", "Places", "Notes"],
        vec!["users", "places"],
    ];
    for names in refused {
        let delete = store.delete_tables::<User>().named(names);
        assert_eq!(delete.await.unwrap_err().kind(), ErrorKind::NotConfirmed);
    }
    let error = store.delete_tables::<User>().named(["Users"]).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "delete the tables of `User`: deletes tables \"Places\", \"Users\" with all that is in them, and named were \
         \"Users\"; to go on, name exactly these: `.named([\"Places\", \"Users\"])`"
    );
    assert!(recorder.requests().is_empty());

    let delete = || store.delete_tables::<User>().named(["Users", "Places"]);
    delete().await.unwrap();
    assert_eq!(
        sent(&recorder),
        [
            "DeleteTable",
            "DeleteTable",
            "DescribeTable",
            "DescribeTable"
        ]
    );
    delete().await.unwrap();
    assert_eq!(sent(&recorder), ["DeleteTable", "DeleteTable"]);
}

#[tokio::test]
async fn a_protected_table_stays() {
    let (store, _) = store();
    store
        .ensure_tables::<Note>()
        .deletion_protection()
        .await
        .unwrap();
    let error = store.delete_tables::<Note>().named(["Notes"]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Service);
    store.check_tables::<Note>().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_waits_until_the_table_is_gone() {
    let (store, recorder) = scripted(|request, number| match request.operation() {
        "DeleteTable" => Some(json!({})),
        "DescribeTable" if number < 3 => {
            Some(json!({"Table": notes(json!({"TableStatus": "DELETING"}))}))
        }
        _ => None,
    });
    store
        .delete_tables::<Note>()
        .named(["Notes"])
        .await
        .unwrap();
    assert_eq!(recorder.count("DescribeTable"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_being_deleted_is_waited_for() {
    for (status, is_fine) in [("DELETING", true), ("CREATING", false)] {
        let (store, recorder) = scripted(move |request, number| match request.operation() {
            "DeleteTable" => Some(in_use()),
            "DescribeTable" if number < 2 => {
                Some(json!({"Table": notes(json!({"TableStatus": status}))}))
            }
            _ => None,
        });
        let deleted = store.delete_tables::<Note>().named(["Notes"]).await;
        assert_eq!(deleted.is_ok(), is_fine, "{deleted:?}");
        assert_eq!(recorder.count("DeleteTable"), 1);
    }
}
