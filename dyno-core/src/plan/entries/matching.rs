//! Which entry each element of a list is, at a save.
//!
//! A `Vec` does not say what became of its elements. They are compared with those that were loaded:
//!
//! ```text
//! 1  an element equal to a loaded one is that entry; among equals, first those at the same index, then in order
//! 2  left-over elements between the same two kept neighbours as left-over entries are these, in order
//! 3  a left-over element at the index of a left-over entry is that entry
//! 4  left-over elements with the same kept neighbour before as left-over entries are these, in order from that
//!    neighbour on; then the same with the neighbour after
//! 5  the others are new, and the entries left over are removed
//! ```
//!
//! The ends of a list are neighbours too. The reasons are in `docs/design/collections.md`.

use std::collections::HashMap;

use super::id::EntryId;
use crate::plan::digest::Digest;

/// For each element now, the entry that it is; `None` if it is a new one. Loaded entries that are not named are gone.
///
/// No entry is named twice. The time is that of hashing every element once.
pub(crate) fn match_entries(loaded: &[(EntryId, Digest)], now: &[Digest]) -> Vec<Option<EntryId>> {
    let mut matching = Matching {
        entry_of: vec![None; now.len()],
        element_of: vec![None; loaded.len()],
    };
    matching.equal(loaded, now);
    let runs = Runs::of(&matching);
    matching.between_neighbours(&runs);
    matching.same_index();
    matching.beside_a_neighbour(&runs);
    let id = |entry: usize| loaded.get(entry).map(|(id, _)| *id);
    matching
        .entry_of
        .into_iter()
        .map(|entry| entry.and_then(id))
        .collect()
}

/// Elements and loaded entries paired so far, by index on both sides.
struct Matching {
    entry_of: Vec<Option<usize>>,
    element_of: Vec<Option<usize>>,
}

impl Matching {
    /// Rule 1.
    fn equal(&mut self, loaded: &[(EntryId, Digest)], now: &[Digest]) {
        for (index, ((_, before), after)) in loaded.iter().zip(now).enumerate() {
            if before == after {
                self.pair(index, index);
            }
        }
        // By value, those that moved, last first, so that the first is taken first.
        let mut moved: HashMap<Digest, Vec<usize>> = HashMap::new();
        for entry in self.free_entries().rev() {
            if let Some((_, digest)) = loaded.get(entry) {
                moved.entry(*digest).or_default().push(entry);
            }
        }
        for (element, digest) in now.iter().enumerate() {
            if self.is_free(element)
                && let Some(entry) = moved.get_mut(digest).and_then(Vec::pop)
            {
                self.pair(element, entry);
            }
        }
    }

    /// Rule 2.
    fn between_neighbours(&mut self, runs: &Runs) {
        for elements in &runs.now {
            if let Some(entries) = runs.after(elements.before)
                && entries.after == elements.after
            {
                self.pair_in_order(elements.members(), entries.members());
            }
        }
    }

    /// Rule 3.
    fn same_index(&mut self) {
        for index in 0..self.entry_of.len().min(self.element_of.len()) {
            self.pair(index, index);
        }
    }

    /// Rule 4.
    fn beside_a_neighbour(&mut self, runs: &Runs) {
        for elements in &runs.now {
            if let Some(entries) = runs.after(elements.before) {
                self.pair_in_order(elements.members(), entries.members());
            }
        }
        for elements in &runs.now {
            if let Some(entries) = runs.before(elements.after) {
                self.pair_in_order(elements.members().rev(), entries.members().rev());
            }
        }
    }

    /// Pairs the free ones of both.
    fn pair_in_order(
        &mut self,
        elements: impl Iterator<Item = usize>,
        entries: impl Iterator<Item = usize>,
    ) {
        let elements = elements.filter(|one| self.is_free(*one));
        let entries = entries.filter(|one| self.is_free_entry(*one));
        let pairs: Vec<_> = elements.zip(entries).collect();
        for (element, entry) in pairs {
            self.pair(element, entry);
        }
    }

    /// Pairs the two, if both are free.
    fn pair(&mut self, element: usize, entry: usize) {
        if let (Some(of_element @ None), Some(of_entry @ None)) = (
            self.entry_of.get_mut(element),
            self.element_of.get_mut(entry),
        ) {
            *of_element = Some(entry);
            *of_entry = Some(element);
        }
    }

    fn is_free(&self, element: usize) -> bool {
        self.entry_of.get(element) == Some(&None)
    }

    fn is_free_entry(&self, entry: usize) -> bool {
        self.element_of.get(entry) == Some(&None)
    }

    fn free_entries(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.element_of.len()).filter(|entry| self.is_free_entry(*entry))
    }
}

/// A maximal run of indexes that rule 1 left over.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    /// The kept entry before it; `None` at the beginning of the list.
    before: Option<usize>,
    /// The kept entry after it; `None` at the end of the list.
    after: Option<usize>,
}

