use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, ParsePathError, Segment, measure_value};

use super::drive;
use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::shards::Shards;
use super::tree::Expecting;
use crate::commit::Sizes;
use crate::commit::blind::{BlindWrite, PathWrite, Written};
use crate::error::{Error, ErrorKind, Result, path_not_found};
use crate::expr::{Edit, Verb};
use crate::forecast::{More, Plan};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{self, Columns, Decisions, Kept, Route, Unmade};
use crate::shape::{Role, Stored, TypedPath, fits, fits_object};

/// Writes one value of an object, without reading it.
///
/// Sends one `TransactWriteItems` of the root and the shard that holds the value (2 WCU per KB of both), or one
/// `UpdateItem` of the root or of an independent shard. An index of a list of shards is looked up first, by one `GetItem`
/// of the root. Whoever loaded the object before gets a conflict when it saves. A crash leaves the old value or the new
/// one.
///
/// A value is written by a load and a save instead, tried again while others save in between, if it is stored in several
/// items; if it lies inside an encrypted or indexed one, an enum, a field with aliases, a value that only `serde`
/// understands, or a shard that is stored in pieces; if a key of a secondary index is made of it and of other fields; if
/// the object is sealed (`#[dyno(seal)]`); and if the loader [needs the object](crate::ConfigLoader::needs_object).
///
/// The value may be anything that converts into the field's type: `"Nara"` for a `String`, but `3u32` for a `u32`, since
/// a bare `3` is an `i32`.
///
/// # Cancel safety
///
/// A write that is dropped before its end may have been applied or not; load the object to see.
///
/// # Errors
///
/// [`ErrorKind::InvalidPath`] if the type has no such field, [`ErrorKind::InvalidValue`] if the value does not fit it,
/// [`ErrorKind::NotFound`], [`ErrorKind::PathNotFound`] if the stored object has nothing around that place (a list
/// grows by saving it whole), [`ErrorKind::KeyRefused`], and those of [`Save`](crate::Save).
#[must_use = "nothing is written until it is awaited"]
pub struct WritePath<T, V> {
    key: Key,
    path: Result<TypedPath<V>, ParsePathError>,
    value: V,
    options: Options,
    object: std::marker::PhantomData<fn() -> T>,
}

debug_of!(WritePath<T, V>: key);

impl<T: Stored, V> WritePath<T, V> {
    pub(crate) fn new(key: Key, path: Result<TypedPath<V>, ParsePathError>, value: V) -> Self {
        Self {
            key,
            path,
            value,
            options: Options::default(),
            object: std::marker::PhantomData,
        }
    }

    common_options!();

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the object but its key, so units are lower bounds. The key of an entry of a list has `~` in
    /// place of the entry that the root names, and a shard is taken for one item. Of a value that is written by a load
    /// and a save only the load is in the plan.
    ///
    /// # Errors
    ///
    /// Those of the write that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        let operation = Operation::new::<T>("write a path of", self.options.clone())?;
        let plan = || {
            let (path, value) = encode(&operation, &self.path, &self.value)?;
            let plan = operation.plan_write_path(&self.key, &path, value.as_ref());
            plan.map_err(at(path))
        };
        plan().map_err(operation.explain(Some(&self.key)))
    }

    async fn run(self) -> Result<()> {
        let Self {
            key,
            path,
            value,
            options,
            object: _,
        } = self;
        let operation = Operation::new::<T>("write a path of", options)?;
        let encoded = encode(&operation, &path, &value);
        drop(value);
        let written = async {
            let (path, value) = encoded?;
            operation
                .write_path(&key, &path, value)
                .await
                .map_err(at(path))
        };
        written.await.map_err(operation.explain(Some(&key)))
    }
}

/// Says which path an error is about, if it does not say so itself.
fn at(path: FieldPath) -> impl FnOnce(Error) -> Error {
    move |error| match error.path() {
        Some(_) => error,
        None => error.at_path(path),
    }
}

fn encode<V>(
    operation: &Operation,
    path: &Result<TypedPath<V>, ParsePathError>,
    value: &V,
) -> Result<(FieldPath, Option<AttributeValue>)> {
    let typed = path.as_ref().map_err(Clone::clone)?;
    let value = typed
        .write(value)
        .map_err(|error| operation.public(error.under_path(&typed.path)))?;
    Ok((typed.path.clone(), value))
}

