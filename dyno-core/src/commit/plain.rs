//! Writing an object that is one item without the mapper's attributes.
//!
//! Such an item has no etag. A changed one is written attribute by attribute, on the condition that those attributes
//! still have the values that were loaded: no update is lost, and changes of other attributes are kept. Of a key of an index
//! that is made of several fields, all of them are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::VersionLock;
use super::reason::{deleted, managed, nothing_to_delete};
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result, condition_failed};
use crate::expr::{Node, same_value};
use crate::plan::{self, Address, RootState};
use crate::reserved;
use crate::shape::{FieldShape, Shape};

/// The machine that writes or deletes one plain item.
#[derive(Debug)]
pub(crate) struct Plain {
    request: Request,
    judge: Judge,
    /// Whether something is demanded of what stands there: by the program, or by the version.
    has_when: bool,
    /// The type, if items say of which they are.
    of_type: Option<&'static Shape>,
    lock: Option<Box<VersionLock>>,
    /// Whether another program may have left the same: both count up the same version, and neither is to lose its write.
    counts: bool,
    attempts: Attempts,
}

#[derive(Debug)]
enum Judge {
    /// The condition was that nothing is there.
    Absent { item: Arc<Item> },
    /// The condition was that an object of dyno's is not there. The item, if one is put.
    NotManaged { put: Option<Arc<Item>> },
    /// The condition was that these attributes are as they were.
    Unchanged {
        before: BTreeMap<String, Option<AttributeValue>>,
        after: BTreeMap<String, Option<AttributeValue>>,
    },
}

impl Plain {
    fn of(action: Action, judge: Judge) -> Self {
        Self {
            request: Request::single(action),
            judge,
            has_when: false,
            of_type: None,
            lock: None,
            counts: false,
            attempts: Attempts::default(),
        }
    }

    /// Inserts or replaces. An object that the mapper manages is not replaced by a plain item.
    pub(crate) fn put(address: Address, item: Arc<Item>) -> Self {
        let action = Action::Put {
            address,
            item: Arc::clone(&item),
            condition: Some(not_managed()),
        };
        Self::of(action, Judge::NotManaged { put: Some(item) })
    }

    /// Inserts.
    fn insert(address: Address, item: Arc<Item>) -> Self {
        let action = Action::Put {
            condition: Some(Expressions::of_nothing(address.key_name())),
            address,
            item: Arc::clone(&item),
        };
        Self::of(action, Judge::Absent { item })
    }

    /// An object of this type: inserted, or in place of whatever of its type stands there.
    pub(crate) fn write(
        address: Address,
        item: Arc<Item>,
        shape: &'static Shape,
        replaces: bool,
    ) -> Self {
        if replaces {
            Self::put(address, item).of_type(shape)
        } else {
            Self::insert(address, item)
        }
    }

    /// Deletes.
    pub(crate) fn delete(address: Address) -> Self {
        let action = Action::Delete {
            address,
            condition: Some(not_managed()),
        };
        Self::of(action, Judge::NotManaged { put: None })
    }

    /// The request alone, to be sent once.
    ///
    /// # Errors
    ///
    /// DynamoDB would refuse it.
    pub(crate) fn into_request(self) -> Result<Request> {
        super::size::check(&self.request)?;
        Ok(self.request)
    }

    /// Deletes, if every attribute is as it was loaded, and the type has no other.
    ///
    /// # Errors
    ///
    /// The object has more attributes than one condition can name.
    pub(crate) fn delete_unchanged(
        address: Address,
        before: &Item,
        shape: &'static Shape,
    ) -> Result<Self> {
        let expressions = as_read(before, shape)
            .name("#k", address.key_name())
            .and("attribute_exists(#k)");
        super::size::check_length(&expressions)?;
        let action = Action::Delete {
            address,
            condition: Some(expressions),
        };
        let absent = absent_from(before, shape)
            .into_iter()
            .chain([reserved::FORMAT]);
        let absent = absent.map(|name| (name.to_owned(), None));
        let present = before.iter();
        let present = present.map(|(name, value)| (name.clone(), Some(value.clone())));
        let judge = Judge::Unchanged {
            before: absent.chain(present).collect(),
            after: BTreeMap::new(),
        };
        Ok(Self::of(action, judge))
    }

    /// Takes what stands there for its own only if no answer was lost, since the item counts its writes.
    pub(crate) fn counting(mut self, counts: bool) -> Self {
        self.counts = counts;
        self
    }

    /// Leaves alone what says that it is of another type than this one, if items of this one say so themselves.
    pub(crate) fn of_type(mut self, shape: &'static Shape) -> Self {
        let Request::Single(action) = &mut self.request else {
            return self;
        };
        match &mut **action {
            Action::Put { condition, .. } | Action::Delete { condition, .. } => {
                let guarded = condition.take().unwrap_or_default().of_plain_type(shape);
                *condition = Some(guarded);
            }
            Action::Check {
                condition: expressions,
                ..
            }
            | Action::Update { expressions, .. } => {
                *expressions = std::mem::take(expressions).of_plain_type(shape);
            }
        }
        self.of_type = Some(shape);
        self
    }

