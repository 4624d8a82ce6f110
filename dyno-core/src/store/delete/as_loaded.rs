//! Deletes an object as it was loaded.

use super::deletion::Deletion;
use crate::commit::together::{Before, Guarding, Member, Removal};
use crate::error::Result;
use crate::expr::Node;
use crate::forecast::Plan;
use crate::key::Key;
use crate::plan::Claims;
use crate::store::alone;
use crate::store::operation::Operation;
use crate::store::tree::Baseline;

/// The deletion of an object as it was loaded, as a member of a transaction.
pub(in crate::store) fn member_as_loaded<'a>(
    operation: &'a Operation,
    key: &Key,
    baseline: &Baseline,
    when: Option<&Node>,
) -> Result<Option<Member<'a>>> {
    let root = operation.root(key)?;
    let member = match Deletion::as_loaded(operation, &root, baseline, when)? {
        Some(Deletion::Plain(commit)) => Member::Plain(commit),
        Some(Deletion::Whole(commit)) => Member::Delete(Box::new(Removal::as_loaded(*commit))),
        Some(Deletion::ReadFirst) | None => return Ok(None),
    };
    let Some(guards) = operation.guards(&root) else {
        return Ok(Some(member));
    };
    let values = baseline
        .plain_item()
        .map_or(&baseline.unique, |item| &**item);
    let guarding = Guarding {
        before: Before::Loaded(guards.claims_of_stored(values)),
        after: Claims::default(),
        guards,
    };
    Ok(Some(guarding.over(member)))
}

/// Deletes the object as it was loaded.
pub(in crate::store) async fn delete_based(
    operation: &Operation,
    key: &Key,
    baseline: &Baseline,
    when: Option<&Node>,
) -> Result<()> {
    match member_as_loaded(operation, key, baseline, when)? {
        Some(member) => alone::run(&operation.store, member).await.map(drop),
        None => Ok(()),
    }
}

/// What [`delete_based`] sends.
pub(in crate::store) fn plan_based(
    operation: &Operation,
    key: &Key,
    baseline: &Baseline,
    when: Option<&Node>,
) -> Result<Plan> {
    let root = operation.root(key)?;
    match member_as_loaded(operation, key, baseline, when)? {
        Some(member) => Ok(Plan::default().then(alone::plan(member, baseline.sizes(&root))?)),
        None => Ok(Plan::default()),
    }
}
