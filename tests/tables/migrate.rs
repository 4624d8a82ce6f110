//! Tables brought to what is wanted.

use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::table::{Difference, DifferenceKind, StreamView};
use dyno::{DyObject, ErrorKind};
use dyno_testkit::Request;
use serde_json::{Value, json};

use crate::fixture::{Note, OldUser, Place, User, notes, rules, scripted, sent, store};

#[tokio::test]
async fn indexes_are_added_one_after_the_other() {
    let (store, recorder) = store();
    store.ensure_tables::<OldUser>().await.unwrap();
    let old = store.save(OldUser {
        name: "Ada".into(),
        place: Place {
            city: "Nara".into(),
        },
    });
    old.key("a").await.unwrap();
    recorder.take();

    let plan = store.migrate_tables::<User>().plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "1. add index `email__idx`: key `email__idx` (binary); keys only to table `Users` and wait until it is filled
2. add index `email__idx2`: key `email__idx2` (binary); keys only to table `Users` and wait until it is filled
"
    );
    assert_eq!(sent(&recorder), ["DescribeTable", "DescribeTable"]);

    let done = store.migrate_tables::<User>().await.unwrap();
    assert_eq!(done, plan);
    let requests = recorder.take();
    let operations: Vec<_> = requests.iter().map(Request::operation).collect();
    assert_eq!(
        operations,
        [
            "DescribeTable",
            "DescribeTable",
            "UpdateTable",
            "DescribeTable",
            "UpdateTable",
            "DescribeTable"
        ]
    );
    for request in requests
        .iter()
        .filter(|one| one.operation() == "UpdateTable")
    {
        let updates = &request.body()["GlobalSecondaryIndexUpdates"];
        assert_eq!(updates.as_array().unwrap().len(), 1);
    }

    store.check_tables::<User>().exact().await.unwrap();
    let nothing = store.migrate_tables::<User>().await.unwrap();
    assert_eq!(nothing.to_string(), "nothing to do\n");
    assert_eq!(store.load::<OldUser>("a").await.unwrap().name, "Ada");
    let saved = store.save(User {
        email: "ada@example.com".into(),
        name: "Ada".into(),
        since: 0,
        expires: 0,
        place: Place {
            city: "Nara".into(),
        },
    });
    let saved = saved.await.unwrap();
    let found = store.find(User::paths().email(), "ada@example.com").await;
    assert_eq!(found.unwrap()[0].key(), saved.key());
}

#[tokio::test(start_paused = true)]
async fn the_next_index_waits_until_the_first_is_filled() {
    let asked = AtomicUsize::new(0);
    let index = |name: &str, status: &str| {
        json!({"IndexName": name, "IndexStatus": status, "Backfilling": status == "CREATING",
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}})
    };
    let users = move |indexes: Value| {
        json!({"Table": {
            "TableName": "Users", "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "ID", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": "ID", "AttributeType": "S"},
                {"AttributeName": "email__idx", "AttributeType": "B"},
                {"AttributeName": "email__idx2", "AttributeType": "B"},
            ],
            "GlobalSecondaryIndexes": indexes,
        }})
    };
    let (store, recorder) = scripted(move |request, _| {
        let is_users = request.body()["TableName"] == "Users";
        match request.operation() {
            "DescribeTable" if is_users => {
                // The first is the plan's.
                Some(users(match asked.fetch_add(1, Ordering::Relaxed) {
                    0 => json!([]),
                    1..=8 => json!([index("email__idx", "CREATING")]),
                    9 => json!([index("email__idx", "ACTIVE")]),
                    10..=13 => json!([
                        index("email__idx", "ACTIVE"),
                        index("email__idx2", "CREATING")
                    ]),
                    _ => json!([
                        index("email__idx", "ACTIVE"),
                        index("email__idx2", "ACTIVE")
                    ]),
                }))
            }
            "UpdateTable" => Some(json!({})),
            _ => None,
        }
    });
    let store = store.with_loader(rules());
    store.ensure_tables::<Place>().await.unwrap();
    recorder.take();
    store.migrate_tables::<User>().await.unwrap();
    let operations = sent(&recorder);
    let updates = operations.iter().enumerate();
    let updates: Vec<_> = updates
        .filter(|(_, operation)| *operation == "UpdateTable")
        .map(|(at, _)| at)
        .collect();
    assert_eq!(updates, [2, 12], "{operations:?}");
    assert_eq!(operations.len(), 18);
}

