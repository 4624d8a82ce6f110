//! Names of tables with a prefix.

use std::fmt;
use std::sync::Arc;

use super::check::is_letter;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// What the names of all tables of a store begin with, so that several copies of a program's tables stand side by side.
///
/// A type's table `Users` is `dev_Users` in the service. Nothing that is stored holds the prefix: an object that is copied
/// to a table of another namespace, or of none, is read there. Operations on tables, and errors of tables that are missing, name
/// them as the service does; plans and other errors as types do.
///
/// Given to [`Store::with_namespace`](crate::Store::with_namespace).
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::Namespace;
///
/// let dev = Namespace::new("dev_")?;
/// assert_eq!(dev.physical_name("Users"), "dev_Users");
/// assert_eq!(dev.logical_name("dev_Users")?, "Users");
/// assert!(dev.logical_name("live_Users").is_err());
/// # Ok::<(), dyno::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace(Arc<str>);

impl Namespace {
    /// A namespace of this prefix.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`]: it is empty, has a character that no table's name has, or leaves no room for a name.
    pub fn new(prefix: &str) -> Result<Self> {
        let longest = limits::TABLE_NAME_BYTES.end() - 1;
        let why = if prefix.is_empty() {
            "is empty; leave it out".to_owned()
        } else if let Some(odd) = prefix.chars().find(|letter| !is_letter(*letter)) {
            format!("has `{odd}`; names of tables have letters, digits, `_`, `-` and `.`")
        } else if prefix.len() > longest {
            format!("has {} letters, which leaves none for names", prefix.len())
        } else {
            return Ok(Self(prefix.into()));
        };
        let why = format!("namespace `{prefix}` {why}");
        Err(Error::new(ErrorKind::InvalidShape, why))
    }

    /// The prefix.
    pub fn prefix(&self) -> &str {
        &self.0
    }

    /// The name in the service of the table that a type calls `logical`.
    pub fn physical_name(&self, logical: &str) -> String {
        format!("{}{logical}", self.0)
    }

    /// What types call the table that has this name in the service.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TableMismatch`]: the table is of another namespace, or of none.
    pub fn logical_name<'a>(&self, physical: &'a str) -> Result<&'a str> {
        let name = physical.strip_prefix(&*self.0);
        name.filter(|name| !name.is_empty()).ok_or_else(|| {
            let why = format!(
                "table `{physical}` is not of namespace `{self}`: its name does not begin with the prefix and go on"
            );
            Error::new(ErrorKind::TableMismatch, why).in_table(physical)
        })
    }

    /// Refuses a table whose name would be too long.
    pub(crate) fn check_name(&self, logical: &str) -> Result<()> {
        let length = self.0.len() + logical.len();
        if limits::TABLE_NAME_BYTES.contains(&length) {
            return Ok(());
        }
        let physical = self.physical_name(logical);
        let why = format!(
            "table `{physical}` would have a name of {length} letters, and DynamoDB takes {}; use a shorter namespace",
            limits::TABLE_NAME_BYTES.end()
        );
        Err(Error::new(ErrorKind::InvalidShape, why).in_table(physical))
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
