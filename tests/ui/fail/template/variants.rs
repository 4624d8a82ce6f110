//! Variants that do not agree on a field of the key.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Events", key = "EVENT#{at}{number}")]
enum OfTwoTypes {
    First { at: u32, number: u64 },
    Second { at: u64, number: u32 },
}

#[derive(DyObject)]
#[dyno(table = "Events", key = "EVENT#{tenant}")]
enum UnderTwoNames {
    First {
        tenant: String,
    },
    Second {
        #[dyno(rename = "t")]
        tenant: String,
    },
    Third {
        tenant: String,
    },
}

fn main() {}
