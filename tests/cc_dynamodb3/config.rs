//! Cases 1 to 5, 35, 36 and 43 to 46: settings, and tables of files.

use dyno::table::{Billing, Throughput};
use dyno::{ErrorKind, KeyKind, Namespace, Object};
use dyno_terraform::from_file;

use crate::fixture::{HashOnly, declared, store};

const FILE: &str = "tests/cc_dynamodb3/tables.tf";

#[test]
fn case_01_a_store_knows_its_settings() {
    let dev = Namespace::new("dev_").unwrap();
    let store = dyno_testbed::store().with_namespace(dev);
    let namespace = store.namespace().unwrap();
    assert_eq!(namespace.prefix(), "dev_");
    assert_eq!(namespace.physical_name("hash_only"), "dev_hash_only");
    assert_eq!(
        namespace.logical_name("dev_hash_only").unwrap(),
        "hash_only"
    );
    assert!(namespace.logical_name("live_hash_only").is_err());
    assert_eq!(store.table_name::<HashOnly>().unwrap(), "dev_hash_only");
}

#[test]
fn case_02_nothing_is_parsed_when_the_program_runs() {
    let compiled = declared();
    assert_eq!(compiled.by_label("hash_only").unwrap().name(), "hash_only");
}

#[test]
fn case_03_what_the_compiler_read_is_what_the_file_says() {
    assert_eq!(declared(), from_file(FILE).unwrap());
}

#[test]
fn case_04_the_tables_of_a_file_are_listed() {
    let tables = declared();
    let mut labels = tables.iter().map(|(label, _)| label);
    assert!(labels.any(|label| label == "nps_survey"));
}

#[test]
fn case_05_an_unknown_table_is_none() {
    assert!(declared().by_label("invalid_table").is_none());
}

#[tokio::test]
async fn case_35_an_unknown_column_is_refused_with_those_there_are() {
    let (store, recorder) = store().await;
    let error = store.scan::<HashOnly>().filter_str("agency", "x").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    let there = "which stores `agency_subdomain`, `created`, `external_id`, `is_enabled`";
    assert!(error.to_string().contains(there), "{error}");
    assert!(recorder.take().is_empty());
}

#[test]
fn case_36_the_columns_of_a_type_are_known() {
    let names: Vec<_> = HashOnly::SHAPE
        .all_fields()
        .map(dyno::shape::FieldShape::name)
        .collect();
    assert_eq!(
        names,
        ["agency_subdomain", "external_id", "is_enabled", "created"]
    );
}

fn translated() -> dyno_terraform::Tables {
    from_file("dyno-terraform/testdata/cc_dynamodb3.tf").unwrap()
}

#[test]
fn case_43_a_table_with_both_keys() {
    let tables = translated();
    let table = tables.by_label("change_in_condition").unwrap();
    let (key, sort) = (table.key(), table.sort().unwrap());
    assert_eq!((key.name(), key.kind()), ("carelog_id", KeyKind::N));
    assert_eq!((sort.name(), sort.kind()), ("time", KeyKind::N));
}

#[test]
fn case_44_two_local_indexes() {
    let tables = translated();
    let table = tables.by_label("change_in_condition").unwrap();
    let indexes: Vec<_> = table
        .local_indexes()
        .map(|index| (index.name(), index.sort()[0].name()))
        .collect();
    assert_eq!(indexes, [("RdbId", "rdb_id"), ("SessionId", "session_id")]);
}

#[test]
fn case_45_two_global_indexes_with_throughput() {
    let tables = translated();
    let table = tables.by_label("change_in_condition").unwrap();
    assert_eq!(table.billing(), Billing::Provisioned(Throughput::new(5, 5)));
    let indexes: Vec<_> = table
        .global_indexes()
        .map(|index| (index.name(), table.throughput_of(index)))
        .collect();
    let throughput = Some(Throughput::new(15, 15));
    assert_eq!(
        indexes,
        [("Agency", throughput), ("SavedInRDB", throughput)]
    );
}

#[test]
fn case_46_eight_attributes() {
    let tables = translated();
    let table = tables.by_label("change_in_condition").unwrap();
    let attributes: Vec<_> = table.attributes().into_keys().collect();
    // By name; the order in a file means nothing to DynamoDB.
    assert_eq!(
        attributes,
        [
            "agency",
            "carelog_id",
            "digest",
            "rdb_id",
            "saved_in_rdb",
            "session_id",
            "shift",
            "time"
        ]
    );
}
