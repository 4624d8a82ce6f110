//! What is refused, with its place.

use dyno_terraform::{ReadErrorKind, Terraform};

use crate::read::{Directory, table};

/// What is wrong with a text, in which `▸` marks the place that the error names.
#[track_caller]
pub(crate) fn refused(text: &str, kind: ReadErrorKind, why: &str) {
    let before = text.split('▸').next().unwrap();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let error = Terraform::new().text(&text.replace('▸', "")).unwrap_err();
    assert_eq!(error.to_string(), format!("text:{line}:{column}: {why}"));
    assert_eq!((error.line(), error.column()), (Some(line), Some(column)));
    assert_eq!(error.kind(), kind, "{error}");
}

/// The same for what stands in a table `users`.
#[track_caller]
pub(crate) fn refused_in_table(more: &str, kind: ReadErrorKind, why: &str) {
    refused(&table("users", more), kind, why);
}

use ReadErrorKind::{Invalid, Io, NotEvaluated, NotSupported, Syntax};

#[test]
fn what_is_not_the_language() {
    let error = Terraform::new()
        .text("resource \"a\" {\n  name = \n}\n")
        .unwrap_err();
    assert_eq!((error.kind(), error.line()), (Syntax, Some(2)));
    assert!(
        error.to_string().contains("this is not Terraform: "),
        "{error}"
    );
    let nested = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(Terraform::new().text(&nested).unwrap_err().kind(), Syntax);
}

#[test]
fn what_is_not_evaluated() {
    let next = "is not evaluated here; use a variable, and give its value to the reader";
    for (value, what) in [
        ("merge({}, {})", "a function"),
        ("true ? {} : {}", "a condition"),
        ("{ for a in [] : a => a }", "a `for`"),
        ("1 + 1", "an operation"),
        ("-x.y", "an operation"),
        ("tags", "a name that is neither `var.` nor `local.`"),
        ("aws_s3_bucket.x.id", "a reference to something else"),
        (
            "data.aws_region.current.name",
            "a reference to something else",
        ),
        ("each.key", "a reference to something else"),
    ] {
        let text = format!("tags = ▸{value}");
        refused_in_table(&text, NotEvaluated, &format!("{what} {next}"));
    }
    refused_in_table(
        "tags = { a = \"▸%{ if true }a%{ endif }\" }",
        NotEvaluated,
        &format!("a template with `%{{ .. }}` {next}"),
    );
    refused_in_table(
        "tags = { a = \"b${▸lower(\"c\")}\" }",
        NotEvaluated,
        &format!("a function {next}"),
    );
}

#[test]
fn what_has_no_value() {
    let use_it = |more: &str| table("users", "tags = { a = ▸var.a }") + more;
    refused(
        &use_it(""),
        NotEvaluated,
        "variable `a` is not declared in what is read; declare it, or read the whole directory",
    );
    refused(
        &use_it("variable \"a\" {\n  type = string\n}\n"),
        NotEvaluated,
        "variable `a` has no value: text:11:1 has no default; give it one there, or a value to the reader",
    );
    refused(
        &use_it("variable \"a\" {\n  type = number\n  default = \"many\"\n}\n"),
        Invalid,
        "variable `a` does not fit its type at text:11:1: it should be a number, and is a string; correct the value or the type",
    );
    refused(
        &(table("users", "tags = { a = var.a }") + "variable \"a\" {\n  default = ▸[var.a]\n}\n"),
        NotEvaluated,
        "a default is a value without references and functions; give a value to the reader",
    );
    refused(
        &table("users", "tags = { a = ▸local.a }"),
        NotEvaluated,
        "local `a` is not defined in what is read; define it, or read the whole directory",
    );
    refused(
        &(table("users", "tags = { a = local.a }")
            + "locals {\n  a = local.b\n  b = \"${▸local.a}\"\n}\n"),
        NotEvaluated,
        "local `a` is defined by itself; break the circle",
    );
    refused(
        &(table("users", "tags = { a = local.a▸.c }") + "locals {\n  a = { b = 1 }\n}\n"),
        Invalid,
        "there is no `c` in this, which is a map",
    );
    refused(
        &(table("users", "tags = { a = local.a▸[*] }") + "locals {\n  a = [1]\n}\n"),
        NotEvaluated,
        "a reference with `.*`, `[*]` or `.0` is not evaluated here; use a variable, and give its value to the reader",
    );
}

