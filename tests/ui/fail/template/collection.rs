//! A collection of what is no tuple of stored types, or of fields of the wrong type.

use dyno::{DyObject, Store};

#[derive(DyObject)]
#[dyno(table = "App", key = "TENANT#{tenant}", sort = "ORDER#{number}")]
struct Order {
    tenant: String,
    number: u32,
}

fn asked_wrongly(store: &Store) {
    let _ = store.collection::<Order>();
    let _ = store.collection::<(Order,)>().of(5);
}

fn main() {}
