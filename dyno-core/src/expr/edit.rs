//! Changes of one value as data.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment, ValueError};

use super::node::{Comparator, Node, Term};
use super::order::is_after;
use super::render::{Placeholders, condition_text};

/// What becomes of the value at a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    pub(crate) path: FieldPath,
    pub(crate) verb: Verb,
}

/// What is done to a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verb {
    /// The list grows at its end; an absent one begins.
    Append(AttributeValue),
    /// The number grows or shrinks; an absent one is 0 before.
    Count {
        amount: AttributeValue,
        sign: Sign,
        /// What the number may be before, so that its type holds it afterwards.
        before: Bounds,
    },
    /// The set loses elements, and goes with the last one; `optional` if an object can be read without it.
    Delete {
        set: AttributeValue,
        optional: bool,
    },
    /// The list grows at its beginning; an absent one begins.
    Prepend(AttributeValue),
    /// The value goes; `optional` if an object can be read without it.
    Remove {
        optional: bool,
    },
    Set(AttributeValue),
    SetIfAbsent(AttributeValue),
    /// The set gains elements; an absent one begins.
    Unite(AttributeValue),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Minus,
    Plus,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) least: Option<AttributeValue>,
    pub(crate) largest: Option<AttributeValue>,
}

/// Why there is no such change.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// The field cannot be changed so.
    Use(&'static str),
    /// The value has no form in DynamoDB.
    Value(ValueError),
}

/// What must hold of an item for an edit to mean what it says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Guard {
    /// There is something at the path.
    Exists(FieldPath),
    /// There is nothing at the path.
    Missing(FieldPath),
    /// The number at the path, if there is one, is within these bounds.
    Within(FieldPath, Bounds),
}

impl Verb {
    pub(super) fn count(
        amount: String,
        sign: Sign,
        range: (Option<i128>, Option<i128>),
    ) -> Result<Self, Wrong> {
        let before = match range {
            (None, None) => Bounds::default(),
            range => before(&amount, sign, range).ok_or(Wrong::Use(
                "would be changed by more than its type holds; set it",
            ))?,
        };
        Ok(Self::Count {
            amount: AttributeValue::N(amount),
            sign,
            before,
        })
    }

    /// Counts up by one, at most to this number.
    pub(crate) fn count_up(largest: i128) -> Self {
        Self::Count {
            amount: AttributeValue::N("1".to_owned()),
            sign: Sign::Plus,
            before: Bounds {
                least: None,
                largest: Some(AttributeValue::N((largest - 1).to_string())),
            },
        }
    }

    /// Why its type does not hold what a change of this number would leave; `None` if it does not count.
    pub(crate) fn beyond_its_type(&self, standing: Option<&AttributeValue>) -> Option<String> {
        let Self::Count {
            amount: AttributeValue::N(amount),
            sign,
            before: Bounds { least, largest },
        } = self
        else {
            return None;
        };
        let change = change_by(amount, *sign)?;
        let limit = |before: &AttributeValue| {
            let before: i128 = before.as_n().ok()?.parse().ok()?;
            before.checked_add(change)
        };
        let limit = match (least, largest) {
            (Some(least), _) => format!("below {}, the least", limit(least)?),
            (None, Some(largest)) => format!("above {}, the largest", limit(largest)?),
            (None, None) => return None,
        };
        let standing = match standing {
            Some(AttributeValue::N(number)) => format!("is {number}"),
            _ => "is absent, which counts as 0".to_owned(),
        };
        let word = match sign {
            Sign::Minus => "less",
            Sign::Plus => "with",
        };
        Some(format!(
            "{standing}, and {word} {amount} it would be {limit} that its type holds"
        ))
    }

    /// What it leaves where nothing was.
    pub(crate) fn begun(&self) -> Option<AttributeValue> {
        match self {
            Self::Count {
                amount: AttributeValue::N(amount),
                sign: Sign::Minus,
                ..
            } => {
                let negated = match amount.strip_prefix('-') {
                    Some(positive) => positive.to_owned(),
                    None => format!("-{amount}"),
                };
                Some(AttributeValue::N(negated))
            }
            Self::Delete { .. } | Self::Remove { .. } => None,
            _ => self.value().cloned(),
        }
    }

    /// The value that it is given.
    pub(crate) fn value(&self) -> Option<&AttributeValue> {
        match self {
            Self::Append(value)
            | Self::Count { amount: value, .. }
            | Self::Delete { set: value, .. }
            | Self::Prepend(value)
            | Self::Set(value)
            | Self::SetIfAbsent(value)
            | Self::Unite(value) => Some(value),
            Self::Remove { .. } => None,
        }
    }
}

impl Edit {
    /// Whether it leaves the same if it is made twice.
    pub(crate) fn is_idempotent(&self) -> bool {
        match self.verb {
            Verb::Append(_) | Verb::Count { .. } | Verb::Prepend(_) => false,
            Verb::Remove { .. } if self.moves_elements() => false,
            // Another element may have come to stand at an index.
            Verb::Delete { .. }
            | Verb::Remove { .. }
            | Verb::Set(_)
            | Verb::SetIfAbsent(_)
            | Verb::Unite(_) => {
                let mut segments = self.path.segments().iter();
                !segments.any(|segment| matches!(segment, Segment::Index(_)))
            }
        }
    }

    /// Whether it adds elements to a set or takes some out.
    pub(crate) fn changes_set(&self) -> bool {
        matches!(self.verb, Verb::Delete { .. } | Verb::Unite(_))
    }

