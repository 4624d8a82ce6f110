//! What is demanded of a value, and the key that meets it.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, Envelope, KeyId, KeySourceError, KeyState, MasterKey};

use super::state::{Mode, Must, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::plan::privacy::decisions::Sealing;
use crate::plan::privacy::refusal::{
    Clear, key_missing, looks_sealed, may_not_open, may_not_seal, no_key_at_source, no_key_to_open,
    not_given, retired, seals_retired, two_keys,
};
use crate::shape::Privacy;

impl Walk<'_> {
    /// What holds for a value: what holds for an outer one that is sealed in parts, or else what the loader says.
    ///
    /// # Errors
    ///
    /// It must be sealed, and the loader gives no key, or may not seal.
    pub(super) fn must(&mut self, spread: Option<&Must>, privacy: Privacy) -> Result<Option<Must>> {
        if let Some(must) = spread {
            return Ok(Some(must.clone()));
        }
        let marked = privacy == Privacy::Encrypted;
        if let Some(id) = self
            .loader
            .and_then(|loader| loader.encryption_key_id(&self.path, self.view))
        {
            return self.must_with_id(id, marked);
        }
        let key = self
            .loader
            .and_then(|loader| loader.encryption_key(&self.path, self.view));
        match (self.mode, key) {
            (Mode::Audit | Mode::Load, _) if marked => {
                Ok(Some(Must::BeSealed(Clear::OfMarkedField)))
            }
            (Mode::Audit | Mode::Load, Some(_)) => Ok(Some(Must::BeSealed(Clear::OfLoadersChoice))),
            (Mode::Save, Some(key)) => {
                self.may_seal_with(key.id())?;
                Ok(Some(Must::Seal(key)))
            }
            (Mode::Save, None) if marked => Err(key_missing().at_path(self.path.clone())),
            (_, None) => Ok(None),
        }
    }

    /// What holds for a value that is sealed with a key of the loader's provider.
    pub(super) fn must_with_id(&mut self, id: KeyId, marked: bool) -> Result<Option<Must>> {
        match self.mode {
            Mode::Audit | Mode::Load if marked => Ok(Some(Must::BeSealed(Clear::OfMarkedField))),
            Mode::Audit | Mode::Load => Ok(Some(Must::BeSealed(Clear::OfLoadersChoice))),
            Mode::Save => {
                self.may_seal_with(&id)?;
                match self.provided(&id) {
                    Some(Ok(key)) => Ok(Some(Must::Seal(key))),
                    Some(Err(error)) => Err(not_given(error).at_path(self.path.clone())),
                    None => {
                        self.await_key(id);
                        Ok(None)
                    }
                }
            }
        }
    }

    pub(super) fn await_key(&mut self, id: KeyId) {
        if self.awaited.is_none() {
            self.awaited = Some((id, self.path.clone()));
        }
    }

    /// What the loader's provider says of a key; `None` if it must be asked first.
    pub(super) fn provided(&self, id: &KeyId) -> Option<Result<EncryptionKey, KeySourceError>> {
        let provider = self.loader.and_then(ConfigLoader::key_provider);
        match provider {
            Some(_) if self.rehearses => Some(stand_in(id)),
            Some(provider) => provider.held(id).map(|answer| match answer {
                Ok(key) if key.id() != id => Err(KeySourceError::OtherId {
                    id: id.clone(),
                    given: Box::new(key.id().clone()),
                }),
                answer => answer,
            }),
            None => Some(Err(KeySourceError::unknown(id))),
        }
    }

    /// That a value may be sealed with the key of this id.
    pub(super) fn may_seal_with(&self, id: &KeyId) -> Result<()> {
        let refusal = match self.loader {
            Some(loader) if !loader.may_seal() => may_not_seal(),
            Some(loader) if loader.key_state(id) == Some(KeyState::Retired) => seals_retired(id),
            _ => return Ok(()),
        };
        Err(refusal.at_path(self.path.clone()))
    }

    /// Notes the key of a value.
    ///
    /// # Errors
    ///
    /// The loader gave another key under the same id: what one of them seals, no reader could tell from the other's.
    pub(super) fn keep(&mut self, key: EncryptionKey) -> Result<()> {
        let known = self.keys.entry(key.id().clone());
        let check_value = *known.or_insert_with(|| key.check_value());
        if check_value != key.check_value() {
            return Err(two_keys(key.id()).at_path(self.path.clone()));
        }
        let sealing = Sealing {
            key,
            known_as: self.path.clone(),
        };
        self.made.keys.insert(self.stored.clone(), sealing);
        Ok(())
    }

    /// Notes the key of a sealed value. Without one it stays as it is, unless it must not be taken for the value.
    pub(super) fn found_envelope(&mut self, id: KeyId, demanded: bool) -> Result<()> {
        if self.mode == Mode::Audit || (self.unclaimed && !demanded) {
            self.made.unopened.insert(self.path.clone(), id);
            return Ok(());
        }
        match self.opener(&id) {
            Opener::Key(key) => self.keep(key),
            Opener::Awaited => Ok(()),
            Opener::Refused(why) => Err(why.at_path(self.path.clone())),
            Opener::None(why) if demanded => Err(why.at_path(self.path.clone())),
            Opener::None(_) => {
                self.made.unopened.insert(self.path.clone(), id);
                Ok(())
            }
        }
    }

    /// That a value which is saved in clear is not one that a load would try to open.
    pub(super) fn may_be_clear(&mut self, value: &AttributeValue) -> Result<()> {
        if self.mode != Mode::Save || self.unclaimed {
            return Ok(());
        }
        let Some(id) = envelope_key(value) else {
            return Ok(());
        };
        let refusal = match self.key_of(&id) {
            Opener::Awaited | Opener::None(_) => return Ok(()),
            Opener::Refused(why) if why.kind() == ErrorKind::KeySource => why,
            Opener::Key(_) | Opener::Refused(_) => looks_sealed(&id),
        };
        Err(refusal.at_path(self.path.clone()))
    }

    /// What opens values that are sealed with the key of this id.
    fn opener(&mut self, id: &KeyId) -> Opener {
        match self.loader {
            Some(loader) if !loader.may_open() => Opener::None(may_not_open()),
            _ => self.key_of(id),
        }
    }

    /// The key of this id, whether or not the loader may open with it.
    fn key_of(&mut self, id: &KeyId) -> Opener {
        let Some(loader) = self.loader else {
            return Opener::None(no_key_to_open(id));
        };
        if loader.key_state(id) == Some(KeyState::Retired) {
            return Opener::Refused(retired(id));
        }
        if let Some(key) = loader.decryption_key(id, &self.path, self.view) {
            return Opener::Key(key);
        }
        match self.provided(id) {
            Some(Ok(key)) => Opener::Key(key),
            Some(Err(KeySourceError::Unknown { .. })) => {
                let asked = loader.key_provider().is_some();
                Opener::None(if asked {
                    no_key_at_source(id)
                } else {
                    no_key_to_open(id)
                })
            }
            Some(Err(error)) => Opener::Refused(not_given(error)),
            None => {
                self.await_key(id.clone());
                Opener::Awaited
            }
        }
    }
}

/// What opens a sealed value.
enum Opener {
    Key(EncryptionKey),
    /// A key that must be asked for first.
    Awaited,
    /// Nothing, now, though the key is known; why.
    Refused(Error),
    /// Nothing that the loader knows of; why.
    None(Error),
}

/// A key that has this id, and nothing else in common with the one it stands for.
fn stand_in(id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
    EncryptionKey::new(id, MasterKey::from_bytes([0; 32]))
        .map_err(|error| KeySourceError::failed(id, error))
}

/// The id of the key of a value that has the form of a sealed one.
pub(super) fn envelope_key(value: &AttributeValue) -> Option<KeyId> {
    let bytes = value.as_b().ok()?.as_ref();
    Envelope::parse(bytes)
        .ok()
        .map(|envelope| envelope.key_id().clone())
}
