//! Drift in three directions.

use dyno_core::table::{Difference, DifferenceKind, TableSpec};
use dyno_core::{ErrorKind, KeyKind, Store};
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

fn of_region(region: &str) -> TableSpec {
    TableSpec::new("users_table", "id", KeyKind::S).with_region(region)
}

#[test]
fn a_table_of_another_region_is_another() {
    let (west, east) = (of_region("us-west-2"), of_region("us-east-1"));
    let anywhere = TableSpec::new("users_table", "id", KeyKind::S);
    let found = TableSpec::compare_all(std::slice::from_ref(&west), std::slice::from_ref(&east));
    assert_eq!(
        words(&found),
        [
            "table `users_table` is missing in region `us-west-2`; one of this name is in region `us-east-1`"
        ]
    );
    assert_eq!(found[0].kind(), DifferenceKind::MissingTable);
    // Each with its own, in any order; where one of the two says no region, it may be the other's.
    let expiring = west.clone().with_ttl("expires");
    for found in [[expiring.clone(), east.clone()], [east.clone(), expiring]] {
        let differences = TableSpec::compare_all(&[west.clone(), east.clone()], &found);
        let kinds: Vec<_> = differences.iter().map(Difference::kind).collect();
        assert_eq!(kinds, [DifferenceKind::Ttl]);
    }
    let same = |wanted: &TableSpec, found: &[TableSpec]| {
        words(&TableSpec::compare_all(std::slice::from_ref(wanted), found))
    };
    assert!(same(&anywhere, std::slice::from_ref(&east)).is_empty());
    assert!(same(&west, std::slice::from_ref(&anywhere)).is_empty());
    // Of two, it is not known which is meant.
    assert_eq!(
        same(&anywhere, &[east, west]),
        [
            "table `users_table` is in several regions (`us-east-1`, `us-west-2`), and which is meant is not said"
        ]
    );
}

#[tokio::test]
async fn tables_of_two_regions_may_have_one_name() {
    let store = Store::embedded().unwrap();
    let tables = [of_region("us-west-2"), of_region("us-east-1")];
    store.ensure_specs(tables.clone()).await.unwrap();
    store.check_specs(tables).await.unwrap();
    let anywhere = TableSpec::new("users_table", "id", KeyKind::S);
    let error = store.check_specs([anywhere, of_region("us-west-2")]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidShape);
}
