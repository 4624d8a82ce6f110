//! Cases 6 to 18: scans and queries; and what is refused of conditions by name.

use dyno::{DyObject as _, ErrorKind, KeyValue, Query, Saved, Store, compat};

use crate::fixture::{
    ChangeInCondition, HashOnly, NpsSurvey, at, changes, hash_only, seconds_of, store,
};

fn survey(recipient_id: u64) -> NpsSurvey {
    NpsSurvey {
        agency_subdomain: "metzler".into(),
        recipient_id,
        favorite: "purple".into(),
    }
}

async fn surveys() -> Store {
    let (store, _) = store().await;
    store.save_many([survey(1), survey(2)]).await.unwrap();
    store
}

fn times(found: &[Saved<ChangeInCondition>]) -> Vec<u64> {
    found.iter().map(|change| seconds_of(change)).collect()
}

fn not_saved(store: &Store) -> Query<ChangeInCondition> {
    store
        .query()
        .index_str("SavedInRDB")
        .where_str("saved_in_rdb", false)
}

#[tokio::test]
async fn case_06_a_scan_gives_the_rows_of_a_new_table() {
    let store = surveys().await;
    let mut found: Vec<_> = store.scan::<NpsSurvey>().await.unwrap();
    found.sort_by_key(|survey| survey.recipient_id);
    let found: Vec<_> = found.into_iter().map(Saved::into_object).collect();
    assert_eq!(found, [survey(1), survey(2)]);
}

#[tokio::test]
async fn case_07_a_scan_goes_over_all_pages() {
    let store = surveys().await;
    assert_eq!(store.scan::<NpsSurvey>().limit(1).await.unwrap().len(), 2);
}

#[tokio::test]
async fn case_08_a_query_goes_over_all_pages() {
    let store = surveys().await;
    let of = |agency: &str| {
        let query = store.query::<NpsSurvey>().limit(1);
        query.where_str("agency_subdomain", agency)
    };
    assert_eq!(of("metzler").await.unwrap().len(), 2);
    assert_eq!(of("other").await.unwrap().len(), 0);
}

#[tokio::test]
async fn case_09_an_index_has_the_order_of_its_sort_key() {
    let (store, _) = changes().await;
    assert_eq!(times(&not_saved(&store).await.unwrap()), [1, 2, 4]);
}

async fn found(condition: &str) -> Vec<u64> {
    let (store, _) = changes().await;
    let by_index = not_saved(&store).where_str(condition, 2).await.unwrap();
    let by_table = store.query().where_str("carelog_id", 100);
    let by_table = by_table.where_str(condition, 2).await.unwrap();
    assert_eq!(times(&by_index), times(&by_table));
    times(&by_table)
}

#[tokio::test]
async fn case_10_eq() {
    assert_eq!(found("time__eq").await, [2]);
    assert_eq!(found("time").await, [2]);
}

#[tokio::test]
async fn case_11_gt() {
    assert_eq!(found("time__gt").await, [4]);
}

#[tokio::test]
async fn case_12_gte() {
    assert_eq!(found("time__gte").await, [2, 4]);
}

#[tokio::test]
async fn case_13_lt() {
    assert_eq!(found("time__lt").await, [1]);
}

#[tokio::test]
async fn case_14_lte() {
    assert_eq!(found("time__lte").await, [1, 2]);
}

#[tokio::test]
async fn case_15_descending() {
    let (store, _) = changes().await;
    let found = not_saved(&store).descending().await.unwrap();
    assert_eq!(times(&found), [4, 2, 1]);
}

#[tokio::test]
async fn case_16_count() {
    let (store, _) = changes().await;
    assert_eq!(not_saved(&store).count().await.unwrap(), 3);
}

#[tokio::test]
async fn case_17_a_model_by_its_key() {
    let (store, _) = store().await;
    store.save(hash_only("test", "123")).await.unwrap();
    let query = store.query::<HashOnly>();
    let found = query.where_str("agency_subdomain", "test").await.unwrap();
    assert_eq!(found[0].external_id, "123");
}

#[tokio::test]
async fn case_18_models_by_an_index() {
    let (store, _) = store().await;
    let both = [hash_only("one", "123"), hash_only("two", "123")];
    store.save_many(both).await.unwrap();
    let query = || store.query::<HashOnly>().index_str("HashOnlyExternalId");
    let found = query().where_str("external_id", "123").await.unwrap();
    assert_eq!(found.len(), 2);
    let typed = store.query::<HashOnly>().key("123");
    let typed = typed.index(HashOnly::indexes().HashOnlyExternalId());
    assert_eq!(
        typed.params().unwrap().names(),
        query().key("123").params().unwrap().names()
    );
}

#[tokio::test]
async fn between_is_told_by_a_pair() {
    let (store, _) = changes().await;
    let found = store
        .query::<ChangeInCondition>()
        .key(100)
        .where_str("time__between", (2, 3));
    assert_eq!(times(&found.await.unwrap()), [2]);
}

