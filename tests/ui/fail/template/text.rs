//! Templates that are no templates.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name")]
struct Unclosed {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#name}")]
struct Unopened {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{}")]
struct Nameless {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key(template = ""))]
struct Empty {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}", sort = "PROFILE")]
struct NameForText {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", sort = "AT#{at}")]
struct SortOnly {
    at: u64,
}

#[derive(DyObject)]
#[dyno(table = "Users", key(name = "PK", template = "USER#{name}"), sort(name = "PK", template = "AT#{at}"))]
struct SameAttribute {
    name: String,
    at: u64,
}

#[derive(DyObject)]
#[dyno(table = "Users", key(name = "name", template = "USER#{name}"))]
struct NameTaken {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key(text = "USER#{name}"))]
struct UnknownWord {
    name: String,
}

fn main() {}
