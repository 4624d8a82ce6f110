//! The identity of one entry of a list of shards.
//!
//! ```text
//! bit 63                                        20 19             0
//!     | milliseconds since 1970, 44 bits          | random, 20 bits |
//! ```
//!
//! As text, 13 characters of five bits each, the first bit of 65 being zero. The alphabet is in the order of ASCII, so
//! that texts sort as the numbers do, and as time does, until the milliseconds begin again in the year 2527.
//!
//! A generator begins with the time and a random number, and counts up by one for each further entry of the commit, so
//! these are distinct and in order. It leaves out the ids that the list has: a commit that has read the list, and is
//! conditioned on what it read, never gives an id twice. One that has not read it (an append) can meet only the ids
//! of a commit that began in the same millisecond by its own clock, and meets them with a probability of
//! `(n + m - 1) / 2^20` for n and m entries: one in a million for one each. An append must therefore still ask for a
//! free place. An id that was removed may come again, as rarely; its old item is told by its stamp.

use std::collections::HashSet;
use std::fmt;

/// Identity of an entry, unique in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EntryId(pub(crate) [u8; 8]);

impl EntryId {
    /// Length of the text form.
    pub(crate) const TEXT_LENGTH: usize = 13;

    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

    /// Reads the text form, of which each id has exactly one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::TEXT_LENGTH {
            return None;
        }
        let number = text.bytes().try_fold(0_u128, |number, character| {
            let digit = Self::ALPHABET.iter().position(|one| *one == character)?;
            Some((number << 5) | u128::try_from(digit).ok()?)
        })?;
        // The 65th bit is not there to be used.
        let number = u64::try_from(number).ok()?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u64::from_be_bytes(self.0);
        let text: String = (0..Self::TEXT_LENGTH)
            .rev()
            .filter_map(|place| {
                let digit = usize::try_from((number >> (5 * place)) & 0x1f).ok()?;
                Self::ALPHABET.get(digit).copied().map(char::from)
            })
            .collect();
        f.pad(&text)
    }
}

/// New ids for the entries that one commit adds to a list, in the order of the list; it never ends.
#[derive(Debug)]
pub(crate) struct EntryIds {
    next: u64,
    taken: HashSet<EntryId>,
}

impl EntryIds {
    const RANDOM_BITS: u32 = 20;

    /// Ids for a commit at this time, microseconds since 1970, besides those that the list has.
    pub(crate) fn new(
        now_micros: u64,
        random: [u8; 4],
        taken: impl IntoIterator<Item = EntryId>,
    ) -> Self {
        let time = (now_micros / 1000) << Self::RANDOM_BITS;
        let random = u64::from(u32::from_be_bytes(random)) % (1 << Self::RANDOM_BITS);
        Self {
            next: time | random,
            taken: taken.into_iter().collect(),
        }
    }
}

impl Iterator for EntryIds {
    type Item = EntryId;

    fn next(&mut self) -> Option<EntryId> {
        loop {
            let id = EntryId(self.next.to_be_bytes());
            self.next = self.next.wrapping_add(1);
            if !self.taken.contains(&id) {
                return Some(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_795_229_340_758_608;

    proptest! {
        #[test]
        fn an_id_reads_back(bytes: [u8; 8]) {
            let text = EntryId(bytes).to_string();
            prop_assert_eq!(text.len(), EntryId::TEXT_LENGTH);
            prop_assert_eq!(EntryId::parse(&text), Some(EntryId(bytes)));
        }

        #[test]
        fn texts_sort_as_ids_do(first: [u8; 8], second: [u8; 8]) {
            let (first, second) = (EntryId(first), EntryId(second));
            prop_assert_eq!(first.cmp(&second), first.to_string().cmp(&second.to_string()));
        }

        #[test]
        fn a_text_is_the_one_form_of_an_id_or_refused(text in "[0-9a-zA-Z]{13}|[0-9a-hjkmnp-tv-z]{13}|.{0,14}") {
            if let Some(id) = EntryId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn ids_of_a_commit_are_distinct_in_order_and_not_taken(
            random: [u8; 4],
            taken in prop::collection::btree_set(0_u64..40, 0..20),
        ) {
            let first = EntryIds::new(NOW, random, []).next().unwrap();
            let first = u64::from_be_bytes(first.0);
            let taken: Vec<_> = taken.iter().map(|step| EntryId((first + step).to_be_bytes())).collect();
            let ids: Vec<_> = EntryIds::new(NOW, random, taken.iter().copied()).take(40).collect();
            prop_assert!(ids.is_sorted_by(|a, b| a < b));
            prop_assert!(ids.iter().all(|id| !taken.contains(id)));
        }

        #[test]
        fn a_later_millisecond_gives_later_ids(now in 0..NOW, first: [u8; 4], second: [u8; 4]) {
            let id = |now, random| EntryIds::new(now, random, []).next();
            prop_assert!(id(now, first) < id(now + 1000, second));
        }
    }

    #[test]
    fn the_text_form_is_frozen() {
        let text = |bytes| EntryId(bytes).to_string();
        assert_eq!(text([0; 8]), "0000000000000");
        assert_eq!(text([0xff; 8]), "fzzzzzzzzzzzz");
        assert_eq!(
            text([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]),
            "028t5cy4tqkff"
        );
        let id = EntryIds::new(NOW, [0, 0, 0, 1], []).next().unwrap();
        assert_eq!(u64::from_be_bytes(id.0), (1_795_229_340_758 << 20) | 1);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "000000000000",
            "00000000000000",
            "g000000000000",
            "000000000000A",
            "000000000000o",
            "000000000000u",
            "00000000000é",
        ] {
            assert_eq!(EntryId::parse(text), None, "{text}");
        }
    }
}
