//! One write of a transaction.

use crate::commit::together::{Check, Member};
use crate::commit::update::Update as UpdateCommit;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::key::Key;
use crate::store::delete::{member_as_loaded, member_by_key};
use crate::store::operation::Operation;
use crate::store::prepared::{After, SavePart, Then};
use crate::store::tree::Baseline;
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
pub(super) type Made<'a> = (Vec<Member<'a>>, Option<After>);

impl Change {
    pub(super) fn explained(&self, error: Error) -> Error {
        self.operation.explain(Some(&self.key))(error)
    }

    /// The object, as an error calls it.
    pub(super) fn name(&self) -> String {
        let object = self.operation.topology.root.name();
        format!("`{object}` with key `{}`", self.key)
    }

    /// Serialised and sealed. The root is read first where only it tells which shards are to be deleted.
    pub(super) async fn made(&self) -> Result<Made<'_>> {
        let Self {
            operation,
            key,
            what,
        } = self;
        let alone = |member| (vec![member], None);
        let check = |check| alone(Member::Check(check));
        Ok(match what {
            What::Check(when) => {
                let root = operation.root(key)?;
                check(Check::exists(&operation.topology, root, when.as_ref()))
            }
            What::CheckMissing => check(Check::missing(operation.root(key)?)),
            What::CheckUnchanged(baseline) => {
                let root = operation.root(key)?;
                match (baseline.state(), baseline.plain_item()) {
                    (Some(state), _) => check(Check::of_version(root, state.etag)),
                    (None, Some(item)) => check(Check::of_plain(&operation.topology, root, item)?),
                    (None, None) => return Err(never_stored()),
                }
            }
            What::Delete(when) => alone(member_by_key(operation, key, when.as_ref()).await?),
            What::DeleteSaved(baseline, when) => {
                let member = member_as_loaded(operation, key, baseline, when.as_ref())?;
                alone(member.ok_or_else(never_stored)?)
            }
            What::Save(save) => {
                let prepare = |part: SavePart| {
                    operation.prepare(part.tree, key, part.expecting, part.when.as_ref())
                };
                let prepared = operation.with_keys((**save).clone(), prepare).await?;
                let (members, after) = prepared.split();
                (members, Some(after))
            }
            What::Update(part) => {
                let wanted = operation.with_keys((), |()| part(operation)).await?;
                alone(Member::Update(Box::new(UpdateCommit::new(wanted))))
            }
        })
    }
}

fn never_stored() -> Error {
    Error::new(ErrorKind::NotFound, "the object was never stored")
}
