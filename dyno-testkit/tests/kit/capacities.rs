//! What operations consume, by the rules of `docs/design/capacity.md`.

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeValue, ConditionCheck, Delete, DeleteRequest, Get, KeysAndAttributes, Put,
        ReturnConsumedCapacity, TransactGetItem, TransactWriteItem, Update, WriteRequest,
    },
};
use dyno_testkit::{Capacity, Fault, FaultClient, Item, create_table, wrap};

use crate::support::{key, n, s, users, write};

const KB: usize = 1024;

/// An item of exactly so many bytes.
fn sized(id: &str, bytes: usize) -> Item {
    let padding = "x".repeat(bytes - "ID".len() - id.len() - "Padding".len());
    Item::from([
        ("ID".to_owned(), s(id)),
        ("Padding".to_owned(), s(&padding)),
    ])
}

/// A metered client of a table that holds these items; the meter stands at zero.
async fn metered(items: impl IntoIterator<Item = Item>) -> (Client, Capacity) {
    let client = users().await;
    let capacity = Capacity::new();
    let metered = capacity.attach(&client);
    for item in items {
        put(&client, item).await;
    }
    (metered, capacity)
}

async fn put(client: &Client, item: Item) {
    let put = client.put_item().table_name("Users").set_item(Some(item));
    put.send().await.unwrap();
}

#[track_caller]
fn assert_consumed(capacity: &Capacity, expected: &str) {
    assert_eq!(capacity.to_string().trim_end(), expected);
    capacity.clear();
}

#[tokio::test]
async fn a_put_costs_the_larger_of_the_items_before_and_after() {
    let (client, capacity) = metered([]).await;
    for (bytes, expected) in [(KB, 1), (KB + 1, 2), (3 * KB, 3), (100, 3), (100, 1)] {
        put(&client, sized("a", bytes)).await;
        assert_consumed(
            &capacity,
            &format!("PutItem Users: 0 read, {expected} written"),
        );
    }
}

#[tokio::test]
async fn an_update_costs_the_larger_of_the_whole_items_before_and_after() {
    let (client, capacity) = metered([sized("a", 3 * KB - 20)]).await;
    let update = |id: &str, expression: &str, value: Option<AttributeValue>| {
        let update = client.update_item().table_name("Users");
        let update = update.set_key(Some(key(id))).update_expression(expression);
        match value {
            Some(value) => update.expression_attribute_values(":v", value),
            None => update,
        }
    };
    for (expression, value, expected) in [
        ("SET Tiny = :v", Some(n(1)), 3),
        ("SET Extra = :v", Some(s(&"y".repeat(20))), 4),
        ("REMOVE Padding", None, 4),
        ("REMOVE Extra", None, 1),
    ] {
        update("a", expression, value).send().await.unwrap();
        assert_consumed(
            &capacity,
            &format!("UpdateItem Users: 0 read, {expected} written"),
        );
    }
    update("new", "SET Tiny = :v", Some(n(1)))
        .send()
        .await
        .unwrap();
    assert_consumed(&capacity, "UpdateItem Users: 0 read, 1 written");
}

#[tokio::test]
async fn a_delete_costs_what_it_deletes_and_no_less_than_one_unit() {
    let (client, capacity) = metered([sized("a", 2 * KB + 1)]).await;
    for expected in [3, 1] {
        let delete = client
            .delete_item()
            .table_name("Users")
            .set_key(Some(key("a")));
        delete.send().await.unwrap();
        assert_consumed(
            &capacity,
            &format!("DeleteItem Users: 0 read, {expected} written"),
        );
    }
}

#[tokio::test]
async fn a_batch_of_writes_costs_the_sum_of_its_writes() {
    let (client, capacity) = metered([sized("b", 2 * KB)]).await;
    let delete = DeleteRequest::builder().set_key(Some(key("b"))).build();
    let delete = WriteRequest::builder()
        .delete_request(delete.unwrap())
        .build();
    let batch = client
        .batch_write_item()
        .request_items("Users", vec![write(sized("a", KB + 1)), delete]);
    batch.send().await.unwrap();
    assert_consumed(&capacity, "BatchWriteItem Users: 0 read, 4 written");
}

