//! Where an item lives: table, region and primary key.
//!
//! Shard items have keys that follow from the object's key and the shard's id, so that they are found without
//! reading anything:
//!
//! ```text
//! owner            = escape(type tag) "#" escape(partition key) [ "#" escape(sort key) ]
//! item             = shard id [ "~1" in slot 1 ] [ "#" k for piece k >= 1 ]
//! simple table     : key  = owner "/" item
//! composite table  : key  = owner,  sort = item
//! beside the root  : key  = the root's,  sort = the root's "#" escape(type tag) "/" item
//! ```

use std::fmt::Write as _;

use dyno_value::{FieldPath, Item, Segment, number};

use crate::error::{Error, ErrorKind, Result};
use crate::key::{Key, KeyKind, KeyValue};
use crate::limits;
use crate::shape::{Kind, Role, Shape, TableShape};

use super::manifest::Entry;
use super::shard::{Placing, ShardField, Span};

/// The place of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) table: &'static str,
    pub(crate) region: Option<&'static str>,
    partition: (&'static str, KeyValue),
    sort: Option<(&'static str, KeyValue)>,
}

impl Address {
    /// The place of the object's root item.
    ///
    /// # Errors
    ///
    /// The key is empty, too long, of the wrong type, or lacks a part.
    pub(crate) fn of_root(shape: &'static Shape, table: &TableShape, key: &Key) -> Result<Self> {
        let kinds = KeyKinds::for_key(shape, key);
        let partition = checked_part(
            "partition key",
            table.key_name(),
            kinds.partition,
            key.partition(),
        )?;
        let sort = match (table.sort_name(), key.sort()) {
            (None, None) => None,
            (Some(name), Some(value)) => {
                Some((name, checked_part("sort key", name, kinds.sort, value)?))
            }
            (Some(name), None) => {
                return Err(invalid(format!(
                    "table `{}` has the sort key `{name}`; give both parts, `(partition, sort)`",
                    table.name()
                )));
            }
            (None, Some(_)) => {
                return Err(invalid(format!(
                    "table `{}` has no sort key; give the partition key alone",
                    table.name()
                )));
            }
        };
        Ok(Self {
            table: table.name(),
            region: table.region_name(),
            partition: (table.key_name(), partition),
            sort,
        })
    }

    /// The place of an item that was read from a table.
    pub(crate) fn of_item(
        table: &TableShape,
        region: Option<&'static str>,
        item: &Item,
    ) -> Option<Self> {
        let part = |name: &'static str| Some((name, KeyValue::from_value(item.get(name)?)?));
        let sort = match table.sort_name() {
            Some(name) => Some(part(name)?),
            None => None,
        };
        Some(Self {
            table: table.name(),
            region,
            partition: part(table.key_name())?,
            sort,
        })
    }

    /// The key attributes, as requests name an item.
    pub(crate) fn to_item(&self) -> Item {
        self.parts()
            .map(|(name, value)| (name.to_owned(), value.to_value()))
            .collect()
    }

    /// The key attributes in order: partition, sort.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &KeyValue)> {
        std::iter::once(&self.partition)
            .chain(&self.sort)
            .map(|(name, value)| (*name, value))
    }

    /// The partition key's attribute name.
    pub(crate) fn key_name(&self) -> &'static str {
        self.partition.0
    }

    /// Whether an item returned by the service is the one at this place.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        self.parts().all(|(name, value)| {
            item.get(name).and_then(KeyValue::from_value).as_ref() == Some(value)
        })
    }
}

/// Whose shards they are: what every shard key of an object begins with.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    root: Address,
    text: String,
    tag: String,
}

