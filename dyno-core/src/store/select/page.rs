use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use dyno_value::Item;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _, TryStreamExt as _};

use super::complete::complete;
use super::found::{Seen, Sorted};
use super::hydrate;
use super::selection::Selection;
use super::walk::{Answered, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::Stored;
use crate::store::cursor::Cursor;
use crate::store::reseal::Failure;
use crate::store::saved::Saved;

/// What one request of a [`Scan`](crate::Scan) or [`Query`](crate::Query) found. It may have no object, and yet not be
/// the last one: the service looked at items, and none was wanted. One that was asked for by [`page`](crate::Scan::page) has as many objects
/// as that says, and a cursor if more follow.
#[derive(Debug)]
pub struct Page<T> {
    objects: Vec<Saved<T>>,
    failures: Vec<Failure>,
    cursor: Option<Cursor>,
    looked_at: u64,
}

impl<T> Page<T> {
    /// The objects, each as a load gives it.
    pub fn objects(&self) -> &[Saved<T>] {
        &self.objects
    }

    /// The objects, each as a load gives it.
    pub fn into_objects(self) -> Vec<Saved<T>> {
        self.objects
    }

    /// Objects that cannot be read, each with its key and why. There are none but in
    /// [`pages_with_failures`](crate::Scan::pages_with_failures).
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Where the next page begins; `None` at the end. One of [`pages`](crate::Scan::pages) that ends after [`take`](crate::Scan::take) objects
    /// may have one though nothing follows; one of [`page`](crate::Scan::page) does not.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Items that the service looked at, which is what the request cost; among them shards, and what the filter left out.
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }
}

impl Walk {
    /// The next page; `None` after the last.
    ///
    /// # Errors
    ///
    /// Also that of the first object that cannot be read.
    async fn whole_page<T: Stored>(&mut self) -> Result<Option<Page<T>>> {
        let Some(mut page) = self.page::<T>().await? else {
            return Ok(None);
        };
        let first = page.failures.drain(..).next();
        first.map_or(Ok(Some(page)), |failure| Err(failure.into_error()))
    }

    /// What was found, as far as it is wanted. Of an index of parts no more is read from the table than that, and what tells whether
    /// anything follows, if that is asked: what the index holds may be gone from the table, or over.
    pub(super) async fn sorted(&self, items: Vec<Item>, most: usize) -> Result<Sorted> {
        let mut sorted = Sorted::default();
        if self.keys().finds_whole_items() {
            let lives = |item: &Item| {
                !self
                    .expiry
                    .as_ref()
                    .is_some_and(|expiry| expiry.is_over(item))
            };
            let seen = items.into_iter().filter(lives);
            let seen = seen.map(|item| Seen { item, place: None });
            sorted.take_in(&self.operation, self.keys(), seen.collect(), most)?;
            return Ok(sorted);
        }
        let mut places = hydrate::places(&self.operation, self.keys(), items)?.into_iter();
        let mut ahead = self.ahead;
        while places.len() > 0 && !sorted.sees_more {
            let wanted = most.saturating_sub(sorted.roots.len());
            let wanted = wanted.saturating_add(ahead);
            if wanted == 0 {
                sorted.cut_behind_last(self.keys());
                break;
            }
            let some = places
                .by_ref()
                .take(wanted.min(hydrate::MOST_AT_ONCE))
                .collect();
            let mut seen =
                hydrate::hydrated(&self.operation, some, self.options.consistent).await?;
            if let Some(expiry) = &self.expiry {
                seen.retain(|seen| !expiry.is_over(&seen.item));
            }
            sorted.take_in(&self.operation, self.keys(), seen, most)?;
            ahead = ahead.saturating_mul(2);
        }
        Ok(sorted)
    }

    async fn page<T: Stored>(&mut self) -> Result<Option<Page<T>>> {
        if !self.goes_on {
            return Ok(None);
        }
        let Answered {
            items, looked_at, ..
        } = self.ask().await?;
        let (found, cut) = if let Some(verbatim) = self.verbatim(items.len()) {
            self.saw_more = false;
            let found = self.verbatim_objects::<T>(verbatim, items).await;
            (found, None)
        } else {
            let most = self.wanted.unwrap_or(usize::MAX);
            let sorted = self.sorted(items, most).await;
            let mut sorted = sorted.map_err(self.operation.explain(None))?;
            let cut = sorted.cut.take();
            self.saw_more = sorted.sees_more;
            let consistent = self.options.consistent;
            let found = Box::pin(complete::<T>(&self.operation, sorted, consistent)).await;
            (found, cut)
        };
        let (objects, failures) = found?;
        let cursor = self.give(objects.len(), cut)?;
        Ok(Some(Page {
            objects,
            failures,
            cursor,
            looked_at,
        }))
    }
}