/// One action of each kind: put, update, delete, check.
fn transaction(
    client: &Client,
) -> aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder {
    let action = TransactWriteItem::builder;
    let put = Put::builder()
        .table_name("Users")
        .set_item(Some(sized("a", KB + 1)));
    let update = Update::builder()
        .table_name("Users")
        .set_key(Some(key("b")))
        .update_expression("REMOVE Padding");
    let delete = Delete::builder()
        .table_name("Others")
        .set_key(Some(key("absent")));
    let check = ConditionCheck::builder()
        .table_name("Users")
        .set_key(Some(key("c")))
        .condition_expression("attribute_exists(ID)");
    client
        .transact_write_items()
        .client_request_token("token")
        .transact_items(action().put(put.build().unwrap()).build())
        .transact_items(action().update(update.build().unwrap()).build())
        .transact_items(action().delete(delete.build().unwrap()).build())
        .transact_items(action().condition_check(check.build().unwrap()).build())
}

#[tokio::test]
async fn a_transaction_costs_twice_its_actions_and_its_repetition_reads() {
    let (client, capacity) = metered([sized("b", 5 * KB), sized("c", 3 * KB)]).await;
    create_table(&client, "Others", "ID", None).await.unwrap();
    transaction(&client).send().await.unwrap();
    // Put 2, update 5 for what was there, check 3; doubled.
    assert_consumed(
        &capacity,
        "TransactWriteItems Others: 0 read, 2 written\nTransactWriteItems Users: 0 read, 20 written",
    );
    // The same sizes by 4 KB: put 1, update 2, check 1; doubled.
    transaction(&client).send().await.unwrap();
    assert_consumed(
        &capacity,
        "TransactWriteItems Others: 2 read, 0 written\nTransactWriteItems Users: 8 read, 0 written",
    );
}

#[tokio::test]
async fn a_get_costs_its_item_by_4_kb_and_half_of_that_eventually() {
    let (client, capacity) = metered([sized("a", 4 * KB), sized("b", 4 * KB + 1)]).await;
    for (id, consistent, expected) in [
        ("a", true, "1"),
        ("a", false, "0.5"),
        ("b", true, "2"),
        ("b", false, "1"),
        ("absent", true, "1"),
        ("absent", false, "0.5"),
    ] {
        let get = client.get_item().table_name("Users");
        let get = get.set_key(Some(key(id))).consistent_read(consistent);
        // The whole item is paid for, whatever is returned of it.
        let get = get.projection_expression("ID");
        get.send().await.unwrap();
        assert_consumed(
            &capacity,
            &format!("GetItem Users: {expected} read, 0 written"),
        );
    }
}

#[tokio::test]
async fn a_batch_of_gets_costs_the_sum_of_its_gets() {
    let (client, capacity) = metered([sized("a", 4 * KB + 1), sized("b", 10)]).await;
    for (consistent, expected) in [(true, "4"), (false, "2")] {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(vec![key("a"), key("b"), key("absent")]))
            .consistent_read(consistent);
        let batch = client
            .batch_get_item()
            .request_items("Users", keys.build().unwrap());
        batch.send().await.unwrap();
        assert_consumed(
            &capacity,
            &format!("BatchGetItem Users: {expected} read, 0 written"),
        );
    }
}

#[tokio::test]
async fn a_transaction_of_gets_costs_twice_its_gets() {
    let (client, capacity) = metered([sized("a", 4 * KB + 1)]).await;
    let get = |id: &str| {
        let get = Get::builder().table_name("Users").set_key(Some(key(id)));
        TransactGetItem::builder().get(get.build().unwrap()).build()
    };
    let gets = client
        .transact_get_items()
        .transact_items(get("a"))
        .transact_items(get("absent"));
    gets.send().await.unwrap();
    assert_consumed(&capacity, "TransactGetItems Users: 6 read, 0 written");
}

