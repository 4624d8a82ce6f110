//! The second object of the histories: a list, a map, a shard in pieces, and an independent one.

use std::collections::BTreeMap;
use std::fmt;

use dyno::DyObject;

use crate::audit::entry_ids;
use crate::database::{AttributeValue, Item, Items};
use crate::random::Random;
use crate::work::{Memory, Work, number, saves};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shelf", key = "ID")]
pub(crate) struct Shelf {
    saves: Vec<u64>,
    note: u64,
    #[dyno(shard(table = "Listed"))]
    list: Vec<Leaf>,
    #[dyno(shard(table = "Mapped"))]
    map: BTreeMap<String, Leaf>,
    #[dyno(shard(table = "Body"), chunked)]
    body: Leaf,
    #[dyno(shard(table = "Own"), independent)]
    own: Leaf,
}

/// `saves` begins with the operation that made the leaf, and a number of its own.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Leaf", key = "IDX")]
pub(crate) struct Leaf {
    saves: Vec<u64>,
    note: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Body,
    List(usize),
    Map(&'static str),
    Own,
    Root,
}

const KEYS: [&str; 3] = ["a", "b/c", "d"];

impl Leaf {
    fn by(operation: u64, ordinal: u64) -> Self {
        Self {
            saves: vec![operation, ordinal],
            note: 0,
        }
    }

    fn of(item: &Item) -> Self {
        Self {
            saves: saves(item),
            note: number(item.get("note")),
        }
    }

    /// The same leaf, whatever was done to it.
    fn is(&self, other: &Self) -> bool {
        self.saves.get(..2) == other.saves.get(..2)
    }
}

impl Shelf {
    fn note(&mut self, place: Place) -> Option<&mut u64> {
        match place {
            Place::Body => Some(&mut self.body.note),
            Place::List(index) => self.list.get_mut(index).map(|leaf| &mut leaf.note),
            Place::Map(key) => self.map.get_mut(key).map(|leaf| &mut leaf.note),
            Place::Own => Some(&mut self.own.note),
            Place::Root => Some(&mut self.note),
        }
    }

    fn has_the_list_of(&self, other: &Self) -> bool {
        let pairs = || self.list.iter().zip(&other.list);
        self.list.len() == other.list.len() && pairs().all(|(one, two)| one.is(two))
    }

    fn change_list(&mut self, operation: u64, random: &mut Random) {
        let count = self.list.len();
        let chosen = random.below(6);
        if count == 0 || chosen == 0 {
            self.list
                .insert(random.below(count + 1), Leaf::by(operation, 9));
            return;
        }
        let at = random.below(count);
        match chosen {
            1 => drop(self.list.remove(at)),
            2 => self.list[at].saves.push(operation),
            3 if count > 1 => self.list.rotate_left(1),
            4 => {
                self.list.reverse();
                self.list[at].saves.push(operation);
            }
            _ => {
                self.list.remove(at);
                self.list.push(Leaf::by(operation, 9));
            }
        }
    }

    fn change_map(&mut self, operation: u64, random: &mut Random) {
        let key = KEYS[random.below(KEYS.len())];
        match self.map.get_mut(key) {
            Some(_) if random.percent(40) => drop(self.map.remove(key)),
            Some(leaf) => leaf.saves.push(operation),
            None => drop(self.map.insert(key.into(), Leaf::by(operation, 0))),
        }
    }
}

impl Work for Shelf {
    type Place = Place;

    fn by(operation: u64, random: &mut Random) -> Self {
        let list = (0..random.below(4) as u64).map(|ordinal| Leaf::by(operation, ordinal));
        let keys = KEYS.into_iter().filter(|_| random.clone().percent(50));
        let map = keys.map(|key| (key.to_owned(), Leaf::by(operation, 0)));
        Self {
            saves: vec![operation],
            note: 0,
            list: list.collect(),
            map: map.collect(),
            body: Leaf::by(operation, 0),
            own: Leaf::by(operation, 0),
        }
    }

    fn change(&mut self, operation: u64, random: &mut Random) {
        let chosen = 1 + random.below(31);
        if chosen & 1 != 0 {
            self.saves.push(operation);
        }
        if chosen & 2 != 0 {
            self.change_list(operation, random);
        }
        if chosen & 4 != 0 {
            self.change_map(operation, random);
        }
        if chosen & 8 != 0 {
            self.body.saves.push(operation);
        }
        if chosen & 16 != 0 {
            self.own.saves.push(operation);
        }
    }

