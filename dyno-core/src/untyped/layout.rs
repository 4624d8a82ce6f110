//! What a stored root item says of its object: type tag, and where its shards are (`docs/format/object-v1.md`).

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::shape::{Entries, Placing, Shape, ShardPath, TableText, write_name};
use crate::error::{Error, ErrorKind, Result};
use crate::reserved;

/// The type and the shards of a stored object, as its root says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredLayout {
    tag: String,
    is_choice: bool,
    pub(super) shards: Vec<StoredShard>,
}

/// One shard field of a stored object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredShard {
    /// From the root; a shard around it is a prefix of this.
    pub(super) place: Vec<Part>,
    /// Of what the last part is each, if it is.
    entries: Entries,
    pub(super) table: TableText,
    placing: Placing,
}

/// One part of a shard's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Each,
    Name(String),
}

impl StoredLayout {
    /// Reads a root item; `None` if the mapper does not manage it.
    ///
    /// # Errors
    ///
    /// The mapper's attributes are damaged.
    pub(crate) fn read(root: &Item) -> Result<Option<Self>> {
        if !root.contains_key(reserved::FORMAT) {
            return Ok(None);
        }
        let is_choice = root.contains_key(reserved::TAG);
        let name = if is_choice {
            reserved::TAG
        } else {
            reserved::TYPE
        };
        let tag = root.get(name).and_then(|tag| tag.as_s().ok());
        let tag = tag.ok_or_else(|| damaged(name, "is not a string"))?.clone();
        let empty = Item::new();
        let layout = match root.get(reserved::LAYOUT) {
            None => &empty,
            Some(AttributeValue::M(layout)) => layout,
            Some(_) => return Err(damaged(reserved::LAYOUT, "is not a map")),
        };
        // A shard's id begins with the ids of the shards around it, so they come first.
        let mut entries: Vec<_> = layout.iter().collect();
        entries.sort_unstable_by_key(|(id, _)| *id);
        let shards = entries
            .into_iter()
            .map(|(id, place)| StoredShard::read(id, place));
        Ok(Some(Self {
            tag,
            is_choice,
            shards: shards.collect::<Result<_>>()?,
        }))
    }

    /// The declaration of an object stored so: the root's table as declared, the shards as stored.
    ///
    /// Shards are in the region of the root, wherever the layout says that they are: an object lies in one region,
    /// and the root was found in this one.
    ///
    /// # Errors
    ///
    /// Another type is declared, or the layout cannot be that of an object.
    pub(crate) fn shape(&self, declared: &Shape) -> Result<Shape> {
        if let Some(tag) = declared.tag.as_ref().filter(|tag| **tag != self.tag) {
            let why = format!("the item with this key is a `{}`, not a `{tag}`", self.tag);
            return Err(Error::new(ErrorKind::TypeMismatch, why));
        }
        let mut shape = declared.clone().tag(&self.tag);
        shape.untyped.is_choice = self.is_choice;
        for shard in &self.shards {
            let mut table = shard.table.clone();
            table.region = None;
            if shard.table.region == shape.table.region {
                table.region.clone_from(&shape.table.region);
            }
            place(&mut shape, &shard.place, shard, table)
                .ok_or_else(|| damaged(reserved::LAYOUT, "names a shard inside none"))?;
        }
        let mistakes = shape.all_mistakes();
        if mistakes.is_empty() {
            Ok(shape)
        } else {
            Err(damaged(reserved::LAYOUT, &mistakes.join("; ")))
        }
    }
}

/// Adds a shard to the object or shard that it lies in; `None` if there is no place for it.
fn place(around: &mut Shape, parts: &[Part], stored: &StoredShard, table: TableText) -> Option<()> {
    let entries = stored.entries;
    let outer = around.shards.keys().find_map(|shard| {
        let rest = rest_of(parts, shard)?;
        (!rest.is_empty()).then(|| (shard.clone(), rest))
    });
    if let Some((outer, rest)) = outer {
        return place(around.shards.get_mut(&outer)?, rest, stored, table);
    }
    let names = match parts.split_last()? {
        (Part::Each, before) if entries != Entries::One => before,
        (Part::Name(_), _) if entries == Entries::One => parts,
        _ => return None,
    };
    let name = |part: &Part| match part {
        Part::Name(name) => Some(name.clone()),
        Part::Each => None,
    };
    let names: Option<Vec<_>> = names.iter().map(name).collect();
    let names = names.filter(|names| !names.is_empty())?;
    let mut shape = Shape::table(String::new(), String::new());
    shape.table = table;
    shape.placing = stored.placing;
    around.add(ShardPath { names, entries }, shape);
    Some(())
}

/// What is left of a place inside a shard; `None` if it is somewhere else.
pub(super) fn rest_of<'a>(parts: &'a [Part], shard: &ShardPath) -> Option<&'a [Part]> {
    let (names, rest) = parts.split_at_checked(shard.names.len())?;
    let same = names
        .iter()
        .zip(&shard.names)
        .all(|(part, name)| matches!(part, Part::Name(part) if part == name));
    let rest = same.then_some(rest)?;
    if shard.entries == Entries::One {
        return Some(rest);
    }
    let (each, rest) = rest.split_first()?;
    (*each == Part::Each).then_some(rest)
}

