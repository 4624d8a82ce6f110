//! What a recorder sees.

use aws_sdk_dynamodb::{
    config::{Region, retry::RetryConfig},
    types::{Put, ReturnConsumedCapacity, TransactWriteItem},
};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Recorder, create_table};

use crate::support::{item, key, keys, users, with_fault, write};

#[tokio::test]
async fn operations_tables_and_answers_are_recorded() {
    let client = users().await;
    create_table(&client, "Others", "ID", None).await.unwrap();
    let recorder = Recorder::new();
    let client = recorder.attach(&client);
    let put = |table: &str, id: &str| {
        let put = Put::builder().table_name(table).set_item(Some(item(id, 1)));
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    client
        .transact_write_items()
        .transact_items(put("Users", "a"))
        .transact_items(put("Others", "a"))
        .transact_items(put("Users", "b"))
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .unwrap();
    let batch = client.batch_get_item();
    batch
        .request_items("Users", keys(&["a", "b"]))
        .send()
        .await
        .unwrap();
    let missing = client
        .get_item()
        .table_name("Missing")
        .set_key(Some(key("a")));
    missing.send().await.unwrap_err();

    assert_eq!(
        recorder.operations(),
        ["TransactWriteItems", "BatchGetItem", "GetItem"]
    );
    let [transaction, batch, get] = recorder.requests().try_into().unwrap();
    assert_eq!(transaction.tables()["Users"], 2);
    assert_eq!(transaction.tables()["Others"], 1);
    assert_eq!(transaction.actions(), 3);
    assert_eq!(transaction.host(), "dynamodb.us-east-1.amazonaws.com");
    assert_eq!(
        transaction.body()["TransactItems"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let answer = transaction.answer().unwrap();
    assert_eq!((answer.status(), answer.error()), (200, None));
    assert_eq!(answer.consumed_capacity(), Some(6.0));
    assert_eq!(batch.number(), 1);
    assert_eq!(
        batch.answer().unwrap().body()["Responses"]["Users"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let error = get.answer().unwrap();
    assert_eq!(
        (error.status(), error.error()),
        (400, Some("ResourceNotFoundException"))
    );

    let printed = recorder.to_string();
    let lines: Vec<_> = printed.lines().collect();
    assert!(
        lines[0].starts_with("TransactWriteItems Others*1 Users*2, "),
        "{printed}"
    );
    assert!(lines[0].ends_with(" bytes -> 200"), "{printed}");
    assert!(
        lines[2].ends_with(" bytes -> 400 ResourceNotFoundException"),
        "{printed}"
    );
    assert!(format!("{recorder:?}").contains("Users*2"));
}

#[tokio::test]
async fn a_recorder_is_shared_and_emptied() {
    let recorder = Recorder::new();
    let one = recorder.attach(&users().await);
    let two = recorder.clone().attach(&users().await);
    for client in [one, two] {
        let batch = client.batch_write_item();
        batch
            .request_items("Users", vec![write(item("a", 1))])
            .send()
            .await
            .unwrap();
    }
    assert_eq!(recorder.count("BatchWriteItem"), 2);
    assert_eq!(recorder.count("GetItem"), 0);
    assert_eq!(recorder.take().len(), 2);
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_no_answer() {
    let recorder = Recorder::new();
    let client = recorder.attach(&with_fault(&users().await, &Fault::AnswerLost));
    let get = client
        .get_item()
        .table_name("Users")
        .set_key(Some(key("a")));
    get.send().await.unwrap_err();
    let [request] = recorder.requests().try_into().unwrap();
    assert!(request.answer().is_none());
    assert!(request.to_string().ends_with("-> no answer"));
}

/// Time is paused, so the back-off of the SDK passes at once.
#[tokio::test(start_paused = true)]
async fn every_attempt_is_recorded_with_its_own_answer() {
    let recorder = Recorder::new();
    let engine = Engine::in_memory().unwrap();
    let config = engine
        .config_builder()
        .region(Region::new("eu-west-1"))
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .interceptor(recorder.clone())
        .http_client(FaultClient::new(
            engine.http_client(),
            |request| match request.number() {
                0 => Fault::NotDelivered,
                1 => Fault::ServerErrorBefore,
                _ => Fault::Pass,
            },
        ))
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    client.list_tables().send().await.unwrap();
    let answers: Vec<_> = recorder
        .requests()
        .iter()
        .map(|request| request.answer().map(dyno_testkit::Answer::status))
        .collect();
    assert_eq!(answers, [None, Some(500), Some(200)]);
    assert!(recorder.requests()[0].host().contains("eu-west-1"));
}
