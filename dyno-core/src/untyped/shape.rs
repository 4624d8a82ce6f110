//! A declaration of how an object without a Rust type is stored.

use std::collections::BTreeMap;
use std::fmt;

use super::steps::{self, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyKind;
use crate::limits;
use crate::reserved;
use crate::shape::Untyped;

/// How an object without a Rust type is stored: its table and key, and which of its parts are shards.
///
/// A shard is named by the path of its value: `$.location`, `$.home.location`, `$['odd name']`. `$.lines[*]` makes a
/// shard of each element of a list, `$.scores.*` of each entry of a map. A shard inside a shard is declared in the
/// shape of the outer one. Everything else is taken as it is.
///
/// Mistakes are collected, and reported by the first operation, or at once by [`checked`](Self::checked).
///
/// A shape without shards reads objects with shards all the same: it finds them by what is stored in the object.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::document::Shape;
///
/// let geolocation = Shape::table("Geolocations", "IDX");
/// let location = Shape::table("Locations", "IDX").shard("$.geolocation", geolocation);
/// let person = Shape::root("People", "ID").shard("$.location", location).checked()?;
///
/// let mistake = Shape::root("People", "ID").shard("$.location[", person);
/// let error = mistake.checked().unwrap_err();
/// assert!(error.to_string().contains("at position 12"), "{error}");
/// # Ok::<(), dyno::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    pub(super) table: TableText,
    pub(super) tag: Option<String>,
    pub(super) context: Option<String>,
    pub(super) untyped: Untyped,
    /// The attribute that counts the writes.
    pub(super) version: Option<String>,
    pub(super) placing: Placing,
    pub(super) shards: BTreeMap<ShardPath, Self>,
    mistakes: Vec<String>,
}

/// Table, keys and region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TableText {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) sort: Option<String>,
    pub(super) region: Option<String>,
}

/// How a shard departs from a table of its own and the object's version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Placing {
    pub(super) beside: bool,
    pub(super) independent: bool,
}

/// The place of a shard, seen from the object or shard around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ShardPath {
    pub(super) names: Vec<String>,
    pub(super) entries: Entries,
}

/// Whether a shard is one value, or each of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Entries {
    One,
    List,
    Map,
}

