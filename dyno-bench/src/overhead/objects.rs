//! The objects that are measured.

use std::collections::BTreeMap;

use dyno_derive::DyObject;
use serde::{Deserialize, Serialize};

/// An object of ten fields.
#[derive(Clone, Debug, Deserialize, DyObject, PartialEq, Serialize)]
#[dyno(crate = dyno_core, table = "Flat")]
pub(crate) struct Flat {
    #[dyno(key)]
    pub(crate) customer: String,
    #[dyno(sort)]
    pub(crate) order: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) city: String,
    pub(crate) age: u32,
    pub(crate) balance: i64,
    pub(crate) score: f64,
    pub(crate) active: bool,
    pub(crate) note: Option<String>,
}

/// An object with a map and a list of twenty.
#[derive(Clone, Debug, Deserialize, DyObject, PartialEq, Serialize)]
#[dyno(crate = dyno_core, table = "Nested")]
pub(crate) struct Nested {
    #[dyno(key)]
    pub(crate) customer: String,
    #[dyno(sort)]
    pub(crate) order: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) lines: Vec<Line>,
}

#[derive(Clone, Debug, Deserialize, DyObject, PartialEq, Serialize)]
#[dyno(crate = dyno_core)]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) quantity: u32,
    pub(crate) cents: i64,
}
