use std::fmt;
use std::sync::Arc;

/// What the store was asked to do, when it sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A counter counts.
    Add,
    /// `compare_and_delete`.
    CompareAndDelete,
    /// `compare_and_put`.
    CompareAndPut,
    /// A counter is read.
    Count,
    /// `create`.
    Create,
    /// `delete`.
    Delete,
    /// `exists`.
    Exists,
    /// `get`.
    Get,
    /// `list`: one of its pages.
    List,
    /// `list_page`.
    ListPage,
    /// A lock is acquired.
    Lock,
    /// `put`.
    Put,
    /// A lock is held on to.
    Renew,
    /// A lock is given back.
    Release,
    /// `touch`.
    Touch,
}

impl Operation {
    /// Its name, as the method is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::CompareAndDelete => "compare_and_delete",
            Self::CompareAndPut => "compare_and_put",
            Self::Count => "count",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Exists => "exists",
            Self::Get => "get",
            Self::List => "list",
            Self::ListPage => "list_page",
            Self::Lock => "lock",
            Self::Put => "put",
            Self::Renew => "renew",
            Self::Release => "release",
            Self::Touch => "touch",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A request that is about to be sent: what [`Kv::on_request`](crate::Kv::on_request) is shown.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    operation: Operation,
    table: &'a str,
    partition: &'a str,
    key: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(
        operation: Operation,
        table: &'a str,
        partition: &'a str,
        key: Option<&'a str>,
    ) -> Self {
        Self {
            operation,
            table,
            partition,
            key,
        }
    }

    /// What the store was asked to do.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The table, as the program names it.
    pub fn table(&self) -> &'a str {
        self.table
    }

    /// The partition; of a global index, the value of its partition key.
    pub fn partition(&self) -> &'a str {
        self.partition
    }

    /// The key of the record, if the request is about one; the prefix of a list.
    pub fn key(&self) -> Option<&'a str> {
        self.key
    }
}

/// What a program wants to be told.
#[derive(Clone)]
pub(crate) struct Hook(Arc<dyn Fn(&Request<'_>) + Send + Sync>);

impl Hook {
    pub(crate) fn new(hook: impl Fn(&Request<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hook))
    }

    pub(crate) fn tell(&self, request: &Request<'_>) {
        (self.0)(request);
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").finish_non_exhaustive()
    }
}
