//! What the clients of each exploration do.

use crate::client::{Edit, Operation, Part};
use crate::config::Begins::{Absent, Object};
use crate::config::{Configuration, Shard};
use crate::properties::{
    ALL_DONE, CONFLICT, DELETE_READS, DELETED, GROWN, LAZY_KEPT, LOAD_AT_ONCE, LOAD_LATER, LOADED,
    MOVED, NOT_FOUND, RECOGNISED, RECREATED, REORDERED, REPLACED, SHRUNK, TWO_OK, UNKNOWN,
};
use crate::reader::{First, Mode};

const FIELD: Shard = Shard::Field;
const ENTRY: Shard = Shard::Entry;
const INDEPENDENT: Shard = Shard::Independent;

pub(super) const KEEP: Part = Part::Keep;
pub(super) const ONE: Part = Part::Write(1);
const TWO: Part = Part::Write(2);

const LOAD: Operation = load(First::Keys, false);

/// Two clients save, one both shards and one only one of them; both may keep what they did not change.
pub(super) fn saves_and_load() -> Configuration {
    Configuration::new("two saves and a load", &[FIELD, FIELD], Object([1, 1, 0]))
        .client(&[save([ONE, KEEP, KEEP])])
        .client(&[save([ONE, ONE, KEEP]), save([KEEP, ONE, KEEP])])
        .client(&[LOAD])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, LOADED, LOAD_LATER, LOAD_AT_ONCE])
}

/// A shard gets a second piece and loses it again.
pub(super) fn grow_shrink_and_load() -> Configuration {
    Configuration::new("a shard grows and shrinks", &[FIELD], Object([1, 0, 0]))
        .client(&[save([TWO, KEEP, KEEP]), save([ONE, KEEP, KEEP])])
        .client(&[save([TWO, KEEP, KEEP])])
        .client(&[LOAD])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, GROWN, SHRUNK, LOADED, LOAD_LATER])
}

/// Entries are added, removed and moved; a reader learns them from the root.
pub(super) fn list_by_keys() -> Configuration {
    list("a list, read by keys", First::Root)
}

/// The same with a reader that sees whatever has the partition key.
pub(super) fn list_by_query() -> Configuration {
    list("a list, read by query", First::Query)
}

fn list(name: &'static str, first: First) -> Configuration {
    let reverse = Edit {
        parts: [KEEP; 3],
        reverse: true,
    };
    Configuration::new(name, &[ENTRY, ENTRY, ENTRY], Object([1, 1, 0]))
        .client(&[save([KEEP, KEEP, TWO]), Operation::Save(reverse)])
        .client(&[save([Part::Remove, KEEP, KEEP])])
        .client(&[load(first, false)])
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, REORDERED, LOADED, LOAD_LATER])
}

/// An object with a list is read and deleted while entries come and go.
pub(super) fn list_and_delete() -> Configuration {
    Configuration::new("a list and a delete", &[ENTRY, ENTRY], Object([1, 0, 0]))
        .client(&[save([KEEP, TWO, KEEP]), save([Part::Remove, KEEP, KEEP])])
        .client(&[Operation::DeleteLoaded, insert([KEEP, ONE, KEEP])])
        .client(&[Operation::DeleteLoaded])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, UNKNOWN])
}

/// A path is written without reading, beside a save that builds on what it loaded.
pub(super) fn path_save_and_load() -> Configuration {
    Configuration::new(
        "a path, a save and a load",
        &[FIELD, FIELD],
        Object([1, 1, 0]),
    )
    .client(&[Operation::WritePath(Some(0))])
    .client(&[save([ONE, KEEP, KEEP]), save([KEEP, ONE, KEEP])])
    .client(&[LOAD])
    .resends(1)
    .reaches(&[ALL_DONE, CONFLICT, TWO_OK, LOADED, LOAD_LATER])
}

/// A path is written without reading, while the shard gets pieces and loses them.
pub(super) fn path_and_growing() -> Configuration {
    Configuration::new("a path and a growing shard", &[FIELD], Object([1, 0, 0]))
        .client(&[Operation::WritePath(Some(0)), Operation::WritePath(Some(0))])
        .client(&[
            save([TWO, KEEP, KEEP]),
            save([ONE, KEEP, KEEP]),
            save([Part::Remove, KEEP, KEEP]),
        ])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, GROWN, SHRUNK, UNKNOWN])
}

