//! What the requests of a collection give.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use dyno_value::Item;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};

use super::members::{FoundOf, Member, Members};
use crate::error::Result;
use crate::plan::{Address, is_of_shard};
use crate::store::cursor::Cursor;
use crate::store::select::found::{Root, other_keys};
use crate::store::select::walk::Walk;

/// What one request of a [`Collection`](crate::Collection) found. It may have no object, and yet not be the last one.
pub struct CollectionPage<M: Members> {
    pub(super) objects: M::Found,
    cursor: Option<Cursor>,
    looked_at: u64,
}

impl<M: Members> CollectionPage<M> {
    /// The objects, each as a load gives it: a `Vec` for each type.
    pub fn objects(&self) -> &M::Found {
        &self.objects
    }

    /// The objects, each as a load gives it: a `Vec` for each type.
    pub fn into_objects(self) -> M::Found {
        self.objects
    }

    /// Where the next page begins; `None` at the end.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Items that the service looked at, which is what the request cost.
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }
}

impl<M: Members> fmt::Debug for CollectionPage<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionPage")
            .field("cursor", &self.cursor)
            .field("looked_at", &self.looked_at)
            .finish_non_exhaustive()
    }
}

/// The pages of a [`Collection`](crate::Collection). It ends after an error; the cursor of the page before goes on from there.
#[must_use = "nothing is read until it is polled"]
pub struct CollectionPages<M: Members>(pub(super) BoxStream<'static, Result<CollectionPage<M>>>);

impl<M: Members> CollectionPages<M> {
    /// The next page; `None` after the last. The same as `StreamExt::next`, without the import.
    pub async fn next(&mut self) -> Option<Result<CollectionPage<M>>> {
        self.0.next().await
    }
}

impl<M: Members> Stream for CollectionPages<M> {
    type Item = Result<CollectionPage<M>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<M: Members> fmt::Debug for CollectionPages<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionPages").finish_non_exhaustive()
    }
}

pub(super) fn pages_of<M: Members>(
    gathering: Gathering<M>,
) -> BoxStream<'static, Result<CollectionPage<M>>> {
    let pages = stream::try_unfold(gathering, |mut gathering| async move {
        let page = Box::pin(gathering.page()).await?;
        Ok(page.map(|page| (page, gathering)))
    });
    pages.boxed()
}

/// A collection under way.
pub(super) struct Gathering<M> {
    pub(super) walk: Walk,
    pub(super) members: Vec<Member>,
    pub(super) of: PhantomData<fn() -> M>,
}

impl<M: Members> Gathering<M> {
    /// The next page; `None` after the last.
    pub(super) async fn page(&mut self) -> Result<Option<CollectionPage<M>>> {
        if !self.walk.goes_on {
            return Ok(None);
        }
        let answered = self.walk.ask().await?;
        let (sorted, cut) = self.sorted(answered.items)?;
        let consistent = self.walk.options.consistent;
        let (objects, count) = M::__dyno_found(sorted, consistent).await?;
        Ok(Some(CollectionPage {
            objects,
            cursor: self.walk.give(count, cut)?,
            looked_at: answered.looked_at,
        }))
    }

    /// The items by the types that they are of, and the place of the last object that is wanted, if there are more.
    fn sorted(&self, items: Vec<Item>) -> Result<(Vec<FoundOf>, Option<Item>)> {
        let (operation, keys) = (&self.walk.operation, self.walk.keys());
        let table = operation.topology.table;
        let most = self.walk.wanted.unwrap_or(usize::MAX);
        let mut found: Vec<_> = self.members.iter().map(FoundOf::nothing).collect();
        let mut last = None;
        let mut count = 0;
        let mut cut = None;
        let mut shards = BTreeMap::new();
        for item in items {
            let Some(address) = Address::of_item(table, table.region_name(), &item) else {
                let error = other_keys(table, "an item in it has no such key");
                return Err(operation.explain(None)(error));
            };
            if is_of_shard(&item) {
                shards.insert(address, item);
                continue;
            }
            if cut.is_some() {
                continue;
            }
            let place = keys.place_of(&item);
            let root = self.root(&address, &item);
            if count == most {
                // What cannot be read is left to whoever goes on, too.
                if !matches!(root, Ok(None)) {
                    cut.clone_from(&last);
                }
                continue;
            }
            let Some((position, root)) = root? else {
                continue;
            };
            if let Some(FoundOf { sorted, .. }) = found.get_mut(position) {
                sorted.roots.push(root);
                last = Some(place);
                count += 1;
            }
        }
        let with_roots = found.iter_mut().map(|found| &mut found.sorted);
        let mut with_roots = with_roots
            .filter(|sorted| !sorted.roots.is_empty())
            .peekable();
        while let Some(sorted) = with_roots.next() {
            sorted.shards = if with_roots.peek().is_some() {
                shards.clone()
            } else {
                mem::take(&mut shards)
            };
        }
        Ok((found, cut))
    }

    /// The root that this item is, with the place of its type among the members; `None` if it is of none of them.
    fn root(&self, address: &Address, item: &Item) -> Result<Option<(usize, Root)>> {
        for (position, member) in self.members.iter().enumerate() {
            let root = Root::of(&member.operation, address.clone(), item.clone(), None);
            let root = root.map_err(|failure| failure.explained(&member.operation).into_error())?;
            if let Some(root) = root {
                let expiry = member.expiry.as_ref();
                let is_over = expiry.is_some_and(|expiry| expiry.is_over(item));
                return Ok((!is_over).then_some((position, root)));
            }
        }
        Ok(None)
    }
}
