//! Eventually consistent reads that show the past, and consistent ones that do not.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::{
    Client,
    types::{
        Delete, DeleteRequest, KeysAndAttributes, Put, TransactWriteItem, Update, WriteRequest,
    },
};
use dyno_embedded::Engine;
use dyno_testkit::{Item, Recorder, StaleReads, TableSpec, dump, table_with_data, wrap};

use crate::support::{count, get, item, key, keys, n, put, s, write};

/// The table `Users` with the item `a`, on a client with stale reads.
async fn stale(seed: u64) -> (Client, StaleReads) {
    let engine = Engine::in_memory().unwrap().inline();
    let users = TableSpec::new("Users", "ID");
    table_with_data(&engine.client(), &users, [item("a", 0)])
        .await
        .unwrap();
    let replica = Engine::in_memory().unwrap().inline().http_client();
    let stale = StaleReads::new(engine.http_client(), replica, seed);
    (wrap(&engine.client(), |_| stale.clone()), stale)
}

async fn get_now(client: &Client, id: &str) -> Option<Item> {
    let get = client.get_item().table_name("Users").set_key(Some(key(id)));
    get.consistent_read(true).send().await.unwrap().item
}

/// What many eventually consistent reads of `a` show: the set of its counts.
async fn shown(client: &Client) -> BTreeSet<Option<String>> {
    let mut shown = BTreeSet::new();
    for _ in 0..20 {
        let found = get(client, "a").await;
        shown.insert(
            found
                .as_ref()
                .and_then(count)
                .map(|n| n.as_n().unwrap().clone()),
        );
    }
    shown
}

#[tokio::test]
async fn every_kind_of_write_is_seen_late() {
    let a = || item("a", 1);
    for kind in [
        "put",
        "update",
        "delete",
        "batch",
        "transaction",
        "update in a transaction",
    ] {
        let mut stale_at_first = 0;
        for seed in 0..10 {
            let (client, _) = stale(seed).await;
            let add = "SET #c = :one";
            match kind {
                "put" => put(&client, a()).await.unwrap(),
                "update" => {
                    let update = client
                        .update_item()
                        .table_name("Users")
                        .set_key(Some(key("a")));
                    let update = update
                        .update_expression(add)
                        .expression_attribute_names("#c", "Count");
                    update
                        .expression_attribute_values(":one", n(1))
                        .send()
                        .await
                        .unwrap();
                }
                "delete" => {
                    let delete = client
                        .delete_item()
                        .table_name("Users")
                        .set_key(Some(key("a")));
                    delete.send().await.unwrap();
                }
                "batch" => {
                    let batch = client.batch_write_item();
                    batch
                        .request_items("Users", vec![write(a())])
                        .send()
                        .await
                        .unwrap();
                }
                _ => {
                    let action = if kind == "transaction" {
                        let put = Put::builder().table_name("Users").set_item(Some(a()));
                        TransactWriteItem::builder().put(put.build().unwrap())
                    } else {
                        let update = Update::builder()
                            .table_name("Users")
                            .set_key(Some(key("a")));
                        let update = update.update_expression(add);
                        let update = update.expression_attribute_names("#c", "Count");
                        let update = update.expression_attribute_values(":one", n(1));
                        TransactWriteItem::builder().update(update.build().unwrap())
                    };
                    let transaction = client.transact_write_items();
                    transaction
                        .transact_items(action.build())
                        .send()
                        .await
                        .unwrap();
                }
            }
            let expected = (kind != "delete").then(a);
            assert_eq!(get_now(&client, "a").await, expected, "{kind}");
            let first = get(&client, "a").await;
            assert!(
                first == expected || first == Some(item("a", 0)),
                "{kind}: {first:?}"
            );
            stale_at_first += usize::from(first != expected);
            // Versions arrive with time, and nothing disappears again.
            shown(&client).await;
            assert_eq!(get(&client, "a").await, expected, "{kind}");
        }
        assert!(
            (1..10).contains(&stale_at_first),
            "{kind}: {stale_at_first}"
        );
    }
}

#[tokio::test]
async fn deletes_of_batches_and_transactions_are_seen_late() {
    let (client, stale) = stale(3).await;
    let delete = DeleteRequest::builder()
        .set_key(Some(key("a")))
        .build()
        .unwrap();
    let delete = WriteRequest::builder().delete_request(delete).build();
    let batch = client
        .batch_write_item()
        .request_items("Users", vec![delete]);
    batch.send().await.unwrap();
    assert_eq!(get_now(&client, "a").await, None);
    stale.catch_up().await;
    assert_eq!(shown(&client).await, BTreeSet::from([None]));

    put(&client, item("a", 2)).await.unwrap();
    let delete = Delete::builder()
        .table_name("Users")
        .set_key(Some(key("a")));
    let delete = TransactWriteItem::builder().delete(delete.build().unwrap());
    let transaction = client.transact_write_items();
    transaction
        .transact_items(delete.build())
        .send()
        .await
        .unwrap();
    assert_eq!(get_now(&client, "a").await, None);
    let mut seen = BTreeSet::new();
    seen.extend(shown(&client).await);
    assert!(
        seen.contains(&None) && !seen.contains(&Some("0".to_owned())),
        "{seen:?}"
    );
}