#[tokio::test]
async fn a_query_and_a_scan_round_the_sum_of_their_items_once() {
    let client = users().await;
    create_table(&client, "Lists", "ID", Some("At"))
        .await
        .unwrap();
    let capacity = Capacity::new();
    let client = capacity.attach(&client);
    for at in 0..3_u8 {
        let mut item = sized("a", 2 * KB - 10);
        item.insert("At".to_owned(), s(&at.to_string()));
        let put = client.put_item().table_name("Lists").set_item(Some(item));
        put.send().await.unwrap();
    }
    capacity.clear();
    for (id, consistent, expected) in [
        ("a", true, "2"),
        ("a", false, "1"),
        ("absent", true, "1"),
        ("absent", false, "0.5"),
    ] {
        let query = client
            .query()
            .table_name("Lists")
            .key_condition_expression("ID = :v");
        let query = query
            .expression_attribute_values(":v", s(id))
            .consistent_read(consistent);
        query.send().await.unwrap();
        assert_consumed(
            &capacity,
            &format!("Query Lists: {expected} read, 0 written"),
        );
    }
    // Each page is rounded by itself.
    let query = client
        .query()
        .table_name("Lists")
        .key_condition_expression("ID = :v");
    let query = query
        .expression_attribute_values(":v", s("a"))
        .consistent_read(true)
        .limit(2);
    let pages = query.into_paginator().send().collect::<Result<Vec<_>, _>>();
    assert_eq!(pages.await.unwrap().len(), 2);
    assert_consumed(
        &capacity,
        "Query Lists: 1 read, 0 written\nQuery Lists: 1 read, 0 written",
    );
    client.scan().table_name("Lists").send().await.unwrap();
    assert_consumed(&capacity, "Scan Lists: 1 read, 0 written");
}

/// DynamoDB charges for both all the same; no answer says how much.
#[tokio::test]
async fn refused_writes_name_no_units() {
    let (client, capacity) = metered([sized("a", 3 * KB)]).await;
    let put = client
        .put_item()
        .table_name("Users")
        .set_item(Some(sized("a", KB)));
    let put = put.condition_expression("attribute_not_exists(ID)");
    put.send().await.unwrap_err();
    let check = ConditionCheck::builder()
        .table_name("Users")
        .set_key(Some(key("absent")))
        .condition_expression("attribute_exists(ID)");
    let check = TransactWriteItem::builder()
        .condition_check(check.build().unwrap())
        .build();
    let transaction = client.transact_write_items().transact_items(check);
    transaction.send().await.unwrap_err();
    assert!(capacity.consumed().is_empty());
}

#[tokio::test]
async fn lost_answers_count_below_the_fault_and_what_a_program_asks_for_is_kept() {
    let (client, capacity) = metered([sized("a", KB)]).await;
    let faulty = wrap(&client, |http| {
        FaultClient::new(http, |_| Fault::AnswerLost)
    });
    let delete = faulty
        .delete_item()
        .table_name("Users")
        .set_key(Some(key("a")));
    delete.send().await.unwrap_err();
    assert_consumed(&capacity, "DeleteItem Users: 0 read, 1 written");

    let get = client.get_item().table_name("Users");
    let get = get
        .set_key(Some(key("a")))
        .return_consumed_capacity(ReturnConsumedCapacity::Indexes);
    let answer = get.send().await.unwrap();
    assert!(answer.consumed_capacity.unwrap().table.is_some());
    let [consumed] = capacity.consumed().try_into().unwrap();
    assert_eq!(
        (consumed.operation(), consumed.table()),
        ("GetItem", "Users")
    );
    assert_eq!((consumed.reads(), consumed.writes()), (0.5, 0.0));
    client.list_tables().send().await.unwrap();
    assert_eq!(capacity.consumed().len(), 1);
}
