//! What machines say and are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::reason::{Cause, Reason, cause_of, contended, item_too_large};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Node, Placeholders, condition_text};
use crate::plan::{self, Address, Etag};
use crate::reserved;
use crate::shape::Shape;

/// A commit in progress.
pub(crate) trait Machine {
    /// What a finished commit leaves.
    type Done;

    /// The first request.
    fn begin(&mut self, fresh: Fresh) -> Result<Step<Self::Done>>;

    /// What follows from the answer to the last request.
    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<Self::Done>>;
}

/// Randomness and time for the next request, if it needs them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fresh {
    pub(crate) etag: Etag,
    pub(crate) now_micros: u64,
}

impl Fresh {
    /// The same for this member of a commit of several objects.
    pub(super) fn of_member(self, at: usize) -> Self {
        Self {
            etag: self.etag.of_member(at),
            ..self
        }
    }
}

impl<D> Step<D> {
    /// The same, done otherwise.
    pub(super) fn map<E>(self, done: impl FnOnce(D) -> E) -> Step<E> {
        match self {
            Self::Done(was) => Step::Done(done(was)),
            Self::Send(request) => Step::Send(request),
            Self::Wait { attempt, then } => Step::Wait { attempt, then },
        }
    }
}

/// What to do next.
#[derive(Debug)]
pub(crate) enum Step<D> {
    /// The commit is finished.
    Done(D),
    /// Send this request.
    Send(Request),
    /// Wait the longer the more attempts were made, then send this request.
    Wait { attempt: u32, then: Request },
}

/// One request that writes.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// One action by itself.
    Single(Box<Action>),
    /// Several actions, all or none. A repeated token has no further effect.
    Transact { token: String, actions: Vec<Action> },
}

/// One action on one item.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Writes nothing; only in a transaction.
    Check {
        address: Address,
        condition: Expressions,
    },
    Delete {
        address: Address,
        condition: Option<Expressions>,
    },
    Put {
        address: Address,
        /// Shared, because a request is sent again, and an item remembered.
        item: Arc<Item>,
        condition: Option<Expressions>,
    },
    Update {
        address: Address,
        expressions: Expressions,
    },
}

impl Request {
    pub(crate) fn single(action: Action) -> Self {
        Self::Single(Box::new(action))
    }

    /// Whether it demands a version of an object and puts another in its place, so that it is refused whenever it comes again.
    pub(crate) fn is_over_a_version(&self) -> bool {
        self.actions().iter().any(Action::replaces_version)
    }
}

impl Action {
    fn replaces_version(&self) -> bool {
        let Self::Put {
            item,
            condition: Some(condition),
            ..
        } = self
        else {
            return false;
        };
        let demanded = condition.version.map(Etag::to_value);
        demanded.is_some() && item.get(reserved::ETAG) != demanded.as_ref()
    }

    pub(crate) fn address(&self) -> &Address {
        match self {
            Self::Check { address, .. }
            | Self::Delete { address, .. }
            | Self::Put { address, .. }
            | Self::Update { address, .. } => address,
        }
    }
}

/// Expressions of one action, with what their placeholders stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expressions {
    pub(crate) update: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) values: BTreeMap<String, AttributeValue>,
    /// What the answer to a single write brings.
    pub(crate) returns: Option<Returns>,
    /// The etag without which the condition does not hold.
    version: Option<Etag>,
}

/// Which state of an item comes back with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    /// As it is after the update.
    New,
    /// As it was before.
    Old,
}

impl Expressions {
    /// A condition in placeholders.
    pub(crate) fn condition(text: impl Into<String>) -> Self {
        Self {
            condition: Some(text.into()),
            ..Self::default()
        }
    }

    /// That nothing stands where the item would.
    pub(crate) fn of_nothing(key_name: &str) -> Self {
        Self::condition("attribute_not_exists(#k)").name("#k", key_name)
    }

    /// That the root is this version of the object.
    pub(crate) fn of_version(etag: Etag) -> Self {
        let version = Self {
            version: Some(etag),
            ..Self::condition("#t = :t")
        };
        version
            .name("#t", reserved::ETAG)
            .value(":t", etag.to_value())
    }

