//! Counting without loading.

use dyno::DyObject as _;
use serde_json::json;

use crate::fixture::{Order, orders};

#[tokio::test]
async fn a_count_loads_nothing() {
    let (store, recorder) = orders().await;
    let few = Order::fields().total().lt(3_u64);
    let count = store.query::<Order>().key("ada").filter(few).count();
    assert_eq!(count.await.unwrap(), 3);
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    let expected = json!({
        "TableName": "Orders",
        "KeyConditionExpression": "#q0 = :q0",
        "FilterExpression": "attribute_not_exists(#q1) AND attribute_not_exists(#q2) AND (attribute_not_exists(#q3) OR \
                             (attribute_not_exists(#q4) AND #q5 = :q1)) AND #q6 < :q2",
        "ExpressionAttributeNames": {
            "#q0": "USER", "#q1": "_dy_stamp", "#q2": "_dy_piece", "#q3": "_dy_format", "#q4": "_dy_state",
            "#q5": "_dy_type", "#q6": "total",
        },
        "ExpressionAttributeValues": {":q0": {"S": "ada"}, ":q1": {"S": "Orders"}, ":q2": {"N": "3"}},
        "Select": "COUNT",
    });
    assert_eq!(*requests[0].body(), expected);
}

#[tokio::test]
async fn a_count_adds_up_pages_and_stops_at_take() {
    let (store, recorder) = orders().await;
    assert_eq!(store.scan::<Order>().limit(7).count().await.unwrap(), 30);
    assert_eq!(recorder.take().len(), 5);
    let scan = store.scan::<Order>().limit(7).take(10);
    assert_eq!(scan.count().await.unwrap(), 10);
    assert_eq!(recorder.take().len(), 2);
    let page = store.scan::<Order>().limit(7).pages().next().await;
    let cursor = page.unwrap().unwrap().cursor().unwrap().clone();
    let rest = store.scan::<Order>().from(cursor).count();
    assert_eq!(rest.await.unwrap(), 23);
}