#[test]
fn what_would_take_for_ever() {
    let tags = table("users", "tags = { a = local.a0 }");
    let locals = |of: &dyn Fn(usize) -> String, most: usize| {
        let locals: String = (0..most)
            .map(|at| format!("  a{at} = {}\n", of(at + 1)))
            .collect();
        format!("{tags}locals {{\n{locals}  a{most} = \"x\"\n}}\n")
    };
    let doubled = |next: usize| format!("\"${{local.a{next}}}${{local.a{next}}}\"");
    let error = Terraform::new().text(&locals(&doubled, 60)).unwrap_err();
    assert_eq!(error.kind(), NotEvaluated);
    assert!(
        error
            .to_string()
            .ends_with("a million steps to evaluate; write it shorter")
    );
    let chained = |next: usize| format!("local.a{next}");
    let error = Terraform::new().text(&locals(&chained, 5_000)).unwrap_err();
    assert_eq!(error.line(), Some(160));
    assert!(
        error
            .to_string()
            .ends_with("stand for each other; write it flatter"),
        "{error}"
    );
    assert!(Terraform::new().text(&locals(&chained, 100)).is_ok());
}

#[test]
fn what_is_declared_twice() {
    refused(
        "variable \"a\" {}\n▸variable \"a\" {}\n",
        Invalid,
        "variable `a` is declared at text:1:1 already; keep one",
    );
    refused(
        "locals {\n  a = 1\n}\nlocals {\n  ▸a = 2\n}\n",
        Invalid,
        "local `a` is defined at text:2:3 already; keep one",
    );
    refused(
        &format!("{}▸{}", table("users", ""), table("users", "")),
        Invalid,
        "resource `users` stands at text:1:1 already; rename one",
    );
    refused_in_table(
        "▸hash_key = \"id\"",
        Syntax,
        "this is not Terraform: invalid attribute; expected unique attribute key; found redefined attribute",
    );
    refused_in_table(
        "tags = { a = 1, ▸\"a\" = 2 }",
        Invalid,
        "`a` stands twice in a map; keep one",
    );
    refused_in_table(
        "ttl {\n    enabled = false\n  }\n  ▸ttl {\n    enabled = false\n  }",
        Invalid,
        "table `users`: has `ttl` twice; keep one",
    );
    refused_in_table(
        "attribute {\n    name = ▸\"id\"\n    type = \"S\"\n  }",
        Invalid,
        "`attribute` of table `users`: attribute `id` is declared twice; keep one",
    );
}

#[test]
fn what_is_not_known() {
    refused_in_table(
        "▸hashkey = \"id\"",
        NotSupported,
        "table `users`: argument `hashkey` is not known; correct its name, write it with `{ .. }` without `=`, if it is a block, \
         or take it out",
    );
    refused_in_table(
        "▸tags {\n    a = 1\n  }",
        NotSupported,
        "table `users`: block `tags` is not known; correct its name, write it with `=`, if it is an argument, or take it out",
    );
    refused_in_table(
        "ttl {\n    enabled = false\n    ▸kms = 1\n  }",
        NotSupported,
        "`ttl` of table `users`: argument `kms` is not known; correct its name, write it with `{ .. }` without `=`, if it is a \
         block, or take it out",
    );
    for name in ["replica", "server_side_encryption"] {
        refused_in_table(
            &format!("▸{name} {{\n  }}"),
            NotSupported,
            &format!(
                "table `users`: a specification has no place for `{name}`; let the reader pass over it, and take care of it \
                 elsewhere"
            ),
        );
    }
    refused_in_table(
        "▸dynamic \"global_secondary_index\" {\n    for_each = []\n  }",
        NotSupported,
        "table `users`: `dynamic` blocks are not evaluated here; write each block out",
    );
    for name in ["count", "for_each"] {
        refused_in_table(
            &format!("▸{name} = 1"),
            NotEvaluated,
            &format!(
                "table `users`: `{name}` makes any number of tables, and is not evaluated here; write each as a resource of \
                 its own"
            ),
        );
    }
}

