//! Tables compared with what is wanted.

use dyno::table::{Difference, DifferenceKind};
use dyno::{DyObject, ErrorKind};
use serde_json::json;

use crate::fixture::{Note, OldUser, User, notes, scripted, sent, store};

#[tokio::test]
async fn missing_tables_are_listed() {
    let (store, recorder) = store();
    let error = store.check_tables::<User>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert_eq!(
        error.to_string(),
        "check the tables of `User`: table `Places` does not exist; table `Users` does not exist; create it with \
         `store.ensure_tables::<YourType>()`"
    );
    assert_eq!(sent(&recorder), ["DescribeTable", "DescribeTable"]);
}

#[tokio::test]
async fn tables_that_are_as_wanted_fit_exactly() {
    let (store, recorder) = store();
    store.ensure_tables::<User>().await.unwrap();
    recorder.take();
    store.check_tables::<User>().await.unwrap();
    assert_eq!(sent(&recorder), ["DescribeTable", "DescribeTable"]);
    store.check_tables::<User>().exact().await.unwrap();
    let each = [
        "DescribeTable",
        "DescribeTimeToLive",
        "DescribeContinuousBackups",
        "ListTagsOfResource",
    ];
    assert_eq!(sent(&recorder), [each, each].concat());
}

#[tokio::test]
async fn what_programs_do_not_notice_differs_only_exactly() {
    let (store, recorder) = store();
    let ensured = store.ensure_tables::<User>().ttl("expires");
    ensured
        .tags([("team", "blue")])
        .provisioned(5, 2)
        .await
        .unwrap();
    store.check_tables::<OldUser>().await.unwrap();
    let found = store.check_tables::<OldUser>().exact().differences().await;
    let kinds: Vec<_> = found.unwrap().iter().map(Difference::kind).collect();
    assert_eq!(
        kinds,
        [
            DifferenceKind::Billing,
            DifferenceKind::SurplusTag,
            DifferenceKind::Billing,
            DifferenceKind::SurplusIndex,
            DifferenceKind::SurplusIndex,
            DifferenceKind::SurplusTag,
            DifferenceKind::Ttl,
        ]
    );
    // What is asked for is compared all the same.
    recorder.take();
    let asked = store.check_tables::<User>().on_demand().ttl("since");
    let found = asked.differences().await.unwrap();
    let text: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "table `Places` is provisioned with 5 reads and 2 writes a second, and should be on demand",
            "table `Users` is provisioned with 5 reads and 2 writes a second, and should be on demand",
            "table `Users` has items that expire by `expires`, and they should by `since`",
        ]
    );
    assert_eq!(recorder.count("DescribeTimeToLive"), 2);
}

#[tokio::test]
async fn recovery_is_read_where_the_server_has_it() {
    let (store, _) = scripted(|request, number| match request.operation() {
        "DescribeTable" => Some(json!({"Table": notes(json!({}))})),
        "DescribeContinuousBackups" => Some(json!({"ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {
                "PointInTimeRecoveryStatus": if number == 0 { "ENABLED" } else { "DISABLED" },
            },
        }})),
        _ => None,
    });
    let check = || store.check_tables::<Note>().point_in_time_recovery();
    check().await.unwrap();
    let error = check().await.unwrap_err().to_string();
    assert!(
        error.contains("table `Notes` lacks point-in-time recovery"),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_of_another_program_is_told_apart() {
    let (store, _) = scripted(|_, _| {
        Some(json!({"Table": notes(json!({
            "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        }))}))
    });
    let error = store.check_tables::<Note>().await.unwrap_err();
    assert!(
        error.to_string().contains(
            "exists with other keys: expected key `owner` (a string), sort `number` (a number), found key `owner` (a string)"
        ),
        "{error}"
    );
}

#[tokio::test]
async fn types_that_share_a_table_are_taken_together() {
    #[derive(DyObject)]
    #[dyno(table = "Users", key = "ID", tag = "Account")]
    struct Account {
        #[dyno(encrypt(index = "iban"))]
        iban: String,
    }
    #[derive(DyObject)]
    #[dyno(table = "Users", key = "ID", region = "us-west-1")]
    struct Far {
        name: String,
    }
    let (store, recorder) = store();
    store
        .ensure_tables::<User>()
        .and::<Account>()
        .await
        .unwrap();
    assert_eq!(recorder.count("CreateTable"), 2);
    store
        .check_tables::<User>()
        .and::<Account>()
        .exact()
        .await
        .unwrap();
    store.check_tables::<Account>().await.unwrap();
    let alone = store.check_tables::<Account>().exact().await.unwrap_err();
    assert!(
        alone
            .to_string()
            .contains("`email__idx`, which is not wanted"),
        "{alone}"
    );
    let left = store
        .migrate_tables::<User>()
        .and::<Account>()
        .await
        .unwrap();
    assert_eq!(left.to_string(), "nothing to do\n");
    recorder.take();
    let error = store
        .ensure_tables::<User>()
        .and::<Far>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("in another region than `User`"),
        "{error}"
    );
    assert!(recorder.requests().is_empty());
}
