//! Sealing and opening, against the bare calls that the cipher consists of.
//!
//! Both sides have their key schedules ready, hash the same associated data, make ciphertext of the same length and
//! write it to a buffer of their own. What ours does besides: find its associated data, encode and decode the value,
//! draw the initialization vector, and for items walk them and ask the policy.

mod bare;
mod cases;

use dyno_crypto::Sealer;

use self::cases::{Place, World};
use crate::alloc;
use crate::measure::compare;
use crate::report::{Allocations, Row};
use crate::turns::{change, repeat};

/// How many bytes the sealed text has.
const SIZES: [(usize, &str); 7] = [
    (16, "16 B"),
    (64, "64 B"),
    (256, "256 B"),
    (1024, "1 KiB"),
    (4096, "4 KiB"),
    (65_536, "64 KiB"),
    (409_600, "400 KiB"),
];

const BASELINE: &str = "the bare calls of the cipher";

/// The most that one value may cost.
const VALUE_BOUND: f64 = 1.15;

/// The most that an item may cost.
const ITEM_BOUND: f64 = 1.35;

/// The item: this many fields of this many bytes.
const FIELDS: usize = 20;
const FIELD_BYTES: usize = 24;

/// What an item may allocate besides one for each field.
const ITEM_ALLOCATIONS: u64 = 8;

/// Measures all cases, each in so many rounds.
pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let world = World::new();
    for (bytes, size) in SIZES {
        let place = world.place("field", bytes);
        report(seal(rounds, &world, &place, size));
        report(seal_alone(rounds, &world, &place, size));
        report(open(rounds, &world, &place, size));
    }
    let places: Vec<Place> = (0..FIELDS)
        .map(|field| world.place(&format!("field_{field:02}"), FIELD_BYTES))
        .collect();
    report(seal_item(rounds, &world, &places));
    report(open_item(rounds, &world, &places));
}

fn seal(rounds: usize, world: &World, place: &Place, size: &str) -> Row {
    let mut sealer = Sealer::new();
    let found = compare(
        rounds,
        |calls| repeat(calls, || world.seal(&mut sealer, place)),
        |calls| repeat(calls, || world.bare.seal(&place.input)),
    );
    Row::timed(format!("seal {size}"), BASELINE, found)
        .at_most(VALUE_BOUND)
        .allocations(Allocations {
            ours: alloc::count(|| drop(world.seal(&mut sealer, place))),
            baseline: None,
            allowed: Some(1),
        })
}

/// A value sealed by itself: here the baseline also draws a vector, which takes a call to the system.
fn seal_alone(rounds: usize, world: &World, place: &Place, size: &str) -> Row {
    let found = compare(
        rounds,
        |calls| repeat(calls, || world.seal_alone(place)),
        |calls| {
            repeat(calls, || {
                let iv = bare::draw();
                world.bare.seal_under(&iv, &place.input)
            })
        },
    );
    Row::timed(format!("seal alone {size}"), BASELINE, found)
        .at_most(VALUE_BOUND)
        .allocations(Allocations {
            ours: alloc::count(|| drop(world.seal_alone(place))),
            baseline: None,
            allowed: Some(1),
        })
}

fn open(rounds: usize, world: &World, place: &Place, size: &str) -> Row {
    let found = compare(
        rounds,
        |calls| repeat(calls, || world.open(place)),
        |calls| {
            repeat(calls, || {
                world.bare.open(&place.input.associated, place.sealed())
            })
        },
    );
    Row::timed(format!("open {size}"), BASELINE, found)
        .at_most(VALUE_BOUND)
        .allocations(Allocations {
            ours: alloc::count(|| drop(world.open(place))),
            baseline: None,
            allowed: Some(1),
        })
}

/// For what the bare calls give for each field.
fn room() -> Vec<Vec<u8>> {
    Vec::with_capacity(FIELDS)
}

fn seal_item(rounds: usize, world: &World, places: &[Place]) -> Row {
    let item = cases::clear_item(places);
    let found = compare(
        rounds,
        |calls| change(calls, || item.clone(), |item| world.seal_item(item)),
        |calls| {
            change(calls, room, |sealed| {
                sealed.extend(places.iter().map(|place| world.bare.seal(&place.input)));
            })
        },
    );
    let mut counted = item;
    Row::timed(
        format!("seal item of {FIELDS} x {FIELD_BYTES} B"),
        BASELINE,
        found,
    )
    .at_most(ITEM_BOUND)
    .allocations(Allocations {
        ours: alloc::count(|| world.seal_item(&mut counted)),
        baseline: None,
        allowed: Some(FIELDS as u64 + ITEM_ALLOCATIONS),
    })
}

fn open_item(rounds: usize, world: &World, places: &[Place]) -> Row {
    let item = cases::sealed_item(places);
    let found = compare(
        rounds,
        |calls| change(calls, || item.clone(), |item| world.open_item(item)),
        |calls| {
            change(calls, room, |opened| {
                let open = |place: &Place| {
                    let associated = &place.input.associated;
                    world.bare.open(associated, place.sealed())
                };
                opened.extend(places.iter().map(open));
            })
        },
    );
    let mut counted = item;
    Row::timed(
        format!("open item of {FIELDS} x {FIELD_BYTES} B"),
        BASELINE,
        found,
    )
    .at_most(ITEM_BOUND)
    .allocations(Allocations {
        ours: alloc::count(|| world.open_item(&mut counted)),
        baseline: None,
        allowed: Some(FIELDS as u64 + ITEM_ALLOCATIONS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is fast enough is for a release build to say.
    #[test]
    fn no_case_allocates_more_than_it_may() {
        let mut cases = 0;
        run(0, &mut |case| {
            assert_eq!(case.complaint(), None, "{}", case.case());
            let counted = case.to_json("crypto")["allocations"].as_u64();
            assert_ne!(counted, Some(0), "{}: nothing is counted", case.case());
            cases += 1;
        });
        assert_eq!(cases, 3 * SIZES.len() + 2);
    }
}
