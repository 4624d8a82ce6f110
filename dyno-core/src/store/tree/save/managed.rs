//! An object with the mapper's attributes, and its shards.

use std::collections::BTreeMap;

use super::{Written, changes, guarding_of};
use crate::commit::independent::{Independent, OwnVersion};
use crate::commit::save::{Expect, Save};
use crate::commit::together::Before;
use crate::error::Result;
use crate::expr::Node;
use crate::plan::{self, Address, Claims, Digest, Digests, ItemSeals, RootState};
use crate::store::operation::Operation;
use crate::store::prepared::{Commit, Prepared, WrittenOwn};
use crate::store::tree::draft::{Unchanged, refuse_key_names};
use crate::store::tree::{Baseline, Cut, Expecting, Own, Stored};

impl Operation {
    pub(super) fn prepare_managed(
        &self,
        root: Address,
        mut cut: Cut,
        expecting: Expecting,
        Written {
            held,
            next: stamps,
            beginning,
            lock,
            unique,
        }: Written,
        when: Option<&Node>,
    ) -> Result<Prepared<'_>> {
        let (mut next, expect) = match expecting {
            Expecting::Baseline(base) => {
                let expect = match &base.stored {
                    Stored::Managed(state) => Expect::Base(state.clone()),
                    Stored::Plain(item) => Expect::Foreign((**item).clone()),
                    Stored::Nothing => Expect::Nothing,
                };
                (*base, expect)
            }
            Expecting::Anything => (Baseline::default(), Expect::Anything),
            Expecting::Nothing => (Baseline::default(), Expect::Nothing),
        };
        let own_now = plan::own_attributes(&cut.bodies, &cut.decisions)
            .map_err(|error| cut.decisions.without_secrets(error))?;
        next.part.known = cut.known.clone();
        next.kept = held;
        let claimed = std::mem::replace(&mut next.unique, unique);
        let mut guarding = None;
        let before = std::mem::replace(&mut next.part.digests, cut.digests.clone());
        if let Expect::Base(state) = &expect
            && before != next.part.digests
        {
            state.check_writable()?;
        }
        let rewrite = next.rewrite.take();
        let reseals = std::mem::take(&mut next.reseals);
        let seals = ItemSeals::of(self.topology.root, &root, self.loader())?;
        if let Expect::Base(state) = &expect
            && state.seal.is_some()
            && before != next.part.digests
        {
            seals.check_over_sealed(self.topology.root)?;
        }
        let commit = match &expect {
            Expect::Base(state)
                if rewrite.is_none()
                    && before == next.part.digests
                    && !seals.are_not_those_of(state) =>
            {
                Commit::Nothing
            }
            Expect::Base(state)
                if rewrite.is_none()
                    && when.is_none()
                    && only_one_own_differs(&before, &next.part.digests, &next.part.own) =>
            {
                Commit::Own(self.own_writes(
                    &root,
                    state,
                    cut,
                    (&before, &next.part.own),
                    &own_now,
                )?)
            }
            _ => {
                let before = matches!(expect, Expect::Base(_)).then_some(before);
                if !reseals {
                    let stamps = stamps?;
                    next.stamp(&stamps)?;
                    cut.bodies.root.extend(stamps);
                }
                let unchanged = Unchanged {
                    before,
                    rewrite: rewrite.unwrap_or_default(),
                };
                let draft = self.draft(root.clone(), cut, &unchanged, &next.part.own, &expect)?;
                let mut written = Vec::new();
                for (id, attributes) in &own_now {
                    let shard = draft.written.get(id);
                    if shard.is_some() || !next.part.own.contains_key(id) {
                        let place = shard.map(|shard| draft.owner.address(&shard.field, false, 0));
                        written.push(WrittenOwn {
                            id: id.clone(),
                            place: place.transpose()?,
                            attributes: attributes.clone(),
                        });
                    }
                }
                next.part.own.retain(|id, _| own_now.contains_key(id));
                if let Some(guards) = self.guards(&root) {
                    let before = match &expect {
                        Expect::Anything => Before::Found,
                        Expect::Base(_) => Before::Loaded(guards.claims_of_stored(&claimed)),
                        Expect::Foreign(item) => Before::Loaded(guards.claims_of_stored(item)),
                        Expect::Nothing => Before::Loaded(Claims::default()),
                    };
                    guarding = Some(guarding_of(guards, before, &next.unique)?);
                }
                Commit::Whole {
                    save: Box::new(
                        Save::new(draft, expect)
                            .when(when.cloned())
                            .locked(lock)
                            .keeping(beginning),
                    ),
                    written_own: written,
                }
            }
        };
        for (id, attributes) in own_now {
            if let Some(own) = next.part.own.get_mut(&id) {
                own.attributes = attributes;
            }
        }
        Ok(Prepared::new(root, commit, next).guarded(guarding))
    }

    /// The writes of the independent shards that changed, each by itself.
    fn own_writes(
        &self,
        root: &Address,
        state: &RootState,
        cut: Cut,
        (before, own): (&Digests, &BTreeMap<String, Own>),
        own_now: &BTreeMap<String, BTreeMap<String, Digest>>,
    ) -> Result<Vec<(String, Independent)>> {
        let (owner, binding) = (self.owner(root), self.binding(root)?);
        let mut writes = Vec::new();
        for (id, shard) in cut.bodies.shards {
            let (Some(known), Some(after)) = (own.get(&id), own_now.get(&id)) else {
                continue;
            };
            if before.shards.get(&id) == cut.digests.shards.get(&id) {
                continue;
            }
            refuse_key_names(&shard)?;
            let mut body = cut
                .decisions
                .seal(shard.item, &shard.field.path, &binding)?;
            let write = OwnVersion {
                address: owner.address(&shard.field, false, 0)?,
                life: state.life,
                seen: known.version,
                changes: changes(&known.attributes, after, &mut body),
            };
            writes.push((id, Independent::new(write)));
        }
        Ok(writes)
    }
}

/// Whether one independent shard is all that changed. Several are written together, in one transaction.
fn only_one_own_differs(before: &Digests, after: &Digests, own: &BTreeMap<String, Own>) -> bool {
    let mut changed = before
        .shards
        .iter()
        .filter(|(id, digest)| after.shards.get(*id) != Some(*digest));
    let one = changed.next().is_some_and(|(id, _)| own.contains_key(id));
    one && changed.next().is_none()
        && before.root == after.root
        && before.entries == after.entries
        && before.shards.keys().eq(after.shards.keys())
}
