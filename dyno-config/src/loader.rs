//! Which fields are encrypted, kept in an option.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use dyno_core::{
    ConfigLoader, EncryptionKey, FieldPath, IndexKeys, Item, KeyId, KeyProvider, KeyState,
    ReadPolicy, Rules,
};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::watch::{Follower, Snapshot, Watch};

/// A loader whose rules stand in an option of a watched store: which fields are encrypted, and with which key, is changed without a deploy.
///
/// The option has the keys `encrypt`, a list of maps with `paths` and `key`, and `leave`, a list of paths that
/// `encrypt` of this option does not mean; what the program's own rules encrypt stays encrypted:
///
/// ```json
/// { "encrypt": [ { "paths": ["name", "birth.*"], "key": "2026" }, { "paths": ["notes"] } ], "leave": ["birth.country"] }
/// ```
///
/// `encrypt` must be there, and each of its groups names a path at least: only the empty list, `"encrypt": []`, turns off what the option encrypts. A store in
/// [compatible](crate::Open::compatible) form drops empty lists, and cannot write that; leave `compatible` out for it.
///
/// Paths are patterns of [`Rules`]. `key` is the id of a key; without it, it is the primary key of the keyring. Ids are looked up in the base, rules
/// that the program gives: their keyring, and if that has no such key, their source. The base also gives everything else that no option says: the read policy,
/// keys of indexes, seals of items. No key is ever stored.
///
/// Every operation goes by the newest snapshot of the watch at its beginning, so that a [reload](Watch::reload) is seen by the next one. Sends nothing. An
/// operation that is under way meanwhile keeps its rules, and never mixes two. Each value stays readable, since it names its key. What was stored in clear before a path
/// is encrypted is read as the read policy of the base says, by default not at all; what was encrypted stays readable as long as the base has its key.
///
/// A clone shares everything, and keeps the watch.
///
/// An option that is gone or makes no sense changes nothing: the rules before it go on, and [`status`](Self::status) has the error.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_config::{ConfigStore, StoredRules};
/// use dyno_core::{ConfigLoader as _, EncryptionKey, Item, Keyring, Rules};
///
/// let store = dyno_core::Store::embedded()?;
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
/// config.set("encryption", &serde_json::json!({ "encrypt": [{ "paths": ["name"] }] })).await?;
///
/// let watch = config.watch().await?;
/// let base = Rules::new().with_keyring(Keyring::new(EncryptionKey::generate("2026")?))?;
/// let rules = StoredRules::watch(&watch, "encryption", base)?;
/// let store = store.with_loader(rules.clone()); // for objects
/// assert!(rules.encryption_key(&"birth.day".parse()?, &Item::new()).is_none());
///
/// config.set("encryption", &serde_json::json!({ "encrypt": [{ "paths": ["name", "birth.*"] }] })).await?;
/// watch.reload().await?;
/// assert!(rules.encryption_key(&"birth.day".parse()?, &Item::new()).is_some());
/// # drop(store);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct StoredRules {
    shared: Arc<Shared>,
}

struct Shared {
    followed: Arc<Followed>,
    /// The snapshots come as long as it is there.
    _watch: Watch,
}

/// The rules as the newest snapshots have them; it does not keep the watch.
struct Followed {
    option: String,
    base: Rules,
    current: ArcSwap<Current>,
}

/// The rules of a snapshot, or of an earlier one if its own make no sense.
struct Current {
    rules: Arc<Ruling>,
    /// The snapshot that was looked at.
    number: u64,
    error: Option<Arc<Error>>,
}

/// The rules of a program and those of an option together.
struct Ruling {
    base: Rules,
    /// The base with what the option says.
    both: Rules,
}

impl Ruling {
    /// Which rules decide on a path: what the base encrypts, no option leaves.
    fn of(&self, path: &FieldPath) -> &Rules {
        let (key, id) = (
            self.base.encryption_key(path),
            self.base.encryption_key_id(path),
        );
        if key.is_some() || id.is_some() {
            return &self.base;
        }
        &self.both
    }
}

/// How the rules of an option are.
#[derive(Clone, Debug)]
pub struct RulesStatus {
    number: u64,
    error: Option<Arc<Error>>,
}

impl RulesStatus {
    /// Why the option of the newest snapshot gives no rules, if it does not; those before it go on.
    pub fn error(&self) -> Option<&Arc<Error>> {
        self.error.as_ref()
    }

    /// The [number](Snapshot::number) of the snapshot that was looked at.
    pub fn snapshot(&self) -> u64 {
        self.number
    }
}

/// The option.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    encrypt: Vec<Group>,
    #[serde(default)]
    leave: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    paths: Vec<String>,
    key: Option<String>,
}

impl StoredRules {
    /// Rules by this option of a watched store, with keys of the base. Sends nothing: the watch has its snapshot.
    ///
    /// # Errors
    ///
    /// [`NotFound`](Error::NotFound), [`DoesNotFit`](Error::DoesNotFit), and [`InvalidRules`](Error::InvalidRules) for paths that are
    /// no patterns, and ids without a key.
    pub fn watch(watch: &Watch, option: impl Into<String>, base: Rules) -> Result<Self> {
        let option = option.into();
        let followed = watch.follow(|snapshot| {
            let current = Current {
                rules: Arc::new(rules_of(snapshot, &option, &base)?),
                number: snapshot.number(),
                error: None,
            };
            Ok(Followed {
                option,
                base,
                current: ArcSwap::from_pointee(current),
            })
        })?;
        Ok(Self {
            shared: Arc::new(Shared {
                followed,
                _watch: watch.clone(),
            }),
        })
    }