impl Run {
    fn members(self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// The runs between those that are an entry.
    fn all(entries: impl ExactSizeIterator<Item = Option<usize>>) -> Vec<Self> {
        let end = entries.len();
        let mut runs = Vec::new();
        let mut run = Self {
            start: 0,
            end,
            before: None,
            after: None,
        };
        for (index, entry) in entries.enumerate() {
            if entry.is_some() {
                run.end = index;
                run.after = entry;
                runs.push(run);
                run = Self {
                    start: index + 1,
                    end,
                    before: entry,
                    after: None,
                };
            }
        }
        runs.push(run);
        runs.retain(|run| run.start < run.end);
        runs
    }
}

/// What rule 1 left over on both sides.
struct Runs {
    now: Vec<Run>,
    loaded: Vec<Run>,
    after: HashMap<Option<usize>, usize>,
    before: HashMap<Option<usize>, usize>,
}

impl Runs {
    fn of(matching: &Matching) -> Self {
        let now = Run::all(matching.entry_of.iter().copied());
        let kept = |(entry, element): (usize, &Option<usize>)| element.map(|_| entry);
        let loaded = Run::all(matching.element_of.iter().enumerate().map(kept));
        let by = |neighbour: fn(&Run) -> Option<usize>| {
            let numbered = loaded.iter().enumerate();
            numbered
                .map(|(number, run)| (neighbour(run), number))
                .collect()
        };
        Self {
            after: by(|run| run.before),
            before: by(|run| run.after),
            now,
            loaded,
        }
    }

    /// The loaded run right after this kept entry.
    fn after(&self, neighbour: Option<usize>) -> Option<Run> {
        let number = self.after.get(&neighbour)?;
        self.loaded.get(*number).copied()
    }

    /// The loaded run right before this kept entry.
    fn before(&self, neighbour: Option<usize>) -> Option<Run> {
        let number = self.before.get(&neighbour)?;
        self.loaded.get(*number).copied()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    fn digests(elements: &[u32]) -> Vec<Digest> {
        let digest = |element: &u32| Digest::of(&AttributeValue::N(element.to_string())).unwrap();
        elements.iter().map(digest).collect()
    }

    /// What was loaded with the ids 0, 1, 2 and so on, matched: indexes in place of ids.
    fn matched(loaded: &[u32], now: &[u32]) -> Vec<Option<usize>> {
        let id = |index: usize| EntryId(u64::try_from(index).unwrap().to_be_bytes());
        let index = |id: EntryId| usize::try_from(u64::from_be_bytes(id.0)).unwrap();
        let loaded = digests(loaded).into_iter().enumerate();
        let loaded: Vec<_> = loaded.map(|(at, digest)| (id(at), digest)).collect();
        let matched = match_entries(&loaded, &digests(now));
        matched.into_iter().map(|id| id.map(index)).collect()
    }

    fn identity(length: usize) -> Vec<Option<usize>> {
        (0..length).map(Some).collect()
    }

    fn distinct() -> impl Strategy<Value = Vec<u32>> {
        (0_u32..12).prop_map(|length| (0..length).collect())
    }

    /// Lists in which equal elements are common.
    fn any_list() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0_u32..5, 0..12)
    }

    /// Elements that no list above has.
    fn fresh(number: usize) -> u32 {
        1000 + u32::try_from(number).unwrap()
    }

    proptest! {
        #[test]
        fn an_unchanged_list_keeps_every_id(list in any_list()) {
            prop_assert_eq!(matched(&list, &list), identity(list.len()));
        }

        #[test]
        fn elements_that_moved_keep_their_ids(
            (loaded, now) in distinct().prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        ) {
            let places: Vec<_> = now.iter().map(|one| loaded.iter().position(|other| other == one)).collect();
            prop_assert_eq!(matched(&loaded, &now), places);
        }

        #[test]
        fn a_removal_keeps_the_others(loaded in distinct(), keep in prop::collection::vec(any::<bool>(), 12)) {
            let kept: Vec<_> = (0..loaded.len()).filter(|at| keep[*at]).collect();
            let now: Vec<_> = kept.iter().map(|at| loaded[*at]).collect();
            prop_assert_eq!(matched(&loaded, &now), kept.into_iter().map(Some).collect::<Vec<_>>());
        }

        #[test]
        fn an_insertion_keeps_all(loaded in any_list(), places in prop::collection::vec(any::<Index>(), 0..5)) {
            let mut now = loaded.clone();
            for (number, place) in places.iter().enumerate() {
                now.insert(place.index(now.len() + 1), fresh(number));
            }
            let matched = matched(&loaded, &now);
            for (element, entry) in now.iter().zip(&matched) {
                prop_assert_eq!(entry.map(|entry| loaded[entry]), (*element < 1000).then_some(*element));
            }
            let mut ids: Vec<_> = matched.into_iter().flatten().map(Some).collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, identity(loaded.len()));
        }

