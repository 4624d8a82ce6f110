use dyno_value::Item;

use uuid::Uuid;

use super::Store;
use super::made_key::key_of_fields;
use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::prepared::SavePart;
use super::saved::{Base, Saved};
use super::tree::Expecting;
use super::when::both;
use crate::error::{Error, ErrorKind, Result, SaveError};
use crate::expr::{Condition, Node};
use crate::forecast::Plan;
use crate::key::{Key, KeyValue};
use crate::plan::{self, Decisions, Entries, KeyKinds};
use crate::shape::{Role, Stored, uncertain, write_what_can_be};

/// Saves one object: inserts it, or replaces what has its key.
///
/// An object with shards or encrypted fields is written by one `TransactWriteItems` (2 WCU per KB of each item); and by one
/// more request if there was an object with the key already, which the first one finds out without reading. A plain
/// object is always one `PutItem` (1 WCU per KB). A crash leaves the old object or the new one.
///
/// The key is what the object's fields make by the [key templates](crate::template) of its type, or that of its key field, or
/// [`key`](Self::key), or what the loader's
/// [`primary_key`](crate::ConfigLoader::primary_key) says, or a new UUID (version 7).
///
/// An object with a field marked `#[dyno(version)]` is saved if the stored version is the object's, and no version is stored if
/// that is 0 or `None`; it is counted up in the same request, and [`ErrorKind::Conflict`] if it is another one.
///
/// An object of a type with `#[dyno(unique)]` fields is written with the items that guard their values, by one `TransactWriteItems`, or two if it
/// replaces another; [`ErrorKind::NotUnique`] if another object has a value.
///
/// Of a plain object a put whose answer is lost is sent again, and may come after somebody else's. A version stops that: a second try
/// that is refused is [`ErrorKind::OutcomeUnknown`], because another program may have left the same.
///
/// # Cancel safety
///
/// A save that is dropped before its end may have been applied or not; load the object to see.
///
/// # Errors
///
/// The error carries the object: [`SaveError::into_object`]. Kinds: [`ErrorKind::InvalidKey`],
/// [`ErrorKind::NotValid`], [`ErrorKind::InvalidValue`], [`ErrorKind::InvalidShape`], [`ErrorKind::TooLarge`], [`ErrorKind::KeyRefused`],
/// [`ErrorKind::NotUnique`], [`ErrorKind::AlreadyExists`] with [`if_absent`](Self::if_absent), [`ErrorKind::ConditionFailed`] and
/// [`ErrorKind::InvalidExpression`] with [`when`](Self::when), [`ErrorKind::Conflict`], [`ErrorKind::TypeMismatch`],
/// [`ErrorKind::NewerFormat`], [`ErrorKind::Contended`], [`ErrorKind::OutcomeUnknown`], and those of the service.
#[must_use = "nothing is saved until it is awaited"]
pub struct Save<T> {
    object: T,
    key: Option<Key>,
    if_absent: bool,
    when: Option<Condition<T>>,
    options: Options,
}

debug_of!(Save<T>: key, if_absent);

impl<T: Stored> Save<T> {
    pub(crate) fn new(object: T) -> Self {
        Self {
            object,
            key: None,
            if_absent: false,
            when: None,
            options: Options::default(),
        }
    }

    common_options!();

    /// Saves under this key, for types without a key field or key templates.
    pub fn key(mut self, key: impl Into<Key>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Only inserts: fails with [`ErrorKind::AlreadyExists`] if there is an object with the key.
    pub fn if_absent(mut self) -> Self {
        self.if_absent = true;
        self
    }

    /// Saves only if this holds of the object that stands there; it fails with [`ErrorKind::ConditionFailed`] otherwise.
    ///
    /// Where nothing stands, every field is absent. Said twice, both must hold.
    pub fn when(mut self, condition: Condition<T>) -> Self {
        self.when = Some(both(self.when, condition));
        self
    }

    /// What awaiting it would send if nothing has the key; sends nothing.
    ///
    /// The plan is exact if that is so. Otherwise the request is refused with [`if_absent`](Self::if_absent), costs as
    /// much more as the larger item of before needs for a plain object, and is followed by another one for others. A
    /// key that is made up is another one in each plan, of the same length.
    ///
    /// # Errors
    ///
    /// Those of the save that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        let (operation, tree, key) = self.prepare()?;
        let plan = || {
            let when = operation.condition_on(self.when.clone(), &key)?;
            operation.plan_save(tree, &key, self.expecting(), when.as_ref())
        };
        plan().map_err(operation.explain(Some(&key)))
    }

