use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use dyno_value::{FieldPath, Item};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _, TryStreamExt as _};

use super::get::projection;
use super::handle::{Index, Items};
use super::write::node_of;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Comparator, Condition, Node, Placeholders, Term, condition_text};
use crate::key::KeyValue;
use crate::plan::checked_part;
use crate::store::operation::Pending;

/// Reads items of a partition in the order of the sort key, or all items; made by [`Items::query`], [`Items::scan`] and those of an
/// [`Index`].
///
/// `.await` reads all of them; [`page`](Self::page) sends one request; [`into_stream`](Self::into_stream) one after the other, as they are
/// wanted. One `Query` or `Scan` for each 1 MB that is looked at: 0.5 read units for each 4 KB, or 1 if consistent, of what is looked at, also of
/// what a filter leaves out. Items are not of one moment.
///
/// # Errors
///
/// Before anything is sent: [`InvalidKey`](ErrorKind::InvalidKey), [`InvalidExpression`](ErrorKind::InvalidExpression),
/// [`InvalidCursor`](ErrorKind::InvalidCursor). [`TableMissing`](ErrorKind::TableMissing),
/// [`TableMismatch`](ErrorKind::TableMismatch) for an index that the table lacks, and those of the service.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno_core::Result<()> {
/// use dyno_core::items::attr;
/// use dyno_core::table::TableSpec;
/// use dyno_core::{KeyKind, Store};
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
    items: Items,
    index: Option<Index>,
    partition: Option<KeyValue>,
    range: Option<Range>,
    descending: bool,
    consistent: bool,
    limit: Option<u32>,
    start: Option<Item>,
    filter: Option<Condition<Item>>,
    only: Option<Vec<String>>,
}

/// Which sort keys are wanted.
#[derive(Clone, Debug)]
enum Range {
    BeginsWith(String),
    Between(KeyValue, KeyValue),
    AtLeast(KeyValue),
    AtMost(KeyValue),
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
    pub fn begins_with(mut self, prefix: impl Into<String>) -> Self {
        self.range = Some(Range::BeginsWith(prefix.into()));
        self
    }

    /// Only items whose sort key is between these, both included.
    pub fn between(mut self, first: impl Into<KeyValue>, last: impl Into<KeyValue>) -> Self {
        self.range = Some(Range::Between(first.into(), last.into()));
        self
    }

    /// Only items whose sort key is this or greater.
    pub fn at_least(mut self, first: impl Into<KeyValue>) -> Self {
        self.range = Some(Range::AtLeast(first.into()));
        self
    }

