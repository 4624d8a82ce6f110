//! Templates whose fields cannot be parts of a key.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}#{nobody}")]
struct Missing {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}")]
enum Event {
    Sent { name: String },
    Read { at: u64 },
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}", sort = "{city}#{text}#{cached}")]
struct Roles {
    #[dyno(encrypt)]
    name: String,
    #[dyno(flatten)]
    city: std::collections::BTreeMap<String, String>,
    #[dyno(shard)]
    text: Text,
    #[dyno(skip)]
    cached: u64,
}

#[derive(DyObject)]
#[dyno(table = "Texts", key = "ID")]
struct Text {
    text: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}#{name}")]
struct Twice {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{name}", sort = "AT#{at}")]
struct Marked {
    #[dyno(key)]
    name: String,
    #[dyno(sort)]
    at: u64,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "USER#{a}{b}{c}{d}", sort = "{e}{f}{g}{h}{i}")]
struct Many {
    a: u8,
    b: u8,
    c: u8,
    d: u8,
    e: u8,
    f: u8,
    g: u8,
    h: u8,
    i: u8,
}

fn main() {}
