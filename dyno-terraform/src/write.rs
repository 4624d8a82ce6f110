//! Specifications as Terraform.

use std::collections::BTreeSet;

use dyno_core::shape::Stored;
use dyno_core::table::{
    Billing, IndexSpec, KeyPart, Projection, StreamView, TableSpec, Throughput,
};
use dyno_core::{KeyKind, Result};
use dyno_terraform_syntax::composed;

/// Tables as resources of Terraform, one after the other, as `terraform fmt` would leave them.
///
/// The same specifications give the same text, and reading it gives the specifications: an index of a provisioned table
/// whose throughput is its table's has none of its own in both. The label of a resource is the name of its table, with `_` for
/// what no label has. Regions need version 6 of the AWS provider, keys of several attributes 6.29.
///
/// # Errors
///
/// [`InvalidShape`](dyno_core::ErrorKind::InvalidShape): a specification is none that a table can have, or has texts that
/// Terraform would read otherwise, since it composes letters (NFC).
///
/// # Examples
///
/// ```
/// use dyno_core::KeyKind;
/// use dyno_core::table::TableSpec;
/// use dyno_terraform::to_terraform;
///
/// let sessions = TableSpec::new("Sessions", "id", KeyKind::S).with_ttl("expires");
/// assert_eq!(
///     to_terraform(&[sessions])?,
///     r#"resource "aws_dynamodb_table" "Sessions" {
///   name         = "Sessions"
///   billing_mode = "PAY_PER_REQUEST"
///   hash_key     = "id"
///
///   attribute {
///     name = "id"
///     type = "S"
///   }
///
///   ttl {
///     attribute_name = "expires"
///     enabled        = true
///   }
/// }
/// "#
/// );
/// # Ok::<(), dyno_core::Error>(())
/// ```
pub fn to_terraform(specs: &[TableSpec]) -> Result<String> {
    written(specs.iter().map(|spec| (spec.name(), spec)))
}

/// The tables of a type and of its shards as Terraform; see [`to_terraform`].
///
/// # Errors
///
/// [`InvalidShape`](dyno_core::ErrorKind::InvalidShape): the type cannot be stored as it is declared.
///
/// # Examples
///
/// ```
/// use dyno_derive::DyObject;
///
/// #[derive(DyObject)]
/// #[dyno(crate = dyno_core, table = "Users", key = "ID")]
/// struct User { name: String }
///
/// let text = dyno_terraform::terraform_of::<User>()?;
/// assert!(text.starts_with("resource \"aws_dynamodb_table\" \"Users\" {"));
/// # Ok::<(), dyno_core::Error>(())
/// ```
pub fn terraform_of<T: Stored>() -> Result<String> {
    to_terraform(&TableSpec::of::<T>()?)
}

/// Each under its label, with `_` for what no label has.
pub(crate) fn written<'a>(
    tables: impl Iterator<Item = (&'a str, &'a TableSpec)>,
) -> Result<String> {
    let mut taken = BTreeSet::new();
    let resources = tables.map(|(label, spec)| {
        spec.check()?;
        refuse_uncomposed(spec)?;
        let label = free_label(label, &mut taken);
        Ok(resource(&label, spec).text(0))
    });
    Ok(resources.collect::<Result<Vec<_>>>()?.join("\n"))
}

/// Refuses names and tags that Terraform would read as others.
fn refuse_uncomposed(spec: &TableSpec) -> Result<()> {
    let indexes = || spec.global_indexes().chain(spec.local_indexes());
    let keys = std::iter::once(spec.key()).chain(spec.sort());
    let of_indexes = indexes().flat_map(|index| index.key().iter().chain(index.sort()));
    let keys = keys.chain(of_indexes).map(KeyPart::name);
    let projected = indexes().flat_map(|index| match index.projection() {
        Projection::Include(names) => names.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    });
    let tags = spec.tags().iter();
    let tags = tags.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let mut all = keys.chain(projected).chain(tags).chain(spec.ttl());
    match all.find(|text| composed(text) != *text) {
        None => Ok(()),
        Some(odd) => {
            let why = format!(
                "has `{odd}`, whose letters Terraform would compose (NFC), so that it would be another; write it composed"
            );
            Err(spec.mistaken(&why))
        }
    }
}

/// A label that is not taken: letters, digits, `_` and `-`, and no digit first.
fn free_label(name: &str, taken: &mut BTreeSet<String>) -> String {
    let fits = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-');
    let mut label: String = name
        .chars()
        .map(|one| if fits(one) { one } else { '_' })
        .collect();
    if !label.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_') {
        label.insert(0, '_');
    }
    let mut free = label.clone();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{label}_{number}");
        number += 1;
    }
    free
}

/// A block: its head, its arguments, and blocks inside.
struct Block {
    head: String,
    arguments: Vec<(String, String)>,
    blocks: Vec<Self>,
}

