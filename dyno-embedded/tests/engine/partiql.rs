//! Statements in `PartiQL`.

use aws_sdk_dynamodb::{
    operation::execute_statement::ExecuteStatementError,
    types::{
        BatchStatementErrorCodeEnum, BatchStatementRequest, ParameterizedStatement,
        ReturnValuesOnConditionCheckFailure,
    },
};

use crate::support::{client_with_table, get, item, key, n, put, s};

const INSERT: &str = "INSERT INTO \"Things\" VALUE {'PK': ?, 'SK': ?, 'Count': ?}";

#[tokio::test]
async fn a_statement_writes_and_one_reads() {
    let client = client_with_table().await;
    let insert = client.execute_statement().statement(INSERT);
    let insert = insert
        .parameters(s("p"))
        .parameters(s("s"))
        .parameters(n(1));
    insert.send().await.unwrap();
    let select = client
        .execute_statement()
        .statement("SELECT * FROM \"Things\" WHERE PK = 'p'");
    let found = select.send().await.unwrap();
    assert_eq!(found.items(), [item("p", "s", 1)]);
}

#[tokio::test]
async fn a_batch_of_statements_fails_one_by_one() {
    let client = client_with_table().await;
    put(&client, item("p", "1", 1)).await;
    let insert = |sort: &str| {
        BatchStatementRequest::builder()
            .statement(INSERT)
            .set_parameters(Some(vec![s("p"), s(sort), n(2)]))
            .build()
            .unwrap()
    };
    let batch = client.batch_execute_statement();
    let answer = batch
        .statements(insert("1"))
        .statements(insert("2"))
        .send()
        .await
        .unwrap();
    let codes: Vec<_> = answer
        .responses()
        .iter()
        .map(|response| response.error().and_then(|error| error.code().cloned()))
        .collect();
    assert_eq!(
        codes,
        [Some(BatchStatementErrorCodeEnum::DuplicateItem), None]
    );
    assert_eq!(get(&client, key("p", "2")).await, Some(item("p", "2", 2)));
}

#[tokio::test]
async fn a_transaction_of_statements_is_all_or_nothing() {
    let client = client_with_table().await;
    put(&client, item("p", "1", 1)).await;
    let insert = |sort: &str| {
        ParameterizedStatement::builder()
            .statement(INSERT)
            .set_parameters(Some(vec![s("p"), s(sort), n(2)]))
            .build()
            .unwrap()
    };
    let both = client.execute_transaction();
    let both = both
        .transact_statements(insert("2"))
        .transact_statements(insert("1"));
    let error = both.send().await.unwrap_err().into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    assert_eq!(get(&client, key("p", "2")).await, None);
    let one = client
        .execute_transaction()
        .transact_statements(insert("2"));
    one.send().await.unwrap();
    assert_eq!(get(&client, key("p", "2")).await, Some(item("p", "2", 2)));
}

#[tokio::test]
async fn the_failed_condition_of_a_statement_carries_the_item() {
    let client = client_with_table().await;
    put(&client, item("p", "s", 1)).await;
    let error = client
        .execute_statement()
        .statement("UPDATE \"Things\" SET Mark = 1 WHERE PK = 'p' AND SK = 's' AND Other = 1")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let ExecuteStatementError::ConditionalCheckFailedException(failed) = error else {
        panic!("{error:?}");
    };
    assert_eq!(failed.item, Some(item("p", "s", 1)));
    assert_eq!(failed.message(), Some("The conditional request failed"));
}
