//! Keys of indexes whose templates say something that cannot be.

use std::time::SystemTime;

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", index(name = "gsi1", key = "STATUS#{state}"))]
struct Missing {
    status: String,
}

#[derive(DyObject)]
#[dyno(
    table = "Users",
    key = "ID",
    index(name = "gsi1", key = "NAME#{name}", sort = "{city}#{text}#{cached}#{older}")
)]
struct Roles {
    #[dyno(encrypt)]
    name: String,
    #[dyno(flatten)]
    city: std::collections::BTreeMap<String, String>,
    #[dyno(shard)]
    text: Text,
    #[dyno(skip)]
    cached: u64,
    #[dyno(alias = "old")]
    older: u64,
}

#[derive(DyObject)]
#[dyno(table = "Texts", key = "ID")]
struct Text {
    text: String,
}

#[derive(DyObject)]
#[dyno(
    table = "Users",
    key = "ID",
    index(name = "gsi1", key = "AT#{made}#{changed}", sort = "{version}#{until}")
)]
struct Times {
    #[dyno(created)]
    made: SystemTime,
    #[dyno(updated)]
    changed: SystemTime,
    #[dyno(version)]
    version: u64,
    #[dyno(ttl)]
    until: SystemTime,
}

#[derive(DyObject)]
#[dyno(
    table = "Users",
    key = "ID",
    index(name = "gsi1", key = "NAME"),
    index(name = "gsi2", key(name = "X")),
    index(name = "gsi3", sort = "{name}"),
    index(name = "gsi4", local),
    index(name = "gsi5", local, key = "{name}")
)]
struct Keys {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", index(name = "gsi1", key = "NAME#{name}"))]
struct Mixed {
    name: String,
    #[dyno(index(name = "gsi1", sort))]
    at: u64,
}

#[derive(DyObject)]
#[dyno(
    table = "Users",
    key = "USER#{name}",
    index(name = "gsi1", key(name = "PK", template = "{name}")),
    index(name = "gsi2", key(name = "same", template = "{name}"), sort(name = "same", template = "{name}")),
    index(name = "gsi3", key(name = "_dy_x", template = "{name}")),
    index(name = "gsi4", key = "{name}")
)]
struct Names {
    name: String,
    #[dyno(rename = "GSI4PK")]
    other: String,
}

#[derive(DyObject)]
#[dyno(index(name = "gsi1", key = "{name}"))]
struct NoTable {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", index(name = "gsi1", key = "{name"))]
struct Unclosed {
    name: String,
}

fn main() {}
