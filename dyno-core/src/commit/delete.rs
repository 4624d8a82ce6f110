//! Deleting an object with all its items in one transaction.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::outcome::{self, Standing, Verdict};
use super::shard::{guard, place_taken};
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result, condition_failed};
use crate::expr::Node;
use crate::plan::{Address, Format, Manifest, Owner, RootState, Topology, layout, tag_attribute};
use crate::reserved;

/// How a deletion ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// Nothing is left.
    Gone,
    /// The object must be read first: another version of the type stored it, with other shards.
    ReadFirst,
}

/// The machine that deletes.
#[derive(Debug)]
pub(crate) struct Delete<'a> {
    topology: &'a Topology,
    request: Request,
    base: Option<RootState>,
    /// What the program demands of what stands there.
    when: Option<Node>,
    attempts: Attempts,
}

impl<'a> Delete<'a> {
    /// Deletes the object that is there, if it has no shards but those that the type knows.
    pub(crate) fn any(
        topology: &'a Topology,
        root: Address,
        shards: Vec<Address>,
        when: Option<&Node>,
    ) -> Self {
        let shape = topology.root;
        let plain = Expressions::condition("attribute_not_exists(#f)")
            .name("#f", reserved::FORMAT)
            .of_plain_type(shape);
        let managed = Expressions::condition("#f = :f AND #y = :y AND #l = :l")
            .name("#y", tag_attribute(shape))
            .name("#l", reserved::LAYOUT)
            .value(":f", Format::of(shape.seals()).to_value())
            .value(":y", AttributeValue::S(shape.type_tag().to_owned()))
            .value(":l", known_layout(topology))
            .of_managed_type(shape);
        let condition = plain.or(managed);
        let condition = match when {
            Some(when) => condition.and_when(Some(when)).or_absent(root.key_name()),
            None => condition,
        };
        Self::with(topology, root, shards, condition, (None, when))
    }

    /// Demands that nothing is there: it is what is left to do where nothing was found.
    pub(crate) fn nothing(topology: &'a Topology, root: Address) -> Self {
        let condition = Expressions::of_nothing(root.key_name());
        Self::with(topology, root, Vec::new(), condition, (None, None))
    }

    /// Deletes the object as it was loaded.
    pub(crate) fn based(
        topology: &'a Topology,
        root: Address,
        shards: Vec<Address>,
        base: RootState,
        when: Option<&Node>,
    ) -> Self {
        let condition = Expressions::of_version(base.etag)
            .and_when(when)
            .or_absent(root.key_name());
        Self::with(topology, root, shards, condition, (Some(base), when))
    }

    /// Deletes the object in this state.
    ///
    /// # Errors
    ///
    /// It has a shard that the type does not know, or one whose key would be too long.
    pub(crate) fn of_state(
        topology: &'a Topology,
        root: Address,
        state: RootState,
        when: Option<&Node>,
    ) -> Result<Self> {
        let owner = Owner::new(topology.root, &root);
        let mut shards = Vec::new();
        for (id, entry) in &state.manifest.0 {
            let Some(field) = topology.shard(id) else {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    format!(
                        "the stored object has a shard `{id}` that the type does not know; nothing was deleted"
                    ),
                ));
            };
            shards.extend(owner.every_place(&field, *entry)?);
        }
        Ok(Self::based(topology, root, shards, state, when))
    }

    fn with(
        topology: &'a Topology,
        root: Address,
        shards: Vec<Address>,
        condition: Expressions,
        (base, when): (Option<RootState>, Option<&Node>),
    ) -> Self {
        let root = Action::Delete {
            address: root,
            condition: Some(condition),
        };
        // Without an etag in its condition, only the token tells a late copy of the request from a new one.
        let request = if shards.is_empty() && base.is_some() {
            Request::single(root)
        } else {
            let shards = shards.into_iter().map(|address| {
                let life = base.as_ref().map(|base| base.life);
                let condition = guard(topology, &address, life);
                Action::Delete { address, condition }
            });
            let actions = std::iter::once(root).chain(shards).collect();
            Request::Transact {
                token: String::new(),
                actions,
            }
        };
        Self {
            topology,
            request,
            base,
            when: when.cloned(),
            attempts: Attempts::default(),
        }
    }

    /// What the root that stands there says of a request of which the answer was lost.
    pub(super) fn told(&self, standing: Option<Item>) -> Result<Verdict> {
        self.judged(standing, true)
    }

    fn judged(&self, standing: Option<Item>, any_lost: bool) -> Result<Verdict> {
        let shape = self.topology.root;
        outcome::judge(standing, shape, self.base.as_ref(), &[], any_lost)
    }

    fn condition_failed(&self, standing: Option<Item>) -> Result<Step<Deleted>> {
        let layout = standing
            .as_ref()
            .and_then(|item| item.get(reserved::LAYOUT));
        let is_known = layout == Some(&known_layout(self.topology));
        match self.judged(standing, self.attempts.any_lost())? {
            Verdict::NotCommitted(Standing::Nothing) => Ok(Step::Done(Deleted::Gone)),
            Verdict::NotCommitted(standing)
                if self.when.is_some() && self.is_as_expected(&standing, is_known) =>
            {
                Err(condition_failed())
            }
            Verdict::NotCommitted(Standing::Object(_)) if self.base.is_none() => {
                Ok(Step::Done(Deleted::ReadFirst))
            }
            Verdict::NotCommitted(_) => Err(Error::new(
                ErrorKind::Conflict,
                "somebody else saved the object since it was loaded; nothing was deleted. Reload it to decide again",
            )),
            Verdict::Committed(_) | Verdict::Unknown => Err(unknown()),
        }
    }
}

impl Delete<'_> {
    /// Whether only the program's condition can have refused the request.
    fn is_as_expected(&self, standing: &Standing, is_known: bool) -> bool {
        match (&self.base, standing) {
            (Some(base), Standing::Object(state)) => base.etag == state.etag,
            (None, Standing::Object(state)) => {
                is_known && state.seal.is_some() == self.topology.root.seals()
            }
            (None, Standing::Foreign(_)) => true,
            _ => false,
        }
    }
}

/// The error of a deletion that meets an item of which nobody knows the shards.
pub(crate) fn not_managed() -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        "the item with this key was not saved as an object with shards; nothing was deleted. Delete it with the type that it \
         was saved with",
    )
}

/// The layout of an object that has no shards but those that the type knows.
fn known_layout(topology: &Topology) -> AttributeValue {
    AttributeValue::M(layout(topology, &Manifest::default(), &Item::new()))
}

impl Machine for Delete<'_> {
    type Done = Deleted;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Deleted>> {
        if let Some(base) = &self.base {
            base.check_writable()?;
        }
        if let Request::Transact { token, .. } = &mut self.request {
            *token = fresh.etag.token();
        }
        super::size::check(&self.request)?;
        Ok(Step::Send(self.request.clone()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<Deleted>> {
        match self.attempts.judge(answer, &self.request)? {
            Judged::Applied => Ok(Step::Done(Deleted::Gone)),
            Judged::Condition(0, standing) => self.condition_failed(standing),
            Judged::Condition(_, _) => Err(self.attempts.refused(place_taken())),
            Judged::Next(step) => Ok(step),
        }
    }
}