    async fn run(self) -> Result<Saved<T>, SaveError<T>> {
        let written = async {
            let (prepared, is_uncertain) = uncertain::watched(|| self.prepare());
            let (operation, tree, key) = prepared?;
            let when = operation.condition_on(self.when.clone(), &key);
            let when = when.map_err(|error| operation.explain(Some(&key))(error))?;
            let base = self.write(&operation, tree, &key, when, is_uncertain).await;
            let base = base.map_err(|error| operation.explain(Some(&key))(error))?;
            Ok((key, operation.options(), base))
        };
        match written.await {
            Ok((key, options, base)) => Ok(Saved::new(self.object, key, options, base)),
            Err(error) => Err(SaveError::new(self.object, error)),
        }
    }

    async fn write(
        &self,
        operation: &Operation,
        tree: Item,
        key: &Key,
        when: Option<Node>,
        is_uncertain: bool,
    ) -> Result<Base> {
        if operation.verbatim().is_some() && !is_uncertain {
            let again = || operation.tree_of(&self.object);
            let put = operation.put_verbatim(tree, key, self.if_absent, when.as_ref(), again);
            return put.await.map(|()| Base::AsItIs);
        }
        let saved = operation.save_tree_when(tree, key, self.expecting(), when);
        saved.await.map(Base::from)
    }

    /// What is to be saved as a part of something else, in this store if no other is named, and the object.
    pub(super) fn into_part(mut self, store: &Store) -> (Result<(Operation, Key, SavePart)>, T) {
        self.options.store.get_or_insert_with(|| store.clone());
        let part = || {
            let (operation, tree, key) = self.prepare()?;
            let when = self.when.clone();
            let part = SavePart::new(&operation, &key, tree, self.expecting(), when)?;
            Ok((operation, key, part))
        };
        (part(), self.object)
    }

    /// Everything that was said, to be asked for later.
    pub(super) fn into_parts(self) -> SaveParts<T> {
        SaveParts {
            expecting: self.expecting(),
            object: self.object,
            key: self.key,
            when: self.when,
            options: self.options,
        }
    }

    /// The operation, the object's tree, and its key.
    fn prepare(&self) -> Result<(Operation, Item, Key)> {
        let operation = Operation::new::<T>("save", self.options.clone())?;
        let (tree, key) = keyed_tree(&operation, &self.object, self.key.as_ref())?;
        Ok((operation, tree, key))
    }

    fn expecting(&self) -> Expecting {
        if self.if_absent {
            Expecting::Nothing
        } else {
            Expecting::Anything
        }
    }
}

/// What a save consists of.
pub(super) struct SaveParts<T> {
    pub(super) object: T,
    pub(super) key: Option<Key>,
    pub(super) expecting: Expecting,
    pub(super) when: Option<Condition<T>>,
    pub(super) options: Options,
}

/// The tree of an object to be saved, and its key.
///
/// # Errors
///
/// A type does not accept the object or one inside it, a value has no form in DynamoDB, or there is no key.
pub(super) fn keyed_tree<T: Stored>(
    operation: &Operation,
    object: &T,
    given: Option<&Key>,
) -> Result<(Item, Key)> {
    let made = || {
        let tree = operation.valid_tree_of(object)?;
        if let Some(fault) = given.and_then(Key::fault) {
            return Err(Error::new(ErrorKind::InvalidKey, fault.to_owned()));
        }
        let made = key_of_fields(object)?;
        let key = match (made, given) {
            (Some(made), Some(given)) if made != *given => return Err(another_key(&made, given)),
            (Some(made), _) => made,
            (None, given) => key_of(operation, &tree, given)?,
        };
        plan::check_not_a_guard(operation.topology.root, &key)?;
        Ok((tree, key))
    };
    made().map_err(|error| {
        let known = given.cloned().or_else(|| known_key(operation, object));
        operation.explain(known.as_ref())(error)
    })
}