impl Owner {
    pub(crate) fn new(shape: &Shape, root: &Address) -> Self {
        let mut tag = String::new();
        escape_into(&mut tag, shape.type_tag());
        let mut text = tag.clone();
        for (_, value) in root.parts() {
            text.push('#');
            match value {
                KeyValue::S(part) | KeyValue::N(part) => escape_into(&mut text, part),
                KeyValue::B(bytes) => bytes.iter().for_each(|byte| {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "{byte:02x}");
                }),
            }
        }
        Self {
            root: root.clone(),
            text,
            tag,
        }
    }

    /// The place of one item of a shard.
    ///
    /// # Errors
    ///
    /// The object's key, escaped, makes the shard's key longer than DynamoDB allows.
    pub(crate) fn address(
        &self,
        field: &ShardField,
        spare_slot: bool,
        piece: u32,
    ) -> Result<Address> {
        let id = &field.id;
        let slot = if spare_slot { "~1" } else { "" };
        let mut item = format!("{id}{slot}");
        if piece > 0 {
            // Writing to a string cannot fail.
            let _ = write!(item, "#{piece}");
        }
        let table = &field.table;
        let (partition, sort) = match field.placing {
            Placing::Simple => (format!("{}/{item}", self.text).into(), None),
            Placing::Composite(sort) => (self.text.clone().into(), Some((sort, item))),
            Placing::Beside => {
                let sort = (table.sort_name().unwrap_or_default(), self.beside(&item));
                (self.root.partition.1.clone(), Some(sort))
            }
        };
        let too_long = |part: &str, bytes: usize, limit: usize| {
            invalid(format!(
                "shard `{id}` in table `{}` would have a {part} of {bytes} bytes, DynamoDB allows {limit}; \
                 use a shorter key for the object or its entry",
                table.name()
            ))
        };
        if let KeyValue::S(text) = &partition
            && text.len() > limits::PARTITION_KEY_BYTES
        {
            return Err(too_long(
                "partition key",
                text.len(),
                limits::PARTITION_KEY_BYTES,
            ));
        }
        if let Some((_, sort)) = &sort
            && sort.len() > limits::SORT_KEY_BYTES
        {
            return Err(too_long("sort key", sort.len(), limits::SORT_KEY_BYTES));
        }
        Ok(Address {
            table: table.name(),
            region: field.region,
            partition: (table.key_name(), partition),
            sort: sort.map(|(name, sort)| (name, KeyValue::S(sort))),
        })
    }

    /// The places of all items of a shard: those that the root names, and the other slot if it is or was used.
    ///
    /// # Errors
    ///
    /// Those of [`address`](Self::address).
    pub(crate) fn every_place(&self, field: &ShardField, entry: Entry) -> Result<Vec<Address>> {
        let spare_used = entry.in_spare_slot || entry.other_slot_used;
        let slots = [false, true]
            .into_iter()
            .filter(|spare| !spare || spare_used);
        slots
            .flat_map(|spare| (0..entry.items()).map(move |piece| (spare, piece)))
            .map(|(spare, piece)| self.address(field, spare, piece))
            .collect()
    }

    /// What a `Query` of this span asks for.
    pub(crate) fn range(&self, span: &Span) -> Range {
        match span {
            Span::Beside { table, region } => Range {
                table: *table,
                region: *region,
                partition: self.root.partition.1.clone(),
                sort: SortRange::Between(
                    self.root_sort().to_owned(),
                    // The character after `/`.
                    format!("{}#{}0", self.root_sort(), self.tag),
                ),
            },
            Span::Entries {
                table,
                region,
                prefix,
            } => Range {
                table: *table,
                region: *region,
                partition: self.text.clone().into(),
                sort: SortRange::Prefix(prefix.clone()),
            },
        }
    }

    fn beside(&self, item: &str) -> String {
        format!("{}#{}/{item}", self.root_sort(), self.tag)
    }

    fn root_sort(&self) -> &str {
        match &self.root.sort {
            Some((_, KeyValue::S(sort))) => sort,
            _ => "",
        }
    }
}

/// Part of an item collection, for a `Query`.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) table: TableShape,
    pub(crate) region: Option<&'static str>,
    pub(crate) partition: KeyValue,
    pub(crate) sort: SortRange,
}

/// Which sort keys.
#[derive(Clone, Debug)]
pub(crate) enum SortRange {
    /// From the first to the second.
    Between(String, String),
    /// Those that begin with it.
    Prefix(String),
}

impl Range {
    /// Whether an item at this place would have been found.
    pub(crate) fn covers(&self, address: &Address) -> bool {
        let Some((_, KeyValue::S(sort))) = &address.sort else {
            return false;
        };
        let within = match &self.sort {
            SortRange::Between(first, last) => first <= sort && sort <= last,
            SortRange::Prefix(prefix) => sort.starts_with(prefix),
        };
        within && address.table == self.table.name() && address.partition.1 == self.partition
    }
}

