//! Whether a history is one that clients may see. Takes time linear in its length.
//!
//! | promise | here |
//! |---|---|
//! | a load is the state of exactly one commit, one that was current while it ran | [`read`] |
//! | its independent shard is another such state's of the same life | the same |
//! | so a client never sees an older state than before, nor a deleted object before it is created again | the same |
//! | saves form one chain, each on the state that its client had loaded | [`effect`] |
//! | success means applied once, before the answer | [`applied`] |
//! | a conflict, or any other refusal, means never applied, and has a reason | [`applied`], [`refusal`] |
//! | an unknown outcome, or a client that died, means once or never | [`applied`] |
//! | items are sound after every commit | [`check`] |

use std::collections::HashMap;

use dyno::ErrorKind;

use crate::history::{Call, History, Operation, Outcome};
use crate::work::{Memory, Work};

/// What the history breaks.
pub(crate) fn check<T: Work>(history: &History<T>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut commits_of: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, commit) in history.commits.iter().enumerate() {
        commits_of.entry(commit.by).or_default().push(at);
        for problem in &commit.wrong {
            wrong.push(format!("the commit by {} left that {problem}", commit.by));
        }
    }
    for operation in &history.operations {
        let commits = commits_of.remove(&operation.number).unwrap_or_default();
        let mut problems = Vec::from_iter(applied(operation, &commits, history));
        for &at in &commits {
            problems.extend(effect(operation, at, history));
        }
        match &operation.outcome {
            Outcome::Loaded(object) => problems.extend(read(operation, object, history)),
            Outcome::Failed(kind, _) => problems.extend(refusal(operation, *kind, history)),
            Outcome::Died | Outcome::Done => {}
        }
        let number = operation.number;
        wrong.extend(
            problems
                .into_iter()
                .map(|problem| format!("{number}: {problem}")),
        );
    }
    for number in commits_of.into_keys() {
        wrong.push(format!("{number}: it is no operation, and was applied"));
    }
    wrong.sort_unstable();
    wrong
}

/// Whether the number of commits is what the outcome claims.
fn applied<T: Work>(
    operation: &Operation<T>,
    commits: &[usize],
    history: &History<T>,
) -> Option<String> {
    let late = commits.iter().any(|at| *at >= operation.ended);
    let count = commits.len();
    match &operation.outcome {
        Outcome::Died | Outcome::Failed(ErrorKind::OutcomeUnknown, _) if count <= 1 => None,
        Outcome::Failed(..) | Outcome::Loaded(_) if count == 0 => None,
        Outcome::Done if count == 1 && !late => None,
        Outcome::Done if count == 0 && deletes(&operation.call) => {
            let absent = some_state(operation, history, |state| state.is_none());
            (!absent).then(|| "deleted nothing, although the object was there".to_owned())
        }
        _ => {
            let late = if late { ", at last after it ended" } else { "" };
            Some(format!("applied {count} times{late}"))
        }
    }
}

/// Whether a commit did to the state before it what its operation asked for.
fn effect<T: Work>(operation: &Operation<T>, at: usize, history: &History<T>) -> Option<String> {
    let (before, after) = (history.state(at), history.state(at + 1));
    let on = |holds: bool| (!holds).then(|| "applied on another state".to_owned());
    let to = |holds: bool| (!holds).then(|| "wrote something else".to_owned());
    match &operation.call {
        Call::Load => Some("a load wrote".to_owned()),
        Call::Delete => to(after.is_none()),
        Call::DeleteAsLoaded { base } => {
            let is_base = before.is_some_and(|before| before.snapshot() == base.snapshot());
            on(is_base).or_else(|| to(after.is_none()))
        }
        Call::Insert { wanted } if before.is_none() => to(after == Some(wanted)),
        Call::Insert { .. } => Some("inserted over an object".to_owned()),
        Call::Put { wanted } => to(after == Some(wanted)),
        Call::Save { base, wanted } => {
            let (Some(before), Some(after)) = (before, after) else {
                return Some("saved what was not there".to_owned());
            };
            if let Some(wrong) = on(is_base_of(base, wanted, before)) {
                return Some(wrong);
            }
            let changed = base.snapshot() != wanted.snapshot();
            let from = if changed { wanted } else { before };
            let own = if base.own() == wanted.own() {
                before.own()
            } else {
                wanted.own()
            };
            to(after.snapshot() == from.snapshot() && after.own() == own)
        }
        Call::WritePath { place, value } => {
            let since: Vec<_> = (operation.began..at)
                .filter_map(|commits| history.state(commits))
                .collect();
            let written = before.map(|before| before.written(*place, *value, &since));
            to(after.is_some_and(|after| written.is_some_and(|all| all.contains(after))))
        }
    }
}

