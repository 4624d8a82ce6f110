//! The configurations that are explored, and the mutants with the invariant that each breaks.

use crate::client::{Edit, Operation, Part};
use crate::config::Begins::{Absent, Object};
use crate::config::{Configuration, Shard};
use crate::mutant::Mutant;
use crate::properties::{
    ALL_DONE, CONFLICT, DELETE_READS, DELETED, GROWN, I1, I2, I3, I4, I5, I6, I7, I9_CONFLICT,
    I9_OK, I9_ONCE, LAZY_KEPT, LOAD_AT_ONCE, LOAD_LATER, LOADED, MOVED, NOT_FOUND, RECOGNISED,
    RECREATED, REORDERED, REPLACED, SHRUNK, TWO_OK, UNKNOWN,
};
use crate::reader::{First, Mode};

const FIELD: Shard = Shard::Field;
const ENTRY: Shard = Shard::Entry;
const INDEPENDENT: Shard = Shard::Independent;

const KEEP: Part = Part::Keep;
const ONE: Part = Part::Write(1);
const TWO: Part = Part::Write(2);

const LOAD: Operation = load(First::Keys, false);

/// All configurations that must hold.
pub fn configurations() -> Vec<Configuration> {
    vec![
        saves_and_load(),
        grow_shrink_and_load(),
        list_by_keys(),
        list_by_query(),
        list_and_delete(),
        path_save_and_load(),
        path_and_growing(),
        create_delete_create(),
        replace_race(),
        replace_and_delete(),
        independent(),
        independent_created_again(),
        lazy_and_save(),
        eventual_load(),
        eventual_list(),
        delete_and_growing(),
        delete_loaded_and_save(),
        root_only(),
        replace_root_only(),
        root_paths(),
        incarnations(),
    ]
}

/// The same and larger: more clients, operations and lost answers. Minutes, not seconds.
pub fn larger() -> Vec<Configuration> {
    vec![
        saves_and_load()
            .client(&[save([ONE, KEEP, KEEP])])
            .renamed("three saves and a load"),
        create_delete_create()
            .client(&[Operation::Delete])
            .renamed("create, delete, create, delete"),
        list_by_query()
            .client(&[Operation::DeleteLoaded])
            .renamed("a list, a delete and a query"),
        replace_race()
            .client(&[Operation::Delete])
            .renamed("two replaces, a save and a delete"),
        independent_created_again()
            .client(&[save([ONE, KEEP, KEEP])])
            .renamed("an independent shard, saved and created again"),
        root_only()
            .client(&[save([KEEP; 3])])
            .keeps(4)
            .renamed("an object without shards, four etags"),
    ]
}

/// A broken rule, where it shows, and what it breaks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Caught {
    /// The broken rule.
    pub mutant: Mutant,
    /// The configuration, with the broken rule.
    pub configuration: Configuration,
    /// The invariant that must be found violated.
    pub by: &'static str,
}