impl Shape {
    /// An object in this table, whose partition key has this name.
    pub fn root(table: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            table: TableText {
                name: table.into(),
                key: key.into(),
                sort: None,
                region: None,
            },
            tag: None,
            context: None,
            untyped: Untyped::default(),
            version: None,
            placing: Placing::default(),
            shards: BTreeMap::new(),
            mistakes: Vec::new(),
        }
    }

    /// A shard in this table, whose partition key has this name.
    pub fn table(table: impl Into<String>, key: impl Into<String>) -> Self {
        Self::root(table, key)
    }

    /// The same table with a sort key of this name.
    #[must_use]
    pub fn sort(mut self, name: impl Into<String>) -> Self {
        self.table.sort = Some(name.into());
        self
    }

    /// The same table in this region.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.table.region = Some(region.into());
        self
    }

    /// The type tag that is stored with the object; the table's name if it is not given. It must be the tag of the
    /// Rust type, if one reads the same objects.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// The encryption context that values are bound to; the type tag if it is not given.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// The object is an enum in Rust: its attribute `_dy_type` names the variant, and is a part of the document.
    #[must_use]
    pub fn choice(mut self) -> Self {
        self.untyped.is_choice = true;
        self
    }

    /// The attribute that counts the writes of the object, as a field marked `#[dyno(version)]` does in Rust: every write of the
    /// document counts it up, and a document that was not read replaces only the version that it holds, or none if it holds none.
    ///
    /// A path that sets it is refused.
    ///
    /// Declare it where a Rust type does, or its programs take what a document wrote for what they loaded, and write over it.
    #[must_use]
    pub fn version(mut self, attribute: impl Into<String>) -> Self {
        self.version = Some(attribute.into());
        self
    }

    /// The type of the partition key. Without it, any type is sent as it is given, and a table is made with strings.
    #[must_use]
    pub fn key_kind(mut self, kind: KeyKind) -> Self {
        self.untyped.partition = Some(kind);
        self
    }

    /// The type of the sort key; see [`key_kind`](Self::key_kind).
    #[must_use]
    pub fn sort_kind(mut self, kind: KeyKind) -> Self {
        self.untyped.sort = Some(kind);
        self
    }

    /// The shard stands in the root's own table, in the root's partition: what `#[dyno(shard(table = ".."))]` says with the
    /// root's table. That table must have a sort key.
    #[must_use]
    pub fn beside_root(mut self) -> Self {
        self.placing.beside = true;
        self
    }

    /// The shard has a version of its own, outside the object's snapshot: what `#[dyno(independent)]` says.
    #[must_use]
    pub fn independent(mut self) -> Self {
        self.placing.independent = true;
        self
    }

    /// The value at this path is stored as a shard of that shape.
    #[must_use]
    pub fn shard(mut self, path: &str, shape: Self) -> Self {
        match ShardPath::parse(path) {
            Ok(place) => self.add(place, shape),
            Err(mistake) => self
                .mistakes
                .push(format!("shard path `{path}`: {mistake}")),
        }
        self
    }

    pub(super) fn add(&mut self, place: ShardPath, shape: Self) {
        let met = self.shards.keys().find(|other| other.overlaps(&place));
        match met {
            Some(other) => self.mistakes.push(format!(
                "shards `{other}` and `{place}` overlap; declare a shard inside a shard in the shape of the outer one"
            )),
            None => drop(self.shards.insert(place, shape)),
        }
    }

    /// The same shape, if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`], with every mistake.
    pub fn checked(self) -> Result<Self> {
        let mistakes = self.all_mistakes();
        if mistakes.is_empty() {
            return Ok(self);
        }
        Err(Error::new(ErrorKind::InvalidShape, mistakes.join("; ")))
    }

    /// Whether it declares a shard.
    pub(crate) fn has_shards(&self) -> bool {
        !self.shards.is_empty()
    }

    pub(super) fn all_mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        self.collect_mistakes(0, &mut mistakes);
        mistakes
    }

    fn collect_mistakes(&self, depth: usize, mistakes: &mut Vec<String>) {
        let TableText {
            name,
            key,
            sort,
            region,
        } = &self.table;
        mistakes.extend(
            self.mistakes
                .iter()
                .map(|mistake| format!("table `{name}`: {mistake}")),
        );
        let texts = [
            ("table", Some(name)),
            ("key", Some(key)),
            ("sort key", sort.as_ref()),
            ("region", region.as_ref()),
            ("tag", self.tag.as_ref()),
            ("context", self.context.as_ref()),
            ("version", self.version.as_ref()),
        ];
        for (what, text) in texts {
            if text.is_some_and(String::is_empty) {
                mistakes.push(format!("table `{name}`: the {what} is empty"));
            }
        }
        let keys = [Some(key), sort.as_ref()];
        if keys.iter().flatten().any(|key| reserved::is_reserved(key)) {
            mistakes.push(format!(
                "table `{name}`: names that begin with `{}` are dyno's own",
                reserved::PREFIX
            ));
        }
        if sort.as_ref() == Some(key) {
            mistakes.push(format!(
                "table `{name}`: the sort key has the name `{key}` of the partition key"
            ));
        }
        if let Some(version) = &self.version {
            let is_shard = self
                .shards
                .keys()
                .any(|place| place.names.first() == Some(version));
            if reserved::is_reserved(version)
                || keys.iter().flatten().any(|key| *key == version)
                || is_shard
            {
                mistakes.push(format!(
                    "table `{name}`: the version `{version}` has the name of a key, of a shard, or one of dyno's own"
                ));
            }
            if depth > 0 {
                mistakes.push(format!(
                    "table `{name}`: a shard has no version `{version}` of its own; declare that of the object"
                ));
            }
        }
        for (place, shape) in &self.shards {
            if place.names.iter().any(|name| reserved::is_reserved(name)) {
                mistakes.push(format!(
                    "table `{name}`: shard `{place}` has one of dyno's own names"
                ));
            }
            let depth = depth + place.names.len() + usize::from(place.entries != Entries::One);
            if depth > limits::NESTING {
                mistakes.push(format!(
                    "table `{name}`: shard `{place}` is more than {} steps away from the object",
                    limits::NESTING
                ));
                continue;
            }
            if keys
                .iter()
                .flatten()
                .any(|key| place.names.first() == Some(key))
            {
                mistakes.push(format!(
                    "table `{name}`: shard `{place}` has the name of a key"
                ));
            }
            shape.collect_mistakes(depth, mistakes);
        }
    }
}

