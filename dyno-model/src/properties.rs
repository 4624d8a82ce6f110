//! What must hold in every state, and what must happen in some.
//!
//! The numbers are those of the invariants in `docs/design/model.md`.

use stateright::Property;

use crate::client::{Client, Doing, Operation, Outcome, commit_of, commits_of};
use crate::config::{Configuration, Shard};
use crate::service::bit;
use crate::state::{FIRST, Kind, NONE, Root, State, entry_id};

pub(crate) const I1: &str = "I1 a load returns the state of one commit";
pub(crate) const I2: &str = "I2 a commit follows the state that it was made for";
pub(crate) const I3: &str = "I3 what the root lists is there";
pub(crate) const I4: &str = "I4 every item is listed by its root";
pub(crate) const I5: &str = "I5 nothing is left of what was deleted";
pub(crate) const I6: &str = "I6 what was deleted does not come back";
pub(crate) const I7: &str = "I7 items are of one incarnation";
pub(crate) const I9_CONFLICT: &str = "I9 a conflict is never applied";
pub(crate) const I9_OK: &str = "I9 an acknowledged write was applied";
pub(crate) const I9_ONCE: &str = "I9 an operation is applied at most once";

pub(crate) const ALL_DONE: &str = "all clients have ended";
pub(crate) const CONFLICT: &str = "a write is refused";
pub(crate) const DELETE_READS: &str = "a delete has to read first";
pub(crate) const DELETED: &str = "an object is deleted";
pub(crate) const GROWN: &str = "a shard has got pieces";
pub(crate) const LAZY_KEPT: &str = "an object is saved without its lazy shard having been lost";
pub(crate) const LOAD_AT_ONCE: &str = "a load needs the transaction";
pub(crate) const LOAD_LATER: &str = "a load reads items again";
pub(crate) const LOADED: &str = "a load returns a changed object";
pub(crate) const MOVED: &str = "a snapshot has moved";
pub(crate) const NOT_FOUND: &str = "a load finds nothing";
pub(crate) const RECOGNISED: &str = "an earlier copy is recognised";
pub(crate) const RECREATED: &str = "an object is created again";
pub(crate) const REORDERED: &str = "an order is changed";
pub(crate) const REPLACED: &str = "a replace needs a second request";
pub(crate) const SHRUNK: &str = "a shard has lost pieces";
pub(crate) const TWO_OK: &str = "writes of two clients succeed";
pub(crate) const UNKNOWN: &str = "an outcome is unknown";

type Condition = fn(&Configuration, &State) -> bool;

