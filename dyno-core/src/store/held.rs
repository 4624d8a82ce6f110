//! What was read of an object, and what is missing to it.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use crate::plan::{Address, Listed, Mismatch, Range, RootState};

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) items: BTreeMap<Address, Item>,
    pub(super) asked: Asked,
}

/// What was asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) addresses: BTreeSet<Address>,
    pub(super) ranges: Vec<Range>,
}

impl Asked {
    pub(super) fn covers(&self, address: &Address) -> bool {
        self.addresses.contains(address) || self.ranges.iter().any(|range| range.covers(address))
    }
}

/// What the root lists besides what was asked for.
pub(super) fn unseen(listed: &[Listed], asked: &Asked) -> Vec<Address> {
    let places = listed.iter().flat_map(|listed| &listed.places);
    places
        .filter(|place| !asked.covers(place))
        .cloned()
        .collect()
}

pub(super) fn mismatches(listed: &[Listed], state: &RootState, held: &Held) -> Vec<Mismatch> {
    listed
        .iter()
        .flat_map(|listed| listed.mismatches(state, &held.items))
        .collect()
}
