//! Files and directories.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use hcl_edit::structure::Block;

use crate::cc_dynamodb3;
use crate::error::{ReadError, ReadErrorKind, Result};
use crate::fields::Fields;
use crate::scope::Scope;
use crate::source::Source;
use crate::table::Table;
use crate::value::Value;

/// What a table may have, and a specification cannot say. A reader may be told to pass over it.
const BEYOND: [&str; 11] = [
    "global_table_witness",
    "import_table",
    "on_demand_throughput",
    "replica",
    "restore_date_time",
    "restore_source_name",
    "restore_source_table_arn",
    "restore_to_latest_time",
    "server_side_encryption",
    "table_class",
    "warm_throughput",
];

/// How files are to be read.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    given: BTreeMap<String, Value>,
    passed: BTreeSet<String>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// The tables, file by file, in their order.
    pub tables: Vec<Table>,
    /// Every file that was read.
    pub files: Vec<PathBuf>,
}

impl Reader {
    /// A reader that knows no values of variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the value of a variable, in place of its default.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.given.insert(name.into(), value.into());
        self
    }

    /// Passes over an argument or block that specifications have no place for.
    #[must_use]
    pub fn pass_over(mut self, name: impl Into<String>) -> Self {
        self.passed.insert(name.into());
        self
    }

    /// Reads a directory of `.tf` files as Terraform does, or one file.
    ///
    /// # Errors
    ///
    /// The first thing in the files that cannot be read, or evaluated.
    pub fn path(&self, path: &Path) -> Result<Found> {
        if path.is_dir() {
            return self.directory(path);
        }
        self.file(path)
    }

    /// Reads one file.
    ///
    /// # Errors
    ///
    /// As of [`path`](Self::path).
    pub fn file(&self, path: &Path) -> Result<Found> {
        let file = path.display().to_string();
        let tables = match path.extension().and_then(OsStr::to_str) {
            Some("tf") => self.text(&file, &text_of(path)?)?,
            Some("yml" | "yaml") => self.yaml(&file, &text_of(path)?)?,
            _ => {
                let why = "a file ends in `.tf`, or in `.yml` or `.yaml` for the form of cc_dynamodb3; give another";
                return Err(ReadError::new(ReadErrorKind::NotSupported, &file, why));
            }
        };
        Ok(Found {
            tables,
            files: vec![path.to_owned()],
        })
    }

    /// Reads a text as if it were a file of this name.
    ///
    /// # Errors
    ///
    /// As of [`path`](Self::path).
    pub fn text(&self, file: &str, text: &str) -> Result<Vec<Table>> {
        self.tables(&[Source::parse(file, text)?], &self.given)
    }

    /// Reads a text in the YAML form of `cc_dynamodb3`, as if it were a file of this name.
    ///
    /// # Errors
    ///
    /// As of [`path`](Self::path), and if the reader has values of variables: there are none.
    pub fn yaml(&self, file: &str, text: &str) -> Result<Vec<Table>> {
        self.refuse_undeclared(file, &self.given, |_| false)?;
        cc_dynamodb3::tables(file, text)
    }

    fn refuse_undeclared(
        &self,
        file: &str,
        given: &BTreeMap<String, Value>,
        declares: impl Fn(&str) -> bool,
    ) -> Result<()> {
        if let Some(name) = given.keys().find(|name| !declares(name)) {
            let why = format!("variable `{name}` is given a value and not declared; declare it");
            return Err(ReadError::new(ReadErrorKind::Invalid, file, why));
        }
        let known = |name: &&String| BEYOND.contains(&name.as_str());
        if let Some(name) = self.passed.iter().find(|name| !known(name)) {
            let why = format!(
                "`{name}` cannot be passed over; these can: {}",
                BEYOND.join(", ")
            );
            return Err(ReadError::new(ReadErrorKind::NotSupported, file, why));
        }
        Ok(())
    }

    /// Reads the files of a directory together, with the values of its `.tfvars` files.
    ///
    /// # Errors
    ///
    /// As of [`path`](Self::path).
    pub fn directory(&self, directory: &Path) -> Result<Found> {
        let mut files = Vec::new();
        let mut values = Vec::new();
        for path in entries(directory)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let refused = if name.ends_with(".tf.json") || name.ends_with(".tfvars.json") {
                Some("JSON is not read; write it as HCL")
            } else if name == "override.tf" || name.ends_with("_override.tf") {
                Some("files that override others are not read; write it into these")
            } else {
                None
            };
            if let Some(why) = refused {
                let file = path.display().to_string();
                return Err(ReadError::new(ReadErrorKind::NotSupported, &file, why));
            }
            if name.ends_with(".tf") {
                files.push(path);
            } else if name == "terraform.tfvars" {
                values.insert(0, path);
            } else if name.ends_with(".auto.tfvars") {
                values.push(path);
            }
        }
        if files.is_empty() {
            let file = directory.display().to_string();
            let why = "there is no `.tf` file in this directory; give another";
            return Err(ReadError::new(ReadErrorKind::Io, &file, why));
        }
        let parse = |path: &PathBuf| Source::parse(&path.display().to_string(), &text_of(path)?);
        let sources: Vec<_> = files.iter().map(parse).collect::<Result<_>>()?;
        let mut given = BTreeMap::new();
        for path in &values {
            let declared = Scope::of(&sources, &self.given)?;
            let values = values_of(&parse(path)?)?.into_iter();
            // Terraform warns of those that are not declared, and goes on.
            given.extend(values.filter(|(name, _)| declared.declares(name)));
        }
        given.extend(self.given.clone());
        let tables = self.tables(&sources, &given)?;
        files.extend(values);
        Ok(Found { tables, files })
    }

    fn tables(&self, sources: &[Source], given: &BTreeMap<String, Value>) -> Result<Vec<Table>> {
        let scope = Scope::of(sources, given)?;
        let first = sources.first().map(|source| source.file.as_str());
        self.refuse_undeclared(first.unwrap_or_default(), given, |name| {
            scope.declares(name)
        })?;
        let mut labels = BTreeMap::new();
        let mut tables = Vec::new();
        for source in sources {
            for block in source.body.blocks() {
                let Some(label) = table_label(block) else {
                    continue;
                };
                if let Some(other) = labels.insert(label, source.place(&block.ident)) {
                    let why = format!("resource `{label}` stands at {other} already; rename one");
                    return Err(source.invalid(&block.ident, why));
                }
                tables.push(self.table(source, &scope, block, label)?);
            }
        }
        Ok(tables)
    }

    /// Refuses what is left of a block.
    pub(crate) fn finish(&self, mut fields: Fields<'_>) -> Result<()> {
        for name in &self.passed {
            fields.pass_over(name);
        }
        fields.finish(|name| match name {
            _ if BEYOND.contains(&name) => Some(format!(
                "a specification has no place for `{name}`; let the reader pass over it, and take care of it elsewhere"
            )),
            "dynamic" => Some(
                "`dynamic` blocks are not evaluated here; write each block out".to_owned(),
            ),
            _ => None,
        })
    }
}

