//! Where something that goes over many items got to, as text.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{Item, encoding};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::plan::Topology;
use crate::shape::TableShape;

/// Where something that goes over many items got to: a [`Reseal`](crate::Reseal), an [`Audit`](crate::Audit), a
/// [`Scan`](crate::Scan) or a [`Query`](crate::Query) goes on from it.
///
/// It prints as one word, to be kept in a file, an item or a link, and is parsed from it. It holds the primary key of an
/// item, and its keys in a secondary index if the request goes over one, in clear, and no key of a cipher. A check sum in it shows damage. One of a scan or a query is refused by every
/// other one: it says of which table and type it is, and holds a hash of the index, the key condition, the order and the filter.
/// Whoever knows this code can make one, so it says where to go on, and not what somebody may see.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{Cursor, ErrorKind};
///
/// let error = "page 3".parse::<Cursor>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidCursor);
/// ```
#[derive(Clone, PartialEq)]
pub struct Cursor {
    of: Course,
    key: Item,
}

/// What goes over many items: cursors of one do not fit another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Course {
    kind: Kind,
    table: String,
    tag: String,
    /// Hash of what is asked for, if something is.
    asked: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Query,
    Scan,
    Walk,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Query, Self::Scan, Self::Walk];

    /// What the text begins with; 1 is the version: hexadecimal digits of a canonical map, and of four bytes of its
    /// SHA-256.
    fn prefix(self) -> &'static str {
        match self {
            Self::Query => "dyno-query-1-",
            Self::Scan => "dyno-scan-1-",
            Self::Walk => "dyno-walk-1-",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Scan => "scan",
            Self::Walk => "walk",
        }
    }
}

const CHECK: usize = 4;

impl Course {
    /// Over all objects of a type, one after the other.
    pub(super) fn walk(topology: &Topology) -> Self {
        Self::new(Kind::Walk, topology, Vec::new())
    }

    /// Over a table that holds no objects of the type, and something of them.
    pub(super) fn walk_beside(topology: &Topology, table: &TableShape) -> Self {
        Self {
            table: table.name().to_owned(),
            asked: b"beside".to_vec(),
            ..Self::walk(topology)
        }
    }

    /// Whether the cursor is one of this course.
    pub(super) fn is_of(&self, cursor: &Cursor) -> bool {
        *self == cursor.of
    }

    /// Over those for which what is asked has this hash.
    pub(super) fn scan(topology: &Topology, asked: Vec<u8>) -> Self {
        Self::new(Kind::Scan, topology, asked)
    }

    /// Over those of a partition for which what is asked has this hash.
    pub(super) fn query(topology: &Topology, asked: Vec<u8>) -> Self {
        Self::new(Kind::Query, topology, asked)
    }

    fn new(kind: Kind, topology: &Topology, asked: Vec<u8>) -> Self {
        Self {
            kind,
            table: topology.table.name().to_owned(),
            tag: topology.root.type_tag().to_owned(),
            asked,
        }
    }

    /// The cursor after the item with this key.
    pub(super) fn at(&self, key: Item) -> Cursor {
        Cursor {
            of: self.clone(),
            key,
        }
    }

    /// The key of the last item that was read.
    ///
    /// # Errors
    ///
    /// The cursor is one of another course.
    pub(super) fn key_of(&self, cursor: &Cursor, names: &[&str]) -> Result<Item> {
        let Cursor { of, key } = cursor;
        if of.kind != self.kind || of.table != self.table || of.tag != self.tag {
            return Err(invalid(format!(
                "the cursor is one of a {} over objects `{}` in table `{}`, and this is a {} over objects `{}` in table \
                 `{}`",
                of.kind.name(),
                of.tag,
                of.table,
                self.kind.name(),
                self.tag,
                self.table
            )));
        }
        if of.asked != self.asked {
            return Err(invalid(format!(
                "the cursor is one of a {} with another condition on the key, order, filter or index; go on with what it was \
                 made with, or begin again without it",
                of.kind.name()
            )));
        }
        if key.len() == names.len() && names.iter().all(|name| key.contains_key(*name)) {
            return Ok(key.clone());
        }
        Err(invalid(format!(
            "the cursor has no key of table `{}`, which has other key attributes by now; begin again without it",
            self.table
        )))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, key } = self;
        let mut item = Item::from([
            ("table".to_owned(), AttributeValue::S(of.table.clone())),
            ("tag".to_owned(), AttributeValue::S(of.tag.clone())),
            ("key".to_owned(), AttributeValue::M(key.clone())),
        ]);
        if !of.asked.is_empty() {
            let asked = AttributeValue::B(Blob::new(of.asked.clone()));
            item.insert("asked".to_owned(), asked);
        }
        let bytes = encoding::encode_item(&item).map_err(|_| fmt::Error)?;
        f.write_str(of.kind.prefix())?;
        let check = check_of(of.kind, &bytes);
        let check = check.iter().take(CHECK);
        let bytes: Vec<u8> = bytes.iter().chain(check).copied().collect();
        f.write_str(&hex::encode(bytes))
    }
}

/// Binds the bytes of a cursor to its kind. Walks came first, and have none in it.
fn check_of(kind: Kind, bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    if kind != Kind::Walk {
        hash.update(kind.prefix());
    }
    hash.update(bytes);
    hash.finalize().into()
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({self})")
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            invalid(
                "the text is no cursor, or not all of one; give the text of a cursor as it was printed, or none to begin again",
            )
        })
    }
}

fn parse(text: &str) -> Option<Cursor> {
    let text = text.trim();
    let begins = |kind: Kind| Some((kind, text.strip_prefix(kind.prefix())?));
    let (kind, digits) = Kind::ALL.into_iter().find_map(begins)?;
    let bytes = hex::decode(digits).ok()?;
    let (bytes, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK)?)?;
    let expected = check_of(kind, bytes);
    if !expected.starts_with(check) {
        return None;
    }
    let mut item = encoding::decode_item(bytes).ok()?;
    let mut text = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    };
    let (table, tag) = (text("table")?, text("tag")?);
    let asked = match item.remove("asked") {
        Some(AttributeValue::B(hash)) => hash.into_inner(),
        Some(_) => return None,
        None => Vec::new(),
    };
    let of = Course {
        kind,
        table,
        tag,
        asked,
    };
    match item.remove("key") {
        Some(AttributeValue::M(key)) => Some(Cursor { of, key }),
        _ => None,
    }
}

pub(super) fn invalid(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidCursor, why)
}