/// All mutants.
pub fn mutants() -> Vec<Caught> {
    use Mutant::{
        BlindKeepsEtag, BlindWithoutFlags, ConflictAfterLostAnswer, CounterEtag,
        DeleteAssumesOneItem, DeleteForgetsEntries, DeleteForgetsPieces, DeleteLoadedWithoutEtag,
        EntryNotDeleted, IndependentCounter, IndependentUnconditional, IndependentWithoutLife,
        IndependentWithoutStamp, InsertUnconditional, KeptOfOlderBase, KeptWithoutEtag,
        LazyUnverified, LoadCountsByItem, LoadUnverified, LoadVerifiesFirstPiece, LoadWithoutLife,
        OutcomeWithoutBound, OutcomeWithoutLife, PastNotKept, SaveWithoutEtag, SurplusNotDeleted,
        TransactionWithoutToken,
    };
    let caught = |(mutant, configuration, by): (Mutant, Configuration, &'static str)| Caught {
        mutant,
        configuration: configuration.with(mutant),
        by,
    };
    let all = [
        (LoadUnverified, saves_and_load(), I1),
        (SaveWithoutEtag, saves_and_load(), I2),
        (KeptWithoutEtag, saves_and_load(), I3),
        (KeptOfOlderBase, saves_and_load(), I3),
        (CounterEtag, create_delete_create(), I9_OK),
        (CounterEtag, delete_loaded_and_save(), I2),
        (LoadVerifiesFirstPiece, grow_shrink_and_load(), I1),
        (LoadCountsByItem, grow_shrink_and_load(), I1),
        (SurplusNotDeleted, grow_shrink_and_load(), I4),
        (EntryNotDeleted, list_by_keys(), I4),
        (BlindKeepsEtag, path_save_and_load(), I2),
        (BlindWithoutFlags, path_and_growing(), I4),
        (TransactionWithoutToken, path_save_and_load(), I9_ONCE),
        (TransactionWithoutToken, create_delete_create(), I9_ONCE),
        (InsertUnconditional, create_delete_create(), I2),
        (DeleteForgetsEntries, list_and_delete(), I5),
        (DeleteForgetsPieces, delete_and_growing(), I5),
        (DeleteAssumesOneItem, delete_and_growing(), I5),
        (DeleteLoadedWithoutEtag, delete_loaded_and_save(), I2),
        (IndependentUnconditional, independent(), I5),
        (IndependentCounter, independent_created_again(), I2),
        (IndependentWithoutLife, independent_created_again(), I2),
        (IndependentWithoutStamp, independent(), I2),
        (LoadWithoutLife, independent_created_again(), I7),
        (LazyUnverified, lazy_and_save(), I1),
        (ConflictAfterLostAnswer, root_only(), I9_CONFLICT),
        (PastNotKept, root_only(), I9_CONFLICT),
        (OutcomeWithoutBound, root_only(), I9_CONFLICT),
        (OutcomeWithoutLife, incarnations(), I9_CONFLICT),
    ];
    all.into_iter().map(caught).collect()
}

/// Rules of the code as it is built that break an invariant. `docs/design/model.md` says how likely each is, and what
/// the model does instead.
pub fn findings() -> Vec<Caught> {
    use Mutant::{BlindRootWithoutToken, DeleteByItem, InsertByItem, ReplaceForgetsLostAnswer};
    let caught = |(mutant, configuration, by): (Mutant, Configuration, &'static str)| Caught {
        mutant,
        configuration: configuration.with(mutant),
        by,
    };
    let all = [
        (ReplaceForgetsLostAnswer, replace_and_delete(), I9_ONCE),
        (ReplaceForgetsLostAnswer, replace_root_only(), I9_CONFLICT),
        (InsertByItem, incarnations(), I6),
        (DeleteByItem, incarnations(), I9_ONCE),
        (BlindRootWithoutToken, root_paths(), I9_ONCE),
    ];
    all.into_iter().map(caught).collect()
}

/// Two clients save, one both shards and one only one of them; both may keep what they did not change.
fn saves_and_load() -> Configuration {
    Configuration::new("two saves and a load", &[FIELD, FIELD], Object([1, 1, 0]))
        .client(&[save([ONE, KEEP, KEEP])])
        .client(&[save([ONE, ONE, KEEP]), save([KEEP, ONE, KEEP])])
        .client(&[LOAD])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, LOADED, LOAD_LATER, LOAD_AT_ONCE])
}

/// A shard gets a second piece and loses it again.
fn grow_shrink_and_load() -> Configuration {
    Configuration::new("a shard grows and shrinks", &[FIELD], Object([1, 0, 0]))
        .client(&[save([TWO, KEEP, KEEP]), save([ONE, KEEP, KEEP])])
        .client(&[save([TWO, KEEP, KEEP])])
        .client(&[LOAD])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, GROWN, SHRUNK, LOADED, LOAD_LATER])
}

/// Entries are added, removed and moved; a reader learns them from the root.
fn list_by_keys() -> Configuration {
    list("a list, read by keys", First::Root)
}

