//! Why the service did not apply a transaction.

use dyno_value::Item;

use crate::error::{Error, ErrorKind, condition_failed, path_not_found};

/// Why an action of a transaction was not applied.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) message: Option<String>,
    pub(crate) item: Option<Item>,
}

impl Reason {
    const NONE: &str = "None";
    const CONDITION: &str = "ConditionalCheckFailed";

    pub(crate) fn is_condition(&self) -> bool {
        self.code == Self::CONDITION
    }

    pub(crate) fn is_conflict(&self) -> bool {
        self.code == "TransactionConflict"
    }

    pub(crate) fn is_throttled(&self) -> bool {
        matches!(
            &*self.code,
            "ProvisionedThroughputExceeded" | "ThrottlingError"
        )
    }

    /// Whether it says that the action was in the way.
    pub(crate) fn is_any(&self) -> bool {
        !self.code.is_empty() && !self.code.eq_ignore_ascii_case(Self::NONE)
    }
}

/// The cause of a cancelled transaction, most telling first.
#[derive(Debug)]
pub(super) enum Cause {
    /// The condition of the action at this index does not hold; the item that stands there.
    Condition(usize, Option<Item>),
    /// Another transaction or write holds an item.
    Conflict,
    /// The request is wrong.
    Invalid(Error),
    /// An item would be larger than any may be.
    TooLarge,
    /// Too many requests.
    Throttled(Error),
}

/// Finds the cause of a cancelled transaction in its reasons.
pub(super) fn cause_of(reasons: Vec<Reason>) -> Cause {
    if reasons.iter().any(Reason::is_conflict) {
        return Cause::Conflict;
    }
    if reasons.iter().any(Reason::is_throttled) {
        let why = "the service throttled the transaction until the last try; try again later";
        return Cause::Throttled(Error::new(ErrorKind::Throttled, why));
    }
    let mut messages = reasons
        .iter()
        .filter_map(|reason| reason.message.as_deref());
    if let Some(error) = messages.find_map(misfit) {
        return Cause::Invalid(error);
    }
    let mut other = None;
    for (index, reason) in reasons.into_iter().enumerate() {
        if reason.is_condition() {
            return Cause::Condition(index, reason.item);
        }
        if says_too_large(reason.message.as_deref()) {
            return Cause::TooLarge;
        }
        if reason.is_any() && other.is_none() {
            other = Some((index, reason));
        }
    }
    let text = other.map_or_else(
        || "the transaction was cancelled without a reason".to_owned(),
        |(index, reason)| {
            format!(
                "action {index} of the transaction was refused: {}: {}",
                reason.code,
                reason.message.as_deref().unwrap_or("no message")
            )
        },
    );
    Cause::Invalid(Error::new(ErrorKind::Service, text))
}

/// Why the service refused these actions, of which none was refused for its condition.
pub(crate) fn refusal_of(reasons: Vec<Reason>) -> Error {
    match cause_of(reasons) {
        Cause::Condition(..) => condition_failed(),
        Cause::Conflict => contended(),
        Cause::Invalid(error) | Cause::Throttled(error) => error,
        Cause::TooLarge => item_too_large(),
    }
}

/// What is wrong if the service says that a request does not fit what is stored, or the table.
pub(crate) fn misfit(message: &str) -> Option<Error> {
    if message.contains("operand in the update expression has an incorrect data type") {
        Some(other_operand())
    } else if message.contains("document path provided in the update expression is invalid") {
        Some(path_not_found())
    } else if message.contains("starting key is invalid") {
        Some(other_start(message))
    } else if OTHER_KEYS.iter().any(|said| message.contains(said)) {
        Some(other_keys(message))
    } else {
        None
    }
}

/// What the service says of an item or key that is not as the keys of the table are.
const OTHER_KEYS: [&str; 5] = [
    "Condition parameter type does not match schema type",
    "key element does not match the schema",
    "Missing the key ",
    "Query condition missed key schema element",
    "Type mismatch for key ",
];

fn other_keys(message: &str) -> Error {
    Error::new(
        ErrorKind::TableMismatch,
        format!(
            "the table, or its index, has other keys than the request; where a type declares them, `store.check_tables::<YourType>()` says \
             what differs (the service said: {message})"
        ),
    )
}

fn other_start(message: &str) -> Error {
    Error::new(
        ErrorKind::InvalidCursor,
        format!(
            "the key at which to go on is none of the table, or of its index; start again without one (the service said: {message})"
        ),
    )
}

fn other_operand() -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        "a stored value is of another type than the update counts with or adds to, perhaps a null; nothing was written. Set or \
         remove the value first",
    )
}

/// Whether the service refuses an item for its size.
pub(crate) fn says_too_large(message: Option<&str>) -> bool {
    // "Item size has exceeded the maximum allowed size", "Item size to update has exceeded the maximum allowed size"
    message.is_some_and(|message| message.contains("exceeded the maximum allowed size"))
}

pub(crate) fn item_too_large() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "the item would be larger than the 400 KB that DynamoDB holds; nothing was written. Make the largest field an \
         object of its own, marked `#[dyno(shard)]`; without a type, store less, or part of it in another item",
    )
}

/// The error of a plain item that meets an object of the mapper's.
pub(super) fn managed() -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        "the item with this key is an object with shards or encrypted fields, and the type has none; nothing was written. \
         Use the type that it was saved with",
    )
}

pub(super) fn deleted() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "somebody deleted the object since it was loaded; nothing was written. \
         To create it again, save the object itself with `.if_absent()`",
    )
}

pub(super) fn nothing_to_delete() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "somebody deleted the object since it was loaded, so there is nothing to delete",
    )
}

pub(super) fn contended() -> Error {
    Error::new(
        ErrorKind::Contended,
        "other clients kept changing what was to be written; nothing was written, try again later",
    )
}
