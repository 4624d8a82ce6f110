//! The commits of single objects, as members of one transaction.

use dyno_value::Item;

use super::check::Check;
use super::guarded::Guarded;
use crate::commit::delete::{Delete, Deleted, not_managed};
use crate::commit::independent::Independent;
use crate::commit::outcome::Verdict;
use crate::commit::plain::Plain;
use crate::commit::reason::Reason;
use crate::commit::save::{Committed, Save};
use crate::commit::step::{Answer, Fresh, Machine, Request, Step, unknown};
use crate::commit::update::Update;
use crate::error::{ErrorKind, Result};
use crate::expr::Node;
use crate::plan::{Address, Found, RootState, Stamp, Topology};

/// The commit of one object.
#[derive(Debug)]
pub(crate) enum Member<'a> {
    Check(Check),
    Delete(Box<Removal<'a>>),
    /// Any other, with the items that keep values unique.
    Guarded(Box<Guarded<'a>>),
    /// An independent shard alone.
    Own(Independent),
    Plain(Plain),
    Save(Box<Save<'a>>),
    Update(Box<Update<'a>>),
}

/// What it leaves.
#[derive(Debug)]
pub(crate) enum MemberDone {
    /// Nothing to remember.
    Done,
    Own(Request, Stamp),
    Save(Committed),
}

/// A deletion in a transaction. One of whatever is there follows what it meets.
#[derive(Debug)]
pub(crate) struct Removal<'a> {
    delete: Delete<'a>,
    whatever: Option<Whatever<'a>>,
}

#[derive(Debug)]
struct Whatever<'a> {
    topology: &'a Topology,
    root: Address,
    when: Option<Node>,
}

impl<'a> Removal<'a> {
    pub(crate) fn as_loaded(delete: Delete<'a>) -> Self {
        Self {
            delete,
            whatever: None,
        }
    }

    pub(crate) fn whatever_is_there(
        delete: Delete<'a>,
        topology: &'a Topology,
        root: Address,
        when: Option<Node>,
    ) -> Self {
        Self {
            delete,
            whatever: Some(Whatever {
                topology,
                root,
                when,
            }),
        }
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<Deleted>> {
        let standing = standing_of(&answer).cloned();
        match (self.delete.answer(answer, fresh), &self.whatever) {
            (Ok(Step::Done(Deleted::ReadFirst)), Some(whatever)) => {
                let delete = whatever.standing(standing)?;
                self.follow(delete, fresh)
            }
            (Err(error), Some(whatever)) if error.kind() == ErrorKind::Conflict => {
                let delete = whatever.standing(standing)?;
                self.follow(delete, fresh)
            }
            (answered, _) => answered,
        }
    }

    fn follow(&mut self, delete: Delete<'a>, fresh: Fresh) -> Result<Step<Deleted>> {
        self.delete = delete;
        self.delete.begin(fresh)
    }
}

impl<'a> Whatever<'a> {
    /// The deletion of the object that stands there.
    fn standing(&self, item: Option<Item>) -> Result<Delete<'a>> {
        let Some(item) = item else {
            return Err(unknown());
        };
        match RootState::read(&item, self.topology.root)? {
            Found::Object(state) => {
                let root = self.root.clone();
                Delete::of_state(self.topology, root, state, self.when.as_ref())
            }
            Found::Foreign => Err(not_managed()),
            Found::NotLive => Err(unknown()),
        }
    }
}

/// What stands at the place of a member tells of a transaction of which an answer was lost; first what is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// It was applied.
    Written,
    /// It was not applied, and never will be.
    NotWritten,
}