#[test]
fn values_of_other_types() {
    refused_in_table(
        "tags = ▸[1]",
        Invalid,
        "table `users`: `tags` should be a map of strings, and is a list",
    );
    refused_in_table(
        "tags = { a = ▸\"b${[]}\" }"
            .replace("▸\"b${[]", "\"b${▸[]")
            .as_str(),
        Invalid,
        "a list cannot be part of a string",
    );
    refused_in_table(
        "deletion_protection_enabled = ▸\"yes\"",
        Invalid,
        "table `users`: `deletion_protection_enabled` should be true or false, and is a string",
    );
    refused_in_table(
        "read_capacity = ▸1.5",
        Invalid,
        "table `users`: `read_capacity` should be a whole number that is not negative, and is a number",
    );
    refused_in_table(
        "range_key = ▸{}",
        Invalid,
        "table `users`: `range_key` should be a string, and is a map",
    );
}

#[test]
fn tables_that_cannot_be() {
    refused(
        "▸resource \"aws_dynamodb_table\" \"users\" {\n}\n",
        Invalid,
        "table `users`: lacks `name`; add it",
    );
    refused(
        "resource \"aws_dynamodb_table\" \"users\" {\n  name = ▸\"my users\"\n}\n",
        Invalid,
        "table `users`: the name of a table has letters, digits, `_`, `-` and `.`, and ` ` is none of them",
    );
    refused(
        "▸resource \"aws_dynamodb_table\" \"users\" {\n  name = \"users\"\n}\n",
        Invalid,
        "table `users`: lacks `hash_key`; add it",
    );
    refused(
        "resource \"aws_dynamodb_table\" \"users\" {\n  name = \"users\"\n  hash_key = ▸\"id\"\n}\n",
        Invalid,
        "table `users`: key `id` has no type; add `attribute { name = \"id\", type = .. }` as a block",
    );
    refused_in_table(
        "range_key = ▸\"id\"",
        Invalid,
        "table `users`: has `id` as both `hash_key` and `range_key`",
    );
    refused(
        &format!(
            "▸{}",
            table(
                "users",
                "attribute {\n    name = \"other\"\n    type = \"N\"\n  }"
            )
        ),
        Invalid,
        "table `users`: attribute `other` is in no key, and DynamoDB declares attributes of keys only; take its block out",
    );
    refused_in_table(
        "attribute {\n    name = \"other\"\n    type = ▸\"SS\"\n  }",
        Invalid,
        "`attribute` of table `users`: `type` is `S`, `N` or `B`, and this is `SS`",
    );
}

#[test]
fn billing_that_cannot_be() {
    refused(
        &format!(
            "▸{}",
            table("users", "read_capacity = 1\n  write_capacity = 1")
        ),
        Invalid,
        "table `users`: is `PAY_PER_REQUEST` and has throughput; take `read_capacity` and `write_capacity` out",
    );
    refused_in_table(
        "read_capacity = ▸1",
        Invalid,
        "table `users`: lacks `write_capacity`; give both capacities, or none",
    );
    let provisioned =
        |more: &str| table("users", more).replace("billing_mode = \"PAY_PER_REQUEST\"", "");
    refused(
        &format!("▸{}", provisioned("")),
        Invalid,
        "table `users`: is provisioned, which is what Terraform takes without `billing_mode`, and lacks throughput; add \
         `read_capacity` and `write_capacity`, or `billing_mode = \"PAY_PER_REQUEST\"`",
    );
    refused(
        &provisioned("read_capacity = ▸0\n  write_capacity = 1"),
        Invalid,
        "table `users`: `read_capacity` is at least 1",
    );
    refused(
        &provisioned("billing_mode = ▸\"ON_DEMAND\""),
        Invalid,
        "table `users`: `billing_mode` is `PROVISIONED` or `PAY_PER_REQUEST`, and this is `ON_DEMAND`",
    );
}

