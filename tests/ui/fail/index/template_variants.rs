//! Keys of indexes that are made otherwise in another variant or index.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Jobs", key = "ID", index(name = "gsi1", key = "W#{worker}"))]
enum OtherField {
    Waiting {
        worker: String,
    },
    Running {
        #[dyno(encrypt, rename = "worker")]
        secret: String,
    },
}

#[derive(DyObject)]
#[dyno(table = "Jobs", key = "ID", index(name = "gsi1", key = "W#{worker}", sort = "{at}"))]
enum OtherType {
    Waiting {
        worker: String,
        at: u32,
    },
    Running {
        #[dyno(rename = "w")]
        worker: String,
        at: u64,
    },
}

#[derive(DyObject)]
#[dyno(
    table = "Jobs",
    key = "ID",
    index(name = "gsi1", key(name = "worker_key", template = "W#{worker}")),
    index(name = "gsi2", key(name = "worker_key", template = "{worker}"))
)]
struct OneAttribute {
    worker: String,
}

#[derive(DyObject)]
#[dyno(
    table = "Jobs",
    key = "ID",
    index(name = "gsi1", key = "{a}{b}{c}{d}{e}{f}{g}{h}{i}")
)]
struct Nine {
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