/// Whether a save of what became of `base` may be applied to a state: each version that it writes is as it was loaded.
fn is_base_of<T: Work>(base: &T, wanted: &T, state: &T) -> bool {
    let changed = base.snapshot() != wanted.snapshot();
    (!changed || state.snapshot() == base.snapshot())
        && (base.own() == wanted.own() || state.own() == base.own())
}

/// Whether what a load brought was the state of the object while it ran.
fn read<T: Work>(operation: &Operation<T>, object: &T, history: &History<T>) -> Option<String> {
    let range = || operation.began..=operation.ended;
    let state = |commits| history.state(commits);
    let is_read = |at: usize| state(at).is_some_and(|one| one.snapshot() == object.snapshot());
    let has_own = |at: usize| state(at).is_some_and(|one| one.own() == object.own());
    let lives = |one: usize, two: usize| {
        (one.min(two)..=one.max(two)).all(|commits| state(commits).is_some())
    };
    let seen = range()
        .filter(|at| is_read(*at))
        .any(|at| range().any(|own| has_own(own) && lives(at, own)));
    (!seen).then(|| "read what was not there while it ran".to_owned())
}

/// Whether a refusal had a reason while the operation ran.
fn refusal<T: Work>(
    operation: &Operation<T>,
    kind: ErrorKind,
    history: &History<T>,
) -> Option<String> {
    let some = |holds: &dyn Fn(Option<&T>) -> bool| some_state(operation, history, holds);
    let is_justified = match (kind, &operation.call) {
        (ErrorKind::OutcomeUnknown, call) => !matches!(call, Call::Load),
        (ErrorKind::Contended | ErrorKind::Throttled | ErrorKind::Unreachable, _) => true,
        (ErrorKind::NotFound, Call::Load | Call::WritePath { .. }) => {
            some(&|state| state.is_none())
        }
        (ErrorKind::AlreadyExists, Call::Insert { .. }) => some(&|state| state.is_some()),
        (ErrorKind::Conflict, Call::DeleteAsLoaded { base }) => {
            some(&|state| state.is_none_or(|state| state.snapshot() != base.snapshot()))
        }
        (ErrorKind::Conflict, Call::Save { base, wanted }) => {
            some(&|state| state.is_none_or(|state| !is_base_of(base, wanted, state)))
        }
        (ErrorKind::PathNotFound, Call::WritePath { place, .. }) => {
            let states = (operation.began..=operation.ended).map(|commits| history.state(commits));
            let among: Vec<_> = states.flatten().collect();
            // An independent shard is written alone, so a missing object is a missing place.
            T::lacks(*place, &among)
                || T::memory(*place) == Memory::OneVersion && some(&|state| state.is_none())
        }
        _ => false,
    };
    (!is_justified).then(|| format!("refused without a reason: {kind:?}"))
}

fn deletes<T: Work>(call: &Call<T>) -> bool {
    matches!(call, Call::Delete | Call::DeleteAsLoaded { .. })
}

/// Whether a state that was current while the operation ran is such.
fn some_state<T: Work>(
    operation: &Operation<T>,
    history: &History<T>,
    holds: impl Fn(Option<&T>) -> bool,
) -> bool {
    (operation.began..=operation.ended).any(|commits| holds(history.state(commits)))
}