    /// Writes only if what stands there has the version, and if this holds of it, too.
    pub(crate) fn when_locked(mut self, lock: Option<VersionLock>, when: Option<&Node>) -> Self {
        match lock {
            None => self.when(when),
            Some(lock) => {
                let both = lock.and(when);
                self.lock = Some(Box::new(lock));
                self.when(Some(&both))
            }
        }
    }

    /// Writes or deletes only if this holds of what stands there, too.
    pub(crate) fn when(mut self, when: Option<&Node>) -> Self {
        let Request::Single(action) = &mut self.request else {
            return self;
        };
        if when.is_none() {
            return self;
        }
        self.has_when = true;
        let with_when = |condition: &mut Expressions| {
            *condition = std::mem::take(condition).and_when(when);
        };
        match &mut **action {
            Action::Delete { address, condition } => {
                let mut both = condition.take().unwrap_or_default().and_when(when);
                // What is not there is deleted, unless it was loaded.
                if matches!(self.judge, Judge::NotManaged { .. }) {
                    both = both.or_absent(address.key_name());
                }
                *condition = Some(both);
            }
            Action::Put { condition, .. } => with_when(condition.get_or_insert_default()),
            Action::Check {
                condition: expressions,
                ..
            }
            | Action::Update { expressions, .. } => with_when(expressions),
        }
        self
    }

    /// Writes the attributes that changed, from `before_all` to `after`, if they and those that are `compared` are as they were;
    /// `None` is an absent attribute.
    ///
    /// # Errors
    ///
    /// More attributes changed than one expression can name.
    pub(crate) fn update(
        address: Address,
        before_all: &Item,
        (after, compared): (
            BTreeMap<String, Option<AttributeValue>>,
            &BTreeSet<&'static str>,
        ),
        result: &Item,
    ) -> Result<Self> {
        super::size::check_item(address.table, result)?;
        let mut set = Vec::new();
        let mut remove = Vec::new();
        let mut condition = vec![
            "attribute_exists(#k)".to_owned(),
            "attribute_not_exists(#f)".to_owned(),
        ];
        let mut expressions = Expressions::default()
            .name("#k", address.key_name())
            .name("#f", reserved::FORMAT);
        for (index, value) in after.values().enumerate() {
            match value {
                Some(value) => {
                    set.push(format!("#{index}=:{index}"));
                    expressions = expressions.value(format!(":{index}"), value.clone());
                }
                None => remove.push(format!("#{index}")),
            }
        }
        let only_compared = compared.iter().filter(|name| !after.contains_key(**name));
        let named = after
            .keys()
            .map(String::as_str)
            .chain(only_compared.copied());
        let mut before = BTreeMap::from([(reserved::FORMAT.to_owned(), None)]);
        for (index, name) in named.enumerate() {
            expressions = expressions.name(format!("#{index}"), name);
            let old = before_all.get(name).cloned();
            match &old {
                Some(old) => {
                    condition.push(format!("#{index}=:o{index}"));
                    expressions = expressions.value(format!(":o{index}"), old.clone());
                }
                None => condition.push(format!("attribute_not_exists(#{index})")),
            }
            before.insert(name.to_owned(), old);
        }
        let clause = |word: &str, parts: &[String]| match parts {
            [] => String::new(),
            parts => format!("{word} {} ", parts.join(",")),
        };
        let update = format!("{}{}", clause("SET", &set), clause("REMOVE", &remove));
        expressions.update = Some(update.trim_end().to_owned());
        let expressions = expressions.when(condition.join(" AND "));
        super::size::check_length(&expressions)?;
        let action = Action::Update {
            address,
            expressions,
        };
        Ok(Self::of(action, Judge::Unchanged { before, after }))
    }

    /// The error of an item that is of another type, or of which nobody knows the type.
    fn other_type(&self, standing: Option<&Item>) -> Option<Error> {
        let (shape, standing) = (self.of_type?, standing?);
        let is_plain = !standing.contains_key(reserved::FORMAT);
        let refusal = is_plain.then(|| RootState::read(standing, shape).err());
        refusal.flatten()
    }

    /// What was demanded of what stands there, and does not hold.
    fn demanded(&self, standing: Option<&Item>) -> Error {
        let lock = self.lock.as_ref();
        let refusal = lock.and_then(|lock| lock.refusal(standing));
        refusal.unwrap_or_else(condition_failed)
    }

