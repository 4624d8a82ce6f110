//! Storing values of one item in another way, each on the condition that it is still as it was read.
//!
//! Nothing else of the item is touched: no stamp, etag or other value. What a value means stays the same, so a load that
//! comes in between sees the same object, and a save that comes in between wins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::step::{Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step};
use crate::error::Result;
use crate::expr::same_value;
use crate::limits;
use crate::plan::{Address, Change, value_at};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewed {
    /// All values are as they should be.
    Applied,
    /// A value is another one by now; nothing was written.
    Moved,
}

/// The machine that sends one update.
pub(crate) struct Renew {
    request: Request,
    changes: Vec<Change>,
    attempts: Attempts,
}

impl Renew {
    /// As many updates as the length of expressions asks for, one for nearly every item.
    pub(crate) fn all(address: &Address, changes: Vec<Change>) -> Vec<Self> {
        let mut updates = Vec::new();
        let mut batch = Batch::default();
        for group in grouped(changes) {
            let bytes = group.iter().map(longest_text).sum();
            let comparisons = comparisons(&group);
            if !batch.has_room_for(comparisons, bytes) {
                updates.push(Self::new(address, std::mem::take(&mut batch).changes));
            }
            batch.changes.extend(group);
            batch.comparisons += comparisons;
            batch.bytes += bytes;
        }
        if !batch.changes.is_empty() {
            updates.push(Self::new(address, batch.changes));
        }
        updates
    }

    fn new(address: &Address, changes: Vec<Change>) -> Self {
        let action = Action::Update {
            address: address.clone(),
            expressions: expressions(address.key_name(), &changes),
        };
        Self {
            request: Request::single(action),
            changes,
            attempts: Attempts::default(),
        }
    }

    /// The values that it writes.
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether an item holds the new values, as it does if an earlier copy of the update was applied.
    fn is_done(&self, standing: &Item) -> bool {
        self.changes.iter().all(|change| {
            let found = value_at(standing, &change.place);
            match (found, &change.new) {
                (Some(found), Some(new)) => same_value(found, new),
                (found, new) => found.is_none() && new.is_none(),
            }
        })
    }
}

impl Machine for Renew {
    type Done = Renewed;

