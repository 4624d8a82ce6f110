//! One version as an item.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno_core::{AttributeValue, Item};

use super::name::{sort_of, store_of};
use crate::digest::digest_of;
use crate::mark::{self, DELETED, DIGEST, VERSION, WRITE, WRITTEN};
use crate::store::Shared;

/// A version that is written.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) number: u64,
    /// What tells this write from all others.
    pub(super) write: &'a str,
    /// None: the option was deleted.
    pub(super) keys: Option<&'a Item>,
}

impl Entry<'_> {
    /// The item that is kept.
    pub(super) fn kept(&self, shared: &Shared, option: &str, now: SystemTime) -> Item {
        let mut item = self.keys.cloned().unwrap_or_default();
        self.mark(&mut item);
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let since = AttributeValue::N(since.as_millis().to_string());
        item.insert(WRITTEN.to_owned(), since);
        if self.keys.is_none() {
            item.insert(DELETED.to_owned(), AttributeValue::Bool(true));
        }
        let (store, sort) = (store_of(&shared.name), sort_of(option, self.number));
        shared.name_item(&mut item, &store, &sort);
        item
    }

    /// Says of these keys which version they are.
    pub(super) fn mark(&self, item: &mut Item) {
        if let Some(digest) = digest_of(&mark::visible(item)) {
            item.insert(DIGEST.to_owned(), AttributeValue::S(digest));
        }
        let number = AttributeValue::N(self.number.to_string());
        item.insert(VERSION.to_owned(), number);
        let write = AttributeValue::S(self.write.to_owned());
        item.insert(WRITE.to_owned(), write);
    }
}

/// When a version was written.
pub(super) fn written_of(item: &Item) -> Option<SystemTime> {
    let millis = item.get(WRITTEN)?.as_n().ok()?.parse().ok()?;
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

/// Whether this write left the item.
pub(super) fn is_by(item: &Item, write: &str) -> bool {
    item.get(WRITE)
        .and_then(|mark| mark.as_s().ok())
        .is_some_and(|mark| mark == write)
}

/// What the option held, of the item that is kept.
pub(super) fn stored_of(mut item: Item) -> Item {
    item.remove(WRITTEN);
    item
}
