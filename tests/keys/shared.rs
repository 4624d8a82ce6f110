//! Several types in one table.

use dyno::table::TableSpec;

use crate::fixture::{Order, Profile, Report, shop};

#[tokio::test]
async fn each_type_finds_its_own_whatever_the_pages() {
    let (store, _) = shop().await;
    for limit in [1, 2, 3, 7, 100] {
        assert_eq!(store.scan::<Order>().limit(limit).await.unwrap().len(), 12);
        assert_eq!(store.scan::<Profile>().limit(limit).await.unwrap().len(), 2);
        assert_eq!(store.scan::<Report>().limit(limit).await.unwrap().len(), 4);
        let of_tenant = store.query::<Order>().of("acme").limit(limit);
        assert_eq!(of_tenant.await.unwrap().len(), 6);
        let raw = store.query::<Profile>().key("TENANT#acme").sort().ge("A");
        assert_eq!(raw.limit(limit).await.unwrap().len(), 1);
    }
    assert_eq!(store.scan::<Order>().count().await.unwrap(), 12);
    assert_eq!(store.scan::<Profile>().count().await.unwrap(), 2);
    assert_eq!(store.scan::<Report>().count().await.unwrap(), 4);
    let raw = store.query::<Profile>().key("TENANT#acme").sort().ge("A");
    assert_eq!(raw.count().await.unwrap(), 1);
    assert_eq!(store.scan::<Order>().take(5).await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_whole_partition_is_one_query_for_each_type() {
    let (store, recorder) = shop().await;
    let (profiles, orders, reports) = tokio::try_join!(
        store.query::<Profile>().of("acme").into_future(),
        store.query::<Order>().of("acme").into_future(),
        store.query::<Report>().of("acme").into_future(),
    )
    .unwrap();
    assert_eq!((profiles.len(), orders.len(), reports.len()), (1, 6, 2));
    assert_eq!(recorder.take().len(), 3);
}

#[test]
fn types_of_one_table_make_one_specification() {
    let specs = [
        TableSpec::of::<Order>().unwrap(),
        TableSpec::of::<Profile>().unwrap(),
        TableSpec::of::<Report>().unwrap(),
    ];
    let merged = TableSpec::merged(specs.into_iter().flatten()).unwrap();
    let text: String = merged.iter().map(TableSpec::to_string).collect();
    assert_eq!(
        text,
        "table `App`: key `PK` (a string), sort `SK` (a string); on demand\n"
    );
}
