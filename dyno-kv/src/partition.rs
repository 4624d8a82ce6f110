use dyno_core::items::Update;
use dyno_core::{Item, Key};

use crate::error::{Error, Result};
use crate::hook::Operation;
use crate::index_partition::IndexPartition;
use crate::kv::Kv;
use crate::list::{List, ListPage};
use crate::mark::Nonce;
use crate::place::Place;
use crate::read::{Exists, Get};
use crate::record::Record;
use crate::value::Value;
use crate::write::{CompareAndDelete, CompareAndPut, Create, Delete, Put, Touch};

/// The records of one partition of a [`Kv`], by key.
///
/// Keys are ordered as their UTF-8 bytes are, and may look like paths: `user/123`. A partition exists as long as there is a record in it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let users = kv.partition("users");
/// users.put("user/123", "Ada").await?;
/// assert!(users.exists("user/123").await?);
/// assert!(!kv.partition("others").exists("user/123").await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Partition {
    pub(crate) kv: Kv,
    pub(crate) name: String,
}

/// Most bytes of a partition key.
const PARTITION_BYTES: usize = 2048;
/// Most bytes of a sort key.
const KEY_BYTES: usize = 1024;

impl Partition {
    pub(crate) fn new(kv: Kv, name: String) -> Self {
        Self { kv, name }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes a record, whatever stands there; see [`Put`].
    pub fn put(&self, key: impl Into<String>, value: impl Into<Value>) -> Put {
        Put::new(self.clone(), key.into(), value.into())
    }

    /// Writes a record where none stands, or an expired one; see [`Create`].
    pub fn create(&self, key: impl Into<String>, value: impl Into<Value>) -> Create {
        Create::new(self.clone(), key.into(), value.into())
    }

    /// Writes a record if nobody wrote it since `previous` was read; see [`CompareAndPut`].
    pub fn compare_and_put(&self, previous: &Record, value: impl Into<Value>) -> CompareAndPut {
        CompareAndPut::new(self.clone(), previous.clone(), value.into())
    }

    /// Changes expiry and fields of a record, and leaves its value; see [`Touch`].
    pub fn touch(&self, key: impl Into<String>) -> Touch {
        Touch::new(self.clone(), key.into())
    }

    /// Reads a record; see [`Get`].
    pub fn get(&self, key: impl Into<String>) -> Get {
        Get::new(self.clone(), key.into())
    }

    /// Whether there is such a record, and it has not expired; see [`Exists`].
    pub fn exists(&self, key: impl Into<String>) -> Exists {
        Exists::new(self.clone(), key.into())
    }

    /// Deletes a record, if there is one; see [`Delete`].
    pub fn delete(&self, key: impl Into<String>) -> Delete {
        Delete::new(self.clone(), key.into())
    }

    /// Deletes a record if nobody wrote it since `previous` was read; see [`CompareAndDelete`].
    pub fn compare_and_delete(&self, previous: &Record) -> CompareAndDelete {
        CompareAndDelete::new(self.clone(), previous.clone())
    }

    /// The records whose keys begin so, all of them with an empty prefix; see [`List`].
    pub fn list(&self, prefix: impl Into<String>) -> List {
        List::new(IndexPartition::table(self), prefix.into())
    }

    /// One page of the records whose keys begin so; see [`ListPage`].
    pub fn list_page(&self, prefix: impl Into<String>) -> ListPage {
        ListPage::new(IndexPartition::table(self), prefix.into())
    }

    /// The records of this partition by a local index. Sends nothing; what is wrong with it is said when it is read.
    pub fn index(&self, name: impl Into<String>) -> IndexPartition {
        IndexPartition::local(self, name.into())
    }

    /// Where a record of this partition stands.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`]: no record can have these keys.
    pub(crate) fn at(&self, key: &str) -> Result<Spot> {
        let place = self.kv.place().in_partition(&self.name).at_key(key);
        let checks = [
            ("partition", &*self.name, PARTITION_BYTES),
            ("key", key, KEY_BYTES),
        ];
        for (what, text, most) in checks {
            let why = if text.is_empty() {
                format!("the {what} is empty")
            } else if text.len() > most {
                let long = text.len();
                format!("the {what} has {long} bytes, and at most {most} are possible")
            } else {
                continue;
            };
            return Err(Error::InvalidInput { place, why });
        }
        Ok(Spot {
            partition: self.clone(),
            key: key.to_owned(),
            place,
        })
    }
}

/// A key that a record can have, and how to reach it.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) partition: Partition,
    pub(crate) key: String,
    pub(crate) place: Place,
}

impl Spot {
    pub(crate) fn kv(&self) -> &Kv {
        &self.partition.kv
    }

    pub(crate) fn keys(&self) -> Key {
        Key::from((self.partition.name.as_str(), self.key.as_str()))
    }

    pub(crate) fn update(&self) -> Update {
        self.kv().items().update(self.keys())
    }

    /// Sends one request about this record. The error is that of the core.
    pub(crate) async fn ask<F, T>(
        &self,
        operation: Operation,
        request: F,
    ) -> Result<T, dyno_core::Error>
    where
        F: IntoFuture<Output = Result<T, dyno_core::Error>>,
    {
        let (partition, key) = (self.partition.name.as_str(), self.key.as_str());
        self.kv()
            .send(operation, partition, Some(key), request)
            .await
    }

    /// Reads the item as it is now.
    pub(crate) async fn read(&self, operation: Operation) -> Result<Option<Item>> {
        let read = self.kv().items().get(self.keys()).consistent();
        let found = self.ask(operation, read).await;
        found.map_err(|error| self.error(error))
    }

    pub(crate) fn record(&self, item: Item) -> Result<Record> {
        Record::of_item(&self.place, item)
    }

    /// The record that stands there, of a refused write.
    pub(crate) fn standing(&self, item: Option<Item>) -> Result<Option<Record>> {
        item.map(|item| self.record(item)).transpose()
    }

    /// The record that an update brought back.
    pub(crate) fn written(&self, item: Option<Item>) -> Result<Record> {
        match item {
            Some(item) => self.record(item),
            None => Err(Error::Unreadable {
                place: self.place.clone(),
                why: "the service wrote it and did not say what it holds".to_owned(),
            }),
        }
    }

    pub(crate) fn nonce(&self) -> Result<Nonce> {
        Nonce::random().map_err(|why| Error::NoRandomness {
            place: self.place.clone(),
            why,
        })
    }

    pub(crate) fn error(&self, error: dyno_core::Error) -> Error {
        Error::of_core(self.place.clone(), error)
    }

    pub(crate) fn not_found(&self) -> Error {
        let place = self.place.clone();
        Error::NotFound { place }
    }

    pub(crate) fn modified(&self, present: &Record) -> Error {
        Error::Modified {
            place: self.place.clone(),
            present: Box::new(present.clone()),
        }
    }

    pub(crate) fn unknown(&self, present: Option<Record>, source: dyno_core::Error) -> Error {
        Error::OutcomeUnknown {
            place: self.place.clone(),
            present: present.map(Box::new),
            source,
        }
    }
}
