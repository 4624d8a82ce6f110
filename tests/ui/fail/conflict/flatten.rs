use dyno::DyObject;

use std::collections::BTreeMap;

#[derive(DyObject)]
struct User {
    #[dyno(flatten, rename = "x", alias = "y", default, encrypt)]
    extra: BTreeMap<String, String>,
}

fn main() {}
