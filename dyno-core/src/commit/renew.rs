//! Storing values of one item in another way, each on the condition that it is still as it was read.
//!
//! Nothing else of the item is touched: no stamp, etag or other value. What a value means stays the same, so a load that
//! comes in between sees the same object, and a save that comes in between wins.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dyno_value::{Item, Segment, encoding};

use super::step::{Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step};
use crate::error::Result;
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
        let mut batch = Vec::new();
        for change in changes {
            batch.push(change);
            if batch.len() == MOST_VALUES || too_long(&batch) {
                let over = if batch.len() > 1 && too_long(&batch) {
                    batch.pop()
                } else {
                    None
                };
                updates.push(Self::new(address, std::mem::take(&mut batch)));
                batch.extend(over);
            }
        }
        if !batch.is_empty() {
            updates.push(Self::new(address, batch));
        }
        updates
    }

    fn new(address: &Address, changes: Vec<Change>) -> Self {
        let action = Action::Update {
            address: address.clone(),
            expressions: expressions(&changes),
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
                (Some(found), Some(new)) => encoding::encode(found)
                    .is_ok_and(|found| encoding::encode(new).is_ok_and(|new| found == new)),
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

/// Most values in one update: the condition compares each, and the service allows 300 operators.
const MOST_VALUES: usize = 100;

fn too_long(changes: &[Change]) -> bool {
    let expressions = expressions(changes);
    [&expressions.update, &expressions.condition]
        .into_iter()
        .flatten()
        .any(|text| text.len() > limits::EXPRESSION_BYTES)
}

/// `SET #0.#1[3]=:0 REMOVE #2` on the condition `#0.#1[3]=:o0 AND #2=:o1`.
fn expressions(changes: &[Change]) -> Expressions {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let (mut set, mut remove) = (Vec::new(), Vec::new());
    let mut expressions = Expressions::default();
    for (index, change) in changes.iter().enumerate() {
        let mut place = String::new();
        for segment in change.place.segments() {
            // Writing to a string cannot fail.
            let _ = match segment {
                Segment::Index(index) => write!(place, "[{index}]"),
                Segment::Key(name) => {
                    let next = names.len();
                    let placeholder = names.entry(name).or_insert_with(|| format!("#{next}"));
                    let dot = if place.is_empty() { "" } else { "." };
                    write!(place, "{dot}{placeholder}")
                }
            };
        }
        match &change.old {
            Some(old) => {
                expressions = expressions
                    .and(format!("{place}=:o{index}"))
                    .value(format!(":o{index}"), old.clone());
            }
            None => expressions = expressions.and(format!("attribute_not_exists({place})")),
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
    names
        .into_iter()
        .fold(expressions, |expressions, (name, placeholder)| {
            expressions.name(placeholder, name)
        })
}
