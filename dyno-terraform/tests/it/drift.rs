//! Drift in three directions.

use dyno_core::Store;
use dyno_core::table::{Difference, DifferenceKind, TableSpec};
use dyno_derive::DyObject;
use dyno_terraform::Terraform;

use crate::read::table;

#[derive(DyObject)]
#[dyno(crate = dyno_core, table = "users_table", key = "id")]
struct User {
    name: String,
    #[dyno(shard)]
    place: Place,
}

#[derive(DyObject)]
#[dyno(crate = dyno_core, table = "Places", key = "IDX")]
struct Place {
    city: String,
}

fn words(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn a_file_lacks_what_a_type_needs() {
    let text = table("users", "tags = { team = \"blue\" }");
    let tables = Terraform::new().text(&text).unwrap();
    let found = tables.differences::<User>().unwrap();
    assert_eq!(words(&found), ["table `Places` is missing"]);
    let everything = TableSpec::compare_all(&TableSpec::of::<User>().unwrap(), &tables.specs());
    let kinds: Vec<_> = everything.iter().map(Difference::kind).collect();
    assert_eq!(
        kinds,
        [DifferenceKind::MissingTable, DifferenceKind::SurplusTag]
    );
}

#[tokio::test]
async fn a_table_that_stands_differs_from_the_file() {
    let store = Store::embedded().unwrap();
    store.ensure_tables::<User>().await.unwrap();
    let text = table(
        "users",
        "ttl {\n    attribute_name = \"expires\"\n    enabled = true\n  }",
    );
    let tables = Terraform::new().text(&text).unwrap();
    let found = store.check_specs(tables.specs()).exact().differences();
    assert_eq!(
        words(&found.await.unwrap()),
        ["table `users_table` has items that do not expire, and they should by `expires`"]
    );
    // Types against tables that stand.
    store.check_tables::<User>().exact().await.unwrap();
}

#[tokio::test]
async fn written_for_a_type_and_read_again_there_is_no_drift_in_any_direction() {
    let store = Store::embedded().unwrap();
    let text = dyno_terraform::terraform_of::<User>().unwrap();
    let tables = Terraform::new().text(&text).unwrap();
    assert_eq!(tables.specs(), TableSpec::of::<User>().unwrap());
    store.ensure_specs(tables.specs()).await.unwrap();
    store.check_specs(tables.specs()).exact().await.unwrap();
    store.check_tables::<User>().exact().await.unwrap();
    assert!(tables.differences::<User>().unwrap().is_empty());
}