#[tokio::test]
async fn items_of_one_read_are_of_different_age() {
    let mut pairs = BTreeSet::new();
    for seed in 0..20 {
        let (client, stale) = stale(seed).await;
        for id in ["a", "b"] {
            put(&client, item(id, 0)).await.unwrap();
        }
        stale.catch_up().await;
        for number in 1..4 {
            let writes = ["a", "b"].map(|id| write(item(id, number))).to_vec();
            let batch = client.batch_write_item().request_items("Users", writes);
            batch.send().await.unwrap();
        }
        let scan = client.scan().table_name("Users").send().await.unwrap();
        let batch = client
            .batch_get_item()
            .request_items("Users", keys(&["a", "b"]));
        let batch = batch
            .send()
            .await
            .unwrap()
            .responses
            .unwrap()
            .remove("Users");
        for items in [scan.items.unwrap(), batch.unwrap()] {
            let number = |id: &str| {
                let found = items.iter().find(|item| item["ID"] == s(id)).unwrap();
                count(found).unwrap().as_n().unwrap().clone()
            };
            pairs.insert((number("a"), number("b")));
        }
        assert_eq!(get_now(&client, "b").await, Some(item("b", 3)));
    }
    let mixed = |pair: &&(String, String)| pair.0 != pair.1;
    assert!(pairs.iter().filter(mixed).count() > 3, "{pairs:?}");
}

#[tokio::test]
async fn queries_keep_their_expressions_and_mixed_batches_their_options() {
    let (client, stale) = stale(1).await;
    put(&client, item("a", 7)).await.unwrap();
    stale.catch_up().await;
    for _ in 0..6 {
        let query = client
            .query()
            .table_name("Users")
            .key_condition_expression("ID = :id");
        let query = query.expression_attribute_values(":id", s("a"));
        let query = query
            .projection_expression("#c")
            .expression_attribute_names("#c", "Count");
        let found = query.send().await.unwrap().items.unwrap();
        assert_eq!(found, [Item::from([("Count".to_owned(), n(7))])]);
    }
    dyno_testkit::create_table(&client, "Others", "ID", None)
        .await
        .unwrap();
    let others = client.put_item().table_name("Others");
    others.set_item(Some(item("a", 1))).send().await.unwrap();
    put(&client, item("a", 8)).await.unwrap();
    let mut counts = BTreeSet::new();
    for _ in 0..10 {
        let consistent = KeysAndAttributes::builder()
            .keys(key("a"))
            .consistent_read(true);
        let batch = client.batch_get_item();
        let batch = batch.request_items("Users", consistent.build().unwrap());
        let batch = batch.request_items("Others", keys(&["a"]));
        let found = batch.send().await.unwrap().responses.unwrap();
        assert_eq!(found["Users"], [item("a", 8)], "read consistently");
        counts.insert(found.get("Others").map_or(0, Vec::len));
    }
    assert!(counts.contains(&1));
}

#[tokio::test]
async fn the_same_seed_shows_the_same_past() {
    let run = async |seed| {
        let (client, _) = stale(seed).await;
        let mut seen = Vec::new();
        for number in 1..20 {
            put(&client, item("a", number)).await.unwrap();
            seen.push(get(&client, "a").await);
        }
        seen
    };
    assert_eq!(run(1).await, run(1).await);
    assert_ne!(run(1).await, run(2).await);
    let (_, stale) = stale(9).await;
    assert_eq!(
        (stale.seed(), stale.to_string().as_str()),
        (9, "stale reads of seed 9")
    );
}

#[tokio::test]
async fn requests_of_its_own_are_not_recorded_and_errors_pass() {
    let (client, _) = stale(1).await;
    let recorder = Recorder::new();
    let client = recorder.attach(&client);
    put(&client, item("b", 1)).await.unwrap();
    get(&client, "b").await;
    assert_eq!(recorder.operations(), ["PutItem", "GetItem"]);
    let missing = client
        .get_item()
        .table_name("Missing")
        .set_key(Some(key("a")));
    let error = missing.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    let missing = client
        .put_item()
        .table_name("Missing")
        .set_item(Some(key("a")));
    let error = missing.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    // A refused write changes nothing, and a table that is made again begins empty.
    let refused = client
        .put_item()
        .table_name("Users")
        .set_item(Some(item("a", 5)));
    refused
        .condition_expression("attribute_not_exists(ID)")
        .send()
        .await
        .unwrap_err();
    assert_eq!(shown(&client).await, BTreeSet::from([Some("0".to_owned())]));
    client
        .delete_table()
        .table_name("Users")
        .send()
        .await
        .unwrap();
    dyno_testkit::create_table(&client, "Users", "ID", None)
        .await
        .unwrap();
    assert_eq!(shown(&client).await, BTreeSet::from([None]));
    assert!(dump(&client, "Users").await.unwrap().is_empty());
}
