//! Conditions of requests that go to the item of a root.

use std::sync::atomic::{AtomicBool, Ordering};

use dyno_crypto::EncryptionKey;
use dyno_value::{FieldPath, Item, Segment};

use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Fault, Look, Node, Why};
use crate::loader::ConfigLoader;
use crate::plan::{Decisions, Route};
use crate::shape::Kind;
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
        let node = condition
            .into_node()
            .map_err(|fault| self.explained_fault(fault, keys))?;
        self.check_looks(&node, keys)?;
        Ok(node)
    }

    /// Refuses a condition that looks at what the service does not see.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidExpression`] with the path.
    pub(super) fn check_looks(&self, node: &Node, keys: &Item) -> Result<()> {
        let mut refusal = None;
        node.each_look(&mut |path, look| {
            if refusal.is_none() {
                refusal = self.refusal(path, look, keys).err();
            }
        });
        refusal.map_or(Ok(()), Err)
    }

    fn explained_fault(&self, fault: Fault, keys: &Item) -> Error {
        let Fault { path, why } = fault;
        let error = match why {
            Why::Senseless(why) => {
                return Error::new(ErrorKind::InvalidExpression, why).at_path(path);
            }
            Why::Value(error) => error,
        };
        if let Err(refusal) = self.refusal(&path, Look::Outside, keys) {
            return refusal;
        }
        let error = self.public_value(error.under_path(&path));
        Error::new(ErrorKind::InvalidExpression, error.cause().to_string()).at_path(path)
    }

    fn refusal(&self, path: &FieldPath, look: Look<'_>, keys: &Item) -> Result<()> {
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
        let looked_into = match look {
            Look::Outside => None,
            Look::Element(_) | Look::OtherField | Look::Value(_) => route.kind,
        };
        if route.way.has_older_name || looked_into.is_some_and(Kind::holds_older_names) {
            return refuse(
                "was called otherwise before (`alias`), or holds what was, and an object that still has the old name would be \
                 missed; save all objects with the new name and take the alias away, or compare after loading",
            );
        }
        if route.way.goes_through_opaque {
            return refuse(
                "lies in a field with conversions of its own (`with`), and only they know how it is stored; compare after \
                 loading",
            );
        }
        if self.is_key(path) {
            return Ok(());
        }
        let sealed = "is encrypted or holds what is, or may be, and the service sees no value to compare; compare the parts that are \
                      in clear, give the field an index and use `find`, or compare after loading";
        let clear = |loader| self.is_clear(path, look, looked_into, keys, loader);
        if !clear(None) {
            return refuse(sealed);
        }
        let Some(loader) = self.loader() else {
            return Ok(());
        };
        let is_clear =
            |nobody: &dyn ConfigLoader| self.is_clear(path, look, looked_into, keys, Some(nobody));
        if !asks_a_loader(is_clear) {
            return Ok(());
        }
        if loader.needs_keys() && !self.has_all_keys(keys) {
            return refuse(
                "may be encrypted: the loader may decide by the object's key, which is not known before its item is found; \
                 answer `false` in `ConfigLoader::needs_keys` if it does not, or compare after loading",
            );
        }
        if matches!(look, Look::Element(_)) && is_list(looked_into) && loader.needs_indexes() {
            return refuse(
                "is a list of which the loader may encrypt some entries, and which one is looked for is not known; answer `false` \
                 in `ConfigLoader::needs_indexes` if it treats all alike, or compare after loading",
            );
        }
        if !clear(Some(loader)) {
            return refuse(sealed);
        }
        Ok(())
    }

    fn is_key(&self, path: &FieldPath) -> bool {
        matches!(path.segments(), [Segment::Key(name)] if self.topology.table.has_key(name))
    }

    fn has_all_keys(&self, keys: &Item) -> bool {
        let names = self.topology.table.key_names();
        names.iter().all(|name| keys.contains_key(*name))
    }

    fn is_clear(
        &self,
        path: &FieldPath,
        look: Look<'_>,
        looked_into: Option<Kind>,
        keys: &Item,
        loader: Option<&dyn ConfigLoader>,
    ) -> bool {
        let root = self.topology.root;
        let clear = |path: &FieldPath, value| Decisions::is_clear(path, value, keys, root, loader);
        let holds_sealed = || {
            looked_into
                .is_some_and(|kind| kind.holds_encrypted() || (loader.is_some() && has_parts(kind)))
        };
        match look {
            Look::Value(value) => clear(path, Some(value)),
            Look::Element(value) if is_list(looked_into) => {
                clear(path, None) && clear(&path.index(0), Some(value))
            }
            Look::Element(_) | Look::Outside => clear(path, None),
            Look::OtherField => clear(path, None) && !holds_sealed(),
        }
    }
}

fn is_list(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::List(_)))
}

fn has_parts(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Lazy(_) | Kind::List(_) | Kind::Map(_) | Kind::Object(_) | Kind::Opaque(_)
    )
}

/// Whether some loader would be asked before it is known that a value is in clear: of a field marked `plain` none is.
pub(super) fn asks_a_loader(is_clear: impl FnOnce(&dyn ConfigLoader) -> bool) -> bool {
    let nobody = NotAsked::default();
    !is_clear(&nobody) || nobody.0.load(Ordering::Relaxed)
}

#[derive(Default)]
struct NotAsked(AtomicBool);

impl ConfigLoader for NotAsked {
    fn encryption_key(&self, _: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        self.0.store(true, Ordering::Relaxed);
        None
    }
}
