//! The tables that a file declares.

use dyno_core::shape::Stored;
use dyno_core::table::{Difference, TableSpec};
use dyno_core::{Namespace, Result};

use crate::write::written;

/// The tables that a file, or a directory of files, declares: each with the label of its resource.
///
/// # Examples
///
/// ```
/// use dyno_terraform::Terraform;
///
/// let tables = Terraform::new().text(
///     r#"
///     resource "aws_dynamodb_table" "users" {
///       name         = "live_Users"
///       billing_mode = "PAY_PER_REQUEST"
///       hash_key     = "id"
///       attribute {
///         name = "id"
///         type = "S"
///       }
///     }
///     "#,
/// )?;
/// let (label, users) = tables.iter().next().unwrap();
/// assert_eq!((label, users.name()), ("users", "live_Users"));
/// # Ok::<(), dyno_terraform::ReadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    declared: Vec<(String, TableSpec)>,
}

impl Tables {
    /// Tables with these labels.
    pub(crate) fn of(declared: impl IntoIterator<Item = (String, TableSpec)>) -> Self {
        Self {
            declared: declared.into_iter().collect(),
        }
    }

    /// Label and specification of each table, file by file, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TableSpec)> {
        let declared = self.declared.iter();
        declared.map(|(label, spec)| (label.as_str(), spec))
    }

    /// The specifications, under the tables' names in the service.
    pub fn specs(&self) -> Vec<TableSpec> {
        self.iter().map(|(_, spec)| spec.clone()).collect()
    }

    /// The table of this resource.
    pub fn by_label(&self, label: &str) -> Option<&TableSpec> {
        let mut found = self.iter().filter(|(known, _)| *known == label);
        found.next().map(|(_, spec)| spec)
    }

    /// The table that has this name in the service, the first if several regions have one.
    pub fn by_name(&self, name: &str) -> Option<&TableSpec> {
        let mut found = self.iter().filter(|(_, spec)| spec.name() == name);
        found.next().map(|(_, spec)| spec)
    }

    /// The same tables called like their labels, as `cc_dynamodb3` did, for a store with a namespace.
    #[must_use]
    pub fn named_by_label(self) -> Self {
        let declared = self.declared.into_iter().map(|(label, spec)| {
            let spec = spec.with_name(&label);
            (label, spec)
        });
        Self::of(declared)
    }

    /// Those of a namespace, under the names by which types call them.
    ///
    /// ```
    /// # use dyno_core::Namespace;
    /// # use dyno_terraform::Terraform;
    /// # let tables = Terraform::new().text(
    /// #     r#"
    /// #     resource "aws_dynamodb_table" "users" {
    /// #       name         = "live_Users"
    /// #       billing_mode = "PAY_PER_REQUEST"
    /// #       hash_key     = "id"
    /// #       attribute {
    /// #         name = "id"
    /// #         type = "S"
    /// #       }
    /// #     }
    /// #     "#,
    /// # )?;
    /// let live = tables.in_namespace(&Namespace::new("live_")?);
    /// assert!(live.by_name("Users").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_namespace(self, namespace: &Namespace) -> Self {
        let declared = self.declared.into_iter().filter_map(|(label, spec)| {
            let name = namespace.logical_name(spec.name()).ok()?.to_owned();
            Some((label, spec.with_name(name)))
        });
        Self::of(declared)
    }

    /// Where these tables lack what a type and its shards need: tables, keys and their types, indexes; in words.
    ///
    /// A table of another region is missing. Types say nothing of settings; [`TableSpec::compare_all`] compares these, too. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidShape`](dyno_core::ErrorKind::InvalidShape): the type cannot be stored as it is declared.
    ///
    /// # Examples
    ///
    /// ```
    /// use dyno_derive::DyObject;
    /// use dyno_terraform::Terraform;
    ///
    /// #[derive(DyObject)]
    /// #[dyno(crate = dyno_core, table = "Users", key = "ID")]
    /// struct User { name: String }
    ///
    /// let tables = Terraform::new().text(
    ///     r#"
    ///     resource "aws_dynamodb_table" "users" {
    ///       name         = "Users"
    ///       billing_mode = "PAY_PER_REQUEST"
    ///       hash_key     = "id"
    ///       attribute {
    ///         name = "id"
    ///         type = "S"
    ///       }
    ///     }
    ///     "#,
    /// )?;
    /// let differences = tables.differences::<User>()?;
    /// assert_eq!(
    ///     differences[0].to_string(),
    ///     "table `Users` exists with other keys: expected key `ID` (a string), found key `id` (a string)"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn differences<T: Stored>(&self) -> Result<Vec<Difference>> {
        let mut differences = TableSpec::compare_all(&TableSpec::of::<T>()?, &self.specs());
        differences.retain(|difference| difference.kind().breaks_programs());
        Ok(differences)
    }

    /// The tables as Terraform, under their labels, with `_` for what no label has; see [`to_terraform`](crate::to_terraform).
    ///
    /// # Errors
    ///
    /// [`InvalidShape`](dyno_core::ErrorKind::InvalidShape): a table is none that DynamoDB makes, which only renaming can
    /// have led to, or has texts that Terraform would read otherwise, which only the YAML form can have.
    pub fn to_terraform(&self) -> Result<String> {
        written(self.iter())
    }
}
