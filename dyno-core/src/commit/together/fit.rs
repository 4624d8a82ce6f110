//! Whether one transaction can hold what its members send.

use std::collections::BTreeMap;

use super::{Refusal, Seat, Together};
use crate::error::{Error, ErrorKind};
use crate::plan::Address;

impl Together<'_> {
    /// The members that touch an item which another one touches, or that are in another region than the first.
    pub(super) fn unfit(&self) -> Vec<Refusal> {
        let mut first: Option<(&Seat<'_>, &Address)> = None;
        let mut seen: BTreeMap<&Address, &Seat<'_>> = BTreeMap::new();
        let mut refusals = Vec::new();
        for (at, seat) in self.seats.iter().enumerate() {
            for action in &seat.actions {
                let address = action.address();
                let (one, place) = *first.get_or_insert((seat, address));
                let wrong = if place.region == address.region {
                    let taken = seen.insert(address, seat);
                    taken.map(|other| touched_twice(&other.name, address))
                } else {
                    Some(in_two_regions(&one.name, place, address))
                };
                if let Some(error) = wrong {
                    refusals.push(Refusal::new(at, error));
                    break;
                }
            }
        }
        refusals
    }
}

fn touched_twice(other: &str, address: &Address) -> Error {
    Error::new(
        ErrorKind::InvalidKey,
        format!(
            "the transaction has {other}, too, at the same item of table `{}`, and a transaction touches each item once; nothing \
             was written. Do both in one, or one transaction after the other",
            address.table
        ),
    )
}

fn in_two_regions(other: &str, there: &Address, here: &Address) -> Error {
    let region = |address: &Address| match address.region {
        Some(region) => format!("region `{region}`"),
        None => "the region of the store".to_owned(),
    };
    Error::new(
        ErrorKind::InvalidShape,
        format!(
            "the object is in {}, and {other} of the same transaction in {}; a transaction stays in one region, so nothing was \
             sent",
            region(here),
            region(there)
        ),
    )
}
