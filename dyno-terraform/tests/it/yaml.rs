//! The YAML form of `cc_dynamodb3`.

use dyno_core::Store;
use dyno_core::table::TableSpec;
use dyno_terraform::ReadErrorKind::{Invalid, NotSupported, Syntax};
use dyno_terraform::{ReadErrorKind, Terraform, from_file};

use crate::read::testdata;

#[tokio::test]
async fn tables_of_a_file_stand_as_it_says() {
    let tables = from_file(testdata("cc_dynamodb3.yml")).unwrap();
    let text: String = tables.specs().iter().map(TableSpec::to_string).collect();
    assert_eq!(
        text,
        "table `visits`: key `client` (a number), sort `time` (a number); provisioned with 10 reads and 10 writes a second
  global index `SavedInRDB`: key `saved_in_rdb` (a number), sort `time` (a number); all attributes; 15 reads and 15 writes a second
  local index `SessionId`: sort `session` (a string); all attributes
table `hash_only`: key `agency_subdomain` (a string); provisioned with 10 reads and 10 writes a second
  global index `HashOnlyExternalId`: key `external_id` (binary); all attributes
"
    );
    let store = Store::embedded().unwrap();
    store.ensure_specs(tables.specs()).await.unwrap();
    store.check_specs(tables.specs()).exact().await.unwrap();
    // From the old form to Terraform.
    let terraform = tables.to_terraform().unwrap();
    assert_eq!(Terraform::new().text(&terraform).unwrap(), tables);
}

/// A file of one table, whose key is `id`, with more at the end.
fn file(more: &str) -> String {
    format!(
        "schemas:
  users:
    - {{type: HashKey, name: id, data_type: STRING}}
default_throughput: {{read: 1, write: 1}}
{more}"
    )
}

/// What is wrong with a text, in which `▸` marks the place that the error names.
#[track_caller]
fn refused(text: &str, kind: ReadErrorKind, why: &str) {
    let before = text.split('▸').next().unwrap();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let error = Terraform::new().yaml(&text.replace('▸', "")).unwrap_err();
    assert_eq!(error.to_string(), format!("text:{line}:{column}: {why}"));
    assert_eq!(error.kind(), kind);
}

