use super::fixture::{SortedOrder, setup, sorted};

/// DynamoDB ends a page of a `Query` with the item that makes it larger than a megabyte, and a plan counts so. The
/// engine ends it before that item (`docs/design/capacity.md`): the pages are others, each rounded up by itself.
#[tokio::test]
async fn a_query_of_several_pages_is_several_requests() {
    let setup = setup::<SortedOrder>().await;
    let order = SortedOrder {
        customer: "Ada".into(),
        lines: (0..5).map(|_| sorted(300_000)).collect(),
    };
    let mut saved = setup.saved(order).await;
    let reload = saved.reload();
    let plan = reload.plan().unwrap();
    assert!(plan.is_exact());
    let operations: Vec<_> = plan
        .requests()
        .iter()
        .map(|request| (request.round_trip(), request.operation()))
        .collect();
    assert_eq!(operations, [(1, "GetItem"), (1, "Query"), (2, "Query")]);
    reload.await.unwrap();
    let (sent, units) = setup.consumed();
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(
        (plan.read_units().as_f64() - units.0).abs() <= 1.0,
        "{plan}{units:?}"
    );
}
