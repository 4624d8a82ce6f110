//! Random bytes, from the operating system only: a user-space generator can repeat itself after a fork.

use rand::TryRng;
use rand::rngs::SysRng;

use crate::Error;
use crate::aead::BLOCK;

/// The most initialization vectors that one call to the operating system gives; with more, each costs the same.
const BATCH: usize = 32;

/// An initialization vector. A repeated one would show that two plaintexts begin alike; with 128 random bits, none
/// repeats within the life of a key.
pub(crate) type Iv = [u8; BLOCK];

/// Initialization vectors for several values, drawn together because a call to the system costs half as much as sealing
/// a small value.
pub(crate) struct IvPool<F = fn(&mut [u8]) -> Result<(), Error>> {
    /// The system, or what a test puts in its place.
    fill: F,
    pool: [Iv; BATCH],
    /// The vectors from here to `end` are not used yet.
    next: usize,
    end: usize,
}

impl IvPool {
    /// Vectors from the operating system. Draws nothing yet.
    pub(crate) fn new() -> Self {
        Self::from_source(fill)
    }
}

impl<F: FnMut(&mut [u8]) -> Result<(), Error>> IvPool<F> {
    pub(crate) fn from_source(fill: F) -> Self {
        Self {
            fill,
            pool: [[0; BLOCK]; BATCH],
            next: 0,
            end: 0,
        }
    }

    /// The next vector, where so many more are wanted, this one included. A call to the system draws no more than
    /// these.
    pub(crate) fn next(&mut self, wanted: usize) -> Result<Iv, Error> {
        if self.next == self.end {
            let count = wanted.clamp(1, BATCH);
            let drawn = self.pool.get_mut(..count).unwrap_or_default();
            (self.fill)(drawn.as_flattened_mut())?;
            (self.next, self.end) = (0, count);
        }
        let iv = self.pool.get(self.next).copied().ok_or(Error::Rng)?;
        self.next += 1;
        Ok(iv)
    }
}

/// Fills the bytes with random ones, or fails; there is no other source to fall back on.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    SysRng.try_fill_bytes(bytes).map_err(|_| Error::Rng)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn vectors_do_not_repeat_across_batches() {
        let mut ivs = IvPool::new();
        let drawn: HashSet<Iv> = (0..100_000)
            .map(|_| ivs.next(usize::MAX).unwrap())
            .collect();
        assert_eq!(drawn.len(), 100_000);
        assert!(!drawn.contains(&[0; BLOCK]));
    }

    #[test]
    fn the_system_is_asked_for_what_is_wanted_and_no_more() {
        for (wanted, calls) in [
            (1, vec![1]),
            (20, vec![20]),
            (32, vec![32]),
            (70, vec![32, 32, 6]),
        ] {
            let mut drawn = Vec::new();
            let mut ivs = IvPool::from_source(|bytes: &mut [u8]| {
                drawn.push(bytes.len() / BLOCK);
                fill(bytes)
            });
            let different: HashSet<Iv> = (1..=wanted)
                .rev()
                .map(|left| ivs.next(left).unwrap())
                .collect();
            assert_eq!(different.len(), wanted);
            assert_eq!(drawn, calls);
        }
    }

    #[test]
    fn nothing_is_given_when_the_system_fails() {
        let mut failing = true;
        let mut ivs = IvPool::from_source(|bytes: &mut [u8]| {
            if failing {
                failing = false;
                return Err(Error::Rng);
            }
            fill(bytes)
        });
        assert_eq!(ivs.next(3), Err(Error::Rng));
        assert_ne!(ivs.next(3).unwrap(), [0; BLOCK]);
    }
}
