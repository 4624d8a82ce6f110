//! Where a reading that is nearly right would be of another table.

use std::path::Path;

use dyno_core::KeyKind;
use dyno_core::table::{IndexSpec, TableSpec};
use dyno_terraform::ReadErrorKind::{Invalid, Io, NotEvaluated, NotSupported};
use dyno_terraform::{Terraform, Value};

use crate::read::{Directory, table};
use crate::refuse::{refused, refused_in_table};

/// The tag `a` of a table whose tags are these, with more after the table.
#[track_caller]
fn tag(tags: &str, more: &str) -> String {
    let text = table("users", &format!("tags = {tags}")) + more;
    let tables = Terraform::new().text(&text).unwrap();
    let (_, spec) = tables.iter().next().unwrap();
    spec.tags()["a"].clone()
}

#[test]
fn heredocs_that_strip_margins() {
    refused_in_table(
        "tags = {\n    a = ▸<<-EOT\n      ${\"x\"}\nlost\n    EOT\n  }",
        NotEvaluated,
        "a heredoc that strips its margin (`<<-`) is not evaluated here; write it with `<<` and without margin",
    );
    assert_eq!(tag("{\n    a = <<EOT\nkept\nEOT\n  }", ""), "kept\n");
}

#[test]
fn types_of_variables_convert_values() {
    let variable = |of: &str, value: &str| {
        format!("variable \"v\" {{\n  type = {of}\n  default = {value}\n}}\n")
    };
    for (of, value, tags, wanted) in [
        ("object({ a = string })", "{ a = 1, b = 2 }", "var.v", "1"),
        (
            "object({ a = optional(string, \"dev\") })",
            "{}",
            "var.v",
            "dev",
        ),
        (
            "object({ a = optional(string, \"dev\") })",
            "{ a = null }",
            "var.v",
            "dev",
        ),
        ("map(number)", "{ a = \"007\" }", "var.v", "7"),
        ("list(number)", "[\"08\"]", "{ a = var.v[0] }", "8"),
        (
            "map(list(bool))",
            "{ b = [\"true\"] }",
            "{ a = var.v.b[0] }",
            "true",
        ),
        ("any", "{ a = 1 }", "var.v", "1"),
        ("map(any)", "{ a = 1 }", "var.v", "1"),
        ("string", "5", "{ a = var.v }", "5"),
    ] {
        assert_eq!(tag(tags, &variable(of, value)), wanted, "{of}");
    }
    let place = "variable `v` does not fit its type at text:11:1";
    let use_it = |of: &str, value: &str| table("users", "tags = ▸var.v") + &variable(of, value);
    for (of, value, why) in [
        (
            "map(number)",
            "{ a = \"x\" }",
            "its `a` should be a number, and is a string",
        ),
        ("object({ a = string })", "{}", "it lacks `a`"),
        (
            "object({ a = object({ b = bool }) })",
            "{ a = { b = 1 } }",
            "its `a.b` should be true or false, and is a number",
        ),
        ("list(string)", "{}", "it should be a list, and is a map"),
    ] {
        let why = format!("{place}: {why}; correct the value or the type");
        refused(&use_it(of, value), Invalid, &why);
    }
    for of in [
        "set(string)",
        "tuple([string])",
        "list(text)",
        "upper(\"a\")",
        "object({ a = optional() })",
    ] {
        let text = table("users", "tags = var.v")
            + &format!("variable \"v\" {{\n  type = ▸{of}\n  default = {{}}\n}}\n");
        let text = text
            .replace("▸list(text)", "list(▸text)")
            .replace("▸object({ a = optional()", "object({ a = ▸optional()");
        refused(
            &text,
            NotEvaluated,
            "this type is not evaluated here; use `string`, `number`, `bool`, `any`, `list(..)`, `map(..)` or `object({ .. })`",
        );
    }
}

#[test]
fn null_of_a_variable_that_takes_none() {
    let text = table("users", "tags = { a = var.v }");
    let null = |more: &str| {
        let text = format!("{text}variable \"v\" {{\n{more}}}\n");
        Terraform::new().variable("v", Value::Null).text(&text)
    };
    let tables = null("  nullable = false\n  default = \"dev\"\n").unwrap();
    assert_eq!(tables.specs()[0].tags()["a"], "dev");
    let error = null("  nullable = false\n").unwrap_err();
    assert_eq!(error.kind(), NotEvaluated);
    // Without it, null is a value, which no tag has.
    let error = null("  default = \"dev\"\n").unwrap_err();
    assert_eq!(error.kind(), Invalid);
    refused(
        &(table("users", "tags = var.v")
            + "variable \"v\" {\n  nullable = ▸maybe\n  default = {}\n}\n"),
        NotEvaluated,
        "`nullable` is `true` or `false` here; write one of them",
    );
}