impl Walk {
    /// Whether anything that would be given back follows what was seen.
    async fn goes_further(&mut self, looked_at: &mut u64) -> Result<bool> {
        if self.saw_more {
            return Ok(true);
        }
        while self.start.is_some() {
            let answered = self.ask().await?;
            *looked_at += answered.looked_at;
            let sorted = self.sorted(answered.items, 0).await;
            if sorted.map_err(self.operation.explain(None))?.sees_more {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// So many objects, and where the next ones begin, if there are any.
pub(super) async fn one<T: Stored>(mut selection: Selection<T>, objects: usize) -> Result<Page<T>> {
    if objects == 0 {
        let why = "`page` takes the number of objects of a page, 1 at least";
        return Err(Error::new(ErrorKind::InvalidExpression, why));
    }
    selection.take = Some(objects);
    let mut walk = Walk::begin(selection, false)?.looking_ahead();
    let mut one = Page {
        objects: Vec::new(),
        failures: Vec::new(),
        cursor: None,
        looked_at: 0,
    };
    while let Some(page) = walk.whole_page::<T>().await? {
        put_behind(&mut one.objects, page.objects);
        one.looked_at += page.looked_at;
        one.cursor = page.cursor;
    }
    if one.cursor.is_some() && !walk.goes_further(&mut one.looked_at).await? {
        one.cursor = None;
    }
    Ok(one)
}

/// Everything that is selected.
pub(super) async fn all<T: Stored>(selection: Selection<T>) -> Result<Vec<Saved<T>>> {
    let mut walk = Walk::begin(selection, false)?;
    let mut objects = Vec::new();
    while let Some(page) = walk.whole_page::<T>().await? {
        put_behind(&mut objects, page.objects);
    }
    Ok(objects)
}

/// The first page is not copied, and mostly the only one.
fn put_behind<T>(objects: &mut Vec<T>, mut more: Vec<T>) {
    if objects.is_empty() {
        *objects = more;
    } else {
        objects.append(&mut more);
    }
}

/// The pages of a [`Scan`](crate::Scan) or [`Query`](crate::Query). It ends after an error; the cursor of the page before
/// goes on from there.
#[must_use = "nothing is read until it is polled"]
pub struct Pages<T>(BoxStream<'static, Result<Page<T>>>);

/// The objects of a [`Scan`](crate::Scan) or [`Query`](crate::Query). It ends after an error.
#[must_use = "nothing is read until it is polled"]
pub struct Objects<T>(BoxStream<'static, Result<Saved<T>>>);

/// Where a stream of pages is.
enum State<T> {
    New(Box<Selection<T>>),
    Walking(Box<Walk>),
}

impl<T: Stored> Pages<T> {
    pub(super) fn new(selection: Selection<T>, keeps_failures: bool) -> Self {
        let pages = stream::try_unfold(State::New(Box::new(selection)), move |state| async move {
            let mut walk = match state {
                State::New(selection) => Box::new(Walk::begin(*selection, false)?),
                State::Walking(walk) => walk,
            };
            let page = if keeps_failures {
                Box::pin(walk.page::<T>()).await?
            } else {
                Box::pin(walk.whole_page::<T>()).await?
            };
            Ok(page.map(|page| (page, State::Walking(walk))))
        });
        Self(pages.boxed())
    }
}

impl<T: Stored> Objects<T> {
    pub(super) fn new(selection: Selection<T>) -> Self {
        let objects = |page: Page<T>| stream::iter(page.objects.into_iter().map(Ok));
        Self::of(Pages::new(selection, false).map_ok(objects).try_flatten())
    }

    pub(super) fn of(objects: impl Stream<Item = Result<Saved<T>>> + Send + 'static) -> Self {
        Self(objects.boxed())
    }
}

/// The pages of a walk.
pub(super) fn pages_of<T: Stored>(walk: Walk) -> BoxStream<'static, Result<Page<T>>> {
    let pages = stream::try_unfold(Box::new(walk), |mut walk| async move {
        let page = Box::pin(walk.whole_page::<T>()).await?;
        Ok(page.map(|page| (page, walk)))
    });
    pages.boxed()
}

macro_rules! stream_of {
    ($name:ident: $item:ty, $one:literal) => {
        impl<T> $name<T> {
            #[doc = concat!("The next ", $one, "; `None` after the last. The same as `StreamExt::next`, without the import.")]
            pub async fn next(&mut self) -> Option<Result<$item>> {
                self.0.next().await
            }
        }

        impl<T> Stream for $name<T> {
            type Item = Result<$item>;

            fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.0.poll_next_unpin(cx)
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

stream_of!(Pages: Page<T>, "page");
stream_of!(Objects: Saved<T>, "object");
