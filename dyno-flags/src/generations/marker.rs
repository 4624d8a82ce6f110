//! Which set is current.
//!
//! ```text
//! namespace S   $inited, after a prefix
//! key       S   the same
//! generation S  the id of the set; absent: the set that the SDKs of LaunchDarkly read
//! updates   N   upserts since it became current
//! since     N   seconds since 1970: when it became current
//! held      N   milliseconds since 1970: no upserts until then, the set is being replaced
//! ```

use dyno_core::Item;
use dyno_core::items::{Condition, attr};

use crate::error::Result;
use crate::item::{NAMESPACE, number_in, text_in};
use crate::names::Generation;
use crate::store::FeatureStore;

pub(super) const GENERATION: &str = "generation";
pub(super) const HELD: &str = "held";
pub(super) const SINCE: &str = "since";
pub(super) const UPDATES: &str = "updates";

/// The set that a marker names.
pub(crate) fn marked(marker: Option<&Item>) -> Generation {
    let id = marker.and_then(|marker| text_in(marker, GENERATION));
    id.map_or(Generation::Official, |id| Generation::Own(id.to_owned()))
}

/// Holds of a marker, or of none, that names this set.
pub(crate) fn is_marked(generation: &Generation) -> Condition {
    match generation {
        Generation::Official => attr(GENERATION).missing(),
        Generation::Own(id) => attr(GENERATION).eq(id),
    }
}

/// Holds of a marker that is there and names this set.
pub(super) fn is_own(generation: &Generation) -> Condition {
    attr(NAMESPACE).exists() & is_marked(generation)
}

/// For how many milliseconds upserts wait for an `init` that takes over what they wrote before.
pub(super) const HOLD: u64 = 2_000;

/// Holds of a marker whose set is about to be replaced. A hold that is longer than any is from a clock that runs ahead, and not believed:
/// the `init` may have to begin again, no more.
pub(crate) fn is_held(now: u64) -> Condition {
    attr(HELD).between(now.saturating_add(1), now.saturating_add(HOLD))
}

/// What an `init` must know of the marker to replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) generation: Generation,
    pub(super) updates: u64,
}

impl Marker {
    pub(super) fn of(marker: Option<&Item>) -> Self {
        let updates = marker.and_then(|marker| number_in(marker, UPDATES));
        Self {
            generation: marked(marker),
            updates: updates.unwrap_or(0),
        }
    }

    /// Holds while nothing was written into the set that it names.
    pub(super) fn is_unchanged(&self) -> Condition {
        let same = is_marked(&self.generation);
        match self.updates {
            0 => same & (attr(UPDATES).missing() | attr(UPDATES).eq(0)),
            updates => same & attr(UPDATES).eq(updates),
        }
    }
}

impl FeatureStore {
    /// Whether this set is the one that the marker names now.
    pub(crate) async fn is_current(
        &self,
        generation: &Generation,
        operation: &'static str,
    ) -> Result<bool> {
        Ok(self.read_current(operation).await? == *generation)
    }

    /// Reads the marker, and remembers what it says.
    pub(crate) async fn read_current(&self, operation: &'static str) -> Result<Generation> {
        let current = self.marker(operation).await?.generation;
        self.remember(current.clone());
        Ok(current)
    }

    pub(super) async fn marker(&self, operation: &'static str) -> Result<Marker> {
        let marker = self.items.get(self.names.marker()).consistent().await;
        let marker = marker.map_err(|error| self.failed(operation, "the marker", error))?;
        Ok(Marker::of(marker.as_ref()))
    }
}
