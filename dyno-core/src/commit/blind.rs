//! Writing one path without reading the object: its value, and in the root a new etag and the shard's new stamp.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, Item, Segment};

use super::advance::{self, NOT_YET, OURS, commit_sets};
use super::outcome;
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use super::update::beyond_its_type;
use crate::error::{Error, ErrorKind, Result, not_found, path_not_found};
use crate::expr::{Clauses, Edit, Guard, Placeholders};
use crate::plan::{
    Address, Columns, Entry, Etag, Form, Format, Found, Owner, RootState, ShardField, Stamp,
    Topology, value_at,
};
use crate::reserved;

/// What to write, and where.
#[derive(Debug)]
pub(crate) struct PathWrite<'a> {
    pub(crate) topology: &'a Topology,
    pub(crate) owner: Owner,
    pub(crate) root: Address,
    pub(crate) shard: Option<ShardField>,
    /// The path inside the item.
    pub(crate) inside: FieldPath,
    /// The value, sealed; `None` removes it.
    pub(crate) value: Option<AttributeValue>,
    /// The changes of the fields that the mapper writes, in the root.
    pub(crate) kept: Vec<Edit>,
    /// What the columns of the value's index hold from now on; they stand in the root, as the value does.
    pub(crate) columns: Columns,
    /// Attributes of the root that only who reads them can bring up to date: nothing is written if there is one.
    pub(crate) unless: Vec<String>,
}

/// How a blind write ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The value is stored.
    Done,
    /// Nothing was written: the object must be read first, because the shard is or will be in pieces, or the value
    /// has an index that no type describes.
    ReadFirst,
}

/// The machine that writes one path.
#[derive(Debug)]
pub(crate) struct BlindWrite<'a> {
    write: PathWrite<'a>,
    in_spare_slot: bool,
    flags: u8,
    etag: Option<Etag>,
    sent: Option<Request>,
    attempts: Attempts,
}

impl<'a> BlindWrite<'a> {
    pub(crate) fn new(write: PathWrite<'a>) -> Self {
        Self {
            write,
            in_spare_slot: false,
            flags: Entry::HOME_FLAGS,
            etag: None,
            sent: None,
            attempts: Attempts::default(),
        }
    }

    fn build(&mut self, fresh: Fresh) -> Result<Request> {
        let etag = fresh.etag;
        self.etag = Some(etag);
        let request = if self.write.topology.managed {
            match &self.write.shard {
                None => Request::single(self.root_update(etag)),
                Some(field) if field.independent => {
                    Request::single(self.shard_update(etag, field)?)
                }
                Some(field) => {
                    let actions = vec![
                        self.manifest_update(etag, field),
                        self.shard_update(etag, field)?,
                    ];
                    Request::Transact {
                        token: etag.token(),
                        actions,
                    }
                }
            }
        } else {
            Request::single(self.plain_update())
        };
        super::size::check(&request)?;
        self.sent = Some(request.clone());
        Ok(request)
    }

    /// A shard that grows beyond one item is stored in pieces, which takes a whole save.
    fn unless_too_large(&self, step: Result<Step<Written>>) -> Result<Step<Written>> {
        let may_grow = |field: &ShardField| !field.independent;
        match step {
            Err(error)
                if error.kind() == ErrorKind::TooLarge
                    && self.write.shard.as_ref().is_some_and(may_grow) =>
            {
                Ok(Step::Done(Written::ReadFirst))
            }
            step => step,
        }
    }

    fn plain_update(&self) -> Action {
        let (expressions, sets) = self.keep(Expressions::default(), Vec::new());
        let expressions = self.name_unless(self.set_path(expressions, &sets));
        let condition = format!(
            "attribute_exists(#k) AND attribute_not_exists(#f){}{}",
            self.list_condition(),
            self.unless_condition()
        );
        let expressions = expressions
            .name("#k", self.write.root.key_name())
            .name("#f", reserved::FORMAT)
            .when(condition)
            .of_plain_type(self.write.topology.root);
        self.root_action(expressions)
    }

    fn root_update(&self, etag: Etag) -> Action {
        let condition = format!(
            "{OURS} AND {NOT_YET}{}{}",
            self.list_condition(),
            self.unless_condition()
        );
        let (expressions, sets) = self.keep(self.commit(etag), commit_sets());
        let expressions = self.set_path(expressions, &sets);
        let expressions = self.name_unless(expressions).when(condition);
        self.root_action(expressions.of_managed_type(self.write.topology.root))
    }

    /// The same expressions and assignments, with those of the fields that the mapper writes.
    fn keep(
        &self,
        mut expressions: Expressions,
        mut sets: Vec<String>,
    ) -> (Expressions, Vec<String>) {
        let mut names = Placeholders::new();
        sets.extend(Clauses::of(&self.write.kept, &mut names).into_assignments());
        let (names, values) = names.into_parts();
        expressions.names.extend(names);
        expressions.values.extend(values);
        (expressions, sets)
    }