impl Member<'_> {
    /// What the root tells after a lost answer, if these are the reasons why the member was refused now. A check writes nothing, and
    /// an item without the mapper's attributes may be as it is by somebody else's doing.
    pub(super) fn told(&self, reasons: &[Reason]) -> Option<Told> {
        let place = reasons.first().filter(|place| place.is_condition())?;
        let if_written = |is_written: bool| is_written.then_some(Told::Written);
        let verdict = match (self, &place.item) {
            (Self::Guarded(guarded), _) => return guarded.root.told(reasons),
            (Self::Delete(removal), standing) => removal.delete.told(standing.clone()),
            (Self::Save(save), standing) => save.told(standing.clone()),
            (Self::Own(own), Some(standing)) => return if_written(own.has_written(standing)),
            (Self::Update(update), Some(standing)) => {
                return if_written(update.has_written(standing));
            }
            (Self::Check(_) | Self::Plain(_) | Self::Own(_) | Self::Update(_), _) => return None,
        };
        match verdict.ok()? {
            Verdict::Committed(_) => Some(Told::Written),
            Verdict::NotCommitted(_) => Some(Told::NotWritten),
            Verdict::Unknown => None,
        }
    }

    /// Whether it writes over whatever it meets, and takes that for what was there before.
    pub(super) fn is_blind(&self) -> bool {
        match self {
            Self::Guarded(guarded) => guarded.is_blind(),
            Self::Check(_)
            | Self::Delete(_)
            | Self::Own(_)
            | Self::Plain(_)
            | Self::Save(_)
            | Self::Update(_) => false,
        }
    }

    /// Whether it deletes an object that has a version.
    pub(super) fn is_deletion(&self) -> bool {
        match self {
            Self::Delete(_) => true,
            Self::Guarded(guarded) => guarded.root.is_deletion(),
            Self::Check(_) | Self::Own(_) | Self::Plain(_) | Self::Save(_) | Self::Update(_) => {
                false
            }
        }
    }

    /// The item of the object's root, if that was in the way. An independent shard alone is written without it.
    pub(super) fn root_in_the_way<'r>(&self, reasons: &'r [Reason]) -> Option<&'r Item> {
        match self {
            Self::Guarded(guarded) => guarded.root.root_in_the_way(reasons),
            Self::Own(_) => None,
            Self::Check(_) | Self::Delete(_) | Self::Plain(_) | Self::Save(_) | Self::Update(_) => {
                standing_in(reasons)
            }
        }
    }
}

impl Machine for Member<'_> {
    type Done = MemberDone;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<MemberDone>> {
        match self {
            Self::Check(check) => Ok(Step::Send(Request::single(check.action()))),
            Self::Delete(removal) => Ok(removal.delete.begin(fresh)?.map(|_| MemberDone::Done)),
            Self::Guarded(guarded) => guarded.begin(fresh),
            Self::Own(own) => Ok(own.begin(fresh)?.map(own_done)),
            Self::Plain(plain) => Ok(plain.begin(fresh)?.map(|()| MemberDone::Done)),
            Self::Save(save) => Ok(save.begin(fresh)?.map(MemberDone::Save)),
            Self::Update(update) => Ok(update.begin(fresh)?.map(|_| MemberDone::Done)),
        }
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<MemberDone>> {
        match self {
            Self::Check(check) => match answer {
                Answer::Applied => Ok(Step::Done(MemberDone::Done)),
                answer => Err(check.refusal(standing_of(&answer))),
            },
            Self::Delete(removal) => Ok(removal.answer(answer, fresh)?.map(|_| MemberDone::Done)),
            Self::Guarded(guarded) => guarded.answer(answer, fresh),
            Self::Own(own) => Ok(own.answer(answer, fresh)?.map(own_done)),
            Self::Plain(plain) => Ok(plain.answer(answer, fresh)?.map(|()| MemberDone::Done)),
            Self::Save(save) => Ok(save.answer(answer, fresh)?.map(MemberDone::Save)),
            Self::Update(update) => Ok(update.answer(answer, fresh)?.map(|_| MemberDone::Done)),
        }
    }
}

fn own_done((request, stamp): (Request, Stamp)) -> MemberDone {
    MemberDone::Own(request, stamp)
}

/// The item at the first action, if that was refused.
fn standing_in(reasons: &[Reason]) -> Option<&Item> {
    reasons.first().and_then(|reason| reason.item.as_ref())
}

fn standing_of(answer: &Answer) -> Option<&Item> {
    match answer {
        Answer::Cancelled(reasons) => standing_in(reasons),
        _ => None,
    }
}
