//! Every configuration holds, every mutant is caught.
#![expect(clippy::print_stdout, clippy::panic, reason = "helpers of tests")]

use dyno_model::{Caught, Mutant, configurations, findings, mutants};

/// One test for each configuration.
macro_rules! holds {
    ($($test:ident: $name:literal,)*) => {
        $(
            #[test]
            fn $test() {
                check($name);
            }
        )*

        #[test]
        fn every_configuration_has_a_test() {
            let names: Vec<_> = configurations().iter().map(|one| one.name()).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

/// One test for each broken rule.
macro_rules! caught {
    ($($test:ident: $mutant:ident,)*) => {
        $(
            #[test]
            fn $test() {
                catch(Mutant::$mutant);
            }
        )*

        #[test]
        fn every_mutant_has_a_test() {
            let tested = [$(Mutant::$mutant),*];
            let all = mutants().into_iter().chain(findings());
            let missing: Vec<_> = all
                .map(|caught| caught.mutant)
                .filter(|mutant| !tested.contains(mutant))
                .collect();
            assert_eq!(missing, []);
        }
    };
}

holds! {
    two_saves_and_a_load: "two saves and a load",
    a_shard_grows_and_shrinks: "a shard grows and shrinks",
    a_list_read_by_keys: "a list, read by keys",
    a_list_read_by_query: "a list, read by query",
    a_list_and_a_delete: "a list and a delete",
    a_path_a_save_and_a_load: "a path, a save and a load",
    a_path_and_a_growing_shard: "a path and a growing shard",
    create_delete_create: "create, delete, create",
    two_replaces_and_a_save: "two replaces and a save",
    a_replace_and_a_delete: "a replace and a delete",
    an_independent_shard: "an independent shard",
    an_independent_shard_created_again: "an independent shard, created again",
    a_lazy_shard: "a lazy shard",
    an_eventual_load: "an eventual load",
    an_eventual_query: "an eventual query",
    a_delete_and_a_growing_shard: "a delete and a growing shard",
    a_delete_as_loaded_and_saves: "a delete as loaded and saves",
    an_object_without_shards: "an object without shards",
    a_replace_of_an_object_without_shards: "a replace of an object without shards",
    paths_of_an_object_without_shards: "paths of an object without shards",
    an_object_without_shards_created_again: "an object without shards, created again",
}

caught! {
    a_path_write_without_new_etag: BlindKeepsEtag,
    a_path_write_without_flags: BlindWithoutFlags,
    a_conflict_after_a_lost_answer: ConflictAfterLostAnswer,
    an_etag_that_counts: CounterEtag,
    a_delete_that_assumes_one_item: DeleteAssumesOneItem,
    a_delete_that_forgets_entries: DeleteForgetsEntries,
    a_delete_that_forgets_pieces: DeleteForgetsPieces,
    a_delete_as_loaded_without_etag: DeleteLoadedWithoutEtag,
    a_removed_entry_that_stays: EntryNotDeleted,
    an_independent_version_that_counts: IndependentCounter,
    an_independent_write_without_condition: IndependentUnconditional,
    an_independent_write_without_life: IndependentWithoutLife,
    an_independent_write_without_stamp: IndependentWithoutStamp,
    an_insert_over_anything: InsertUnconditional,
    a_kept_shard_of_an_older_base: KeptOfOlderBase,
    a_kept_shard_without_etag: KeptWithoutEtag,
    a_lazy_shard_that_is_not_verified: LazyUnverified,
    a_load_that_counts_pieces_by_item: LoadCountsByItem,
    a_load_that_verifies_nothing: LoadUnverified,
    a_load_that_verifies_the_first_piece: LoadVerifiesFirstPiece,
    a_load_that_does_not_compare_lives: LoadWithoutLife,
    an_outcome_judged_without_bound: OutcomeWithoutBound,
    an_outcome_judged_without_life: OutcomeWithoutLife,
    a_commit_that_keeps_no_past: PastNotKept,
    a_save_without_etag: SaveWithoutEtag,
    surplus_pieces_that_stay: SurplusNotDeleted,
    a_transaction_without_token: TransactionWithoutToken,
    as_built_a_path_of_the_root_by_update: BlindRootWithoutToken,
    as_built_a_delete_by_item: DeleteByItem,
    as_built_an_insert_by_item: InsertByItem,
    as_built_a_replace_after_a_lost_answer: ReplaceForgetsLostAnswer,
}

fn check(name: &str) {
    let mut configurations = configurations().into_iter();
    let Some(configuration) = configurations.find(|one| one.name() == name) else {
        panic!("there is no configuration `{name}`");
    };
    let report = configuration.check();
    println!("{report}");
    assert!(report.is_clean(), "{report}\n{:#?}", report.violated);
}

fn catch(mutant: Mutant) {
    let all = mutants().into_iter().chain(findings());
    for Caught {
        configuration, by, ..
    } in all.filter(|caught| caught.mutant == mutant)
    {
        let report = configuration.find(by);
        println!("{mutant:?}: {report}");
        assert!(
            report.violates(by),
            "{mutant:?} passed {report}, but breaks {by}"
        );
    }
}