/// The typed form of the same.
#[tokio::test]
async fn times_as_numbers_are_compared_by_handles() {
    let (store, _) = changes().await;
    let key = |seconds| compat::epoch_seconds::key(&at(seconds)).unwrap();
    let query = store.query::<ChangeInCondition>().key(100);
    let found = query.sort().between(key(2), key(4)).await.unwrap();
    assert_eq!(times(&found), [2, 4]);
    let change = ChangeInCondition::fields();
    let late = store
        .scan::<ChangeInCondition>()
        .filter(change.time().gt(at(1)) & change.saved_in_rdb().eq(false));
    assert_eq!(late.count().await.unwrap(), 2);
    let one = store.load::<ChangeInCondition>((100, KeyValue::N("4".into())));
    assert_eq!(one.await.unwrap().note.as_deref(), Some("fell twice"));
}

#[tokio::test]
async fn filters_by_name() {
    let (store, _) = changes().await;
    let found = async |keyword: &str, value: dyno::expression::KeywordValue| {
        let query = store.query::<ChangeInCondition>().key(100);
        times(&query.filter_str(keyword, value).await.unwrap())
    };
    assert_eq!(found("note__contains", "twice".into()).await, [4]);
    assert_eq!(found("note__begins_with", "fell".into()).await, [4]);
    assert_eq!(found("note__in", ["fell twice", "x"].into()).await, [4]);
    assert_eq!(found("note__is_in", ["x"].into()).await, [0; 0]);
    assert_eq!(found("note__attribute_type", "S".into()).await, [4]);
    assert_eq!(found("note__ne", "fell twice".into()).await, [1, 2]);
    assert_eq!(found("note__between", ("a", "z").into()).await, [4]);
    assert_eq!(found("note__gte", "a".into()).await, [4]);
    assert_eq!(found("saved_in_rdb", false.into()).await, [1, 2, 4]);
    assert_eq!(found("saved_in_rdb__ne", false.into()).await, [0; 0]);
    let both = store.scan::<ChangeInCondition>();
    let both = both.filter_str("time__gt", 1).filter_str("time__lt", 4);
    assert_eq!(times(&both.await.unwrap()), [2]);
}

#[tokio::test]
async fn wrong_names_operators_and_values_are_refused_before_a_request() {
    let (store, recorder) = changes().await;
    let query = || store.query::<ChangeInCondition>();
    let of_log = || query().where_str("carelog_id", 100);
    let asked = [
        (
            of_log().where_str("tmie__gt", 2),
            "table `change_in_condition`, which has `carelog_id`, `time`",
        ),
        (
            of_log().where_str("note__eq", "x"),
            "look at other fields with `filter_str`",
        ),
        (
            of_log().where_str("time__after", 2),
            "no operator `after`; there are `eq`, `ne`",
        ),
        (
            of_log().where_str("time__contains", 2),
            "takes `eq`, `lt`, `lte`, `gt`, `gte`, `begins_with`, `between` only",
        ),
        (of_log().where_str("time__gt", "2"), "time"),
        (of_log().where_str("time__between", 2), "`between` two"),
        (
            of_log().where_str("time__gt", 1).where_str("time__lt", 4),
            "second condition",
        ),
        (of_log().key(100), "given twice"),
        (query().where_str("carelog_id__gt", 100), "takes `eq` only"),
        (of_log().index_str("SavedInRdb"), "there are `SavedInRDB`"),
        (
            of_log().filter_str("notes", "x"),
            "which stores `carelog_id`, `note`, `saved_in_rdb`, `time`",
        ),
        (of_log().filter_str("note__like", "x"), "no operator `like`"),
        (of_log().filter_str("note", 5), "expected a string"),
        (
            of_log().filter_str("note__between", ("z", "a")),
            "wrong way round",
        ),
        (of_log().filter_str("note__between", "a"), "two bounds"),
        (
            of_log().filter_str("note__in", Vec::<String>::new()),
            "1 to 100",
        ),
        (
            of_log().filter_str("note__attribute_type", "STRING"),
            "no type of that name",
        ),
        (
            of_log().filter_str("saved_in_rdb__begins_with", true),
            "beginning",
        ),
        (
            of_log().filter_str("saved_in_rdb__contains", true),
            "contain",
        ),
        (of_log().filter_str("time__gt", 1), "part of the key"),
    ];
    for (query, why) in asked {
        let error = query.await.unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::InvalidExpression | ErrorKind::InvalidKey
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_operator_is_one_behind_any_name_that_is_known() {
    let store = dyno_testbed::store();
    let query = store.query::<crate::fixture::MapField>().key("a");
    let query = query.filter_str("request_data.visits__gt", 3);
    let params = query.params().unwrap();
    assert_eq!(params.filter(), Some("#q1.#q2 > :q1"), "{params}");
    assert!(params.names().values().any(|name| name == "visits"));
}