#[tokio::test]
async fn settings_are_changed_as_far_as_they_are_asked_for() {
    let (store, recorder) = store();
    store.ensure_tables::<Note>().await.unwrap();
    let migrate = || {
        store
            .migrate_tables::<Note>()
            .provisioned(5, 2)
            .ttl("expires")
            .stream(StreamView::Keys)
            .deletion_protection()
            .tags([("team", "blue")])
    };
    let plan = migrate().plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "1. change billing: table `Notes` is provisioned with 5 reads and 2 writes a second
2. protect table `Notes` from being deleted
3. turn on a stream of keys of table `Notes`
4. let items of table `Notes` expire by `expires`
5. tag table `Notes`: `team` as `blue`
"
    );
    recorder.take();
    assert_eq!(migrate().await.unwrap(), plan);
    let operations = sent(&recorder);
    assert_eq!(
        operations
            .iter()
            .filter(|one| *one == "UpdateTable")
            .count(),
        3
    );
    assert_eq!(migrate().await.unwrap().steps(), []);
    let exact = store
        .check_tables::<Note>()
        .provisioned(5, 2)
        .ttl("expires");
    let exact = exact.stream(StreamView::Keys).deletion_protection();
    exact.tags([("team", "blue")]).exact().await.unwrap();
    // Nothing is turned off that is not asked for.
    let nothing = store.migrate_tables::<Note>().await.unwrap();
    assert_eq!(nothing.steps(), []);
    store.migrate_tables::<Note>().on_demand().await.unwrap();
    let left = store.check_tables::<Note>().exact().differences().await;
    let kinds: Vec<_> = left.unwrap().iter().map(Difference::kind).collect();
    assert!(!kinds.contains(&DifferenceKind::Billing), "{kinds:?}");
    assert_eq!(kinds.len(), 4);
}

#[tokio::test]
async fn the_attribute_of_expiry_is_changed_in_two_runs() {
    let (store, _) = store();
    store.ensure_tables::<Note>().ttl("expires").await.unwrap();
    let first = store.migrate_tables::<Note>().ttl("number").await.unwrap();
    assert_eq!(
        first.to_string(),
        "1. let items of table `Notes` not expire by `expires` any more; an hour later, when DynamoDB takes the next change \
         of it, migrate again
left: table `Notes` has items that expire by `expires`, and they should by `number`
"
    );
    store.migrate_tables::<Note>().ttl("number").await.unwrap();
    store.check_tables::<Note>().ttl("number").await.unwrap();
}

#[tokio::test]
async fn missing_tables_are_made() {
    let (store, recorder) = store();
    let plan = store.migrate_tables::<Note>().ttl("expires").await.unwrap();
    assert_eq!(
        plan.to_string(),
        "1. create table `Notes`: key `owner` (a string), sort `number` (a number); on demand
  items expire by `expires`
2. let items of table `Notes` expire by `expires`
"
    );
    assert_eq!(
        sent(&recorder),
        [
            "DescribeTable",
            "CreateTable",
            "DescribeTable",
            "UpdateTimeToLive"
        ]
    );
}

#[tokio::test]
async fn nothing_is_dropped() {
    let (store, recorder) = store();
    store.ensure_tables::<User>().await.unwrap();
    recorder.take();
    let done = store.migrate_tables::<OldUser>().await.unwrap();
    assert_eq!(
        done.to_string(),
        "left: table `Users` has global index `email__idx`, which is not wanted
left: table `Users` has global index `email__idx2`, which is not wanted
"
    );
    assert_eq!(sent(&recorder), ["DescribeTable", "DescribeTable"]);
}