    /// The update of the root, if the fields that the mapper writes can be written.
    fn root_action(&self, mut expressions: Expressions) -> Action {
        let mut names = Placeholders::new();
        // As the assignments begin, so that a name has one placeholder.
        Clauses::of(&self.write.kept, &mut names);
        for guard in self.guards() {
            expressions = expressions.and(guard.text(&mut names));
        }
        let (names, values) = names.into_parts();
        expressions.names.extend(names);
        expressions.values.extend(values);
        Action::Update {
            address: self.write.root.clone(),
            expressions,
        }
    }

    /// What must hold for the fields that the mapper writes.
    fn guards(&self) -> impl Iterator<Item = Guard> {
        self.write.kept.iter().flat_map(Edit::guards)
    }

    fn commit(&self, etag: Etag) -> Expressions {
        advance::commit(self.write.topology.root, self.write.root.key_name(), etag)
    }

    fn manifest_update(&self, etag: Etag, field: &ShardField) -> Action {
        let mut entry = vec![self.flags];
        entry.extend_from_slice(&etag.stamp().0);
        let (expressions, mut sets) = self.keep(self.commit(etag), commit_sets());
        sets.push("#m.#i=:e".to_owned());
        let mut expressions = expressions
            .name("#m", reserved::SHARDS)
            .name("#i", &*field.id)
            .value(":e", AttributeValue::B(Blob::new(entry)))
            .value(":b", AttributeValue::B(Blob::new([self.flags])))
            .when(format!("{OURS} AND begins_with(#m.#i, :b)"))
            .of_managed_type(self.write.topology.root);
        expressions.update = Some(format!("SET {}", sets.join(", ")));
        self.root_action(expressions)
    }

    fn shard_update(&self, etag: Etag, field: &ShardField) -> Result<Action> {
        let address = self.write.owner.address(field, self.in_spare_slot, 0)?;
        let own_version = if field.independent {
            " AND attribute_not_exists(#n) AND #f = :f AND #g <> :g"
        } else {
            ""
        };
        let condition = format!("attribute_exists(#k){own_version}{}", self.list_condition());
        let mut expressions = Expressions::default();
        if field.independent {
            expressions = expressions
                .name("#n", reserved::SEQUENCE)
                .name("#f", reserved::FORMAT)
                .value(":f", Format::PRESENT.to_value());
        }
        let expressions = expressions
            .name("#k", address.key_name())
            .name("#g", reserved::STAMP)
            .value(":g", etag.stamp().to_value());
        let expressions = self
            .set_path(expressions, &["#g=:g".to_owned()])
            .when(condition);
        Ok(Action::Update {
            address,
            expressions,
        })
    }

    /// Sets or removes the path, beside other assignments.
    fn set_path(&self, mut expressions: Expressions, other: &[String]) -> Expressions {
        for (index, segment) in self.write.inside.segments().iter().enumerate() {
            if let Segment::Key(name) = segment {
                expressions = expressions.name(format!("#p{index}"), name);
            }
        }
        let place = placeholders(self.write.inside.segments());
        let mut sets = other.to_vec();
        let mut removes = Vec::new();
        match &self.write.value {
            Some(value) => {
                sets.insert(0, format!("{place}=:v"));
                expressions = expressions.value(":v", value.clone());
            }
            None => removes.push(place),
        }
        for (index, (column, value)) in self.write.columns.iter().enumerate() {
            expressions = expressions.name(format!("#x{index}"), column);
            match value {
                Some(value) => {
                    sets.push(format!("#x{index}=:x{index}"));
                    expressions = expressions.value(format!(":x{index}"), value.clone());
                }
                None => removes.push(format!("#x{index}")),
            }
        }
        let remove = if removes.is_empty() {
            String::new()
        } else {
            format!(" REMOVE {}", removes.join(", "))
        };
        let set = if sets.is_empty() {
            String::new()
        } else {
            format!("SET {}", sets.join(", "))
        };
        expressions.update = Some(format!("{set}{remove}").trim_start().to_owned());
        expressions
    }

    /// DynamoDB appends where a list ends before the index; every index on the way must be there.
    fn list_condition(&self) -> String {
        let segments = self.write.inside.segments();
        let mut condition = String::new();
        for (index, segment) in segments.iter().enumerate() {
            if matches!(segment, Segment::Index(_)) {
                condition.push_str(" AND attribute_exists(");
                condition.push_str(&placeholders(segments.get(..=index).unwrap_or_default()));
                condition.push(')');
            }
        }
        condition
    }

    fn name_unless(&self, expressions: Expressions) -> Expressions {
        let unless = self.write.unless.iter().enumerate();
        unless.fold(expressions, |expressions, (index, name)| {
            expressions.name(format!("#u{index}"), name)
        })
    }

    fn unless_condition(&self) -> String {
        let unless = 0..self.write.unless.len();
        unless
            .map(|index| format!(" AND attribute_not_exists(#u{index})"))
            .collect()
    }

    /// Whether what stands there holds one of the attributes that must not be there.
    fn must_read(&self, standing: &Item) -> bool {
        let mut unless = self.write.unless.iter();
        unless.any(|name| standing.contains_key(name))
    }

