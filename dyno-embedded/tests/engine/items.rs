//! Single items, batches, queries and scans.

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{
        AttributeValue, KeysAndAttributes, PutRequest, ReturnConsumedCapacity, ReturnValue,
        WriteRequest,
    },
};

use crate::support::{Item, client_with_table, get, item, key, n, put, s};

#[tokio::test]
async fn an_item_with_every_type_comes_back_as_it_was() {
    let client = client_with_table().await;
    let mut stored = item("p", "s", 1);
    stored.extend(
        [
            ("Text", s("häagen ☃ \u{1F600} \u{0}")),
            ("Empty", s("")),
            (
                "Long",
                AttributeValue::N("12345678901234567890123456789012345678".to_owned()),
            ),
            ("Bytes", AttributeValue::B(Blob::new([0, 255]))),
            ("True", AttributeValue::Bool(true)),
            ("Null", AttributeValue::Null(true)),
            ("Texts", AttributeValue::Ss(vec!["a".into(), "b".into()])),
            ("Numbers", AttributeValue::Ns(vec!["1".into(), "2".into()])),
            ("Blobs", AttributeValue::Bs(vec![Blob::new([1])])),
            ("List", AttributeValue::L(vec![s("x"), n(-1)])),
            ("Map", AttributeValue::M(Item::from([("y".into(), s("z"))]))),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    put(&client, stored.clone()).await;
    assert_eq!(get(&client, key("p", "s")).await, Some(stored));
}

#[tokio::test]
async fn an_item_is_updated_and_deleted() {
    let client = client_with_table().await;
    put(&client, item("p", "s", 1)).await;
    let updated = client
        .update_item()
        .table_name("Things")
        .set_key(Some(key("p", "s")))
        .update_expression("ADD #c :one")
        .expression_attribute_names("#c", "Count")
        .expression_attribute_values(":one", n(1))
        .return_values(ReturnValue::AllNew)
        .send()
        .await
        .unwrap();
    assert_eq!(updated.attributes, Some(item("p", "s", 2)));
    let deleted = client
        .delete_item()
        .table_name("Things")
        .set_key(Some(key("p", "s")))
        .return_values(ReturnValue::AllOld)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.attributes, Some(item("p", "s", 2)));
    assert_eq!(deleted.consumed_capacity.unwrap().capacity_units, Some(1.0));
    assert_eq!(get(&client, key("p", "s")).await, None);
}

#[tokio::test]
async fn batches_write_and_read() {
    let client = client_with_table().await;
    let writes = (0..25)
        .map(|count| {
            let put = PutRequest::builder()
                .set_item(Some(item("p", &format!("{count:02}"), count)))
                .build()
                .unwrap();
            WriteRequest::builder().put_request(put).build()
        })
        .collect();
    let written = client
        .batch_write_item()
        .request_items("Things", writes)
        .send()
        .await
        .unwrap();
    assert!(written.unprocessed_items.unwrap_or_default().is_empty());

    let keys = KeysAndAttributes::builder()
        .set_keys(Some(vec![key("p", "03"), key("p", "24"), key("p", "none")]))
        .build()
        .unwrap();
    let read = client
        .batch_get_item()
        .request_items("Things", keys)
        .send()
        .await
        .unwrap();
    assert!(read.unprocessed_keys.unwrap_or_default().is_empty());
    let mut items = read.responses.unwrap().remove("Things").unwrap();
    items.sort_by_key(|item| item["SK"].as_s().unwrap().clone());
    assert_eq!(items, [item("p", "03", 3), item("p", "24", 24)]);
}

#[tokio::test]
async fn a_query_is_paged_and_a_scan_is_filtered() {
    let client = client_with_table().await;
    for count in 0..7 {
        put(&client, item("p", &count.to_string(), count)).await;
    }
    put(&client, item("q", "0", 100)).await;
    let mut pages = client
        .query()
        .table_name("Things")
        .key_condition_expression("PK = :p AND SK >= :s")
        .expression_attribute_values(":p", s("p"))
        .expression_attribute_values(":s", s("1"))
        .limit(2)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.unwrap().items.unwrap());
    }
    let expected: Vec<_> = (1..7)
        .map(|count| item("p", &count.to_string(), count))
        .collect();
    assert_eq!(found, expected);

    let scan = client
        .scan()
        .table_name("Things")
        .filter_expression("#c > :five")
        .expression_attribute_names("#c", "Count")
        .expression_attribute_values(":five", n(5))
        .send()
        .await
        .unwrap();
    assert_eq!((scan.count, scan.scanned_count), (2, 8));
}
