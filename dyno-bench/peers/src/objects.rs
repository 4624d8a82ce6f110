//! The objects of `overhead`, with the derives of the peers instead of dyno's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, modyne::EntityDef, PartialEq, Serialize, toasty::Model)]
#[key(partition = customer, local = order)]
#[table = "Flat"]
pub(crate) struct Flat {
    pub(crate) customer: String,
    pub(crate) order: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) city: String,
    pub(crate) age: u32,
    pub(crate) balance: i64,
    pub(crate) score: f64,
    pub(crate) active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// Not a model of toasty, which has no field that is stored as a map of texts.
#[derive(Clone, Debug, Deserialize, modyne::EntityDef, PartialEq, Serialize)]
pub(crate) struct Nested {
    pub(crate) customer: String,
    pub(crate) order: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) lines: Vec<Line>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) quantity: u32,
    pub(crate) cents: i64,
}
