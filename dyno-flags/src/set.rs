//! All flags or all segments.

use std::collections::BTreeMap;

use crate::descriptor::Descriptor;
use crate::error::Error;

/// All flags or all segments that were found, with tombstones, and what could not be read.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_flags::{Descriptor, FeatureStore, Kind};
///
/// let flags = FeatureStore::new(&dyno_core::Store::embedded()?, "launchdarkly");
/// flags.ensure_table().await?;
/// flags.upsert(Kind::Segment, "beta", Descriptor::new(1, r#"{"key":"beta","version":1}"#)).await?;
///
/// let segments = flags.all(Kind::Segment).await?;
/// for error in segments.unreadable() {
///     eprintln!("{error}");
/// }
/// assert_eq!(segments.get("beta").map(Descriptor::version), Some(1));
/// for (key, segment) in segments.live().into_map() {
///     assert_eq!((key.as_str(), segment.version()), ("beta", 1));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct FeatureSet {
    pub(crate) items: BTreeMap<String, Descriptor>,
    pub(crate) unreadable: Vec<Error>,
}

impl FeatureSet {
    /// The flag or segment with this key, or its tombstone.
    pub fn get(&self, key: &str) -> Option<&Descriptor> {
        self.items.get(key)
    }

    /// Keys and descriptors, tombstones among them, in the order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Descriptor)> {
        self.items
            .iter()
            .map(|(key, descriptor)| (key.as_str(), descriptor))
    }

    /// How many there are, tombstones among them.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing was found that can be read.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Items that are no flags or segments that can be read: one [`Error::Unreadable`] each. The others are there all the same.
    pub fn unreadable(&self) -> &[Error] {
        &self.unreadable
    }

    /// The same without tombstones.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.items.retain(|_, descriptor| !descriptor.is_deleted());
        self
    }

    /// The descriptors by key, tombstones among them.
    pub fn into_map(self) -> BTreeMap<String, Descriptor> {
        self.items
    }
}
