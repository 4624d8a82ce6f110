//! Templates of fields that the mapper writes, or that are put off.

use std::time::SystemTime;

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}", sort = "AT#{made}#{changed}")]
struct Times {
    name: String,
    #[dyno(created)]
    made: SystemTime,
    #[dyno(updated)]
    changed: SystemTime,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}", sort = "AT#{until}#{version}")]
struct Lasting {
    name: String,
    #[dyno(ttl)]
    until: SystemTime,
    #[dyno(version)]
    version: u64,
}

fn main() {}