impl ShardPath {
    fn parse(text: &str) -> Result<Self, String> {
        let mut steps = steps::parse(text).map_err(|error| error.to_string())?;
        let entries = match steps.last() {
            Some(Step::EachElement) => Entries::List,
            Some(Step::EachEntry) => Entries::Map,
            _ => Entries::One,
        };
        if entries != Entries::One {
            steps.pop();
        }
        let name = |step| match step {
            Step::Name(name) if name.is_empty() => Err("a name is empty".to_owned()),
            Step::Name(name) => Ok(name),
            Step::EachElement | Step::EachEntry | Step::Index(_) => Err(
                "a shard is reached through names only; `[*]` or `.*` may stand at the end"
                    .to_owned(),
            ),
        };
        let names: Vec<_> = steps.into_iter().map(name).collect::<Result<_, _>>()?;
        if names.is_empty() {
            return Err("it names no field".to_owned());
        }
        Ok(Self { names, entries })
    }

    /// Whether one of two shards of an object would lie in the other.
    fn overlaps(&self, other: &Self) -> bool {
        self.names.starts_with(&other.names) || other.names.starts_with(&self.names)
    }
}

impl fmt::Display for ShardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        let mut names = String::new();
        self.names
            .iter()
            .for_each(|name| write_name(&mut names, name));
        f.write_str(&names)?;
        f.write_str(match self.entries {
            Entries::One => "",
            Entries::List => "[*]",
            Entries::Map => ".*",
        })
    }
}

/// Adds a step to a path, as JSONPath writes it.
pub(super) fn write_name(path: &mut String, name: &str) {
    let plain = name
        .chars()
        .all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'));
    if plain && !name.is_empty() {
        path.push('.');
        path.push_str(name);
    } else {
        path.push_str("['");
        path.push_str(&name.replace('\\', "\\\\").replace('\'', "\\'"));
        path.push_str("']");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(shape: &Shape) -> String {
        shape.all_mistakes().join("; ")
    }

    #[test]
    fn mistakes_are_collected_and_say_where() {
        let shard = || Shape::table("Shard", "IDX");
        for (path, expected) in [
            ("$", "names no field"),
            ("$.a[0]", "through names only"),
            ("$.a[*].b", "through names only"),
            ("$.a[", "at position 5"),
            ("$['']", "a name is empty"),
            ("$._dy_x", "dyno's own names"),
            ("$.ID", "the name of a key"),
        ] {
            let found = mistakes(&Shape::root("Root", "ID").shard(path, shard()));
            assert!(found.contains(expected), "{path}: {found}");
        }
        let two = Shape::root("", "ID")
            .shard("$.a[", shard())
            .shard("$", shard());
        assert_eq!(two.all_mistakes().len(), 3, "{}", mistakes(&two));
    }

    #[test]
    fn shards_that_lie_in_each_other_are_refused() {
        let shard = || Shape::table("Shard", "IDX");
        for (a, b) in [
            ("$.a", "$.a"),
            ("$.a", "$.a.b"),
            ("$.a.b", "$.a"),
            ("$.a", "$.a[*]"),
        ] {
            let shape = Shape::root("Root", "ID")
                .shard(a, shard())
                .shard(b, shard());
            assert!(mistakes(&shape).contains("overlap"), "{a} {b}");
        }
        let beside = Shape::root("Root", "ID")
            .shard("$.a.b", shard())
            .shard("$.a.c", shard());
        assert_eq!(mistakes(&beside), "");
    }

    #[test]
    fn the_order_of_declarations_does_not_matter() {
        let shard = || Shape::table("Shard", "IDX");
        let one = Shape::root("Root", "ID")
            .shard("$.a", shard())
            .shard("b", shard());
        let other = Shape::root("Root", "ID")
            .shard("$['b']", shard())
            .shard("$.a", shard());
        assert_eq!(one, other);
    }
}
