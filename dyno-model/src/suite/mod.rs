//! The configurations that are explored, and the mutants with the invariant that each breaks.

mod configurations;

use self::configurations::{
    KEEP, ONE, create_delete_create, delete_and_growing, delete_loaded_and_save, eventual_list,
    eventual_load, grow_shrink_and_load, incarnations, independent, independent_created_again,
    lazy_and_save, list_and_delete, list_by_keys, list_by_query, path_and_growing,
    path_save_and_load, replace_and_delete, replace_race, replace_root_only, root_only, root_paths,
    save, saves_and_load,
};
use crate::client::Operation;
use crate::config::Configuration;
use crate::mutant::Mutant;
use crate::properties::{I1, I2, I3, I4, I5, I6, I7, I9_CONFLICT, I9_OK, I9_ONCE};

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
            .renamed("a a delete and a query"),
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