/// Two clients create, one deletes without reading in between.
pub(super) fn create_delete_create() -> Configuration {
    Configuration::new("create, delete, create", &[FIELD, FIELD], Absent)
        .client(&[insert([ONE, ONE, KEEP])])
        .client(&[Operation::Delete, insert([ONE, KEEP, KEEP])])
        .client(&[LOAD])
        .resends(1)
        .reaches(&[
            ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, NOT_FOUND, LOADED, UNKNOWN,
        ])
}

/// Two clients replace what is there, another saves.
pub(super) fn replace_race() -> Configuration {
    Configuration::new(
        "two replaces and a save",
        &[FIELD, FIELD],
        Object([2, 1, 0]),
    )
    .client(&[replace([ONE, KEEP, KEEP])])
    .client(&[replace([KEEP, TWO, KEEP])])
    .client(&[save([ONE, KEEP, KEEP])])
    .resends(1)
    .reaches(&[ALL_DONE, CONFLICT, TWO_OK, REPLACED, UNKNOWN])
}

/// A replace meets a save and deletes.
pub(super) fn replace_and_delete() -> Configuration {
    Configuration::new("a replace and a delete", &[FIELD], Object([2, 0, 0]))
        .client(&[replace([ONE, KEEP, KEEP])])
        .client(&[Operation::DeleteLoaded, replace([TWO, KEEP, KEEP])])
        .client(&[Operation::Delete])
        .resends(1)
        .reaches(&[
            ALL_DONE,
            CONFLICT,
            TWO_OK,
            REPLACED,
            UNKNOWN,
            DELETED,
            RECREATED,
            DELETE_READS,
        ])
}

/// An independent shard is written beside saves and loads of the object.
pub(super) fn independent() -> Configuration {
    Configuration::new(
        "an independent shard",
        &[FIELD, INDEPENDENT],
        Object([1, 1, 0]),
    )
    .client(&[Operation::WriteIndependent(1)])
    .client(&[Operation::WriteIndependent(1), Operation::Delete])
    .client(&[save([ONE, KEEP, KEEP]), LOAD])
    .resends(1)
    .reaches(&[
        ALL_DONE, CONFLICT, TWO_OK, DELETED, NOT_FOUND, LOADED, UNKNOWN, RECOGNISED,
    ])
}

/// The object of an independent shard is deleted and created again.
pub(super) fn independent_created_again() -> Configuration {
    Configuration::new(
        "an independent shard, created again",
        &[FIELD, INDEPENDENT],
        Object([1, 1, 0]),
    )
    .client(&[Operation::WriteIndependent(1)])
    .client(&[Operation::Delete, insert([ONE, ONE, KEEP])])
    .client(&[LOAD])
    .resends(1)
    .reaches(&[
        ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, NOT_FOUND, LOADED, LOAD_LATER,
    ])
}

/// A lazy shard is loaded after its object; the rest is saved without it.
pub(super) fn lazy_and_save() -> Configuration {
    let then = Edit {
        parts: [KEEP, ONE, KEEP],
        reverse: false,
    };
    Configuration::new("a lazy shard", &[FIELD, FIELD], Object([2, 1, 0]))
        .client(&[Operation::Get {
            shard: 0,
            then: Some(then),
        }])
        .client(&[save([TWO, KEEP, KEEP]), save([ONE, KEEP, KEEP])])
        .client(&[
            Operation::Get {
                shard: 0,
                then: None,
            },
            save([KEEP, ONE, KEEP]),
        ])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, MOVED, LAZY_KEPT, SHRUNK])
}

/// Reads return any state that an item ever had.
pub(super) fn eventual_load() -> Configuration {
    Configuration::new("an eventual load", &[FIELD, FIELD], Object([1, 2, 0]))
        .client(&[save([TWO, ONE, KEEP])])
        .client(&[Operation::Delete, insert([ONE, TWO, KEEP])])
        .client(&[load(First::Keys, true)])
        .reaches(&[
            ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, NOT_FOUND, LOADED, LOAD_LATER,
        ])
}

