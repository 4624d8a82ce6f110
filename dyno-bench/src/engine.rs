//! Embedded engines.

use dyno_core::{DyObject, Store};
use dyno_embedded::Engine;

/// One without tables.
pub(crate) fn empty() -> Engine {
    Engine::in_memory().expect("there is memory for it")
}

/// One with the tables of a type.
pub(crate) async fn with_tables<T: DyObject>() -> Engine {
    let engine = empty();
    let store = Store::new(engine.client());
    let tables = store.ensure_tables::<T>().await;
    tables.expect("the tables are made");
    engine
}
