//! Tables that are made, or found.

use dyno::ErrorKind;
use dyno::table::StreamView;
use dyno_testkit::{Recorder, Request};
use serde_json::{Value, json};

use crate::fixture::{Note, OldUser, User, in_use, notes, scripted, sent, store};

fn body(recorder: &Recorder, operation: &str) -> Value {
    let requests = recorder.requests();
    let of = |request: &&Request| request.operation() == operation;
    requests.iter().find(of).unwrap().body().clone()
}

#[tokio::test]
async fn tables_are_made_on_demand() {
    let (store, recorder) = store();
    store.ensure_tables::<User>().await.unwrap();
    assert_eq!(
        body(&recorder, "CreateTable")["BillingMode"],
        "PAY_PER_REQUEST"
    );
    let each = ["CreateTable", "DescribeTable"];
    assert_eq!(sent(&recorder), [each, each].concat());
    store.ensure_tables::<User>().await.unwrap();
    assert_eq!(sent(&recorder), [each, each].concat());
}

#[tokio::test]
async fn tables_are_made_as_they_are_asked_for() {
    let (store, recorder) = store();
    let ensure = || {
        store
            .ensure_tables::<User>()
            .provisioned(5, 2)
            .tags([("team", "blue")])
            .ttl("expires")
            .stream(StreamView::Both)
            .deletion_protection()
    };
    ensure().await.unwrap();
    let requests = recorder.requests();
    let [places, _, users, _, ttl] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let units = json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 2});
    for request in [places, users] {
        let body = request.body();
        assert_eq!(body["BillingMode"], "PROVISIONED");
        assert_eq!(body["ProvisionedThroughput"], units);
        assert_eq!(body["Tags"], json!([{"Key": "team", "Value": "blue"}]));
        assert_eq!(
            body["StreamSpecification"]["StreamViewType"],
            "NEW_AND_OLD_IMAGES"
        );
        assert_eq!(body["DeletionProtectionEnabled"], true);
    }
    let index = &users.body()["GlobalSecondaryIndexes"][0];
    assert_eq!(index["ProvisionedThroughput"], units);
    assert_eq!(index["Projection"]["ProjectionType"], "KEYS_ONLY");
    assert_eq!(ttl.operation(), "UpdateTimeToLive");
    assert_eq!(ttl.body()["TableName"], "Users");

    recorder.take();
    ensure().await.unwrap();
    let again = sent(&recorder);
    assert!(!again.contains(&"UpdateTimeToLive".to_owned()), "{again:?}");
    let all = store
        .check_tables::<User>()
        .provisioned(5, 2)
        .tags([("team", "blue")])
        .ttl("expires")
        .stream(StreamView::Both)
        .deletion_protection();
    all.exact().await.unwrap();
}

#[tokio::test]
async fn a_table_that_stands_without_expiry_gets_it() {
    let (store, recorder) = store();
    store.ensure_tables::<Note>().await.unwrap();
    recorder.take();
    store.ensure_tables::<Note>().ttl("expires").await.unwrap();
    assert_eq!(
        sent(&recorder),
        [
            "CreateTable",
            "DescribeTable",
            "DescribeTimeToLive",
            "UpdateTimeToLive"
        ]
    );
}

#[tokio::test]
async fn a_table_that_is_kept_otherwise_is_refused() {
    let (store, _) = store();
    store
        .ensure_tables::<Note>()
        .tags([("team", "blue")])
        .await
        .unwrap();
    let provisioned = store.ensure_tables::<Note>().provisioned(1, 1);
    let error = provisioned.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert_eq!(
        error.to_string(),
        "ensure the tables of `Note`: table `Notes` is on demand, and should be provisioned with 1 reads and 1 writes a \
         second; `store.migrate_tables::<YourType>()` changes what can be changed"
    );
    let tagged = store.ensure_tables::<Note>().tags([("team", "red")]);
    let error = tagged.await.unwrap_err().to_string();
    assert!(
        error.contains("has tag `team` with value `blue`"),
        "{error}"
    );
    store.ensure_tables::<Note>().await.unwrap();
}