#[tokio::test]
async fn a_table_with_other_keys_is_not_touched() {
    let (store, recorder) = scripted(|_, _| {
        Some(json!({"Table": notes(json!({
            "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        }))}))
    });
    let migrate = || store.migrate_tables::<Note>().provisioned(5, 2);
    let plan = migrate().plan().await.unwrap();
    assert_eq!(plan.left()[0].kind(), DifferenceKind::Keys);
    let error = migrate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert_eq!(sent(&recorder), ["DescribeTable", "DescribeTable"]);
}

#[tokio::test]
async fn recovery_is_turned_on() {
    let (store, recorder) = scripted(|request, _| match request.operation() {
        "DescribeContinuousBackups" => Some(json!({"ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
        }})),
        "UpdateContinuousBackups" => Some(json!({})),
        _ => None,
    });
    store.ensure_tables::<Note>().await.unwrap();
    recorder.take();
    let done = store.migrate_tables::<Note>().point_in_time_recovery();
    assert_eq!(
        done.await.unwrap().to_string(),
        "1. turn on point-in-time recovery of table `Notes`\n"
    );
    assert_eq!(
        sent(&recorder),
        [
            "DescribeTable",
            "DescribeContinuousBackups",
            "UpdateContinuousBackups"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_call_began_is_waited_for() {
    let (store, recorder) = scripted(|_, number| {
        let status = if number < 3 { "UPDATING" } else { "ACTIVE" };
        Some(json!({"Table": notes(json!({"TableStatus": status}))}))
    });
    store.check_tables::<Note>().await.unwrap();
    store.migrate_tables::<Note>().await.unwrap();
    assert_eq!(recorder.count("DescribeTable"), 4);
    let (store, recorder) =
        scripted(|_, _| Some(json!({"Table": notes(json!({"TableStatus": "UPDATING"}))})));
    let short = store.migrate_tables::<Note>().on_demand();
    let short = short.wait_at_most(std::time::Duration::from_secs(2));
    let error = short.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service);
    let text = error.to_string();
    assert!(
        text.contains("table `Notes` is still being changed"),
        "{text}"
    );
    assert!(recorder.requests().len() < 500);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_being_deleted_is_made_again() {
    let table = |status: Option<&str>| {
        let index = status.map(|status| {
            json!({
                "IndexName": "email__idx", "IndexStatus": status,
                "KeySchema": [{"AttributeName": "email__idx", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            })
        });
        let other = json!({
            "IndexName": "email__idx2", "IndexStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "email__idx2", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        });
        let indexes: Vec<_> = index.into_iter().chain([other]).collect();
        json!({"Table": {
            "TableName": "Users", "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": "ID", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": "ID", "AttributeType": "S"},
                {"AttributeName": "email__idx", "AttributeType": "B"},
                {"AttributeName": "email__idx2", "AttributeType": "B"},
            ],
            "GlobalSecondaryIndexes": indexes,
        }})
    };
    let users = |request: &Request| request.body()["TableName"] == "Users";
    let asked = AtomicUsize::new(0);
    let (store, recorder) = scripted(move |request, _| match request.operation() {
        "DescribeTable" if users(request) => Some(match asked.fetch_add(1, Ordering::Relaxed) {
            0..=3 => table(Some("DELETING")),
            4 => table(None),
            _ => table(Some("ACTIVE")),
        }),
        "UpdateTable" => Some(json!({})),
        _ => None,
    });
    let store = store.with_loader(rules());
    store.ensure_tables::<Place>().await.unwrap();
    let differences = store.check_tables::<User>().differences().await.unwrap();
    let kinds: Vec<_> = differences.iter().map(Difference::kind).collect();
    let gone = [DifferenceKind::MissingIndex, DifferenceKind::NotReady];
    assert_eq!(kinds, gone, "{differences:?}");
    recorder.take();

    let done = store.migrate_tables::<User>().await.unwrap();
    assert_eq!(done.steps().len(), 1, "{done}");
    let added = recorder.requests();
    let mut added = added.iter().filter(|one| one.operation() == "UpdateTable");
    let added = &added.next().unwrap().body()["GlobalSecondaryIndexUpdates"];
    assert_eq!(added[0]["Create"]["IndexName"], "email__idx");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_call_did_is_not_done_again() {
    let (store, recorder) = scripted(|request, number| {
        let protected = number >= 3;
        let status = if protected { "ACTIVE" } else { "UPDATING" };
        let changes = json!({"TableStatus": status, "DeletionProtectionEnabled": protected});
        (request.operation() == "DescribeTable").then(|| json!({"Table": notes(changes)}))
    });
    let migrated = store.migrate_tables::<Note>().deletion_protection();
    assert_eq!(migrated.await.unwrap().steps(), []);
    assert_eq!(recorder.count("UpdateTable"), 0);
}
