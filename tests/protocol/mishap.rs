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
    /// It is answered, and a copy of it arrives later too.
    Repeated(When),
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
        let reads = matches!(
            operation,
            "GetItem" | "Query" | "BatchGetItem" | "TransactGetItems"
        );
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
        if operation == "TransactWriteItems" {
            all.push(Self::Kit(Fault::TransactionInProgress));
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
                Self::Repeated(When::TheOperation),
                Self::Repeated(When::AnotherSave),
                Self::Repeated(When::TheDelete),
            ]);
        }
        all
    }

    /// When a copy arrives that nobody waits for.
    pub(crate) fn late(&self) -> Option<When> {
        match self {
            Self::Kit(_) => None,
            Self::Late(when) | Self::Repeated(when) => Some(*when),
        }
    }

    /// Whether it is one of the few that are tried on objects of hundreds of kilobytes.
    pub(crate) fn is_telling(&self) -> bool {
        match self {
            Self::Kit(fault) => matches!(
                fault,
                Fault::AnswerLost
                    | Fault::NotDelivered
                    | Fault::AppliedTwice
                    | Fault::UnprocessedKeys(1)
            ),
            Self::Late(when) => *when != When::TheNext,
            Self::Repeated(_) => false,
        }
    }

    /// Whether it is tried in pairs: for each that is not, there is one that is the same to the mapper and the items.
    pub(crate) fn is_paired(&self) -> bool {
        !matches!(
            self,
            Self::Kit(
                Fault::ServerErrorAfter
                    | Fault::ServerErrorBefore
                    | Fault::TransactionConflict
                    | Fault::UnprocessedKeys(2)
            ) | Self::Repeated(When::TheOperation)
        )
    }
}

impl fmt::Display for Mishap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kit(fault) => write!(formatter, "{fault:?}"),
            Self::Late(when) => write!(formatter, "Late({when:?})"),
            Self::Repeated(when) => write!(formatter, "Repeated({when:?})"),
        }
    }
}
