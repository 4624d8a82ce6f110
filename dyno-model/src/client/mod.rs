//! Clients: what they send, and what they conclude from the answers.

mod answer;
mod request;

use crate::config::{Configuration, OPERATIONS};
use crate::reader::{Mode, Reading};
use crate::service::Request;
use crate::state::{Commit, FIRST, Root, SHARDS};

/// What a program asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// Deletes whatever is there, without reading it.
    Delete,
    /// Loads and deletes what was loaded.
    DeleteLoaded,
    /// Loads all but a lazy shard, gets it, and may save the rest on the same base.
    Get {
        /// The lazy shard.
        shard: u8,
        /// What is saved then.
        then: Option<Edit>,
    },
    /// Saves a new object; something that is there is an error.
    Insert(Edit),
    /// Loads.
    Load(Mode),
    /// Saves a new object over whatever is there.
    Replace(Edit),
    /// Loads, changes, saves.
    Save(Edit),
    /// Loads, changes and writes an independent shard.
    WriteIndependent(u8),
    /// Writes a path in a shard, or in the root, without reading.
    WritePath(Option<u8>),
}

/// How a save changes an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Edit {
    pub(crate) parts: [Part; SHARDS],
    pub(crate) reverse: bool,
}

/// How a save changes a shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Not changed, or not loaded. A new object does not have it.
    #[default]
    Keep,
    Remove,
    /// Changed or new, in so many pieces.
    Write(u8),
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// It has not.
    #[default]
    Pending,
    Loaded,
    /// Loaded after items were read again.
    LoadedLater,
    /// Loaded by the transaction.
    LoadedAtOnce,
    /// The lazy shard is not that of the snapshot any more.
    Moved,
    /// A write was not applied, and never will be.
    Never,
    NotFound,
    /// A write was applied.
    Ok,
    /// A write was applied: the root that refused a copy knows its etag.
    Recognised,
    /// The client stopped waiting, or crashed. It knows nothing.
    Stopped,
    /// A write may have been applied, as far as its answers tell.
    Unknown,
    /// A load found nothing that fits, and returned nothing.
    Unread,
}

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Client {
    /// Which of its operations is next or under way.
    pub(crate) at: u8,
    pub(crate) outcomes: [Outcome; OPERATIONS as usize],
    pub(crate) doing: Doing,
}

/// What a client does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Doing {
    #[default]
    Nothing,
    /// A delete has learnt that it must read first.
    DeletesLoaded,
    Reads(Box<Reading>),
    Waits(Waiting),
}

/// A commit whose answer a client waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Waiting {
    /// What the present request builds on.
    over: Option<Root>,
    /// The etags of all its requests.
    mine: [u8; ATTEMPTS as usize],
    attempt: u8,
    pub(crate) resends: u8,
    pub(crate) lost: bool,
}

/// What a client does about an answer.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    End(Outcome),
    ReadFirst,
    Send(Waiting, Request),
}

/// Requests of one operation that differ, at most. The code has 10.
const ATTEMPTS: u8 = 3;

/// The number of a commit.
pub(crate) fn commit_of(client: u8, operation: u8, attempt: u8) -> Commit {
    FIRST + 1 + (client * OPERATIONS + operation) * ATTEMPTS + attempt
}

/// The commits that one operation can make.
pub(crate) fn commits_of(client: u8, operation: u8) -> u64 {
    (0..ATTEMPTS).fold(0, |all, attempt| {
        all | crate::service::bit(commit_of(client, operation, attempt))
    })
}

/// The machines of one client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machines<'a> {
    pub(crate) configuration: &'a Configuration,
    pub(crate) client: u8,
    pub(crate) operation: u8,
}

/// How an operation begins.
#[derive(Clone, Debug)]
pub(crate) enum Begin {
    End(Outcome),
    Read(Box<Reading>),
    Send(Waiting, Request),
}
