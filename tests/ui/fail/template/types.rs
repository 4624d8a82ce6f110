//! Types of fields and values that do not fit a template.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}")]
struct Optional {
    name: Option<String>,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{names}")]
struct Listed {
    names: Vec<String>,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}-{at}")]
struct NotDelimited {
    name: String,
    at: u64,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}", sort = "AT#{at}#{id}")]
struct User {
    name: String,
    at: u64,
    id: u32,
}

#[derive(DyObject)]
#[dyno(table = "Cats", key = "ID")]
struct Cat {
    name: String,
}

fn main() {
    let _ = User::key_of(("ada", "now", 1));
    let _ = User::key_of("ada");
    let _ = User::query().of(7);
    let _ = User::query().of("ada").sort().fields((7, 8, 9));
    let _ = Cat::key_of("tom");
}
