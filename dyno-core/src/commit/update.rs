//! Changing values of a root in place: the service works them out, and a managed root gets its next version with them.

use std::collections::BTreeSet;

use dyno_value::{FieldPath, Item};

use super::advance::{self, NOT_YET, OURS, commit_sets};
use super::outcome;
use super::parents;
use super::reason::managed;
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Returns, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result, condition_failed, not_found, path_not_found};
use crate::expr::{Clauses, Edit, Guard, Node, Placeholders, Verb, condition_text};
use crate::plan::{Address, Columns, Etag, Found, RootState, Topology, value_at};
use crate::reserved;

/// What to change, and when.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) topology: &'a Topology,
    pub(crate) root: Address,
    /// The changes, sealed, by paths in the item of the root.
    pub(crate) edits: Vec<Edit>,
    /// The changes of the fields that the mapper writes, whatever else is changed.
    pub(crate) kept: Vec<Edit>,
    /// What the columns of indexes hold from now on.
    pub(crate) columns: Columns,
    /// Attributes of the root that only who reads them can bring up to date: nothing is written if there is one.
    pub(crate) unless: Vec<String>,
    /// The maps that are made where they are missing.
    pub(crate) maps: BTreeSet<FieldPath>,
    /// What must hold besides.
    pub(crate) when: Option<Node>,
    /// Whether a copy of the request must be told from the first by a token, also for a plain item.
    pub(crate) once: bool,
    pub(crate) returns: Option<Returns>,
}

/// The machine that sends one update; done, it gives the item that was asked for.
#[derive(Debug)]
pub(crate) struct Update<'a> {
    wanted: Wanted<'a>,
    /// What is sent: the changes, with the maps around them that are missing.
    edits: Vec<Edit>,
    guards: Vec<Guard>,
    etag: Option<Etag>,
    sent: Option<Request>,
    attempts: Attempts,
}

impl<'a> Update<'a> {
    pub(crate) fn new(wanted: Wanted<'a>) -> Self {
        Self {
            edits: wanted.edits.clone(),
            guards: guards_of(&wanted.edits, &wanted.kept, Vec::new()),
            wanted,
            etag: None,
            sent: None,
            attempts: Attempts::default(),
        }
    }

    /// Whether a second request may be needed, to make the maps around a value.
    pub(crate) fn may_make_maps(&self) -> bool {
        !self.wanted.maps.is_empty()
    }

    /// Whether the root that stands there was written by this update.
    pub(super) fn has_written(&self, standing: &Item) -> bool {
        let shape = self.wanted.topology.root;
        let found = self
            .wanted
            .topology
            .managed
            .then(|| RootState::read(standing, shape));
        match (found, self.etag) {
            (Some(Ok(Found::Object(state))), Some(etag)) => state.remembers(etag),
            _ => false,
        }
    }

    fn build(&self, etag: Etag) -> Result<Request> {
        let Wanted {
            topology,
            root,
            edits: _,
            kept,
            columns,
            unless,
            maps: _,
            when,
            once: _,
            returns,
        } = &self.wanted;
        let mut names = Placeholders::new();
        let mut clauses = Clauses::of(&self.edits, &mut names);
        let columns = columns.iter().map(|(column, value)| Edit {
            path: FieldPath::root().key(column.as_str()),
            verb: match value {
                Some(value) => Verb::Set(value.clone()),
                None => Verb::Remove { optional: true },
            },
        });
        for edit in kept.iter().cloned().chain(columns) {
            clauses.add(&edit, &mut names);
        }
        let (mut expressions, condition) = if topology.managed {
            clauses.set(commit_sets());
            let expressions = advance::commit(topology.root, root.key_name(), etag);
            (expressions, format!("{OURS} AND {NOT_YET}"))
        } else {
            let expressions = Expressions::default()
                .name("#k", root.key_name())
                .name("#f", reserved::FORMAT);
            let condition = "attribute_exists(#k) AND attribute_not_exists(#f)";
            (expressions, condition.to_owned())
        };
        expressions = expressions.when(condition);
        expressions = if topology.managed {
            expressions.of_managed_type(topology.root)
        } else {
            expressions.of_plain_type(topology.root)
        };
        for guard in &self.guards {
            expressions = expressions.and(guard.text(&mut names));
        }
        for attribute in unless {
            let missing = Node::missing(attribute.as_str());
            expressions = expressions.and(condition_text(&missing, &mut names));
        }
        if let Some(when) = when {
            expressions = expressions.and(format!("({})", condition_text(when, &mut names)));
        }
        expressions.update = Some(clauses.text());
        let (names, values) = names.into_parts();
        expressions.names.extend(names);
        expressions.values.extend(values);
        expressions.returns = *returns;
        super::size::check_length(&expressions)?;
        let action = Action::Update {
            address: root.clone(),
            expressions,
        };
        let request = if self.needs_token() {
            Request::Transact {
                token: etag.token(),
                actions: vec![action],
            }
        } else {
            Request::single(action)
        };
        super::size::check(&request)?;
        Ok(request)
    }

