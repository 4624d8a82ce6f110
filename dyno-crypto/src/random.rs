//! Random bytes, from the operating system only: a user-space generator can repeat itself after a fork.

use rand::TryRng;
use rand::rngs::SysRng;

use crate::Error;
use crate::aead::BLOCK;

/// How many initialization vectors one call to the operating system gives.
const BATCH: usize = 8;

/// An initialization vector. A repeated one would show that two plaintexts begin alike; with 128 random bits, none
/// repeats within the life of a key.
pub(crate) type Iv = [u8; BLOCK];

/// Where initialization vectors come from: the operating system, or a test.
pub(crate) trait IvSource {
    fn next(&mut self) -> Result<Iv, Error>;
}

/// Initialization vectors for many values, drawn several at a time because each call to the system costs as much as
/// sealing a small value.
pub(crate) struct SystemIvs {
    pool: [Iv; BATCH],
    used: usize,
}

impl SystemIvs {
    /// Draws nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            pool: [[0; BLOCK]; BATCH],
            used: BATCH,
        }
    }
}

impl IvSource for SystemIvs {
    fn next(&mut self) -> Result<Iv, Error> {
        if self.used >= BATCH {
            fill(self.pool.as_flattened_mut())?;
            self.used = 0;
        }
        let iv = self.pool.get(self.used).copied().ok_or(Error::Rng)?;
        self.used += 1;
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
        let mut ivs = SystemIvs::new();
        let drawn: HashSet<Iv> = (0..100_000).map(|_| ivs.next().unwrap()).collect();
        assert_eq!(drawn.len(), 100_000);
        assert!(!drawn.contains(&[0; BLOCK]));
    }
}