        #[test]
        fn an_edit_in_place_keeps_all(mut now in any_list(), place: Index, element in 0_u32..7) {
            let loaded = now.clone();
            prop_assume!(!now.is_empty());
            let place = place.index(now.len());
            now[place] = element;
            prop_assert_eq!(matched(&loaded, &now), identity(loaded.len()));
        }

        #[test]
        fn many_edits_in_place_keep_all(mut now in any_list(), edited in prop::collection::vec(any::<bool>(), 12)) {
            let loaded = now.clone();
            for (number, element) in now.iter_mut().enumerate() {
                if edited[number] {
                    *element = fresh(number);
                }
            }
            prop_assert_eq!(matched(&loaded, &now), identity(loaded.len()));
        }

        #[test]
        fn an_edit_between_its_neighbours_keeps_the_id_whatever_else_happens(
            others in distinct(),
            place: Index,
            rest in prop::collection::vec(0_u32..20, 0..8).prop_shuffle(),
            at: Index,
        ) {
            // The three stay together; the others are removed, moved, doubled, and new ones come.
            let three = [900, 901, 902];
            let mut loaded = others;
            let entry = place.index(loaded.len() + 1);
            loaded.splice(entry..entry, three);
            let mut now = rest;
            let element = at.index(now.len() + 1);
            now.splice(element..element, [900, fresh(0), 902]);
            let matched = matched(&loaded, &now);
            prop_assert_eq!(matched[element + 1], Some(entry + 1));
        }

        #[test]
        fn no_id_is_given_twice_or_away_from_an_equal_element(loaded in any_list(), now in any_list()) {
            let entries = matched(&loaded, &now);
            prop_assert_eq!(&entries, &matched(&loaded, &now));
            prop_assert_eq!(entries.len(), now.len());
            let mut ids: Vec<_> = entries.iter().flatten().collect();
            ids.sort_unstable();
            prop_assert!(ids.is_sorted_by(|a, b| a < b));
            for value in 0..5 {
                let count = |list: &[u32]| list.iter().filter(|one| **one == value).count();
                let kept = now.iter().zip(&entries).filter(|(element, entry)| {
                    **element == value && entry.is_some_and(|entry| loaded[entry] == value)
                });
                prop_assert_eq!(kept.count(), count(&loaded).min(count(&now)));
            }
        }
    }

    #[test]
    fn examples() {
        for (loaded, now, expected) in [
            ("abc", "abc", "012"),
            ("abc", "cab", "201"),
            ("abc", "ac", "02"),
            ("abc", "xabyc", "-01-2"),
            ("", "ab", "--"),
            ("ab", "", ""),
            // Edited in place, alone and with others.
            ("abc", "aBc", "012"),
            ("abc", "ABC", "012"),
            ("abc", "xaBc", "-012"),
            ("abcd", "cBad", "2103"),
            ("abcd", "xaBdc", "-0132"),
            ("abcd", "dcaB", "3201"),
            // Moved and edited: nothing tells it from a new one.
            ("abcd", "Bdca", "-320"),
            // Replaced by fewer and by more.
            ("abcde", "aXe", "014"),
            ("abc", "aXYc", "01-2"),
            ("ab", "xyz", "01-"),
            // Equal elements.
            ("aaa", "aa", "01"),
            ("aaa", "aaaa", "012-"),
            ("aaa", "xaa", "012"),
            ("aab", "xaab", "-102"),
            ("ab", "aab", "0-1"),
            // Moved without a neighbour left.
            ("abcd", "dcXYba", "32--10"),
        ] {
            let elements = |text: &str| text.chars().map(u32::from).collect::<Vec<_>>();
            let entry = |entry: &Option<usize>| entry.map_or("-".to_owned(), |at| at.to_string());
            let found: String = matched(&elements(loaded), &elements(now))
                .iter()
                .map(entry)
                .collect();
            assert_eq!(found, expected, "{loaded} -> {now}");
        }
    }

    #[test]
    fn long_lists_are_matched_as_short_ones() {
        const LENGTH: u32 = 20_000;
        let length = usize::try_from(LENGTH).unwrap();
        let loaded: Vec<u32> = (0..LENGTH).collect();
        let reversed: Vec<u32> = loaded.iter().rev().copied().collect();
        let edited: Vec<u32> = (LENGTH..2 * LENGTH).collect();
        let half: Vec<u32> = loaded.iter().map(|one| one | 1).collect();
        let equal = vec![7; length];
        assert_eq!(matched(&loaded, &edited), identity(length));
        assert_eq!(matched(&loaded, &half), identity(length));
        assert_eq!(matched(&equal, &equal[1..]), identity(length - 1));
        let mut backwards = identity(length);
        backwards.reverse();
        assert_eq!(matched(&loaded, &reversed), backwards);
    }
}
