use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use dyno_value::Item;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _, TryStreamExt as _};

use super::handle::{Index, Items};
use crate::error::{Error, Result};
use crate::expr::Condition;
use crate::key::KeyValue;
use crate::store::operation::Pending;

/// Reads items of a partition in the order of the sort key, or all items; made by [`Items::query`], [`Items::scan`] and those of an
/// [`Index`].
///
/// `.await` reads all of them; [`page`](Self::page) sends one request; [`stream`](Self::stream) one after the other, as they are
/// wanted. One `Query` or `Scan` for each 1 MB that is looked at: 0.5 read units for each 4 KB, or 1 if consistent, of what is looked at, also of
/// what a filter leaves out. Items are not of one moment.
///
/// # Errors
///
/// Before anything is sent: [`InvalidKey`](crate::ErrorKind::InvalidKey), [`InvalidExpression`](crate::ErrorKind::InvalidExpression),
/// [`InvalidCursor`](crate::ErrorKind::InvalidCursor). [`TableMissing`](crate::ErrorKind::TableMissing),
/// [`TableMismatch`](crate::ErrorKind::TableMismatch) for an index that the table lacks, and those of the service.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::items::attr;
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// let spec = TableSpec::new("Orders", "user", KeyKind::S).with_sort("day", KeyKind::S);
/// store.ensure_specs([spec]).await?;
/// let orders = store.items("Orders", "user").sort("day");
/// for (day, total) in [("2026-01-30", 5), ("2026-02-01", 70), ("2026-02-03", 8)] {
///     orders.update(("ada", day)).set("total", total).await?;
/// }
///
/// let february = orders.query("ada").begins_with("2026-02");
/// assert_eq!(february.filter(attr("total").gt(10)).await?.len(), 1);
///
/// let page = orders.query("ada").descending().limit(2).page().await?;
/// let rest = orders.query("ada").descending().start_after(page.last_key.unwrap()).await?;
/// assert_eq!((page.items.len(), rest.len()), (2, 1));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Select {
    pub(super) items: Items,
    pub(super) index: Option<Index>,
    pub(super) partition: Option<KeyValue>,
    pub(super) range: Option<Range>,
    pub(super) descending: bool,
    pub(super) consistent: bool,
    pub(super) limit: Option<u32>,
    pub(super) start: Option<Item>,
    pub(super) filter: Option<Condition<Item>>,
    pub(super) only: Option<Vec<String>>,
}

/// Which sort keys are wanted.
#[derive(Clone, Debug)]
pub(super) enum Range {
    BeginsWith(String),
    Between(KeyValue, KeyValue),
    AtLeast(KeyValue),
    AtMost(KeyValue),
    /// More than a request can ask for.
    Several,
}

/// What one request found.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ItemPage {
    /// The items. There may be none though more follow: a filter left them out.
    pub items: Vec<Item>,
    /// The key of the last item that was looked at, where [`Select::start_after`] goes on; `None` at the end.
    pub last_key: Option<Item>,
}

impl Select {
    pub(super) fn query(items: Items, index: Option<Index>, partition: KeyValue) -> Self {
        Self {
            partition: Some(partition),
            ..Self::scan(items, index)
        }
    }

    pub(super) fn scan(items: Items, index: Option<Index>) -> Self {
        Self {
            items,
            index,
            partition: None,
            range: None,
            descending: false,
            consistent: false,
            limit: None,
            start: None,
            filter: None,
            only: None,
        }
    }

    /// Only items whose sort key begins so; with an empty text, all.
    pub fn begins_with(self, prefix: impl Into<String>) -> Self {
        self.in_range(Range::BeginsWith(prefix.into()))
    }

    /// Only items whose sort key is between these, both included.
    pub fn between(self, first: impl Into<KeyValue>, last: impl Into<KeyValue>) -> Self {
        self.in_range(Range::Between(first.into(), last.into()))
    }

    /// Only items whose sort key is this or greater.
    pub fn at_least(self, first: impl Into<KeyValue>) -> Self {
        self.in_range(Range::AtLeast(first.into()))
    }

    /// Only items whose sort key is this or less.
    pub fn at_most(self, last: impl Into<KeyValue>) -> Self {
        self.in_range(Range::AtMost(last.into()))
    }

    fn in_range(mut self, range: Range) -> Self {
        self.range = Some(match (self.range.take(), range) {
            (None, range) => range,
            (Some(Range::AtLeast(first)), Range::AtMost(last))
            | (Some(Range::AtMost(last)), Range::AtLeast(first)) => Range::Between(first, last),
            _ => Range::Several,
        });
        self
    }

    /// Greatest sort key first.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Reads what every write before has left. The service refuses it for global secondary indexes.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// At most so many items are looked at by one request.
    pub fn limit(mut self, items: u32) -> Self {
        self.limit = Some(items);
        self
    }

    /// Goes on after the item with this key: [`ItemPage::last_key`].
    pub fn start_after(mut self, key: Item) -> Self {
        self.start = Some(key);
        self
    }

    /// Only items of which this holds. What is left out costs the same. It cannot look at the keys by which the request goes.
    pub fn filter(mut self, condition: Condition<Item>) -> Self {
        self.filter = Some(match self.filter.take() {
            Some(before) => before & condition,
            None => condition,
        });
        self
    }

    /// Reads these attributes only; see [`Get::only`](super::Get::only).
    pub fn only<N: Into<String>>(mut self, attributes: impl IntoIterator<Item = N>) -> Self {
        self.only = Some(attributes.into_iter().map(Into::into).collect());
        self
    }

    /// Sends one request.
    ///
    /// # Errors
    ///
    /// Those of [`Select`].
    pub async fn page(self) -> Result<ItemPage> {
        let explain = self.items.explain(self.operation(), None);
        Box::pin(self.ask()).await.map_err(explain)
    }

    /// The items, page after page. It ends after an error.
    pub fn stream(self) -> ItemStream {
        let pages = stream::try_unfold(Some(self), |select| async move {
            let Some(mut select) = select else {
                return Ok::<_, Error>(None);
            };
            let page = select.clone().page().await?;
            select.start = page.last_key;
            let items = stream::iter(page.items.into_iter().map(Ok));
            let next = select.start.is_some().then_some(select);
            Ok(Some((items, next)))
        });
        ItemStream(pages.try_flatten().boxed())
    }

    fn operation(&self) -> &'static str {
        if self.partition.is_some() {
            "query"
        } else {
            "scan"
        }
    }
}

impl IntoFuture for Select {
    type Output = Result<Vec<Item>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.stream().try_collect())
    }
}

/// The items of a [`Select`]. It ends after an error.
#[must_use = "nothing is read until it is polled"]
pub struct ItemStream(BoxStream<'static, Result<Item>>);

impl ItemStream {
    /// The next item; `None` after the last. The same as `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Result<Item>> {
        self.0.next().await
    }
}

impl Stream for ItemStream {
    type Item = Result<Item>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for ItemStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream").finish_non_exhaustive()
    }
}
