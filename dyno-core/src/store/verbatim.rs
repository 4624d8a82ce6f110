//! Objects that are one item which holds what their fields say: written and read without a look at anything else.

use std::sync::Arc;

use dyno_value::Item;

use super::fetch::{self, Projection};
use super::operation::Operation;
use super::{drive, request};
use crate::commit::Answer;
use crate::commit::plain::Plain;
use crate::error::Result;
use crate::expr::Node;
use crate::key::Key;
use crate::plan::{self, Address, Bodies, Decisions};

impl Operation {
    /// Reads the item with one `GetItem`.
    pub(super) async fn get_verbatim(&self, key: &Key, consistent: bool) -> Result<Option<Item>> {
        let root = self.root(key)?;
        fetch::get(&self.store, &root, Projection::default(), consistent).await
    }

    /// Puts the tree with one `PutItem`; it is made again only if it has to be sent again.
    pub(super) async fn put_verbatim(
        &self,
        tree: Item,
        key: &Key,
        if_absent: bool,
        when: Option<&Node>,
        tree_again: impl Fn() -> Result<Item>,
    ) -> Result<()> {
        let root = self.root(key)?;
        let tree = self.taken_by_indexes(tree)?;
        let put = |tree: Item, root: Address| -> Result<Plain> {
            let item = Arc::new(self.item_of(&root, tree)?);
            Ok(Plain::write(root, item, self.topology.root, !if_absent).when(when))
        };
        let first = put(tree, root.clone())?.into_request()?;
        match request::send(&self.store, first).await? {
            Answer::Applied => Ok(()),
            answer => {
                let again = put(tree_again()?, root)?;
                drive::run_after(&self.store, again, answer).await
            }
        }
    }

    /// The tree, if the table's indexes take what it has for them.
    fn taken_by_indexes(&self, tree: Item) -> Result<Item> {
        let bodies = Bodies {
            root: tree,
            ..Bodies::default()
        };
        plan::check_index_values(self.topology.root, &bodies, &Decisions::default())?;
        Ok(bodies.root)
    }

    /// The item of such an object.
    pub(super) fn item_of(&self, root: &Address, mut tree: Item) -> Result<Item> {
        root.write_to(&mut tree)?;
        plan::write_plain_tag(&mut tree, self.topology.root);
        Ok(tree)
    }
}
