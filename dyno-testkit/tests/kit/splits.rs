//! Torn batches, and how they follow from a seed.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes, Put, ReturnConsumedCapacity, TransactWriteItem},
};
use dyno_testkit::{Item, SplitBatches, wrap};
use tokio::task::yield_now;

use crate::support::{count, item, key, keys, users};

const IDS: [&str; 3] = ["a", "b", "c"];

/// Writes one number to all three items at once, over and over.
async fn write_together(client: &Client, count: u64) {
    let put = |id: &str| {
        let put = Put::builder()
            .table_name("Users")
            .set_item(Some(item(id, count)));
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    let transaction = client.transact_write_items();
    let items = IDS.map(put).to_vec();
    transaction
        .set_transact_items(Some(items))
        .send()
        .await
        .unwrap();
}

async fn read_together(client: &Client) -> Vec<Item> {
    let batch = client.batch_get_item().request_items("Users", keys(&IDS));
    let answer = batch.send().await.unwrap();
    assert!(answer.unprocessed_keys.unwrap_or_default().is_empty());
    answer.responses.unwrap().remove("Users").unwrap()
}

/// Reads while another task writes; returns what each read saw.
async fn race(seed: Option<u64>) -> Vec<Vec<Item>> {
    let client = users().await;
    write_together(&client, 0).await;
    let reader = match seed {
        Some(seed) => wrap(&client, |http| SplitBatches::new(http, seed)),
        None => client.clone(),
    };
    let writer = tokio::spawn(async move {
        for count in 1..20 {
            write_together(&client, count).await;
            yield_now().await;
        }
    });
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(read_together(&reader).await);
    }
    writer.await.unwrap();
    seen
}

fn torn(items: &[Item]) -> bool {
    items
        .windows(2)
        .any(|pair| pair.first().map(count) != pair.last().map(count))
}

#[tokio::test]
async fn a_split_batch_is_torn_and_a_whole_one_is_not() {
    assert!(!race(None).await.iter().any(|items| torn(items)));
    let mut found = 0;
    for seed in 0..10 {
        found += race(Some(seed))
            .await
            .iter()
            .filter(|items| torn(items))
            .count();
    }
    assert!(found > 0);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_run() {
    let first = race(Some(7)).await;
    assert_eq!(first, race(Some(7)).await);
    assert_ne!(first, race(Some(8)).await);
}

#[tokio::test]
async fn options_and_capacity_survive_the_split() {
    let client = users().await;
    write_together(&client, 5).await;
    let split = wrap(&client, |http| SplitBatches::new(http, 1));
    let wanted = KeysAndAttributes::builder()
        .set_keys(Some(IDS.map(key).to_vec()))
        .projection_expression("#c")
        .expression_attribute_names("#c", "Count")
        .consistent_read(true);
    let batch = split
        .batch_get_item()
        .request_items("Users", wanted.build().unwrap())
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let answer = batch.send().await.unwrap();
    let only_count = Item::from([("Count".to_owned(), AttributeValue::N("5".into()))]);
    assert_eq!(
        answer.responses.unwrap()["Users"],
        [(); 3].map(|()| only_count.clone())
    );
    let [capacity] = answer.consumed_capacity.unwrap().try_into().unwrap();
    assert_eq!(
        (capacity.table_name(), capacity.capacity_units),
        (Some("Users"), Some(3.0))
    );
}

#[tokio::test]
async fn what_dynamodb_refuses_is_still_refused() {
    let split = wrap(&users().await, |http| SplitBatches::new(http, 1));
    let twice = split
        .batch_get_item()
        .request_items("Users", keys(&["a", "a"]));
    assert!(twice.send().await.is_err());
    let missing = split
        .batch_get_item()
        .request_items("Missing", keys(&["a", "b"]));
    let error = missing.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    let single = split.get_item().table_name("Users").set_key(Some(key("a")));
    assert!(single.send().await.unwrap().item.is_none());
}

#[tokio::test]
async fn the_seed_is_shown() {
    let http = users().await.config().http_client().unwrap();
    let split = SplitBatches::new(http, 4_711);
    assert_eq!(split.seed(), 4_711);
    assert!(format!("{split:?}").contains("4711"));
    assert!(split.to_string().contains("4711"));
}