fn table_label(block: &Block) -> Option<&str> {
    match (block.ident.as_str(), block.labels.as_slice()) {
        ("resource", [kind, label]) if kind.as_str() == "aws_dynamodb_table" => {
            Some(label.as_str())
        }
        _ => None,
    }
}

/// The assignments of a `.tfvars` file.
fn values_of(source: &Source) -> Result<BTreeMap<String, Value>> {
    if let Some(block) = source.body.blocks().next() {
        let why = "a file of values has no blocks; write `name = value`";
        return Err(source.invalid(&block.ident, why));
    }
    let none = BTreeMap::new();
    let scope = Scope::of(&[], &none)?;
    let attributes = source.body.attributes();
    attributes
        .map(|one| {
            let value = scope.evaluate(source, &one.value)?;
            Ok((one.key.as_str().to_owned(), value))
        })
        .collect()
}

/// What stands in a directory, by name.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(directory)?;
        entries.map(|entry| Ok(entry?.path())).collect()
    };
    let mut paths = read().map_err(|error| unreadable(directory, &error))?;
    paths.retain(|path| path.is_file() && !is_hidden(path));
    paths.sort();
    Ok(paths)
}

/// Editors keep their copies in such files, which Terraform passes over.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name.ends_with('~') || name.starts_with('#')
}

fn text_of(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> ReadError {
    let file = path.display().to_string();
    let why = format!("cannot be read: {error}; look at the path");
    ReadError::new(ReadErrorKind::Io, &file, why)
}
