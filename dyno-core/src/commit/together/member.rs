//! The commits of single objects, as members of one transaction.

use dyno_value::Item;

use super::check::Check;
use crate::commit::delete::{Delete, Deleted, not_managed};
use crate::commit::independent::Independent;
use crate::commit::plain::Plain;
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
        let standing = standing_in(&answer).cloned();
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

impl Member<'_> {
    /// An answer to the transaction was lost.
    pub(super) fn note_lost(&mut self) {
        match self {
            Self::Check(_) | Self::Plain(_) => {}
            Self::Delete(removal) => removal.delete.note_lost(),
            Self::Own(own) => own.note_lost(),
            Self::Save(save) => save.note_lost(),
            Self::Update(update) => update.note_lost(),
        }
    }

    /// Whether what stands there can tell, after a lost answer, if the transaction was applied. A check writes nothing, and an
    /// item without the mapper's attributes may be as it is by somebody else's doing.
    pub(super) fn leaves_a_trace(&self) -> bool {
        !matches!(self, Self::Check(_) | Self::Plain(_))
    }
}

impl Machine for Member<'_> {
    type Done = MemberDone;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<MemberDone>> {
        match self {
            Self::Check(check) => Ok(Step::Send(Request::single(check.action()))),
            Self::Delete(removal) => Ok(removal.delete.begin(fresh)?.map(|_| MemberDone::Done)),
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
                answer => Err(check.refusal(standing_in(&answer))),
            },
            Self::Delete(removal) => Ok(removal.answer(answer, fresh)?.map(|_| MemberDone::Done)),
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

/// The item at the first action that was refused for its condition, if that is the root's.
fn standing_in(answer: &Answer) -> Option<&Item> {
    match answer {
        Answer::Cancelled(reasons) => reasons.first().and_then(|reason| reason.item.as_ref()),
        _ => None,
    }
}