    /// Whether it leaves the same if it is made twice. What the program demands may hold again, once others have written.
    fn is_idempotent(&self) -> bool {
        self.wanted.when.is_none() && self.wanted.edits.iter().all(Edit::is_idempotent)
    }

    /// Whether only a token tells a second copy of the request from the first, however many commits came in between. A
    /// transaction brings nothing back.
    fn needs_token(&self) -> bool {
        let managed = self.wanted.topology.managed && !self.is_idempotent();
        (managed || self.wanted.once) && self.wanted.returns.is_none()
    }

    /// Whether a second copy of the request could do more than the first, or bring something else.
    fn is_sent_once(&self) -> bool {
        let single = matches!(self.sent, Some(Request::Single(_)));
        single && (!self.is_idempotent() || self.wanted.returns == Some(Returns::Old))
    }

    /// The update was applied by a copy whose answer was lost; `standing` is the newest item, if it is what the update left.
    fn applied_before(&self, standing: Option<Item>) -> Result<Step<Option<Item>>> {
        match (self.wanted.returns, standing) {
            (None, _) => Ok(Step::Done(None)),
            (Some(Returns::New), Some(standing)) => Ok(Step::Done(Some(standing))),
            (Some(_), _) => Err(Error::new(
                ErrorKind::OutcomeUnknown,
                "the update was applied, but the answer with the object was lost; load the object to see it, and do not \
                 repeat the update",
            )),
        }
    }

    fn condition_failed(
        &mut self,
        standing: Option<Item>,
        fresh: Fresh,
    ) -> Result<Step<Option<Item>>> {
        let lost = self.attempts.any_lost();
        let Some(item) = standing else {
            return Err(if lost { unknown() } else { not_found() });
        };
        outcome::check_writable(&item)?;
        if self.wanted.topology.managed {
            let state = match RootState::read(&item, self.wanted.topology.root)? {
                Found::Object(state) => state,
                Found::NotLive => return Err(not_found()),
                Found::Foreign => return Err(not_managed()),
            };
            if let Some(etag) = self.etag.filter(|etag| state.remembers(*etag)) {
                return self.applied_before((state.etag == etag).then_some(item));
            }
            if !lost && state.seal.is_some() {
                return Err(sealed());
            }
        } else if !item.contains_key(reserved::FORMAT) {
            RootState::read(&item, self.wanted.topology.root)
                .map_err(|error| self.attempts.refused(error.and("; nothing was written")))?;
        } else if !lost {
            return Err(managed());
        }
        if lost {
            return Err(unknown());
        }
        if self.wanted.maps.is_empty() || !self.make_maps(&item)? {
            return Err(self.blocked_by(&item));
        }
        self.etag = Some(fresh.etag);
        let request = self.build(fresh.etag)?;
        self.sent = Some(request.clone());
        self.attempts.instead(request)
    }