/// The id of the shard below a field of these names.
pub(crate) fn shard_id<'a, I: IntoIterator<Item = &'a str>>(names: I) -> String {
    let mut id = String::new();
    for (position, name) in names.into_iter().enumerate() {
        if position > 0 {
            id.push('/');
        }
        escape_into(&mut id, name);
    }
    id
}

/// The id of the shard at this place of a keyed tree.
pub(crate) fn shard_id_at(path: &FieldPath) -> String {
    shard_id(path.segments().iter().filter_map(|segment| match segment {
        Segment::Key(name) => Some(name.as_str()),
        Segment::Index(_) => None,
    }))
}

/// The place of a shard in a keyed tree.
pub(crate) fn path_of(id: &str) -> Option<FieldPath> {
    id.split('/').try_fold(FieldPath::root(), |path, part| {
        Some(path.key(unescape(part)?))
    })
}

/// The name of which this is one part of a shard id.
pub(crate) fn unescape(part: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        let (code, left) = after.split_at_checked(2)?;
        name.push(match code {
            "25" => '%',
            "23" => '#',
            "2F" => '/',
            "7E" => '~',
            _ => return None,
        });
        rest = left;
    }
    name.push_str(rest);
    Some(name)
}

/// Replaces the characters that separate parts, so that every text has one escaped form and no two share one.
fn escape_into(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '%' => out.push_str("%25"),
            '#' => out.push_str("%23"),
            '/' => out.push_str("%2F"),
            '~' => out.push_str("%7E"),
            other => out.push(other),
        }
    }
}

/// The types of an object's key attributes; strings where no field says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyKinds {
    pub(crate) partition: Option<KeyKind>,
    pub(crate) sort: Option<KeyKind>,
}

impl KeyKinds {
    pub(crate) fn of(shape: &'static Shape) -> Self {
        if let Some(untyped) = shape.untyped() {
            return Self {
                partition: untyped.partition,
                sort: untyped.sort,
            };
        }
        let kind_of = |role| {
            shape
                .all_fields()
                .find(|field| field.field_role() == role)
                .and_then(|field| match field.kind() {
                    Kind::Key(kind) => Some(kind),
                    _ => None,
                })
        };
        Self {
            partition: kind_of(Role::PartitionKey),
            sort: kind_of(Role::SortKey),
        }
    }
}

impl KeyKinds {
    /// The types that this key must have; any, where neither a field nor the declaration of an object without a type
    /// says.
    fn for_key(shape: &'static Shape, key: &Key) -> Self {
        let kinds = Self::of(shape);
        if shape.untyped().is_none() {
            return kinds;
        }
        Self {
            partition: kinds.partition.or_else(|| Some(key.partition().kind())),
            sort: kinds.sort.or_else(|| key.sort().map(KeyValue::kind)),
        }
    }
}