impl Operation {
    async fn write_path(
        &self,
        key: &Key,
        path: &FieldPath,
        value: Option<AttributeValue>,
    ) -> Result<()> {
        if self.write_blind(key, path, value.as_ref()).await? {
            return Ok(());
        }
        self.load_and_save(key, path, value).await
    }

    /// Writes the value without reading the object, if that can be done: `false` says that nothing was written.
    pub(super) async fn write_blind(
        &self,
        key: &Key,
        path: &FieldPath,
        value: Option<&AttributeValue>,
    ) -> Result<bool> {
        let route = Route::of(&self.topology, path, None)?;
        self.check_writable(path, &route, value)?;
        if self.needs_object(&route) {
            return Ok(false);
        }
        let route = if route.needs_order {
            self.route(key, path, true).await?
        } else {
            route
        };
        let write = self.with_keys(route, |route| self.blind_write(key, path, route, value));
        let Some(write) = write.await? else {
            return Ok(false);
        };
        match drive::run(&self.store, write).await? {
            Written::Done => Ok(true),
            Written::ReadFirst => Ok(false),
        }
    }

    /// What [`write_path`](Self::write_path) sends, if the value is where the type says.
    fn plan_write_path(
        &self,
        key: &Key,
        path: &FieldPath,
        value: Option<&AttributeValue>,
    ) -> Result<Plan> {
        let (mut plan, route) = self.plan_route(key, path, true)?;
        self.check_writable(path, &route, value)?;
        if self.needs_object(&route) {
            plan = Plan::default();
        } else {
            // A shard in pieces is loaded and saved, once the blind write has met it.
            let in_shard = route.shard.as_ref().is_some_and(|shard| !shard.independent);
            if let Some(write) = self.blind_write(key, path, route, value)? {
                let plan = plan.then(drive::plan(write, Sizes::Unknown)?);
                return Ok(if in_shard {
                    plan.perhaps(More::Writes)
                } else {
                    plan
                });
            }
        }
        let load = self.plan_load(key, Shards::All, true, None)?;
        Ok(plan.and(load.perhaps(More::Writes)))
    }

    /// Whether only the object, as it is stored, tells how to write the value.
    fn needs_object(&self, route: &Route) -> bool {
        let whole = self.loader().is_some_and(ConfigLoader::needs_object);
        let sealed = self.topology.root.seals();
        // Of a part alone the index value of the whole cannot be computed.
        let in_indexed =
            route.stored.depth() > 1 && self.topology.indexes.around(&route.stored).is_some();
        whole || sealed || route.holds_shards || route.way.needs_object() || in_indexed
    }