#[test]
fn resources_that_change_a_table() {
    for kind in [
        "aws_dynamodb_global_secondary_index",
        "aws_dynamodb_global_table",
        "aws_dynamodb_table_replica",
        "aws_dynamodb_tag",
    ] {
        let text = format!(
            "{}▸resource \"{kind}\" \"more\" {{\n}}\n",
            table("users", "")
        );
        refused(
            &text,
            NotSupported,
            &format!(
                "a resource `{kind}` changes tables, and is not read; write it into its table, or let the reader pass over \
                 `{kind}`, and take care of it elsewhere"
            ),
        );
        let text = text.replace('▸', "");
        assert!(Terraform::new().pass_over(kind).text(&text).is_ok());
    }
}

#[test]
fn providers_and_what_terraform_ignores() {
    assert!(
        Terraform::new()
            .text(&table("users", "provider = aws"))
            .is_ok()
    );
    let text = table("users", "▸provider = aws.west");
    refused(
        &text,
        NotSupported,
        "table `users`: `provider` may be of another region or account; write `region`, or let the reader pass over `provider`, \
         and take care of it elsewhere",
    );
    let text = text.replace('▸', "");
    assert!(Terraform::new().pass_over("provider").text(&text).is_ok());
    let text = table(
        "users",
        "lifecycle {\n    prevent_destroy = true\n    ▸ignore_changes = [read_capacity]\n  }",
    );
    refused(
        &text,
        NotSupported,
        "`lifecycle` of table `users`: what `ignore_changes` names may stand otherwise than it is written; let the reader pass \
         over `ignore_changes`, and take care of it elsewhere",
    );
    let text = text.replace('▸', "");
    assert!(
        Terraform::new()
            .pass_over("ignore_changes")
            .text(&text)
            .is_ok()
    );
    let text = format!(
        "provider \"aws\" {{\n  ▸default_tags {{\n    tags = {{}}\n  }}\n}}\n{}",
        table("users", "")
    );
    refused(
        &text,
        NotSupported,
        "`default_tags` are tags of every table, and are not read; write them into each, or let the reader pass over \
         `default_tags`, and take care of them elsewhere",
    );
    let text = text.replace('▸', "");
    assert!(
        Terraform::new()
            .pass_over("default_tags")
            .text(&text)
            .is_ok()
    );
}

#[test]
fn what_is_not_known_is_passed_over_by_its_name_and_what_is_read_is_not() {
    let text = table("users", "new_setting = 1");
    assert!(
        Terraform::new()
            .pass_over("new_setting")
            .text(&text)
            .is_ok()
    );
    for read in ["ttl", "name", "hash_key", "count", "dynamic"] {
        let error = Terraform::new().pass_over(read).text(&text).unwrap_err();
        assert_eq!(error.kind(), NotSupported);
        assert_eq!(
            error.to_string(),
            format!(
                "text: `{read}` says what the table is, and cannot be passed over; take it out of what is passed over"
            )
        );
    }
}

#[test]
fn files_are_hidden_as_from_terraform() {
    let with = |name: &str, files: &[(&str, &str)]| {
        let directory = Directory::with(name, files);
        Terraform::new().directory(directory.path())
    };
    let users = table("users", "");
    let none = |name: &str| {
        let found = with(
            "hidden",
            &[("main.tf", &users), (name, "this is not read {")],
        );
        assert!(found.is_ok(), "{name}: {found:?}");
    };
    none("#main.tf#");
    none(".main.tf");
    none("main.tf~");
    none(".main.tf.json");
    let found = with("half", &[("main.tf", &users), ("#main.tf", &users)]);
    let error = found.unwrap_err().to_string();
    assert!(error.contains("stands at"), "{error}");
    let found = with(
        "secret",
        &[
            (
                "main.tf",
                &(table("users", "tags = { a = var.v }") + "variable \"v\" {}\n"),
            ),
            (".secret.auto.tfvars", "v = 1"),
        ],
    );
    assert_eq!(found.unwrap().specs()[0].tags()["a"], "1");
}

#[cfg(unix)]
#[test]
fn links_to_nowhere_are_told() {
    let directory = Directory::with("links", &[("main.tf", &table("users", ""))]);
    let link = directory.path().join("tables.tf");
    std::os::unix::fs::symlink(Path::new("nowhere"), &link).unwrap();
    let error = Terraform::new().directory(directory.path()).unwrap_err();
    assert_eq!(error.kind(), Io);
    assert_eq!(error.file(), link.display().to_string());
}