impl StoredShard {
    fn read(id: &str, place: &AttributeValue) -> Result<Self> {
        let wrong = |what: &str| damaged(reserved::LAYOUT, &format!("says of shard `{id}` {what}"));
        let place = place.as_m().map_err(|_| wrong("no table"))?;
        let text = |name: &str| match place.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(wrong(&format!("a `{name}` that is not a text"))),
        };
        let entries = match text("entries")?.as_deref() {
            None => Entries::One,
            Some("list") => Entries::List,
            Some("map") => Entries::Map,
            Some(_) => return Err(newer(id)),
        };
        let placing = Placing {
            beside: match text("place")?.as_deref() {
                None => false,
                Some("beside") => true,
                Some(_) => return Err(newer(id)),
            },
            independent: match text("stored")?.as_deref() {
                None | Some("pieces") => false,
                Some("independent") => true,
                Some(_) => return Err(newer(id)),
            },
        };
        let table = TableText {
            name: text("table")?.ok_or_else(|| wrong("no table"))?,
            key: text("key")?.ok_or_else(|| wrong("no key"))?,
            sort: text("sort")?,
            region: text("region")?,
        };
        let part = |part: &str| match part {
            "~" => Ok(Part::Each),
            name => unescaped(name)
                .map(Part::Name)
                .ok_or_else(|| wrong("a name that none has")),
        };
        Ok(Self {
            place: id.split('/').map(part).collect::<Result<_>>()?,
            entries,
            table,
            placing,
        })
    }

    /// The place as JSONPath writes it.
    pub(super) fn path(&self) -> String {
        let mut path = "$".to_owned();
        for part in &self.place {
            match part {
                Part::Each => path.push_str("[*]"),
                Part::Name(name) => write_name(&mut path, name),
            }
        }
        path
    }
}

/// The name that has this escaped form.
fn unescaped(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        let (code, after) = after.split_at_checked(2)?;
        name.push(match code {
            "25" => '%',
            "23" => '#',
            "2F" => '/',
            "7E" => '~',
            _ => return None,
        });
        rest = after;
    }
    name.push_str(rest);
    (!name.is_empty() && !text.contains(['#', '~'])).then_some(name)
}

fn newer(id: &str) -> Error {
    let why =
        format!("shard `{id}` is stored in a way that this version does not know; upgrade dyno");
    Error::new(ErrorKind::NewerFormat, why)
}

fn damaged(attribute: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!("attribute `{attribute}` {why}; something other than dyno wrote to the item"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn root(tag: &str, shards: &[(&str, &[(&str, &str)])]) -> Item {
        let place = |(id, place): &(&str, &[(&str, &str)])| {
            let place = place
                .iter()
                .map(|(name, value)| ((*name).to_owned(), text(value)));
            ((*id).to_owned(), AttributeValue::M(place.collect()))
        };
        Item::from([
            (reserved::FORMAT.to_owned(), AttributeValue::N("11".into())),
            (reserved::TYPE.to_owned(), text(tag)),
            (
                reserved::LAYOUT.to_owned(),
                AttributeValue::M(shards.iter().map(place).collect()),
            ),
        ])
    }

    #[test]
    fn a_declaration_is_rebuilt() {
        let item = root(
            "person",
            &[
                ("home/location", &[("table", "Location"), ("key", "IDX")]),
                (
                    "home/location/geo",
                    &[("table", "Geo"), ("key", "IDX"), ("sort", "AT")],
                ),
                (
                    "lines/~",
                    &[("table", "Line"), ("key", "IDX"), ("entries", "list")],
                ),
                ("lines/~/x%2Fy", &[("table", "Part"), ("key", "IDX")]),
                (
                    "scores/~",
                    &[("table", "Score"), ("key", "IDX"), ("entries", "map")],
                ),
            ],
        );
        let shape = StoredLayout::read(&item).unwrap().unwrap();
        let geo = Shape::table("Geo", "IDX").sort("AT");
        let location = Shape::table("Location", "IDX").shard("$.geo", geo);
        let line = Shape::table("Line", "IDX").shard("$['x/y']", Shape::table("Part", "IDX"));
        let expected = Shape::root("Root", "ID")
            .tag("person")
            .shard("$.home.location", location)
            .shard("$.lines[*]", line)
            .shard("$.scores.*", Shape::table("Score", "IDX"));
        assert_eq!(shape.shape(&Shape::root("Root", "ID")).unwrap(), expected);
        let error = shape
            .shape(&Shape::root("Root", "ID").tag("other"))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    }

    #[test]
    fn what_is_not_a_layout_is_corrupt() {
        let table: &[_] = &[("table", "T"), ("key", "IDX")];
        let each: &[_] = &[("table", "T"), ("key", "IDX"), ("entries", "list")];
        for shards in [
            vec![("a", &[("key", "IDX")][..])],
            vec![("a", &[("table", "T"), ("key", "")][..])],
            vec![("a//b", table)],
            vec![("a%2fb", table)],
            vec![("a%", table)],
            vec![("a#b", table)],
            vec![("~", each)],
            vec![("a/~", table)],
            vec![("a", each)],
            vec![("a/~/b", table)],
            vec![("_dy_a", table)],
            vec![("ID", table)],
        ] {
            let read = StoredLayout::read(&root("t", &shards));
            let shape = read.and_then(|read| read.unwrap().shape(&Shape::root("Root", "ID")));
            let kind = shape.map_err(|error| error.kind());
            assert_eq!(kind, Err(ErrorKind::Corrupt), "{shards:?}");
        }
        let mut item = root("t", &[]);
        item.insert(reserved::LAYOUT.to_owned(), text("x"));
        assert_eq!(
            StoredLayout::read(&item).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
        assert_eq!(StoredLayout::read(&Item::new()).unwrap(), None);
    }
}
