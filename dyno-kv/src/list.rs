use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use dyno_core::Item;
use dyno_core::items::{ItemPage, Select};
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};

use crate::error::{Error, Result};
use crate::hook::Operation;
use crate::index_partition::{IndexPartition, Wanted};
use crate::pending::awaitable;
use crate::record::Record;
use crate::token;

/// The options that both kinds of lists have.
macro_rules! list_options {
    () => {
        /// Greatest key first.
        pub fn descending(mut self) -> Self {
            self.wanted.descending = true;
            self
        }

        /// Reads what every write before has left; not for global indexes.
        pub fn consistent(mut self) -> Self {
            self.wanted.consistent = true;
            self
        }

        /// Also records that have expired, and that DynamoDB has not removed yet.
        pub fn with_expired(mut self) -> Self {
            self.wanted.with_expired = true;
            self
        }
    };
}

/// The records of a partition whose keys begin with a prefix, in the order of their keys: as a stream, or all of them if it is awaited.
///
/// One `Query` for each 1 MB that is read, 0.5 read units for each 4 KB of it, or 1 if [consistent](Self::consistent). Records that have
/// expired are hidden, and cost the same. What is written while it goes on may be in it or not.
///
/// # Errors
///
/// Before anything is sent: [`InvalidInput`](Error::InvalidInput) for an empty partition, [`UnknownIndex`](Error::UnknownIndex),
/// [`IndexNotSupported`](Error::IndexNotSupported). [`Unreadable`](Error::Unreadable) if an item is no record;
/// [`TableMissing`](Error::TableMissing) and [`Store`](Error::Store). A stream ends after its first error.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let files = kv.partition("files");
/// for key in ["a/1", "a/2", "b/1"] {
///     files.put(key, "text").await?;
/// }
///
/// let mut found = files.list("a/").descending().into_stream();
/// while let Some(record) = found.next().await {
///     println!("{}", record?.key());
/// }
/// assert_eq!(files.list("").await?.len(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited, or polled as a stream"]
pub struct List {
    source: IndexPartition,
    wanted: Wanted,
}

impl List {
    pub(crate) fn new(source: IndexPartition, prefix: String) -> Self {
        let wanted = Wanted {
            prefix,
            ..Wanted::default()
        };
        Self { source, wanted }
    }

    list_options!();

    /// The records, page after page, each read when it is asked for.
    pub fn into_stream(self) -> Records {
        let Self { source, wanted } = self;
        let pages = stream::try_unfold(Next::Page(None), move |next| {
            let (source, wanted) = (source.clone(), wanted.clone());
            async move {
                let Next::Page(after) = next else {
                    return Ok(None);
                };
                // Each page hides what has expired when it is asked for.
                let mut select = source.select(&wanted)?;
                if let Some(last) = after {
                    select = select.start_after(last);
                }
                let page = ask(&source, Operation::List, &wanted.prefix, select).await?;
                let next = page
                    .last_key
                    .map_or(Next::End, |last| Next::Page(Some(last)));
                let records = records_of(&source, page.items);
                Ok(Some((stream::iter(records), next)))
            }
        });
        let until_error = pages.try_flatten().scan(false, |has_failed, record| {
            let record = (!*has_failed).then_some(record);
            *has_failed = matches!(record, Some(Err(_)));
            ready(record)
        });
        Records(until_error.boxed())
    }

    async fn run(self) -> Result<Vec<Record>> {
        self.into_stream().try_collect().await
    }
}

awaitable!(List -> Vec<Record>);

enum Next {
    /// The one after this key, or the first.
    Page(Option<Item>),
    End,
}

/// Records, one after the other; made by [`List::into_stream`].
#[must_use = "nothing is read until it is polled"]
pub struct Records(BoxStream<'static, Result<Record>>);

impl Records {
    /// The next record; `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of [`List`].
    pub async fn next(&mut self) -> Option<Result<Record>> {
        self.0.next().await
    }
}

impl Stream for Records {
    type Item = Result<Record>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

/// One page of the records of a partition whose keys begin with a prefix, and a token for the next one.
///
/// One `Query`, which costs what [`List`] costs. The [`limit`](Self::limit) is the number of records that it looks at: expired ones among
/// them are hidden, so a page may be shorter than its limit, or empty, and have a token all the same. Tokens are those of dynastore, both
/// ways. Whoever has one reads in it the keys of a record.
///
/// # Errors
///
/// Those of [`List`]; [`InvalidToken`](Error::InvalidToken) for a text that is no token, or one of another partition, index or prefix, and
/// [`InvalidInput`](Error::InvalidInput) for a limit of zero, before anything is sent.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let files = kv.partition("files");
/// for key in ["a/1", "a/2", "a/3"] {
///     files.put(key, "text").await?;
/// }
///
/// let page = files.list_page("a/").limit(2).await?;
/// assert_eq!(page.records().len(), 2);
/// let next = files.list_page("a/").limit(2).start(page.token().unwrap_or_default()).await?;
/// assert_eq!(next.records()[0].key(), "a/3");
/// assert!(next.token().is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct ListPage {
    source: IndexPartition,
    wanted: Wanted,
}

impl ListPage {
    pub(crate) fn new(source: IndexPartition, prefix: String) -> Self {
        let wanted = Wanted {
            prefix,
            ..Wanted::default()
        };
        Self { source, wanted }
    }

    list_options!();

    /// Looks at so many records at most.
    pub fn limit(mut self, records: u32) -> Self {
        self.wanted.limit = Some(records);
        self
    }

    /// Goes on where a page ended: [`Page::token`]. An empty text begins at the beginning.
    pub fn start(mut self, token: impl Into<String>) -> Self {
        self.wanted.start = token.into();
        self
    }

    async fn run(self) -> Result<Page> {
        let Self { source, wanted } = self;
        let select = source.select(&wanted)?;
        let page = ask(&source, Operation::ListPage, &wanted.prefix, select).await?;
        let records: Result<_> = records_of(&source, page.items).collect();
        let token = page.last_key.map(|last| token_of(&source, &last));
        Ok(Page {
            records: records?,
            token: token.transpose()?,
        })
    }
}

awaitable!(ListPage -> Page);

/// What a [`ListPage`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    records: Vec<Record>,
    token: Option<String>,
}

impl Page {
    /// The records. There may be none though more follow: expired ones were hidden.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The records, to keep.
    pub fn into_records(self) -> Vec<Record> {
        self.records
    }

    /// Where the next page begins; `None` if this was the last.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

async fn ask(
    source: &IndexPartition,
    operation: Operation,
    prefix: &str,
    select: Select,
) -> Result<ItemPage> {
    let kv = &source.kv;
    let page = kv.send(operation, &source.partition, Some(prefix), select.page());
    page.await
        .map_err(|error| Error::of_core(source.place(), error))
}

fn records_of(
    source: &IndexPartition,
    items: Vec<Item>,
) -> impl Iterator<Item = Result<Record>> + use<> {
    let place = source.place();
    items
        .into_iter()
        .map(move |item| Record::of_item(&place, item))
}

fn token_of(source: &IndexPartition, last: &Item) -> Result<String> {
    let unreadable = |why: String| Error::Unreadable {
        place: source.place(),
        why,
    };
    let keys = token::keys_of(last).map_err(unreadable)?;
    token::encode(&keys).map_err(|error| unreadable(error.to_string()))
}
