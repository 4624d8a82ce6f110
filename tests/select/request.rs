//! What is sent, to the letter.

use dyno::DyObject as _;
use serde_json::json;

use crate::fixture::{Order, orders, totals};

#[tokio::test]
async fn a_scan_asks_for_the_table_and_nothing_else() {
    let (store, recorder) = orders().await;
    let found = store.scan::<Order>().await.unwrap();
    assert_eq!(found.len(), 30);
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].operation(), "Scan");
    assert_eq!(*requests[0].body(), json!({"TableName": "Orders"}));
}

#[tokio::test]
async fn a_scan_with_everything_says_all_of_it() {
    let (store, recorder) = orders().await;
    let fields = Order::fields();
    let found = store
        .scan::<Order>()
        .filter(fields.total().ge(3_u64))
        .filter(fields.total().lt(5_u64))
        .consistent()
        .limit(100)
        .await
        .unwrap();
    assert_eq!(found.len(), 6);
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    let expected = json!({
        "TableName": "Orders",
        "FilterExpression": "#q0 >= :q0 AND #q0 < :q1",
        "ExpressionAttributeNames": {"#q0": "total"},
        "ExpressionAttributeValues": {":q0": {"N": "3"}, ":q1": {"N": "5"}},
        "ConsistentRead": true,
        "Limit": 100,
    });
    assert_eq!(*requests[0].body(), expected);
}

#[tokio::test]
async fn each_sort_condition_is_one_key_condition() {
    let (store, recorder) = orders().await;
    let at = |hour: u32| format!("2026-01-01T{hour:02}");
    let query = || store.query::<Order>().key("ada").sort();
    for (query, condition, expected) in [
        (query().any(), "#q0 = :q0", (0..10).collect::<Vec<_>>()),
        (query().eq(at(3)), "#q0 = :q0 AND #q1 = :q1", vec![3]),
        (query().lt(at(2)), "#q0 = :q0 AND #q1 < :q1", vec![0, 1]),
        (query().le(at(2)), "#q0 = :q0 AND #q1 <= :q1", vec![0, 1, 2]),
        (query().gt(at(8)), "#q0 = :q0 AND #q1 > :q1", vec![9]),
        (query().ge(at(8)), "#q0 = :q0 AND #q1 >= :q1", vec![8, 9]),
        (
            query().between(at(4), at(6)),
            "#q0 = :q0 AND #q1 BETWEEN :q1 AND :q2",
            vec![4, 5, 6],
        ),
        (
            query().begins_with("2026-01-01T0"),
            "#q0 = :q0 AND begins_with(#q1, :q1)",
            (0..10).collect(),
        ),
    ] {
        let params = query.params().unwrap();
        assert_eq!(params.key_condition(), Some(condition));
        assert_eq!(totals(&query.await.unwrap()), expected, "{condition}");
        let requests = recorder.take();
        assert_eq!(requests.len(), 1, "{condition}");
        let body = requests[0].body();
        assert_eq!(body["KeyConditionExpression"], condition);
        assert_eq!(body["ExpressionAttributeNames"]["#q0"], "USER");
        assert_eq!(
            body["ExpressionAttributeValues"][":q0"],
            json!({"S": "ada"})
        );
    }
}

#[tokio::test]
async fn a_query_with_everything_says_all_of_it() {
    let (store, recorder) = orders().await;
    let found = store
        .query::<Order>()
        .key("ken")
        .sort()
        .ge("2026-01-01T02")
        .filter(!Order::fields().total().eq(7_u64))
        .descending()
        .consistent()
        .limit(50)
        .await
        .unwrap();
    assert_eq!(totals(&found), [9, 8, 6, 5, 4, 3, 2]);
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    let expected = json!({
        "TableName": "Orders",
        "KeyConditionExpression": "#q0 = :q0 AND #q1 >= :q1",
        "FilterExpression": "NOT #q2 = :q2",
        "ExpressionAttributeNames": {"#q0": "USER", "#q1": "AT", "#q2": "total"},
        "ExpressionAttributeValues": {
            ":q0": {"S": "ken"},
            ":q1": {"S": "2026-01-01T02"},
            ":q2": {"N": "7"},
        },
        "ScanIndexForward": false,
        "ConsistentRead": true,
        "Limit": 50,
    });
    assert_eq!(*requests[0].body(), expected);
}

#[tokio::test]
async fn the_newest_is_one_item_looked_at() {
    let (store, recorder) = orders().await;
    let query = store.query::<Order>().key("ada").descending().take(1);
    assert_eq!(totals(&query.await.unwrap()), [9]);
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].body()["Limit"], 1);
}

#[tokio::test]
async fn nothing_is_sent_for_none_and_before_a_stream_is_polled() {
    let (store, recorder) = orders().await;
    assert!(store.scan::<Order>().take(0).await.unwrap().is_empty());
    drop(store.scan::<Order>().pages());
    drop(store.scan::<Order>().stream());
    store.scan::<Order>().params().unwrap();
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_stream_asks_for_a_page_when_the_one_before_is_used_up() {
    let (store, recorder) = orders().await;
    let mut objects = store.query::<Order>().key("ada").limit(4).stream();
    for (total, requests) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2)] {
        let order = objects.next().await.unwrap().unwrap();
        assert_eq!((order.total, recorder.count("Query")), (total, requests));
    }
}

#[tokio::test]
async fn limit_bounds_the_page_and_take_the_result() {
    let (store, recorder) = orders().await;
    let query = || store.query::<Order>().key("ada");
    assert_eq!(query().limit(4).await.unwrap().len(), 10);
    assert_eq!(recorder.take().len(), 3);
    assert_eq!(query().limit(4).take(6).await.unwrap().len(), 6);
    assert_eq!(recorder.take().len(), 2);
    let even = Order::fields().total().is_in([0_u64, 2, 4, 6, 8]);
    let found = query().filter(even).limit(3).take(2).await.unwrap();
    assert_eq!(totals(&found), [0, 2]);
    assert_eq!(recorder.take().len(), 1);
}

#[tokio::test]
async fn params_are_for_people_and_their_debug_shows_no_value() {
    let (store, recorder) = orders().await;
    let query = || {
        let late = Order::fields().note().eq("late".to_owned());
        store.query::<Order>().key("ada").filter(late).limit(5)
    };
    let params = query().params().unwrap();
    assert_eq!(params, query().params().unwrap());
    assert_eq!(
        params.to_string(),
        "Query of table `Orders`\n  key condition: #q0 = :q0\n  filter: #q1 = :q1\n  names: #q0 = USER, #q1 = note\n  \
         values: :q0 = \"ada\", :q1 = \"late\"\n  options: limit 5"
    );
    assert!(!format!("{params:?} {:?}", query()).contains("late"));
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_object_of_a_page_is_saved_as_a_loaded_one() {
    let (store, recorder) = orders().await;
    let mut found = store.query::<Order>().key("ada").take(1).await.unwrap();
    found[0].total = 99;
    recorder.take();
    found[0].save().await.unwrap();
    assert_eq!(recorder.operations(), ["UpdateItem"]);
    let loaded = store.load::<Order>(found[0].key()).await.unwrap();
    assert_eq!(loaded.total, 99);
}
