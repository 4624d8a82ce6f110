//! The mapper's own attributes of a root item: identity, history and manifest of the object.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;
use sha2::{Digest as _, Sha256};

use super::entries::Entries;
use super::etag::Etag;
use super::format::{Format, damaged};
use super::layout::layout;
use super::manifest::{Manifest, ManifestError, Stamp};
use super::of_type::{self, tag_attribute};
use super::privacy::seal_key_id;
use super::topology::Topology;
use crate::error::{Error, ErrorKind, Result};
use crate::reserved;
use crate::shape::{Body, Shape};

/// How many etags before the present one a root remembers.
pub(crate) const PAST_ETAGS: usize = 4;

/// The mapper's own attributes of a root item, read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RootState {
    format: Format,
    pub(crate) etag: Etag,
    pub(crate) sequence: u64,
    pub(crate) life: Stamp,
    pub(crate) past: Box<[Etag; PAST_ETAGS]>,
    pub(crate) manifest: Manifest,
    pub(crate) entries: Entries,
    pub(crate) layout: Item,
    /// The id of the key that the item is sealed with, if it has a seal. Empty if that is damaged.
    pub(crate) seal: Option<Vec<u8>>,
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
    pub(crate) const ATTRIBUTES: [&str; 10] = [
        reserved::FORMAT,
        reserved::TYPE,
        reserved::TAG,
        reserved::STATE,
        reserved::ETAG,
        reserved::SEQUENCE,
        reserved::LIFE,
        reserved::PAST,
        reserved::SHARDS,
        reserved::ENTRIES,
    ];

    /// Reads what stands at a root's place.
    ///
    /// # Errors
    ///
    /// It is an object of another type, of a format that this version must not read, or damaged.
    pub(crate) fn read(item: &Item, shape: &'static Shape) -> Result<Found> {
        let Some(format) = Format::read(item)? else {
            of_type::check_plain(item, shape)?;
            return Ok(Found::Foreign);
        };
        format.check_readable()?;
        if item.contains_key(reserved::STATE) {
            return Ok(Found::NotLive);
        }
        of_type::check_managed(item, shape)?;
        Self::read_commit(format, item).map(Found::Object)
    }

    fn read_commit(format: Format, item: &Item) -> Result<Self> {
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
        let entries = item
            .get(reserved::ENTRIES)
            .map_or_else(|| Ok(Entries::default()), Entries::from_value)
            .map_err(|_| damaged(reserved::ENTRIES))?;
        let layout = item
            .get(reserved::LAYOUT)
            .and_then(|layout| layout.as_m().ok())
            .cloned();
        Ok(Self {
            format,
            etag,
            sequence: sequence.ok_or_else(|| damaged(reserved::SEQUENCE))?,
            life,
            past: past
                .and_then(|past| <[Etag; PAST_ETAGS]>::try_from(past).ok())
                .map(Box::new)
                .ok_or_else(|| damaged(reserved::PAST))?,
            manifest,
            entries,
            layout: layout.unwrap_or_default(),
            seal: seal_key_id(item),
        })
    }

    /// Refuses to write an object that this version may only read.
    ///
    /// # Errors
    ///
    /// A newer version wrote it.
    pub(crate) fn check_writable(&self) -> Result<()> {
        self.format.check_writable()
    }

    /// What tells one state of a collection from another: its order, and the version of everything in it.
    pub(crate) fn collection_version(&self, id: &str) -> Option<Stamp> {
        let collected = self.entries.0.get(id)?;
        let inside = format!("{id}/");
        let mut hash = Sha256::new();
        hash.update(format!("{collected:?}"));
        for (id, entry) in self.manifest.0.range(inside.clone()..) {
            if !id.starts_with(&inside) {
                break;
            }
            hash.update(format!("{id} {entry:?} "));
        }
        let hash: [u8; 32] = hash.finalize().into();
        hash.first_chunk().copied().map(Stamp)
    }

    /// Whether a commit is the present one or one of the few before.
    pub(crate) fn remembers(&self, etag: Etag) -> bool {
        self.etag == etag || self.past.contains(&etag)
    }

    /// The state after the commit `etag`, but for its shards.
    pub(crate) fn next(&self, etag: Etag) -> Self {
        let [first, second, third, _] = *self.past;
        Self {
            format: Format::PRESENT,
            etag,
            sequence: self.sequence.saturating_add(1),
            life: self.life,
            past: Box::new([self.etag, first, second, third]),
            manifest: Manifest::default(),
            entries: Entries::default(),
            layout: self.layout.clone(),
            seal: None,
        }
    }

    /// The state that the creating commit `etag` leaves, but for its shards. The fence counter begins at the time, in microseconds, so
    /// that it is above that of any earlier object with the same key.
    pub(crate) fn first(etag: Etag, now_micros: u64) -> Self {
        Self {
            format: Format::PRESENT,
            etag,
            sequence: now_micros,
            life: etag.stamp(),
            past: Box::new([Etag::NONE; PAST_ETAGS]),
            manifest: Manifest::default(),
            entries: Entries::default(),
            layout: Item::new(),
            seal: None,
        }
    }

    /// The format that this version gives the object's items.
    pub(crate) fn present_format(&self) -> Format {
        Format::of(self.seal.is_some())
    }

    /// Adds the attributes to the object's own, but for the seal.
    pub(crate) fn write(&self, item: &mut Item, topology: &Topology) {
        let past = self.past.iter().map(|etag| etag.to_value()).collect();
        let own = [
            (reserved::FORMAT, self.present_format().to_value()),
            (reserved::ETAG, self.etag.to_value()),
            (
                reserved::SEQUENCE,
                AttributeValue::N(self.sequence.to_string()),
            ),
            (reserved::LIFE, self.life.to_value()),
            (reserved::PAST, AttributeValue::L(past)),
            (reserved::SHARDS, self.manifest.to_value()),
            (
                reserved::LAYOUT,
                AttributeValue::M(layout(topology, &self.manifest, &self.layout)),
            ),
        ];
        item.extend(own.map(|(name, value)| (name.to_owned(), value)));
        if !self.entries.0.is_empty() {
            item.insert(reserved::ENTRIES.to_owned(), self.entries.to_value());
        }
        let tag = AttributeValue::S(topology.root.type_tag().to_owned());
        item.insert(tag_attribute(topology.root).to_owned(), tag);
    }
}

/// Adds the type tag to an item whose own attributes do not hold one.
pub(crate) fn write_type(item: &mut Item, shape: &Shape) {
    if !type_is_content(item, shape) {
        item.insert(
            reserved::TYPE.to_owned(),
            AttributeValue::S(shape.type_tag().to_owned()),
        );
    }
}

/// Whether the type attribute of a shard's item belongs to its content: an enum's names the variant, and a shape
/// without a type does not know better than what is stored.
pub(super) fn type_is_content(item: &Item, shape: &Shape) -> bool {
    let is_ours = |tag: &AttributeValue| tag.as_s().is_ok_and(|tag| tag == shape.type_tag());
    match shape.untyped() {
        Some(_) => item.get(reserved::TYPE).is_some_and(|tag| !is_ours(tag)),
        None => matches!(shape.body(), Body::Enum(_)),
    }
}
