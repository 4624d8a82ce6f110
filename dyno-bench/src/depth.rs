//! Where on the stack a thing is done.
//!
//! How far data on the stack is from the beginning of its cache line changes the time of short calls by up to a tenth, and the length of
//! the program's environment changes the distance (Mytkowicz et al., "Producing Wrong Data Without Doing Anything Obviously Wrong!",
//! ASPLOS 2009). A figure that is measured at many depths is not that of one of them.

use std::hint::black_box;

/// How many depths there are: all multiples of 16 bytes below a page.
const DEPTHS: usize = 1 << ROOMS.len();

const ROOMS: [Room; 8] = [
    above::<16>,
    above::<32>,
    above::<64>,
    above::<128>,
    above::<256>,
    above::<512>,
    above::<1024>,
    above::<2048>,
];

type Room = fn(&mut dyn FnMut());

/// Does it below so many bytes of the stack.
#[inline(never)]
fn above<const BYTES: usize>(act: &mut dyn FnMut()) {
    let room = [0_u8; BYTES];
    black_box(&room);
    act();
    black_box(&room);
}

/// Does it at a depth of its own for each of so many rounds that follow one another.
pub(crate) fn of_round<T>(round: usize, act: impl FnOnce() -> T) -> T {
    // Odd, so that all depths come before one comes again, and neighbours are far apart.
    let depth = round.wrapping_mul(97) % DEPTHS;
    let (mut act, mut done) = (Some(act), None);
    descend(depth, &ROOMS, &mut || {
        done = act.take().map(|act| act());
    });
    done.expect("it is done once")
}

/// The bits of the depth say which of the rooms are on the stack.
fn descend(depth: usize, rooms: &[Room], act: &mut dyn FnMut()) {
    match rooms.split_first() {
        None => act(),
        Some((room, rest)) if depth & 1 == 1 => room(&mut || descend(depth >> 1, rest, act)),
        Some((_, rest)) => descend(depth >> 1, rest, act),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ptr;

    use super::*;

    #[inline(never)]
    fn place() -> usize {
        let here = black_box(0_u8);
        ptr::from_ref(&here).addr()
    }

    #[test]
    fn rounds_are_at_many_depths_and_give_what_is_done() {
        let places: BTreeSet<usize> = (0..DEPTHS).map(|round| of_round(round, place)).collect();
        assert!(places.len() > DEPTHS / 2, "{}", places.len());
        let in_line: BTreeSet<usize> = places.iter().map(|place| place % 64).collect();
        assert!(in_line.len() >= 4, "{in_line:?}");
    }
}
