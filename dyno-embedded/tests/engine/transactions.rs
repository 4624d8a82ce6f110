//! Transactions: effects, reasons of a cancellation, tokens.

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        Get, Put, ReturnValuesOnConditionCheckFailure, TransactGetItem, TransactWriteItem,
        error::TransactionCanceledException,
    },
};

use crate::support::{Item, client_with_table, get, item, key, put};

fn write(item: Item) -> TransactWriteItem {
    let put = Put::builder().table_name("Things").set_item(Some(item));
    TransactWriteItem::builder()
        .put(put.build().unwrap())
        .build()
}

fn insert(item: Item) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("Things")
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(PK)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder()
        .put(put.build().unwrap())
        .build()
}

async fn transact(
    client: &Client,
    token: &str,
    items: Vec<TransactWriteItem>,
) -> Result<(), TransactWriteItemsError> {
    client
        .transact_write_items()
        .client_request_token(token)
        .set_transact_items(Some(items))
        .send()
        .await
        .map(drop)
        .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error)
}

fn canceled(error: TransactWriteItemsError) -> TransactionCanceledException {
    match error {
        TransactWriteItemsError::TransactionCanceledException(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_transaction_writes_all_and_one_reads_all() {
    let client = client_with_table().await;
    let items = [item("p", "1", 1), item("p", "2", 2)];
    transact(&client, "t1", items.clone().map(write).into())
        .await
        .unwrap();
    let gets = ["1", "none", "2"].map(|sort| {
        let get = Get::builder()
            .table_name("Things")
            .set_key(Some(key("p", sort)));
        TransactGetItem::builder().get(get.build().unwrap()).build()
    });
    let read = client
        .transact_get_items()
        .set_transact_items(Some(gets.into()))
        .send()
        .await
        .unwrap();
    let found: Vec<_> = read
        .responses()
        .iter()
        .map(|response| response.item.clone())
        .collect();
    let [one, two] = items;
    assert_eq!(found, [Some(one), None, Some(two)]);
}

#[tokio::test]
async fn a_canceled_transaction_says_why_and_shows_the_item() {
    let client = client_with_table().await;
    put(&client, item("p", "1", 7)).await;
    let items = vec![write(item("p", "0", 0)), insert(item("p", "1", 1))];
    let error = canceled(transact(&client, "t1", items).await.unwrap_err());
    assert_eq!(
        error.message(),
        Some(
            "Transaction cancelled, please refer cancellation reasons for specific reasons \
             [None, ConditionalCheckFailed]"
        )
    );
    let [none, failed] = error.cancellation_reasons() else {
        panic!("{error:?}");
    };
    assert_eq!((none.code(), none.item()), (Some("None"), None));
    assert_eq!(failed.code(), Some("ConditionalCheckFailed"));
    assert_eq!(failed.message(), Some("The conditional request failed"));
    assert_eq!(failed.item(), Some(&item("p", "1", 7)));
    assert_eq!(get(&client, key("p", "0")).await, None);
}

#[tokio::test]
async fn the_same_token_with_the_same_body_is_applied_once() {
    let client = client_with_table().await;
    let insertion = || vec![insert(item("p", "1", 1))];
    transact(&client, "t1", insertion()).await.unwrap();
    transact(&client, "t1", insertion()).await.unwrap();
    let error = transact(&client, "t2", insertion()).await.unwrap_err();
    assert_eq!(canceled(error).cancellation_reasons().len(), 1);
}

#[tokio::test]
async fn the_same_token_with_another_body_is_refused() {
    let client = client_with_table().await;
    transact(&client, "t1", vec![write(item("p", "1", 1))])
        .await
        .unwrap();
    let error = transact(&client, "t1", vec![write(item("p", "1", 2))])
        .await
        .unwrap_err();
    assert!(
        error.is_idempotent_parameter_mismatch_exception(),
        "{error:?}"
    );
    assert_eq!(get(&client, key("p", "1")).await, Some(item("p", "1", 1)));
}

#[tokio::test]
async fn a_failed_transaction_does_not_use_up_its_token() {
    let client = client_with_table().await;
    put(&client, item("p", "1", 7)).await;
    let insertion = || vec![insert(item("p", "1", 1))];
    transact(&client, "t1", insertion()).await.unwrap_err();
    let delete = client
        .delete_item()
        .table_name("Things")
        .set_key(Some(key("p", "1")));
    delete.send().await.unwrap();
    transact(&client, "t1", insertion()).await.unwrap();
}
