//! The mapper's own attributes of a root item: identity, history and manifest of the object.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::Item;

use super::manifest::{Manifest, ManifestError, Stamp};
use super::topology::Topology;
use crate::error::{Error, ErrorKind, Result};
use crate::reserved;
use crate::shape::{Body, Shape};

/// `10 * oldest reader + oldest writer` of what this version writes.
pub(crate) const FORMAT: u32 = 11;
const READER: u32 = 1;
const WRITER: u32 = 1;

/// Identity of one commit, unique for ever; the object's etag until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Etag(pub(crate) [u8; 16]);

impl Etag {
    /// No commit: fills the history of a new object.
    const NONE: Self = Self([0; 16]);

    pub(crate) fn to_value(self) -> AttributeValue {
        AttributeValue::B(Blob::new(self.0))
    }

    fn from_value(value: &AttributeValue) -> Option<Self> {
        value
            .as_b()
            .ok()
            .and_then(|blob| blob.as_ref().try_into().ok())
            .map(Self)
    }

    /// The stamp of the shards that this commit writes, and the incarnation of the object if it creates it.
    pub(crate) fn stamp(self) -> Stamp {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        Stamp([a, b, c, d, e, f, g, h])
    }

    /// The same identity as a request token of DynamoDB, at most 36 characters.
    pub(crate) fn token(self) -> String {
        self.0
            .iter()
            .fold(String::with_capacity(32), |mut token, byte| {
                use std::fmt::Write as _;
                // Writing to a string cannot fail.
                let _ = write!(token, "{byte:02x}");
                token
            })
    }
}

/// How many etags before the present one a root remembers.
pub(crate) const PAST_ETAGS: usize = 4;

/// The mapper's own attributes of a root item, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RootState {
    pub(crate) etag: Etag,
    pub(crate) sequence: u64,
    pub(crate) life: Stamp,
    pub(crate) past: [Etag; PAST_ETAGS],
    pub(crate) manifest: Manifest,
}

/// What stands at a root's place.
#[derive(Debug)]
pub(crate) enum Found {
    /// An object of ours.
    Object(RootState),
    /// An item without our attributes: written by something else, or by a version of the type without shards.
    Foreign,
    /// The mark of an object that is being created or was deleted.
    NotLive,
}

impl RootState {
    /// The attributes that [`read`](Self::read) looks at.
    pub(crate) const ATTRIBUTES: [&str; 8] = [
        reserved::FORMAT,
        reserved::TYPE,
        reserved::STATE,
        reserved::ETAG,
        reserved::SEQUENCE,
        reserved::LIFE,
        reserved::PAST,
        reserved::SHARDS,
    ];

    /// Reads what stands at a root's place.
    ///
    /// # Errors
    ///
    /// It is an object of another type, of a format that this version must not read, or damaged.
    pub(crate) fn read(item: &Item, shape: &'static Shape) -> Result<Found> {
        let Some(format) = item.get(reserved::FORMAT) else {
            return Ok(Found::Foreign);
        };
        let format: u32 = format
            .as_n()
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| damaged(reserved::FORMAT))?;
        if format / 10 > READER {
            return Err(newer_format(format));
        }
        if item.contains_key(reserved::STATE) {
            return Ok(Found::NotLive);
        }
        let tag = item
            .get(reserved::TYPE)
            .and_then(|tag| tag.as_s().ok())
            .ok_or_else(|| damaged(reserved::TYPE))?;
        if !tags_of(shape).any(|known| known == tag) {
            let why = format!(
                "the item with this key is a `{tag}`, not a `{}`",
                shape.type_tag()
            );
            return Err(Error::new(ErrorKind::TypeMismatch, why));
        }
        Self::read_commit(item).map(Found::Object)
    }

    fn read_commit(item: &Item) -> Result<RootState> {
        let attribute = |name: &'static str| item.get(name).ok_or_else(|| damaged(name));
        let etag =
            Etag::from_value(attribute(reserved::ETAG)?).ok_or_else(|| damaged(reserved::ETAG))?;
        let sequence = attribute(reserved::SEQUENCE)?
            .as_n()
            .ok()
            .and_then(|text| text.parse().ok());
        let life =
            Stamp::from_value(attribute(reserved::LIFE)?).ok_or_else(|| damaged(reserved::LIFE))?;
        let past = attribute(reserved::PAST)?
            .as_l()
            .map_err(|_| damaged(reserved::PAST))?;
        let past: Option<Vec<Etag>> = past.iter().map(Etag::from_value).collect();
        let manifest = Manifest::from_value(attribute(reserved::SHARDS)?).map_err(|error| match error {
            ManifestError::Damaged => damaged(reserved::SHARDS),
            ManifestError::UnknownKind { flags } => Error::new(
                ErrorKind::NewerFormat,
                format!("a shard is stored in a way (flags {flags:#04x}) that this version cannot read; upgrade dyno"),
            ),
        })?;
        Ok(Self {
            etag,
            sequence: sequence.ok_or_else(|| damaged(reserved::SEQUENCE))?,
            life,
            past: past
                .and_then(|past| past.try_into().ok())
                .ok_or_else(|| damaged(reserved::PAST))?,
            manifest,
        })
    }

    /// Whether a commit is the present one or one of the few before.
    pub(crate) fn remembers(&self, etag: Etag) -> bool {
        self.etag == etag || self.past.contains(&etag)
    }

    /// The state after the commit `etag`.
    pub(crate) fn next(&self, etag: Etag, manifest: Manifest) -> Self {
        let [first, second, third, _] = self.past;
        Self {
            etag,
            sequence: self.sequence + 1,
            life: self.life,
            past: [self.etag, first, second, third],
            manifest,
        }
    }

    /// The state that the creating commit `etag` leaves. The fence counter begins at the time, in microseconds, so
    /// that it is above that of any earlier object with the same key.
    pub(crate) fn first(etag: Etag, now_micros: u64, manifest: Manifest) -> Self {
        Self {
            etag,
            sequence: now_micros,
            life: etag.stamp(),
            past: [Etag::NONE; PAST_ETAGS],
            manifest,
        }
    }

    /// Adds the attributes to the object's own.
    pub(crate) fn write(&self, item: &mut Item, topology: &Topology) {
        let past = self.past.iter().map(|etag| etag.to_value()).collect();
        let own = [
            (reserved::FORMAT, AttributeValue::N(FORMAT.to_string())),
            (reserved::ETAG, self.etag.to_value()),
            (
                reserved::SEQUENCE,
                AttributeValue::N(self.sequence.to_string()),
            ),
            (reserved::LIFE, self.life.to_value()),
            (reserved::PAST, AttributeValue::L(past)),
            (reserved::SHARDS, self.manifest.to_value()),
            (reserved::LAYOUT, layout(topology, &self.manifest)),
        ];
        item.extend(own.map(|(name, value)| (name.to_owned(), value)));
        write_type(item, topology.root);
    }
}