/// A key part of the wanted type; without a key field, a type may be addressed by a string only.
fn checked_part(
    part: &str,
    name: &str,
    kind: Option<KeyKind>,
    value: &KeyValue,
) -> Result<KeyValue> {
    let wanted = kind.unwrap_or(KeyKind::S);
    if value.kind() != wanted {
        return Err(invalid(format!(
            "the {part} `{name}` is {wanted}, found {}",
            value.kind()
        )));
    }
    let limit = if part == "sort key" {
        limits::SORT_KEY_BYTES
    } else {
        limits::PARTITION_KEY_BYTES
    };
    let length = match value {
        KeyValue::S(text) => text.len(),
        KeyValue::B(bytes) => bytes.len(),
        KeyValue::N(text) => {
            let normal = number::normalize(text)
                .map_err(|error| invalid(format!("the {part} `{name}`: {error}")))?;
            return Ok(KeyValue::N(normal));
        }
    };
    match length {
        0 => Err(invalid(format!(
            "the {part} `{name}` is empty; DynamoDB wants at least one byte"
        ))),
        length if length > limit => Err(invalid(format!(
            "the {part} `{name}` has {length} bytes, DynamoDB allows {limit}"
        ))),
        _ => Ok(value.clone()),
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidKey, message)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::plan::shard::{Collection, Place};
    use crate::shape::FieldShape;

    fn any_part() -> impl Strategy<Value = KeyValue> {
        prop_oneof![
            any::<String>().prop_map(KeyValue::S),
            "[a#/~%]{0,5}".prop_map(KeyValue::S),
            prop::collection::vec(any::<u8>(), 0..4).prop_map(KeyValue::B),
        ]
    }

    fn place(tag: &'static str, parts: &[KeyValue]) -> (Shape, Address) {
        let mut parts = parts.iter().cloned();
        let partition = ("ID", parts.next().unwrap_or(KeyValue::S(String::new())));
        let sort = parts.next().map(|sort| ("AT", sort));
        (
            Shape::structure("T", &[]).tag(tag),
            Address {
                table: "T",
                region: None,
                partition,
                sort,
            },
        )
    }

    fn any_item_of_a_shard() -> impl Strategy<Value = (Vec<String>, bool, u32, [String; 2])> {
        let names = prop::collection::vec("[a/~%#]{0,3}", 1..3);
        (
            names,
            any::<bool>(),
            0_u32..3,
            ["[a/#~%]{0,4}", "[a/#~%t]{0,4}"],
        )
    }

    fn owner(shape: &Shape, root: &Address) -> String {
        Owner::new(shape, root).text
    }

    const SIMPLE: TableShape = TableShape::new("S", "IDX");
    const COMPOSITE: TableShape = TableShape::new("S", "IDX").sort("AT");
    const ROOT: TableShape = TableShape::new("T", "ID").sort("AT");

    /// A shard with these names on the way to it, in a table of each kind.
    fn shard(placing: usize, names: &[String]) -> ShardField {
        static STORED: [Shape; 2] = [
            Shape::structure("S", &[]).stored(SIMPLE),
            Shape::structure("S", &[]).stored(COMPOSITE),
        ];
        let here = names.iter().fold(Place::root(&ROOT), |place, name| {
            place.entry(Collection::Map, name)
        });
        let field = FieldShape::new("x", || Kind::Opaque(|_| Ok(())));
        let (shape, field) = match placing {
            0 | 1 => (&STORED[placing], field),
            _ => (&STORED[0], field.in_table("T")),
        };
        ShardField::at(&here, &field, shape).unwrap()
    }

    proptest! {
        #[test]
        fn no_two_objects_of_a_type_own_the_same_shards(
            first in prop::collection::vec(any_part(), 2),
            second in prop::collection::vec(any_part(), 2),
        ) {
            let same_kinds = first.iter().zip(&second).all(|(a, b)| a.kind() == b.kind());
            prop_assume!(same_kinds);
            let ((shape, a), (_, b)) = (place("t", &first), place("t", &second));
            prop_assert_eq!(owner(&shape, &a) == owner(&shape, &b), first == second);
        }

        #[test]
        fn no_two_places_of_an_object_have_the_same_shard_id(
            first in prop::collection::vec("[a/~%#]{1,3}", 1..4),
            second in prop::collection::vec("[a/~%#]{1,3}", 1..4),
        ) {
            let id = |names: &[String]| shard_id(names.iter().map(String::as_str));
            prop_assert_eq!(id(&first) == id(&second), first == second);
        }

        #[test]
        fn no_two_shards_have_the_same_key(
            first in any_item_of_a_shard(),
            second in any_item_of_a_shard(),
            placing in 0_usize..3,
        ) {
            let key = |(names, spare, piece, root): &(Vec<String>, bool, u32, [String; 2])| {
                let root = root.clone().map(KeyValue::S);
                let (shape, address) = place("t", &root);
                let owner = Owner::new(&shape, &address);
                owner.address(&shard(placing, names), *spare, *piece).unwrap().to_item()
            };
            prop_assert_eq!(key(&first) == key(&second), first == second);
        }

        #[test]
        fn a_name_is_read_back_from_its_part_of_an_id(name: String) {
            prop_assert_eq!(unescape(&shard_id([name.as_str()])), Some(name));
        }

        #[test]
        fn a_part_is_the_one_form_of_its_name_or_refused(part in "[a%2357EFef]{0,8}") {
            if let Some(name) = unescape(&part) {
                prop_assert_eq!(shard_id([name.as_str()]), part);
            }
        }
    }

    #[test]
    fn keys_are_as_the_format_says() {
        let (shape, root) = place(
            "Orders",
            &[KeyValue::S("a/b#c".into()), KeyValue::N("7".into())],
        );
        assert_eq!(owner(&shape, &root), "Orders#a%2Fb%23c#7");
        assert_eq!(shard_id(["location", "in/out"]), "location/in%2Fout");
        let names: BTreeMap<_, _> = root.parts().collect();
        assert_eq!(names.len(), 2);
    }
}
