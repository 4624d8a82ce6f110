//! Seals over whole items, of types that demand them.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, EncryptionKey, ItemSeal, KeyId, KeyState, ReadPolicy, UsedException};
use dyno_value::{FieldPath, Item};

use super::binding::binding;
use super::seal::crypto_error;
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::plan::address::Address;
use crate::plan::root::RootState;
use crate::plan::shard::ShardField;
use crate::reserved;
use crate::shape::Shape;

/// What a save makes of the seals of the object's items.
#[derive(Debug)]
pub(crate) enum ItemSeals {
    /// The type demands none, and this exception of the read policy accepts that sealed objects lose theirs.
    Drop(UsedException),
    /// The type demands none: a sealed object is not written.
    Keep,
    /// Every item that is written is sealed.
    Seal(Box<Sealer>),
}

impl ItemSeals {
    /// What the type demands, with the loader's key.
    ///
    /// # Errors
    ///
    /// The type demands seals and the loader gives no key, or may not seal.
    pub(crate) fn of(
        shape: &'static Shape,
        root: &Address,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        if !shape.seals() {
            return Ok(accept_unsealed(loader).map_or(Self::Keep, Self::Drop));
        }
        if loader.is_some_and(|loader| !loader.may_seal()) {
            return Err(refused(
                shape,
                "the loader is read-only; save with one that may seal",
            ));
        }
        let key = loader.and_then(|loader| loader.seal_key(&root.to_item()));
        let Some(key) = key else {
            return Err(refused(
                shape,
                "the loader gives no key; give one with `Rules::seal_items`, or answer `ConfigLoader::seal_key`",
            ));
        };
        let state = loader.and_then(|loader| loader.seal_key_state(key.id()));
        if state == Some(KeyState::Retired) {
            return Err(refused(
                shape,
                "the loader gives a key that is retired; give the primary key",
            ));
        }
        Ok(Self::Seal(Box::new(Sealer {
            key,
            binding: binding(shape, root)?,
        })))
    }

    /// Whether items that an object of this state has are to be sealed anew: they have no seals, or of another key.
    pub(crate) fn are_not_those_of(&self, state: &RootState) -> bool {
        match self {
            Self::Drop(_) | Self::Keep => false,
            Self::Seal(_) => self.key_id() != state.seal,
        }
    }

    /// Whether a sealed item must stay as it is: no seal is made, and it may not lose its own.
    pub(crate) fn protect(&self, item: &Item) -> bool {
        matches!(self, Self::Keep) && item.contains_key(reserved::SEAL)
    }

    /// The id of the key that seals.
    pub(crate) fn key_id(&self) -> Option<Vec<u8>> {
        match self {
            Self::Drop(_) | Self::Keep => None,
            Self::Seal(sealer) => Some(sealer.key.id().as_bytes().to_vec()),
        }
    }

    /// Refuses to write over a sealed object what has no seal.
    ///
    /// # Errors
    ///
    /// The type demands no seals, and the read policy does not accept objects without.
    pub(crate) fn check_over_sealed(&self, shape: &Shape) -> Result<()> {
        match self {
            Self::Drop(_) | Self::Seal(_) => Ok(()),
            Self::Keep => {
                let mend = match shape.untyped() {
                    Some(_) => {
                        "a document cannot make the seal anew; write it with a type marked `#[dyno(seal)]`"
                    }
                    None => "mark the type `#[dyno(seal)]`",
                };
                Err(Error::new(
                    ErrorKind::SealBroken,
                    format!(
                        "the stored object is sealed, and this write would break its seals; nothing was written. {mend}, \
                         or let the seals go with `ReadPolicy::allow_unsealed`"
                    ),
                ))
            }
        }
    }

    /// Counts that a sealed object lost its seals, and warns of it.
    pub(crate) fn report_lost(&self, shape: &Shape) {
        if let Self::Drop(used) = self {
            used.count();
            let (object, reason) = (shape.name(), used.reason());
            tracing::warn!(
                object,
                reason,
                "saved an object without the seals that it had"
            );
        }
    }

    /// Adds the seal to an item that is otherwise as it will be stored.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB, or the path is too long.
    pub(crate) fn seal(&self, item: &mut Item, base: &FieldPath, sequence: u64) -> Result<()> {
        match self {
            Self::Drop(_) | Self::Keep => Ok(()),
            Self::Seal(sealer) => sealer.seal(item, base, sequence),
        }
    }
}

/// What seals the items of one object.
#[derive(Debug)]
pub(crate) struct Sealer {
    key: EncryptionKey,
    binding: Binding,
}

impl Sealer {
    fn seal(&self, item: &mut Item, base: &FieldPath, sequence: u64) -> Result<()> {
        let seal = dyno_crypto::seal_attributes(item, &self.key, &self.binding, base, sequence)
            .map_err(|error| crypto_error(&error))?;
        item.insert(reserved::SEAL.to_owned(), seal);
        Ok(())
    }
}

/// What verifies the seals of the items of one object.
pub(crate) struct Verifier<'a> {
    /// The object's key attributes.
    keys: Item,
    binding: Binding,
    loader: Option<&'a dyn ConfigLoader>,
}

impl std::fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("binding", &self.binding)
            .finish_non_exhaustive()
    }
}