/// The same with a reader that sees whatever has the partition key.
fn list_by_query() -> Configuration {
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
fn list_and_delete() -> Configuration {
    Configuration::new("a list and a delete", &[ENTRY, ENTRY], Object([1, 0, 0]))
        .client(&[save([KEEP, TWO, KEEP]), save([Part::Remove, KEEP, KEEP])])
        .client(&[Operation::DeleteLoaded, insert([KEEP, ONE, KEEP])])
        .client(&[Operation::DeleteLoaded])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, UNKNOWN])
}

/// A path is written without reading, beside a save that builds on what it loaded.
fn path_save_and_load() -> Configuration {
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
fn path_and_growing() -> Configuration {
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
fn create_delete_create() -> Configuration {
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
fn replace_race() -> Configuration {
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
fn replace_and_delete() -> Configuration {
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
fn independent() -> Configuration {
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
fn independent_created_again() -> Configuration {
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
fn lazy_and_save() -> Configuration {
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
fn eventual_load() -> Configuration {
    Configuration::new("an eventual load", &[FIELD, FIELD], Object([1, 2, 0]))
        .client(&[save([TWO, ONE, KEEP])])
        .client(&[Operation::Delete, insert([ONE, TWO, KEEP])])
        .client(&[load(First::Keys, true)])
        .reaches(&[
            ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, NOT_FOUND, LOADED, LOAD_LATER,
        ])
}

/// Entries that are read eventually, by query.
fn eventual_list() -> Configuration {
    Configuration::new("an eventual query", &[ENTRY, ENTRY], Object([1, 1, 0]))
        .client(&[save([Part::Remove, KEEP, KEEP])])
        .client(&[save([KEEP, TWO, KEEP])])
        .client(&[load(First::Query, true)])
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, LOADED, LOAD_LATER])
}

/// A delete without reading meets a shard that gets pieces, and a new object.
fn delete_and_growing() -> Configuration {
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
fn delete_loaded_and_save() -> Configuration {
    Configuration::new("a delete as loaded and saves", &[FIELD], Object([1, 0, 0]))
        .client(&[Operation::DeleteLoaded])
        .client(&[save([ONE, KEEP, KEEP]), Operation::DeleteLoaded])
        .client(&[insert([ONE, KEEP, KEEP]), save([TWO, KEEP, KEEP])])
        .resends(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, DELETED, RECREATED, UNKNOWN])
}

/// Only the root is written, by single requests. It remembers two etags, so that some outcomes are unknown.
fn root_only() -> Configuration {
    Configuration::new("an object without shards", &[], Object([0; 3]))
        .client(&[save([KEEP; 3])])
        .client(&[save([KEEP; 3]), save([KEEP; 3])])
        .client(&[save([KEEP; 3])])
        .resends(1)
        .keeps(2)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, RECOGNISED, UNKNOWN])
}

/// An object without shards is replaced while it is saved. The root remembers one etag.
fn replace_root_only() -> Configuration {
    Configuration::new("a replace of an object without shards", &[], Object([0; 3]))
        .client(&[replace([KEEP; 3])])
        .client(&[save([KEEP; 3]), save([KEEP; 3]), save([KEEP; 3])])
        .resends(1)
        .keeps(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, REPLACED, RECOGNISED, UNKNOWN])
}

/// Paths of the root are written without reading. It remembers one etag.
fn root_paths() -> Configuration {
    Configuration::new("paths of an object without shards", &[], Object([0; 3]))
        .client(&[Operation::WritePath(None)])
        .client(&[Operation::WritePath(None), save([KEEP; 3])])
        .client(&[Operation::WritePath(None)])
        .resends(1)
        .keeps(1)
        .reaches(&[ALL_DONE, CONFLICT, TWO_OK, RECOGNISED])
}

/// An object without shards is saved, deleted and created again.
fn incarnations() -> Configuration {
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

fn save(parts: [Part; 3]) -> Operation {
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
