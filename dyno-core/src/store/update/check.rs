//! Whether an update can be made in place, and what it writes.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use crate::commit::Returns;
use crate::commit::update::Wanted;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Edit, Verb, Wrong};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{self, Columns, Decisions, Kept, Route, Unmade};
use crate::shape::{Identity, Kind};
use crate::store::condition::asks_a_loader;
use crate::store::operation::Operation;

/// What is asked for.
pub(super) struct Asked<T> {
    pub(super) edits: Vec<Edit>,
    pub(super) when: Option<Condition<T>>,
    pub(super) once: bool,
    pub(super) parents: bool,
    pub(super) returns: Option<Returns>,
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        Self {
            edits: self.edits.clone(),
            when: self.when.clone(),
            once: self.once,
            parents: self.parents,
            returns: self.returns,
        }
    }
}

impl Operation {
    /// The edits of an update, none of which is wrong in itself or in the way of another.
    ///
    /// # Errors
    ///
    /// There is none, a value has no form in DynamoDB, or two change the same.
    pub(super) fn edits(
        &self,
        asked: impl IntoIterator<Item = (FieldPath, Result<Verb, Wrong>)>,
    ) -> Result<Vec<Edit>> {
        let mut edits: Vec<Edit> = Vec::new();
        for (path, verb) in asked {
            let verb = verb.map_err(|wrong| match wrong {
                Wrong::Use(why) => refuse(&path, why),
                Wrong::Value(error) => self.public(error.under_path(&path)),
            })?;
            let met = edits
                .iter()
                .find(|edit| edit.path.starts_with(&path) || path.starts_with(&edit.path));
            match met {
                Some(edit) if edit.path == path => {
                    return Err(refuse(
                        &path,
                        "is changed twice by one update; change it once",
                    ));
                }
                Some(edit) => {
                    let why = format!(
                        "and `{}` are changed by one update, and one lies in the other; change one of them",
                        edit.path
                    );
                    return Err(refuse(&path, why));
                }
                None => edits.push(Edit { path, verb }),
            }
        }
        if edits.is_empty() {
            let why =
                "the update changes nothing; say what, with `.set(field, value)` and the like";
            return Err(Error::new(ErrorKind::InvalidExpression, why));
        }
        Ok(edits)
    }