    fn begin(&mut self, _: Fresh) -> Result<Step<Renewed>> {
        super::size::check(&self.request)?;
        Ok(Step::Send(self.request.clone()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<Renewed>> {
        match self.attempts.judge(answer, &self.request)? {
            Judged::Applied => Ok(Step::Done(Renewed::Applied)),
            // An earlier copy, whose answer was lost, did it.
            Judged::Condition(_, Some(standing))
                if self.attempts.any_lost() && self.is_done(&standing) =>
            {
                Ok(Step::Done(Renewed::Applied))
            }
            Judged::Condition(..) => Ok(Step::Done(Renewed::Moved)),
            Judged::Next(step) => Ok(step),
        }
    }
}

/// Changes that are applied together or not at all: those with the same guard, and that of the value it guards.
fn grouped(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let mut groups: Vec<Vec<Change>> = Vec::new();
    let mut places: BTreeMap<FieldPath, usize> = BTreeMap::new();
    for change in changes {
        let guard = change.guard.as_ref();
        let place = guard.map_or(&change.place, |guard| &guard.place);
        let index = *places.entry(place.clone()).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.get_mut(index) {
            group.push(change);
        }
    }
    groups
}

/// The changes of one update.
#[derive(Default)]
struct Batch {
    changes: Vec<Change>,
    /// What its condition compares.
    comparisons: usize,
    /// No expression of theirs is longer.
    bytes: usize,
}

impl Batch {
    /// Whether a group fits, or is the first.
    fn has_room_for(&self, comparisons: usize, bytes: usize) -> bool {
        self.changes.is_empty()
            || (self.comparisons + comparisons <= MOST_COMPARISONS
                && self.bytes + bytes <= limits::EXPRESSION_BYTES - FRAME_BYTES)
    }
}

/// Most comparisons in the condition of one update: each has an operator of its own and one that joins it to the others, or two
/// where an absence is asked for, and the service allows 300.
const MOST_COMPARISONS: usize = 100;

/// How often changes compare: with what stood there, and with what their guards ask for.
fn comparisons(changes: &[Change]) -> usize {
    changes
        .iter()
        .map(|change| 1 + usize::from(change.guard.is_some()))
        .sum()
}

/// What an expression has once: `attribute_exists(#9999)`, `SET ` and ` REMOVE `.
const FRAME_BYTES: usize = 40;

/// The most that a change adds to an expression.
fn longest_text(change: &Change) -> usize {
    let guard = change.guard.as_ref().map(|guard| &guard.place);
    let places = std::iter::once(&change.place).chain(guard);
    places
        .map(|place| " AND attribute_not_exists()".len() + longest_place(place))
        .sum()
}

fn longest_place(place: &FieldPath) -> usize {
    let segment = |segment: &Segment| match segment {
        Segment::Index(_) => "[4294967295]".len(),
        Segment::Key(_) => ".#9999".len(),
    };
    place.segments().iter().map(segment).sum()
}

/// `SET #1.#2[3]=:0 REMOVE #3` on the condition `attribute_exists(#0) AND #1.#2[3]=:o0 AND #3=:o1`, where `#0` is the key:
/// what is gone does not come back.
fn expressions(key: &str, changes: &[Change]) -> Expressions {
    let mut names = Names::default();
    let (mut set, mut remove) = (Vec::new(), Vec::new());
    let key = names.placeholder(key);
    let mut expressions = Expressions::condition(format!("attribute_exists({key})"));
    let mut compared: BTreeSet<&FieldPath> = changes.iter().map(|change| &change.place).collect();
    for (index, change) in changes.iter().enumerate() {
        let place = names.path(&change.place);
        expressions = unchanged(
            expressions,
            &place,
            change.old.as_ref(),
            format!(":o{index}"),
        );
        if let Some(guard) = &change.guard
            && compared.insert(&guard.place)
        {
            let place = names.path(&guard.place);
            expressions = unchanged(
                expressions,
                &place,
                guard.stored.as_ref(),
                format!(":g{index}"),
            );
        }
        match &change.new {
            Some(new) => {
                expressions = expressions.value(format!(":{index}"), new.clone());
                set.push(format!("{place}=:{index}"));
            }
            None => remove.push(place),
        }
    }
    let clauses = [("SET", set), ("REMOVE", remove)];
    let clauses: Vec<_> = clauses
        .iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(word, parts)| format!("{word} {}", parts.join(",")))
        .collect();
    expressions.update = Some(clauses.join(" "));
    let names = names.0.into_iter();
    names.fold(expressions, |expressions, (name, placeholder)| {
        expressions.name(placeholder, name)
    })
}

/// The same, if a value is as it was read.
fn unchanged(
    expressions: Expressions,
    place: &str,
    old: Option<&AttributeValue>,
    placeholder: String,
) -> Expressions {
    match old {
        Some(old) => expressions
            .and(format!("{place}={placeholder}"))
            .value(placeholder, old.clone()),
        None => expressions.and(format!("attribute_not_exists({place})")),
    }
}

/// The placeholders of names.
#[derive(Default)]
struct Names<'a>(BTreeMap<&'a str, String>);

impl<'a> Names<'a> {
    fn placeholder(&mut self, name: &'a str) -> &str {
        let next = self.0.len();
        self.0.entry(name).or_insert_with(|| format!("#{next}"))
    }