    /// The rules of this moment, for several operations that must not see two: `.loader(..)` takes them.
    pub fn rules(&self) -> Arc<dyn ConfigLoader> {
        Arc::clone(&self.current().rules) as _
    }

    /// Whether the newest snapshot gives rules, and why not.
    pub fn status(&self) -> RulesStatus {
        let current = self.current();
        RulesStatus {
            number: current.number,
            error: current.error.clone(),
        }
    }

    fn current(&self) -> Arc<Current> {
        self.shared.followed.current.load_full()
    }
}

impl Follower for Followed {
    fn follow(&self, snapshot: &Arc<Snapshot>) {
        let (rules, error) = match rules_of(snapshot, &self.option, &self.base) {
            Ok(rules) => (Arc::new(rules), None),
            Err(error) => {
                tracing::warn!(%error, "the rules of encryption could not be read");
                let standing = Arc::clone(&self.current.load().rules);
                (standing, Some(Arc::new(error)))
            }
        };
        self.current.store(Arc::new(Current {
            rules,
            number: snapshot.number(),
            error,
        }));
    }
}

impl fmt::Debug for StoredRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRules")
            .field("option", &self.shared.followed.option)
            .finish_non_exhaustive()
    }
}

/// The base with what the option says.
fn rules_of(snapshot: &Snapshot, option: &str, base: &Rules) -> Result<Ruling> {
    let Stored { encrypt, leave } = snapshot.get(option)?;
    let refused = |why: String| Error::InvalidRules {
        place: snapshot.place(option),
        why,
    };
    let mut rules = base.clone();
    for Group { paths, key } in encrypt {
        if paths.is_empty() {
            let why = "a group of `encrypt` has no `paths`; leave it out, or name them";
            return Err(refused(why.to_owned()));
        }
        let made = match key {
            None => rules.encrypt_with_primary(paths),
            Some(id) => {
                let id = KeyId::new(&id).map_err(|error| refused(error.to_string()))?;
                if base.key_state(&id) == Some(KeyState::Retired) {
                    return Err(refused(format!("key `{id}` is retired, and seals nothing")));
                }
                let key = base.decryption_key(&id, &FieldPath::root()).cloned();
                match key {
                    Some(key) => rules.encrypt(paths, key),
                    None if base.key_provider().is_some() => {
                        rules.encrypt_with_key_of_source(paths, id)
                    }
                    None => {
                        return Err(refused(format!(
                            "the program has no key `{id}`, and no source of keys"
                        )));
                    }
                }
            }
        };
        rules = made.map_err(|error| refused(error.to_string()))?;
    }
    let both = rules.leave(leave);
    Ok(Ruling {
        base: base.clone(),
        both: both.map_err(|error| refused(error.to_string()))?,
    })
}

impl ConfigLoader for Ruling {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&self.both)
    }

    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        self.of(path).encryption_key(path).cloned()
    }

    fn encryption_key_id(&self, path: &FieldPath, _: &Item) -> Option<KeyId> {
        self.of(path).encryption_key_id(path).cloned()
    }

    fn needs_keys(&self) -> bool {
        false
    }

    fn needs_indexes(&self) -> bool {
        self.both.names_indexes()
    }
}

impl ConfigLoader for StoredRules {
    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        Some(Arc::clone(&self.current().rules) as _)
    }

    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.current().rules.encryption_key(path, object)
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.current().rules.decryption_key(id, path, object)
    }

    fn encryption_key_id(&self, path: &FieldPath, object: &Item) -> Option<KeyId> {
        self.current().rules.encryption_key_id(path, object)
    }

    fn key_provider(&self) -> Option<Arc<dyn KeyProvider>> {
        self.shared.followed.base.key_provider()
    }

    fn index_keys(&self, _: &FieldPath, _: &Item) -> Option<IndexKeys> {
        self.shared.followed.base.index_keys().cloned()
    }

    fn key_state(&self, id: &KeyId) -> Option<KeyState> {
        self.current().rules.key_state(id)
    }

    fn seal_key(&self, _: &Item) -> Option<EncryptionKey> {
        self.shared.followed.base.seal_key().cloned()
    }

    fn seal_key_by_id(&self, id: &KeyId, _: &Item) -> Option<EncryptionKey> {
        self.shared.followed.base.seal_key_by_id(id).cloned()
    }

    fn seal_key_state(&self, id: &KeyId) -> Option<KeyState> {
        self.shared.followed.base.seal_key_state(id)
    }

    fn read_policy(&self) -> Option<&ReadPolicy> {
        self.shared.followed.base.read_policy()
    }

    fn needs_keys(&self) -> bool {
        false
    }

    fn needs_indexes(&self) -> bool {
        self.current().rules.needs_indexes()
    }
}
