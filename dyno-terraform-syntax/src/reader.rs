//! Files and directories.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use hcl_edit::structure::Block;

use crate::cc_dynamodb3;
use crate::error::{ReadError, ReadErrorKind, Result};
use crate::fields::Fields;
use crate::files::{Files, text_of};
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

/// What says which table it is: what is read, and what makes several tables or blocks of one. It is never passed over.
const READ: [&str; 26] = [
    "attribute",
    "attribute_name",
    "billing_mode",
    "count",
    "deletion_protection_enabled",
    "dynamic",
    "enabled",
    "for_each",
    "global_secondary_index",
    "hash_key",
    "key_schema",
    "key_type",
    "local_secondary_index",
    "name",
    "non_key_attributes",
    "point_in_time_recovery",
    "projection_type",
    "range_key",
    "read_capacity",
    "recovery_period_in_days",
    "region",
    "stream_enabled",
    "stream_view_type",
    "tags",
    "ttl",
    "write_capacity",
];

/// Resources of their own that change a table.
const CHANGING: [&str; 4] = [
    "aws_dynamodb_global_secondary_index",
    "aws_dynamodb_global_table",
    "aws_dynamodb_table_replica",
    "aws_dynamodb_tag",
];

/// How files are to be read.
///
/// It prints names of variables without their values, which may be secret.
#[derive(Clone, Default)]
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

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, passed } = self;
        f.debug_struct("Reader")
            .field("given", &given.keys())
            .field("passed", passed)
            .finish()
    }
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

    /// Passes over an argument, a block or a resource that specifications have no place for.
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
        if let Some(name) = self
            .passed
            .iter()
            .find(|name| READ.contains(&name.as_str()))
        {
            let why = format!(
                "`{name}` says what the table is, and cannot be passed over; take it out of what is passed over"
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
        let Files {
            sources: mut files,
            values,
        } = Files::of(directory)?;
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
                self.refuse_change(source, block)?;
                let Some(label) = table_label(block) else {
                    continue;
                };
                if let Some((other, place)) = labels.insert(label, (source, block)) {
                    let other = other.place(&place.ident);
                    let why = format!("resource `{label}` stands at {other} already; rename one");
                    return Err(source.invalid(&block.ident, why));
                }
                tables.push(self.table(source, &scope, block, label)?);
            }
        }
        Ok(tables)
    }

    pub(crate) fn passes_over(&self, name: &str) -> bool {
        self.passed.contains(name)
    }

    /// Refuses what changes tables from outside their resources.
    fn refuse_change(&self, source: &Source, block: &Block) -> Result<()> {
        let kind = block.labels.first().map_or("", |label| label.as_str());
        match block.ident.as_str() {
            "resource" if CHANGING.contains(&kind) && !self.passes_over(kind) => {
                let why = format!(
                    "a resource `{kind}` changes tables, and is not read; write it into its table, or let the reader pass over \
                     `{kind}`, and take care of it elsewhere"
                );
                Err(source.error(ReadErrorKind::NotSupported, &block.ident, why))
            }
            "provider" if kind == "aws" && !self.passes_over("default_tags") => {
                let tags = block.body.blocks().map(|one| &one.ident);
                let mut tags =
                    tags.filter(|one| matches!(one.as_str(), "default_tags" | "dynamic"));
                match tags.next() {
                    None => Ok(()),
                    Some(tags) => {
                        let why = "`default_tags` are tags of every table, and are not read; write them into each, or let the \
                                   reader pass over `default_tags`, and take care of them elsewhere";
                        Err(source.error(ReadErrorKind::NotSupported, tags, why))
                    }
                }
            }
            _ => Ok(()),
        }
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
            "ignore_changes" => Some(
                "what `ignore_changes` names may stand otherwise than it is written; let the reader pass over \
                 `ignore_changes`, and take care of it elsewhere"
                    .to_owned(),
            ),
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