    fn path(&mut self, path: &'a FieldPath) -> String {
        let mut text = String::new();
        for segment in path.segments() {
            // Writing to a string cannot fail.
            let _ = match segment {
                Segment::Index(index) => write!(text, "[{index}]"),
                Segment::Key(name) => {
                    let dot = if text.is_empty() { "" } else { "." };
                    write!(text, "{dot}{}", self.placeholder(name))
                }
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::cost::tests::address;
    use crate::plan::{Guard, How};

    fn value(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn change(place: &str, old: Option<&str>, new: Option<&str>) -> Change {
        Change {
            place: place.parse().unwrap(),
            old: old.map(value),
            new: new.map(value),
            guard: None,
            how: How::SealedPlaintext,
        }
    }

    fn guarded(place: &str, new: Option<&str>, (guard, stored): (&str, Option<&str>)) -> Change {
        Change {
            guard: Some(Guard {
                place: guard.parse().unwrap(),
                stored: stored.map(value),
            }),
            how: How::Indexed,
            ..change(place, None, new)
        }
    }

    fn texts(update: &Expressions) -> [&str; 2] {
        [&update.update, &update.condition].map(|text| text.as_deref().unwrap())
    }

    #[test]
    fn each_value_is_written_on_the_condition_of_its_old_bytes() {
        let changes = [
            change("a.b[3].a", Some("1"), Some("2")),
            change("c", Some("3"), None),
            change("d", None, Some("4")),
        ];
        let made = expressions("k", &changes);
        let [update, condition] = texts(&made);
        assert_eq!(update, "SET #1.#2[3].#1=:0,#4=:2 REMOVE #3");
        assert_eq!(
            condition,
            "attribute_exists(#0) AND #1.#2[3].#1=:o0 AND #3=:o1 AND attribute_not_exists(#4)"
        );
        let names: Vec<_> = made.names.values().map(String::as_str).collect();
        assert_eq!(names, ["k", "a", "b", "c", "d"]);
        assert_eq!(made.values.len(), 4);
    }

    #[test]
    fn what_is_computed_from_a_value_is_written_on_the_condition_of_that_value() {
        let changes = [
            guarded("a__idx", Some("1"), ("a", Some("v"))),
            guarded("a__idx2", Some("2"), ("a", Some("v"))),
            guarded("b__idx", None, ("b", None)),
        ];
        let made = expressions("k", &changes);
        let [_, condition] = texts(&made);
        assert_eq!(
            condition,
            "attribute_exists(#0) AND attribute_not_exists(#1) AND #2=:g0 AND attribute_not_exists(#3) \
             AND attribute_not_exists(#4) AND attribute_not_exists(#5)"
        );
        // The value is written, too: it is compared once.
        let changes = [
            change("a", Some("v"), Some("w")),
            guarded("a__idx", Some("1"), ("a", Some("v"))),
        ];
        let made = expressions("k", &changes);
        let [_, condition] = texts(&made);
        assert_eq!(
            condition,
            "attribute_exists(#0) AND #1=:o0 AND attribute_not_exists(#2)"
        );
    }

    #[test]
    fn a_column_is_in_the_update_of_its_field() {
        let fields = (0..150).map(|number| change(&format!("v{number}"), Some("1"), Some("2")));
        let columns = [0, 99, 149].map(|number| {
            let field = format!("v{number}");
            guarded(&format!("{field}__idx"), Some("3"), (&field, Some("1")))
        });
        let updates = Renew::all(&address("a"), fields.chain(columns).collect());
        assert_eq!(updates.len(), 2);
        for update in &updates {
            let places: Vec<_> = update.changes.iter().map(|change| &change.place).collect();
            for change in &update.changes {
                let guard = change.guard.as_ref();
                assert!(guard.is_none_or(|guard| places.contains(&&guard.place)));
            }
        }
        let written: usize = updates.iter().map(|update| update.changes.len()).sum();
        assert_eq!(written, 153);
    }

    #[test]
    fn no_expression_is_too_long_and_no_value_is_left_out() {
        let deep = (0..30)
            .map(|step| format!("step{step}."))
            .collect::<String>();
        let changes: Vec<_> = (0..250)
            .map(|number| change(&format!("{deep}v{number}[7]"), Some("1"), Some("2")))
            .collect();
        let updates = Renew::all(&address("a"), changes.clone());
        let written: Vec<_> = updates.iter().flat_map(Renew::changes).collect();
        assert_eq!(written.len(), changes.len());
        assert!(updates.len() > 3);
        for (written, change) in written.iter().zip(&changes) {
            assert_eq!(written.place, change.place);
        }
        for update in &updates {
            let made = expressions("k", &update.changes);
            assert!(
                texts(&made)
                    .iter()
                    .all(|text| text.len() <= limits::EXPRESSION_BYTES)
            );
        }
    }
}