    /// What the refusal of the only request of an independent shard means.
    fn independent_refused(&self, standing: Option<&Item>) -> Result<Step<Written>> {
        let version = standing
            .and_then(|item| item.get(reserved::STAMP))
            .and_then(Stamp::from_value);
        if version.is_some() && version == self.etag.map(Etag::stamp) {
            return Ok(Step::Done(Written::Done));
        }
        if let Some(item) = standing {
            outcome::check_writable(item)?;
            if item.contains_key(reserved::SEQUENCE) && !self.attempts.any_lost() {
                return Ok(Step::Done(Written::ReadFirst));
            }
        }
        Err(self.attempts.refused(path_not_found()))
    }

    fn condition_failed(
        &mut self,
        at: usize,
        standing: Option<Item>,
        fresh: Fresh,
    ) -> Result<Step<Written>> {
        if self
            .write
            .shard
            .as_ref()
            .is_some_and(|field| field.independent)
        {
            return self.independent_refused(standing.as_ref());
        }
        if at > 0 {
            let missing = standing.is_none();
            let error = if missing {
                corrupt_shard(self.write.shard.as_ref())
            } else {
                path_not_found()
            };
            return Err(self.attempts.refused(error));
        }
        let Some(item) = standing else {
            return Err(if self.attempts.any_lost() {
                unknown()
            } else {
                not_found()
            });
        };
        let beyond = |item: &Item| {
            let mut guards = self.guards();
            let guard = guards.find(|guard| !guard.holds(item, value_at))?;
            Some(beyond_its_type(&[&self.write.kept], guard.path(), item))
        };
        if !self.write.topology.managed {
            if !item.contains_key(reserved::FORMAT) {
                RootState::read(&item, self.write.topology.root)
                    .map_err(|error| self.attempts.refused(error.and("; nothing was written")))?;
            }
            if let Some(error) = beyond(&item).filter(|_| !item.contains_key(reserved::FORMAT)) {
                return Err(self.attempts.refused(error));
            }
            if self.must_read(&item) {
                return Ok(Step::Done(Written::ReadFirst));
            }
            return Err(if item.contains_key(reserved::FORMAT) {
                Error::new(
                    ErrorKind::TypeMismatch,
                    "the item with this key is an object with shards or encrypted fields, and the type has none",
                )
            } else {
                path_not_found()
            });
        }
        outcome::check_writable(&item)?;
        let state = match RootState::read(&item, self.write.topology.root)? {
            Found::Object(state) => state,
            Found::NotLive => return Err(not_found()),
            Found::Foreign => {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    "the item with this key was not saved as an object with shards or encrypted fields; \
                     save it whole once, and paths can be written",
                ));
            }
        };
        if self.etag.is_some_and(|etag| state.remembers(etag)) {
            return Ok(Step::Done(Written::Done));
        }
        if self.attempts.any_lost() {
            return Err(unknown());
        }
        if let Some(error) = beyond(&item) {
            return Err(error);
        }
        if state.seal.is_some() {
            // The seal is made anew with the whole item, or the save refuses.
            return Ok(Step::Done(Written::ReadFirst));
        }
        let Some(field) = &self.write.shard else {
            if self.must_read(&item) {
                return Ok(Step::Done(Written::ReadFirst));
            }
            return Err(path_not_found());
        };
        let Some(entry) = state.manifest.0.get(&field.id) else {
            return Err(path_not_found());
        };
        if !matches!(entry.form, Form::Item(_)) {
            return Ok(Step::Done(Written::ReadFirst));
        }
        self.flags = entry.flags();
        self.in_spare_slot = entry.in_spare_slot;
        let request = self.build(fresh)?;
        self.attempts.instead(request)
    }
}

impl Machine for BlindWrite<'_> {
    type Done = Written;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Written>> {
        let built = self.build(fresh).map(Step::Send);
        self.unless_too_large(built)
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<Written>> {
        let Some(request) = &self.sent else {
            return Err(unknown());
        };
        match self.attempts.judge(answer, request) {
            Ok(Judged::Applied) => Ok(Step::Done(Written::Done)),
            Ok(Judged::Condition(at, standing)) => self.condition_failed(at, standing, fresh),
            Ok(Judged::Next(step)) => Ok(step),
            Err(error) => self.unless_too_large(Err(error)),
        }
    }
}

fn placeholders(segments: &[Segment]) -> String {
    let mut place = String::new();
    // Writing to a string cannot fail.
    for (index, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Key(_) => {
                if index > 0 {
                    place.push('.');
                }
                let _ = write!(place, "#p{index}");
            }
            Segment::Index(list_index) => {
                let _ = write!(place, "[{list_index}]");
            }
        }
    }
    place
}

fn corrupt_shard(shard: Option<&ShardField>) -> Error {
    let id = shard.map_or("", |field| field.id.as_str());
    let table = shard.map_or("", |field| field.table.name());
    Error::new(
        ErrorKind::Corrupt,
        format!("shard `{id}` is listed by its object, but table `{table}` does not hold it; something else deleted it"),
    )
    .in_table(table)
}