    /// The list whose elements it adds to, or moves.
    pub(crate) fn list(&self) -> Option<FieldPath> {
        match self.verb {
            Verb::Append(_) | Verb::Prepend(_) => Some(self.path.clone()),
            Verb::Remove { .. } if self.moves_elements() => {
                let mut list = self.path.clone();
                list.pop();
                Some(list)
            }
            _ => None,
        }
    }

    /// Whether it may take away what an object is not read without, if the path names a field.
    pub(crate) fn takes_away_what_is_needed(&self) -> bool {
        matches!(
            self.verb,
            Verb::Delete {
                optional: false,
                ..
            } | Verb::Remove { optional: false }
        )
    }

    /// Whether elements of a list get other indexes by it.
    pub(crate) fn moves_elements(&self) -> bool {
        match self.verb {
            Verb::Prepend(_) => true,
            Verb::Remove { .. } => matches!(self.path.segments().last(), Some(Segment::Index(_))),
            _ => false,
        }
    }

    /// What must hold of the item: the service appends where a list ends before an index, and reports a missing parent
    /// without saying which.
    pub(crate) fn guards(&self) -> Vec<Guard> {
        let mut guards = Vec::new();
        let mut around = FieldPath::root();
        let segments = self.path.segments();
        for (index, segment) in segments.iter().enumerate() {
            around.push(segment.clone());
            let next_is_index = matches!(segments.get(index + 1), Some(Segment::Index(_)));
            let is_last = index + 1 == segments.len();
            let is_index = matches!(segment, Segment::Index(_));
            if is_index || (!is_last && !next_is_index) {
                guards.push(Guard::Exists(around.clone()));
            }
        }
        if let Verb::Count { before, .. } = &self.verb
            && *before != Bounds::default()
        {
            guards.push(Guard::Within(self.path.clone(), before.clone()));
        }
        guards
    }
}

impl Guard {
    /// The path that it is about.
    pub(crate) fn path(&self) -> &FieldPath {
        match self {
            Self::Exists(path) | Self::Missing(path) | Self::Within(path, _) => path,
        }
    }

    pub(crate) fn text(&self, names: &mut Placeholders) -> String {
        let nodes = match self {
            Self::Exists(path) => vec![Node::Exists(path.clone())],
            Self::Missing(path) => vec![Node::Missing(path.clone())],
            Self::Within(path, Bounds { least, largest }) => {
                let least = least.iter().map(|least| {
                    within(path, least, [Comparator::GreaterOrEqual, Comparator::Less])
                });
                let largest = largest.iter().map(|largest| {
                    within(
                        path,
                        largest,
                        [Comparator::LessOrEqual, Comparator::Greater],
                    )
                });
                least.chain(largest).collect()
            }
        };
        let texts: Vec<_> = nodes
            .iter()
            .map(|node| condition_text(node, names))
            .collect();
        texts.join(" AND ")
    }

    /// Whether it holds of the item, given what stands at the path.
    pub(crate) fn holds<'a>(
        &self,
        item: &'a Item,
        value_at: impl FnOnce(&'a Item, &FieldPath) -> Option<&'a AttributeValue>,
    ) -> bool {
        let standing = value_at(item, self.path());
        match self {
            Self::Exists(_) => standing.is_some(),
            Self::Missing(_) => standing.is_none(),
            Self::Within(_, Bounds { least, largest }) => {
                let zero = zero();
                let standing = standing.unwrap_or(&zero);
                let below = |least| is_after(least, standing);
                let above = |largest| is_after(standing, largest);
                !least.as_ref().is_some_and(below) && !largest.as_ref().is_some_and(above)
            }
        }
    }
}

/// Whether a number is on the right side of a limit; one that is absent is 0.
fn within(path: &FieldPath, limit: &AttributeValue, [inside, beyond]: [Comparator; 2]) -> Node {
    let compared = |comparator| {
        let number = Term::Field(path.clone());
        Node::Compare(number, comparator, Term::Value(limit.clone()))
    };
    let zero_is_beyond = match beyond {
        Comparator::Less => is_after(limit, &zero()),
        _ => is_after(&zero(), limit),
    };
    if zero_is_beyond {
        compared(inside)
    } else {
        // An absent number is on no side of anything.
        Node::Not(Box::new(compared(beyond)))
    }
}

/// What a number may be before it changes by this much, so that it is in the range afterwards; `None` if the amount is beyond
/// counting.
fn before(
    amount: &str,
    sign: Sign,
    (least, largest): (Option<i128>, Option<i128>),
) -> Option<Bounds> {
    let change = change_by(amount, sign)?;
    let bound = |limit: Option<i128>| {
        let Some(limit) = limit else {
            return Some(None);
        };
        let bound = limit.checked_sub(change)?;
        Some(Some(AttributeValue::N(bound.to_string())))
    };
    Some(match change {
        0 => Bounds::default(),
        1.. => Bounds {
            least: None,
            largest: bound(largest)?,
        },
        _ => Bounds {
            least: bound(least)?,
            largest: None,
        },
    })
}

/// By how much a number changes: of an amount with decimals, by the next integer away from zero.
fn change_by(amount: &str, sign: Sign) -> Option<i128> {
    let amount: i128 = amount.parse().ok().or_else(|| away_from_zero(amount))?;
    match sign {
        Sign::Plus => Some(amount),
        Sign::Minus => amount.checked_neg(),
    }
}

fn away_from_zero(amount: &str) -> Option<i128> {
    let (whole, fraction) = amount.split_once('.')?;
    let whole: i128 = whole.parse().ok()?;
    let step = i128::from(fraction.bytes().any(|digit| digit != b'0'));
    if amount.starts_with('-') {
        whole.checked_sub(step)
    } else {
        whole.checked_add(step)
    }
}

fn zero() -> AttributeValue {
    AttributeValue::N("0".to_owned())
}
