//! Files as they are written in practice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dyno_core::table::{StreamView, TableSpec};
use dyno_core::{Namespace, Store};
use dyno_terraform::{Tables, Terraform, Value, from_file};

pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

pub(crate) fn shop() -> Tables {
    Terraform::new().directory(testdata("shop")).unwrap()
}

fn texts(tables: &Tables) -> String {
    tables.specs().iter().map(TableSpec::to_string).collect()
}

/// A table of this label, with more in it.
pub(crate) fn table(label: &str, more: &str) -> String {
    format!(
        "resource \"aws_dynamodb_table\" \"{label}\" {{
  name         = \"{label}_table\"
  billing_mode = \"PAY_PER_REQUEST\"
  hash_key     = \"id\"
  attribute {{
    name = \"id\"
    type = \"S\"
  }}
  {more}
}}
"
    )
}

#[test]
fn everything_that_a_table_can_have_is_read() {
    assert_eq!(
        texts(&shop()),
        "table `dev_shop_orders`: key `customer` (a string), sort `number` (a number); provisioned with 10 reads and 4 writes a second
  global index `by_day`: key `day` (a string), sort `total` (a number); keys and `carrier`, `state`; 5 reads and 2 writes a second
  global index `by_shop_and_day`: key `shop` (binary), key `day` (a string), sort `total` (a number); keys only
  local index `by_total`: sort `total` (a number); all attributes
  items expire by `expires`
  stream of old and new items
  point-in-time recovery
  deletion protection
  tag `Environment` is `dev`
  tag `Team` is `checkout`
  tag `cost:unit` is `42`
table `dev_carts`: key `id` (a string); on demand
  tag `Note` is `Written for checkout,
\"in two lines\".
`
"
    );
}

#[test]
fn streams_are_read_by_their_names() {
    for (name, view) in [
        ("KEYS_ONLY", StreamView::Keys),
        ("NEW_IMAGE", StreamView::New),
        ("OLD_IMAGE", StreamView::Old),
        ("NEW_AND_OLD_IMAGES", StreamView::Both),
    ] {
        let stream = format!("stream_enabled = true\n  stream_view_type = \"{name}\"");
        let tables = Terraform::new().text(&table("users", &stream)).unwrap();
        let (_, users) = tables.iter().next().unwrap();
        assert_eq!(users.stream(), Some(view), "{name}");
    }
}

#[test]
fn values_of_the_caller_stand_above_those_of_files() {
    let capacity = BTreeMap::from([("read".to_owned(), 7), ("write".to_owned(), 1)]);
    let tables = Terraform::new()
        .variable("env", "live")
        .variable("capacity", capacity)
        .variable("team", Value::from("ops"))
        .directory(testdata("shop"))
        .unwrap();
    let orders = tables.by_label("orders").unwrap();
    assert_eq!(orders.name(), "live_shop_orders");
    let text = orders.to_string();
    assert!(text.contains("7 reads and 1 writes"), "{text}");
    assert_eq!(orders.tags()["Team"], "ops");
    assert_eq!(tables.by_name("live_carts"), tables.by_label("carts"));
    assert!(tables.by_label("archive").is_none());
}

#[test]
fn files_of_cc_dynamodb3_are_read() {
    let tables = from_file(testdata("cc_dynamodb3.tf")).unwrap();
    assert_eq!(
        texts(&tables),
        "table `hash_only`: key `agency_subdomain` (a string); provisioned with 5 reads and 5 writes a second
  global index `HashOnlyExternalId`: key `external_id` (a string); all attributes; 15 reads and 15 writes a second
table `map_field`: key `agency_subdomain` (a string), sort `external_id` (a string); provisioned with 5 reads and 5 writes a second
  local index `MapFieldCreated`: sort `created` (a number); all attributes
table `change_in_condition`: key `carelog_id` (a number), sort `time` (a number); provisioned with 5 reads and 5 writes a second
  global index `Agency`: key `agency` (a string), sort `shift` (a string); all attributes; 15 reads and 15 writes a second
  global index `SavedInRDB`: key `saved_in_rdb` (a number), sort `digest` (binary); all attributes; 15 reads and 15 writes a second
  local index `RdbId`: sort `rdb_id` (a number); all attributes
  local index `SessionId`: sort `session_id` (a number); all attributes
"
    );
    let attributes = tables.by_name("change_in_condition").unwrap();
    assert_eq!(attributes.attributes().len(), 8);
}

#[tokio::test]
async fn tables_of_a_file_stand_as_the_file_says() {
    let store = Store::embedded().unwrap();
    let tables = from_file(testdata("cc_dynamodb3.tf")).unwrap();
    store.ensure_specs(tables.specs()).await.unwrap();
    store.check_specs(tables.specs()).exact().await.unwrap();
}

#[tokio::test]
async fn labels_are_names_in_a_namespace_if_that_is_wanted() {
    let text = table("users", "");
    let tables = Terraform::new().text(&text).unwrap();
    let (store, plain) = {
        let plain = Store::embedded().unwrap();
        let dev = Namespace::new("dev_").unwrap();
        (plain.clone().with_namespace(dev), plain)
    };
    let specs = tables.named_by_label().specs();
    store.ensure_specs(specs.clone()).await.unwrap();
    let physical = specs.into_iter().map(|spec| spec.with_name("dev_users"));
    plain.check_specs(physical).exact().await.unwrap();
}

#[test]
fn tables_of_other_namespaces_are_left_out() {
    let text = table("live", "") + &table("dev", "");
    let tables = Terraform::new().text(&text).unwrap();
    let live = tables.in_namespace(&Namespace::new("live_").unwrap());
    let names: Vec<_> = live
        .iter()
        .map(|(label, spec)| (label, spec.name()))
        .collect();
    assert_eq!(names, [("live", "table")]);
}

#[test]
fn what_a_specification_cannot_say_is_passed_over_if_that_is_wanted() {
    let text = table(
        "users",
        "table_class = \"STANDARD\"\n  server_side_encryption {\n    enabled = true\n  }",
    );
    let terraform = Terraform::new()
        .pass_over("server_side_encryption")
        .pass_over("table_class");
    assert!(terraform.text(&text).is_ok());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let text = format!("\u{feff}{}", table("users", "").replace('\n', "\r\n"));
    assert!(
        Terraform::new()
            .text(&text)
            .unwrap()
            .by_label("users")
            .is_some()
    );
}

/// A directory of its own that is gone afterwards.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let path =
            std::env::temp_dir().join(format!("dyno-terraform-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for (file, text) in files {
            fs::write(path.join(file), text).unwrap();
        }
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn values_of_a_directory_come_in_the_order_of_terraform() {
    let own = table(
        "x",
        "tags = { one = var.one, two = var.two, three = var.three }",
    );
    let directory = Directory::with(
        "order",
        &[
            ("main.tf", &own),
            (
                "vars.tf",
                "variable \"one\" {}\nvariable \"two\" {}\nvariable \"three\" { default = 3 }",
            ),
            ("terraform.tfvars", "one = 1\ntwo = 1"),
            ("b.auto.tfvars", "two = 3"),
            ("a.auto.tfvars", "two = 2"),
            (".hidden.tf", "this is not read {"),
            ("notes.txt", "nor this"),
        ],
    );
    let tables = Terraform::new().directory(directory.path()).unwrap();
    let tags: Vec<_> = tables.specs()[0].tags().clone().into_values().collect();
    assert_eq!(tags, ["1", "3", "3"]);
}