    fn condition_failed(&self, standing: Option<Item>) -> Result<Step<()>> {
        let lost = self.attempts.any_lost();
        if let Some(other) = self.other_type(standing.as_ref()) {
            return Err(match &self.judge {
                // It may have been changed before it became one of another type.
                Judge::Unchanged { .. } => self.attempts.refused(other),
                Judge::Absent { .. } | Judge::NotManaged { .. } => other,
            });
        }
        match (&self.judge, standing) {
            (Judge::Absent { item }, Some(standing)) if lost => {
                if !self.counts && same(item, &standing) {
                    Ok(Step::Done(()))
                } else {
                    Err(unknown())
                }
            }
            (Judge::Absent { .. } | Judge::NotManaged { .. }, None) if self.has_when => {
                Err(self.attempts.refused(self.demanded(None)))
            }
            (Judge::Absent { .. }, _) => Err(Error::new(
                ErrorKind::AlreadyExists,
                "an item with this key exists already; nothing was written",
            )),
            (Judge::NotManaged { put }, Some(standing))
                if self.has_when && !standing.contains_key(reserved::FORMAT) =>
            {
                match put {
                    Some(item) if lost && !self.counts && same(item, &standing) => {
                        Ok(Step::Done(()))
                    }
                    _ => Err(self.attempts.refused(self.demanded(Some(&standing)))),
                }
            }
            (Judge::NotManaged { .. }, _) => Err(managed()),
            (Judge::Unchanged { after, .. }, None) if lost && after.is_empty() => {
                Ok(Step::Done(()))
            }
            (Judge::Unchanged { after, .. }, None) => Err(if lost {
                unknown()
            } else if after.is_empty() {
                nothing_to_delete()
            } else {
                deleted()
            }),
            (Judge::Unchanged { before, after }, Some(standing)) => {
                let has = |(name, value): (&String, &Option<AttributeValue>)| match (
                    standing.get(name),
                    value,
                ) {
                    (Some(found), Some(wanted)) => same_value(found, wanted),
                    (found, wanted) => found.is_none() && wanted.is_none(),
                };
                let applied = !after.is_empty() && after.iter().all(has);
                match (lost, applied) {
                    (true, true) if !self.counts => Ok(Step::Done(())),
                    (true, _) => Err(unknown()),
                    (false, _) if self.has_when && before.iter().all(has) => {
                        Err(condition_failed())
                    }
                    (false, _) => Err(changed()),
                }
            }
        }
    }
}

impl Machine for Plain {
    type Done = ();

    fn begin(&mut self, _: Fresh) -> Result<Step<()>> {
        super::size::check(&self.request)?;
        Ok(Step::Send(self.request.clone()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<()>> {
        match self.attempts.judge(answer, &self.request)? {
            Judged::Applied => Ok(Step::Done(())),
            Judged::Condition(_, standing) => self.condition_failed(standing),
            Judged::Next(step) => Ok(step),
        }
    }
}

/// The condition that what stands there, if anything, is no object of dyno's.
fn not_managed() -> Expressions {
    Expressions::condition("attribute_not_exists(#f)").name("#f", reserved::FORMAT)
}

/// Whether an item holds these values, and perhaps others.
fn holds(item: &Item, values: &Item) -> bool {
    values
        .iter()
        .all(|(name, value)| item.get(name).is_some_and(|other| same_value(value, other)))
}

/// Whether two items hold the same values.
fn same(a: &Item, b: &Item) -> bool {
    a.len() == b.len() && holds(a, b)
}

/// The condition that an item that the mapper does not manage is as it was read, and has none of the type's other fields.
pub(super) fn as_read(before: &Item, shape: &'static Shape) -> Expressions {
    let mut condition = unchanged(before)
        .name("#f", reserved::FORMAT)
        .and("attribute_not_exists(#f)");
    for (index, name) in absent_from(before, shape).into_iter().enumerate() {
        condition = condition
            .name(format!("#a{index}"), name)
            .and(format!("attribute_not_exists(#a{index})"));
    }
    condition
}

/// Whether an item is as it was read, which the mapper did not manage, and has none of the type's other fields.
pub(super) fn is_as_read(now: &Item, before: &Item, shape: &'static Shape) -> bool {
    let mut absent = absent_from(before, shape)
        .into_iter()
        .chain([reserved::FORMAT]);
    holds(now, before) && absent.all(|name| !now.contains_key(name))
}

/// The attributes of the type that an item does not have: of its fields, by all their names, and the one that says the type.
fn absent_from(item: &Item, shape: &'static Shape) -> BTreeSet<&'static str> {
    let older = shape.all_fields().flat_map(FieldShape::older_names);
    let names = shape
        .all_fields()
        .map(FieldShape::name)
        .chain(older.copied());
    let tag = plan::plain_tag(shape).map(|(attribute, _)| attribute);
    let names = names.chain(tag);
    names.filter(|name| !item.contains_key(*name)).collect()
}

/// The condition that every attribute is as it was.
fn unchanged(before: &Item) -> Expressions {
    let sorted: BTreeMap<_, _> = before.iter().collect();
    let mut expressions = Expressions::default();
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        expressions = expressions
            .name(format!("#{index}"), name)
            .value(format!(":{index}"), value.clone())
            .and(format!("#{index}=:{index}"));
    }
    expressions
}

fn changed() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "somebody else changed the same attributes since the object was loaded; nothing was written. \
         Reload it, apply the change again, and save",
    )
}
