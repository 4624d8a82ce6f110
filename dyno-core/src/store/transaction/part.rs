//! One write of a transaction.

use crate::commit::Sizes;
use crate::commit::together::{Check, Member};
use crate::commit::update::Update as UpdateCommit;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::key::Key;
use crate::plan::Address;
use crate::store::delete::{ByKey, member_as_loaded, member_by_key, member_of_found};
use crate::store::operation::Operation;
use crate::store::prepared::{After, SavePart, Then};
use crate::store::tree::{Baseline, Expecting};
use crate::store::update::UpdatePart;

/// A write as it was asked for.
pub(super) struct Part<'a> {
    pub(super) change: Result<Change>,
    /// Where the version goes that it leaves.
    pub(super) then: Option<Then<'a>>,
}

/// What is to be done with which object.
pub(super) struct Change {
    pub(super) operation: Operation,
    pub(super) key: Key,
    pub(super) what: What,
}

pub(super) enum What {
    Check(Option<Node>),
    CheckMissing,
    CheckUnchanged(Box<Baseline>),
    Delete(Option<Node>),
    DeleteSaved(Box<Baseline>, Option<Node>),
    Save(Box<SavePart>),
    Update(UpdatePart),
}

/// The commits of one write, and what follows them.
pub(super) struct Made<'a> {
    pub(super) members: Vec<Member<'a>>,
    pub(super) after: Option<After>,
    /// Whether the root has to be read before, because only it tells which shards are to be deleted.
    pub(super) reads_first: bool,
    /// Whether what stands there may ask for one more request.
    pub(super) may_follow: bool,
}

impl<'a> Made<'a> {
    fn alone(member: Member<'a>) -> Self {
        Self {
            members: vec![member],
            after: None,
            reads_first: false,
            may_follow: false,
        }
    }
}

impl Change {
    pub(super) fn explained(&self, error: Error) -> Error {
        self.operation.explain(Some(&self.key))(error)
    }

    /// The object, as an error calls it.
    pub(super) fn name(&self) -> String {
        let object = self.operation.topology.root.name();
        format!("`{object}` with key `{}`", self.key)
    }

    /// Serialised and sealed, with keys that are asked for.
    pub(super) async fn made(&self) -> Result<Made<'_>> {
        self.operation.with_keys((), |()| self.made_now()).await
    }

    /// Serialised and sealed, with the keys that are at hand; sends nothing.
    pub(super) fn made_now(&self) -> Result<Made<'_>> {
        let Self {
            operation,
            key,
            what,
        } = self;
        let topology = &operation.topology;
        let check = |check| Made::alone(Member::Check(check));
        Ok(match what {
            What::Check(when) => {
                let root = operation.root(key)?;
                check(Check::exists(topology, root, when.as_ref()))
            }
            What::CheckMissing => check(Check::missing(operation.root(key)?)),
            What::CheckUnchanged(baseline) => check(self.unchanged(baseline, None)?),
            What::Delete(when) => {
                let ByKey {
                    member,
                    reads_first,
                    may_follow,
                } = member_by_key(operation, key, when.as_ref())?;
                Made {
                    reads_first,
                    may_follow,
                    ..Made::alone(member)
                }
            }
            What::DeleteSaved(baseline, when) => {
                let member = member_as_loaded(operation, key, baseline, when.as_ref())?;
                Made::alone(member.ok_or_else(never_stored)?)
            }
            What::Save(save) => self.saving(save)?,
            What::Update(part) => {
                let update = UpdateCommit::new(part(operation)?);
                let may_follow = update.may_make_maps();
                Made {
                    may_follow,
                    ..Made::alone(Member::Update(Box::new(update)))
                }
            }
        })
    }

    /// The commits of a save. If nothing changed, its condition is asked all the same.
    fn saving(&self, save: &SavePart) -> Result<Made<'_>> {
        let SavePart {
            tree,
            expecting,
            when,
        } = save.clone();
        let baseline = match &save.expecting {
            Expecting::Baseline(baseline) => Some(baseline),
            Expecting::Anything | Expecting::Nothing => None,
        };
        let prepared = self
            .operation
            .prepare(tree, &self.key, expecting, when.as_ref())?;
        let (mut members, after) = prepared.split();
        if let (true, Some(when), Some(baseline)) = (members.is_empty(), &when, baseline) {
            members.push(Member::Check(self.unchanged(baseline, Some(when))?));
        }
        Ok(Made {
            members,
            after: Some(after),
            reads_first: false,
            may_follow: false,
        })
    }

    /// The check that the object is as it was loaded, and that this holds of it.
    fn unchanged(&self, baseline: &Baseline, when: Option<&Node>) -> Result<Check> {
        let root = self.operation.root(&self.key)?;
        match (baseline.state(), baseline.plain_item()) {
            (Some(state), _) => Ok(Check::of_version(root, state.etag, when)),
            (None, Some(item)) => Check::of_plain(&self.operation.topology, root, item, when),
            (None, None) => Err(never_stored()),
        }
    }

    /// The deletion of what is found now.
    pub(super) async fn read_first(&self) -> Result<Member<'_>> {
        let when = match &self.what {
            What::Delete(when) => when.as_ref(),
            _ => None,
        };
        member_of_found(&self.operation, &self.key, when).await
    }

    /// What is known of the items that stand there, before this.
    pub(super) fn sizes<'s>(&'s self, root: &'s Address, after: Option<&'s After>) -> Sizes<'s> {
        match (&self.what, after) {
            (What::Save(_), Some(after)) => after.sizes(root),
            (What::DeleteSaved(baseline, _) | What::CheckUnchanged(baseline), _) => {
                baseline.sizes(root)
            }
            _ => Sizes::Unknown,
        }
    }
}

fn never_stored() -> Error {
    Error::new(ErrorKind::NotFound, "the object was never stored")
}
