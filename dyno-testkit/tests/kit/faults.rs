//! What each fault does to the caller and to the data.

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{Put, TransactWriteItem},
};
use dyno_testkit::{Fault, FaultClient, Gate, Recorder, dump, wrap};

use crate::support::{item, key, keys, users, with_fault, write};

async fn insert(client: &Client) -> Result<(), SdkError<PutItemError>> {
    client
        .put_item()
        .table_name("Users")
        .set_item(Some(item("a", 1)))
        .condition_expression("attribute_not_exists(ID)")
        .send()
        .await
        .map(drop)
}

#[tokio::test]
async fn a_fault_decides_what_is_applied_and_what_is_answered() {
    for (fault, applied, code) in [
        (Fault::Pass, true, None),
        (Fault::Delayed(3), true, None),
        (Fault::UnprocessedKeys(1), true, None),
        (Fault::TransactionInProgress, true, None),
        (
            Fault::AppliedTwice,
            true,
            Some("ConditionalCheckFailedException"),
        ),
        (Fault::ServerErrorBefore, false, Some("InternalServerError")),
        (Fault::ServerErrorAfter, true, Some("InternalServerError")),
        (
            Fault::Throttled,
            false,
            Some("ProvisionedThroughputExceededException"),
        ),
        (
            Fault::TransactionConflict,
            false,
            Some("TransactionConflictException"),
        ),
    ] {
        let client = users().await;
        let answer = insert(&with_fault(&client, &fault)).await;
        let found = answer.as_ref().err().and_then(ProvideErrorMetadata::code);
        assert_eq!(found, code, "{fault:?}: {answer:?}");
        assert_eq!(answer.is_ok(), code.is_none(), "{fault:?}");
        let items = dump(&client, "Users").await.unwrap();
        assert_eq!(items.len(), usize::from(applied), "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_request_and_a_lost_answer_look_the_same() {
    for (fault, applied) in [(Fault::NotDelivered, 0), (Fault::AnswerLost, 1)] {
        let client = users().await;
        match insert(&with_fault(&client, &fault)).await {
            Err(SdkError::DispatchFailure(failure)) => assert!(failure.is_io()),
            other => panic!("{fault:?}: {other:?}"),
        }
        assert_eq!(
            dump(&client, "Users").await.unwrap().len(),
            applied,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_gate_holds_the_request_or_its_answer() {
    for (answer, applied) in [(false, 0), (true, 1)] {
        let client = users().await;
        let gate = Gate::new();
        let fault = if answer {
            Fault::AnswerHeld(gate.clone())
        } else {
            Fault::Held(gate.clone())
        };
        let held = with_fault(&client, &fault);
        let writer = tokio::spawn(async move { insert(&held).await });
        gate.reached().await;
        assert_eq!(dump(&client, "Users").await.unwrap().len(), applied);
        assert!(!writer.is_finished());
        assert!(!gate.is_open());
        gate.open();
        writer.await.unwrap().unwrap();
        assert_eq!(dump(&client, "Users").await.unwrap().len(), 1);
    }
}

/// A caller that gives up waiting leaves the request undelivered.
#[tokio::test]
async fn a_request_dropped_at_the_gate_is_not_applied() {
    let client = users().await;
    let gate = Gate::new();
    let held = with_fault(&client, &Fault::Held(gate.clone()));
    let writer = tokio::spawn(async move { insert(&held).await });
    gate.reached().await;
    writer.abort();
    assert!(writer.await.unwrap_err().is_cancelled());
    gate.open();
    assert!(dump(&client, "Users").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_conflict_names_its_reasons() {
    let client = with_fault(&users().await, &Fault::TransactionConflict);
    let put = |id: &str| {
        let put = Put::builder()
            .table_name("Users")
            .set_item(Some(item(id, 1)));
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    let request = client.transact_write_items();
    let request = request.transact_items(put("a")).transact_items(put("b"));
    let error = request.send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(error) = error else {
        panic!("{error:?}");
    };
    let codes: Vec<_> = error
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code())
        .collect();
    assert_eq!(codes, [Some("TransactionConflict"), Some("None")]);
}

/// The first answer is lost, the second copy meets the first one under way, the third is told that
/// it was applied.
#[tokio::test]
async fn a_transaction_in_progress_is_not_applied_by_this_copy() {
    let client = users().await;
    let faulty = wrap(&client, |http| {
        FaultClient::new(http, |request| match request.number() {
            0 | 2 => Fault::TransactionInProgress,
            1 => Fault::AnswerLost,
            _ => Fault::Pass,
        })
    });
    let put = Put::builder()
        .table_name("Users")
        .set_item(Some(item("a", 1)));
    let put = put.condition_expression("attribute_not_exists(ID)");
    let put = TransactWriteItem::builder()
        .put(put.build().unwrap())
        .build();
    let transaction = faulty.transact_write_items().client_request_token("token");
    let transaction = transaction.transact_items(put);
    for (applied, in_progress) in [(0, true), (1, false), (1, true)] {
        let error = transaction.clone().send().await.unwrap_err();
        let error = error.as_service_error();
        let found =
            error.is_some_and(TransactWriteItemsError::is_transaction_in_progress_exception);
        assert_eq!(found, in_progress);
        assert_eq!(dump(&client, "Users").await.unwrap().len(), applied);
    }
    transaction.send().await.unwrap();
}

#[tokio::test]
async fn held_back_keys_and_writes_are_returned() {
    let client = users().await;
    let faulty = with_fault(&client, &Fault::UnprocessedKeys(2));
    let writes = ["a", "b", "c"].map(|id| write(item(id, 1))).to_vec();
    let written = faulty.batch_write_item().request_items("Users", writes);
    let unprocessed = written.send().await.unwrap().unprocessed_items.unwrap();
    assert_eq!(
        unprocessed["Users"],
        ["b", "c"].map(|id| write(item(id, 1)))
    );
    assert_eq!(dump(&client, "Users").await.unwrap(), [item("a", 1)]);

    let read = faulty
        .batch_get_item()
        .request_items("Users", keys(&["a", "b", "c"]));
    let answer = read.send().await.unwrap();
    assert_eq!(answer.responses.unwrap()["Users"], [item("a", 1)]);
    assert_eq!(
        answer.unprocessed_keys.unwrap()["Users"].keys,
        [key("b"), key("c")]
    );

    let both = faulty
        .batch_get_item()
        .request_items("Users", keys(&["a", "b"]));
    let error = both.send().await.unwrap_err().into_service_error();
    assert!(
        error.is_provisioned_throughput_exceeded_exception(),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_error_is_passed_on_when_keys_are_held_back() {
    let client = with_fault(&users().await, &Fault::UnprocessedKeys(1));
    let read = client
        .batch_get_item()
        .request_items("Missing", keys(&["a", "b"]));
    let error = read.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
}

/// The recorder sees what the caller sent; the script chooses by its position.
#[tokio::test]
async fn a_script_chooses_by_number_and_operation() {
    let recorder = Recorder::new();
    let client = recorder.attach(&wrap(&users().await, |http| {
        FaultClient::new(http, |request| {
            match (request.number(), request.operation()) {
                (1, "PutItem") => Fault::Throttled,
                _ => Fault::Pass,
            }
        })
    }));
    insert(&client).await.unwrap();
    assert_eq!(
        insert(&client).await.unwrap_err().code(),
        Some("ProvisionedThroughputExceededException")
    );
    assert_eq!(
        insert(&client).await.unwrap_err().code(),
        Some("ConditionalCheckFailedException")
    );
    assert_eq!(recorder.count("PutItem"), 3);
}

#[tokio::test]
async fn a_client_without_an_http_client_fails_with_an_explanation() {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .allow_no_auth()
        .build();
    let client = with_fault(&Client::from_conf(config), &Fault::Pass);
    let error = client.list_tables().send().await.unwrap_err();
    let text = format!("{error:?}");
    assert!(text.contains("set one in its configuration"), "{text}");
}