#[tokio::test]
async fn bad_input_is_refused_before_the_first_request() {
    let (store, recorder) = store();
    let error = store.ensure_tables::<Note>().provisioned(0, 1).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidShape);
    let error = store
        .ensure_tables::<Note>()
        .ttl("nothing")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("no field of that name"),
        "{error}"
    );
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn missing_indexes_are_told() {
    let (store, _) = store();
    store.ensure_tables::<OldUser>().await.unwrap();
    let error = store.ensure_tables::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert_eq!(error.table(), Some("Users"));
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_still_being_made_is_waited_for() {
    let (store, recorder) = scripted(|request, number| match request.operation() {
        "CreateTable" => {
            Some(json!({"TableDescription": notes(json!({"TableStatus": "CREATING"}))}))
        }
        "DescribeTable" if number < 4 => {
            Some(json!({"Table": notes(json!({"TableStatus": "CREATING"}))}))
        }
        "DescribeTable" => Some(json!({"Table": notes(json!({}))})),
        _ => None,
    });
    store.ensure_tables::<Note>().await.unwrap();
    assert_eq!(recorder.count("DescribeTable"), 5);
}

#[tokio::test(start_paused = true)]
async fn an_index_that_is_being_filled_is_waited_for() {
    let filling = || {
        json!({"GlobalSecondaryIndexes": [
            {"IndexName": "other", "IndexStatus": "CREATING", "Backfilling": true,
             "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}]},
        ]})
    };
    let (store, recorder) = scripted(move |request, number| match request.operation() {
        "CreateTable" => Some(in_use()),
        "DescribeTable" if number < 3 => Some(json!({"Table": notes(filling())})),
        "DescribeTable" => Some(json!({"Table": notes(json!({}))})),
        _ => None,
    });
    store.ensure_tables::<Note>().await.unwrap();
    assert_eq!(sent(&recorder).len(), 5);
    let (store, _) = scripted(move |_, _| Some(json!({"Table": notes(filling())})));
    let differences = store.check_tables::<Note>().differences().await.unwrap();
    assert_eq!(
        differences[0].to_string(),
        "table `Notes` has index `other`, which is still being filled"
    );
    assert!(differences[0].kind().breaks_programs());
}

#[tokio::test(start_paused = true)]
async fn waiting_has_an_end() {
    let (store, recorder) = scripted(|request, _| match request.operation() {
        "CreateTable" => Some(in_use()),
        _ => Some(json!({"Table": notes(json!({"TableStatus": "CREATING"}))})),
    });
    let error = store.ensure_tables::<Note>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service);
    let text = error.to_string();
    assert!(
        text.contains("table `Notes` was not ready in time: table `Notes` is still being made"),
        "{text}"
    );
    assert!(text.contains("call again in a while"), "{text}");
    assert!(recorder.requests().len() < 2000);
}

#[tokio::test(start_paused = true)]
async fn recovery_is_turned_on_as_soon_as_the_table_takes_it() {
    let (store, recorder) = scripted(|request, number| match request.operation() {
        "UpdateContinuousBackups" if number < 2 => Some(json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ContinuousBackupsUnavailableException",
            "message": "Backups are being enabled for the table: Notes. Please retry later",
        })),
        "UpdateContinuousBackups" => Some(json!({})),
        _ => None,
    });
    store
        .ensure_tables::<Note>()
        .point_in_time_recovery()
        .await
        .unwrap();
    assert_eq!(recorder.count("UpdateContinuousBackups"), 3);
}

#[tokio::test]
async fn a_server_without_recovery_is_told() {
    let (store, _) = store();
    let error = store.ensure_tables::<Note>().point_in_time_recovery().await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("the server has no `UpdateContinuousBackups`"),
        "{error}"
    );
}

#[tokio::test]
async fn recovery_that_is_on_is_left_alone() {
    let (store, recorder) = scripted(|request, _| match request.operation() {
        "DescribeContinuousBackups" => Some(json!({"ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"},
        }})),
        _ => None,
    });
    store.ensure_tables::<Note>().await.unwrap();
    recorder.take();
    let ensured = store.ensure_tables::<Note>().point_in_time_recovery();
    ensured.await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["CreateTable", "DescribeTable", "DescribeContinuousBackups"]
    );
}

fn ttl_is_on_already() -> Value {
    json!({
        "__type": "com.amazon.coral.validate#ValidationException",
        "message": "TimeToLive is already enabled",
    })
}

#[tokio::test]
async fn another_instance_may_be_faster_with_expiry() {
    for (attribute, is_fine) in [("expires", true), ("number", false)] {
        let (store, recorder) = scripted(move |request, number| match request.operation() {
            "UpdateTimeToLive" => Some(ttl_is_on_already()),
            "DescribeTimeToLive" if number == 0 => Some(json!({"TimeToLiveDescription": {
                "TimeToLiveStatus": "DISABLED",
            }})),
            "DescribeTimeToLive" => Some(json!({"TimeToLiveDescription": {
                "TimeToLiveStatus": "ENABLING", "AttributeName": attribute,
            }})),
            _ => None,
        });
        store.ensure_tables::<Note>().await.unwrap();
        recorder.take();
        let ensured = store.ensure_tables::<Note>().ttl("expires").await;
        assert_eq!(ensured.is_ok(), is_fine, "{ensured:?}");
        assert_eq!(
            sent(&recorder),
            [
                "CreateTable",
                "DescribeTable",
                "DescribeTimeToLive",
                "UpdateTimeToLive",
                "DescribeTimeToLive"
            ]
        );
    }
}
