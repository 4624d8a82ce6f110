//! What every operation has: a store, a loader, a type, and a name for its errors.

use std::sync::Arc;

use dyno_crypto::Binding;
use dyno_value::{Item, ValueError};

use super::Store;
use super::keys::WithKeys;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{self, Address, Decisions, Owner, Topology, Verbatim, Verifier};
use crate::shape::{Shape, Stored, Unwritten, write_object, write_valid};

/// The boxed future that builders turn into.
pub(super) type Pending<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

/// What a caller may set on any operation.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) store: Option<Store>,
    pub(super) loader: Option<Arc<dyn ConfigLoader>>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

/// An operation under way.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) store: Store,
    pub(super) topology: Arc<Topology>,
    /// As the caller gave it, for the operations that follow.
    given: Option<Arc<dyn ConfigLoader>>,
    /// As it was when the operation began.
    loader: Option<Arc<dyn ConfigLoader>>,
    keys: Option<Arc<WithKeys>>,
}

impl Operation {
    /// Finds store, shape and loader: the call's loader wins over the type's, which wins over the store's.
    pub(super) fn new<T: Stored>(name: &'static str, options: Options) -> Result<Self> {
        Self::on_shape(name, T::SHAPE, T::loader, options)
    }

    /// The same for a shape that need not be a type's.
    pub(super) fn on_shape(
        name: &'static str,
        shape: &'static Shape,
        own_loader: impl FnOnce() -> Option<Arc<dyn ConfigLoader>>,
        options: Options,
    ) -> Result<Self> {
        let found = || {
            let store = options.store.map_or_else(Store::installed, Ok)?;
            let topology = store.topology(shape)?;
            let given = options
                .loader
                .or_else(own_loader)
                .or_else(|| store.settings.loader.clone());
            let loader = pinned(given.as_ref());
            Ok(Self {
                name,
                store,
                topology,
                given,
                keys: keys_of(loader.as_ref()),
                loader,
            })
        };
        found().map_err(|error: Error| error.of(name, shape.name(), None))
    }

    /// Tells items that hold what the fields say, and nothing else; `None` if there is more to an object.
    pub(super) fn verbatim(&self) -> Option<&Verbatim> {
        let verbatim = self.topology.verbatim.as_ref();
        verbatim.filter(|_| self.given.is_none())
    }

    pub(super) fn loader(&self) -> Option<&dyn ConfigLoader> {
        match self.keys() {
            Some(keys) => Some(keys),
            None => self.loader.as_deref(),
        }
    }

    /// The loader with the keys that were asked for, if it has a provider.
    pub(super) fn keys(&self) -> Option<&WithKeys> {
        self.keys.as_deref()
    }

    /// Where the object with this key stands.
    ///
    /// # Errors
    ///
    /// The key is none of the table, or, by the key templates, none of the type.
    pub(super) fn root(&self, key: &Key) -> Result<Address> {
        let place = self.place_in_table(key)?;
        plan::check_beginning(key, self.topology.root)?;
        Ok(place)
    }

    /// Where whatever has this key stands.
    ///
    /// # Errors
    ///
    /// The key is none of the table.
    pub(super) fn place_in_table(&self, key: &Key) -> Result<Address> {
        Address::of_root(self.topology.root, self.topology.table, key)
    }

    pub(super) fn owner(&self, root: &Address) -> Owner {
        Owner::new(self.topology.root, root)
    }

    pub(super) fn binding(&self, root: &Address) -> Result<Binding> {
        plan::binding(self.topology.root, root)
    }

    /// What verifies the seals of the object's items, if its type demands them.
    pub(super) fn verifier(&self, root: &Address) -> Result<Option<Verifier<'_>>> {
        Verifier::of(self.topology.root, root, self.loader())
    }

    /// The same operation under another name, with another loader; it asks for its keys anew.
    pub(super) fn again(&self, name: &'static str, loader: Option<Arc<dyn ConfigLoader>>) -> Self {
        let given = loader;
        let loader = pinned(given.as_ref());
        Self {
            name,
            given,
            keys: keys_of(loader.as_ref()),
            loader,
            ..self.clone()
        }
    }

    /// The loader as the caller gave it, for another operation.
    pub(super) fn shared_loader(&self) -> Option<Arc<dyn ConfigLoader>> {
        self.given.clone()
    }

    /// The object's tree.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB; it is not shown if it may be secret.
    pub(super) fn tree_of<T: Stored>(&self, object: &T) -> Result<Item> {
        write_object(object).map_err(|error| self.public(error))
    }

    /// The object's tree, if its type and those of all objects inside accept them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotValid`] with the path of the one that is not accepted, and those of [`tree_of`](Self::tree_of).
    pub(super) fn valid_tree_of<T: Stored>(&self, object: &T) -> Result<Item> {
        write_valid(object).map_err(|unwritten| match unwritten {
            Unwritten::Invalid(path, name, why) => {
                let said = format!(
                    "type `{name}` does not accept the object, by its `#[dyno(validate)]`; nothing was sent. The source of this \
                     error says why"
                );
                let error = Error::new(ErrorKind::NotValid, said);
                error.with_source(why).at_path(path)
            }
            Unwritten::Value(error) => self.public(error),
        })
    }

    /// An error without what may be secret.
    pub(super) fn public(&self, error: ValueError) -> Error {
        self.public_value(error).into()
    }

    /// The same as an error of a value.
    pub(super) fn public_value(&self, error: ValueError) -> ValueError {
        Decisions::hide_secrets(error, self.topology.root, self.loader())
    }

    /// Says in an error which operation failed on which object.
    pub(super) fn explain(&self, key: Option<&Key>) -> impl FnOnce(Error) -> Error + use<> {
        let (name, object, key) = (self.name, self.topology.root.name(), key.cloned());
        move |error| error.of(name, object, key.as_ref())
    }

    /// The same operation without borrowed parts, to be kept in a saved object.
    pub(super) fn options(&self) -> Options {
        Options {
            store: Some(self.store.clone()),
            loader: self.given.clone(),
        }
    }
}

/// The loader as it is now.
fn pinned(given: Option<&Arc<dyn ConfigLoader>>) -> Option<Arc<dyn ConfigLoader>> {
    let given = given?;
    Some(given.pinned().unwrap_or_else(|| Arc::clone(given)))
}

fn keys_of(loader: Option<&Arc<dyn ConfigLoader>>) -> Option<Arc<WithKeys>> {
    loader.and_then(WithKeys::of).map(Arc::new)
}

/// The options that every builder has.
macro_rules! common_options {
    () => {
        /// Uses this store instead of the installed one.
        pub fn on(mut self, store: &crate::store::Store) -> Self {
            self.options.store = Some(store.clone());
            self
        }

        /// Uses this loader instead of the type's and the store's.
        pub fn loader(mut self, loader: impl crate::loader::ConfigLoader) -> Self {
            self.options.loader = Some(std::sync::Arc::new(loader));
            self
        }
    };
}

/// Debug output of a builder: these of its fields, none of which is a value. It asks nothing of the types it is for.
macro_rules! debug_of {
    ($name:ident<$($of:ident),+>: $($field:ident),+) => {
        impl<$($of),+> std::fmt::Debug for $name<$($of),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))+
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(super) use {common_options, debug_of};