#[test]
fn settings_that_cannot_be() {
    refused_in_table(
        "▸ttl {\n    attribute_name = \"expires\"\n  }",
        Invalid,
        "`ttl` of table `users`: lacks `enabled`; add it",
    );
    refused_in_table(
        "▸ttl {\n    enabled = true\n  }",
        Invalid,
        "`ttl` of table `users`: lacks `attribute_name`; add it",
    );
    refused_in_table(
        "stream_view_type = ▸\"NEW_IMAGE\"",
        Invalid,
        "table `users`: has `stream_view_type` without `stream_enabled`; say whether there is a stream",
    );
    refused_in_table(
        "stream_enabled = true\n  stream_view_type = ▸\"NEW\"",
        Invalid,
        "table `users`: `stream_view_type` is `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`, and this is `NEW`",
    );
    refused(
        &format!("▸{}", table("users", "stream_enabled = true")),
        Invalid,
        "table `users`: lacks `stream_view_type`; add it",
    );
    refused_in_table(
        "▸point_in_time_recovery {\n  }",
        Invalid,
        "`point_in_time_recovery` of table `users`: lacks `enabled`; add it",
    );
    refused_in_table(
        "point_in_time_recovery {\n    enabled = true\n    recovery_period_in_days = ▸7\n  }",
        Invalid,
        "`point_in_time_recovery` of table `users`: a specification says 35 days, the default, or none; take this out",
    );
}

#[test]
fn indexes_that_cannot_be() {
    let of = "`global_secondary_index` of table `users`";
    let global = |text: &str| format!("global_secondary_index {{\n    {text}\n  }}");
    let cases = [
        (
            "name = ▸\"a\"",
            "the name of an index has 3 to 255 letters, and this has 1",
        ),
        (
            "name = \"abc\"\n    hash_key = ▸\"mail\"",
            "key `mail` has no type; add `attribute { name = \"mail\", type = .. }` as a block",
        ),
        (
            "name = \"abc\"\n    hash_key = \"id\"\n    projection_type = ▸\"all\"",
            "`projection_type` is `ALL`, `KEYS_ONLY` or `INCLUDE`, and this is `all`",
        ),
        (
            "name = \"abc\"\n    hash_key = \"id\"\n    projection_type = ▸\"INCLUDE\"",
            "includes no attribute; add `non_key_attributes`, or use `KEYS_ONLY`",
        ),
        (
            "name = \"abc\"\n    hash_key = \"id\"\n    projection_type = \"ALL\"\n    non_key_attributes = ▸[\"a\"]",
            "has `non_key_attributes`, which need `projection_type = \"INCLUDE\"`",
        ),
        (
            "name = \"abc\"\n    hash_key = ▸\"id\"\n    key_schema {\n    }",
            "has both `hash_key` and `key_schema`; keep one form",
        ),
    ];
    for (text, why) in cases {
        refused_in_table(&global(text), Invalid, &format!("{of}: {why}"));
    }
    refused_in_table(
        "▸global_secondary_index {\n    name = \"abc\"\n  }",
        Invalid,
        &format!("{of}: lacks `hash_key`; add it"),
    );
    refused_in_table(
        "▸global_secondary_index {\n    name = \"abc\"\n    hash_key = \"id\"\n    projection_type = \"ALL\"\n    \
         read_capacity = 1\n    write_capacity = 1\n  }",
        Invalid,
        &format!(
            "{of}: has throughput, and its table is on demand; take `read_capacity` and `write_capacity` out"
        ),
    );
    refused_in_table(
        "global_secondary_index {\n    name = \"abc\"\n    key_schema {\n      attribute_name = \"id\"\n      key_type = ▸\"SORT\"\n    }\n  }",
        Invalid,
        &format!("`key_schema` of {of}: `key_type` is `HASH` or `RANGE`, and this is `SORT`"),
    );
    let twin = "global_secondary_index {\n    name = \"abc\"\n    hash_key = \"id\"\n    projection_type = \"ALL\"\n  }\n  ";
    refused_in_table(
        &format!("{twin}▸{twin}"),
        Invalid,
        "table `users`: has two indexes called `abc`; rename one",
    );
    let provisioned = table(
        "users",
        &format!("read_capacity = 1\n  write_capacity = 1\n  ▸{twin}"),
    )
    .replace("PAY_PER_REQUEST", "PROVISIONED");
    refused(
        &provisioned,
        Invalid,
        &format!("{of}: lacks `read_capacity`; add it"),
    );
    let many: String = (0..21)
        .map(|at| twin.replace("abc", &format!("abc{at}")))
        .collect();
    refused(
        &format!("▸{}", table("users", &many)),
        Invalid,
        "table `users`: has 21 global secondary indexes, and DynamoDB makes 20",
    );
}