    #[must_use]
    pub(crate) fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self.version = None;
        self
    }

    /// The same condition, and another.
    #[must_use]
    pub(crate) fn and(mut self, condition: impl AsRef<str>) -> Self {
        self.condition = Some(match self.condition.take() {
            Some(before) => format!("{before} AND {}", condition.as_ref()),
            None => condition.as_ref().to_owned(),
        });
        self
    }

    /// The same condition, and that a plain item does not say that it is of another type than this.
    #[must_use]
    pub(crate) fn of_plain_type(self, shape: &'static Shape) -> Self {
        let node = plan::plain_of_type(shape);
        self.and_node(node.as_ref(), Placeholders::lettered('y'))
    }

    /// The same condition, which demands the type's tag, and that the tag is no variant of another type.
    #[must_use]
    pub(crate) fn of_managed_type(self, shape: &'static Shape) -> Self {
        let node = plan::no_other_tag(shape);
        self.and_node(node.as_ref(), Placeholders::lettered('z'))
    }

    /// The same condition, and that of the program, if it has one.
    #[must_use]
    pub(crate) fn and_when(self, when: Option<&Node>) -> Self {
        self.and_node(when, Placeholders::new())
    }

    fn and_node(self, node: Option<&Node>, mut placeholders: Placeholders) -> Self {
        let Some(node) = node else { return self };
        let text = condition_text(node, &mut placeholders);
        let (names, values) = placeholders.into_parts();
        let mut both = self.and(format!("({text})"));
        both.names.extend(names);
        both.values.extend(values);
        both
    }

    /// This condition, or that one, in brackets.
    #[must_use]
    pub(crate) fn or(mut self, other: Self) -> Self {
        let either = [self.condition.take(), other.condition];
        let texts: Vec<_> = either
            .into_iter()
            .flatten()
            .map(|text| format!("({text})"))
            .collect();
        self.condition = Some(format!("({})", texts.join(" OR ")));
        self.version = None;
        self.names.extend(other.names);
        self.values.extend(other.values);
        self
    }

    /// The same condition, but that it holds of nothing, too.
    #[must_use]
    pub(crate) fn or_absent(mut self, key_name: &str) -> Self {
        self.condition = self
            .condition
            .map(|condition| format!("attribute_not_exists(#k) OR ({condition})"));
        self.version = None;
        self.name("#k", key_name)
    }

    #[must_use]
    pub(crate) fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.names.insert(placeholder.into(), name.into());
        self
    }

    #[must_use]
    pub(crate) fn value(mut self, placeholder: impl Into<String>, value: AttributeValue) -> Self {
        self.values.insert(placeholder.into(), value);
        self
    }
}

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It was applied.
    Applied,
    /// Another transaction holds an item; nothing was applied.
    Busy,
    /// Nothing was applied, for these reasons, one per action.
    Cancelled(Vec<Reason>),
    /// The condition of a single action does not hold; the item that stands there.
    ConditionFailed(Option<Item>),
    /// An earlier copy of the same transaction is being applied.
    InProgress,
    /// No answer came: it may or may not have been applied.
    Lost(Error),
    /// It cannot succeed; nothing was applied.
    Refused(Error),
    /// It was applied; the item that was asked for.
    Returned(Item),
    /// An item would be larger than any may be; nothing was applied.
    TooLarge,
    /// Too many requests; nothing was applied.
    Throttled(Error),
}

/// An answer as a machine must act on it.
#[derive(Debug)]
pub(crate) enum Judged<D> {
    /// The request was applied.
    Applied,
    /// The condition of the action at this index does not hold; the item that stands there.
    Condition(usize, Option<Item>),
    /// Go on with this.
    Next(Step<D>),
}

/// Counts the attempts of one commit and gives up in the right words.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    made: u32,
    /// Whether an answer was lost, so that an earlier copy may have been applied or may be still.
    lost: bool,
    /// Whether what was met was followed once.
    followed: bool,
}

