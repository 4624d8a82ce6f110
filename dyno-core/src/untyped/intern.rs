//! Declarations as the planner's shapes, which are static: each different one is made once and kept for the life of
//! the process (`docs/design/document.md`).

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::shape::{Entries, Shape, ShardPath, TableText};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::{
    self, Attribute as _, Duty, Element, FieldShape, Kind, Role, TableShape, Untyped,
};

/// How many different declarations a process may use.
const MOST_SHAPES: usize = 10_000;
/// How many bytes of names they may have together.
const MOST_BYTES: usize = 64 * 1024 * 1024;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

#[derive(Debug, Default)]
struct Known {
    shapes: HashMap<Shape, &'static shape::Shape>,
    bytes: usize,
    last_number: u64,
    /// The root's table of the shape that is being made.
    root_table: &'static str,
}

/// The planner's shape of a declaration; the same one for equal declarations.
///
/// # Errors
///
/// The declaration has mistakes, or the process has used too many different ones.
pub(crate) fn interned(declared: &Shape) -> Result<&'static shape::Shape> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.get(declared)
}

impl Known {
    fn get(&mut self, declared: &Shape) -> Result<&'static shape::Shape> {
        if let Some(shape) = self.shapes.get(declared) {
            return Ok(shape);
        }
        let declared = declared.clone().checked()?;
        let bytes = self.bytes.saturating_add(bytes_of(&declared));
        if self.shapes.len() >= MOST_SHAPES || bytes > MOST_BYTES {
            return Err(Error::new(
                ErrorKind::InvalidShape,
                format!(
                    "this process has used {} different shapes of documents and tables of items, the most that are kept; if they came \
                     from stored objects, declare the shape that is meant",
                    self.shapes.len()
                ),
            ));
        }
        self.bytes = bytes;
        let tag = declared.tag.clone();
        let root_table = table(&declared.table);
        self.root_table = root_table.name();
        let shards = places(&declared.shards);
        let version = declared.version.as_deref();
        let made = self.fields(&declared.table.name, shards, version, declared.untyped);
        let mut made = made.stored(root_table);
        if let Some(tag) = tag {
            made = made.tag(tag.leak());
        }
        if let Some(context) = declared.context.clone() {
            made = made.context(context.leak());
        }
        let made: &'static _ = Box::leak(Box::new(made));
        self.shapes.insert(declared, made);
        Ok(made)
    }

    fn fields(
        &mut self,
        name: &str,
        shards: Vec<Inside<'_>>,
        version: Option<&str>,
        untyped: Untyped,
    ) -> shape::Shape {
        let mut by_name: BTreeMap<&str, Vec<Inside<'_>>> = BTreeMap::new();
        for (names, entries, shape) in shards {
            if let Some((first, rest)) = names.split_first() {
                by_name
                    .entry(first)
                    .or_default()
                    .push((rest, entries, shape));
            }
        }
        let fields: Vec<_> = by_name
            .into_iter()
            .map(|(name, inside)| self.field(name, inside))
            .chain(version.map(counted))
            .collect();
        self.last_number += 1;
        shape::Shape::structure(name.to_owned().leak(), fields.leak())
            .numbered(self.last_number)
            .with_untyped(untyped)
    }

    fn field(&mut self, name: &str, inside: Vec<Inside<'_>>) -> FieldShape {
        let stored: &'static str = name.to_owned().leak();
        // Shards do not overlap, so one that ends here is alone.
        if let [([], entries, declared)] = inside.as_slice() {
            let kind = self.shard(declared, *entries);
            let mut field = FieldShape::known(stored, kind).role(Role::Shard);
            if declared.placing.beside {
                field = field.in_table(self.root_table);
            }
            if declared.placing.independent {
                field = field.independent();
            }
            return field;
        }
        let around = self.fields(name, inside, None, Untyped::default());
        FieldShape::known(stored, Kind::Object(Box::leak(Box::new(around))))
    }

    fn shard(&mut self, declared: &Shape, entries: Entries) -> Kind {
        let made = self.fields(
            &declared.table.name,
            places(&declared.shards),
            None,
            Untyped::default(),
        );
        let mut made = made.stored(table(&declared.table));
        if let Some(tag) = declared.tag.clone() {
            made = made.tag(tag.leak());
        }
        let one = Kind::Object(Box::leak(Box::new(made)));
        let each = || Element::known(Box::leak(Box::new(one)));
        match entries {
            Entries::One => one,
            Entries::List => Kind::List(each()),
            Entries::Map => Kind::Map(each()),
        }
    }
}

