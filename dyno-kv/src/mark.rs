//! What a write on a condition leaves in a record, so that a lost answer can be made up for.
//!
//! ```text
//! _dy_write  S, Base64 of   0..16   nonce of the last write on a condition
//!            48 bytes       16..32  nonce of the one before it, zeros if there was none
//!                           32..48  nonce of the one that created the record, zeros if it is not known
//! ```
//!
//! Writes without a condition, and those of old programs, carry it along.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dyno_core::items::{Condition, attr};
use dyno_core::{AttributeValue, Item};
use rand::TryRng;
use rand::rngs::SysRng;

use crate::attribute::{ID, VERSION, WRITE};
use crate::value::decoded;

const BYTES: usize = 16;

/// Names one write: nobody else has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nonce([u8; BYTES]);

impl Nonce {
    /// Of no write.
    pub(crate) const NONE: Self = Self([0; BYTES]);

    /// # Errors
    ///
    /// The operating system gives no random bytes; what it says.
    pub(crate) fn random() -> Result<Self, String> {
        let mut bytes = [0; BYTES];
        match SysRng.try_fill_bytes(&mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn value(self) -> AttributeValue {
        AttributeValue::S(STANDARD.encode(self.0))
    }

    pub(crate) fn is_value(self, value: Option<&AttributeValue>) -> bool {
        value == Some(&self.value())
    }
}

/// The attribute `_dy_write`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    last: Nonce,
    before: Nonce,
    creator: Nonce,
}

impl Mark {
    /// That of a record which this write creates, over an expired one perhaps.
    pub(crate) fn of_creation(own: Nonce, replaced: Option<Self>) -> Self {
        Self {
            last: own,
            before: replaced.map_or(Nonce::NONE, |mark| mark.last),
            creator: own,
        }
    }

    /// That of a record which this write changes.
    pub(crate) fn of_change(own: Nonce, previous: Option<Self>) -> Self {
        Self {
            last: own,
            before: previous.map_or(Nonce::NONE, |mark| mark.last),
            creator: previous.map_or(Nonce::NONE, |mark| mark.creator),
        }
    }

    pub(crate) fn of_item(item: &Item) -> Option<Self> {
        let Some(AttributeValue::S(text)) = item.get(WRITE) else {
            return None;
        };
        let bytes = decoded(text)?;
        let (parts, rest) = bytes.as_chunks::<BYTES>();
        match (parts, rest) {
            ([last, before, creator], []) => Some(Self {
                last: Nonce(*last),
                before: Nonce(*before),
                creator: Nonce(*creator),
            }),
            _ => None,
        }
    }

    pub(crate) fn value(self) -> AttributeValue {
        let Self {
            last,
            before,
            creator,
        } = self;
        AttributeValue::S(STANDARD.encode([last.0, before.0, creator.0].concat()))
    }

    /// Whether this write is in it, as one of those that it still knows.
    pub(crate) fn tells_of(self, own: Nonce) -> bool {
        own != Nonce::NONE && [self.last, self.before, self.creator].contains(&own)
    }
}

/// Which state of a record: no two have the same, unless a program that leaves no marks deleted and wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) version: u64,
    pub(crate) mark: Option<Mark>,
}

impl State {
    /// Whether no other record is ever in it: without a mark, one that is deleted and made anew may be.
    pub(crate) fn is_unique(&self) -> bool {
        self.mark.is_some()
    }

    /// Holds while the record is in this state.
    pub(crate) fn stands(&self) -> Condition {
        let version = match self.version {
            0 => attr(ID).exists() & (attr(VERSION).eq(0) | attr(VERSION).missing()),
            version => attr(VERSION).eq(version),
        };
        match self.mark {
            Some(mark) => version & attr(WRITE).eq(mark.value()),
            None => version & attr(WRITE).missing(),
        }
    }
}

/// What a look at the record says of a write whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was applied.
    Applied,
    /// It was not, and never will be: its condition holds no more.
    NotApplied,
    /// It was not yet, and may be sent again.
    Untouched,
    /// Nothing there tells.
    Unknown,
}