/// Entries that are read eventually, by query.
pub(super) fn eventual_list() -> Configuration {
    Configuration::new("an eventual query", &[ENTRY, ENTRY], Object([1, 1, 0]))
        .client(&[save([Part::Remove, KEEP, KEEP])])
        .client(&[save([KEEP, TWO, KEEP])])
        .client(&[load(First::Query, true)])
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, LOADED, LOAD_LATER])
}

/// A delete without reading meets a shard that gets pieces, and a new object.
pub(super) fn delete_and_growing() -> Configuration {
    Configuration::new(
        "a delete and a growing shard",
        &[FIELD, FIELD],
        Object([1, 1, 0]),
    )
    .client(&[Operation::Delete])
    .client(&[save([TWO, KEEP, KEEP]), save([ONE, TWO, KEEP])])
    .client(&[insert([TWO, KEEP, KEEP])])
    .resends(1)
    .reaches(&[
        ALL_DONE,
        CONFLICT,
        TWO_OK,
        DELETED,
        RECREATED,
        GROWN,
        DELETE_READS,
        UNKNOWN,
    ])
}

/// A delete of what was loaded meets saves and a new object.
pub(super) fn delete_loaded_and_save() -> Configuration {
    Configuration::new("a delete as loaded and saves", &[FIELD], Object([1, 0, 0]))
        .client(&[Operation::DeleteLoaded])
        .client(&[save([ONE, KEEP, KEEP]), Operation::DeleteLoaded])
        .client(&[insert([ONE, KEEP, KEEP]), save([TWO, KEEP, KEEP])])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, UNKNOWN])
}

/// Only the root is written, by single requests. It remembers two etags, so that some outcomes are unknown.
pub(super) fn root_only() -> Configuration {
    Configuration::new("an object without shards", &[], Object([0; 3]))
        .client(&[save([KEEP; 3])])
        .client(&[save([KEEP; 3]), save([KEEP; 3])])
        .client(&[save([KEEP; 3])])
        .resends(1)
        .keeps(2)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, RECOGNISED, UNKNOWN])
}

/// An object without shards is replaced while it is saved. The root remembers one etag.
pub(super) fn replace_root_only() -> Configuration {
    Configuration::new("a replace of an object without shards", &[], Object([0; 3]))
        .client(&[replace([KEEP; 3])])
        .client(&[save([KEEP; 3]), save([KEEP; 3]), save([KEEP; 3])])
        .resends(1)
        .keeps(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, REPLACED, RECOGNISED, UNKNOWN])
}

/// Paths of the root are written without reading. It remembers one etag.
pub(super) fn root_paths() -> Configuration {
    Configuration::new("paths of an object without shards", &[], Object([0; 3]))
        .client(&[Operation::WritePath(None)])
        .client(&[Operation::WritePath(None), save([KEEP; 3])])
        .client(&[Operation::WritePath(None)])
        .resends(1)
        .keeps(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, RECOGNISED])
}

/// An object without shards is saved, deleted and created again.
pub(super) fn incarnations() -> Configuration {
    Configuration::new(
        "an object without shards, created again",
        &[],
        Object([0; 3]),
    )
    .client(&[save([KEEP; 3])])
    .client(&[Operation::Delete, insert([KEEP; 3])])
    .client(&[insert([KEEP; 3]), Operation::Delete])
    .resends(1)
    .reaches(&[ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, UNKNOWN])
}

const fn load(first: First, eventual: bool) -> Operation {
    Operation::Load(Mode { first, eventual })
}

pub(super) fn save(parts: [Part; 3]) -> Operation {
    Operation::Save(edit(parts))
}

fn insert(parts: [Part; 3]) -> Operation {
    Operation::Insert(edit(parts))
}

fn replace(parts: [Part; 3]) -> Operation {
    Operation::Replace(edit(parts))
}

fn edit(parts: [Part; 3]) -> Edit {
    Edit {
        parts,
        reverse: false,
    }
}