    /// Makes the maps that this item lacks around the changes, too; `false` if these are not what is in the way.
    fn make_maps(&mut self, item: &Item) -> Result<bool> {
        let Some(absent) = parents::absent(&self.wanted.edits, item, &self.wanted.maps) else {
            return Ok(false);
        };
        let (edits, guards) = parents::made(&self.wanted.edits, &absent);
        if edits.is_empty() || edits == self.edits {
            return Ok(false);
        }
        (self.guards, self.edits) = (guards_of(&edits, &self.wanted.kept, guards), edits);
        match self
            .guards
            .iter()
            .find(|guard| !guard.holds(item, value_at))
        {
            Some(_) => Err(self.blocked_by(item)),
            None => Ok(true),
        }
    }

    /// Which part of the condition does not hold of the item that stands there: first what the program demands.
    fn blocked_by(&self, item: &Item) -> Error {
        let when = self.wanted.when.as_ref();
        if when.is_some_and(|when| !when.holds(item, value_at)) {
            return condition_failed();
        }
        let guard = self
            .guards
            .iter()
            .find(|guard| !guard.holds(item, value_at));
        if let Some(guard) = guard {
            return match guard {
                Guard::Within(path, _)
                    if value_at(item, path).is_some_and(|standing| !standing.is_n()) =>
                {
                    no_number().at_path(path.clone())
                }
                Guard::Exists(path) | Guard::Missing(path) => {
                    path_not_found().at_path(path.clone())
                }
                Guard::Within(path, _) => {
                    beyond_its_type(&[&self.edits, &self.wanted.kept], path, item)
                }
            };
        }
        let mut unless = self.wanted.unless.iter();
        if let Some(column) = unless.find(|name| item.contains_key(*name)) {
            return indexed_elsewhere(column);
        }
        if self.wanted.when.is_some() {
            condition_failed()
        } else {
            path_not_found()
        }
    }
}

impl Machine for Update<'_> {
    type Done = Option<Item>;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Option<Item>>> {
        self.etag = Some(fresh.etag);
        let request = self.build(fresh.etag)?;
        self.sent = Some(request.clone());
        Ok(Step::Send(request))
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<Option<Item>>> {
        let Some(request) = &self.sent else {
            return Err(unknown());
        };
        match answer {
            Answer::Lost(error) if self.is_sent_once() => Err(unknown().with_source(error)),
            Answer::Returned(item) => Ok(Step::Done(Some(item))),
            answer => match self.attempts.judge(answer, request)? {
                Judged::Applied => Ok(Step::Done(None)),
                Judged::Condition(_, standing) => self.condition_failed(standing, fresh),
                Judged::Next(step) => Ok(step),
            },
        }
    }
}

/// What must hold for these edits, and besides, each once.
fn guards_of(edits: &[Edit], kept: &[Edit], besides: Vec<Guard>) -> Vec<Guard> {
    let mut guards: Vec<Guard> = Vec::new();
    for guard in edits
        .iter()
        .chain(kept)
        .flat_map(Edit::guards)
        .chain(besides)
    {
        if !guards.contains(&guard) {
            guards.push(guard);
        }
    }
    guards
}

/// The number at this path of the item would be more or less than its type holds after these edits.
pub(super) fn beyond_its_type(edits: &[&[Edit]], path: &FieldPath, item: &Item) -> Error {
    let edits = edits.iter().copied().flatten();
    let mut edits = edits.filter(|edit| edit.path == *path);
    let why = edits.find_map(|edit| edit.verb.beyond_its_type(value_at(item, path)));
    let why = why.unwrap_or_else(|| "would be beyond what its type holds".to_owned());
    Error::new(
        ErrorKind::InvalidValue,
        format!("{why}; nothing was written"),
    )
    .at_path(path.clone())
}

fn no_number() -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        "what is stored is not a number, perhaps a null, and cannot be counted with; nothing was written. Set or remove the \
         value first",
    )
}

fn indexed_elsewhere(column: &str) -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        format!(
            "the stored object has values of an index in `{column}`, which this type does not know; nothing was written. Load, \
             change and save the object"
        ),
    )
}

fn not_managed() -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        "the item with this key was not saved as an object with shards or encrypted fields; nothing was written. Save it \
         whole once, and it can be updated",
    )
}

fn sealed() -> Error {
    Error::new(
        ErrorKind::SealBroken,
        "the stored object is sealed, and an update would break its seal; nothing was written. Use the type that it was saved \
         with, and load, change and save the object",
    )
}