impl Block {
    fn new(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            arguments: Vec::new(),
            blocks: Vec::new(),
        }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.arguments.push((name.to_owned(), value.into()));
        self
    }

    fn with_text(self, name: &str, value: &str) -> Self {
        self.with(name, quoted(value))
    }

    fn with_throughput(self, units: Throughput) -> Self {
        self.with("read_capacity", units.reads().to_string())
            .with("write_capacity", units.writes().to_string())
    }

    fn text(&self, depth: usize) -> String {
        let margin = "  ".repeat(depth);
        let mut parts = Vec::new();
        if !self.arguments.is_empty() {
            parts.push(assignments(&self.arguments, depth + 1));
        }
        parts.extend(self.blocks.iter().map(|block| block.text(depth + 1)));
        format!("{margin}{} {{\n{}{margin}}}\n", self.head, parts.join("\n"))
    }
}

/// Assignments below each other, with their `=` in one column.
fn assignments(all: &[(String, String)], depth: usize) -> String {
    let margin = "  ".repeat(depth);
    let width = all.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default();
    let lines = all
        .iter()
        .map(|(name, value)| format!("{margin}{name:width$} = {value}\n"));
    lines.collect()
}

fn resource(label: &str, spec: &TableSpec) -> Block {
    let head = format!("resource \"aws_dynamodb_table\" {}", quoted(label));
    let mut table = Block::new(head).with_text("name", spec.name());
    if let Some(region) = spec.region() {
        table = table.with_text("region", region);
    }
    table = match spec.billing() {
        Billing::Provisioned(units) => table
            .with_text("billing_mode", "PROVISIONED")
            .with_throughput(units),
        _ => table.with_text("billing_mode", "PAY_PER_REQUEST"),
    };
    table = table.with_text("hash_key", spec.key().name());
    if let Some(sort) = spec.sort() {
        table = table.with_text("range_key", sort.name());
    }
    if let Some(view) = spec.stream() {
        table = table
            .with("stream_enabled", "true")
            .with_text("stream_view_type", view_type(view));
    }
    if spec.has_deletion_protection() {
        table = table.with("deletion_protection_enabled", "true");
    }
    for (name, kind) in spec.attributes() {
        table.blocks.push(attribute(name, kind));
    }
    for index in spec.global_indexes() {
        table.blocks.push(global(index, spec.throughput_of(index)));
    }
    for index in spec.local_indexes() {
        table.blocks.push(local(index));
    }
    if let Some(attribute) = spec.ttl() {
        let ttl = Block::new("ttl").with_text("attribute_name", attribute);
        table.blocks.push(ttl.with("enabled", "true"));
    }
    if spec.has_point_in_time_recovery() {
        let recovery = Block::new("point_in_time_recovery");
        table.blocks.push(recovery.with("enabled", "true"));
    }
    if !spec.tags().is_empty() {
        let tags = spec.tags().iter();
        let tags = tags.map(|(name, value)| (quoted(name), quoted(value)));
        let mut block = Block::new("tags =");
        block.arguments = tags.collect();
        table.blocks.push(block);
    }
    table
}

fn attribute(name: &str, kind: KeyKind) -> Block {
    let kind = match kind {
        KeyKind::S => "S",
        KeyKind::N => "N",
        KeyKind::B => "B",
    };
    Block::new("attribute")
        .with_text("name", name)
        .with_text("type", kind)
}

fn global(index: &IndexSpec, units: Option<Throughput>) -> Block {
    let mut block = Block::new("global_secondary_index").with_text("name", index.name());
    let single = match (index.key(), index.sort()) {
        ([key], []) => Some((key, None)),
        ([key], [sort]) => Some((key, Some(sort))),
        _ => None,
    };
    if let Some((key, sort)) = single {
        block = block.with_text("hash_key", key.name());
        if let Some(sort) = sort {
            block = block.with_text("range_key", sort.name());
        }
    }
    block = projected(block, index.projection());
    if let Some(units) = units {
        block = block.with_throughput(units);
    }
    if single.is_none() {
        let key = index.key().iter().map(|part| element(part, "HASH"));
        let sort = index.sort().iter().map(|part| element(part, "RANGE"));
        block.blocks.extend(key.chain(sort));
    }
    block
}

fn element(part: &KeyPart, role: &str) -> Block {
    Block::new("key_schema")
        .with_text("attribute_name", part.name())
        .with_text("key_type", role)
}

fn local(index: &IndexSpec) -> Block {
    let block = Block::new("local_secondary_index").with_text("name", index.name());
    let sort = index.sort().iter();
    let block = sort.fold(block, |block, sort| {
        block.with_text("range_key", sort.name())
    });
    projected(block, index.projection())
}

fn projected(block: Block, projection: &Projection) -> Block {
    match projection {
        Projection::KeysOnly => block.with_text("projection_type", "KEYS_ONLY"),
        Projection::Include(names) => {
            let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
            block
                .with_text("projection_type", "INCLUDE")
                .with("non_key_attributes", format!("[{}]", names.join(", ")))
        }
        _ => block.with_text("projection_type", "ALL"),
    }
}

fn view_type(view: StreamView) -> &'static str {
    match view {
        StreamView::Keys => "KEYS_ONLY",
        StreamView::New => "NEW_IMAGE",
        StreamView::Old => "OLD_IMAGE",
        _ => "NEW_AND_OLD_IMAGES",
    }
}

/// A string that stands for itself: no interpolation begins in it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => quoted.extend([letter, letter]),
            letter if letter.is_control() => {
                let code = format!("\\u{:04x}", u32::from(letter));
                quoted.push_str(&code);
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
