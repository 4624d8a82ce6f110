//! A store of its own for each test, and what is stored in it.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, Item, Store, Stored};
use dyno_testkit::{Recorder, dump};

/// A store with the tables of this type.
pub(crate) async fn store<T: Stored + DyObject>() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<T>().await.unwrap();
    recorder.take();
    (store, recorder)
}

/// The operations that were sent.
pub(crate) fn sent(recorder: &Recorder) -> Vec<String> {
    let requests = recorder.take();
    let operations = requests
        .iter()
        .map(|request| request.operation().to_owned());
    operations.collect()
}

/// The one item of the table of `T`.
pub(crate) async fn item<T: Stored>(store: &Store) -> Item {
    let table = store.table_name::<T>().unwrap();
    let mut items = dump(&store.client::<T>().unwrap(), &table).await.unwrap();
    assert_eq!(items.len(), 1);
    items.remove(0)
}

pub(crate) fn n(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(format!("{number}"))
}

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