impl<'a> Verifier<'a> {
    /// Of the object with this root; `None` if its type demands no seals.
    ///
    /// # Errors
    ///
    /// The context or a key attribute's name is too long.
    pub(crate) fn of(
        shape: &'static Shape,
        root: &Address,
        loader: Option<&'a dyn ConfigLoader>,
    ) -> Result<Option<Self>> {
        if !shape.seals() {
            return Ok(None);
        }
        Ok(Some(Self {
            keys: root.to_item(),
            binding: binding(shape, root)?,
            loader,
        }))
    }

    /// Checks the root's item, whole and as it is stored.
    ///
    /// # Errors
    ///
    /// It is not as it was sealed; or it has no seal, and the read policy does not accept that.
    pub(crate) fn verify_root(&self, item: &Item) -> Result<()> {
        if !item.contains_key(reserved::SEAL) {
            if accept_unsealed(self.loader).is_some() {
                return Ok(());
            }
            return Err(broken(
                "the item of the root has no seal, which the type demands: it was stored before the type did, or somebody \
                 took the seal away; to read it for a while, accept it with `ReadPolicy::allow_unsealed`"
                    .to_owned(),
            ));
        }
        self.verify(item, &FieldPath::root(), "the item of the root")
    }

    /// Checks the item of a shard, the first if it is in pieces.
    ///
    /// # Errors
    ///
    /// It is not as it was sealed, or has no seal.
    pub(crate) fn verify_shard(&self, item: Option<&Item>, field: &ShardField) -> Result<()> {
        let what = format!("shard `{}`", field.id);
        let verified = match item.filter(|item| item.contains_key(reserved::SEAL)) {
            Some(item) => self.verify(item, &field.path, &what),
            None => Err(broken(format!(
                "{what} has no seal, though the root of its object has one: somebody took it away; restore root and shards \
                 from one backup"
            ))),
        };
        verified.map_err(|error| error.in_table(field.table.name()))
    }

    fn verify(&self, item: &Item, base: &FieldPath, what: &str) -> Result<()> {
        let seal = match item.get(reserved::SEAL) {
            Some(AttributeValue::B(seal)) => seal.as_ref(),
            _ => &[],
        };
        let Ok(parsed) = ItemSeal::parse(seal) else {
            return Err(does_not_fit(what));
        };
        let key = self.key(parsed.key_id(), what)?;
        dyno_crypto::verify_attributes(item, seal, &key, &self.binding, base)
            .map(drop)
            .map_err(|error| does_not_fit(what).with_source(error))
    }

    fn key(&self, id: &KeyId, what: &str) -> Result<EncryptionKey> {
        let state = self.loader.and_then(|loader| loader.seal_key_state(id));
        if state == Some(KeyState::Retired) {
            return Err(Error::new(
                ErrorKind::KeyRetired,
                format!(
                    "{what} is sealed with key `{id}`, which is retired; activate it (`Keyring::activate`), reseal what it \
                     still seals (`Store::reseal`), and retire it again"
                ),
            ));
        }
        let key = self
            .loader
            .and_then(|loader| loader.seal_key_by_id(id, &self.keys));
        key.filter(|key| key.id() == id).ok_or_else(|| {
            Error::new(
                ErrorKind::NotDecrypted,
                format!(
                    "{what} is sealed with key `{id}`, which the loader does not give; give it with `Rules::seal_items`, or \
                     answer `ConfigLoader::seal_key`"
                ),
            )
        })
    }
}

/// The exception that accepts an object without item seals, if its root has none and its type demands them.
pub(crate) fn unsealed(
    shape: &Shape,
    root: &Item,
    loader: Option<&dyn ConfigLoader>,
) -> Option<UsedException> {
    let is_unsealed = shape.seals() && has_key(shape, root) && !root.contains_key(reserved::SEAL);
    is_unsealed.then(|| accept_unsealed(loader)).flatten()
}

fn has_key(shape: &Shape, root: &Item) -> bool {
    let table = shape.table();
    table.is_some_and(|table| root.contains_key(table.key_name()))
}

fn accept_unsealed(loader: Option<&dyn ConfigLoader>) -> Option<UsedException> {
    loader
        .and_then(ConfigLoader::read_policy)
        .and_then(ReadPolicy::accept_unsealed)
}

/// The id of the key that an item is sealed with, in bytes; none of them if the seal is damaged.
pub(crate) fn seal_key_id(item: &Item) -> Option<Vec<u8>> {
    let seal = item.get(reserved::SEAL)?;
    let parsed = seal.as_b().ok().map(|seal| ItemSeal::parse(seal.as_ref()));
    Some(match parsed {
        Some(Ok(seal)) => seal.key_id().as_bytes().to_vec(),
        _ => Vec::new(),
    })
}

fn refused(shape: &Shape, why: &str) -> Error {
    let name = shape.name();
    let why = format!("the items of `{name}` must be sealed, and {why}");
    Error::new(ErrorKind::KeyRefused, why)
}

fn does_not_fit(what: &str) -> Error {
    broken(format!(
        "the seal of {what} does not fit what stands there: somebody other than dyno changed the item, or moved it here; \
         restore root and shards from one backup, and check that the loader gives the key it was sealed with"
    ))
}

fn broken(why: String) -> Error {
    Error::new(ErrorKind::SealBroken, why)
}
