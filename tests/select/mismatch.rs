//! Tables that have other keys than the type says.

use dyno::{DyObject, ErrorKind, Store};

mod stored {
    #[derive(dyno::DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Things", key = "NUMBER", sort = "AT")]
    pub(super) struct Thing {
        #[dyno(key)]
        pub(super) number: u64,
        #[dyno(sort)]
        pub(super) at: String,
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Things", key = "ID")]
struct OtherName {
    at: Option<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Things", key = "NUMBER", sort = "AT")]
struct OtherType {
    #[dyno(key)]
    number: String,
    #[dyno(sort)]
    at: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Things", key = "NUMBER")]
struct NoSort {
    #[dyno(key)]
    number: u64,
}

async fn things() -> Store {
    let store = dyno_testbed::store();
    store.ensure_tables::<stored::Thing>().await.unwrap();
    for number in 0..3 {
        let at = "2026".to_owned();
        store.save(stored::Thing { number, at }).await.unwrap();
    }
    store
}

async fn refused<T: DyObject + std::fmt::Debug + Send + Sync + 'static>(
    store: &Store,
    limit: u32,
    why: &str,
) {
    let errors = [
        store.scan::<T>().limit(limit).await.unwrap_err(),
        store
            .scan::<T>()
            .limit(limit)
            .pages_with_failures()
            .next()
            .await
            .unwrap()
            .unwrap_err(),
        store
            .scan::<T>()
            .limit(limit)
            .stream()
            .next()
            .await
            .unwrap()
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(error.to_string().contains("check_tables"), "{error}");
    }
}

#[tokio::test]
async fn a_table_with_other_keys_is_an_error_and_not_an_empty_result() {
    let store = things().await;
    refused::<OtherName>(&store, 100, "`ID`").await;
    refused::<OtherType>(&store, 100, "`NUMBER` is a string, found a number").await;
    refused::<NoSort>(&store, 2, "`AT`").await;
    let count = store.scan::<NoSort>().limit(2).count().await.unwrap_err();
    assert_eq!(count.kind(), ErrorKind::TableMismatch);
    let query = store
        .query::<NoSort>()
        .key(1_u64)
        .limit(1)
        .await
        .unwrap_err();
    assert_eq!(query.kind(), ErrorKind::TableMismatch);
}

#[tokio::test]
async fn an_empty_table_is_empty() {
    let store = dyno_testbed::store();
    store.ensure_tables::<stored::Thing>().await.unwrap();
    assert!(store.scan::<OtherName>().await.unwrap().is_empty());
}