#[test]
fn local_indexes_that_cannot_be() {
    let of = "`local_secondary_index` of table `users`";
    refused_in_table(
        "▸local_secondary_index {\n    name = \"abc\"\n  }",
        Invalid,
        &format!(
            "{of}: a table without `range_key` has no local indexes; add one, or make the index global"
        ),
    );
    let sorted = |more: &str| {
        let sort =
            "range_key = \"at\"\n  attribute {\n    name = \"at\"\n    type = \"N\"\n  }\n  ";
        format!("{sort}{more}")
    };
    refused_in_table(
        &sorted("local_secondary_index {\n    name = \"abc\"\n    hash_key = ▸\"at\"\n  }"),
        Invalid,
        &format!(
            "{of}: a local index has the `hash_key` of its table, which is `id` and not `at`; take it out, or make the index \
             global"
        ),
    );
    refused_in_table(
        &sorted("▸local_secondary_index {\n    name = \"abc\"\n  }"),
        Invalid,
        &format!("{of}: lacks `range_key`; add it"),
    );
    let index = "local_secondary_index {\n    name = \"abc\"\n    range_key = \"at\"\n    projection_type = \"ALL\"\n    ▸read_capacity = 1\n  }";
    refused_in_table(
        &sorted(index),
        NotSupported,
        &format!(
            "{of}: argument `read_capacity` is not known; correct its name, write it with `{{ .. }}` without `=`, if it is a \
             block, or take it out"
        ),
    );
}

#[test]
fn values_that_nothing_declares() {
    let terraform = Terraform::new().variable("enviroment", "dev");
    let error = terraform.text(&table("users", "")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "text: variable `enviroment` is given a value and not declared; declare it"
    );
    assert_eq!((error.kind(), error.line()), (Invalid, None));
}

#[test]
fn files_that_are_not_read() {
    let read = |files: &[(&str, &str)], name: &str| {
        let directory = Directory::with(name, files);
        let error = Terraform::new().directory(directory.path()).unwrap_err();
        let path = format!("{}/", directory.path().display());
        (error.kind(), error.to_string().replace(&path, ""))
    };
    let found = read(&[("a.tf.json", "{}")], "json");
    assert_eq!(
        found,
        (
            NotSupported,
            "a.tf.json: JSON is not read; write it as HCL".to_owned()
        )
    );
    let found = read(&[("a.tf", ""), ("a_override.tf", "")], "override");
    assert_eq!(
        found.1,
        "a_override.tf: files that override others are not read; write it into these"
    );
    let (kind, text) = read(&[("a.txt", "")], "empty");
    assert_eq!(kind, Io);
    assert!(text.contains("no `.tf` file"), "{text}");
    let found = read(
        &[("a.tf", ""), ("b.tf", "locals {\n  a {\n  }\n}\n")],
        "second",
    );
    assert_eq!(
        found.1,
        "b.tf:2:3: `locals` has arguments only; write it as a value with `=`"
    );
    let found = read(&[("a.tf", ""), ("terraform.tfvars", "a {\n}\n")], "values");
    assert_eq!(
        found.1,
        "terraform.tfvars:1:1: a file of values has no blocks; write `name = value`"
    );
    let error = Terraform::new().file("nowhere.tf").unwrap_err();
    assert_eq!(error.kind(), Io);
    assert!(
        error
            .to_string()
            .starts_with("nowhere.tf: cannot be read: "),
        "{error}"
    );
    let error = Terraform::new().file("tables.hcl").unwrap_err();
    assert_eq!(error.kind(), NotSupported);
}
