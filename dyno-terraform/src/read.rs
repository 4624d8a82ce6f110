//! Reads files.

use std::path::Path;

use dyno_terraform_syntax::{ReadError, Reader, Value};

use crate::convert::spec_of;
use crate::tables::Tables;

/// Reads Terraform files: with which values of variables, and what is passed over.
///
/// # Examples
///
/// ```
/// use dyno_terraform::Terraform;
///
/// # let directory = std::env::temp_dir().join(format!("dyno-terraform-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let write = |name: &str, text: &str| std::fs::write(directory.join(name), text);
/// write("variables.tf", r#"variable "prefix" { default = "dev" }"#)?;
/// write(
///     "tables.tf",
///     r#"
///     resource "aws_dynamodb_table" "users" {
///       name         = "${var.prefix}_users"
///       billing_mode = "PAY_PER_REQUEST"
///       hash_key     = "id"
///       attribute {
///         name = "id"
///         type = "S"
///       }
///       server_side_encryption {
///         enabled = true
///       }
///     }
///     "#,
/// )?;
/// let terraform = Terraform::new().pass_over("server_side_encryption");
/// let tables = terraform.directory(&directory)?;
/// assert_eq!(tables.specs()[0].name(), "dev_users");
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Terraform {
    reader: Reader,
}

impl Terraform {
    /// A reader that knows no values of variables beside their defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the value of a variable; it must be declared where it is read.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.reader = self.reader.variable(name, value);
        self
    }

    /// Passes over an argument, block or resource that a specification has no place for, such as `server_side_encryption`: whoever
    /// makes a table of the specification makes it without. What is read cannot be passed over, such as `ttl`.
    #[must_use]
    pub fn pass_over(mut self, name: impl Into<String>) -> Self {
        self.reader = self.reader.pass_over(name);
        self
    }

    /// The tables of one `.tf` file, or of a `.yml` or `.yaml` file in the form of `cc_dynamodb3`.
    ///
    /// # Errors
    ///
    /// The first thing in it that cannot be read or evaluated, or that no table can be, with line and column.
    pub fn file(&self, path: impl AsRef<Path>) -> Result<Tables, ReadError> {
        let found = self.reader.file(path.as_ref())?;
        Ok(tables_of(found.tables))
    }

    /// The tables of the `.tf` files of a directory, read together as Terraform does: variables and locals may stand in another
    /// file, and `terraform.tfvars` and `*.auto.tfvars` give values. Directories inside, which are modules, are not read.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file), and files that Terraform would read and this does not: in JSON, and
    /// those that override others.
    pub fn directory(&self, path: impl AsRef<Path>) -> Result<Tables, ReadError> {
        let found = self.reader.directory(path.as_ref())?;
        Ok(tables_of(found.tables))
    }

    /// The tables of a text in the YAML form of `cc_dynamodb3`, which errors call `text`: keys of `schemas`, with `global_indexes` and
    /// `indexes` of all attributes, all with the `default_throughput` or their own. `columns`, which are for people, are passed over.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file).
    ///
    /// # Examples
    ///
    /// ```
    /// use dyno_terraform::Terraform;
    ///
    /// let tables = Terraform::new().yaml(
    ///     "schemas:
    ///   hash_only:
    ///     - {type: HashKey, name: agency_subdomain, data_type: STRING}
    /// default_throughput: {read: 5, write: 5}
    /// ",
    /// )?;
    /// assert_eq!(
    ///     tables.by_name("hash_only").unwrap().to_string(),
    ///     "table `hash_only`: key `agency_subdomain` (a string); provisioned with 5 reads and 5 writes a second\n"
    /// );
    /// # Ok::<(), dyno_terraform::ReadError>(())
    /// ```
    pub fn yaml(&self, text: &str) -> Result<Tables, ReadError> {
        Ok(tables_of(self.reader.yaml("text", text)?))
    }

    /// The tables of a text, which errors call `text`.
    ///
    /// # Errors
    ///
    /// As of [`file`](Self::file).
    pub fn text(&self, text: &str) -> Result<Tables, ReadError> {
        Ok(tables_of(self.reader.text("text", text)?))
    }
}

fn tables_of(tables: Vec<dyno_terraform_syntax::Table>) -> Tables {
    let tables = tables.into_iter();
    Tables::of(tables.map(|table| (table.label.clone(), spec_of(table))))
}

/// The tables of one file, of Terraform with the defaults of its variables, or in the YAML form of `cc_dynamodb3`.
///
/// # Errors
///
/// As of [`Terraform::file`].
pub fn from_file(path: impl AsRef<Path>) -> Result<Tables, ReadError> {
    Terraform::new().file(path)
}