/// The names that are left of a shard's path, and its shape.
type Inside<'a> = (&'a [String], Entries, &'a Shape);

fn places(shards: &BTreeMap<ShardPath, Shape>) -> Vec<Inside<'_>> {
    let shards = shards.iter();
    let places = shards.map(|(place, shape)| (place.names.as_slice(), place.entries, shape));
    places.collect()
}

/// The field that counts writes; no type says how far.
fn counted(name: &str) -> FieldShape {
    let number = Kind::Scalar(|value| u64::from_value(value).map(drop));
    FieldShape::known(name.to_owned().leak(), number)
        .plain()
        .kept(Duty::Version(shape::version::<u64>()))
}

fn table(text: &TableText) -> TableShape {
    let keep = |text: &String| -> &'static str { text.clone().leak() };
    let mut table = TableShape::new(keep(&text.name), keep(&text.key));
    if let Some(sort) = &text.sort {
        table = table.sort(keep(sort));
    }
    if let Some(region) = &text.region {
        table = table.region(keep(region));
    }
    table
}

/// About what a shape takes: its names, and a fixed part for each table and field.
fn bytes_of(shape: &Shape) -> usize {
    const EACH: usize = 512;
    let TableText {
        name,
        key,
        sort,
        region,
    } = &shape.table;
    let texts = [
        Some(name),
        Some(key),
        sort.as_ref(),
        region.as_ref(),
        shape.tag.as_ref(),
        shape.context.as_ref(),
        shape.version.as_ref(),
    ];
    let own: usize = texts.into_iter().flatten().map(String::len).sum();
    let shards: usize = shape
        .shards
        .iter()
        .map(|(place, inside)| {
            let names: usize = place.names.iter().map(|name| EACH + name.len()).sum();
            names + bytes_of(inside)
        })
        .sum();
    // Kept twice: as the declaration, and as the shape made of it.
    EACH + 2 * own + 2 * shards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(name: &str) -> Shape {
        Shape::root(name, "ID").shard("$.a.b", Shape::table("Shard", "IDX"))
    }

    #[test]
    fn equal_declarations_share_one_shape() {
        let one = interned(&shape("Interned")).unwrap();
        assert!(std::ptr::eq(one, interned(&shape("Interned")).unwrap()));
        let other = interned(&shape("Interned").tag("t")).unwrap();
        assert_ne!(one.identity(), other.identity());
        assert_eq!(other.encryption_context(), "t");
    }

    #[test]
    fn a_process_keeps_so_many_shapes_and_no_more() {
        let mut known = Known::default();
        for index in 0..MOST_SHAPES {
            known.get(&Shape::root(format!("T{index}"), "ID")).unwrap();
        }
        let error = known.get(&Shape::root("one more", "ID")).unwrap_err();
        assert!(
            error.to_string().contains("10000 different shapes"),
            "{error}"
        );
        known.get(&Shape::root("T0", "ID")).unwrap();
    }

    #[test]
    fn a_process_keeps_so_many_bytes_and_no_more() {
        let mut known = Known::default();
        let long = |index: usize| Shape::root(format!("{index}{}", "n".repeat(400_000)), "ID");
        let kept = (0..1000)
            .take_while(|index| known.get(&long(*index)).is_ok())
            .count();
        assert!((50..200).contains(&kept), "{kept}");
    }
}