/// All properties. A configuration names those of the second kind that it must reach.
pub(crate) fn all() -> Vec<Property<Configuration>> {
    let always: [(&'static str, Condition); 10] = [
        (I1, |_, state| !state.wrong.torn),
        (I2, |_, state| !state.wrong.lost_update),
        (I3, |configuration, state| {
            let root = state.service.root;
            root.is_none_or(|root| readable(configuration, state, &root))
        }),
        (I4, |_, state| {
            let root = state.service.root;
            root.is_none_or(|root| listed(state, &root))
        }),
        (I5, |_, state| {
            state.service.root.is_some()
                || state.service.items.iter().flatten().all(Option::is_none)
        }),
        (I6, |_, state| {
            let back = |root: Root| state.service.dead & bit(root.made_by) != 0;
            !state.wrong.undead && !state.service.root.is_some_and(back)
        }),
        (I7, |_, state| {
            let mixed = |root: Root| {
                let mut items = state.service.items.iter().flatten().flatten();
                items.any(|item| item.life != root.life)
            };
            !state.wrong.mixed && !state.service.root.is_some_and(mixed)
        }),
        (I9_CONFLICT, |configuration, state| {
            all_outcomes(configuration, state, |_, outcome, applied| {
                outcome != Outcome::Never || applied == 0
            })
        }),
        (I9_OK, |configuration, state| {
            all_outcomes(configuration, state, |operation, outcome, applied| {
                let deletes = matches!(operation, Operation::Delete | Operation::DeleteLoaded);
                !is_ok(outcome) || deletes || applied == 1
            })
        }),
        (I9_ONCE, |configuration, state| {
            let once = |_: Operation, _: Outcome, applied: u32| applied <= 1;
            !state.wrong.twice && all_outcomes(configuration, state, once)
        }),
    ];
    let sometimes: [(&'static str, Condition); 18] = [
        (ALL_DONE, |configuration, state| {
            let clients = state.clients.iter().zip(configuration.operations());
            clients.into_iter().all(|(client, operations)| {
                let outcomes = client.outcomes.iter().take(operations.len());
                let mut outcomes = outcomes.copied();
                outcomes.all(|outcome| !matches!(outcome, Outcome::Pending | Outcome::Stopped))
            })
        }),
        (CONFLICT, |_, state| reached(state, Outcome::Never)),
        (DELETE_READS, |_, state| {
            let reads = |client: &Client| client.doing == Doing::DeletesLoaded;
            state.clients.iter().any(reads)
        }),
        (DELETED, |_, state| {
            state.service.dead != 0 && state.service.root.is_none()
        }),
        (GROWN, |_, state| pieces_after(state, |pieces| pieces > 1)),
        (LAZY_KEPT, |configuration, state| {
            let saves =
                |operation: Operation| matches!(operation, Operation::Get { then: Some(_), .. });
            !all_outcomes(configuration, state, |operation, outcome, _| {
                !(saves(operation) && is_ok(outcome))
            })
        }),
        (LOAD_AT_ONCE, |_, state| {
            reached(state, Outcome::LoadedAtOnce)
        }),
        (LOAD_LATER, |_, state| reached(state, Outcome::LoadedLater)),
        (LOADED, |_, state| {
            let loaded = [Outcome::Loaded, Outcome::LoadedLater, Outcome::LoadedAtOnce];
            state.service.root.is_some_and(|root| root.made_by != FIRST)
                && loaded.into_iter().any(|loaded| reached(state, loaded))
        }),
        (MOVED, |_, state| reached(state, Outcome::Moved)),
        (NOT_FOUND, |_, state| reached(state, Outcome::NotFound)),
        (RECOGNISED, |_, state| reached(state, Outcome::Recognised)),
        (RECREATED, |_, state| {
            state.service.dead != 0 && state.service.root.is_some()
        }),
        (REORDERED, |_, state| {
            let order = state.service.root.map(|root| root.order);
            order.is_some_and(|order| order[1] != NONE && order[0] > order[1])
        }),
        (REPLACED, |configuration, state| {
            let root = state.service.root;
            root.is_some_and(|root| {
                let clients = (0..).zip(configuration.operations());
                let mut replaces = clients.flat_map(|(client, operations)| {
                    let operations = (0..).zip(operations);
                    let replaces = operations
                        .filter(|(_, operation)| matches!(operation, Operation::Replace(_)));
                    replaces.map(move |(number, _)| commit_of(client, number, 1))
                });
                replaces.any(|second| root.made_by == second)
            })
        }),
        (SHRUNK, |_, state| pieces_after(state, |pieces| pieces == 1)),
        (TWO_OK, |_, state| {
            let ok = state
                .clients
                .iter()
                .filter(|client| client.outcomes.iter().any(|outcome| is_ok(*outcome)));
            ok.count() > 1
        }),
        (UNKNOWN, |_, state| reached(state, Outcome::Unknown)),
    ];
    let always = always
        .into_iter()
        .map(|(name, condition)| Property::always(name, condition));
    let sometimes = sometimes
        .into_iter()
        .map(|(name, condition)| Property::sometimes(name, condition));
    always.chain(sometimes).collect()
}

/// Every entry resolves to all its pieces, with the stamp and the content of this state, and the order names the
/// entries and no other.
fn readable(configuration: &Configuration, state: &State, root: &Root) -> bool {
    root.manifest.iter().enumerate().all(|(shard, entry)| {
        let ordered = root.order.contains(&entry_id(shard));
        let in_list = configuration.shard(shard) == Shard::Entry;
        let Some(entry) = entry else {
            return !ordered;
        };
        let pieces = &state.service.items[shard][..usize::from(entry.pieces)];
        let content = pieces
            .iter()
            .flatten()
            .all(|piece| entry.kind == Kind::Independent || piece.made_by == root.truth[shard]);
        content && ordered == in_list && pieces.iter().all(|piece| entry.fits(root.life, *piece))
    })
}

fn listed(state: &State, root: &Root) -> bool {
    let shards = state.service.items.iter().enumerate();
    shards.into_iter().all(|(shard, pieces)| {
        let unlisted = pieces.iter().skip(root.pieces(shard));
        unlisted.into_iter().all(Option::is_none)
    })
}

fn is_ok(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Ok | Outcome::Recognised)
}

fn reached(state: &State, wanted: Outcome) -> bool {
    let mut outcomes = state.clients.iter().flat_map(|client| client.outcomes);
    outcomes.any(|outcome| outcome == wanted)
}

/// Whether a later commit than the first left a shard of the first object in so many pieces.
fn pieces_after(state: &State, wanted: fn(u8) -> bool) -> bool {
    state.service.root.is_some_and(|root| {
        let mut entries = root.manifest.iter().flatten();
        entries.any(|entry| entry.stamp != FIRST && entry.stamp != NONE && wanted(entry.pieces))
    })
}

/// Whether this holds of each operation, its outcome, and the number of its commits that took effect.
fn all_outcomes(
    configuration: &Configuration,
    state: &State,
    holds: impl Fn(Operation, Outcome, u32) -> bool,
) -> bool {
    let clients = (0..).zip(configuration.operations().iter().zip(&state.clients));
    clients.into_iter().all(|(client, (operations, progress))| {
        let operations = (0..).zip(operations.iter().zip(&progress.outcomes));
        operations
            .into_iter()
            .all(|(number, (operation, outcome))| {
                let applied = state.service.applied & commits_of(client, number);
                holds(*operation, *outcome, applied.count_ones())
            })
    })
}
