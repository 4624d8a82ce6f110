//! Tables of Terraform files as specifications, and back.
//!
//! ```
//! use dyno_terraform::Terraform;
//!
//! let tables = Terraform::new().variable("env", "dev").text(
//!     r#"
//!     variable "env" {}
//!
//!     resource "aws_dynamodb_table" "sessions" {
//!       name         = "${var.env}_sessions"
//!       billing_mode = "PAY_PER_REQUEST"
//!       hash_key     = "id"
//!
//!       attribute {
//!         name = "id"
//!         type = "S"
//!       }
//!
//!       ttl {
//!         attribute_name = "expires"
//!         enabled        = true
//!       }
//!     }
//!     "#,
//! )?;
//! let sessions = tables.by_label("sessions").unwrap();
//! assert_eq!(
//!     sessions.to_string(),
//!     "table `dev_sessions`: key `id` (a string); on demand\n  items expire by `expires`\n"
//! );
//! # Ok::<(), dyno_terraform::ReadError>(())
//! ```
//!
//! A specification is what [`Store::ensure_specs`](dyno_core::Store::ensure_specs) makes tables of.
//!
//! [`tables!`] does the same when the program is compiled, so that nothing is parsed when it runs; [`from_file`] takes one
//! file with the defaults of its variables.
//!
//! # What is read
//!
//! Resources `aws_dynamodb_table`. Everything else in a file is passed over, but not what changes tables; see below. A table without
//! `region` is of the store's region, whatever the file's provider says. Of a table:
//!
//! | in the file | in the specification |
//! |---|---|
//! | `name` | name; the label is kept beside it ([`Tables::by_label`], [`Tables::named_by_label`]) |
//! | `region` | region |
//! | `hash_key`, `range_key`, `attribute` | keys with their types; an attribute that no key has is refused, as DynamoDB does |
//! | `global_secondary_index` with `hash_key`, `range_key` or `key_schema` | global indexes, with keys of several attributes too |
//! | `local_secondary_index` | local indexes; a `hash_key` is not needed, and must be the table's |
//! | `projection_type`, `non_key_attributes` | what an index holds |
//! | `billing_mode`, `read_capacity`, `write_capacity` | billing; without `billing_mode` a table is provisioned, as in Terraform |
//! | `ttl`, `stream_enabled`, `stream_view_type`, `point_in_time_recovery`, `deletion_protection_enabled`, `tags` | the same |
//!
//! Passed over, since they say when Terraform makes a table and not what it is: `depends_on`, `timeouts`, `provider = aws`, and
//! `lifecycle` but for `ignore_changes`.
//!
//! Refused unless [`Terraform::pass_over`] names them, since a specification has no place for them, or a table may stand otherwise
//! than it is written:
//!
//! * `server_side_encryption`, `replica`, `table_class`, `on_demand_throughput`, `warm_throughput`, `import_table`,
//!   `global_table_witness`, `restore_source_name` and the other `restore_` arguments, and whatever is not known;
//! * another `provider`, `ignore_changes`, and `default_tags` of a provider of AWS;
//! * resources that change tables: `aws_dynamodb_global_secondary_index`, `aws_dynamodb_global_table`,
//!   `aws_dynamodb_table_replica`, `aws_dynamodb_tag`.
//!
//! Always refused: `count`, `for_each`, `dynamic`.
//!
//! The YAML form of `cc_dynamodb3` is read too: by [`Terraform::yaml`], and from files that end in `.yml` or `.yaml`.
//! What readers of YAML take for different things (`010`, `yes`), tags and anchors are refused.
//!
//! # What is evaluated
//!
//! Literals, lists, maps, `"${..}"`, `<<` without `-`, `var.name` and `local.name` with members of maps and lists. Texts are composed (NFC), as
//! in Terraform. Variables have the value that is given ([`Terraform::variable`]), that of a `.tfvars` file of the directory, or their
//! default, converted to their type: `string`, `number`, `bool`, `any`, `list(..)`, `map(..)`, and `object({ .. })` with `optional(..)`.
//! `validation` is not run, and the environment (`TF_VAR_name`) is not read. Functions, conditions, operations and references to
//! other resources are refused: make a variable of them, and give its value. So are numbers with a point or an exponent in a text, and
//! variables that are `sensitive` or `ephemeral` where a table uses them: errors and specifications are printed with values.
//!
//! A file has up to 256 KiB; a reading takes up to a million steps, and is up to 150 expressions deep.
//!
//! # What is refused
//!
//! The first mistake ends the reading, with its file, line and column, what is wrong and what to do:
//!
//! ```
//! use dyno_terraform::{ReadErrorKind, Terraform};
//!
//! let error = Terraform::new()
//!     .text("resource \"aws_dynamodb_table\" \"users\" {\n  name = upper(\"users\")\n}\n")
//!     .unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "text:2:10: a function is not evaluated here; use a variable, and give its value to the reader"
//! );
//! assert_eq!((error.line(), error.column()), (Some(2), Some(10)));
//! assert_eq!(error.kind(), ReadErrorKind::NotEvaluated);
//! ```
//!
//! # Drift
//!
//! | compared | with | by |
//! |---|---|---|
//! | file | types | [`Tables::differences`]; [`TableSpec::compare_all`](dyno_core::table::TableSpec::compare_all) for settings too |
//! | file | tables that stand | `store.check_specs(tables.specs())`, with `.exact()` for everything |
//! | types | tables that stand | `store.check_tables::<T>()` |
//!
//! All give [`Difference`](dyno_core::table::Difference)s, which print in words.

mod convert;
mod macros;
mod read;
mod tables;
mod write;

pub use dyno_terraform_syntax::{ReadError, ReadErrorKind, Value};

pub use self::read::{Terraform, from_file};
pub use self::tables::Tables;
pub use self::write::{terraform_of, to_terraform};

/// What the code of [`tables!`] uses.
#[doc(hidden)]
pub mod __private {
    pub use dyno_core::KeyKind;
    pub use dyno_core::table::{Billing, IndexSpec, Projection, StreamView, TableSpec, Throughput};
    pub use dyno_terraform_macros::tables as read_tables;

    use crate::Tables;

    pub fn tables<const N: usize>(declared: [(&str, TableSpec); N]) -> Tables {
        let declared = declared.into_iter();
        Tables::of(declared.map(|(label, spec)| (label.to_owned(), spec)))
    }
}
