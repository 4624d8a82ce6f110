//! Values of the objects. The program that measures the peers has objects of its own, and these values.

use super::objects::{Flat, Line, Nested};

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
            active: n.is_multiple_of(2),
            note: (n.is_multiple_of(2)).then(|| "prefers letters to calls".to_owned()),
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
