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

/// The partition that all objects are in.
pub(crate) const CUSTOMER: &str = "customer-0042";

impl Flat {
    pub(crate) fn nth(n: u32) -> Self {
        Self {
            customer: CUSTOMER.to_owned(),
            order: order(n),
            name: format!("Ada Lovelace {n}"),
            email: format!("ada.{n}@example.com"),
            city: "London".to_owned(),
            age: 36 + n % 7,
            balance: -12_345 * i64::from(n + 1),
            score: 0.25 + f64::from(n),
            active: n % 2 == 0,
            note: (n % 2 == 0).then(|| "prefers letters to calls".to_owned()),
        }
    }
}

impl Nested {
    pub(crate) fn nth(n: u32) -> Self {
        Self {
            customer: CUSTOMER.to_owned(),
            order: order(n),
            labels: (0..20)
                .map(|label| (format!("label-{label:02}"), format!("value {label} of {n}")))
                .collect(),
            lines: (0..20)
                .map(|line| Line {
                    product: format!("product-{line:04}"),
                    quantity: 1 + line,
                    cents: 1999 + i64::from(n),
                })
                .collect(),
        }
    }
}

fn order(n: u32) -> String {
    format!("order-{n:06}")
}
