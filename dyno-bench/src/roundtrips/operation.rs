//! What is done, by either side.

use aws_sdk_dynamodb::Client;
use dyno_core::{Saved, Store};

use crate::sharded::hand;
use crate::sharded::objects::Parted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Load,
    SaveNew,
    SaveOne,
    Delete,
    ReadPath,
    WritePath,
}

pub(super) const OPERATIONS: [Operation; 6] = [
    Operation::Load,
    Operation::SaveNew,
    Operation::SaveOne,
    Operation::Delete,
    Operation::ReadPath,
    Operation::WritePath,
];

impl Operation {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::SaveNew => "save new",
            Self::SaveOne => "save one changed",
            Self::Delete => "delete",
            Self::ReadPath => "read_path",
            Self::WritePath => "write_path",
        }
    }
}

/// The object that everything is done with.
const ID: &str = "document-042";

/// The part that is changed, read and written alone.
const PART: &str = "p01";

/// A way of storing objects, and the object.
pub(super) trait Side {
    /// Brings about what an operation begins with.
    async fn prepare(&mut self, operation: Operation);

    /// Does it once.
    async fn perform(&mut self, operation: Operation);
}

/// The mapper.
pub(super) struct Ours<T> {
    store: Store,
    object: T,
    given: Option<T>,
    changed: Option<Saved<T>>,
    is_stored: bool,
}

impl<T: Parted> Ours<T> {
    pub(super) fn new(client: Client) -> Self {
        Self {
            store: Store::new(client),
            object: T::new(ID),
            given: None,
            changed: None,
            is_stored: false,
        }
    }

    async fn load(&self) -> Saved<T> {
        let load = self.store.load::<T>(ID).eventual();
        load.await.expect("it loads")
    }
}

impl<T: Parted> Side for Ours<T> {
    async fn prepare(&mut self, operation: Operation) {
        let is_new = operation == Operation::SaveNew;
        if is_new && self.is_stored {
            self.perform(Operation::Delete).await;
        } else if !is_new && !self.is_stored {
            self.given = Some(self.object.clone());
            self.perform(Operation::SaveNew).await;
        }
        if is_new {
            self.given = Some(self.object.clone());
        }
        if operation == Operation::SaveOne {
            let mut object = self.load().await;
            if let Some(part) = object.parts_mut().next() {
                part.number += 1;
            }
            self.changed = Some(object);
        }
    }

    async fn perform(&mut self, operation: Operation) {
        let store = &self.store;
        match operation {
            Operation::Load => drop(self.load().await),
            Operation::SaveNew => {
                let object = self.given.take().expect("it was prepared");
                drop(store.save(object).await.expect("it is saved"));
            }
            Operation::SaveOne => {
                let mut object = self.changed.take().expect("it was prepared");
                object.save().await.expect("it is saved");
            }
            Operation::Delete => store.delete::<T>(ID).await.expect("it is deleted"),
            Operation::ReadPath => {
                let read = store.read_path::<T, String>(ID, text_path());
                drop(read.eventual().await.expect("it is read"));
            }
            Operation::WritePath => {
                let write = store.write_path::<T, String>(ID, text_path(), text_of(&self.object));
                write.await.expect("it is written");
            }
        }
        self.is_stored = operation != Operation::Delete;
    }
}

fn text_path() -> String {
    format!("{PART}.text")
}

fn text_of<T: Parted>(object: &T) -> &str {
    let part = object.parts().next();
    &part.expect("there is a part").text
}

/// Code written by hand.
pub(super) struct ByHand<T> {
    client: Client,
    object: T,
    is_stored: bool,
}

impl<T: Parted> ByHand<T> {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            object: T::new(ID),
            is_stored: false,
        }
    }
}

impl<T: Parted> Side for ByHand<T> {
    async fn prepare(&mut self, operation: Operation) {
        let is_new = operation == Operation::SaveNew;
        if is_new && self.is_stored {
            self.perform(Operation::Delete).await;
        } else if !is_new && !self.is_stored {
            self.perform(Operation::SaveNew).await;
        }
    }

    async fn perform(&mut self, operation: Operation) {
        let client = &self.client;
        match operation {
            Operation::Load => drop(hand::load::<T>(client, ID).await),
            Operation::SaveNew => hand::save(client, &self.object).await,
            Operation::SaveOne => {
                let part = self.object.parts().next().expect("there is a part");
                hand::save_part(client, ID, PART, part).await;
            }
            Operation::Delete => hand::delete::<T>(client, ID).await,
            Operation::ReadPath => drop(hand::read_text(client, ID, PART).await),
            Operation::WritePath => {
                hand::write_text(client, ID, PART, text_of(&self.object)).await;
            }
        }
        self.is_stored = operation != Operation::Delete;
    }
}
