//! What the SDK asks of a store.

use std::collections::HashMap;
use std::error::Error as StdError;

use launchdarkly_server_sdk::{
    AllData, DataKind, PersistentDataStore, PersistentStoreError, SerializedItem,
};

use super::worker::Worker;
use crate::descriptor::Descriptor;
use crate::error::Result;
use crate::kind::Kind;
use crate::store::FeatureStore;

#[derive(Debug)]
pub(super) struct DynoDataStore {
    worker: Worker,
}

impl DynoDataStore {
    pub(super) fn new(worker: Worker) -> Self {
        Self { worker }
    }

    fn run<T, F>(
        &self,
        job: impl FnOnce(FeatureStore) -> F + Send + 'static,
    ) -> Result<T, PersistentStoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send,
    {
        let answer = self.worker.run(job).map_err(|error| told(&error))?;
        answer.map_err(|error| told(&error))
    }

    fn item(&self, kind: Kind, key: &str) -> Result<Option<SerializedItem>, PersistentStoreError> {
        let key = key.to_owned();
        let found = self.run(move |flags| async move { flags.get(kind, &key).await })?;
        Ok(found.map(serialized))
    }
}

impl PersistentDataStore for DynoDataStore {
    fn init(
        &mut self,
        all_data: AllData<SerializedItem, SerializedItem>,
    ) -> Result<(), PersistentStoreError> {
        let flags = all_data.flags.into_iter();
        let flags = flags.map(|(key, item)| (Kind::Flag, key, descriptor(item)));
        let segments = all_data.segments.into_iter();
        let segments = segments.map(|(key, item)| (Kind::Segment, key, descriptor(item)));
        let all: Vec<_> = flags.chain(segments).collect();
        self.run(|flags| async move { flags.init(all).await })
    }

    fn flag(&self, key: &str) -> Result<Option<SerializedItem>, PersistentStoreError> {
        self.item(Kind::Flag, key)
    }

    fn segment(&self, key: &str) -> Result<Option<SerializedItem>, PersistentStoreError> {
        self.item(Kind::Segment, key)
    }

    fn all_flags(&self) -> Result<HashMap<String, SerializedItem>, PersistentStoreError> {
        let all = self.run(|flags| async move { flags.all(Kind::Flag).await })?;
        let all = all.into_map().into_iter();
        Ok(all.map(|(key, flag)| (key, serialized(flag))).collect())
    }

    fn upsert(
        &mut self,
        kind: DataKind,
        key: &str,
        serialized_item: SerializedItem,
    ) -> Result<bool, PersistentStoreError> {
        let kind = match kind {
            DataKind::Flag => Kind::Flag,
            DataKind::Segment => Kind::Segment,
        };
        let key = key.to_owned();
        let item = descriptor(serialized_item);
        self.run(move |flags| async move { flags.upsert(kind, &key, item).await })
    }

    fn is_initialized(&self) -> bool {
        let initialized = self.run(|flags| async move { flags.initialized().await });
        initialized.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether the feature store is initialized is not known");
            false
        })
    }
}

fn descriptor(item: SerializedItem) -> Descriptor {
    let SerializedItem {
        version,
        deleted,
        serialized_item,
    } = item;
    Descriptor::new(version, serialized_item).deleted(deleted)
}

fn serialized(descriptor: Descriptor) -> SerializedItem {
    SerializedItem {
        version: descriptor.version(),
        deleted: descriptor.is_deleted(),
        serialized_item: descriptor.into_json(),
    }
}

/// All that an error says, and those below it: the SDK logs the text and nothing else.
fn told(error: &dyn StdError) -> PersistentStoreError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    PersistentStoreError::new(text)
}
