//! Tables with data.

use std::error::Error;

use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use dyno_embedded::Engine;
use dyno_testkit::{
    Fault, FaultClient, Item, Recorder, TableSpec, create_table, dump, table_with_data, wrap,
};

use crate::support::{item, n, s, users};

#[tokio::test]
async fn a_dump_is_sorted_by_key() {
    let client = Engine::in_memory().unwrap().client();
    let table = TableSpec::new("Lines", "Order").sort_of_type("Line", ScalarAttributeType::N);
    let line = |order: &str, number: u64| {
        Item::from([
            ("Order".to_owned(), s(order)),
            ("Line".to_owned(), n(number)),
        ])
    };
    let sorted =
        [("a", 2), ("a", 10), ("b", 1), ("b", 3)].map(|(order, number)| line(order, number));
    let mut mixed = sorted.to_vec();
    mixed.swap(0, 3);
    mixed.swap(1, 2);
    table_with_data(&client, &table, mixed).await.unwrap();
    assert_eq!(dump(&client, "Lines").await.unwrap(), sorted);
}

#[tokio::test]
async fn a_dump_reads_all_pages() {
    let client = Engine::in_memory().unwrap().client();
    let large = |number: u64| {
        let text = AttributeValue::S("x".repeat(100_000));
        Item::from([
            ("ID".to_owned(), s(&format!("{number:02}"))),
            ("Text".to_owned(), text),
        ])
    };
    let items: Vec<_> = (0..30).map(large).collect();
    table_with_data(&client, &TableSpec::new("Users", "ID"), items.clone())
        .await
        .unwrap();
    let recorder = Recorder::new();
    let dumped = dump(&recorder.attach(&client), "Users").await.unwrap();
    assert!(dumped == items);
    assert!(recorder.count("Scan") > 2, "{recorder}");
}

#[tokio::test]
async fn unprocessed_items_are_sent_again() {
    let client = wrap(&Engine::in_memory().unwrap().client(), |http| {
        FaultClient::new(http, |request| match request.actions() {
            many @ 5.. => Fault::UnprocessedKeys(many / 2),
            _ => Fault::Pass,
        })
    });
    let items: Vec<_> = (0..60)
        .map(|number| item(&format!("{number:02}"), number))
        .collect();
    table_with_data(&client, &TableSpec::new("Users", "ID"), items.clone())
        .await
        .unwrap();
    assert_eq!(dump(&client, "Users").await.unwrap(), items);
}

#[tokio::test]
async fn errors_name_table_and_cause() {
    let client = users().await;
    let error = create_table(&client, "Users", "ID", None)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "cannot create the table `Users`");
    assert_eq!(error.table(), "Users");
    assert!(error.source().is_some());
    let error = dump(&client, "Missing").await.unwrap_err();
    assert_eq!(error.to_string(), "cannot dump the table `Missing`");
    let no_key = TableSpec::new("Others", "Key");
    let error = table_with_data(&client, &no_key, [item("a", 1)])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "cannot fill the table `Others`");
}