    /// The write of a value without reading the object; `None` if that cannot be.
    fn blind_write(
        &self,
        key: &Key,
        path: &FieldPath,
        route: Route,
        value: Option<&AttributeValue>,
    ) -> Result<Option<BlindWrite<'_>>> {
        let root = self.root(key)?;
        let keys = root.to_item();
        let stored = &route.stored;
        let decided = Decisions::for_path(
            &keys,
            self.topology.root,
            (path, stored),
            value,
            self.loader(),
        )?;
        let Some(decisions) = decided.filter(|decisions| !decisions.any_below_list(stored)) else {
            return Ok(None);
        };
        if let (Some(value), [Segment::Key(name)]) = (value, route.inside.segments()) {
            let above = stored
                .segments()
                .split_last()
                .map_or(&[][..], |(_, above)| above);
            let around: FieldPath = above.iter().cloned().collect();
            for shape in plan::shapes_of_indexes(self.topology.root, route.shard.as_ref()) {
                plan::check_index_value(shape, (&around, name), value, &decisions)?;
            }
        }
        let made = match self.made_after(stored, value, &keys) {
            Ok(made) => made,
            Err(Unmade::Invalid(error)) => return Err(error),
            Err(Unmade::Unknown(..)) => return Ok(None),
        };
        let mut columns = match self.topology.indexes.around(stored) {
            Some(index) => index.expected(value, &keys, self.loader())?,
            None => Columns::new(),
        };
        let unless = match stored.segments().first() {
            Some(Segment::Key(name))
                if columns.is_empty() && route.shard.is_none() && !decisions.is_empty() =>
            {
                self.columns_of_strangers(name)
            }
            _ => Vec::new(),
        };
        columns.extend(made);
        let binding = self.binding(&root)?;
        let value = value
            .map(|value| decisions.seal_value(value.clone(), stored, &binding))
            .transpose()?;
        let write = PathWrite {
            topology: &self.topology,
            owner: self.owner(&root),
            root,
            shard: route.shard,
            inside: route.inside,
            value,
            kept: Kept::of_all(self.topology.root).edits(self.store.now())?,
            columns,
            unless,
        };
        Ok(Some(BlindWrite::new(write)))
    }

    /// What the keys of secondary indexes become that are made of a value, and of nothing else that is not known.
    fn made_after(
        &self,
        stored: &FieldPath,
        value: Option<&AttributeValue>,
        keys: &Item,
    ) -> Result<Columns, Unmade> {
        let verb = match value {
            Some(value) => Verb::Set(value.clone()),
            None => Verb::Remove { optional: true },
        };
        let edit = Edit {
            path: stored.clone(),
            verb,
        };
        self.topology.made.after(&[edit], keys)
    }

    /// The columns that an index on a field would have that the type does not know of: another version of it may.
    pub(super) fn columns_of_strangers(&self, field: &str) -> Vec<String> {
        let root = self.topology.root;
        let mut columns = plan::possible_columns(field).to_vec();
        columns.retain(|column| root.find_field(|field| field.answers_to(column)).is_none());
        columns
    }

    pub(super) fn check_writable(
        &self,
        path: &FieldPath,
        route: &Route,
        value: Option<&AttributeValue>,
    ) -> Result<()> {
        let refuse = |kind, why: &str| Err(Error::new(kind, why).at_path(path.clone()));
        let [first, ..] = path.segments() else {
            return refuse(
                ErrorKind::InvalidPath,
                "the path is the object itself; save the object",
            );
        };
        let is_key = |role, name: Option<&str>| {
            let field = self
                .topology
                .root
                .all_fields()
                .find(|field| field.field_role() == role);
            let name = field.map(crate::shape::FieldShape::name).or(name);
            path.depth() == 1 && name.is_some_and(|name| *first == Segment::Key(name.to_owned()))
        };
        let table = self.topology.table;
        if is_key(Role::PartitionKey, Some(table.key_name()))
            || is_key(Role::SortKey, table.sort_name())
        {
            return refuse(
                ErrorKind::InvalidPath,
                "a key cannot be changed; save the object under its new key",
            );
        }
        if let Some(templates) = self.topology.root.key_templates()
            && let Segment::Key(name) = first
            && let root = self.topology.root
            && root
                .all_fields()
                .any(|field| field.answers_to(name) && templates.with_field(field.name()))
        {
            let why = format!(
                "the key is made of this field, {}, and a key cannot be changed; save the object under its new key",
                templates.text()
            );
            return refuse(ErrorKind::InvalidPath, &why);
        }
        Kept::check_write(self.topology.root, path)?;
        plan::check_unique_write(self.topology.root, path)?;
        match value {
            None if matches!(path.segments().last(), Some(Segment::Index(_))) => refuse(
                ErrorKind::InvalidValue,
                "an element of a list cannot be absent; write the list without it",
            ),
            None => Ok(()),
            Some(value) => {
                let kind = route.kind;
                let checked = measure_value(value)
                    .and_then(|_| kind.map_or(Ok(()), |kind| fits(kind, value.clone())));
                checked.map_err(|error| self.public(error.under_path(path)))
            }
        }
    }

    /// Writes a value that a single update cannot reach.
    async fn load_and_save(
        &self,
        key: &Key,
        path: &FieldPath,
        value: Option<AttributeValue>,
    ) -> Result<()> {
        const MOST_ATTEMPTS: u32 = 8;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut loaded = self.load_tree(key, Shards::All, true).await?;
            let before = std::mem::take(&mut loaded.tree);
            let mut tree = before.clone();
            if !self.topology.has_place(&tree, path)
                || !plan::set_value(&mut tree, path, value.clone())
            {
                return Err(path_not_found());
            }
            fits_object(self.topology.root, &tree)
                .map_err(|error| self.public(loaded.decisions.without_secrets(error)))?;
            let baseline = loaded.compared_with(&self.topology, before)?;
            match self
                .save_tree(tree, key, Expecting::Baseline(Box::new(baseline)))
                .await
            {
                Err(error) if error.kind() == ErrorKind::Conflict && attempt < MOST_ATTEMPTS => {
                    drive::pause(attempt).await?;
                }
                saved => return saved.map(drop),
            }
        }
    }
}

impl<T: Stored, V: Send + 'static> IntoFuture for WritePath<T, V> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
