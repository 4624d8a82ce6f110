use dyno::{DyObject as _, ErrorKind, Rules, Store};

use super::fixture::{Order, Setup, SortedLine, SortedOrder, line, note, order, setup};

async fn reloaded(setup: &Setup) -> Order {
    let fresh = Store::new(setup.client.clone());
    fresh.load::<Order>("k").await.unwrap().into_object()
}

/// How many items of lines the last save put and deleted.
fn written(setup: &Setup) -> (usize, usize) {
    let requests = setup.recorder.take();
    let [request] = requests.as_slice() else {
        return (requests.len(), usize::MAX);
    };
    let body = request.body();
    let actions = body["TransactItems"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let of = |kind: &str| {
        actions
            .iter()
            .filter(|action| {
                action
                    .pointer(&format!("/{kind}/TableName"))
                    .is_some_and(|table| table == "Lines")
            })
            .count()
    };
    (of("Put"), of("Delete"))
}

#[tokio::test]
async fn a_list_comes_back_in_its_order() {
    let setup = setup::<Order>().await;
    for products in [vec![], vec!["a"], vec!["b", "a", "b", "c"]] {
        let mut saved = setup.saved(order([])).await;
        saved.lines = products.iter().map(|product| line(product)).collect();
        saved.save().await.unwrap();
        assert_eq!(reloaded(&setup).await, *saved);
    }
    assert_eq!(setup.dump("Lines").await.len(), 4);
}

#[tokio::test]
async fn only_what_changed_is_written() {
    let setup = setup::<Order>().await;
    let mut saved = setup.saved(order(["a", "b", "c", "d"])).await;
    saved.lines.insert(1, line("new"));
    saved.save().await.unwrap();
    assert_eq!(written(&setup), (1, 0), "insert");
    saved.lines.remove(3);
    saved.save().await.unwrap();
    assert_eq!(written(&setup), (0, 1), "remove");
    saved.lines[2].count = 7;
    saved.save().await.unwrap();
    assert_eq!(written(&setup), (1, 0), "edit in place");
    saved.lines.reverse();
    saved.save().await.unwrap();
    assert_eq!(setup.sent(), ["PutItem"], "reorder");
    saved.save().await.unwrap();
    assert_eq!(setup.sent(), Vec::<String>::new(), "nothing");
    let mut loaded = setup.store.load::<Order>("k").await.unwrap();
    assert_eq!(*loaded, *saved);
    setup.recorder.take();
    loaded.lines = loaded.lines.clone();
    loaded.lines.swap(0, 3);
    loaded.lines[1].count = 9;
    loaded.save().await.unwrap();
    assert_eq!(written(&setup), (1, 0), "a clone, moved and edited");
    assert_eq!(reloaded(&setup).await, *loaded);
}

#[tokio::test]
async fn a_shard_of_an_entry_goes_with_it() {
    let setup = setup::<Order>().await;
    let mut saved = setup.saved(order(["a", "b"])).await;
    saved.lines[1].note = Some(note("fragile"));
    saved.save().await.unwrap();
    saved.lines.swap(0, 1);
    saved.save().await.unwrap();
    assert_eq!(reloaded(&setup).await, *saved);
    saved.lines.remove(0);
    saved.save().await.unwrap();
    assert_eq!(setup.dump("Notes").await.len(), 0);
    assert_eq!(reloaded(&setup).await, *saved);
}

#[tokio::test]
async fn a_hundred_entries_are_two_rounds_without_a_sort_key() {
    let setup = setup::<Order>().await;
    let mut saved = setup.saved(order([])).await;
    saved.lines = (0..99).map(|number| line(&number.to_string())).collect();
    saved.save().await.unwrap();
    saved.lines.push(line("99"));
    saved.save().await.unwrap();
    setup.recorder.take();
    let loaded = setup.store.load::<Order>("k").await.unwrap();
    assert_eq!(*loaded, *saved);
    assert_eq!(setup.sent(), ["GetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn a_hundred_entries_are_one_round_with_a_sort_key() {
    let setup = setup::<SortedOrder>().await;
    let mut saved = setup
        .saved(SortedOrder {
            customer: "Ada".into(),
            lines: Vec::new(),
        })
        .await;
    let sorted = |number: u32| SortedLine {
        product: number.to_string(),
    };
    saved.lines = (0..99).map(sorted).collect();
    saved.save().await.unwrap();
    saved.lines.push(sorted(99));
    saved.save().await.unwrap();
    setup.recorder.take();
    let loaded = setup.store.load::<SortedOrder>("k").await.unwrap();
    assert_eq!(*loaded, *saved);
    let mut sent = setup.sent();
    sent.sort();
    assert_eq!(sent, ["GetItem", "Query"]);
}

#[tokio::test]
async fn paths_go_into_entries_by_index() {
    let setup = setup::<Order>().await;
    let mut saved = setup.saved(order(["a", "b", "c"])).await;
    saved.lines.swap(0, 2);
    saved.save().await.unwrap();
    setup.recorder.take();
    let store = &setup.store;
    let product = Order::paths().lines().index(0).product();
    let read: String = store.read_path("k", &product).await.unwrap();
    assert_eq!(read, "c");
    assert_eq!(setup.sent(), ["GetItem", "BatchGetItem"]);
    store.write_path("k", &product, "C").await.unwrap();
    assert_eq!(setup.sent(), ["GetItem", "TransactWriteItems"]);
    let lines: Vec<super::fixture::Line> =
        store.read_path("k", Order::paths().lines()).await.unwrap();
    assert_eq!(lines, order(["C", "b", "a"]).lines);
    let error = store
        .read_path::<Order, String>("k", Order::paths().lines().index(3).product())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PathNotFound);
}

#[tokio::test]
async fn a_replace_and_a_delete_leave_no_entry() {
    let setup = setup::<Order>().await;
    let mut first = order(["a", "b", "c"]);
    first.lines[0].note = Some(note("n"));
    setup.saved(first).await;
    let saved = setup.saved(order(["x"])).await;
    assert_eq!(reloaded(&setup).await, *saved);
    assert_eq!(setup.dump("Lines").await.len(), 1);
    assert_eq!(setup.dump("Notes").await.len(), 0);
    setup.store.delete::<Order>("k").await.unwrap();
    assert_eq!(setup.sent(), ["GetItem", "TransactWriteItems"]);
    for table in ["Orders", "Lines", "Notes"] {
        assert!(setup.dump(table).await.is_empty(), "{table}");
    }
}

#[tokio::test]
async fn a_sealed_value_stays_readable_when_its_entry_moves() {
    let setup = setup::<Order>().await;
    let key = dyno::EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["lines[*].product"], key).unwrap();
    let store = setup.store.clone().with_loader(rules);
    let mut saved = store.save(order(["a", "b", "c"])).key("k").await.unwrap();
    saved.lines.rotate_left(1);
    setup.recorder.take();
    saved.save().await.unwrap();
    assert_eq!(setup.sent(), ["PutItem"]);
    let loaded = store.load::<Order>("k").await.unwrap();
    assert_eq!(*loaded, order(["b", "c", "a"]));
    let product = Order::paths().lines().index(1).product();
    store.write_path("k", &product, "C").await.unwrap();
    let read: String = store.read_path("k", &product).await.unwrap();
    assert_eq!(read, "C");
    let stored = setup.dump("Lines").await;
    assert!(stored.iter().all(|item| item["product"].is_b()));
}

#[tokio::test]
async fn a_list_that_is_damaged_is_not_loaded() {
    let setup = setup::<Order>().await;
    setup.saved(order(["a", "b"])).await;
    let lines = setup.dump("Lines").await;
    let key = lines[0]["IDX"].clone();
    let delete = setup.client.delete_item().table_name("Lines");
    delete.key("IDX", key).send().await.unwrap();
    let error = setup.store.load::<Order>("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(error.table(), Some("Lines"));
}

#[tokio::test]
async fn a_rule_for_an_index_follows_the_index() {
    let setup = setup::<Order>().await;
    let key = dyno::EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["lines[0].product"], key).unwrap();
    let store = setup.store.clone().with_loader(rules);
    store.save(order(["a", "b", "c"])).key("k").await.unwrap();
    let mut loaded = store.load::<Order>("k").await.unwrap();
    loaded.lines.reverse();
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(written(&setup), (2, 0));
    let mut loaded = store.load::<Order>("k").await.unwrap();
    assert_eq!(*loaded, order(["c", "b", "a"]));
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert!(setup.sent().is_empty());
    let sealed = setup.dump("Lines").await;
    assert_eq!(
        sealed.iter().filter(|item| item["product"].is_b()).count(),
        1
    );
}

#[tokio::test]
async fn a_deletion_on_a_condition_reads_the_root_first() {
    let setup = setup::<Order>().await;
    setup.saved(order(["a", "b"])).await;
    let customer = Order::fields().customer();
    let delete = || setup.store.delete::<Order>("k");
    let refused = delete().when(customer.eq("nobody")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!(setup.sent(), ["GetItem", "TransactWriteItems"]);
    delete().when(customer.exists()).await.unwrap();
    assert!(setup.dump("Lines").await.is_empty());
    delete().when(customer.eq("nobody")).await.unwrap();
}

#[tokio::test]
async fn an_update_of_the_root_leaves_the_order_of_its_lists() {
    let setup = setup::<Order>().await;
    let mut saved = setup.saved(order(["a", "b"])).await;
    let customer = Order::fields().customer();
    let update = setup.store.update::<Order>("k");
    update.set(customer, "another").await.unwrap();
    saved.lines.remove(0);
    let refused = saved.save().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    saved.reload().await.unwrap();
    assert_eq!((saved.customer.as_str(), saved.lines.len()), ("another", 2));
    saved.lines.remove(0);
    saved.save().await.unwrap();
    let loaded = setup.store.load::<Order>("k").await.unwrap();
    assert_eq!(loaded.lines, saved.lines);
}