/// Refuses to write over an object of a format that this version may read but not write.
///
/// # Errors
///
/// A newer version wrote it, or `_dy_format` is damaged.
pub(crate) fn check_writable(item: &Item) -> Result<()> {
    let Some(format) = item.get(reserved::FORMAT) else {
        return Ok(());
    };
    let format: u32 = format
        .as_n()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| damaged(reserved::FORMAT))?;
    if format / 10 > READER || format % 10 > WRITER {
        Err(newer_format(format))
    } else {
        Ok(())
    }
}

/// The tags under which objects of a shape are stored: the type's, or those of its variants.
pub(crate) fn tags_of(shape: &'static Shape) -> impl Iterator<Item = &'static str> {
    let (own, variants) = match shape.body() {
        Body::Struct(_) => (Some(shape.type_tag()), &[][..]),
        Body::Enum(variants) => (None, variants),
    };
    let older = |variant: &'static crate::shape::VariantShape| {
        std::iter::once(variant.tag()).chain(variant.older_tags().iter().copied())
    };
    own.into_iter().chain(variants.iter().flat_map(older))
}

/// Adds the type tag to an item whose own attributes do not hold one.
pub(crate) fn write_type(item: &mut Item, shape: &Shape) {
    if matches!(shape.body(), Body::Struct(_)) {
        item.insert(
            reserved::TYPE.to_owned(),
            AttributeValue::S(shape.type_tag().to_owned()),
        );
    }
}

/// Where each shard field is stored, for readers that do not have the type: one entry per field.
fn layout(topology: &Topology, manifest: &Manifest) -> AttributeValue {
    let deeper = manifest
        .0
        .keys()
        .filter(|_| topology.recursive)
        .filter_map(|id| topology.shard(id));
    let entry = |field: super::topology::ShardField| {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut place = Item::from([
            ("table".to_owned(), text(field.table.name())),
            ("key".to_owned(), text(field.table.key_name())),
        ]);
        place.extend(
            field
                .table
                .sort_name()
                .map(|sort| ("sort".to_owned(), text(sort))),
        );
        place.extend(
            field
                .region
                .map(|region| ("region".to_owned(), text(region))),
        );
        (field.id, AttributeValue::M(place))
    };
    AttributeValue::M(
        topology
            .shards
            .iter()
            .cloned()
            .chain(deeper)
            .map(entry)
            .collect(),
    )
}

fn newer_format(format: u32) -> Error {
    Error::new(
        ErrorKind::NewerFormat,
        format!(
            "the object is stored in a format ({format}) that this version (reader {READER}, writer {WRITER}) must not \
             touch; upgrade dyno"
        ),
    )
}

fn damaged(attribute: &'static str) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!(
            "attribute `{attribute}` of the root item is missing or damaged; something other than dyno wrote to it"
        ),
    )
}