/// Whether a write of `own` over `previous` was applied, if `present` stands there afterwards.
pub(crate) fn judge(own: Nonce, previous: Option<State>, present: Option<State>) -> Verdict {
    let Some(present) = present else {
        return match previous {
            None => Verdict::Untouched,
            Some(_) => Verdict::Unknown,
        };
    };
    if present.mark.is_some_and(|mark| mark.tells_of(own)) {
        return Verdict::Applied;
    }
    let has_creator = |mark: Mark| mark.creator != Nonce::NONE;
    let Some(previous) = previous else {
        // A record that this write had created would still say so, unless somebody counted in it.
        return if present.mark.is_some_and(has_creator) {
            Verdict::NotApplied
        } else {
            Verdict::Unknown
        };
    };
    if previous.is_unique() && present == previous {
        return Verdict::Untouched;
    }
    let is_next = previous.version.checked_add(1) == Some(present.version);
    let is_known = match (previous.mark, present.mark) {
        (Some(before), Some(now)) => {
            let is_same_record = has_creator(now) && now.creator == before.creator;
            now == before || now.before == before.last || is_next && is_same_record
        }
        // One that was deleted and made anew looks the same.
        (None, _) | (Some(_), None) => false,
    };
    if is_known {
        Verdict::NotApplied
    } else {
        Verdict::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(number: u8) -> Nonce {
        Nonce([number; BYTES])
    }

    fn state(version: u64, mark: impl Into<Option<Mark>>) -> State {
        State {
            version,
            mark: mark.into(),
        }
    }

    fn created(number: u8) -> Mark {
        Mark::of_creation(nonce(number), None)
    }

    fn changed(number: u8, previous: Mark) -> Mark {
        Mark::of_change(nonce(number), Some(previous))
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let mark = changed(2, created(1));
        let item = Item::from([(WRITE.to_owned(), mark.value())]);
        assert_eq!(Mark::of_item(&item), Some(mark));
        for length in [0, 16, 49] {
            let other = AttributeValue::S(STANDARD.encode(vec![0; length]));
            let item = Item::from([(WRITE.to_owned(), other)]);
            assert_eq!(Mark::of_item(&item), None);
        }
        let item = Item::from([(WRITE.to_owned(), AttributeValue::S("no mark".to_owned()))]);
        assert_eq!(Mark::of_item(&item), None);
    }

    #[test]
    fn a_creation_is_known_as_long_as_the_record_stands() {
        let own = nonce(9);
        assert_eq!(judge(own, None, None), Verdict::Untouched);
        let mut mark = created(9);
        for version in 1..=50 {
            let present = Some(state(version, mark));
            assert_eq!(judge(own, None, present), Verdict::Applied);
            mark = changed(u8::try_from(version % 7 + 10).unwrap(), mark);
        }
        for present in [state(1, created(8)), state(70, created(8))] {
            assert_eq!(judge(own, None, Some(present)), Verdict::NotApplied);
        }
        let counted = Mark::of_change(nonce(8), None);
        for present in [state(1, None), state(2, counted)] {
            assert_eq!(judge(own, None, Some(present)), Verdict::Unknown);
        }
    }

    #[test]
    fn a_change_is_known_until_two_others_came_after_it() {
        let (own, base) = (nonce(9), created(1));
        let previous = Some(state(4, base));
        let judged = |version, mark| judge(own, previous, Some(state(version, mark)));
        let ours = changed(9, base);
        assert_eq!(judged(5, ours), Verdict::Applied);
        assert_eq!(judged(6, ours), Verdict::Applied, "and a put after it");
        assert_eq!(judged(6, changed(2, ours)), Verdict::Applied);
        assert_eq!(
            judged(7, changed(3, changed(2, ours))),
            Verdict::Unknown,
            "the same as without ours"
        );
        assert_eq!(
            judged(6, changed(3, changed(2, base))),
            Verdict::Unknown,
            "the same as with ours"
        );
        assert_eq!(judged(4, base), Verdict::Untouched);
        assert_eq!(judged(5, base), Verdict::NotApplied, "a put");
        assert_eq!(judged(9, base), Verdict::NotApplied, "puts");
        assert_eq!(judged(5, changed(2, base)), Verdict::NotApplied);
        assert_eq!(judged(1, created(2)), Verdict::Unknown);
        assert_eq!(judged(5, created(2)), Verdict::Unknown);
        let counted = Mark::of_change(nonce(3), None);
        let previous = Some(state(4, counted));
        let recounted = state(5, Mark::of_change(nonce(2), None));
        assert_eq!(judge(own, previous, Some(recounted)), Verdict::Unknown);
        assert_eq!(judge(own, previous, None), Verdict::Unknown);
    }

    #[test]
    fn a_change_of_an_old_programs_record_is_known_by_its_mark_alone() {
        let own = nonce(9);
        let previous = Some(state(4, None));
        let judged = |version, mark| judge(own, previous, Some(State { version, mark }));
        assert_eq!(judged(4, None), Verdict::Unknown);
        assert_eq!(judged(5, None), Verdict::Unknown);
        assert_eq!(judged(5, Some(created(9))), Verdict::Applied);
        assert_eq!(
            judged(5, Some(Mark::of_change(nonce(2), None))),
            Verdict::Unknown
        );
        assert_eq!(
            judged(6, Some(changed(2, Mark::of_change(nonce(3), None)))),
            Verdict::Unknown
        );
    }
}
