//! Tables of specifications, which no type declares.

use dyno::table::{Billing, IndexSpec, Projection, StreamView, TableSpec, Throughput};
use dyno::{ErrorKind, KeyKind, Namespace};

use crate::fixture::{User, sent, store};

/// A table with everything that a specification can say.
fn orders() -> TableSpec {
    TableSpec::new("Orders", "customer", KeyKind::S)
        .with_sort("number", KeyKind::N)
        .with_global_index(
            IndexSpec::new("by_day")
                .with_key("day", KeyKind::S)
                .with_sort("number", KeyKind::N)
                .with_projection(Projection::include(["total"]))
                .with_throughput(Throughput::new(2, 1)),
        )
        .with_local_index(
            IndexSpec::new("by_total")
                .with_sort("total", KeyKind::N)
                .with_projection(Projection::KeysOnly),
        )
        .with_billing(Billing::Provisioned(Throughput::new(5, 3)))
        .with_ttl("expires")
        .with_stream(StreamView::Both)
        .with_tag("team", "blue")
}

#[tokio::test]
async fn a_table_stands_exactly_as_its_specification_says() {
    let (store, recorder) = store();
    store.ensure_specs([orders()]).await.unwrap();
    assert_eq!(recorder.count("CreateTable"), 1);
    recorder.take();
    store.check_specs([orders()]).exact().await.unwrap();
    assert_eq!(
        sent(&recorder),
        [
            "DescribeTable",
            "DescribeTimeToLive",
            "DescribeContinuousBackups",
            "ListTagsOfResource",
        ]
    );
    // Nothing is made twice, and what stands is checked.
    store.ensure_specs([orders()]).await.unwrap();
}

#[tokio::test]
async fn what_a_specification_says_is_compared_and_the_rest_exactly_only() {
    let (store, _) = store();
    store.ensure_specs([orders()]).await.unwrap();
    let plain = TableSpec::new("Orders", "customer", KeyKind::S)
        .with_sort("number", KeyKind::N)
        .with_billing(orders().billing());
    store.check_specs([plain.clone()]).await.unwrap();
    let found = store
        .check_specs([plain])
        .exact()
        .differences()
        .await
        .unwrap();
    assert_eq!(found.len(), 5, "{found:?}");

    let other = orders().with_ttl("ends").with_tag("team", "red");
    let error = store.check_specs([other.clone()]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
    assert_eq!(
        error.to_string(),
        "table `Orders` has tag `team` with value `blue`, and it should be `red`; table `Orders` has items that expire by \
         `expires`, and they should by `ends`; change the table with what the specification is from, or the specification"
    );
    let error = store.ensure_specs([other]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch);
}

#[tokio::test]
async fn each_specification_is_kept_in_its_own_way() {
    let (store, _) = store();
    let plain = TableSpec::new("Plain", "id", KeyKind::B);
    let both = [plain.clone(), orders()];
    store.ensure_specs(both.clone()).await.unwrap();
    store.check_specs(both).exact().await.unwrap();
    let missing = TableSpec::new("Nowhere", "id", KeyKind::S);
    let error = store.check_specs([plain, missing]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "table `Nowhere` does not exist; create it with `store.ensure_specs(..)`, or with what the specification is from"
    );
}

#[tokio::test]
async fn specifications_and_types_meet_in_the_same_tables() {
    let (store, _) = store();
    let store = store.with_namespace(Namespace::new("dev_").unwrap());
    store.ensure_tables::<User>().await.unwrap();
    let specs = TableSpec::of::<User>().unwrap();
    store.check_specs(specs.clone()).exact().await.unwrap();
    store.ensure_specs(specs).await.unwrap();
}

#[tokio::test]
async fn what_no_table_can_be_is_refused_before_anything_is_sent() {
    let (store, recorder) = store();
    let good = TableSpec::new("Good", "id", KeyKind::S);
    let bad = TableSpec::new("Zzz", "id", KeyKind::S)
        .with_billing(Billing::Provisioned(Throughput::new(0, 1)));
    let error = store.ensure_specs([good.clone(), bad]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    let other = TableSpec::new("Good", "ID", KeyKind::S);
    let error = store.check_specs([good, other]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn a_specification_may_be_of_another_region() {
    let (store, recorder) = store();
    let far = TableSpec::new("Far", "id", KeyKind::S).with_region("us-west-1");
    store.ensure_specs([far.clone()]).await.unwrap();
    assert_eq!(recorder.count("CreateTable"), 1);
    store.check_specs([far]).exact().await.unwrap();
}
