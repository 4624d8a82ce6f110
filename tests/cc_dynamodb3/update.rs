//! Cases 37 to 42: tables that are changed, and pages of one row.

use dyno::{DyObject, Store};
use dyno_terraform::Terraform;

use crate::fixture::{HashOnly, declared, hash_only, store};

/// The same table, with another index in place of the one of the file.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "hash_only", key = "agency_subdomain")]
struct Renamed {
    #[dyno(key)]
    agency_subdomain: String,
    #[dyno(index(name = "NewIndex", key))]
    other_id: String,
}

#[tokio::test]
async fn case_37_a_missing_table_is_made() {
    let store = dyno_testbed::store();
    let plan = store.migrate_tables::<HashOnly>().plan().await.unwrap();
    assert!(
        plan.to_string().starts_with("1. create table `hash_only`"),
        "{plan}"
    );
    let error = store.check_tables::<HashOnly>().await.unwrap_err();
    assert_eq!(error.kind(), dyno::ErrorKind::TableMismatch, "{error}");
}

/// The indexes of a type have the throughput of its table.
async fn provisioned() -> Store {
    let store = dyno_testbed::store();
    let ensure = store.ensure_tables::<HashOnly>().provisioned(5, 5);
    ensure.await.unwrap();
    store
}

#[tokio::test]
async fn case_38_the_same_throughput_changes_nothing() {
    let store = provisioned().await;
    let migrate = store.migrate_tables::<HashOnly>().provisioned(5, 5);
    let done = migrate.await.unwrap();
    assert!(done.steps().is_empty(), "{done}");
}

#[tokio::test]
async fn case_39_other_throughput_and_another_index() {
    let store = provisioned().await;
    let migrate = store.migrate_tables::<Renamed>().provisioned(55, 44);
    let text = migrate.await.unwrap().to_string();
    assert!(text.contains("55 reads and 44 writes"), "{text}");
    assert!(text.contains("add index `NewIndex`"), "{text}");
    let left = "left: table `hash_only` has global index `HashOnlyExternalId`";
    assert!(text.contains(left), "{text}");
    let migrate = store.migrate_tables::<Renamed>().provisioned(55, 44);
    let again = migrate.plan().await.unwrap();
    assert!(again.steps().is_empty(), "{again}");
}

#[tokio::test]
async fn case_40_other_throughput_of_an_index_only() {
    let (store, _) = store().await;
    store.check_specs(declared().specs()).exact().await.unwrap();
    let file = std::fs::read_to_string("tests/cc_dynamodb3/tables.tf").unwrap();
    let changed = Terraform::new()
        .text(&file.replace("= 15", "= 20"))
        .unwrap();
    let error = store
        .check_specs(changed.specs())
        .exact()
        .await
        .unwrap_err();
    let text = error.to_string();
    let differs = "index `HashOnlyExternalId`";
    assert!(
        text.contains(differs) && text.contains("20 reads"),
        "{text}"
    );
    let migrate = store.migrate_tables::<HashOnly>().provisioned(20, 20);
    let plan = migrate.plan().await.unwrap().to_string();
    assert!(
        plan.contains("index `HashOnlyExternalId` of table `hash_only` has 20 reads"),
        "{plan}"
    );
}

async fn two_rows() -> Store {
    let (store, _) = store().await;
    let rows = [hash_only("one", "1"), hash_only("two", "2")];
    store.save_many(rows).await.unwrap();
    store
}

#[tokio::test]
async fn case_41_a_model_page_by_page() {
    let store = two_rows().await;
    let first = store
        .scan::<HashOnly>()
        .take(1)
        .pages()
        .next()
        .await
        .unwrap()
        .unwrap();
    let cursor = first.cursor().unwrap().clone();
    let next = store.scan::<HashOnly>().take(1).from(cursor).await.unwrap();
    let mut names = [
        first.objects()[0].agency_subdomain.clone(),
        next[0].agency_subdomain.clone(),
    ];
    names.sort();
    assert_eq!(names, ["one", "two"]);
}

#[tokio::test]
async fn case_42_a_row_and_where_to_go_on() {
    let store = two_rows().await;
    let scan = || store.scan::<HashOnly>().limit(1);
    let first = scan().pages().next().await.unwrap().unwrap();
    assert_eq!(first.objects().len(), 1);
    let text = first.cursor().unwrap().to_string();
    let next = scan()
        .from(text.parse().unwrap())
        .pages()
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_ne!(next.objects()[0].key(), first.objects()[0].key());
}