    /// Only items whose sort key is this or less.
    pub fn at_most(mut self, last: impl Into<KeyValue>) -> Self {
        self.range = Some(Range::AtMost(last.into()));
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
    pub fn into_stream(self) -> ItemStream {
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

    /// The key attributes by which it goes: partition and sort.
    fn keys(&self) -> Result<(String, Option<String>)> {
        if let Some(index) = &self.index {
            return Ok((index.key.clone(), index.sort.clone()));
        }
        let table = self.items.topology()?.table;
        let sort = table.sort_name().map(str::to_owned);
        Ok((table.key_name().to_owned(), sort))
    }

    fn key_condition(&self) -> Result<Option<Node>> {
        let Some(partition) = &self.partition else {
            return match self.range {
                None if !self.descending => Ok(None),
                _ => Err(invalid(
                    "a scan has no order and no range of sort keys; query a partition",
                )),
            };
        };
        let (key, sort) = self.keys()?;
        let partition = checked_part("partition key", &key, Some(partition.kind()), partition)?;
        let of_partition = Node::equal(&key, partition.to_value());
        let Some(range) = &self.range else {
            return Ok(Some(of_partition));
        };
        let Some(sort) = sort else {
            return Err(invalid(
                "a range of sort keys is asked for, and there is no sort key; name it: `.sort(\"..\")`",
            ));
        };
        let path = FieldPath::root().key(&sort);
        let bound = |bound: &KeyValue| -> Result<_> {
            Ok(checked_part("sort key", &sort, Some(bound.kind()), bound)?.to_value())
        };
        let compare = |comparator, value| {
            Node::Compare(Term::Field(path.clone()), comparator, Term::Value(value))
        };
        let in_range = match range {
            Range::BeginsWith(prefix) if prefix.is_empty() => return Ok(Some(of_partition)),
            Range::BeginsWith(prefix) => {
                let prefix = KeyValue::S(prefix.clone());
                Node::BeginsWith(path.clone(), bound(&prefix)?)
            }
            Range::Between(first, last) => {
                let field = Term::Field(path.clone());
                Node::Between(field, bound(first)?, bound(last)?)
            }
            Range::AtLeast(first) => compare(Comparator::GreaterOrEqual, bound(first)?),
            Range::AtMost(last) => compare(Comparator::LessOrEqual, bound(last)?),
        };
        Ok(Some(Node::All(vec![of_partition, in_range])))
    }

    /// # Errors
    ///
    /// It looks at a key by which the request goes.
    fn filter_node(&self) -> Result<Option<Node>> {
        let Some(filter) = self.filter.clone() else {
            return Ok(None);
        };
        let node = node_of(filter)?;
        if self.partition.is_some() {
            let (key, sort) = self.keys()?;
            let keys = [Some(key), sort];
            let mut looked_at = None;
            node.each_look(&mut |path, _| {
                let is_key = |name: &String| *path == FieldPath::root().key(name);
                if keys.iter().flatten().any(is_key) {
                    looked_at = Some(path.to_string());
                }
            });
            if let Some(path) = looked_at {
                return Err(invalid(format!(
                    "the filter looks at `{path}`, a key by which the query goes; ask for a range of sort keys"
                )));
            }
        }
        Ok(Some(node))
    }

    fn check_start(&self) -> Result<()> {
        let Some(start) = &self.start else {
            return Ok(());
        };
        let (key, sort) = self.keys()?;
        let table = self.items.topology()?.table;
        let table = table.key_names().into_iter().map(str::to_owned);
        let mut names: Vec<_> = [Some(key), sort]
            .into_iter()
            .flatten()
            .chain(table)
            .collect();
        names.sort_unstable();
        names.dedup();
        let fits = start.len() == names.len()
            && names.iter().all(|name| {
                let part = start.get(name);
                part.is_some_and(|value| KeyValue::from_value(value).is_some())
            });
        if fits {
            return Ok(());
        }
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let why = format!(
            "the key to go on after has not exactly the attributes {}; give `last_key` of a page of the same request",
            names.join(", ")
        );
        Err(Error::new(ErrorKind::InvalidCursor, why))
    }

    async fn ask(self) -> Result<ItemPage> {
        self.check_start()?;
        let limit = match self.limit {
            Some(0) => return Err(invalid("a page has room for one item at least")),
            limit => limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)),
        };
        let mut placeholders = Placeholders::new();
        let condition = self.key_condition()?;
        let condition = condition.map(|node| condition_text(&node, &mut placeholders));
        let filter = self.filter_node()?;
        let filter = filter.map(|node| condition_text(&node, &mut placeholders));
        let projection = projection(self.only.as_deref())?;
        let (mut names, values) = placeholders.into_parts();
        names.extend(projection.names);
        let names = (!names.is_empty()).then(|| names.into_iter().collect());
        let values = (!values.is_empty()).then(|| values.into_iter().collect());
        let table = self.items.topology()?.table;
        let store = &self.items.store;
        let client = store.clients().of(table.region_name()).reads;
        let index = self.index.map(|index| index.name);
        macro_rules! sent {
            ($request:expr) => {{
                let answer = $request
                    .table_name(table.name())
                    .set_index_name(index.clone())
                    .consistent_read(self.consistent)
                    .set_limit(limit)
                    .set_exclusive_start_key(self.start)
                    .set_filter_expression(filter)
                    .set_projection_expression(projection.text)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_consumed_capacity(store.asks_for_capacity())
                    .send()
                    .await
                    .map_err(|error| match &index {
                        Some(index) => store.index_failure(error, table.name(), index),
                        None => store.failure(error, &[table.name()]),
                    })?;
                store.note_read(answer.consumed_capacity.as_slice());
                ItemPage {
                    items: answer.items.unwrap_or_default(),
                    last_key: answer.last_evaluated_key.filter(|key| !key.is_empty()),
                }
            }};
        }
        Ok(if let Some(condition) = condition {
            let query = client.query().key_condition_expression(condition);
            sent!(query.scan_index_forward(!self.descending))
        } else {
            sent!(client.scan())
        })
    }
}

fn invalid(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidExpression, why)
}

impl IntoFuture for Select {
    type Output = Result<Vec<Item>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.into_stream().try_collect())
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
