//! Objects that are one item which holds what their fields say: written and read without a look at anything else.

use std::sync::Arc;

use dyno_value::Item;

use super::alone;
use super::fetch::{self, Projection};
use super::operation::Operation;
use super::tree::Expecting;
use crate::commit::plain::Plain;
use crate::commit::together::Member;
use crate::error::Result;
use crate::expr::Node;
use crate::key::Key;
use crate::plan;

impl Operation {
    /// Reads the item with one `GetItem`.
    pub(super) async fn get_verbatim(&self, key: &Key, consistent: bool) -> Result<Option<Item>> {
        let root = self.root(key)?;
        fetch::get(&self.store, &root, Projection::default(), consistent).await
    }

    /// Puts the tree with one `PutItem`, and returns the item that it is now.
    pub(super) async fn put_verbatim(
        &self,
        mut tree: Item,
        key: &Key,
        expecting: &Expecting,
        when: Option<&Node>,
    ) -> Result<Arc<Item>> {
        let root = self.root(key)?;
        root.write_to(&mut tree)?;
        plan::write_plain_tag(&mut tree, self.topology.root);
        let item = Arc::new(tree);
        let put = match expecting {
            Expecting::Nothing => Plain::insert(root, Arc::clone(&item)),
            Expecting::Anything | Expecting::Baseline(_) => {
                Plain::put(root, Arc::clone(&item)).of_type(self.topology.root)
            }
        };
        alone::run(&self.store, Member::Plain(put.when(when))).await?;
        Ok(item)
    }
}
