//! What can happen to one request: the one list of it that the exhaustive runs go through.

use std::fmt;

use dyno_testkit::Fault;

/// What happens to one request.
#[derive(Clone, Debug)]
pub(crate) enum Mishap {
    /// A fault of the test kit.
    Kit(Fault),
    /// The caller sees a broken connection, and the request arrives later than what comes after it.
    Late(When),
}

/// When a late request arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// After the next request of the same client, which is most often the same one again.
    TheNext,
    /// After the operation is over.
    TheOperation,
    /// After another client saved.
    AnotherSave,
    /// After another client deleted the object.
    TheDelete,
}

impl Mishap {
    /// Nothing happens.
    pub(crate) const NONE: Self = Self::Kit(Fault::Pass);

    /// Everything that can happen to a request of this operation.
    pub(crate) fn all(operation: &str) -> Vec<Self> {
        let reads = matches!(operation, "GetItem" | "BatchGetItem" | "TransactGetItems");
        let mut all = vec![
            Self::Kit(Fault::NotDelivered),
            Self::Kit(Fault::ServerErrorBefore),
            Self::Kit(Fault::Throttled),
        ];
        if operation == "BatchGetItem" {
            all.extend([1, 2].map(|keys| Self::Kit(Fault::UnprocessedKeys(keys))));
        }
        if operation == "TransactGetItems" || !reads {
            all.push(Self::Kit(Fault::TransactionConflict));
        }
        if !reads {
            all.extend([
                Self::Kit(Fault::AnswerLost),
                Self::Kit(Fault::AppliedTwice),
                Self::Kit(Fault::ServerErrorAfter),
                Self::Late(When::TheNext),
                Self::Late(When::TheOperation),
                Self::Late(When::AnotherSave),
                Self::Late(When::TheDelete),
            ]);
        }
        all
    }
}

impl fmt::Display for Mishap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kit(fault) => write!(formatter, "{fault:?}"),
            Self::Late(when) => write!(formatter, "Late({when:?})"),
        }
    }
}
