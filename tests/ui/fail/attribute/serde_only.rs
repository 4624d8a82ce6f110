use dyno::DyObject;

use serde::{Deserialize, Serialize};

#[derive(DyObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "e")]
    #[dyno(rename = "e")]
    email: String,
}

fn main() {}