/// The key of an object that is not saved, as far as its fields tell it; not one that is made of what is encrypted.
fn known_key<T: Stored>(operation: &Operation, object: &T) -> Option<Key> {
    let tree = write_what_can_be(object);
    if T::SHAPE.key_templates().is_some() {
        let (entries, loader) = (Entries::default(), operation.loader());
        let decisions = Decisions::for_save(&tree, &tree, &entries, T::SHAPE, loader).ok()?;
        plan::check_key_in_clear(T::SHAPE, &decisions).ok()?;
        return key_of_fields(object).ok().flatten();
    }
    let table = operation.topology.table;
    let field = |role, name: &str| key_field(operation, &tree, role, name);
    let partition = Key::new(field(Role::PartitionKey, table.key_name())?);
    match table.sort_name() {
        Some(name) => Some(partition.with_sort(field(Role::SortKey, name)?)),
        None => Some(partition),
    }
}

/// The value of the field that is this part of the key, if the type has one.
fn key_field(operation: &Operation, tree: &Item, role: Role, name: &str) -> Option<KeyValue> {
    let mut fields = operation.topology.root.all_fields();
    let has_field = fields.any(|field| field.field_role() == role);
    KeyValue::from_value(tree.get(name).filter(|_| has_field)?)
}

fn another_key(made: &Key, given: &Key) -> Error {
    let why = format!(
        "the key of the object is made of its fields and is `{made}`, and the call asks for `{given}`; leave `.key(..)` out"
    );
    Error::new(ErrorKind::InvalidKey, why)
}

/// The key of an object to be saved: from its key fields, the call, the loader, or made up.
fn key_of(operation: &Operation, tree: &Item, given: Option<&Key>) -> Result<Key> {
    let table = operation.topology.table;
    let field = |role, name: &str| key_field(operation, tree, role, name);
    let partition = one_of(
        "partition",
        field(Role::PartitionKey, table.key_name()),
        given.map(Key::partition),
    )?;
    let partition = match partition {
        Some(partition) => partition,
        None => operation
            .loader()
            .and_then(|loader| loader.primary_key(tree))
            .map_or_else(|| generated(operation), Ok)?,
    };
    let Some(sort_name) = table.sort_name() else {
        let key = Key::new(partition);
        return Ok(match given.and_then(Key::sort) {
            Some(sort) => key.with_sort(sort.clone()),
            None => key,
        });
    };
    let sort = one_of(
        "sort",
        field(Role::SortKey, sort_name),
        given.and_then(Key::sort),
    )?;
    match sort {
        Some(sort) => Ok(Key::new(partition).with_sort(sort)),
        None => Err(Error::new(
            ErrorKind::InvalidKey,
            format!(
                "table `{}` has the sort key `{sort_name}`; give both parts with `.key((partition, sort))`",
                table.name()
            ),
        )),
    }
}

fn one_of(
    part: &str,
    field: Option<KeyValue>,
    given: Option<&KeyValue>,
) -> Result<Option<KeyValue>> {
    match (field, given) {
        (Some(field), Some(given)) if field != *given => Err(Error::new(
            ErrorKind::InvalidKey,
            format!(
                "the {part} key field of the object is `{field}`, and the call asks for `{given}`; give one of them"
            ),
        )),
        (field, given) => Ok(field.or_else(|| given.cloned())),
    }
}

fn generated(operation: &Operation) -> Result<KeyValue> {
    match KeyKinds::of(operation.topology.root).partition {
        None | Some(crate::key::KeyKind::S) => Ok(KeyValue::S(Uuid::now_v7().to_string())),
        Some(kind) => Err(Error::new(
            ErrorKind::InvalidKey,
            format!("the partition key is {kind} and cannot be made up; give it with `.key(..)`"),
        )),
    }
}

impl<T: Stored> IntoFuture for Save<T> {
    type Output = Result<Saved<T>, SaveError<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// For [`Transaction::insert`](crate::Transaction::insert) and [`Transaction::put`](crate::Transaction::put), which take one with a
/// key of its own, too.
impl<T: Stored> From<T> for Save<T> {
    fn from(object: T) -> Self {
        Self::new(object)
    }
}