impl Attempts {
    const MOST: u32 = 10;

    pub(crate) fn any_lost(&self) -> bool {
        self.lost
    }

    /// The requests sent so far were not applied, and never will be.
    pub(crate) fn settle(&mut self) {
        self.lost = false;
    }

    /// Reads an answer: what is left for the machine is a condition that does not hold, and at which action.
    ///
    /// # Errors
    ///
    /// The request cannot succeed, or was tried often enough. Whatever comes after a lost answer leaves the outcome
    /// unknown, because an earlier copy may have been applied.
    pub(crate) fn judge<D>(&mut self, answer: Answer, request: &Request) -> Result<Judged<D>> {
        let next = match answer {
            Answer::Applied | Answer::Returned(_) => return Ok(Judged::Applied),
            Answer::ConditionFailed(standing) => return Ok(Judged::Condition(0, standing)),
            Answer::Busy => self.after_busy(request),
            Answer::InProgress => self.after_in_progress(request),
            Answer::Lost(error) => self.after_lost(request, error),
            Answer::Throttled(error) => self.after_throttled(request, error),
            Answer::Refused(error) => Err(self.refused(error)),
            Answer::TooLarge => Err(self.refused(item_too_large())),
            Answer::Cancelled(reasons) => match cause_of(reasons) {
                Cause::Condition(at, standing) => return Ok(Judged::Condition(at, standing)),
                Cause::Conflict => self.after_busy(request),
                Cause::Throttled(error) => self.after_throttled(request, error),
                Cause::Invalid(error) => Err(self.refused(error)),
                Cause::TooLarge => Err(self.refused(item_too_large())),
            },
        };
        next.map(Judged::Next)
    }

    /// The error of a write that did not happen, unless an earlier copy of it may have.
    pub(crate) fn refused(&self, error: Error) -> Error {
        if self.lost {
            unknown().with_source(error)
        } else {
            error
        }
    }

    /// Sends the same request again after one that may have been applied.
    fn after_lost<D>(&mut self, request: &Request, error: Error) -> Result<Step<D>> {
        self.lost = true;
        self.again(request, || unknown().with_source(error))
    }

    /// Sends the same request again while an earlier copy of it is being applied.
    fn after_in_progress<D>(&mut self, request: &Request) -> Result<Step<D>> {
        self.lost = true;
        self.again(request, unknown)
    }

    /// Sends the same request again after one that was not applied.
    fn after_busy<D>(&mut self, request: &Request) -> Result<Step<D>> {
        let lost = self.lost;
        self.again(request, || if lost { unknown() } else { contended() })
    }

    /// Sends the same request again after one that was throttled.
    fn after_throttled<D>(&mut self, request: &Request, error: Error) -> Result<Step<D>> {
        let lost = self.lost;
        self.again(request, || {
            if lost {
                unknown().with_source(error)
            } else {
                error
            }
        })
    }

    /// Sends another request in place of one that supposed something else than it met: at once, since nobody need have come
    /// between, but for the first time only.
    pub(crate) fn follow<D>(&mut self, request: Request) -> Result<Step<D>> {
        if std::mem::replace(&mut self.followed, true) {
            self.instead(request)
        } else {
            Ok(Step::Send(request))
        }
    }

    /// Sends another request in place of one that came too late.
    pub(crate) fn instead<D>(&mut self, request: Request) -> Result<Step<D>> {
        self.made += 1;
        if self.made < Self::MOST {
            Ok(Step::Wait {
                attempt: self.made,
                then: request,
            })
        } else {
            Err(contended())
        }
    }

    fn again<D>(&mut self, request: &Request, give_up: impl FnOnce() -> Error) -> Result<Step<D>> {
        self.made += 1;
        if self.made < Self::MOST {
            Ok(Step::Wait {
                attempt: self.made,
                then: request.clone(),
            })
        } else {
            Err(give_up())
        }
    }
}

pub(crate) fn unknown() -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        "the answer was lost, and whether the write was applied could not be learned; load what is stored to see",
    )
}
