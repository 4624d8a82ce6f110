//! Conditions of requests that go to the item of a root.

use dyno_value::{FieldPath, Item, Segment};

use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Node};
use crate::plan::{Decisions, Route};
use crate::shape::{FieldShape, Kind, Shape};
use crate::store::operation::Operation;

impl Operation {
    /// A condition that the item of a root can answer; `keys` are its key attributes, as far as they are known.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidExpression`] if it is built of what cannot be compared, looks into a shard, or at a value that is
    /// encrypted, or may be.
    pub(super) fn condition_of_root<R>(
        &self,
        condition: Condition<R>,
        keys: &Item,
    ) -> Result<Node> {
        let node = condition.into_node()?;
        let mut refusal = None;
        node.each_path(&mut |path| {
            if refusal.is_none() {
                refusal = self.refusal(path, keys).err();
            }
        });
        refusal.map_or(Ok(node), Err)
    }

    fn refusal(&self, path: &FieldPath, keys: &Item) -> Result<()> {
        let route = Route::of(&self.topology, path, None)?;
        let refuse = |why: &str| {
            let error = Error::new(ErrorKind::InvalidExpression, why);
            Err(error.at_path(path.clone()))
        };
        if route.shard.is_some() || route.holds_shards {
            return refuse(
                "lies in a shard, and a condition looks at the item of the root only; compare after loading, or store the \
                 value in the root",
            );
        }
        if has_older_name(self.topology.root, path) {
            return refuse(
                "was called otherwise before (`alias`), and an object that still has the old name would be missed; save all \
                 objects with the new name and take the alias away, or compare after loading",
            );
        }
        if !Decisions::is_clear(path, keys, self.topology.root, self.loader()) {
            return refuse(
                "is encrypted, or may be, and the service sees no value to compare; give the field an index and use `find`, or \
                 compare after loading",
            );
        }
        Ok(())
    }
}

/// Whether a field on the way is also read under other names.
fn has_older_name(shape: &'static Shape, path: &FieldPath) -> bool {
    let mut kind = Some(Kind::Object(shape));
    path.segments().iter().any(|segment| {
        let field = match (kind, segment) {
            (Some(Kind::Object(shape)), Segment::Key(name)) => {
                shape.find_field(|field| field.name() == name)
            }
            _ => None,
        };
        kind = match kind {
            Some(Kind::List(element) | Kind::Map(element)) => Some(element.kind()),
            _ => field.map(FieldShape::kind),
        };
        field.is_some_and(|field| !field.older_names().is_empty())
    })
}