    fn of(items: &Items) -> Option<Self> {
        let of_table = |table: &'static str| {
            let items = items.iter().filter(move |(place, _)| place.table == table);
            items.map(|(place, item)| (place.key.as_str(), item))
        };
        let (_, root) = of_table("Shelf").next()?;
        let Some(AttributeValue::M(entries)) = root.get("_dy_entries") else {
            return None;
        };
        let Some(AttributeValue::B(order)) = entries.get("list") else {
            return None;
        };
        let leaf = |id: String| {
            let mut listed = of_table("Listed");
            let found = listed.find(|(key, _)| key.ends_with(&format!("/{id}")));
            found.map(|(_, item)| Leaf::of(item))
        };
        let key = |key: &str| {
            let (_, id) = key.split_once("/map/").unwrap_or_default();
            id.replace("%2F", "/")
        };
        let pieces = of_table("Body").map(|(_, item)| match item.get("_dy_data") {
            Some(AttributeValue::B(bytes)) => &bytes[..],
            _ => &[],
        });
        let body = Bytes(&pieces.collect::<Vec<_>>().concat()).value();
        let AttributeValue::M(body) = body else {
            return None;
        };
        Some(Self {
            saves: saves(root),
            note: number(root.get("note")),
            list: entry_ids(order).into_iter().filter_map(leaf).collect(),
            map: of_table("Mapped")
                .map(|(at, item)| (key(at), Leaf::of(item)))
                .collect(),
            body: Leaf::of(&body.into_iter().collect()),
            own: of_table("Own").next().map(|(_, item)| Leaf::of(item))?,
        })
    }

    fn place(random: &mut Random) -> Place {
        match random.below(8) {
            0 => Place::Body,
            1..4 => Place::List(random.below(2)),
            4 | 5 => Place::Map(["a", "d"][random.below(2)]),
            6 => Place::Own,
            _ => Place::Root,
        }
    }

    fn path(place: Place) -> String {
        match place {
            Place::Body => "body.note".into(),
            Place::List(index) => format!("list[{index}].note"),
            Place::Map(key) => format!("map.{key}.note"),
            Place::Own => "own.note".into(),
            Place::Root => "note".into(),
        }
    }

    fn memory(place: Place) -> Memory {
        match place {
            Place::Own => Memory::OneVersion,
            Place::Root => Memory::FourEtags,
            Place::Body | Place::List(_) | Place::Map(_) => Memory::Token,
        }
    }

    /// The entry at an index is looked up before it is written, so in a list that changed meanwhile it may be any.
    fn written(&self, place: Place, value: u64, since: &[&Self]) -> Vec<Self> {
        let moved = since.iter().any(|one| !self.has_the_list_of(one));
        let places = match place {
            Place::List(_) if moved => (0..self.list.len()).map(Place::List).collect(),
            _ => vec![place],
        };
        let written = places.into_iter().filter_map(|place| {
            let mut shelf = self.clone();
            *shelf.note(place)? = value;
            Some(shelf)
        });
        written.collect()
    }

    fn lacks(place: Place, among: &[&Self]) -> bool {
        match place {
            Place::List(index) => among
                .iter()
                .any(|one| one.list.len() <= index || !one.has_the_list_of(among[0])),
            Place::Map(key) => among.iter().any(|one| !one.map.contains_key(key)),
            Place::Body | Place::Own | Place::Root => false,
        }
    }

    fn snapshot(&self) -> Self {
        let mut snapshot = self.clone();
        snapshot.own = Leaf::by(0, 0);
        snapshot
    }

    fn own(&self) -> Option<(&[u64], u64)> {
        Some((&self.own.saves, self.own.note))
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}{} list", self.saves, self.note)?;
        for leaf in &self.list {
            write!(formatter, " {leaf}")?;
        }
        write!(formatter, " map")?;
        for (key, leaf) in &self.map {
            write!(formatter, " {key} {leaf}")?;
        }
        write!(formatter, " body {} own {}", self.body, self.own)
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}{}", self.saves, self.note)
    }
}

/// What is left of a body in pieces: section 4 of `envelope-v1.md`, as far as it is needed here.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn value(&mut self) -> AttributeValue {
        match self.take(1) {
            [0x04] => AttributeValue::N(self.text()),
            [0x09] => {
                let count = self.length();
                AttributeValue::L((0..count).map(|_| self.value()).collect())
            }
            [0x0a] => {
                let count = self.length();
                AttributeValue::M((0..count).map(|_| (self.text(), self.value())).collect())
            }
            _ => AttributeValue::NULL(true),
        }
    }

    fn text(&mut self) -> String {
        let length = self.length();
        String::from_utf8_lossy(self.take(length)).into_owned()
    }

    fn length(&mut self) -> usize {
        let (mut length, mut shift) = (0, 0);
        while let [byte] = self.take(1) {
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        length
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
