//! An object that is one item without the mapper's attributes.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::{Written, changes, guarding_of};
use crate::commit::plain::Plain;
use crate::commit::together::{Before, Blind};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::plan::{self, Address, Claims, Kept};
use crate::shape::FieldShape;
use crate::store::operation::Operation;
use crate::store::prepared::{Commit, Prepared};
use crate::store::tree::{Baseline, Cut, Expecting};

impl Operation {
    pub(super) fn prepare_plain(
        &self,
        root: Address,
        cut: Cut,
        expecting: &Expecting,
        Written {
            held,
            next: stamps,
            beginning: _,
            lock,
            unique,
        }: Written,
        when: Option<&Node>,
    ) -> Result<Prepared<'_>> {
        let Cut {
            bodies,
            digests,
            known,
            decisions,
        } = cut;
        let shape = self.topology.root;
        let mut item = decisions.seal(bodies.root, &FieldPath::root(), &self.binding(&root)?)?;
        let mut next = match expecting {
            Expecting::Baseline(base) => (**base).clone(),
            Expecting::Anything | Expecting::Nothing => Baseline::default(),
        };
        let before = std::mem::replace(&mut next.part.digests, digests);
        let reseals = std::mem::take(&mut next.reseals);
        next.part.known = known;
        next.kept = held;
        let counts = Kept::counts(shape);
        let stored = next.plain_item().map(Arc::clone);
        let guards = self.guards(&root);
        let guarding;
        let (commit, item) = match (expecting, stored) {
            (Expecting::Baseline(_), Some(stored)) => {
                let mut after = changes(&before.root, &next.part.digests.root, &mut item);
                if after.is_empty() {
                    return Ok(Prepared::new(root, Commit::Nothing, next));
                }
                if let Some((attribute, tag)) = plan::plain_tag(shape)
                    && !stored.contains_key(attribute)
                {
                    after.insert(
                        attribute.to_owned(),
                        Some(AttributeValue::S(tag.to_owned())),
                    );
                }
                if !reseals {
                    let stamps = stamps?;
                    next.stamp(&stamps)?;
                    after.extend(stamps.into_iter().map(|(name, value)| (name, Some(value))));
                }
                self.remove_older_names(&stored, &mut after);
                let mut compared = self.topology.made.complete(&stored, &item, &mut after);
                compared.retain(|name| !self.topology.table.has_key(name));
                item.clone_from(&*stored);
                for (name, value) in after.clone() {
                    match value {
                        Some(value) => item.insert(name, value),
                        None => item.remove(&name),
                    };
                }
                guarding = guards
                    .map(|guards| {
                        let before = guards.claims_of_stored(&stored);
                        guarding_of(guards, Before::Loaded(before), &item)
                    })
                    .transpose()?;
                let update = Plain::update(root.clone(), &stored, (after, &compared), &item)?;
                (update.of_type(shape), Arc::new(item))
            }
            (Expecting::Baseline(_), None) => {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    "the object was loaded as one with shards",
                ));
            }
            (Expecting::Anything | Expecting::Nothing, _) => {
                let stamps = stamps?;
                next.stamp(&stamps)?;
                item.extend(stamps);
                item.extend(root.to_item());
                plan::write_plain_tag(&mut item, shape);
                let replaces = matches!(expecting, Expecting::Anything);
                guarding = guards
                    .map(|guards| {
                        let before = if replaces {
                            Before::Supposed(Box::new(Blind {
                                root: root.clone(),
                                shape,
                                item: Some(item.clone()),
                                lock: lock.clone(),
                                when: when.cloned(),
                            }))
                        } else {
                            Before::Loaded(Claims::default())
                        };
                        guarding_of(guards, before, &unique)
                    })
                    .transpose()?;
                let item = Arc::new(item);
                let write = Plain::write(root.clone(), Arc::clone(&item), shape, replaces);
                (write, item)
            }
        };
        Ok(Prepared::new(
            root,
            Commit::Plain(commit.counting(counts).when_locked(lock, when), item),
            next,
        )
        .guarded(guarding))
    }

    /// A field that is written under its present name leaves nothing under an older one.
    fn remove_older_names(
        &self,
        before: &Item,
        after: &mut BTreeMap<String, Option<AttributeValue>>,
    ) {
        let changed: Vec<_> = after.keys().cloned().collect();
        let fields = changed
            .iter()
            .filter_map(|name| self.topology.root.find_field(|field| field.name() == name));
        for older in fields
            .flat_map(FieldShape::older_names)
            .filter(|older| before.contains_key(**older))
        {
            after.insert((*older).to_owned(), None);
        }
    }
}
