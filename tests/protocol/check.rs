//! Whether a history is one that clients may see. Takes time linear in its length.
//!
//! | promise | here |
//! |---|---|
//! | a load is the state of exactly one commit, one that was current while it ran | [`read`] |
//! | so a client never sees an older state than before, nor a deleted object before it is created again | the same |
//! | saves form one chain, each on the state that its client had loaded | [`effect`] |
//! | success means applied once, before the answer | [`applied`] |
//! | a conflict, or any other refusal, means never applied, and has a reason | [`applied`], [`refusal`] |
//! | an unknown outcome, or a client that died, means once or never | [`applied`] |
//! | items are sound after every commit | [`check`] |

use std::collections::HashMap;

use dyno::ErrorKind;

use crate::book::{Book, Part};
use crate::history::{Call, History, Operation, Outcome};

/// What the history breaks.
pub(crate) fn check(history: &History) -> Vec<String> {
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
            let after = history.state(at + 1);
            problems.extend(effect(&operation.call, history.state(at), after));
        }
        match &operation.outcome {
            Outcome::Loaded(book) => problems.extend(read(operation, Some(book), history)),
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
fn applied(operation: &Operation, commits: &[usize], history: &History) -> Option<String> {
    let late = commits.iter().any(|at| *at >= operation.ended);
    let count = commits.len();
    match &operation.outcome {
        Outcome::Died | Outcome::Failed(ErrorKind::OutcomeUnknown, _) if count <= 1 => None,
        Outcome::Failed(..) | Outcome::Loaded(_) if count == 0 => None,
        Outcome::Done if count == 1 && !late => None,
        Outcome::Done if count == 0 && deletes(&operation.call) => {
            let absent = some_state(operation, history, |book| book.is_none());
            (!absent).then(|| "deleted nothing, although the object was there".to_owned())
        }
        _ => {
            let late = if late { ", at last after it ended" } else { "" };
            Some(format!("applied {count} times{late}"))
        }
    }
}

/// Whether a commit did to the state before it what its operation asked for.
fn effect(call: &Call, before: Option<&Book>, after: Option<&Book>) -> Option<String> {
    let on = |base: &Book| (before != Some(base)).then(|| "applied on another state".to_owned());
    let to = |wanted: Option<&Book>| (after != wanted).then(|| "wrote something else".to_owned());
    match call {
        Call::Load => Some("a load wrote".to_owned()),
        Call::Delete => to(None),
        Call::DeleteAsLoaded { base } => on(base).or_else(|| to(None)),
        Call::Insert { wanted } if before.is_none() => to(Some(wanted)),
        Call::Insert { .. } => Some("inserted over an object".to_owned()),
        Call::Put { wanted } => to(Some(wanted)),
        Call::Save { base, wanted } => on(base).or_else(|| to(Some(wanted))),
        Call::WritePath { part, value } => {
            let mut wanted = before.cloned();
            if let Some(note) = wanted.as_mut().and_then(|book| book.note(*part)) {
                *note = *value;
            }
            to(wanted.as_ref())
        }
    }
}

/// Whether what a load brought was the state of the object while it ran.
fn read(operation: &Operation, book: Option<&Book>, history: &History) -> Option<String> {
    let seen = some_state(operation, history, |state| state == book);
    (!seen).then(|| "read what was not there while it ran".to_owned())
}

/// Whether a refusal had a reason while the operation ran.
fn refusal(operation: &Operation, kind: ErrorKind, history: &History) -> Option<String> {
    let some = |holds: &dyn Fn(Option<&Book>) -> bool| some_state(operation, history, holds);
    let is_justified = match (kind, &operation.call) {
        (ErrorKind::OutcomeUnknown, call) => !matches!(call, Call::Load),
        (ErrorKind::Contended | ErrorKind::Throttled | ErrorKind::Unreachable, _) => true,
        (ErrorKind::NotFound, Call::Load | Call::WritePath { .. }) => {
            some(&|state| state.is_none())
        }
        (ErrorKind::AlreadyExists, Call::Insert { .. }) => some(&|state| state.is_some()),
        (ErrorKind::Conflict, Call::DeleteAsLoaded { base } | Call::Save { base, .. }) => {
            some(&|state| state != Some(base))
        }
        (ErrorKind::PathNotFound, Call::WritePath { part, .. }) => {
            *part == Part::Right && some(&|state| state.is_some_and(|book| book.right.is_none()))
        }
        _ => false,
    };
    (!is_justified).then(|| format!("refused without a reason: {kind:?}"))
}

fn deletes(call: &Call) -> bool {
    matches!(call, Call::Delete | Call::DeleteAsLoaded { .. })
}

/// Whether a state that was current while the operation ran is such.
fn some_state(
    operation: &Operation,
    history: &History,
    holds: impl Fn(Option<&Book>) -> bool,
) -> bool {
    (operation.began..=operation.ended).any(|commits| holds(history.state(commits)))
}