#[test]
fn what_is_wrong_has_its_place() {
    let part = "{type: HashKey, name: id, data_type: STRING}";
    refused(
        "▸schemas: {}\n",
        Invalid,
        "lacks `default_throughput`; add it",
    );
    refused(
        &file("▸tables: {}\n"),
        NotSupported,
        "`tables` is not known; correct its name, or take it out",
    );
    refused(
        &file("").replace("STRING", "▸TEXT"),
        Invalid,
        "`data_type` is `STRING`, `NUMBER` or `BINARY`, and this is `TEXT`",
    );
    refused(
        &file("").replace("HashKey", "▸Hash"),
        Invalid,
        "`type` is `HashKey` or `RangeKey`, and this is `Hash`",
    );
    refused(
        &file("")
            .replace("- {", "▸- {")
            .replace("HashKey", "RangeKey"),
        Invalid,
        "lacks a part of type `HashKey`; add it",
    );
    let twice = "{type: HashKey, name: id, data_type: STRING}\n    - {type: RangeKey, name: ▸id, data_type: STRING}";
    refused(
        &file("").replace(part, twice),
        Invalid,
        "this is both `HashKey` and `RangeKey`; take one out",
    );
    refused(
        &file("").replace(
            part,
            &twice.replace("RangeKey", "▸HashKey").replace("▸id", "at"),
        ),
        Invalid,
        "there are two parts of this type; keep one",
    );
    refused(
        &file("").replace("write: 1", "write: ▸0"),
        Invalid,
        "throughput is at least 1",
    );
    refused(
        &file("").replace("write: 1", "write: ▸many"),
        Invalid,
        "this should be a whole number that is not negative",
    );
    refused(
        &file("").replace("users", "▸us"),
        Invalid,
        "the name of a table has 3 to 255 letters, and this has 2",
    );
    refused(
        &file("indexes:\n  ▸others: []\n"),
        Invalid,
        "this table has indexes and no keys; add it to `schemas`",
    );
    refused(
        &file("global_indexes:\n  users:\n    - {name: abc, type: ▸GlobalKeysOnlyIndex}\n"),
        Invalid,
        "only `GlobalAllIndex` is read here; write it as Terraform",
    );
    let other = "{type: HashKey, name: id, data_type: ▸NUMBER}";
    refused(
        &file(&format!(
            "global_indexes:\n  users:\n    - {{name: abc, type: GlobalAllIndex, parts: [{other}]}}\n"
        )),
        Invalid,
        "`id` has another type in another key; an attribute has one",
    );
    let index =
        |mark: &str| format!("    - {{name: {mark}abc, type: GlobalAllIndex, parts: [{part}]}}\n");
    refused(
        &file(&format!(
            "global_indexes:\n  users:\n{}{}",
            index(""),
            index("▸")
        )),
        Invalid,
        "there are two indexes called `abc`; rename one",
    );
    refused(
        &file(&format!(
            "indexes:\n  users:\n    - ▸{{name: abc, type: AllIndex, parts: [{part}]}}\n"
        )),
        Invalid,
        "a local index has the HashKey of its table, which is `id`, and a RangeKey, and its table has one; make it so, or move \
         it to `global_indexes`",
    );
    let error = Terraform::new().yaml("schemas: [").unwrap_err();
    assert_eq!(error.kind(), Syntax);
    assert!(error.line().is_some(), "{error}");
    assert!(error.to_string().contains("this is not YAML: "), "{error}");
    let error = Terraform::new().yaml("a: 1\n---\nb: 1\n").unwrap_err();
    assert_eq!(error.to_string(), "text: has 2 documents; keep one");
    let error = Terraform::new()
        .variable("a", 1)
        .yaml(&file(""))
        .unwrap_err();
    assert_eq!(error.kind(), Invalid);
}

#[test]
fn what_other_readers_take_otherwise() {
    let with = |name: &str| file("").replace("name: id", &format!("name: ▸{name}"));
    for name in [
        "010",
        "0x1f",
        "1_000",
        "1:30",
        "1.5",
        "2026-11-21",
        "yes",
        "Off",
        "TRUE",
        "+1",
        ".inf",
        "=",
        "1e5",
    ] {
        refused(
            &with(name),
            Invalid,
            "readers of YAML take this without quotes for different things; put it in quotes",
        );
        let quoted = with(&format!("'{name}'")).replace('▸', "");
        let tables = Terraform::new().yaml(&quoted).unwrap();
        assert_eq!(tables.specs()[0].key().name(), name);
    }
    refused(
        &file("").replace("read: 1", "read: ▸010"),
        Invalid,
        "readers of YAML take this without quotes for different things; put it in quotes",
    );
    for (text, what) in [
        ("!Foo id", "a tag (`!`)"),
        ("!!str id", "a tag (`!`)"),
        ("&a id", "an anchor (`&`)"),
    ] {
        let text = with("").replace("name: ▸", &format!("name: {text}"));
        let error = Terraform::new().yaml(&text).unwrap_err();
        assert_eq!(
            (error.kind(), error.line()),
            (NotSupported, Some(3)),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .ends_with(&format!("{what} is not read; write the value out")),
            "{error}"
        );
    }
    let twice = "{type: HashKey, name: id, ▸name: ab, data_type: STRING}";
    refused(
        &file("").replace("{type: HashKey, name: id, data_type: STRING}", twice),
        Invalid,
        "`name` stands twice in a map; keep one",
    );
    let plain = file("").replace("users", "2fa_codes");
    assert!(
        Terraform::new()
            .yaml(&plain)
            .unwrap()
            .by_name("2fa_codes")
            .is_some()
    );
}

#[test]
fn what_is_nested_without_end() {
    for text in [
        "- ".repeat(100_000),
        "[".repeat(100_000),
        "? ".repeat(100_000),
    ] {
        let error = Terraform::new().yaml(&text).unwrap_err();
        assert!(error.line().is_some(), "{error}");
    }
}