#[test]
fn numbers_in_texts() {
    for number in [
        "0.000001",
        "1.5",
        "1e3",
        "9007199254740993.0",
        "340282366920938463463374607431768211456",
    ] {
        refused_in_table(
            &format!("tags = {{ a = \"x${{▸{number}}}\" }}"),
            Invalid,
            "the text of a number with a point, an exponent or more than 38 digits is not certain; put it in quotes",
        );
    }
    refused_in_table(
        "tags = ▸{ a = 1.5 }",
        Invalid,
        "table `users`: `tags` should be a map of strings, and has a number whose text is not certain; put it in quotes",
    );
    assert_eq!(
        tag("{ a = \"${007}-${18446744073709551617}\" }", ""),
        "7-18446744073709551617"
    );
}

#[test]
fn texts_are_composed_as_in_terraform() {
    assert_eq!(tag("{ a = \"e\u{301}\" }", ""), "\u{e9}");
    assert_eq!(tag("{ a = \"e\\u0301\" }", ""), "\u{e9}");
    assert_eq!(tag("{ a = \"${\"e\"}\u{301}\" }", ""), "\u{e9}");
    let text = table("users", "tags = { a = var.v }") + "variable \"v\" {}\n";
    let tables = Terraform::new()
        .variable("v", "e\u{301}")
        .text(&text)
        .unwrap();
    assert_eq!(tables.specs()[0].tags()["a"], "\u{e9}");
}

#[test]
fn secrets_do_not_reach_a_table() {
    let variable = |more: &str| format!("variable \"v\" {{\n  default = \"hush\"\n  {more}\n}}\n");
    let text = table("users", "tags = { a = ▸var.v }");
    for word in ["sensitive", "ephemeral"] {
        refused(
            &format!("{text}{}", variable(&format!("{word} = true"))),
            NotSupported,
            &format!(
                "variable `v` is `{word}` by text:11:1, and what a table is made of is printed; use another variable, or take \
                 `{word}` out"
            ),
        );
        let text = text.replace('▸', "");
        let fine = format!("{text}{}", variable(&format!("{word} = false")));
        assert!(Terraform::new().text(&fine).is_ok());
    }
    // Where it is not used, it does not matter.
    let unused = table("users", "") + &variable("sensitive = true");
    assert!(Terraform::new().text(&unused).is_ok());
    let printed = format!("{:?}", Terraform::new().variable("v", "hush"));
    assert!(
        printed.contains("\"v\"") && !printed.contains("hush"),
        "{printed}"
    );
}

#[test]
fn an_attribute_twice_in_the_key_of_an_index() {
    let of = "`global_secondary_index` of table `users`";
    refused_in_table(
        "global_secondary_index {\n    name = \"abc\"\n    hash_key = \"id\"\n    range_key = ▸\"id\"\n    projection_type = \"ALL\"\n  }",
        Invalid,
        &format!("{of}: has `id` twice in its key; take one out"),
    );
    refused_in_table(
        "global_secondary_index {\n    name = \"abc\"\n    projection_type = \"ALL\"\n    range_key = ▸\"id\"\n    key_schema {\n      \
         attribute_name = \"id\"\n      key_type = \"HASH\"\n    }\n  }",
        Invalid,
        &format!("{of}: has both `range_key` and `key_schema`; keep one form"),
    );
    let element = |mark: &str, role: &str| {
        format!(
            "key_schema {{\n      attribute_name = {mark}\"id\"\n      key_type = \"{role}\"\n    }}\n    "
        )
    };
    refused_in_table(
        &format!(
            "global_secondary_index {{\n    name = \"abc\"\n    projection_type = \"ALL\"\n    {}{}\n  }}",
            element("", "HASH"),
            element("▸", "RANGE")
        ),
        Invalid,
        &format!("`key_schema` of {of}: has `id` twice in its key; take one out"),
    );
    refused_in_table(
        "range_key = \"at\"\n  attribute {\n    name = \"at\"\n    type = \"N\"\n  }\n  local_secondary_index {\n    name = \"abc\"\n    \
         range_key = ▸\"id\"\n    projection_type = \"ALL\"\n  }",
        Invalid,
        "`local_secondary_index` of table `users`: has `id` twice in its key; take one out",
    );
}

#[test]
fn a_specification_with_one_attribute_twice_in_a_key() {
    let table = || TableSpec::new("users", "id", KeyKind::S).with_sort("at", KeyKind::N);
    let global = IndexSpec::new("abc").with_key("mail", KeyKind::S);
    for (spec, index) in [
        (
            table().with_global_index(global.clone().with_sort("mail", KeyKind::S)),
            "global",
        ),
        (
            table().with_global_index(global.with_key("mail", KeyKind::S)),
            "global",
        ),
        (
            table().with_local_index(IndexSpec::new("abc").with_sort("id", KeyKind::S)),
            "local",
        ),
    ] {
        let error = spec.check().unwrap_err().to_string();
        assert!(
            error.contains(&format!("has {index} index `abc` with `")),
            "{error}"
        );
        assert!(error.contains("` twice in its key"), "{error}");
    }
}