    /// What the update writes, and on which condition.
    ///
    /// # Errors
    ///
    /// It cannot be made in place: a shard, a key, or what only who reads the object can bring up to date.
    pub(super) fn wanted<T>(&self, key: &Key, asked: Asked<T>) -> Result<Wanted<'_>> {
        let Asked {
            edits,
            when,
            once,
            parents,
            returns,
        } = asked;
        let topology = &self.topology;
        if topology.root.seals() {
            return Err(whole_only(
                "the type is sealed (`#[dyno(seal)]`), and its items are written whole",
            ));
        }
        if self.loader().is_some_and(ConfigLoader::needs_object) {
            return Err(whole_only(
                "the loader is shown the whole object before it decides what is encrypted",
            ));
        }
        if returns.is_some() && (topology.open || !topology.shards.is_empty()) {
            let why = "the object has shards, which an update does not read; await the update alone, and load the object";
            return Err(Error::new(ErrorKind::InvalidExpression, why));
        }
        if returns.is_some() && once {
            let why = "an update that is sent exactly once brings no object; take `.exactly_once()` or `.returning_..()`";
            return Err(Error::new(ErrorKind::InvalidExpression, why));
        }
        let kept = Kept::of_all(topology.root);
        let when = self.condition_on(when, key)?;
        let root = self.root(key)?;
        let keys = root.to_item();
        let mut wanted = Wanted {
            topology,
            root,
            edits: Vec::new(),
            kept: kept.edits(self.store.now())?,
            columns: Columns::new(),
            unless: Vec::new(),
            maps: BTreeSet::new(),
            when,
            once,
            returns,
        };
        let made = topology.made.after(&edits, &keys);
        for edit in edits {
            if parents {
                self.add_maps_around(&edit.path, &mut wanted.maps)?;
            }
            self.want(edit, &keys, &mut wanted)?;
        }
        wanted.columns.extend(made.map_err(|unmade| match unmade {
            Unmade::Invalid(error) => error,
            Unmade::Unknown(path, why) => refuse(&path, why),
        })?);
        Ok(wanted)
    }

    /// The maps around a value: they have no content that an object is not loaded without.
    fn add_maps_around(&self, path: &FieldPath, maps: &mut BTreeSet<FieldPath>) -> Result<()> {
        let mut around = path.clone();
        while around.pop().is_some() && !around.is_root() {
            let route = Route::of(&self.topology, &around, None)?;
            if matches!(route.kind, Some(Kind::Map(_))) && route.shard.is_none() {
                maps.insert(around.clone());
            }
        }
        Ok(())
    }

    fn want(&self, edit: Edit, keys: &Item, wanted: &mut Wanted<'_>) -> Result<()> {
        let Edit { path, verb } = edit;
        let route = Route::of(&self.topology, &path, None)?;
        if !path.is_root() && (route.shard.is_some() || route.holds_shards) {
            return Err(refuse(
                &path,
                "is a shard, or lies in one, and an update writes the item of the root; use `write_path`, or load, change \
                 and save",
            ));
        }
        plan::check_unique_write(self.topology.root, &path)?;
        let edit = Edit { path, verb };
        let is_checked = match &edit.verb {
            Verb::Remove { .. } => !edit.moves_elements(),
            // An entry without a value, which a field never is set to.
            Verb::Set(AttributeValue::Null(_)) => edit.path.depth() == 1,
            _ => true,
        };
        if is_checked {
            self.check_writable(&edit.path, &route, edit.verb.value())?;
        }
        if edit.changes_set() && edit.path.depth() > 1 {
            return Err(refuse(
                &edit.path,
                "is a set inside another value, and DynamoDB adds to sets and deletes from them only where they are fields of the \
                 object itself; set it, or load, change and save",
            ));
        }
        if edit.takes_away_what_is_needed() && self.is_field(&edit.path)? {
            return Err(refuse(
                &edit.path,
                "would be gone, or could be, and without it the object could not be loaded; make it an `Option`, or set it",
            ));
        }
        if route.way.needs_object() {
            return Err(refuse(
                &edit.path,
                "goes through an enum, a field with `alias`, or a value that only its own type understands, and only the \
                 stored object tells what stands there; use `write_path`, or load, change and save",
            ));
        }
        let indexed = self.topology.indexes.around(&edit.path);
        if edit.path.depth() > 1 && indexed.is_some() {
            return Err(encrypted(&edit.path));
        }
        let sets = matches!(edit.verb, Verb::Set(_) | Verb::Remove { .. });
        if !sets && indexed.is_some() {
            return Err(encrypted(&edit.path));
        }
        let decided = Decisions::for_path(
            keys,
            self.topology.root,
            (&edit.path, &edit.path),
            edit.verb.value(),
            self.loader(),
        )?;
        let Some(decisions) = decided.filter(|decisions| !decisions.any_below_list(&edit.path))
        else {
            return Err(encrypted(&edit.path));
        };
        if let Verb::Set(value) | Verb::SetIfAbsent(value) = &edit.verb
            && let [Segment::Key(name)] = edit.path.segments()
        {
            let of_root = (&FieldPath::root(), name.as_str());
            plan::check_index_value(self.topology.root, of_root, value, &decisions)?;
        }
        if !sets && !decisions.is_empty() {
            return Err(encrypted(&edit.path));
        }
        if let Some(list) = edit.list() {
            self.check_list(&edit, &list, keys)?;
        }
        let columns = match indexed {
            Some(index) => index.expected(edit.verb.value(), keys, self.loader())?,
            None => Columns::new(),
        };
        if let Some(Segment::Key(name)) = edit.path.segments().first()
            && columns.is_empty()
            && !decisions.is_empty()
        {
            wanted.unless.extend(self.columns_of_strangers(name));
        }
        wanted.columns.extend(columns);
        let edit = match edit {
            Edit {
                path,
                verb: Verb::Set(value),
            } => {
                let value = decisions.seal_value(value, &path, &self.binding(&wanted.root)?)?;
                Edit {
                    path,
                    verb: Verb::Set(value),
                }
            }
            edit => edit,
        };
        wanted.edits.push(edit);
        Ok(())
    }

    /// Whether the path names a field of an object, and no entry of a map or list.
    fn is_field(&self, path: &FieldPath) -> Result<bool> {
        let mut around = path.clone();
        let Some(Segment::Key(name)) = around.pop() else {
            return Ok(false);
        };
        let route = Route::of(&self.topology, &around, None)?;
        Ok(match route.kind {
            Some(Kind::Object(shape)) => shape.find_field(|field| field.name() == name).is_some(),
            _ => false,
        })
    }

    /// Refuses to put elements where nobody knows whether they are to be sealed, and to move those that are sealed, or have
    /// sealed parts: they are bound to their index.
    fn check_list(&self, edit: &Edit, list: &FieldPath, keys: &Item) -> Result<()> {
        if let Some(loader) = self.loader()
            && loader.needs_indexes()
            && self.asks_loader(list, keys)
        {
            return Err(refuse(
                list,
                "is a list of which the loader may encrypt some entries, and an update does not know where entries will stand; \
                 answer `false` in `ConfigLoader::needs_indexes` if it treats all alike, or load, change and save",
            ));
        }
        let kind = Route::of(&self.topology, list, None)?.kind;
        if edit.moves_elements() && self.may_seal(list, kind, keys, &mut Vec::new()) {
            return Err(encrypted(list));
        }
        Ok(())
    }

    /// Whether the loader is asked about the value: of a field marked `plain` it is not.
    fn asks_loader(&self, path: &FieldPath, keys: &Item) -> bool {
        let root = self.topology.root;
        asks_a_loader(|nobody| Decisions::is_clear(path, None, keys, root, Some(nobody)))
    }

    /// Whether the value at a path, or something inside it, is encrypted or may be.
    fn may_seal(
        &self,
        path: &FieldPath,
        kind: Option<Kind>,
        keys: &Item,
        seen: &mut Vec<Identity>,
    ) -> bool {
        if !Decisions::is_clear(path, None, keys, self.topology.root, self.loader()) {
            return true;
        }
        match kind {
            None | Some(Kind::Key { .. } | Kind::Lazy(_) | Kind::Scalar(_)) => false,
            // What is inside is only known when it is written, and the loader is asked about it then.
            Some(Kind::Opaque(_)) => self.loader().is_some() && self.asks_loader(path, keys),
            Some(Kind::List(element)) => {
                self.may_seal(&path.index(0), Some(element.kind()), keys, seen)
            }
            // The loader may decide by keys that nobody knows.
            Some(Kind::Map(element)) => {
                self.loader().is_some()
                    || self.may_seal(&path.key("_"), Some(element.kind()), keys, seen)
            }
            Some(Kind::Object(shape)) if seen.contains(&shape.identity()) => {
                self.loader().is_some()
            }
            Some(Kind::Object(shape)) => {
                seen.push(shape.identity());
                let sealed = shape.all_fields().any(|field| {
                    self.may_seal(&path.key(field.name()), Some(field.kind()), keys, seen)
                });
                seen.pop();
                sealed
            }
        }
    }
}

fn refuse(path: &FieldPath, why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidExpression, why).at_path(path.clone())
}

fn encrypted(path: &FieldPath) -> Error {
    refuse(
        path,
        "is encrypted, lies in what is, or holds it, and the service can neither count with it, put it together nor move it; \
         set the encrypted value as a whole, or load, change and save",
    )
}

fn whole_only(why: &str) -> Error {
    let why = format!("{why}; load, change and save the object");
    Error::new(ErrorKind::InvalidExpression, why)
}
